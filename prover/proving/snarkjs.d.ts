// SPDX-License-Identifier: GPL-3.0-or-later

/** The part of snarkjs in use; the package ships no types. */
declare module 'snarkjs' {
  /** A file in memory; snarkjs takes it wherever it takes a path. */
  export interface MemoryFile {
    type: 'mem';
    data?: Uint8Array;
  }
  type File = string | MemoryFile;
  export interface SnarkjsLogger {
    debug(message: string): void;
    info(message: string): void;
    warn(message: string): void;
    error(message: string): void;
  }
  export interface SnarkjsProof {
    pi_a: string[];
    pi_b: string[][];
    pi_c: string[];
    protocol: string;
    curve: string;
  }
  export interface SnarkjsVerificationKey {
    protocol: string;
    curve: string;
    nPublic: number;
    vk_alpha_1: string[];
    vk_beta_2: string[][];
    vk_gamma_2: string[][];
    vk_delta_2: string[][];
    IC: string[][];
    [other: string]: unknown;
  }
  export const groth16: {
    prove(
      zkey: File,
      witness: File,
      logger?: SnarkjsLogger,
      options?: { singleThread?: boolean },
    ): Promise<{ proof: SnarkjsProof; publicSignals: string[] }>;
    verify(
      key: SnarkjsVerificationKey,
      publicSignals: string[],
      proof: SnarkjsProof,
      logger?: SnarkjsLogger,
    ): Promise<boolean>;
  };
  export const zKey: {
    exportVerificationKey(zkey: File, logger?: SnarkjsLogger): Promise<SnarkjsVerificationKey>;
    newZKey(r1cs: File, ptau: File, zkey: MemoryFile, logger?: SnarkjsLogger): Promise<Uint8Array>;
    contribute(from: File, to: MemoryFile, name: string, entropy: string): Promise<Uint8Array>;
    verifyFromR1cs(r1cs: File, ptau: File, zkey: File, logger?: SnarkjsLogger): Promise<boolean>;
  };
}
