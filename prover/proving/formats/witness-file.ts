// SPDX-License-Identifier: GPL-3.0-or-later
import { writeSections } from './binfile.ts';
import { bigintToLittleEndian, SCALAR_FIELD } from './r1cs.ts';

const FIELD_BYTES = 32;
const VERSION = 2;
const HEADER_SECTION = 1;
const VALUES_SECTION = 2;

/** A `.wtns` file around the values of a witness (32 bytes each, little-endian). */
export function writeWitness(values: Uint8Array): Uint8Array {
  const header = new Uint8Array(4 + FIELD_BYTES + 4);
  const view = new DataView(header.buffer);
  view.setUint32(0, FIELD_BYTES, true);
  bigintToLittleEndian(SCALAR_FIELD, header, 4);
  view.setUint32(4 + FIELD_BYTES, values.length / FIELD_BYTES, true);
  return writeSections('wtns', VERSION, [
    [HEADER_SECTION, [header]],
    [VALUES_SECTION, [values]],
  ]);
}
