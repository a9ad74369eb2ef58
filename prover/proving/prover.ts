// SPDX-License-Identifier: GPL-3.0-or-later
import { groth16 } from 'snarkjs';
import type { SnarkjsVerificationKey } from 'snarkjs';

import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { decodePublicSignals, encodePublicSignals } from '../statements/public-signals.ts';
import { findArtifact, loadArtifactManifest, readArtifactFile } from './artifacts.ts';
import type { Artifact, ArtifactManifest } from './artifacts.ts';
import { defaultBackend } from './backends/backend-choice.ts';
import { toSnarkjsProof } from './backends/backend.ts';
import type { BackendProof, ProvingBackend } from './backends/backend.ts';
import type { StatementName, StatementSignals } from '../statements/generated/public-signals.ts';
import type { ProofFile } from './formats/proof-file.ts';
import { bigintFromLittleEndian } from './formats/r1cs.ts';
import { terminateCurve } from './backends/snarkjs-backend.ts';
import { proofPoints } from './formats/proof-points.ts';
import { parseVerificationKey } from './formats/verification-key.ts';
import { WitnessCalculator } from './witness.ts';
import { WitnessSource } from './witness-program/witness-program.ts';
import type { CircuitInputs } from '../statements/circuit-input.ts';

export interface ProofTimings {
  readonly witnessMs: number;
  readonly proveMs: number;
  readonly verifyMs: number;
}

/** What a proof is asked for; `prepareStatement` makes one. */
export interface ProofRequest<Name extends StatementName> {
  readonly statement: Name;
  readonly profile: string;
  readonly inputs: CircuitInputs;
}

export interface Proven<Name extends StatementName> {
  readonly file: ProofFile<Name>;
  /** Residues in the order in which a verifier takes them; `file` has them by name. */
  readonly publicSignals: readonly bigint[];
  readonly constraints: number;
  readonly timings: ProofTimings;
}

export interface ProverOptions {
  readonly backend?: ProvingBackend;
  readonly artifacts?: ArtifactManifest;
  /**
   * Whether each proof is verified here too where the backend verifies what it makes: it is, unless this says
   * `first`. Then only the first under each verifying key is, which shows that the backend proves and verifies with
   * the same key.
   */
  readonly verifiesAgain?: 'each' | 'first';
}

/** Milliseconds since `started`, whole. */
function elapsed(started: number): number {
  return Math.round(performance.now() - started);
}

/**
 * Proves statements with listed artifacts. Witness calculators and keys stay warm between proofs;
 * `close` (or `await using`) ends the threads. No proof leaves it unverified.
 */
export class Prover {
  readonly #artifacts: ArtifactManifest;
  readonly #witnesses = new Map<string, WitnessSource>();
  readonly #verificationKeys = new Map<string, SnarkjsVerificationKey>();
  readonly #givenBackend: ProvingBackend | undefined;
  readonly #verifiesAgain: 'each' | 'first';
  /** Verifying keys under which a proof of the backend held. */
  readonly #held = new Set<string>();
  #defaultBackend: ProvingBackend | undefined;

  constructor(options: ProverOptions = {}) {
    this.#artifacts = options.artifacts ?? loadArtifactManifest();
    this.#givenBackend = options.backend;
    this.#verifiesAgain = options.verifiesAgain ?? 'each';
  }

  artifact(statement: StatementName, profile: string): Artifact {
    return findArtifact(this.#artifacts, statement, profile);
  }

  async prove<Name extends StatementName>(request: ProofRequest<Name>): Promise<Proven<Name>> {
    const { statement, profile, inputs } = request;
    const artifact = this.artifact(statement, profile);
    const source = this.#witnessSource(artifact);
    const backend = this.#backend(artifact);
    // A key that cannot be trusted is found out before the work, not after it.
    this.#verificationKey(artifact);

    let started = performance.now();
    const witness = await source.calculateBytes(inputs);
    const witnessMs = elapsed(started);

    started = performance.now();
    const made = await backend.prove(artifact, witness);
    const proveMs = elapsed(started);

    const count = made.publicSignals.length;
    const expected = Array.from({ length: count }, (_, index) =>
      bigintFromLittleEndian(witness, 32 * (index + 1)),
    );
    if (expected.join() !== made.publicSignals.join()) {
      throw new PlimsollError(
        'PROOF_INVALID',
        `${backend.name}: the public signals are not those of the witness`,
      );
    }
    const named: StatementSignals[Name] = decodePublicSignals(statement, made.publicSignals);
    started = performance.now();
    const key = artifact.files.verificationKey.sha256;
    const isVerified =
      backend.verifies === true && this.#verifiesAgain === 'first' && this.#held.has(key);
    if (!isVerified && !(await this.#accepts(artifact, made))) {
      throw new PlimsollError(
        'PROOF_INVALID',
        `${backend.name}: made a proof that does not verify`,
      );
    }
    this.#held.add(key);
    const verifyMs = elapsed(started);

    const file: ProofFile<Name> = {
      statement,
      profile,
      artifact: {
        r1cs: artifact.files.r1cs.sha256,
        verificationKey: artifact.files.verificationKey.sha256,
        key: artifact.key,
      },
      publicSignals: named,
      proof: made.proof,
      versions: { ...artifact.tools, backend: `${backend.name} ${backend.version}` },
    };
    const { constraints } = artifact;
    const timings = { witnessMs, proveMs, verifyMs };
    return { file, publicSignals: made.publicSignals, constraints, timings };
  }

  /** Whether the proof holds for the circuit it names; throws when that is not the listed one. */
  async verify(file: ProofFile): Promise<boolean> {
    const artifact = this.artifact(file.statement, file.profile);
    const { r1cs, verificationKey } = artifact.files;
    if (file.artifact.r1cs !== r1cs.sha256) {
      throw new InvalidInput('artifact.r1cs', `must be ${r1cs.sha256}, the circuit built here`);
    }
    if (file.artifact.verificationKey !== verificationKey.sha256) {
      throw new InvalidInput(
        'artifact.verificationKey',
        `must be ${verificationKey.sha256}, the key built here`,
      );
    }
    if (file.artifact.key !== artifact.key) {
      throw new InvalidInput('artifact.key', `must be "${artifact.key}", as the key built here is`);
    }
    const publicSignals = encodePublicSignals(file.statement, file.publicSignals);
    return await this.#accepts(artifact, { proof: file.proof, publicSignals });
  }

  async close(): Promise<void> {
    for (const source of this.#witnesses.values()) source.close();
    this.#witnesses.clear();
    await this.#givenBackend?.close();
    await this.#defaultBackend?.close();
    // Verification runs in snarkjs whichever backend proves.
    await terminateCurve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #accepts(artifact: Artifact, made: BackendProof): Promise<boolean> {
    const key = this.#verificationKey(artifact);
    if (proofPoints(made.proof) === undefined) return false;
    return await groth16.verify(key, made.publicSignals.map(String), toSnarkjsProof(made.proof));
  }

  #verificationKey(artifact: Artifact): SnarkjsVerificationKey {
    const listed = artifact.files.verificationKey;
    const name = `${artifact.key} ${listed.sha256}`;
    let key = this.#verificationKeys.get(name);
    if (key === undefined) {
      const source = Buffer.from(readArtifactFile(listed)).toString('utf8');
      key = parseVerificationKey(source, { setup: artifact.key });
      this.#verificationKeys.set(name, key);
    }
    return key;
  }

  #witnessSource(artifact: Artifact): WitnessSource {
    const listed = artifact.files.wasm;
    let source = this.#witnesses.get(listed.sha256);
    if (source === undefined) {
      source = new WitnessSource(artifact, new WitnessCalculator(readArtifactFile(listed)));
      this.#witnesses.set(listed.sha256, source);
    }
    return source;
  }

  #backend(artifact: Artifact): ProvingBackend {
    if (this.#givenBackend !== undefined) return this.#givenBackend;
    return (this.#defaultBackend ??= defaultBackend(artifact.tools['snarkjs'] ?? 'unknown'));
  }
}
