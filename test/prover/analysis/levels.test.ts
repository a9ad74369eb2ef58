// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { marginLevels, REQUIREMENTS, type LevelSearch } from '../../../prover/analysis/levels.ts';
import { noShock, shockSnapshot, type MarketShock } from '../../../prover/analysis/shock.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket, type PricedMarket } from '../../../prover/risk/pricing/market.ts';
import type { MarketSnapshot, Portfolio } from '../../../prover/model/types.ts';
import { labelled } from '../../../prover/sample/labels.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { plimsoll } from '../../support/cli.ts';
import { SEED, scenes } from '../../support/arbitraries.ts';
import { casesOf } from '../../support/cases.ts';

const { parameters } = loadDefaultParameters();
const sample = loadSample();
const crash = priceMarket(sample.snapshots.crash.snapshot, parameters);
const accountNamed = (name: string) =>
  sample.ledgers.crash[labelled(sample.labels, name).index] as Portfolio;

/** Equity above the requirement at a level, from a market priced afresh. */
function excessAt(
  portfolio: Portfolio,
  snapshot: MarketSnapshot,
  shock: MarketShock,
): Record<'mm' | 'im', bigint> {
  const { snapshot: moved } = shockSnapshot(snapshot, shock, parameters);
  const { equityE6, mmE6, imE6 } = marginPortfolio(portfolio, priceMarket(moved, parameters));
  return { mm: equityE6 - mmE6, im: equityE6 - imE6 };
}

/** Every search of an account with the shock that stands for one of its levels. */
function searches(portfolio: Portfolio, market: PricedMarket) {
  const { index, vol } = marginLevels(portfolio, market);
  const still = noShock(market.snapshot);
  const at = (u: 0 | 1, level: bigint): MarketShock => ({
    ...still,
    indexE4: u === 0 ? [level, still.indexE4[1]] : [still.indexE4[0], level],
  });
  const found: (readonly [LevelSearch, (level: bigint) => MarketShock])[] = index.map(
    ({ underlying, ...search }) => [search, (level) => at(underlying, level)],
  );
  if (vol !== undefined) found.push([vol, (level) => ({ ...still, volPpm: [level, level] })]);
  return found;
}

/** Checks the two units at every level found; returns how many there were. */
function checkLevels(portfolio: Portfolio, market: PricedMarket): number {
  let found = 0;
  for (const [search, shockAt] of searches(portfolio, market)) {
    for (const direction of ['up', 'down'] as const) {
      for (const requirement of REQUIREMENTS) {
        const { healthyNow, lastBefore, level, second, searchedTo } =
          search[direction][requirement];
        const isHealthy = (at: bigint): boolean =>
          excessAt(portfolio, market.snapshot, shockAt(at))[requirement] >= 0n;
        expect(isHealthy(search.now)).toBe(healthyNow);
        const side = direction === 'up' ? 1n : -1n;
        expect(side * (searchedTo - search.now)).toBeGreaterThanOrEqual(0n);
        if (level === undefined || lastBefore === undefined) {
          expect(isHealthy(searchedTo)).toBe(healthyNow);
          continue;
        }
        expect(level - lastBefore).toBe(side);
        expect(isHealthy(lastBefore)).toBe(healthyNow);
        expect(isHealthy(level)).toBe(!healthyNow);
        found += 1;
        if (second === undefined) {
          expect(isHealthy(searchedTo)).toBe(!healthyNow);
          continue;
        }
        expect(side * (second - level)).toBeGreaterThan(0n);
        expect(isHealthy(second - side)).toBe(!healthyNow);
        expect(isHealthy(second)).toBe(healthyNow);
      }
    }
  }
  return found;
}

const STEPS = BigInt(casesOf(60));

describe('margin-call levels', () => {
  it('part healthy from unhealthy to the unit, on random markets and portfolios', () => {
    let found = 0;
    const near = fc.tuple(scenes({ maxPositions: 4 }), fc.bigInt(-20n, 100n));
    fc.assert(
      fc.property(near, ([{ snapshot, portfolio }, percent]) => {
        // Prices that can rise tenfold without leaving their field, and cash around the margin.
        const fits = snapshot.underlyings.every(({ perpetualMarkE4: p }) => p < 2n ** 36n);
        fc.pre(fits && snapshot.collateral.every(({ marketPriceE4: p }) => p < 2n ** 36n));
        const market = priceMarket(snapshot, parameters);
        const { equityE6, imE6 } = marginPortfolio(portfolio, market);
        const quoteE6 = portfolio.quoteE6 - equityE6 + imE6 + (imE6 * percent) / 100n;
        found += checkLevels({ ...portfolio, quoteE6 }, market);
      }),
      { seed: SEED, numRuns: casesOf(25) },
    );
    expect(found).toBeGreaterThan(casesOf(40));
  });

  it.each(['wick-victim', 'equity-equals-mm', 'equity-below-mm', 'positions-16', 'together'])(
    'part healthy from unhealthy to the unit for %s',
    (name) => {
      expect(checkLevels(accountNamed(name), crash)).toBeGreaterThan(0);
    },
  );

  it('are at once where equity is the requirement to the unit', () => {
    const { index } = marginLevels(accountNamed('equity-equals-mm'), crash);
    const distances = index.map(({ now, down }) => now - (down.mm.level ?? 0n));
    expect(distances).toContain(1n);
  });

  it('leave nothing nearer out: a walk in small steps meets no other state before', () => {
    for (const name of ['naked-straddle-1', 'positions-16', 'wick-victim']) {
      const portfolio = accountNamed(name);
      for (const [search, shockAt] of searches(portfolio, crash)) {
        for (const direction of ['up', 'down'] as const) {
          const { healthyNow, level, searchedTo } = search[direction].mm;
          const end = level ?? searchedTo;
          for (let step = 0n; step < STEPS; step += 1n) {
            const at = search.now + ((end - search.now) * step) / STEPS;
            const { mm } = excessAt(portfolio, crash.snapshot, shockAt(at));
            expect(mm >= 0n, `${name} at ${at}`).toBe(healthyNow);
          }
        }
      }
    }
  });

  it('stand on both sides of a short straddle', () => {
    const account = accountNamed('naked-straddle-1');
    const margin = marginPortfolio(account, crash);
    const funded = {
      ...account,
      quoteE6: account.quoteE6 + margin.imE6 - margin.equityE6 + margin.imE6 / 4n,
    };
    const { index, vol } = marginLevels(funded, crash);
    const held = index.find(
      ({ up, down }) => up.mm.level !== undefined && down.mm.level !== undefined,
    );
    expect(held).toBeDefined();
    expect(vol?.up.mm.level).toBeGreaterThan(1_000_000n);
  });

  it('are searched only where something held can move', () => {
    const cash: Portfolio = { quoteE6: 10n ** 9n, collateralE8: [0n, 0n, 0n], positions: [] };
    expect(marginLevels(cash, crash)).toEqual({ index: [], vol: undefined });
    const coins: Portfolio = { ...cash, collateralE8: [0n, 0n, 10n ** 8n] };
    expect(marginLevels(coins, crash).index.map(({ underlying }) => underlying)).toEqual([1]);
  });
});

describe('plimsoll margin --levels', () => {
  it('names levels at which what-if changes its mind', async () => {
    const { index } = marginLevels(accountNamed('wick-victim'), crash);
    const { lastBefore, level } = index[0]!.up.mm;
    const statusAt = async (levelE4: bigint): Promise<string> => {
      const usd = `${levelE4 / 10_000n}.${String(levelE4 % 10_000n).padStart(4, '0')}`;
      const { stdout } = await plimsoll(
        'what-if',
        'wick-victim',
        '--shock',
        `btc=${usd}`,
        '--json',
      );
      return (JSON.parse(stdout) as { after: { status: string } }).after.status;
    };
    expect([await statusAt(lastBefore!), await statusAt(level!)]).toEqual([
      'below maintenance',
      'below initial margin',
    ]);
  });

  it('prints and emits the levels of the model', async () => {
    const { index } = marginLevels(accountNamed('wick-victim'), crash);
    const { status, stdout } = await plimsoll('margin', 'wick-victim', '--levels', '--json');
    expect(status).toBe(0);
    const { levels } = JSON.parse(stdout) as {
      levels: { index: { symbol: string; up: { mm: { levelE4: string; healthyNow: boolean } } }[] };
    };
    expect(levels.index.map(({ up }) => up.mm.levelE4)).toEqual(
      index.map(({ up }) => String(up.mm.level)),
    );
    expect(levels.index[0]?.up.mm.healthyNow).toBe(false);
    const text = await plimsoll('margin', 'wick-victim', '--levels');
    expect(text.stdout).toMatch(
      /BTC index 58,450\.0000, up +restored at 63,370\.3929 \(\+8\.42 %\)/,
    );
    expect(text.stdout).toMatch(/BTC index 58,450\.0000, down +none up to 5,845\.0000/);
  });
});
