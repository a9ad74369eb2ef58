// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { groth16 } from 'snarkjs';

import { compiledFile } from '../../scripts/circuits/compile.ts';
import type { CompiledCircuit } from '../../scripts/circuits/compile.ts';
import { developmentKey } from '../../scripts/circuits/keys.ts';
import type { DevelopmentKey } from '../../scripts/circuits/keys.ts';
import { compileHarnessCircuit } from '../../scripts/circuits/open.ts';
import { PlimsollError } from '../errors.ts';
import { Ledger } from '../ledger/ledger.ts';
import { loadDefaultParameters } from '../market/parameters-document.ts';
import type { Artifact } from '../proving/artifacts.ts';
import { toSnarkjsProof } from '../proving/backend.ts';
import type { ProvingBackend } from '../proving/backend.ts';
import { loadManifest } from '../proving/manifest.ts';
import { Prover } from '../proving/prover.ts';
import type { ProofTimings } from '../proving/prover.ts';
import { REPOSITORY_ROOT } from '../proving/root.ts';
import { WitnessCalculator } from '../proving/witness.ts';
import { loadSample } from '../sample/sample.ts';
import type { StatementInstance } from '../statements/instance.ts';
import { prepareStatement } from '../statements/prepare.ts';

export const SUBJECTS = ['liquidation-small', 'liquidation-16', 'poseidon-chain'] as const;
export type SubjectName = (typeof SUBJECTS)[number];

export interface ProofRun {
  readonly constraints: number;
  readonly timings: ProofTimings;
}

/** One run: from the inputs of a circuit to a proof that snarkjs has verified. */
export type Subject = () => Promise<ProofRun>;

/** 240 constraints a link: this many fill a domain of 2¹⁷ rows. */
const CHAIN = {
  name: 'poseidon-chain',
  file: 'test/circuits/poseidon-chain.circom',
  template: 'PoseidonChain',
  parameters: [540],
};

export interface Chain {
  readonly compiled: CompiledCircuit;
  readonly key: DevelopmentKey;
}

/** Compiles the dense circuit and makes its key, or finds both. */
export async function buildChain(): Promise<Chain> {
  const compiled = await compileHarnessCircuit(CHAIN);
  const key = await developmentKey(REPOSITORY_ROOT, compiled, () => undefined);
  return { compiled, key };
}

function liquidation(profile: string): StatementInstance<'liquidation'> {
  const sample = loadSample();
  const ledger = new Ledger(sample.ledgers.crash);
  const { index } = sample.labels.find(({ name }) => name === 'ordinary-liquidation')!;
  const circuits = loadManifest(REPOSITORY_ROOT);
  const statements = circuits.statements.map((statement) => {
    return { ...statement, profiles: { [profile]: statement.profiles[profile]! } };
  });
  const request = {
    opening: ledger.open(index),
    snapshot: sample.snapshots.crash.snapshot,
    parameters: loadDefaultParameters(),
    context: 1n,
  };
  return prepareStatement('liquidation', request, { ...circuits, statements });
}

async function chainSubject(backend: ProvingBackend): Promise<Subject> {
  const { compiled, key } = await buildChain();
  const calculator = new WitnessCalculator(
    readFileSync(compiledFile(REPOSITORY_ROOT, compiled, 'wasm')),
  );
  // A backend looks at the key alone.
  const artifact = { files: { zkey: key.zkey } } as Artifact;
  let start = 1n;
  return async () => {
    const times = [performance.now()];
    const witness = calculator.calculateBytes({ start: (start += 1n) });
    times.push(performance.now());
    const { proof, publicSignals } = await backend.prove(artifact, witness);
    times.push(performance.now());
    const signals = publicSignals.map(String);
    if (!(await groth16.verify(key.verifying, signals, toSnarkjsProof(proof)))) {
      throw new PlimsollError('PROOF_INVALID', `${backend.name}: a proof does not verify`);
    }
    times.push(performance.now());
    const [witnessMs, proveMs, verifyMs] = times.slice(1).map((time, i) => time - times[i]!);
    const timings = { witnessMs: witnessMs!, proveMs: proveMs!, verifyMs: verifyMs! };
    return { constraints: compiled.constraints, timings };
  };
}

export async function openSubject(name: SubjectName, backend: ProvingBackend): Promise<Subject> {
  if (name === 'poseidon-chain') return await chainSubject(backend);
  const instance = liquidation(name.slice('liquidation-'.length));
  const prover = new Prover({ backend });
  return async () => await prover.prove(instance);
}
