// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { groth16 } from 'snarkjs';

import { compiledFile } from '../toolchain/circuits/compile.ts';
import type { CompiledCircuit } from '../toolchain/circuits/compile.ts';
import { developmentKey } from '../toolchain/circuits/keys.ts';
import type { DevelopmentKey } from '../toolchain/circuits/keys.ts';
import { compileHarnessCircuit } from '../toolchain/circuits/open.ts';
import { PlimsollError } from '../core/errors.ts';
import { Ledger } from '../commitments/ledger.ts';
import { loadDefaultParameters } from '../documents/parameters-document.ts';
import type { Artifact } from '../proving/artifacts.ts';
import { toSnarkjsProof } from '../proving/backends/backend.ts';
import type { ProvingBackend } from '../proving/backends/backend.ts';
import type { StatementName } from '../statements/generated/public-signals.ts';
import { findProfile, findStatement, loadManifest } from '../statements/manifest.ts';
import { Prover } from '../proving/prover.ts';
import type { ProofTimings } from '../proving/prover.ts';
import { REPOSITORY_ROOT } from '../core/root.ts';
import { WitnessCalculator } from '../proving/witness.ts';
import { labelled } from '../sample/labels.ts';
import { loadSample } from '../sample/sample.ts';
import type { StatementInstance } from '../statements/instance.ts';
import { prepareStatement } from '../statements/prepare.ts';
import { MarketTick } from '../statements/market-tick.ts';

/** The account is in the sample: below maintenance for a liquidation, healthy for the others. */
const PROVEN = {
  'liquidation-7': ['liquidation', '7', 'ordinary-liquidation'],
  'liquidation-16': ['liquidation', '16', 'ordinary-liquidation'],
  'account-margin-4': ['account-margin', '4', 'together'],
  'account-margin-16': ['account-margin', '16', 'together'],
  'solvency-receipt-4': ['solvency-receipt', '4', 'together'],
} as const satisfies Readonly<
  Record<string, readonly [statement: StatementName, profile: string, account: string]>
>;
type ProvenName = keyof typeof PROVEN;

export const STATEMENT_SUBJECTS = Object.keys(PROVEN) as ProvenName[];
export type SubjectName = ProvenName | 'poseidon-chain';
export const SUBJECTS: readonly SubjectName[] = [...STATEMENT_SUBJECTS, 'poseidon-chain'];

/** The native backend as a service has it: no proof but the first is verified again by snarkjs. */
export const SERVICE = 'service';

export interface ProofRun {
  readonly constraints: number;
  readonly timings: ProofTimings;
}

/** One run: from the inputs of a circuit to a verified proof. */
export type Subject = () => Promise<ProofRun>;

/** 240 constraints a link: this many fill a domain of 2¹⁷ rows. */
const CHAIN = {
  name: 'poseidon-chain',
  file: 'test/circuits/templates/poseidon-chain.circom',
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

/** The instance in the profile asked for, also where a smaller one would do. */
function instanceOf(name: ProvenName): StatementInstance {
  const [statementName, profile, account] = PROVEN[name];
  const sample = loadSample();
  const ledger = new Ledger(sample.ledgers.crash);
  const { index } = labelled(sample.labels, account);
  const circuits = loadManifest(REPOSITORY_ROOT);
  const declared = findStatement(circuits, statementName);
  const statement = { ...declared, profiles: { [profile]: findProfile(declared, profile) } };
  const request = {
    opening: ledger.open(index),
    tick: new MarketTick(sample.snapshots.crash.snapshot, loadDefaultParameters()),
    context: 1n,
  };
  return prepareStatement(statementName, request, { ...circuits, statements: [statement] });
}

async function chainSubject(backend: ProvingBackend): Promise<Subject> {
  const { compiled, key } = await buildChain();
  const calculator = new WitnessCalculator(
    readFileSync(compiledFile(REPOSITORY_ROOT, compiled, 'wasm')),
  );
  // A backend looks at the key, and a peer at the constraint system, alone.
  const r1cs = { path: compiledFile(REPOSITORY_ROOT, compiled, 'r1cs') };
  const artifact = { files: { zkey: key.zkey, r1cs } } as Artifact;
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

/** `verifiesAgain` is of `Prover`; proofs of the chain are verified by snarkjs each. */
export async function openSubject(
  name: SubjectName,
  backend: ProvingBackend,
  verifiesAgain: 'each' | 'first',
): Promise<Subject> {
  if (name === 'poseidon-chain') return await chainSubject(backend);
  const instance = instanceOf(name);
  const prover = new Prover({ backend, verifiesAgain });
  return async () => await prover.prove(instance);
}
