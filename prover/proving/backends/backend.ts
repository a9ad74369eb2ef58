// SPDX-License-Identifier: GPL-3.0-or-later
import type { SnarkjsProof } from 'snarkjs';

import { InvalidInput } from '../../core/errors.ts';
import { BASE_FIELD } from '../../core/bn254.ts';
import type { ProofPoints } from '../formats/proof-file.ts';
import type { Artifact } from '../artifacts.ts';

export interface BackendProof {
  readonly proof: ProofPoints;
  readonly publicSignals: readonly bigint[];
}

/** Turns a witness into a proof. What it returns is verified before anybody else sees it. */
export interface ProvingBackend {
  readonly name: string;
  readonly version: string;
  /** Whether it verifies each proof itself before it returns it, against the key that it proves with. */
  readonly verifies?: boolean;
  /** `witness`: 32-byte little-endian residues, the constant 1 first. */
  prove(artifact: Artifact, witness: Uint8Array): Promise<BackendProof>;
  /** Ends threads and frees keys; nothing can be proven afterwards. */
  close(): Promise<void>;
}

function coordinates(name: string, values: unknown): [bigint, bigint] {
  if (!Array.isArray(values) || values.length < 2) {
    throw new InvalidInput(name, 'must be a point with two coordinates');
  }
  return [coordinate(`${name}[0]`, values[0]), coordinate(`${name}[1]`, values[1])];
}

function coordinate(name: string, value: unknown): bigint {
  if (
    typeof value !== 'string' ||
    !/^(0|[1-9][0-9]*)$/.test(value) ||
    BigInt(value) >= BASE_FIELD
  ) {
    throw new InvalidInput(name, 'must be a canonical decimal string below the base field');
  }
  return BigInt(value);
}

/** A proof as snarkjs and rapidsnark write it; throws `InvalidInput` naming the bad field. */
export function parseSnarkjsProof(document: unknown): ProofPoints {
  const {
    pi_a: a,
    pi_b: b,
    pi_c: c,
  } = (document ?? {}) as Partial<Record<keyof SnarkjsProof, unknown>>;
  if (!Array.isArray(b) || b.length < 2) {
    throw new InvalidInput('pi_b', 'must be a point with two coordinates');
  }
  return {
    a: coordinates('pi_a', a),
    b: [coordinates('pi_b[0]', b[0]), coordinates('pi_b[1]', b[1])],
    c: coordinates('pi_c', c),
  };
}

export function toSnarkjsProof({ a, b, c }: ProofPoints): SnarkjsProof {
  const affine = (values: readonly bigint[]): string[] => values.map(String);
  return {
    pi_a: [...affine(a), '1'],
    pi_b: [affine(b[0]), affine(b[1]), ['1', '0']],
    pi_c: [...affine(c), '1'],
    protocol: 'groth16',
    curve: 'bn128',
  };
}
