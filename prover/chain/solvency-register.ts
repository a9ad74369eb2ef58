// SPDX-License-Identifier: GPL-3.0-or-later
import {
  Contract,
  ZeroHash,
  encodeBytes32String,
  type ContractRunner,
  type ContractTransactionReceipt,
} from 'ethers';
import { z } from 'zod';

import { packMessage, type Lane } from '../commitments/inbox-message.ts';
import { PlimsollError } from '../core/errors.ts';
import { parseValue } from '../core/schema.ts';
import { exportedAbi } from './abi.ts';
import { laneHash, laneSeed } from './inbox-lane.ts';
import { readMessages } from './inbox-messages.ts';
import type { MessageWords } from './ledger-update.ts';
import { read, type ContractCall } from './refusal.ts';
import type { ContractProof } from './submit.ts';
import type { VenueDocument } from './venue-document.ts';
import type { Venue } from './venue.ts';

/** A proof of rows or of a batch; it says session, state before and state after. */
export interface SessionLink {
  readonly statement: 'risk-arrays' | 'solvency-batch';
  readonly profile: string;
  readonly proof: ContractProof;
  readonly publicSignals: readonly bigint[];
}

/** The register of a venue; throws `NO_REGISTER` where it has none. */
export function solvencyRegister(
  { contracts }: Pick<VenueDocument, 'contracts'>,
  runner: ContractRunner,
): Contract {
  const address = contracts.solvencyRegister;
  if (address === undefined) {
    throw new PlimsollError('NO_REGISTER', 'the venue has no register of solvency sessions');
  }
  return new Contract(address, exportedAbi('SolvencyRegister'), runner);
}

/** In the order of `ISolvencyRegister.Standing`. */
export const COVER_STANDINGS = ['unproven', 'covered', 'short'] as const;
export type CoverStanding = (typeof COVER_STANDINGS)[number];

/** What the newest sessions say now: what admission asks before it lets anybody take on risk. */
export async function readStanding(register: Contract): Promise<CoverStanding> {
  return COVER_STANDINGS[Number(await read(register, 'standing', [], z.bigint()))] ?? 'unproven';
}

const fields = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess((result: { toObject(): unknown }) => result.toObject(), z.object(shape));
const citedSchema = fields({ ledgerSequence: z.bigint() });
const ledgerSchema = fields({ engineCount: z.bigint(), userCount: z.bigint() });

/** As `UnconsumedMessages` of ISolvencyRegister.sol. */
async function unconsumed(
  registry: Contract,
  lane: Lane,
  consumed: bigint,
  { chainId, deploymentBlock }: Pick<VenueDocument, 'chainId' | 'deploymentBlock'>,
): Promise<{ readonly hashBefore: string; readonly messages: readonly MessageWords[] }> {
  const all = await readMessages(registry, lane, 0n, deploymentBlock);
  const messages = all.slice(Number(consumed)).map((message) => {
    const [w0, w1] = packMessage(message);
    return { w0, w1 };
  });
  if (messages.length === 0) return { hashBefore: ZeroHash, messages };
  const seed = laneSeed(chainId, String(registry.target), lane);
  return { hashBefore: laneHash(seed, all.slice(0, Number(consumed))), messages };
}

/** Pins the current tick, with every message that its ledger lacks. */
export async function pinCall(
  register: Contract,
  { marketFeed, ledgerRegistry }: Venue,
  document: Pick<VenueDocument, 'chainId' | 'deploymentBlock'>,
): Promise<ContractCall> {
  const tick = await read(marketFeed, 'latestTick', [], z.bigint());
  const { ledgerSequence } = await read(marketFeed, 'citedTick', [tick], citedSchema);
  const counts = await read(ledgerRegistry, 'ledger', [ledgerSequence], ledgerSchema);
  const args = [
    await unconsumed(ledgerRegistry, 'engine', counts.engineCount, document),
    await unconsumed(ledgerRegistry, 'user', counts.userCount, document),
  ];
  return { contract: register, method: 'pinTick', args };
}

const pinnedSchema = z.object({ pin: z.bigint(), tick: z.bigint(), deadline: z.bigint() });

/** What a pin's event says of it. */
export function pinnedIn(register: Contract, receipt: ContractTransactionReceipt) {
  for (const log of receipt.logs) {
    const parsed = register.interface.parseLog(log);
    if (parsed?.name === 'TickPinned') {
      return parseValue(pinnedSchema, parsed.args.toObject(), 'TickPinned');
    }
  }
  throw new PlimsollError('NO_EVENT', 'the transaction pinned nothing');
}

/** Most that are verified together: a transaction of them is a fifteenth of a block. */
const MOST_TOGETHER = 16;
const AFTER = 2;

/** The links behind the last state that is reached: of proofs sent together only the last state is kept. */
async function unsent(
  register: Contract,
  links: readonly SessionLink[],
): Promise<readonly SessionLink[]> {
  for (let count = links.length; count > 0; count -= 1) {
    const { statement, publicSignals } = links[count - 1]!;
    const state = [encodeBytes32String(statement), publicSignals[0], publicSignals[AFTER]];
    if (await read(register, 'isReached', state, z.boolean())) return links.slice(count);
  }
  return links;
}

/** What is still to be sent of a session, in order: runs of proofs of one key. */
export async function linkCalls(
  register: Contract,
  links: readonly SessionLink[],
): Promise<readonly ContractCall[]> {
  const runs: SessionLink[][] = [];
  for (const statement of ['risk-arrays', 'solvency-batch'] as const) {
    const own = links.filter((link) => link.statement === statement);
    let run: SessionLink[] = [];
    for (const link of await unsent(register, own)) {
      if (run.length === MOST_TOGETHER || run.some(({ profile }) => profile !== link.profile)) {
        run = [];
      }
      if (run.length === 0) runs.push(run);
      run.push(link);
    }
  }
  return runs.map((run) => ({
    contract: register,
    method: 'submitProofs',
    args: [
      encodeBytes32String(run[0]!.statement),
      Number(run[0]!.profile),
      run.map(({ proof }) => proof),
      run.flatMap(({ publicSignals }) => publicSignals),
    ],
  }));
}

export const closeCall = (
  register: Contract,
  pin: bigint,
  { proof, publicSignals }: Pick<SessionLink, 'proof' | 'publicSignals'>,
): ContractCall => ({
  contract: register,
  method: 'closeSession',
  args: [pin, proof, [...publicSignals]],
});
