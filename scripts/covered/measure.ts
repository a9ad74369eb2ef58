// SPDX-License-Identifier: GPL-3.0-or-later
import type { InstrumentKind, Position, UnderlyingId } from '../../prover/model/types.ts';
import { marginPortfolio } from '../../prover/risk/margin/margin.ts';
import type { PricedMarket } from '../../prover/risk/pricing/market.ts';

/** Fully paid option positions of one expiry whose payoff is never negative. */
export const SHAPES = ['vertical', 'butterfly', 'mixture'] as const;
export type Shape = (typeof SHAPES)[number];

export interface Residue {
  readonly underlying: UnderlyingId;
  readonly shape: Shape;
  readonly tried: number;
  /** Below maintenance though fully paid, and worth something at the mark. */
  readonly below: number;
  /** Below what version 1 charged: every short option, covered or not. */
  readonly belowVersion1: number;
  /** The largest shortfall, in basis points of the forward a contract written or held twice. */
  readonly worstBps: number;
}

/** Options of one expiry, on the strikes' list. */
interface Leg {
  readonly kind: 'call' | 'put';
  readonly strike: number;
  readonly lots: bigint;
}

const STRIKES_PER_FORWARD = 60;
const LOTS = 10n;

/** mulberry32: the same on every machine. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Pick = (below: number) => number;

function vertical(pick: Pick, strikes: number, widest: number, lots: bigint): Leg[] {
  const low = pick(strikes - 1);
  const high = Math.min(strikes - 1, low + 1 + pick(widest));
  const [bought, sold] = pick(2) === 0 ? [low, high] : [high, low];
  const kind = bought === low ? 'call' : 'put';
  return [
    { kind, strike: bought, lots },
    { kind, strike: sold, lots: -lots },
  ];
}

function butterfly(pick: Pick, strikes: number, widest: number, lots: bigint): Leg[] {
  const width = 1 + pick(Math.max(1, Math.min(widest, (strikes - 1) >> 1)));
  const middle = width + pick(strikes - 2 * width);
  const kind = pick(2) === 0 ? 'call' : 'put';
  return [
    { kind, strike: middle - width, lots },
    { kind, strike: middle, lots: -2n * lots },
    { kind, strike: middle + width, lots },
  ];
}

/** What adds up payoffs that are never negative has one. */
function mixture(pick: Pick, strikes: number): Leg[] {
  return Array.from({ length: 1 + pick(4) }, () => {
    const lots = BigInt(1 + pick(20));
    const shape = pick(4);
    if (shape === 0) {
      const kind = pick(2) === 0 ? ('call' as const) : ('put' as const);
      return [{ kind, strike: pick(strikes), lots }];
    }
    if (shape === 1) return vertical(pick, strikes, strikes, lots);
    return butterfly(pick, strikes, 3, lots);
  }).flat();
}

/** One position an instrument, in the order of the ledger. */
function positionsOf(
  legs: readonly Leg[],
  strikesE4: readonly bigint[],
  underlying: UnderlyingId,
  expiry: bigint,
): Position[] {
  const lots = new Map<string, bigint>();
  for (const leg of legs) {
    const id = `${leg.kind} ${String(leg.strike).padStart(6, '0')}`;
    lots.set(id, (lots.get(id) ?? 0n) + leg.lots);
  }
  return [...lots]
    .filter(([, held]) => held !== 0n)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([id, held]) => {
      const [kind, strike] = id.split(' ') as [InstrumentKind, string];
      const strikeE4 = strikesE4[Number(strike)]!;
      return { instrument: { underlying, kind, expiry, strikeE4 }, lots: held };
    });
}

const sizeOf = (legs: readonly Leg[]): number =>
  legs.reduce((sum, { lots }) => sum + Math.abs(Number(lots)), 0) / 2;

/** Every position the measurement tries on one expiry: what the property is about. */
export function paidPositions(
  market: PricedMarket,
  underlying: UnderlyingId,
  expiry: bigint,
  runs: number,
  seed: number,
): readonly { readonly shape: Shape; readonly positions: readonly Position[]; size: number }[] {
  const slice = market.snapshot.underlyings[underlying].slices.find(
    (candidate) => candidate.expiry === expiry,
  );
  if (slice?.state !== 'live') return [];
  const random = generator(seed);
  const pick: Pick = (below) => Math.floor(random() * below);
  const { forwardE4 } = market.expiry({ underlying, kind: 'future', expiry, strikeE4: 0n });
  const [low, high] = [slice.kMinQ10, slice.kMaxQ10].map((k) => Math.exp(Number(k) / 1024));
  const strikesE4 = Array.from({ length: 240 }, (_, step) => step + 1)
    .filter((step) => step / STRIKES_PER_FORWARD > low! && step / STRIKES_PER_FORWARD < high!)
    .map((step) => (forwardE4 * BigInt(step)) / BigInt(STRIKES_PER_FORWARD))
    .filter((strikeE4, place, all) => strikeE4 > 0n && strikeE4 !== all[place - 1]);
  const count = strikesE4.length;
  if (count < 4) return [];
  return Array.from({ length: runs }, (_, run) => {
    const widest = run % 2 === 0 ? count : 3;
    const made: readonly (readonly [Shape, Leg[]])[] = [
      ['vertical', vertical(pick, count, widest, LOTS)],
      ['butterfly', butterfly(pick, count, widest, LOTS)],
      ['mixture', mixture(pick, count)],
    ];
    return made.map(([shape, legs]) => ({
      shape,
      positions: positionsOf(legs, strikesE4, underlying, expiry),
      size: sizeOf(legs),
    }));
  }).flat();
}

/** How often, and by how much, fully paid positions stand below maintenance in a market. */
export function residuesOf(market: PricedMarket, runs: number, seed = 1): Residue[] {
  const { snapshot, parameters } = market;
  return ([0, 1] as const).flatMap((underlying) =>
    SHAPES.map((shape): Residue => {
      const found = { tried: 0, below: 0, belowVersion1: 0, worstBps: 0 };
      for (const { expiry } of snapshot.underlyings[underlying].slices) {
        const { forwardE4 } = market.expiry({ underlying, kind: 'future', expiry, strikeE4: 0n });
        for (const tried of paidPositions(market, underlying, expiry, runs, seed)) {
          if (tried.shape !== shape) continue;
          const { positions } = tried;
          const paid = { quoteE6: 0n, collateralE8: [0n, 0n, 0n] as const, positions };
          const { equityE6, mmE6 } = marginPortfolio(paid, market);
          if (equityE6 < 0n) continue;
          found.tried += 1;
          const written = positions.reduce((sum, { lots }) => (lots < 0n ? sum - lots : sum), 0n);
          const charged =
            (written * snapshot.underlyings[underlying].indexE4 * parameters.shortOption.mmBps) /
            10_000n;
          if (equityE6 < mmE6 + charged) found.belowVersion1 += 1;
          if (equityE6 >= mmE6) continue;
          found.below += 1;
          const bps = (Number(mmE6 - equityE6) * 1e4) / (tried.size * Number(forwardE4));
          found.worstBps = Math.max(found.worstBps, bps);
        }
      }
      return { underlying, shape, ...found };
    }),
  );
}
