// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { checkSnapshot } from '../../../prover/documents/snapshot-rules.ts';
import { instrumentId } from '../../../prover/model/instrument.ts';
import { marginPortfolio, requirementAt } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import type {
  Instrument,
  MarketSnapshot,
  Portfolio,
  Position,
} from '../../../prover/model/types.ts';
import {
  inLedgerOrder,
  instruments,
  SEED,
  scenes,
  seededScenes,
  snapshots,
  TIME,
} from '../../support/arbitraries.ts';
import { casesOf } from '../../support/cases.ts';

const { parameters } = loadDefaultParameters();

const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void, numRuns = 300): void =>
  fc.assert(fc.property(arbitrary, property), { seed: SEED, numRuns: casesOf(numRuns) });

const marginIn = (snapshot: MarketSnapshot, portfolio: Portfolio) =>
  marginPortfolio(portfolio, priceMarket(snapshot, parameters));

const health = (snapshot: MarketSnapshot, portfolio: Portfolio): bigint => {
  const { equityE6, mmE6 } = marginIn(snapshot, portfolio);
  return equityE6 - mmE6;
};

describe('margin', () => {
  it('loses exactly nothing at the mark', () => {
    check(scenes(), ({ snapshot, portfolio }) => {
      for (const { lossesE6 } of marginIn(snapshot, portfolio).underlyings) {
        expect(lossesE6[0]).toBe(0n);
      }
    });
  });

  it('rises and falls with cash to the unit', () => {
    check(fc.tuple(scenes(), fc.bigInt(-(10n ** 13n), 10n ** 13n)), ([scene, cash]) => {
      const { snapshot, portfolio } = scene;
      const moved = { ...portfolio, quoteE6: portfolio.quoteE6 + cash };
      expect(health(snapshot, moved) - health(snapshot, portfolio)).toBe(cash);
    });
  });

  it('never suffers from a gift of any collateral', () => {
    const gifts = fc.tuple(...[0, 1, 2].map(() => fc.oneof(fc.nat(50), fc.nat(2 ** 45))));
    check(fc.tuple(scenes(), gifts), ([{ snapshot, portfolio }, gift]) => {
      const [btc = 0, eth = 0, stEth = 0] = gift;
      const [b, e, s] = portfolio.collateralE8;
      const richer: Portfolio = {
        ...portfolio,
        collateralE8: [b + BigInt(btc), e + BigInt(eth), s + BigInt(stEth)],
      };
      expect(health(snapshot, richer)).toBeGreaterThanOrEqual(health(snapshot, portfolio));
    });
  });

  // Long perpetuals and futures can lose more than they are worth in equity, and above the first
  // band concentration charges long options too: both are outside the claim.
  it('never liquidates long options without debt inside the first concentration band', () => {
    const options = {
      lots: fc.bigInt(1n, 500n),
      keep: ({ kind }: Instrument) => kind === 'call' || kind === 'put',
    };
    check(scenes(options), ({ snapshot, portfolio }) => {
      const deep: MarketSnapshot = {
        ...snapshot,
        underlyings: [
          { ...snapshot.underlyings[0], depthQuote: 2n ** 40n - 1n },
          { ...snapshot.underlyings[1], depthQuote: 2n ** 40n - 1n },
        ],
      };
      const margin = marginIn(deep, { ...portfolio, quoteE6: 0n });
      expect(margin.liquidatable).toBe(false);
      expect(margin.bankrupt).toBe(false);
    });
  });

  it('scans a whole account no higher than its positions one by one, each rounded down', () => {
    check(scenes({ maxPositions: 6 }), ({ snapshot, portfolio }) => {
      const market = priceMarket(snapshot, parameters);
      const whole = marginPortfolio(portfolio, market);
      const parts = [
        marginPortfolio({ ...portfolio, positions: [] }, market),
        ...portfolio.positions.map((position) =>
          marginPortfolio(
            { quoteE6: 0n, collateralE8: [0n, 0n, 0n], positions: [position] },
            market,
          ),
        ),
      ];
      for (const u of [0, 1] as const) {
        const apart = parts.reduce((sum, part) => sum + part.underlyings[u].scanQ16, 0n);
        const rounding = BigInt(parts.length) << 16n;
        expect(whole.underlyings[u].scanQ16).toBeLessThan(apart + rounding);
      }
    });
  });

  it('scales with size up to one unit of rounding a copy', () => {
    check(fc.tuple(scenes(), fc.bigInt(2n, 50n)), ([{ snapshot, portfolio }, times]) => {
      const scaled = (factor: bigint): Portfolio => ({
        quoteE6: 0n,
        collateralE8: [0n, 0n, 0n],
        positions: portfolio.positions.map((p) => ({ ...p, lots: p.lots * factor })),
      });
      const one = marginIn(snapshot, scaled(1n));
      const many = marginIn(snapshot, scaled(times));
      for (const u of [0, 1] as const) {
        const drift = many.underlyings[u].scanQ16 - times * one.underlyings[u].scanQ16;
        expect(drift).toBeGreaterThanOrEqual(0n);
        expect(drift).toBeLessThanOrEqual(times << 16n);
      }
    });
  });

  it('asks at any exhibited scenarios no more than maintenance margin', () => {
    const ids = fc.tuple(fc.nat(32), fc.nat(32));
    check(fc.tuple(scenes(), ids), ([{ snapshot, portfolio }, chosen]) => {
      const margin = marginIn(snapshot, portfolio);
      const term = (u: 0 | 1): bigint =>
        (margin.underlyings[u].lossesE6[chosen[u]] ?? 0n) *
        (chosen[u] === 0
          ? 1n
          : (parameters.underlyings[u].scenarios[chosen[u] - 1]?.dampingQ16 ?? 0n));
      if (term(0) + term(1) < 0n) {
        expect(() => requirementAt(margin, parameters, chosen)).toThrow('are a gain');
      } else {
        expect(requirementAt(margin, parameters, chosen)).toBeLessThanOrEqual(margin.mmE6);
      }
    });
  });

  it('never asks less initially than for maintenance', () => {
    check(scenes(), ({ snapshot, portfolio }) => {
      const { imE6, mmE6 } = marginIn(snapshot, portfolio);
      expect(imE6).toBeGreaterThanOrEqual(mmE6);
    });
  });
});

describe('parity', () => {
  const listed = snapshots.chain((snapshot) =>
    fc.tuple(
      fc.constant(snapshot),
      instruments(snapshot).filter(({ kind }) => kind === 'call'),
      fc.bigInt(1n, 2n ** 40n - 1n),
      fc.bigInt(1n, 10_000n),
    ),
  );

  it('of call and put is exact at the mark and in every scenario', () => {
    check(listed, ([snapshot, call]) => {
      const market = priceMarket(snapshot, parameters);
      // Of what the ledger has booked nothing is left to be at par.
      if (market.expiry(call).booked) return;
      const [c, p, f] = [
        call,
        { ...call, kind: 'put' },
        { ...call, kind: 'future', strikeE4: 0n },
      ].map((instrument) => market.value(instrument as Instrument));
      if (c === undefined || p === undefined || f === undefined) throw new Error('not valued');
      expect(c.markQ128 - p.markQ128).toBe(f.markQ128 - (call.strikeE4 << 128n));
      if (!c.settled) expect(c.deltaQ128 - p.deltaQ128).toBe(1n << 128n);
      c.valuesQ152.forEach((value, id) => {
        const put = p.valuesQ152[id] ?? 0n;
        expect(value - put).toBe((f.valuesQ152[id] ?? 0n) - (call.strikeE4 << 152n));
      });
    });
  });

  it('leaves conversions and boxes without scan risk', () => {
    check(listed, ([snapshot, call, otherStrike, lots]) => {
      const leg = (kind: Instrument['kind'], strikeE4: bigint, size: bigint): Position => ({
        instrument: { ...call, kind, strikeE4 },
        lots: size,
      });
      const near = call.strikeE4;
      const conversion = [
        leg('future', 0n, lots),
        leg('call', near, -lots),
        leg('put', near, lots),
      ];
      const box = [
        leg('call', near, lots),
        leg('put', near, -lots),
        leg('call', otherStrike, -lots),
        leg('put', otherStrike, lots),
      ];
      for (const positions of near === otherStrike ? [conversion] : [conversion, box]) {
        const { underlyings } = marginIn(snapshot, {
          quoteE6: 0n,
          collateralE8: [0n, 0n, 0n],
          positions: inLedgerOrder(positions),
        });
        expect(underlyings.map(({ scanQ16 }) => scanQ16)).toEqual([0n, 0n]);
      }
    });
  });

  it('keeps every option worth nothing or more, at the mark and in every scenario', () => {
    const options = { keep: ({ kind }: Instrument) => kind === 'call' || kind === 'put' };
    check(scenes(options), ({ snapshot, portfolio }) => {
      for (const { instrument, valuation } of marginIn(snapshot, portfolio).positions) {
        const least = [valuation.markQ128, ...valuation.valuesQ152].reduce((a, b) =>
          a < b ? a : b,
        );
        expect(least, instrumentId(instrument)).toBeGreaterThanOrEqual(0n);
      }
    });
  });
});

describe('continuity', () => {
  it('in the confidence of the oracle: initial margin only, and by no more than its share', () => {
    check(scenes(), ({ snapshot, portfolio }) => {
      const lower = (confidenceQ10: bigint): MarketSnapshot => ({
        ...snapshot,
        underlyings: [
          { ...snapshot.underlyings[0], confidenceQ10 },
          { ...snapshot.underlyings[1], confidenceQ10 },
        ],
      });
      const sure = marginIn(lower(563n), portfolio);
      const unsure = marginIn(lower(562n), portfolio);
      expect(unsure.mmE6).toBe(sure.mmE6);
      const { lowConfidenceQ10: before } = sure.contingencies.bases;
      const { lowConfidenceQ10: after } = unsure.contingencies.bases;
      const step = (4000n * (after - before)) / (10_000n * 563n);
      expect(unsure.imE6 - sure.imE6).toBeGreaterThanOrEqual(step);
      expect(unsure.imE6 - sure.imE6).toBeLessThanOrEqual(step + 1n);
    });
  });

  // What remains are steps of the grids: a vol factor of 2⁻¹⁰, a roll of 2⁻¹⁰, the kernel's error.
  // A table without interpolation would move margins by a quarter at a knot.
  const stepBound = (snapshot: MarketSnapshot, portfolio: Portfolio): bigint =>
    marginIn(snapshot, portfolio).positions.reduce((sum, { lots, instrument, valuation }) => {
      const size = lots < 0n ? -lots : lots;
      const price = valuation.referenceE4 + instrument.strikeE4 / 1_000_000n;
      return sum + size * (60n + price / 200n);
    }, 10n);
  const ahead = { keep: ({ expiry }: Instrument) => expiry === 0n || expiry > TIME + 1n };

  it('in time: a second of age moves maintenance by steps of the grids only', () => {
    check(scenes(ahead), ({ snapshot, portfolio }) => {
      const earlier = { ...snapshot, time: snapshot.time - 1n };
      const moved = marginIn(earlier, portfolio).mmE6 - marginIn(snapshot, portfolio).mmE6;
      expect(moved < 0n ? -moved : moved).toBeLessThanOrEqual(stepBound(snapshot, portfolio));
    });
  });

  it('in spot: a unit of the index moves maintenance by steps of the grids only', () => {
    check(scenes(ahead), ({ snapshot, portfolio }) => {
      const [btc, eth] = snapshot.underlyings;
      const shifted: MarketSnapshot = {
        ...snapshot,
        underlyings: [
          { ...btc, indexE4: btc.indexE4 + 1n },
          { ...eth, indexE4: eth.indexE4 + 1n },
        ],
      };
      const moved = marginIn(shifted, portfolio).mmE6 - marginIn(snapshot, portfolio).mmE6;
      const coins = portfolio.collateralE8.reduce((a, b) => a + b, 0n) / 1_000_000n;
      const bound = stepBound(snapshot, portfolio) + coins;
      expect(moved < 0n ? -moved : moved).toBeLessThanOrEqual(bound);
    });
  });

  it('in size: one more lot costs no more than it could lose undamped, plus its contingencies', () => {
    check(scenes({ maxPositions: 6 }), ({ snapshot, portfolio }) => {
      const [first, ...rest] = portfolio.positions;
      if (first === undefined) return;
      const before = marginIn(snapshot, portfolio);
      const grown = { ...portfolio, positions: [{ ...first, lots: first.lots + 1n }, ...rest] };
      const after = marginIn(snapshot, grown);
      const valuation = before.positions[0]?.valuation;
      if (valuation === undefined) throw new Error('not valued');
      const swing = valuation.valuesQ152
        .map((value) => value - (valuation.markQ128 << 24n))
        .reduce((largest, move) => {
          const size = move < 0n ? -move : move;
          return size > largest ? size : largest;
        }, 0n);
      const { indexE4 } = snapshot.underlyings[first.instrument.underlying];
      const contingency =
        (12n * (valuation.referenceE4 > indexE4 ? valuation.referenceE4 : indexE4)) / 100n;
      const bound = (swing >> 152n) + contingency + 4n;
      const moved = after.mmE6 - before.mmE6;
      expect(moved < 0n ? -moved : moved).toBeLessThanOrEqual(bound);
    });
  });
});

describe('the random scenes', () => {
  it('obey the rules of the documents and reach every kind of valuation', () => {
    const seen = new Set<string>();
    for (const { snapshot, portfolio } of seededScenes(300)) {
      expect(() => checkSnapshot(snapshot)).not.toThrow();
      for (const { instrument, valuation } of marginIn(snapshot, portfolio).positions) {
        const priced = valuation.stdDevQ32 > 0n ? 'priced' : 'intrinsic';
        seen.add(`${instrument.kind} ${valuation.settled ? 'settled' : priced}`);
      }
    }
    const options = ['call', 'put'].flatMap((kind) => [
      `${kind} intrinsic`,
      `${kind} priced`,
      `${kind} settled`,
    ]);
    expect([...seen].sort()).toEqual(
      [...options, 'future intrinsic', 'future settled', 'perpetual intrinsic'].sort(),
    );
  });
});
