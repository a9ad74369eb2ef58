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

  /** Affine coordinates in the library's own representation. */
  export type Point = [Uint8Array, Uint8Array];
  export interface EddsaSignature {
    readonly R8: Point;
    readonly S: bigint;
  }
  export interface Eddsa {
    readonly F: PoseidonField;
    readonly babyJub: {
      readonly subOrder: bigint;
      readonly inSubgroup: (point: Point) => boolean;
    };
    readonly prv2pub: (seed: Uint8Array) => Point;
    readonly signPoseidon: (seed: Uint8Array, message: Uint8Array) => EddsaSignature;
    readonly verifyPoseidon: (
      message: Uint8Array,
      signature: EddsaSignature,
      key: Point,
    ) => boolean;
  }
  export function buildEddsa(): Promise<Eddsa>;
}
