// SPDX-License-Identifier: GPL-3.0-or-later
import { toBeHex, type Provider } from 'ethers';
import { z } from 'zod';

import { LANE_NUMBERS } from '../chain/inbox-lane.ts';
import { eventsNamed, readEvents } from '../chain/events.ts';
import { asObject, read } from '../chain/refusal.ts';
import { termsSchema, type Terms } from '../chain/terms.ts';
import type { Venue } from '../chain/venue.ts';
import { PlimsollError } from '../core/errors.ts';

/** In the order of `ILiquidationEngine.Status`. */
export const STATUSES = [
  'none',
  'open',
  'expired',
  'cured',
  'escrowed',
  'settled',
  'backstopped',
  'abandoned',
] as const;
export type Status = (typeof STATUSES)[number];

/** `CLOSED` of the engine: stands where the hash of the terms was. */
const CLOSED = toBeHex(1n, 32);

const uint = z.bigint().nonnegative();
const liquidationSchema = z.object({
  status: uint,
  keeper: z.string(),
  tick: uint,
  clockAtOpen: uint,
  messageIndex: uint,
  reservedE6: uint,
  fundPaidE6: uint,
  termsHash: z.string(),
});

/** One account's liquidation at one settlement nonce, as the engine has it. */
export interface Liquidation {
  readonly accountIndex: bigint;
  readonly settlementNonce: bigint;
  readonly status: Status;
  readonly keeper: string;
  readonly clockAtOpen: bigint;
  /** Of the Freeze, while it is open. */
  readonly messageIndex: bigint;
  readonly reservedE6: bigint;
  /** Paid out: there is nothing left to close. */
  readonly isClosed: boolean;
  /** What `close` is to be given, from the bid or the expiry on. */
  readonly terms: Terms | undefined;
}

/** What the engine holds of an account at a nonce. */
export async function readLiquidation(
  venue: Venue,
  accountIndex: bigint,
  settlementNonce: bigint,
): Promise<Omit<Liquidation, 'terms'>> {
  const args = [accountIndex, settlementNonce];
  const held = await read(
    venue.liquidationEngine,
    'liquidation',
    args,
    asObject(liquidationSchema),
  );
  const { status, keeper, clockAtOpen, messageIndex, reservedE6, termsHash } = held;
  return {
    accountIndex,
    settlementNonce,
    status: STATUSES[Number(status)] ?? 'none',
    keeper,
    clockAtOpen,
    messageIndex,
    reservedE6,
    isClosed: termsHash === CLOSED,
  };
}

/** Every liquidation that was ever opened, oldest first, as it stands now. */
export async function readLiquidations(
  venue: Venue,
  provider: Provider,
  fromBlock: number,
): Promise<readonly Liquidation[]> {
  const events = await readEvents(venue, provider, fromBlock);
  const terms = new Map<string, Terms>();
  const keyOf = (account: bigint, nonce: bigint): string => `${account}/${nonce}`;
  for (const { values } of [
    ...eventsNamed(events, 'BidEscrowed'),
    ...eventsNamed(events, 'Backstopped'),
  ]) {
    terms.set(keyOf(values.accountIndex, values.settlementNonce), termsSchema.parse(values.terms));
  }
  const opened = new Map(
    eventsNamed(events, 'LiquidationOpened').map(({ values }) => [
      keyOf(values.accountIndex, values.settlementNonce),
      values,
    ]),
  );
  return Promise.all(
    [...opened].map(async ([key, { accountIndex, settlementNonce }]) => ({
      ...(await readLiquidation(venue, accountIndex, settlementNonce)),
      terms: terms.get(key),
    })),
  );
}

/** The ledger that has the Freeze, from which the auction's clock runs. */
export interface Freeze {
  readonly sequence: bigint;
  readonly clock: bigint;
}

/** Where a Freeze was consumed; undefined while no ledger has it. */
export async function findFreeze(
  venue: Venue,
  provider: Provider,
  { messageIndex }: Pick<Liquidation, 'messageIndex'>,
  fromBlock: number,
): Promise<Freeze | undefined> {
  const events = await readEvents(venue, provider, fromBlock);
  const candidates = [
    ...eventsNamed(events, 'MessageForced')
      .filter(({ values }) => values.index === messageIndex)
      .map(({ values }) => values.sequence),
    ...eventsNamed(events, 'RootAccepted')
      .filter(({ values }) => values.engineCount > messageIndex)
      .map(({ values }) => values.sequence)
      .slice(0, 1),
  ].sort((left, right) => Number(left - right));
  const [sequence] = candidates;
  return sequence === undefined ? undefined : await freezeIn(venue, messageIndex, sequence);
}

/** The Freeze of a ledger that has it; throws `NOT_CONSUMED` where it has not. */
export async function freezeIn(
  venue: Venue,
  messageIndex: bigint,
  sequence: bigint,
): Promise<Freeze> {
  const args = [LANE_NUMBERS.engine, messageIndex, sequence];
  const consumption = z.object({ consumed: z.boolean(), clock: uint });
  const { consumed, clock } = await read(
    venue.ledgerRegistry,
    'consumption',
    args,
    asObject(consumption),
  );
  if (consumed) return { sequence, clock };
  throw new PlimsollError(
    'NOT_CONSUMED',
    `ledger ${sequence} did not consume message ${messageIndex}`,
  );
}
