// SPDX-License-Identifier: GPL-3.0-or-later
import type { Contract, Log, Provider } from 'ethers';
import { z } from 'zod';

import { parseValue, addressText as address } from '../core/schema.ts';
import { readLogs } from './logs.ts';
import { termsSchema } from './terms.ts';
import type { Venue } from './venue.ts';

const bytes32 = z.string().regex(/^0x[0-9a-f]{64}$/, 'must be 32 bytes');
const uint = z.bigint().nonnegative();
const prices = z.tuple([uint, uint]);

/** Every event the project reads, by name; the values are those of the contract interfaces. */
const EVENT_SCHEMAS = {
  RootAccepted: z.object({
    sequence: uint,
    root: uint,
    accountCount: uint,
    engineCount: uint,
    userCount: uint,
    bookedThrough: uint,
    outcomesRoot: bytes32,
    releasedE6: uint,
    releasedE8: z.tuple([uint, uint, uint]),
    dataHash: bytes32,
  }),
  MessageForced: z.object({
    sequence: uint,
    root: uint,
    index: uint,
    beneficiary: address,
    appliedE6: uint,
  }),
  ParametersProposed: z.object({
    parameterHash: uint,
    documentHash: bytes32,
    tightening: z.boolean(),
    activatableAt: uint,
  }),
  CanaryProven: z.object({ parameterHash: uint, tick: uint, accountIndex: uint }),
  TighteningRefuted: z.object({ parameterHash: uint, accountIndex: uint, activatableAt: uint }),
  ProposalCancelled: z.object({ parameterHash: uint }),
  ParametersActivated: z.object({ parameterHash: uint }),
  SnapshotAccepted: z.object({
    snapshotHash: uint,
    documentHash: bytes32,
    time: uint,
    indexPricesE4: prices,
  }),
  TickOpened: z.object({
    number: uint,
    ledgerRoot: uint,
    snapshotHash: uint,
    parameterHash: uint,
    time: uint,
    ledgerSequence: uint,
    accountCount: uint,
  }),
  BreakerTripped: z.object({
    snapshotHash: uint,
    guard: uint,
    which: uint,
    value: uint,
    level: uint,
  }),
  Halted: z.object({ haltedAt: uint }),
  Resumed: z.object({ resumedAt: uint }),
  LiquidationOpened: z.object({
    accountIndex: uint,
    settlementNonce: uint,
    beneficiary: address,
    tick: uint,
    equityE6: z.bigint(),
    requirementE6: uint,
    reservedE6: uint,
    clockAtOpen: uint,
    messageIndex: uint,
  }),
  LiquidationCured: z.object({
    accountIndex: uint,
    settlementNonce: uint,
    owner: address,
    tick: uint,
    equityE6: z.bigint(),
    maintenanceMarginE6: uint,
    creditE6: uint,
    messageIndex: uint,
  }),
  BidEscrowed: z.object({
    accountIndex: uint,
    settlementNonce: uint,
    bidder: address,
    tick: uint,
    grossEquityE6: z.bigint(),
    priceE6: z.bigint(),
    terms: termsSchema,
  }),
  LiquidationClosed: z.object({
    accountIndex: uint,
    settlementNonce: uint,
    newOwner: address,
    creditE6: uint,
    rewardE6: uint,
    penaltyE6: uint,
    proceedsE6: uint,
  }),
  Backstopped: z.object({
    accountIndex: uint,
    settlementNonce: uint,
    keeper: address,
    tick: uint,
    grossEquityE6: z.bigint(),
    deficitE6: uint,
    paidE6: uint,
    terms: termsSchema,
  }),
  Covered: z.object({
    accountIndex: uint,
    settlementNonce: uint,
    deficitE6: uint,
    paidE6: uint,
    queuedE6: uint,
    uncoveredE6: uint,
  }),
  GuaranteeTaken: z.object({
    accountIndex: uint,
    settlementNonce: uint,
    owner: address,
    amountE6: uint,
    feeE6: uint,
    dueAt: uint,
    messageIndex: uint,
  }),
  GuaranteeEnded: z.object({ accountIndex: uint, settlementNonce: uint, releasedE6: uint }),
  ClaimPaid: z.object({ accountIndex: uint, settlementNonce: uint, amountE6: uint }),
} as const;

export type EventName = keyof typeof EVENT_SCHEMAS;
export type EventValues<N extends EventName> = z.infer<(typeof EVENT_SCHEMAS)[N]>;

/** Where an event stands on the chain. */
export interface EventPlace {
  readonly blockNumber: number;
  readonly logIndex: number;
  readonly transactionHash: string;
}

export type ChainEvent = {
  [N in EventName]: EventPlace & { readonly name: N; readonly values: EventValues<N> };
}[EventName];

function isRead(name: string): name is EventName {
  return Object.hasOwn(EVENT_SCHEMAS, name);
}

function parseLog(contract: Contract, log: Log): ChainEvent | undefined {
  const parsed = contract.interface.parseLog(log);
  // Share transfers, ownership and quorum changes are nobody's input here.
  if (parsed === null || !isRead(parsed.name)) return undefined;
  const values: unknown = parsed.args.toObject(true);
  return {
    name: parsed.name,
    values: parseValue<unknown>(EVENT_SCHEMAS[parsed.name], values, parsed.name),
    blockNumber: log.blockNumber,
    logIndex: log.index,
    transactionHash: log.transactionHash,
  } as ChainEvent;
}

function parseLogs(venue: Venue, logs: readonly Log[]): readonly ChainEvent[] {
  const byAddress = new Map(contractsOf(venue).map((contract) => [contract.target, contract]));
  return logs
    .map((log) => {
      const contract = byAddress.get(log.address);
      return contract === undefined ? undefined : parseLog(contract, log);
    })
    .filter((event) => event !== undefined)
    .sort((left, right) => left.blockNumber - right.blockNumber || left.logIndex - right.logIndex);
}

function contractsOf(venue: Venue): readonly Contract[] {
  return [
    venue.ledgerRegistry,
    venue.riskParameters,
    venue.marketFeed,
    venue.liquidationEngine,
    venue.insuranceFund,
    venue.marginGuarantee,
  ];
}

/** All events of the venue in chain order, each read by its schema. */
export function readEvents(
  venue: Venue,
  provider: Provider,
  fromBlock = 0,
): Promise<readonly ChainEvent[]> {
  return readEventsIn(venue, provider, { fromBlock, toBlock: 'latest' });
}

/** Those of a range of heights, or of exactly one block, whichever branch it is on. */
export async function readEventsIn(
  venue: Venue,
  provider: Provider,
  blocks:
    | { readonly fromBlock: number; readonly toBlock: number | 'latest' }
    | { readonly blockHash: string },
): Promise<readonly ChainEvent[]> {
  const filter = { address: contractsOf(venue).map(({ target }) => String(target)) };
  const logs =
    'blockHash' in blocks
      ? await provider.getLogs({ ...filter, ...blocks })
      : await readLogs(provider, filter, blocks.fromBlock, blocks.toBlock);
  return parseLogs(venue, logs);
}

/** Those of one transaction. */
export function eventsOf(
  venue: Venue,
  { logs }: { readonly logs: readonly Log[] },
): readonly ChainEvent[] {
  return parseLogs(venue, logs);
}

/** Only the events of one kind. */
export function eventsNamed<N extends EventName>(
  events: readonly ChainEvent[],
  name: N,
): readonly Extract<ChainEvent, { name: N }>[] {
  return events.filter((event): event is Extract<ChainEvent, { name: N }> => event.name === name);
}
