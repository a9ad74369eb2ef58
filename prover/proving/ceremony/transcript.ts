// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from 'node:fs';

import { zKey } from 'snarkjs';

import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { sha256, sha256File } from '../../core/hash.ts';
import { parseVerificationKey } from '../formats/verification-key.ts';
import { isSignedByItsContributor, type CeremonyFolder, type Hashed } from './folder.ts';
import type { CeremonyPlan, PlanCircuit, Receipt } from './documents.ts';
import { NATIVE_MISSING, checkPowers, verifyKey, type KeyContribution } from './native-ceremony.ts';
import {
  PREPARED_POWERS,
  blake2bFile,
  preparedPowers,
  type PreparedPowers,
} from './prepared-powers.ts';

/** What is looked at, one after the other. */
export const TRANSCRIPT_CHECKS = {
  'powers-hash': 'the powers of tau are the file that the plan names',
  'powers-listed': 'that file is one of the public ones that are pinned here',
  'powers-structure': 'the powers are those of one tau, alpha and beta',
  circuit: 'the constraint system is the one of the plan',
  initial: 'the first key is the circuit over the powers',
  receipts: 'every receipt follows the one before it and is signed',
  contributions: 'the last key is the first one with exactly the contributions of the receipts',
  beacon: 'the last contribution is the beacon of the plan',
  'beacon-value': "the beacon's value is what its source says",
  'final-key': 'the final key passes every rule that keys are held to',
} as const;
export type TranscriptCheck = keyof typeof TRANSCRIPT_CHECKS;

export interface TranscriptFinding {
  readonly check: TranscriptCheck;
  readonly subject: string;
  readonly outcome: 'holds' | 'fails' | 'unchecked';
  readonly detail: string;
}

export interface TranscriptOptions {
  /** The value of the plan's beacon as whoever verifies has fetched it; without it that stays unchecked. */
  readonly beaconValue?: ((plan: CeremonyPlan['beacon']) => Promise<string>) | undefined;
  /** The files a production ceremony may start from. */
  readonly table?: readonly PreparedPowers[];
  /** Left out: by tests, to show that each check is the one that catches. */
  readonly without?: readonly TranscriptCheck[];
  readonly note?: (line: string) => void;
}

class Broken extends Error {}

function demand(holds: boolean, reason: string): void {
  if (!holds) throw new Broken(reason);
}

interface Context {
  readonly folder: CeremonyFolder;
  readonly plan: CeremonyPlan;
  readonly planHash: string;
  readonly receipts: readonly Hashed<Receipt>[];
}

function checkReceipts({ planHash, receipts, plan }: Context): string {
  demand(receipts.length > 0, 'nobody has contributed');
  const names = plan.circuits.map(({ name }) => name).join();
  receipts.forEach(({ document }, index) => {
    const previous = receipts[index - 1];
    const place = `receipt ${index + 1}`;
    demand(document.previous === (previous?.hash ?? planHash), `${place} does not follow`);
    demand(
      document.circuits.map(({ name }) => name).join() === names,
      `${place} is not of every circuit of the plan`,
    );
    document.circuits.forEach((circuit, at) => {
      const before = previous?.document.circuits[at]!.after ?? plan.circuits[at]!.initial;
      demand(circuit.before === before, `${place}: ${circuit.name} starts from another key`);
    });
    demand(
      document.beacon !== undefined || isSignedByItsContributor(document),
      `${place} is not signed by ${document.contributor}`,
    );
  });
  const people = receipts.filter(({ document }) => document.beacon === undefined);
  demand(people.length > 0, 'nobody but the beacon has contributed');
  return `${people.length} contributors`;
}

function checkBeacon({ receipts, plan }: Context): string {
  receipts.slice(0, -1).forEach(({ document }) => {
    demand(
      document.beacon === undefined,
      `receipt ${document.number} is a beacon, but not the last`,
    );
  });
  const last = receipts.at(-1)?.document;
  demand(last?.beacon !== undefined, 'the beacon has not been applied');
  return `block ${plan.beacon.block} of chain ${plan.beacon.chainId}: 0x${last!.beacon}`;
}

/** The history in the key, entry by entry against the receipts. */
function compareHistory(
  circuit: PlanCircuit,
  { receipts, plan }: Context,
  history: readonly KeyContribution[],
): void {
  demand(
    history.length === receipts.length,
    `the key has ${history.length} contributions, there are ${receipts.length} receipts`,
  );
  receipts.forEach(({ document }, index) => {
    const entry = history[index]!;
    const stated = document.circuits.find(({ name }) => name === circuit.name);
    const place = `contribution ${index + 1}`;
    demand(
      entry.hash === stated?.hash && entry.name === document.name,
      `${place} is not that of receipt ${index + 1}`,
    );
    demand(entry.beacon === document.beacon, `${place} is a beacon of another value`);
    demand(
      document.beacon === undefined || entry.iterations === plan.beacon.iterations,
      `${place}: its beacon is hashed another number of times`,
    );
  });
}

/**
 * Judges a whole ceremony from its folder, without believing any file in it: one finding a check and
 * circuit. Throws only where a document cannot be read.
 */
export async function verifyTranscript(
  folder: CeremonyFolder,
  options: TranscriptOptions = {},
): Promise<readonly TranscriptFinding[]> {
  const { document: plan, hash: planHash } = folder.plan();
  const context: Context = { folder, plan, planHash, receipts: folder.receipts() };
  const { table = PREPARED_POWERS, without = [], note = () => undefined } = options;
  const findings: TranscriptFinding[] = [];
  const judge = async (
    check: TranscriptCheck,
    subject: string,
    work: () => string | undefined | Promise<string | undefined>,
  ): Promise<void> => {
    if (without.includes(check)) return;
    note(`${subject}: ${TRANSCRIPT_CHECKS[check]}`);
    try {
      const detail = await work();
      const outcome = detail === undefined ? 'unchecked' : 'holds';
      findings.push({ check, subject, outcome, detail: detail ?? 'nobody was asked' });
    } catch (error) {
      const isFault =
        error instanceof Broken || error instanceof PlimsollError || error instanceof InvalidInput;
      if (!isFault) throw error;
      const isMissing = error instanceof PlimsollError && error.code === NATIVE_MISSING;
      const outcome = isMissing ? 'unchecked' : 'fails';
      findings.push({ check, subject, outcome, detail: error.message });
    }
  };
  const powers = folder.powersPath();

  await judge('powers-hash', plan.powers.name, async () => {
    const found = await blake2bFile(powers);
    demand(found === plan.powers.blake2b, `BLAKE2b of the file is ${found}`);
    return `BLAKE2b ${found.slice(0, 16)}…`;
  });
  await judge('powers-listed', plan.powers.name, () => {
    const listed = preparedPowers(plan.powers.blake2b, table);
    demand(
      listed !== undefined,
      'it is not in the table of docs/ceremony.md: who made it, nobody knows',
    );
    return listed!.name;
  });
  await judge('powers-structure', plan.powers.name, async () => {
    const { power } = await checkPowers(powers);
    return `2^${power} powers`;
  });
  await judge('receipts', 'receipts', () => checkReceipts(context));
  await judge('beacon', 'beacon', () => checkBeacon(context));
  await judge('beacon-value', 'beacon', async () => {
    const value = context.receipts.at(-1)?.document.beacon;
    if (options.beaconValue === undefined) return undefined;
    const found = await options.beaconValue(plan.beacon);
    demand(found === value, `its source says 0x${found}`);
    return `0x${found}`;
  });
  for (const circuit of plan.circuits) await judgeCircuit(circuit, context, judge);
  return findings;
}

async function judgeCircuit(
  circuit: PlanCircuit,
  context: Context,
  judge: (
    check: TranscriptCheck,
    subject: string,
    work: () => string | undefined | Promise<string | undefined>,
  ) => Promise<void>,
): Promise<void> {
  const { folder, receipts } = context;
  const place = { powers: folder.powersPath(), circuit: folder.r1csPath(circuit.name) };
  const last = folder.keyPath(circuit.name, receipts.length);
  await judge('circuit', circuit.name, () => {
    const found = sha256File(place.circuit);
    demand(found === circuit.r1cs, `SHA-256 of the r1cs is ${found}`);
    return `SHA-256 ${found.slice(0, 16)}…, ${circuit.constraints} constraints`;
  });
  await judge('initial', circuit.name, async () => {
    const path = folder.keyPath(circuit.name, 0);
    demand(sha256File(path) === circuit.initial, 'it is not the file of the plan');
    const { circuitHash, contributions } = await verifyKey(place, path);
    demand(contributions.length === 0, 'somebody has contributed before the first');
    demand(circuitHash === circuit.circuitHash, `its circuit hash is ${circuitHash}`);
    return `circuit hash ${circuitHash.slice(0, 16)}…`;
  });
  await judge('contributions', circuit.name, async () => {
    demand(existsSync(last), `the key after contribution ${receipts.length} is missing`);
    const { circuitHash, contributions } = await verifyKey(place, last);
    demand(circuitHash === circuit.circuitHash, 'it began with another key');
    compareHistory(circuit, context, contributions);
    const stated = receipts.at(-1)?.document.circuits.find(({ name }) => name === circuit.name);
    demand(sha256File(last) === stated?.after, 'it is not the file of the last receipt');
    return `${contributions.length} contributions`;
  });
  await judge('final-key', circuit.name, async () => {
    const text = await exportedVerificationKey(readFileSync(last));
    parseVerificationKey(text, { setup: 'ceremony' });
    return `SHA-256 of its verifying key ${sha256(text).slice(0, 16)}…`;
  });
}

/** The verifying key in a `.zkey`, in the one spelling that is hashed. */
export async function exportedVerificationKey(zkey: Uint8Array): Promise<string> {
  const key = await zKey.exportVerificationKey({ type: 'mem', data: zkey });
  return `${JSON.stringify(key, null, 1)}\n`;
}

/** Every check was made of everything, and holds: only then is a key called that of a ceremony. */
export function isProduction(findings: readonly TranscriptFinding[]): boolean {
  const seen = new Set(findings.map(({ check }) => check));
  return (
    (Object.keys(TRANSCRIPT_CHECKS) as TranscriptCheck[]).every((check) => seen.has(check)) &&
    findings.every(({ outcome }) => outcome === 'holds')
  );
}
