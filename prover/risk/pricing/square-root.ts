// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';

/** ⌊√n⌋, 0 ≤ n < 2¹⁰²³. */
export function sqrtFloor(n: bigint): bigint {
  if (n < 0n) throw new PlimsollError('OUT_OF_RANGE', `sqrtFloor: expected n >= 0, got ${n}`);
  if (n === 0n) return 0n;
  // The double is right to 52 bits: one Newton step settles everything the model asks for, the
  // loops below make it exact whatever the double said.
  let root = BigInt(Math.floor(Math.sqrt(Number(n))));
  root = (root + n / root) >> 1n;
  for (let next = (root + n / root) >> 1n; next < root; next = (root + n / root) >> 1n) {
    root = next;
  }
  while (root * root > n) root -= 1n;
  while ((root + 1n) * (root + 1n) <= n) root += 1n;
  return root;
}
