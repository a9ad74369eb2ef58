// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, rmSync } from 'node:fs';

import type { Signer } from 'ethers';
import { z } from 'zod';

import { InvalidInput } from '../../core/errors.ts';
import { makeFolder, readTextFile, writeFileAtomically } from '../../core/files.ts';
import { sha256File } from '../../core/hash.ts';
import { parseDocument } from '../../core/schema.ts';
import {
  spelled,
  type ContributedCircuit,
  type Receipt,
} from '../../proving/ceremony/documents.ts';
import { receiptMessage, type CeremonyFolder } from '../../proving/ceremony/folder.ts';
import {
  applyBeacon,
  contributeTo,
  type KeyContribution,
} from '../../proving/ceremony/native-ceremony.ts';

const unfinishedSchema = z.strictObject({
  number: z.int(),
  name: z.string(),
  done: z.array(
    z.strictObject({ name: z.string(), before: z.string(), after: z.string(), hash: z.string() }),
  ),
});
type Unfinished = z.infer<typeof unfinishedSchema>;

export interface ContributionOptions {
  readonly note?: (line: string) => void;
}

/** How far the contribution of that name has come; throws where somebody else's is not whole. */
function resumed(folder: CeremonyFolder, number: number, name: string): Unfinished {
  if (!existsSync(folder.unfinishedPath)) return { number, name, done: [] };
  const source = readTextFile(folder.unfinishedPath, '<folder>');
  const found = parseDocument(unfinishedSchema, source, folder.unfinishedPath);
  if (found.number !== number || found.name !== name) {
    throw new InvalidInput(
      '--name',
      `contribution ${found.number} of "${found.name}" is not whole: finish it, or delete ${folder.unfinishedPath}`,
    );
  }
  return found;
}

/** Every circuit in turn; what is done is written down after each, so that nothing is done twice. */
async function throughAll(
  folder: CeremonyFolder,
  number: number,
  name: string,
  step: (from: string, to: string) => Promise<KeyContribution>,
  note: (line: string) => void,
): Promise<readonly ContributedCircuit[]> {
  const { circuits } = folder.plan().document;
  const unfinished = resumed(folder, number, name);
  for (const circuit of circuits) {
    const to = folder.keyPath(circuit.name, number);
    const earlier = unfinished.done.find((one) => one.name === circuit.name);
    if (earlier !== undefined && existsSync(to) && sha256File(to) === earlier.after) continue;
    note(`${circuit.name}: contribution ${number}`);
    const from = folder.keyPath(circuit.name, number - 1);
    const before = sha256File(from);
    const { hash } = await step(from, to);
    unfinished.done = unfinished.done.filter((one) => one.name !== circuit.name);
    unfinished.done.push({ name: circuit.name, before, after: sha256File(to), hash });
    writeFileAtomically(folder.unfinishedPath, spelled(unfinished));
  }
  return circuits.map(({ name: circuit }) => unfinished.done.find((one) => one.name === circuit)!);
}

function nextNumber(folder: CeremonyFolder): {
  readonly number: number;
  readonly previous: string;
} {
  const receipts = folder.receipts();
  if (receipts.at(-1)?.document.beacon !== undefined) {
    throw new InvalidInput('<folder>', 'the beacon has been applied: nobody contributes any more');
  }
  return { number: receipts.length + 1, previous: receipts.at(-1)?.hash ?? folder.plan().hash };
}

function finish(folder: CeremonyFolder, receipt: Receipt): void {
  makeFolder(folder.receiptsPath, '<folder>');
  writeFileAtomically(folder.receiptPath(receipt.number), spelled(receipt));
  rmSync(folder.unfinishedPath, { force: true });
}

/**
 * One person's contribution to every circuit, each with a secret of its own, and the signed receipt that
 * ties them to all before. Interrupted, it goes on where it was.
 */
export async function contribute(
  folder: CeremonyFolder,
  by: { readonly name: string; readonly entropy: string; readonly signer: Signer },
  { note = () => undefined }: ContributionOptions = {},
): Promise<Receipt> {
  const { number, previous } = nextNumber(folder);
  const { name, entropy, signer } = by;
  const step = (from: string, to: string): Promise<KeyContribution> =>
    contributeTo(from, to, { name, entropy });
  const circuits = await throughAll(folder, number, name, step, note);
  const receipt: Receipt = {
    format: 'plimsoll.ceremony-receipt',
    version: 1,
    number,
    name,
    previous,
    circuits: [...circuits],
    contributor: await signer.getAddress(),
  } as Receipt;
  const signed = { ...receipt, signature: await signer.signMessage(receiptMessage(receipt)) };
  finish(folder, signed);
  return signed;
}

const BEACON_NAME = 'beacon';

/** The last contribution, from the value of the plan's beacon, as 64 hexadecimal digits. */
export async function contributeBeacon(
  folder: CeremonyFolder,
  value: string,
  { note = () => undefined }: ContributionOptions = {},
): Promise<Receipt> {
  const { number, previous } = nextNumber(folder);
  const { iterations } = folder.plan().document.beacon;
  const step = (from: string, to: string): Promise<KeyContribution> =>
    applyBeacon(from, to, { name: BEACON_NAME, beacon: value, iterations });
  const circuits = await throughAll(folder, number, BEACON_NAME, step, note);
  const receipt = {
    format: 'plimsoll.ceremony-receipt',
    version: 1,
    number,
    name: BEACON_NAME,
    previous,
    circuits: [...circuits],
    beacon: value,
  } as Receipt;
  finish(folder, receipt);
  return receipt;
}
