// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, type Provider } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from '../chain/abi.ts';
import { eventsNamed, readEvents } from '../chain/events.ts';
import { asArray, asObject, read } from '../chain/refusal.ts';
import { readStanding, type CoverStanding } from '../chain/solvency-register.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import type { Venue } from '../chain/venue.ts';
import { COLLATERAL_SYMBOLS } from '../model/types.ts';
import { marketClock } from './auctions.ts';
import { readGuarantees, type Guarantee } from './guarantees.ts';
import { readLiquidations, type Liquidation } from './liquidations.ts';

const uint = z.bigint().nonnegative();
/** What stands for a coverage of nothing short. */
const NOTHING_SHORT = 2n ** 64n - 1n;

/** In the order of `ILedgerRegistry.Mode`. */
const MODES = ['normal', 'forced', 'dead'] as const;

const ledgerSchema = asObject(
  z.object({
    sequence: uint,
    accountCount: uint,
    root: uint,
    acceptedAt: uint,
    bookedThrough: uint,
    engineCount: uint,
    userCount: uint,
    forced: z.boolean(),
  }),
);
const pendingSchema = asArray(
  z
    .tuple([uint, uint])
    .transform(([parameterHash, activatableAt]) => ({ parameterHash, activatableAt })),
);
const totalsSchema = asArray(
  z
    .tuple([uint, uint, uint])
    .transform(([heldE6, escrowedE6, claimableE6]) => ({ heldE6, escrowedE6, claimableE6 })),
);

/** What the vault has, E6 USD. */
export interface VaultStatus extends z.infer<typeof totalsSchema> {
  /** Of `heldE6`: taken off accounts, or not credited to any, by the latest ledger, and not claimed or refunded yet. */
  readonly unclaimedE6: bigint;
}

const coinTotalsSchema = asArray(
  z
    .tuple([uint, uint, uint])
    .transform(([heldE8, claimableE8, missingE8]) => ({ heldE8, claimableE8, missingE8 })),
);

/** What the coin vault has of a coin, E8. */
export interface CoinStatus extends z.infer<typeof coinTotalsSchema> {
  readonly asset: (typeof COLLATERAL_SYMBOLS)[number];
  /** As `unclaimedE6`. */
  readonly unclaimedE8: bigint;
}

/** What the insurance fund has and owes, E6 USD. */
export interface FundStatus {
  readonly assetsE6: bigint;
  readonly bufferE6: bigint;
  /** Of the buffer, and part of what is reserved. */
  readonly guaranteedE6: bigint;
  readonly reservedE6: bigint;
  readonly queuedE6: bigint;
  readonly freeE6: bigint;
  readonly uncoveredE6: bigint;
}

/** How a venue stands, by what its contracts say. */
export interface VenueStatus {
  readonly mode: (typeof MODES)[number];
  /** All zero before the first. */
  readonly ledger: z.infer<typeof ledgerSchema>;
  /** Messages that no ledger has consumed. */
  readonly waiting: { readonly engine: bigint; readonly user: bigint };
  readonly market: {
    readonly halted: boolean;
    readonly tick: bigint | undefined;
    readonly snapshotTime: bigint | undefined;
    readonly clock: bigint;
  };
  readonly parameters: {
    readonly activeHash: bigint;
    readonly pendingHash: bigint;
    readonly activatableAt: bigint;
  };
  readonly roles: {
    readonly owner: string;
    readonly pendingOwner: string;
    readonly guardian: string;
    readonly threshold: bigint;
  };
  readonly vault: VaultStatus;
  /** Of a venue that holds coins. */
  readonly coins: readonly CoinStatus[] | undefined;
  readonly fund: FundStatus;
  readonly guarantees: readonly Guarantee[];
  readonly liquidations: readonly Liquidation[];
  /** Of a venue that has one; a source is named by its place in the set. */
  readonly medianGate:
    | {
        readonly sourcesHash: bigint;
        readonly sources: number;
        readonly suspended: readonly number[];
        readonly pendingHash: bigint;
        readonly activatableAt: bigint;
      }
    | undefined;
  /** Of a venue that has one. */
  readonly marginState:
    | {
        readonly stateHash: bigint;
        /** 0 before the first step. */
        readonly effectiveHash: bigint;
        readonly sequence: bigint;
        readonly time: bigint;
        /** Whether margin moves by it; until then it only keeps up. */
        readonly isInForce: boolean;
      }
    | undefined;
  /** Of a venue that has a register of sessions. */
  readonly solvency:
    | {
        readonly standing: CoverStanding;
        /** Of the newest closed session; 0 before the first. */
        readonly tick: bigint;
        readonly pinnedAt: bigint;
        /** Fund over worst shortfall, 10⁻⁴; `undefined` where nothing is short. */
        readonly coverageBps: bigint | undefined;
      }
    | undefined;
}

async function readVault({ vault, ledgerRegistry }: Venue, sequence: bigint): Promise<VaultStatus> {
  const totals = await read(vault, 'totals', [], totalsSchema);
  const handedOutE6 = (await read(vault, 'receivedE6', [], uint)) - totals.heldE6;
  const releasedE6 = await read(ledgerRegistry, 'releasedE6', [sequence], uint);
  // A dead venue hands out what no ledger has released.
  return { ...totals, unclaimedE6: releasedE6 < handedOutE6 ? 0n : releasedE6 - handedOutE6 };
}

async function readCoins(
  address: string,
  { ledgerRegistry }: Venue,
  sequence: bigint,
  provider: Provider,
): Promise<readonly CoinStatus[]> {
  const vault = new Contract(address, exportedAbi('CoinVault'), provider);
  const released = asArray(z.tuple([uint, uint, uint]));
  const releasedE8 = await read(ledgerRegistry, 'releasedE8', [sequence], released);
  return Promise.all(
    COLLATERAL_SYMBOLS.map(async (asset, coin) => {
      const totals = await read(vault, 'totals', [coin], coinTotalsSchema);
      const receivedE8 = await read(vault, 'receivedE8', [coin], uint);
      // What is missing is not received, and was held or handed out.
      const handedOutE8 = receivedE8 + totals.missingE8 - totals.heldE8;
      const leftE8 = releasedE8[coin]! - handedOutE8;
      return { asset, ...totals, unclaimedE8: leftE8 < 0n ? 0n : leftE8 };
    }),
  );
}

async function readMedianGate(
  address: string,
  provider: Provider,
): Promise<VenueStatus['medianGate']> {
  const gate = new Contract(address, exportedAbi('MedianGate'), provider);
  const sources = Number(await read(gate, 'sourceCount', [], uint));
  const suspended = await read(gate, 'suspendedSources', [], uint);
  const [pendingHash, , activatableAt] = await read(
    gate,
    'pendingSources',
    [],
    asArray(z.tuple([uint, uint, uint])),
  );
  return {
    sourcesHash: await read(gate, 'sourcesHash', [], uint),
    sources,
    suspended: [...Array(sources).keys()].filter(
      (place) => ((suspended >> BigInt(place)) & 1n) === 1n,
    ),
    pendingHash,
    activatableAt,
  };
}

async function readMarginState(
  address: string,
  riskParameters: Contract,
  provider: Provider,
): Promise<VenueStatus['marginState']> {
  const state = new Contract(address, exportedAbi('MarginState'), provider);
  const [sequence, time] = await read(state, 'latest', [], asArray(z.tuple([uint, uint])));
  return {
    stateHash: await read(state, 'stateHash', [], uint),
    effectiveHash: await read(state, 'effectiveHash', [], uint),
    sequence,
    time,
    isInForce: (await read(riskParameters, 'marginState', [], z.string())) === address,
  };
}

async function readSolvency(address: string, provider: Provider): Promise<VenueStatus['solvency']> {
  const register = new Contract(address, exportedAbi('SolvencyRegister'), provider);
  const record = asArray(z.tuple([uint, uint, uint, uint]));
  const [tick, pinnedAt, , coverageBps] = await read(register, 'coverage', [], record);
  return {
    standing: await readStanding(register),
    tick,
    pinnedAt,
    coverageBps: coverageBps === NOTHING_SHORT ? undefined : coverageBps,
  };
}

const number = (contract: Contract, method: string, ...args: unknown[]): Promise<bigint> =>
  read(contract, method, args, uint);

/** Asks the fund of a venue. */
export async function readFund({ insuranceFund }: Venue): Promise<FundStatus> {
  return {
    assetsE6: await number(insuranceFund, 'totalAssets'),
    bufferE6: await number(insuranceFund, 'bufferE6'),
    guaranteedE6: await number(insuranceFund, 'guaranteedE6'),
    reservedE6: await number(insuranceFund, 'reservedE6'),
    queuedE6: await number(insuranceFund, 'queuedE6'),
    freeE6: await number(insuranceFund, 'freeE6'),
    uncoveredE6: await number(insuranceFund, 'uncoveredE6'),
  };
}

/** Asks every contract of a venue once. */
export async function readVenueStatus(
  venue: Venue,
  provider: Provider,
  { deploymentBlock, contracts }: Pick<VenueDocument, 'deploymentBlock' | 'contracts'>,
): Promise<VenueStatus> {
  const { ledgerRegistry, marketFeed, riskParameters } = venue;
  const address = (contract: Contract, method: string): Promise<string> =>
    read(contract, method, [], z.string());
  const ledger = await read(ledgerRegistry, 'latest', [], ledgerSchema);
  const ticks = eventsNamed(await readEvents(venue, provider, deploymentBlock), 'TickOpened');
  const pending = await read(riskParameters, 'pending', [], pendingSchema);
  return {
    mode: MODES[Number(await number(ledgerRegistry, 'mode'))] ?? 'normal',
    ledger,
    waiting: {
      engine: (await number(ledgerRegistry, 'laneCount', 0n)) - ledger.engineCount,
      user: (await number(ledgerRegistry, 'laneCount', 1n)) - ledger.userCount,
    },
    market: {
      halted: await read(marketFeed, 'halted', [], z.boolean()),
      tick: ticks.at(-1)?.values.number,
      snapshotTime: ticks.at(-1)?.values.time,
      clock: await marketClock(marketFeed),
    },
    parameters: {
      activeHash: await number(riskParameters, 'activeHash'),
      pendingHash: pending.parameterHash,
      activatableAt: pending.activatableAt,
    },
    roles: {
      owner: await address(marketFeed, 'owner'),
      pendingOwner: await address(marketFeed, 'pendingOwner'),
      guardian: await address(marketFeed, 'guardian'),
      threshold: await number(marketFeed, 'threshold'),
    },
    vault: await readVault(venue, ledger.sequence),
    coins:
      contracts.coinVault === undefined
        ? undefined
        : await readCoins(contracts.coinVault, venue, ledger.sequence, provider),
    fund: await readFund(venue),
    guarantees: await readGuarantees(venue, provider, deploymentBlock),
    liquidations: await readLiquidations(venue, provider, deploymentBlock),
    medianGate:
      contracts.medianGate === undefined
        ? undefined
        : await readMedianGate(contracts.medianGate, provider),
    marginState:
      contracts.marginState === undefined
        ? undefined
        : await readMarginState(contracts.marginState, riskParameters, provider),
    solvency:
      contracts.solvencyRegister === undefined
        ? undefined
        : await readSolvency(contracts.solvencyRegister, provider),
  };
}
