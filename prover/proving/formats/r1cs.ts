// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';
import { SCALAR_FIELD } from '../../core/scalar-field.ts';
import { readSections } from './binfile.ts';

export { SCALAR_FIELD };

export interface R1csHeader {
  readonly wires: number;
  readonly publicOutputs: number;
  readonly publicInputs: number;
  readonly privateInputs: number;
  readonly labels: number;
  readonly constraints: number;
}

/** Terms of all constraints, one of A, B, C: those of constraint i are `start[i]…start[i + 1]`. */
export interface LinearTerms {
  readonly start: Uint32Array;
  readonly wire: Uint32Array;
  /** Index into `coefficients`. */
  readonly coefficient: Uint32Array;
}

export interface R1cs extends R1csHeader {
  readonly a: LinearTerms;
  readonly b: LinearTerms;
  readonly c: LinearTerms;
  readonly coefficients: readonly bigint[];
}

const HEADER_SECTION = 1;
const CONSTRAINTS_SECTION = 2;
const FIELD_BYTES = 32;
const HEADER_BYTES = 64;
const TERM_BYTES = 4 + FIELD_BYTES;

const malformed = (rule: string): PlimsollError =>
  new PlimsollError('R1CS_FORMAT', `r1cs: ${rule}`);

export function bigintFromLittleEndian(bytes: Uint8Array, offset = 0): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, FIELD_BYTES);
  return (
    view.getBigUint64(0, true) |
    (view.getBigUint64(8, true) << 64n) |
    (view.getBigUint64(16, true) << 128n) |
    (view.getBigUint64(24, true) << 192n)
  );
}

export function bigintToLittleEndian(value: bigint, bytes: Uint8Array, offset = 0): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, FIELD_BYTES);
  for (let word = 0; word < 4; word += 1) {
    view.setBigUint64(8 * word, (value >> BigInt(64 * word)) & 0xffff_ffff_ffff_ffffn, true);
  }
}

export function readR1csHeader(file: Uint8Array): R1csHeader {
  const section = readSections(file, 'r1cs').get(HEADER_SECTION);
  if (section?.length !== HEADER_BYTES) throw malformed('header section is missing or cut off');
  const view = new DataView(section.buffer, section.byteOffset, section.byteLength);
  if (
    view.getUint32(0, true) !== FIELD_BYTES ||
    bigintFromLittleEndian(section, 4) !== SCALAR_FIELD
  ) {
    throw malformed('the field is not that of BN254');
  }
  const header = {
    wires: view.getUint32(36, true),
    publicOutputs: view.getUint32(40, true),
    publicInputs: view.getUint32(44, true),
    privateInputs: view.getUint32(48, true),
    labels: Number(view.getBigUint64(52, true)),
    constraints: view.getUint32(60, true),
  };
  if (header.publicOutputs + header.publicInputs >= header.wires) {
    throw malformed('there are more public signals than wires');
  }
  return header;
}

export function constraintSection(file: Uint8Array): Uint8Array {
  const section = readSections(file, 'r1cs').get(CONSTRAINTS_SECTION);
  if (section === undefined) throw malformed('constraint section is missing');
  return section;
}

/** Throws `R1CS_FORMAT` for whatever a compiler would not write: no wire or term out of bounds. */
export function readR1cs(file: Uint8Array): R1cs {
  const header = readR1csHeader(file);
  const section = constraintSection(file);
  if (header.constraints > section.length / 12) throw malformed('constraint section is cut off');
  const view = new DataView(section.buffer, section.byteOffset, section.byteLength);
  const bytes = Buffer.from(section.buffer, section.byteOffset, section.byteLength);
  const starts = [0, 1, 2].map(() => new Uint32Array(header.constraints + 1));
  const wires: number[][] = [[], [], []];
  const indices: number[][] = [[], [], []];
  const coefficients: bigint[] = [];
  const known = new Map<string, number>();
  let offset = 0;
  for (let constraint = 0; constraint < header.constraints; constraint += 1) {
    for (let side = 0; side < 3; side += 1) {
      if (offset + 4 > section.length) throw malformed(`constraint ${constraint} is cut off`);
      const terms = view.getUint32(offset, true);
      offset += 4;
      if (terms > (section.length - offset) / TERM_BYTES) {
        throw malformed(`constraint ${constraint} is cut off`);
      }
      for (let term = 0; term < terms; term += 1) {
        const wire = view.getUint32(offset, true);
        if (wire >= header.wires) throw malformed(`constraint ${constraint} has no such wire`);
        wires[side]!.push(wire);
        const key = bytes.toString('latin1', offset + 4, offset + TERM_BYTES);
        let index = known.get(key);
        if (index === undefined) {
          index = coefficients.length;
          const value = bigintFromLittleEndian(section, offset + 4);
          if (value >= SCALAR_FIELD) throw malformed('a coefficient is not below the field');
          coefficients.push(value);
          known.set(key, index);
        }
        indices[side]!.push(index);
        offset += TERM_BYTES;
      }
      starts[side]![constraint + 1] = wires[side]!.length;
    }
  }
  if (offset !== section.length) throw malformed('bytes follow the last constraint');
  const side = (index: number): LinearTerms => ({
    start: starts[index]!,
    wire: Uint32Array.from(wires[index]!),
    coefficient: Uint32Array.from(indices[index]!),
  });
  return { ...header, a: side(0), b: side(1), c: side(2), coefficients };
}

function evaluate(
  r1cs: R1cs,
  terms: LinearTerms,
  constraint: number,
  witness: readonly bigint[],
): bigint {
  let sum = 0n;
  const end = terms.start[constraint + 1]!;
  for (let term = terms.start[constraint]!; term < end; term += 1) {
    sum += r1cs.coefficients[terms.coefficient[term]!]! * witness[terms.wire[term]!]!;
  }
  return sum % SCALAR_FIELD;
}

/** Indices of the constraints that `witness` violates; an empty list means the R1CS accepts it. */
export function violatedConstraints(r1cs: R1cs, witness: readonly bigint[]): number[] {
  if (witness.length !== r1cs.wires) {
    throw new PlimsollError(
      'WITNESS_LENGTH',
      `witness: expected ${r1cs.wires} values, got ${witness.length}`,
    );
  }
  if (witness[0] !== 1n) throw new PlimsollError('WITNESS_ONE', 'witness: wire 0 must be 1');
  const violated: number[] = [];
  for (let constraint = 0; constraint < r1cs.constraints; constraint += 1) {
    const a = evaluate(r1cs, r1cs.a, constraint, witness);
    const b = evaluate(r1cs, r1cs.b, constraint, witness);
    const c = evaluate(r1cs, r1cs.c, constraint, witness);
    if ((a * b - c) % SCALAR_FIELD !== 0n) violated.push(constraint);
  }
  return violated;
}
