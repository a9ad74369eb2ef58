// SPDX-License-Identifier: GPL-3.0-or-later
import type { Position, Triple, UnderlyingId } from '../../prover/model/types.ts';
import {
  type Draft,
  type Funding,
  NO_COLLATERAL,
  type Series,
  future,
  netted,
  option,
  perpetual,
} from './drafts.ts';
import type { Random } from './random.ts';

/** Round numbers near the calm index; strikes are these many percent of them. */
const LEVEL: readonly [number, number] = [73_000, 2_140];
const STRIKE_STEP: readonly [number, number] = [2_000, 50];
const LISTED: readonly Series[] = ['nextDay', 'week1', 'week2', 'week3', 'march', 'june'];
const FUTURES: readonly Series[] = ['week3', 'march', 'june', 'december'];

function strike(underlying: UnderlyingId, percent: number): number {
  const step = STRIKE_STEP[underlying];
  return Math.round((LEVEL[underlying] * percent) / 100 / step) * step;
}

/** Whole tenths of a contract; ETH contracts are worth about a thirtieth of BTC ones. */
function size(random: Random, underlying: UnderlyingId): number {
  return random.between(1, 40) * (underlying === 0 ? 10 : 200);
}

function calmMargin(random: Random): Funding {
  // Most keep a multiple of what is required; a few ride close to it.
  const percent = random.chance(18) ? random.between(112, 150) : random.between(170, 480);
  return { rule: 'calmInitialMargin', percent: BigInt(percent) };
}

function coins(underlying: UnderlyingId, lots: number): Triple<bigint> {
  const amountE8 = BigInt(lots) * 1_000_000n;
  return underlying === 0 ? [amountE8, 0n, 0n] : [0n, amountE8, 0n];
}

interface Holding {
  readonly positions: readonly Position[];
  readonly collateralE8?: Triple<bigint>;
  readonly funding?: Funding;
}

type Construction = (random: Random, underlying: UnderlyingId) => Holding;

const coveredCall: Construction = (random, u) => {
  const lots = size(random, u);
  const series = random.pick(['week2', 'week3', 'march'] as const);
  return {
    positions: [option(u, 'call', series, strike(u, random.between(104, 125)), -lots)],
    collateralE8: coins(u, lots),
    funding: { rule: 'fixed', quoteE6: BigInt(random.between(0, 4_000)) * 1_000_000n },
  };
};

const nakedStraddle: Construction = (random, u) => {
  const lots = size(random, u);
  const series = random.pick(LISTED);
  const at = strike(u, 100);
  return { positions: [option(u, 'call', series, at, -lots), option(u, 'put', series, at, -lots)] };
};

const nakedStrangle: Construction = (random, u) => {
  const lots = size(random, u);
  const series = random.pick(LISTED);
  const width = random.between(6, 22);
  return {
    positions: [
      option(u, 'call', series, strike(u, 100 + width), -lots),
      option(u, 'put', series, strike(u, 100 - width), -lots),
    ],
  };
};

const vertical: Construction = (random, u) => {
  const lots = size(random, u) * (random.chance(50) ? 1 : -1);
  const series = random.pick(LISTED);
  const kind = random.pick(['call', 'put'] as const);
  const low = random.between(85, 105);
  return {
    positions: [
      option(u, kind, series, strike(u, low), lots),
      option(u, kind, series, strike(u, low + random.between(4, 10)), -lots),
    ],
  };
};

const calendar: Construction = (random, u) => {
  const lots = size(random, u) * (random.chance(70) ? 1 : -1);
  const at = strike(u, random.between(95, 108));
  const near = random.pick(['nextDay', 'week1', 'week2'] as const);
  return {
    positions: [
      option(u, 'call', near, at, -lots),
      option(u, 'call', random.pick(['march', 'june'] as const), at, lots),
    ],
  };
};

const butterfly: Construction = (random, u) => {
  const lots = size(random, u);
  const series = random.pick(LISTED);
  const body = random.between(92, 106);
  const wing = random.between(5, 9);
  return {
    positions: [
      option(u, 'call', series, strike(u, body - wing), lots),
      option(u, 'call', series, strike(u, body), -2 * lots),
      option(u, 'call', series, strike(u, body + wing), lots),
    ],
  };
};

const riskReversal: Construction = (random, u) => {
  const lots = size(random, u) * (random.chance(60) ? 1 : -1);
  const series = random.pick(LISTED);
  const width = random.between(6, 15);
  return {
    positions: [
      option(u, 'call', series, strike(u, 100 + width), lots),
      option(u, 'put', series, strike(u, 100 - width), -lots),
    ],
  };
};

const conversion: Construction = (random, u) => {
  const lots = size(random, u) * (random.chance(50) ? 1 : -1);
  const series = random.pick(FUTURES);
  const at = strike(u, random.between(94, 106));
  return {
    positions: [
      option(u, 'call', series, at, -lots),
      option(u, 'put', series, at, lots),
      future(u, series, lots),
    ],
  };
};

const box: Construction = (random, u) => {
  const lots = size(random, u);
  const series = random.pick(['week3', 'march', 'june'] as const);
  const low = strike(u, random.between(88, 98));
  const high = strike(u, random.between(102, 112));
  return {
    positions: [
      option(u, 'call', series, low, lots),
      option(u, 'call', series, high, -lots),
      option(u, 'put', series, high, lots),
      option(u, 'put', series, low, -lots),
    ],
  };
};

const perpetualTrader: Construction = (random, u) => ({
  positions: [
    perpetual(u, size(random, u) * (random.chance(62) ? 1 : -1)),
    ...(random.chance(25) ? [perpetual(u === 0 ? 1 : 0, size(random, u === 0 ? 1 : 0))] : []),
  ],
});

const basisTrader: Construction = (random, u) => {
  const lots = size(random, u) * (random.chance(75) ? 1 : -1);
  return { positions: [perpetual(u, lots), future(u, random.pick(FUTURES), -lots)] };
};

/** Owes quote against coins: no position at all, yet it can fall below maintenance. */
const borrower: Construction = (random, u) => ({
  positions: [],
  collateralE8: coins(u, size(random, u)),
  funding: { rule: 'calmInitialMargin', percent: BigInt(random.between(105, 420)) },
});

const stEthSeller: Construction = (random) => {
  const lots = size(random, 1);
  return {
    positions: [option(1, 'put', random.pick(LISTED), strike(1, random.between(80, 95)), -lots)],
    collateralE8: [0n, 0n, BigInt(lots) * 1_000_000n],
    funding: { rule: 'fixed', quoteE6: BigInt(random.between(200, 900) * lots) * 10_000n },
  };
};

const longOnly: Construction = (random, u) => {
  const lots = size(random, u);
  return {
    positions: [
      option(u, 'call', random.pick(LISTED), strike(u, random.between(100, 130)), lots),
      option(u, 'put', random.pick(LISTED), strike(u, random.between(75, 100)), lots),
    ],
    funding: { rule: 'fixed', quoteE6: BigInt(random.between(0, 900)) * 1_000_000n },
  };
};

const empty: Construction = (random) => ({
  positions: [],
  funding: {
    rule: 'fixed',
    quoteE6: random.chance(50) ? 0n : BigInt(random.between(1, 50_000)) * 1_000_000n,
  },
});

const dust: Construction = (random, u) => ({
  positions: [option(u, 'call', 'week1', strike(u, 130), random.between(1, 3))],
  collateralE8: [BigInt(random.between(1, 9)), 0n, BigInt(random.between(1, 9))],
  funding: { rule: 'fixed', quoteE6: BigInt(random.between(-3, 3)) },
});

const CONSTRUCTIONS: readonly (readonly [string, number, Construction])[] = [
  ['covered-call', 14, coveredCall],
  ['naked-straddle', 10, nakedStraddle],
  ['naked-strangle', 12, nakedStrangle],
  ['vertical', 16, vertical],
  ['calendar', 9, calendar],
  ['butterfly', 9, butterfly],
  ['risk-reversal', 12, riskReversal],
  ['conversion', 6, conversion],
  ['box', 6, box],
  ['perpetual-trader', 28, perpetualTrader],
  ['basis-trader', 10, basisTrader],
  ['borrower', 12, borrower],
  ['steth-seller', 9, stEthSeller],
  ['long-only', 12, longOnly],
  ['empty', 4, empty],
  ['dust', 5, dust],
];

/** The venue's ordinary public, of every kind, by chance. */
export function clients(random: Random): readonly Draft[] {
  return CONSTRUCTIONS.flatMap(([kind, count, construction]) =>
    Array.from({ length: count }, (_, number): Draft => {
      const underlying: UnderlyingId = random.chance(60) ? 0 : 1;
      const holding = construction(random, underlying);
      return {
        name: `${kind}-${number + 1}`,
        kind,
        settlementNonce: random.chance(10) ? BigInt(random.between(1, 3)) : 0n,
        collateralE8: holding.collateralE8 ?? NO_COLLATERAL,
        positions: netted(holding.positions),
        funding: holding.funding ?? calmMargin(random),
      };
    }),
  );
}
