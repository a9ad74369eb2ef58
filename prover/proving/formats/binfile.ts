// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';

/** The container shared by `.r1cs`, `.wtns` and `.zkey`: magic, version, then typed sections. */
export function readSections(file: Uint8Array, magic: string): Map<number, Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const truncated = (): PlimsollError =>
    new PlimsollError(
      'BINARY_FORMAT',
      `${magic}: the file is truncated or not in the ${magic} format`,
    );
  if (file.byteLength < 12 || Buffer.from(file.subarray(0, 4)).toString('latin1') !== magic)
    throw truncated();
  const count = view.getUint32(8, true);
  const sections = new Map<number, Uint8Array>();
  let offset = 12;
  for (let index = 0; index < count; index += 1) {
    if (offset + 12 > file.byteLength) throw truncated();
    const type = view.getUint32(offset, true);
    const length = Number(view.getBigUint64(offset + 4, true));
    offset += 12;
    if (offset + length > file.byteLength) throw truncated();
    sections.set(type, file.subarray(offset, offset + length));
    offset += length;
  }
  return sections;
}

export function writeSections(
  magic: string,
  version: number,
  sections: readonly (readonly [type: number, chunks: readonly Uint8Array[]])[],
): Uint8Array {
  const lengthOf = (chunks: readonly Uint8Array[]): number =>
    chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const total = sections.reduce((sum, [, chunks]) => sum + 12 + lengthOf(chunks), 12);
  const file = new Uint8Array(total);
  const view = new DataView(file.buffer);
  file.set(Buffer.from(magic, 'latin1'), 0);
  view.setUint32(4, version, true);
  view.setUint32(8, sections.length, true);
  let offset = 12;
  for (const [type, chunks] of sections) {
    view.setUint32(offset, type, true);
    view.setBigUint64(offset + 4, BigInt(lengthOf(chunks)), true);
    offset += 12;
    for (const chunk of chunks) {
      file.set(chunk, offset);
      offset += chunk.byteLength;
    }
  }
  return file;
}
