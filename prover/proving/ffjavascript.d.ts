// SPDX-License-Identifier: GPL-3.0-or-later

/** The part of ffjavascript in use; the package ships no types. */
declare module 'ffjavascript' {
  export interface CurveGroup {
    readonly g: Uint8Array;
    readonly F: { readonly n8: number };
    eq(left: Uint8Array, right: Uint8Array): boolean;
    toAffine(point: Uint8Array): Uint8Array;
    timesFr(point: Uint8Array, scalar: Uint8Array): Uint8Array;
    toRprLEM(buffer: Uint8Array, offset: number, point: Uint8Array): void;
    toRprUncompressed(buffer: Uint8Array, offset: number, point: Uint8Array): void;
    fromRng(rng: ChaCha): Uint8Array;
  }
  export interface Curve {
    readonly G1: CurveGroup;
    readonly G2: CurveGroup;
    readonly Fr: { readonly w: readonly Uint8Array[]; e(value: bigint): Uint8Array };
    readonly tm: {
      readonly code: Uint8Array;
      readonly pG1gen: number;
      readonly pG2gen: number;
    };
    terminate(): Promise<void>;
  }
  export class ChaCha {
    constructor(seed: readonly number[]);
  }
  export function buildBn128(singleThread?: boolean): Promise<Curve>;
}
