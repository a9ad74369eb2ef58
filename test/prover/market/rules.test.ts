// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import '../../support/seed.ts';
import { ageSnapshot } from '../../../prover/market/snapshot/age-slice.ts';
import type { DropReason } from '../../../prover/market/feeds/clean.ts';
import { DEFAULT_QUOTE_LIMITS } from '../../../prover/market/feeds/clean.ts';
import { cleanExpiry } from '../../../prover/market/feeds/clean.ts';
import { chainOf } from '../../../prover/market/feeds/chain.ts';
import type { OptionRow } from '../../../prover/market/feeds/feed.ts';
import { forwardOf, parityOf } from '../../../prover/market/snapshot/forwards.ts';
import { indexOf } from '../../../prover/market/feeds/levels.ts';
import { dequantise } from '../../../prover/market/surface/quantise.ts';
import { leastDensity } from '../../../prover/market/surface/domain.ts';
import { totalVariance } from '../../../prover/market/surface/svi.ts';
import {
  parseSnapshotValue,
  snapshotDocument,
} from '../../../prover/documents/snapshot-document.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import type { LiveSlice } from '../../../prover/model/types.ts';
import type { ChainSpec, SyntheticOption } from './synthetic.ts';
import { readFeed } from './read-feed.ts';
import { BTC, TIME, forwardAt, syntheticChain, toCsv } from './synthetic.ts';

const oneExpiry: ChainSpec = { ...BTC, days: [30] };
const rowsOf = (options: readonly SyntheticOption[]): readonly OptionRow[] =>
  readFeed(toCsv(options), 'a.csv').options;

describe('a forward', () => {
  const expiry = syntheticChain(oneExpiry)[0]!.expiry;
  const exact = forwardAt(oneExpiry, expiry);

  it('is the median of the rows where the feed has it', () => {
    const options = syntheticChain(oneExpiry);
    options[3]!.forward = exact * 1.01;
    expect(forwardOf(rowsOf(options), undefined)).toMatchObject({ forward: exact, source: 'feed' });
  });

  it('is implied by put-call parity where it is absent, whatever the surface', () => {
    fc.assert(
      fc.property(
        fc.record({
          frontVol: fc.double({ min: 0.3, max: 1.5, noNaN: true }),
          backVol: fc.double({ min: 0.3, max: 1, noNaN: true }),
          rho: fc.double({ min: -0.8, max: 0.8, noNaN: true }),
        }),
        fc.double({ min: -0.1, max: 0.3, noNaN: true }),
        (shape, carry) => {
          const spec = { ...oneExpiry, carry, surface: { ...shape, eta: 1 }, tick: 1e-6 };
          const options = syntheticChain(spec).map((option) => ({ ...option, forward: undefined }));
          const implied = forwardOf(rowsOf(options), undefined);
          expect(implied?.source).toBe('parity');
          expect(Math.abs(implied!.forward / forwardAt(spec, expiry) - 1)).toBeLessThan(2e-5);
          expect(Math.abs(implied!.parity!.discount - 1)).toBeLessThan(2e-4);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('stands against one wrong quote, and shows a discount that the convention leaves out', () => {
    const options = syntheticChain(oneExpiry).map((option) => ({ ...option, forward: undefined }));
    options[16]!.bid! += 0.004;
    options[16]!.ask! += 0.004;
    expect(Math.abs(parityOf(rowsOf(options))!.forward / exact - 1)).toBeLessThan(2e-5);
    const discounted = syntheticChain(oneExpiry).map((option) => ({
      ...option,
      bid: option.bid! * 0.97,
      ask: option.ask! * 0.97,
    }));
    expect(parityOf(rowsOf(discounted))!.discount).toBeCloseTo(0.97, 3);
  });

  it('is the future’s mark before parity, then the marks, and nothing without any of them', () => {
    const options = syntheticChain(oneExpiry).map((option) => ({ ...option, forward: undefined }));
    const future = { place: 'f', time: TIME, underlying: 0, expiry, mark: exact + 5 } as const;
    expect(forwardOf(rowsOf(options), future)).toMatchObject({
      forward: exact + 5,
      source: 'future',
    });
    const wide = options.map((option) => ({ ...option, ask: option.ask! + 0.03 }));
    const near = (rows: readonly OptionRow[], source: string): void => {
      const told = forwardOf(rows, undefined);
      expect(told?.source).toBe(source);
      expect(Math.abs(told!.forward / exact - 1)).toBeLessThan(1e-4);
    };
    near(rowsOf(wide), 'parity');
    const calls = rowsOf(wide).filter(({ kind }) => kind === 'call');
    near(calls, 'marks');
    const unmarked = calls.map(({ markVol: _markVol, ...row }) => row);
    expect(forwardOf(unmarked, undefined)).toBeUndefined();
  });
});

describe('an index', () => {
  const indices = (values: readonly number[]) => {
    const options = syntheticChain(oneExpiry).map((option, i) => ({
      ...option,
      index: values[i % values.length]!,
    }));
    return chainOf(0, [readFeed(toCsv(options), 'a.csv')], 300);
  };
  const near = { expiry: TIME + 3600, forward: 70_010 };

  it('is the median of the rows while they agree', () => {
    expect(indexOf(indices([70_000, 70_001, 70_009]), near)).toMatchObject({
      price: 70_001,
      source: 'feed',
    });
  });

  it('is the nearest forward where the rows are of different moments, at less confidence', () => {
    const torn = indices([70_000, 70_100, 70_300]);
    const index = indexOf(torn, near)!;
    expect(index.price).toBe(70_010);
    // Half the range is 0.214 % of the median, and 1 % is no confidence: ⌊1024·0.786⌋.
    expect(index.confidenceQ10).toBe(804n);
    const far = { ...near, expiry: TIME + 3 * 86_400 };
    expect(indexOf(torn, far)).toMatchObject({ price: 70_100, confidenceQ10: 804n });
  });
});

describe('cleaning', () => {
  const at = (option: SyntheticOption, change: Partial<SyntheticOption>) => ({
    ...option,
    ...change,
  });
  const context = {
    newest: TIME,
    limits: { ...DEFAULT_QUOTE_LIMITS, maxAgeSeconds: 60 },
    time: TIME,
    forward: forwardAt(oneExpiry, syntheticChain(oneExpiry)[0]!.expiry),
  };
  const outOfTheMoney = ({ type, strike }: SyntheticOption): boolean =>
    (type === 'C') === strike >= context.forward;

  const faults: readonly (readonly [DropReason, (option: SyntheticOption) => SyntheticOption])[] = [
    ['stale', (option) => at(option, { time: TIME - 61 })],
    ['zero-bid', (option) => at(option, { bid: 0 })],
    ['zero-bid', (option) => at(option, { bid: undefined })],
    ['one-sided', (option) => at(option, { ask: undefined })],
    ['crossed', (option) => at(option, { bid: option.ask! + 1e-6, ask: option.bid! })],
    ['wide', (option) => at(option, { ask: option.ask! * 3 })],
    ['wide', (option) => at(option, { ask: 90 })],
    ['inconsistent', (option) => at(option, { markPrice: option.markPrice + 0.0051 })],
  ];
  it.each(faults)('leaves a quote that is %s, and no other', (reason, spoil) => {
    const options = syntheticChain(oneExpiry);
    const spoilt = options.findIndex((option) => outOfTheMoney(option) && option.type === 'P') + 8;
    const rows = rowsOf(options.with(spoilt, spoil(options[spoilt]!)));
    const { used, dropped } = cleanExpiry(rows, context);
    expect(outOfTheMoney(options[spoilt]!)).toBe(true);
    expect(dropped).toEqual({ [reason]: 1, 'in-the-money': 17 });
    expect(used).toHaveLength(16);
  });

  it('leaves a closed book, and keeps a quote without mark volatility by its mid', () => {
    const rows = rowsOf(syntheticChain(oneExpiry));
    const closed = rows.map((row) => ({ ...row, open: false }));
    expect(cleanExpiry(closed, context)).toEqual({ used: [], dropped: { inactive: 34 } });
    const unmarked = rows.map(({ markVol: _vol, markPrice: _price, ...row }) => row);
    const [byMark, byMid] = [cleanExpiry(rows, context).used, cleanExpiry(unmarked, context).used];
    byMid.forEach(({ vol }, index) => expect(vol).toBeCloseTo(byMark[index]!.vol, 3));
  });

  it('accounts for every row, whatever is wrong with which', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(faults.length), { minLength: 34, maxLength: 34 }), (choice) => {
        const options = syntheticChain(oneExpiry).map((option, index) => {
          const fault = faults[choice[index]!];
          return fault === undefined ? option : fault[1](option);
        });
        const { used, dropped } = cleanExpiry(rowsOf(options), context);
        const left = Object.values(dropped).reduce((sum, count) => sum + count, 0);
        expect(used.length + left).toBe(34);
        used.forEach(({ bidVol, askVol }) => expect(bidVol).toBeLessThanOrEqual(askVol));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a snapshot read later', () => {
  const { snapshot } = loadSample().snapshots.calm;
  const live = (slices: readonly { state: string }[]): LiveSlice[] =>
    slices.filter((slice): slice is LiveSlice => slice.state === 'live');

  it('keeps its volatilities, its document rules and its freedom from arbitrage', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 40n * 86_400n }), (elapsed) => {
        const time = snapshot.time + elapsed;
        const later = ageSnapshot(snapshot, time, '--base');
        expect(parseSnapshotValue(snapshotDocument(later))).toEqual(later);
        for (const u of [0, 1] as const) {
          const before = new Map(
            live(snapshot.underlyings[u].slices).map((slice) => [slice.expiry, slice]),
          );
          for (const slice of live(later.underlyings[u].slices)) {
            const left = Number(slice.expiry - time) / Number(slice.expiry - snapshot.time);
            const [old, aged] = [dequantise(before.get(slice.expiry)!), dequantise(slice)];
            for (const k of [-0.4, -0.1, 0, 0.1, 0.4]) {
              const expected = totalVariance(old, k) * left;
              expect(Math.abs(totalVariance(aged, k) - expected)).toBeLessThan(1e-8);
            }
            const bounds = { kMin: aged.kMin, kMax: aged.kMax };
            if (leastDensity(old, bounds).value < 1e-3) continue;
            expect(leastDensity(aged, bounds).value).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('waits for the settlement of what has passed, and is refused before its own time', () => {
    const expiry = live(snapshot.underlyings[0].slices)[0]!.expiry;
    const [slice] = ageSnapshot(snapshot, expiry, '--base').underlyings[0].slices.filter(
      (candidate) => candidate.expiry === expiry,
    );
    expect(slice).toMatchObject({ state: 'expired', settlementPriceE4: 0n });
    expect(() => ageSnapshot(snapshot, snapshot.time - 5n, '--base')).toThrow(
      '--base: is of 5 s after the quotes',
    );
  });
});
