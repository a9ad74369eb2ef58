// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import '../../../support/seed.ts';
import { calendarMargin } from '../../../../prover/market/surface/calendar.ts';
import { leastDensity } from '../../../../prover/market/surface/domain.ts';
import { dequantise } from '../../../../prover/market/surface/quantise.ts';
import { totalVariance } from '../../../../prover/market/surface/svi.ts';
import { combineSnapshots } from '../../../../prover/market/consensus/combine.ts';
import { medianFloor, robustMedian } from '../../../../prover/market/consensus/robust-median.ts';
import type { Source } from '../../../../prover/market/consensus/sources.ts';
import { importMarket } from '../../../../prover/market/snapshot/import-market.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { snapshotDocument } from '../../../../prover/documents/snapshot-document.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import type { LiveSlice, MarketSnapshot } from '../../../../prover/model/types.ts';
import { plimsoll } from '../../../support/cli.ts';
import type { ChainSpec } from '../synthetic.ts';
import { readFeed } from '../read-feed.ts';
import { BTC, CALM, ETH, TIME, syntheticChain, toCsv } from '../synthetic.ts';
import { casesOf } from '../../../support/cases.ts';

const RULES = { maxAgeSeconds: 120, minSources: 2 };

/** What one importer makes of the market: levels and volatilities a little different from the rest. */
function seen(change: Partial<ChainSpec> = {}, spot = 1): MarketSnapshot {
  const feed = (spec: ChainSpec, name: string) =>
    readFeed(toCsv(syntheticChain({ ...spec, ...change })), name);
  const days = { days: change.days ?? [9, 30, 86] };
  return importMarket({
    feeds: [
      feed({ ...BTC, ...days, index: BTC.index * spot }, 'btc.csv'),
      feed({ ...ETH, ...days, index: ETH.index * spot }, 'eth.csv'),
    ],
    inputs: [
      {
        underlyings: [
          { symbol: 'BTC', depthQuote: 5_000_000n },
          { symbol: 'ETH', depthQuote: 3_000_000n },
        ],
        collateral: [],
      },
    ],
  }).snapshot;
}

const vols = (change: number): Partial<ChainSpec> => ({
  surface: { ...CALM, frontVol: CALM.frontVol + change, backVol: CALM.backVol + change },
});

const [low, middle, high] = [seen(vols(-0.002), 0.9999), seen(), seen(vols(0.003), 1.0002)];
const source = (snapshot: MarketSnapshot, name: string): Source => ({ name, snapshot });
const three = [source(low, 'a'), source(middle, 'b'), source(high, 'c')];

const slicesOf = (snapshot: MarketSnapshot, u: 0 | 1): LiveSlice[] =>
  snapshot.underlyings[u].slices.filter((slice): slice is LiveSlice => slice.state === 'live');

function moneyVol(snapshot: MarketSnapshot, u: 0 | 1, index: number, k = 0): number {
  const slice = slicesOf(snapshot, u)[index]!;
  const years = Number(slice.expiry - snapshot.time) / 31_536_000;
  return Math.sqrt(totalVariance(dequantise(slice), k) / years);
}

/** A copy of a source with one underlying changed. */
function spoil(
  { name, snapshot }: Source,
  change: (market: MarketSnapshot['underlyings'][0]) => MarketSnapshot['underlyings'][0],
): Source {
  const [btc, eth] = snapshot.underlyings;
  return { name, snapshot: { ...snapshot, underlyings: [change(btc), eth] } };
}

describe('a robust median', () => {
  const LOOSE = { floor: 0, cap: Infinity };
  const values = fc.array(fc.bigInt({ min: 1n, max: 10n ** 9n }), { minLength: 1, maxLength: 9 });

  it('lies between its values, whatever their order, and keeps most of them', () => {
    fc.assert(
      fc.property(values, (given) => {
        const { value, kept } = robustMedian(given, LOOSE);
        expect(robustMedian([...given].reverse(), LOOSE).value).toBe(value);
        expect(kept.filter(Boolean).length).toBeGreaterThan((given.length - 1) / 2);
        const sorted = [...given].sort((a, b) => (a < b ? -1 : 1));
        expect(value).toBeGreaterThanOrEqual(sorted[0]!);
        expect(value).toBeLessThanOrEqual(sorted.at(-1)!);
      }),
    );
  });

  it('does not follow a minority, however far it goes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), (wild) => {
        const honest = [1_000_000n, 1_000_100n, 1_000_300n];
        const { value } = robustMedian([...honest, wild], { floor: 0.001, cap: 0.01 });
        expect(value).toBeGreaterThanOrEqual(1_000_000n);
        expect(value).toBeLessThanOrEqual(1_000_300n);
      }),
    );
  });

  it('keeps none where no two agree', () => {
    const { kept, value } = robustMedian([100n, 300n], { floor: 0.001, cap: 0.01 });
    expect(kept).toEqual([false, false]);
    expect(value).toBe(200n);
  });

  it('floors the mean of the middle two', () => {
    expect(medianFloor([4n, 1n, 2n, 9n])).toBe(3n);
    expect(medianFloor([4n, 1n, 1n, 9n])).toBe(2n);
  });
});

describe('snapshots of several sources', () => {
  it('combine to the median of each component, and to a surface free of arbitrage', () => {
    const { snapshot, rejections, leftOut } = combineSnapshots(three, RULES);
    expect(rejections).toEqual([]);
    expect(leftOut).toEqual([]);
    for (const u of [0, 1] as const) {
      expect(snapshot.underlyings[u].indexE4).toBe(middle.underlyings[u].indexE4);
      const slices = slicesOf(snapshot, u).map((slice) => dequantise(slice));
      expect(slices).toHaveLength(3);
      slices.forEach((slice, index) => {
        for (const k of [-0.1, 0, 0.1]) {
          const difference = moneyVol(snapshot, u, index, k) - moneyVol(middle, u, index, k);
          expect(Math.abs(difference)).toBeLessThan(5e-4);
        }
        expect(leastDensity(slice, slice).value).toBeGreaterThan(0);
        if (index > 0) expect(calendarMargin(slices[index - 1]!, slice).value).toBeGreaterThan(0);
      });
    }
  });

  it('combine to the same bytes in every order', () => {
    const five = [...three, source(seen(vols(0.2)), 'd'), source(seen({}, 1.05), 'e')];
    const bytes = (sources: readonly Source[]): string =>
      JSON.stringify(snapshotDocument(combineSnapshots(sources, RULES).snapshot));
    const wanted = bytes(five);
    fc.assert(
      fc.property(fc.shuffledSubarray(five, { minLength: 5 }), (order) => {
        expect(bytes(order)).toBe(wanted);
      }),
      { numRuns: casesOf(8) },
    );
  });

  it('leave out a source whose index, and one whose smile, is off, and say so', () => {
    const wrongIndex = spoil(three[2]!, (btc) => ({
      ...btc,
      indexE4: (btc.indexE4 * 103n) / 100n,
    }));
    const byIndex = combineSnapshots(three.with(2, wrongIndex), RULES);
    expect(byIndex.rejections).toContainEqual({
      source: 'c',
      component: 'BTC indexE4',
      reason: 'outlier',
    });
    const mean = (low.underlyings[0].indexE4 + middle.underlyings[0].indexE4) / 2n;
    expect(byIndex.snapshot.underlyings[0].indexE4).toBe(mean);

    const wrongSmile = source(seen(vols(0.15)), 'c');
    const bySmile = combineSnapshots(three.with(2, wrongSmile), RULES);
    expect(
      bySmile.rejections.filter(({ component }) => component.endsWith('surface')),
    ).toHaveLength(6);
    expect(moneyVol(bySmile.snapshot, 0, 1)).toBeLessThan(moneyVol(middle, 0, 1) + 1e-4);
    expect(moneyVol(bySmile.snapshot, 0, 1)).toBeGreaterThan(moneyVol(low, 0, 1) - 1e-4);
  });

  it('are worth the confidence of those that agree, times their share and closeness', () => {
    const claimed = middle.underlyings[0].slices[0]!.confidenceQ10;
    const [all] = combineSnapshots(three, RULES).snapshot.underlyings;
    // The indices lie 0.02 % from the median, of 1 %; none is left out.
    expect(all.confidenceQ10).toBe(BigInt(Math.floor(1024 * (1 - 0.0002 / 0.01))));
    expect(all.slices[0]!.confidenceQ10).toBeLessThan(claimed);
    expect(all.slices[0]!.confidenceQ10).toBeGreaterThan((claimed * 95n) / 100n);

    const wrong = spoil(three[2]!, (btc) => ({
      ...btc,
      indexE4: btc.indexE4 * 2n,
      perpetualMarkE4: btc.perpetualMarkE4 * 2n,
    }));
    const [two] = combineSnapshots(three.with(2, wrong), RULES).snapshot.underlyings;
    expect(two.confidenceQ10).toBeLessThanOrEqual((1024n * 2n) / 3n);
    expect(two.confidenceQ10).toBeGreaterThan(670n);
  });

  it('make the initial margin dearer where they differ', () => {
    const apart = [
      source(seen(vols(-0.05)), 'a'),
      source(middle, 'b'),
      source(seen(vols(0.06)), 'c'),
    ];
    const { snapshot } = combineSnapshots(apart, RULES);
    const { expiry, confidenceQ10 } = slicesOf(snapshot, 0)[0]!;
    const { parameters } = loadDefaultParameters();
    expect(confidenceQ10).toBeLessThan(parameters.confidence.thresholdQ10);
    const instrument = { underlying: 0, kind: 'call', expiry, strikeE4: 750_000_000n } as const;
    const margin = (market: MarketSnapshot) =>
      marginPortfolio(
        {
          quoteE6: 10n ** 12n,
          collateralE8: [0n, 0n, 0n],
          positions: [{ instrument, lots: -100n }],
        },
        priceMarket(market, parameters),
      );
    const [btc, eth] = snapshot.underlyings;
    const sure = btc.slices.map((slice) => ({ ...slice, confidenceQ10: 1024n }));
    const agreed = margin({ ...snapshot, underlyings: [{ ...btc, slices: sure }, eth] });
    const charged = margin(snapshot);
    expect(charged.mmE6).toBe(agreed.mmE6);
    // 40 % of the index, of a contract sold, times the share that is missing of 0.55.
    const { imBps, thresholdQ10 } = parameters.confidence;
    const missing = thresholdQ10 - confidenceQ10;
    const charge = (btc.indexE4 * 100n * imBps * missing) / (10_000n * thresholdQ10);
    expect(charged.imE6 - agreed.imE6 - charge).toBeLessThanOrEqual(1n);
    expect(charged.imE6 - agreed.imE6 - charge).toBeGreaterThanOrEqual(0n);
  });

  it('leave out a slice on which too few agree, and keep the others', () => {
    const without = spoil(three[1]!, (btc) => ({ ...btc, slices: btc.slices.slice(1) }));
    const only = three.map((entry, index) =>
      index === 2
        ? entry
        : spoil(index === 1 ? without : entry, (btc) => ({
            ...btc,
            slices: btc.slices.filter(
              ({ expiry }) => expiry !== middle.underlyings[0].slices[0]!.expiry,
            ),
          })),
    );
    const { snapshot, leftOut } = combineSnapshots(only, RULES);
    expect(leftOut).toEqual([
      {
        slice: 'BTC 2026-02-13T08:00:00Z',
        message: '1 of 3 sources agree on its being listed, 2 must: add a source',
      },
    ]);
    expect(snapshot.underlyings.map(({ slices }) => slices.length)).toEqual([2, 3]);
  });

  it('settle an expiry at the price that most state, and not at that of one', () => {
    const expiry = BigInt(TIME - 3600);
    const settled = (prices: readonly bigint[]) =>
      three.map((entry, index) =>
        spoil(entry, (btc) => ({
          ...btc,
          slices: [
            {
              state: 'expired',
              expiry,
              forwardRatioQ30: 2n ** 30n,
              confidenceQ10: 1024n,
              settlementPriceE4: prices[index]!,
            },
            ...btc.slices,
          ],
        })),
      );
    const price = (prices: readonly bigint[]) =>
      combineSnapshots(settled(prices), RULES).snapshot.underlyings[0].slices[0];
    expect(price([700_000_000n, 700_000_000n, 1n])).toMatchObject({
      settlementPriceE4: 700_000_000n,
    });
    expect(price([700_000_000n, 0n, 0n])).toMatchObject({ settlementPriceE4: 0n });
  });

  it('take for booked the lower middle of what they say, and list nothing that is', () => {
    const passed = { state: 'expired', forwardRatioQ30: 1n << 30n, confidenceQ10: 1024n } as const;
    const told = (bookedThrough: bigint, { name, snapshot }: Source): Source => {
      const settled = [20n, 10n]
        .map((ago) => ({
          ...passed,
          expiry: middle.time - ago * 86_400n,
          settlementPriceE4: 700_000_000n,
        }))
        .filter(({ expiry }) => expiry > bookedThrough);
      const [btc, eth] = snapshot.underlyings;
      const slices = [...settled, ...btc.slices];
      return {
        name,
        snapshot: { ...snapshot, bookedThrough, underlyings: [{ ...btc, slices }, eth] },
      };
    };
    const day = (ago: bigint): bigint => middle.time - ago * 86_400n;
    const combined = (days: readonly [bigint, bigint, bigint]) =>
      combineSnapshots(
        three.map((each, index) => told(day(days[index]!), each)),
        RULES,
      ).snapshot;
    // One that runs ahead, or has not heard, moves nothing.
    for (const days of [
      [15n, 15n, 5n],
      [30n, 15n, 15n],
    ] as const) {
      const { bookedThrough, underlyings } = combined(days);
      expect(bookedThrough).toBe(day(15n));
      expect(underlyings[0].slices[0]!.expiry).toBe(day(10n));
    }
  });

  it('drop a source that is late, or whose clock is ahead, and date the result by the rest', () => {
    const moved = (by: bigint): Source => {
      const time = middle.time + by;
      const times = { indexTime: time, perpetualTime: time, forwardTime: time };
      return source({ ...middle, time, ...times, surfaceTime: time, collateralTime: time }, 'd');
    };
    for (const [by, reason] of [
      [-121n, 'stale'],
      [121n, 'ahead'],
    ] as const) {
      const { snapshot, rejections } = combineSnapshots([...three, moved(by)], RULES);
      expect(rejections).toEqual([{ source: 'd', component: 'snapshot', reason }]);
      expect(snapshot.time).toBe(middle.time);
    }
    const late = source({ ...high, surfaceTime: high.surfaceTime - 200n }, 'c');
    const { snapshot, rejections } = combineSnapshots(three.with(2, late), RULES);
    expect(rejections).toEqual([{ source: 'c', component: 'surfaceTime', reason: 'stale' }]);
    expect(snapshot.surfaceTime).toBe(middle.surfaceTime);
  });

  it('need a quorum, and different sources', () => {
    expect(() => combineSnapshots(three.slice(0, 1), RULES)).toThrow(
      '1 of 1 sources agree, 2 must',
    );
    expect(() => combineSnapshots(three, { ...RULES, minSources: 4 })).toThrow(
      '3 of 3 sources agree',
    );
    expect(() => combineSnapshots([...three, source(middle, 'd')], RULES)).toThrow(
      'd: is the same snapshot as b: a source counts once',
    );
    const scattered = three.map((entry, index) =>
      spoil(entry, (btc) => ({ ...btc, perpetualMarkE4: 10n ** BigInt(6 + index) })),
    );
    expect(() => combineSnapshots(scattered, RULES)).toThrow('BTC perpetualMarkE4: 1 of 3 sources');
  });
});

describe('plimsoll market combine', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-combine-'));
    three.forEach(({ name, snapshot }) => {
      writeFileSync(file(`${name}.json`), JSON.stringify(snapshotDocument(snapshot)));
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes the combination, which margin takes', async () => {
    const sources = ['a.json', 'b.json', 'c.json'].map(file);
    const out = file('combined.json');
    const { status, stdout } = await plimsoll('market combine', ...sources, '--out', out);
    expect(status).toBe(0);
    expect(stdout).toMatch(/BTC indexE4 +700000000 +3\/3 +0\.0200/);
    const { snapshot } = combineSnapshots(
      three.map((entry) => ({ ...entry, name: file(entry.name) })),
      RULES,
    );
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(snapshotDocument(snapshot));
    expect((await plimsoll('margin', 'together', '--snapshot', out)).status).toBe(0);
  });

  it('names the file and the field of a source that breaks a rule, and writes nothing', async () => {
    const bad = JSON.stringify(snapshotDocument(low)).replace(/"indexE4":"\d+"/, '"indexE4":"0"');
    writeFileSync(file('bad.json'), bad);
    const argv = [file('a.json'), file('bad.json'), '--out', file('x.json')];
    const { status, stderr } = await plimsoll('market combine', ...argv);
    expect(status).toBe(2);
    expect(stderr).toBe(`${file('bad.json')}: underlyings[0].indexE4: must be at least 1`);
    expect(existsSync(file('x.json'))).toBe(false);
  });
});
