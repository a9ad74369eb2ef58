// SPDX-License-Identifier: GPL-3.0-or-later
/** A field element as rows have it: low byte first. */
export const WORD_BYTES = 32;

export function readWord(bytes: Uint8Array, index: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + index * WORD_BYTES, WORD_BYTES);
  return (
    view.getBigUint64(0, true) |
    (view.getBigUint64(8, true) << 64n) |
    (view.getBigUint64(16, true) << 128n) |
    (view.getBigUint64(24, true) << 192n)
  );
}

/** `value` from 0 to 2²⁵⁶ − 1. */
export function writeWord(bytes: Uint8Array, index: number, value: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + index * WORD_BYTES, WORD_BYTES);
  view.setBigUint64(0, value, true);
  view.setBigUint64(8, value >> 64n, true);
  view.setBigUint64(16, value >> 128n, true);
  view.setBigUint64(24, value >> 192n, true);
}
