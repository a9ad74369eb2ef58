// SPDX-License-Identifier: GPL-3.0-or-later
import { buildPoseidon } from 'circomlibjs';

const ELEMENT_BYTES = 32;

// The WebAssembly Poseidon: about four times as fast as the fastest in pure bigint
// (scripts/benchmark-poseidon.ts), which a tree of a million accounts needs. Bundles for browsers
// take poseidon-bigint.ts in its place (`browser` in package.json): circomlibjs needs Node.
const poseidon = await buildPoseidon();

/** Poseidon as circomlib defines it, of 1…16 field elements. */
export function poseidonHash(inputs: readonly bigint[]): bigint {
  const buffer = new Uint8Array(inputs.length * ELEMENT_BYTES);
  inputs.forEach((value, index) => buffer.set(poseidon.F.e(value), index * ELEMENT_BYTES));
  return poseidon.F.toObject(poseidon(buffer));
}
