// SPDX-License-Identifier: GPL-3.0-or-later
import type { RemarginEngine } from '../venue/remargin/engine.ts';
import type { Instrument, MarketSnapshot, Triple, UnderlyingId } from '../model/types.ts';

/** A small linear generator (Numerical Recipes): the same venue on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Perpetuals, a future for every expiry, and calls and puts from 50 % to 200 % of the index. */
export function listInstruments(snapshot: MarketSnapshot, count: number): Instrument[] {
  const series = snapshot.underlyings.flatMap(({ slices, indexE4 }, u) =>
    slices.map(({ expiry }) => ({ underlying: u as UnderlyingId, expiry, indexE4 })),
  );
  const listed: Instrument[] = [];
  for (const underlying of [0, 1] as const) {
    listed.push({ underlying, kind: 'perpetual', expiry: 0n, strikeE4: 0n });
  }
  for (const { underlying, expiry } of series) {
    listed.push({ underlying, kind: 'future', expiry, strikeE4: 0n });
  }
  for (let strike = 0; listed.length < count; strike += 1) {
    // From the money outwards, so that a shorter list is a plausible one too.
    const step = BigInt(Math.ceil(strike / 2)) * (strike % 2 === 0 ? 3n : -2n);
    for (const { underlying, expiry, indexE4 } of series) {
      const strikeE4 = (indexE4 * (100n + step)) / 100n;
      listed.push({ underlying, kind: 'call', expiry, strikeE4 });
      listed.push({ underlying, kind: 'put', expiry, strikeE4 });
    }
  }
  return listed.slice(0, count);
}

/** Most accounts hold up to 10 contracts a position, one in a hundred a hundred times as many. */
const RETAIL_LOTS = 1_000;
const WHALE_LOTS = 100_000;

/** Fills an engine with `accounts` accounts of 1…16 positions each, or of exactly 16. */
export function fillAccounts(
  engine: RemarginEngine,
  instruments: readonly Instrument[],
  accounts: number,
  positionsEach: 'up to 16' | '16',
): void {
  const random = seeded(20_260_205);
  const below = (n: number): number => Math.floor(random() * n);
  // BTC before ETH, as in a ledger.
  const sorted = [...instruments].sort((a, b) => a.underlying - b.underlying);
  const numbers = sorted.map((instrument) => engine.instruments.numberOf(instrument));
  for (let account = 0; account < accounts; account += 1) {
    const count = positionsEach === '16' ? 16 : 1 + below(16);
    const largest = random() < 0.01 ? WHALE_LOTS : RETAIL_LOTS;
    const held = Array.from({ length: count }, () => below(numbers.length)).sort((a, b) => a - b);
    const lots = held.map(() => (random() < 0.5 ? -1 : 1) * (1 + below(largest)));
    const coins = (most: number): bigint => (random() < 0.3 ? BigInt(below(most)) : 0n);
    const collateral: Triple<bigint> = [coins(1e9), coins(1e10), coins(1e10)];
    engine.accounts.appendNumbered(BigInt(below(2e12)), collateral, {
      instruments: held.map((place) => numbers[place]!),
      lots,
    });
  }
}
