// SPDX-License-Identifier: GPL-3.0-or-later
declare module 'circomlibjs' {
  /** Field elements in the library's own representation (Montgomery form, little endian). */
  export interface PoseidonField {
    readonly e: (value: bigint) => Uint8Array;
    readonly toObject: (value: Uint8Array) => bigint;
  }
  export interface Poseidon {
    (inputs: Uint8Array): Uint8Array;
    readonly F: PoseidonField;
  }
  export function buildPoseidon(): Promise<Poseidon>;
}
