// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { SCALAR_FIELD } from '../core/scalar-field.ts';

/** Signed amounts stay this far from r/2, so that a field element has one reading. */
const SIGNED_LIMIT = 1n << 127n;

/** A signed amount as a field element: x as itself, −x as r − x (docs/spec.md §6). */
export function toFieldElement(value: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  if (magnitude >= SIGNED_LIMIT) {
    throw new PlimsollError('SIGNED_RANGE', `toFieldElement: expected |x| < 2^127, got ${value}`);
  }
  return value < 0n ? SCALAR_FIELD + value : value;
}

/** The signed amount of a field element; throws where it is the canonical form of none. */
export function fromFieldElement(element: bigint): bigint {
  if (element >= 0n && element < SIGNED_LIMIT) return element;
  const value = element - SCALAR_FIELD;
  if (value < 0n && value > -SIGNED_LIMIT) return value;
  throw new PlimsollError('SIGNED_RANGE', `fromFieldElement: ${element} is no signed amount`);
}
