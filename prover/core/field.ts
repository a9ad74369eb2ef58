// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from './errors.ts';
import { SCALAR_FIELD } from './scalar-field.ts';

/** The element of the scalar field that an integer of either sign stands for. */
export function residue(value: bigint): bigint {
  const reduced = value % SCALAR_FIELD;
  return reduced < 0n ? reduced + SCALAR_FIELD : reduced;
}

/** base^exponent of the scalar field; exponent ≥ 0. */
export function fieldPower(base: bigint, exponent: bigint): bigint {
  let [square, result] = [residue(base), 1n];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % SCALAR_FIELD;
    square = (square * square) % SCALAR_FIELD;
  }
  return result;
}

/** 1/value of the scalar field; throws `OUT_OF_RANGE` for 0, which has none. */
export function fieldInverse(value: bigint): bigint {
  const element = residue(value);
  if (element === 0n) throw new PlimsollError('OUT_OF_RANGE', 'fieldInverse: 0 has no inverse');
  // Euclid: an eighth of the time of the power r − 2.
  let [old, rest] = [element, SCALAR_FIELD];
  let [result, next] = [1n, 0n];
  while (rest !== 0n) {
    const quotient = old / rest;
    [old, rest] = [rest, old - quotient * rest];
    [result, next] = [next, result - quotient * next];
  }
  return residue(result);
}

/** 1, base, base² … , `count` of them. */
export function fieldPowers(base: bigint, count: number): readonly bigint[] {
  const powers: bigint[] = [];
  for (let power = 1n; powers.length < count; power = residue(power * base)) powers.push(power);
  return powers;
}
