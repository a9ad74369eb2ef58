// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError } from '../core/errors.ts';

/** Every check, in the order in which they are made, with what it holds when it holds. */
export const CHECKS = {
  sources: 'every source of the circuit is the one that was built',
  compiler: 'circom is the pinned one',
  constraints: 'the sources, compiled anew, give the constraint system that was built',
  r1cs: 'the constraint system on disk is the one that was built',
  zkey: 'the proving key on disk is the one that was built',
  setup: 'the proving key was made from that constraint system',
  'key-points': 'gamma, delta, alpha, beta and IC are those of a finished key',
  'verifying-key': 'the verifying key is that of the proving key',
  solidity: 'the verifier contract is generated from that key',
  runtime: 'the code on chain is that of the sources, immutables aside',
  creation: 'the contract was created by the code of the sources',
  immutables: 'the immutables in the code are those of the venue',
  'chain-key': 'no development key stands on a chain with money',
  roles: 'owner, guardian and oracles are those of the venue, and nobody waits to replace them',
  delays: 'every delay is that of the venue',
  parameters: 'the active parameter set is the published one, and none is pending',
  'transition-verifier':
    'roots are judged by the transition verifier of the venue, and by no stand-in',
  ledger: 'the published data of every root rebuilds the ledger',
  inbox: 'every message of a lane is in its hash',
  transition: 'every root follows from the one before by the rules of docs/integration.md',
  snapshot: 'every snapshot is the document that the quorum signed',
  tick: 'every margin tick binds ledger, snapshot and parameters that were in force',
  signals: 'every public signal of every posted proof is what the model computes',
  proof: 'every posted proof holds under the verifying key',
} as const;
export type CheckName = keyof typeof CHECKS;
export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

/** Those that compile circuits and contracts anew: minutes, and nothing of the chain's history. */
export const COMPILING_CHECKS: readonly CheckName[] = [
  'sources',
  'compiler',
  'constraints',
  'r1cs',
  'zkey',
  'setup',
  'key-points',
  'verifying-key',
  'solidity',
  'runtime',
  'creation',
  'immutables',
];

export type Outcome = 'holds' | 'fails' | 'unchecked';

export interface Verdict {
  readonly check: CheckName;
  /** Of what: a circuit, a contract, a transaction. */
  readonly subject: string;
  readonly outcome: Outcome;
  readonly detail: string;
}

/** A link that does not hold. */
class Broken extends Error {}

/** A link that cannot be checked, and why. */
class Unchecked extends Error {}

export function demand(holds: boolean, reason: string): void {
  if (!holds) throw new Broken(reason);
}

export function unchecked(reason: string): never {
  throw new Unchecked(reason);
}

/** What is there, or the reason why nothing can be checked. */
export function given<T>(value: T | undefined, reason: string): T {
  return value === undefined ? unchecked(reason) : value;
}

/** Collects verdicts; a check that is left out gives none. */
export class Verdicts {
  readonly list: Verdict[] = [];
  readonly #without: ReadonlySet<CheckName>;
  readonly #note: (line: string) => void;

  constructor(without: readonly CheckName[] = [], note: (line: string) => void = () => undefined) {
    this.#without = new Set(without);
    this.#note = note;
  }

  async judge(
    check: CheckName,
    subject: string,
    work: () => string | Promise<string>,
  ): Promise<void> {
    if (this.#without.has(check)) return;
    this.#note(`${check}: ${subject}`);
    const tell = (outcome: Outcome, detail: string): void => {
      this.list.push({ check, subject, outcome, detail });
    };
    try {
      tell('holds', await work());
    } catch (error) {
      if (error instanceof Unchecked) tell('unchecked', error.message);
      else if (
        error instanceof Broken ||
        error instanceof PlimsollError ||
        error instanceof InvalidInput
      ) {
        tell('fails', error.message.split('\n')[0]!);
      } else throw error;
    }
  }
}
