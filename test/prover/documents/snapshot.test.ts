// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroHash, toBeHex } from 'ethers';
import { describe, expect, it } from 'vitest';

import { parseSnapshot, snapshotDocument } from '../../../prover/documents/snapshot-document.ts';
import { feedSnapshotOf } from '../../../prover/chain/market-snapshot.ts';
import { inputsHash } from '../../../prover/commitments/dynamic-words.ts';
import { ageSnapshot } from '../../../prover/market/snapshot/age-slice.ts';
import { snapshotHash, snapshotWords } from '../../../prover/commitments/snapshot-words.ts';
import type { LiveSlice, MarketSnapshot, Slice } from '../../../prover/model/types.ts';
import { referenceHashWords } from '../commitments/reference.ts';
import { SNAPSHOT_TIME, expiredSlice, liveSlice, validSnapshot } from '../../support/venue.ts';

type Json = Record<string, unknown> & {
  underlyings: Json[];
  slices: Json[];
  surface: Json;
  collateral: Json[];
};

/** The valid document with one change, as text. */
function changed(change: (document: Json) => void): string {
  const document = structuredClone(snapshotDocument(validSnapshot())) as Json;
  change(document);
  return JSON.stringify(document);
}

const btc = (document: Json): Json => document.underlyings[0] as Json;
const slice = (document: Json, index: number): Json => btc(document).slices[index] as Json;
const surface = (document: Json): Json => slice(document, 1).surface;

const DECIMAL = 'must be a canonical decimal string (no leading zeros, "+", "-0" or exponent)';
const INTEGER = 'must be an integer without leading zeros, fraction, exponent or "-0"';

describe('snapshot document', () => {
  it('reads what it writes', () => {
    const snapshot = validSnapshot();
    expect(parseSnapshot(JSON.stringify(snapshotDocument(snapshot)))).toEqual(snapshot);
  });

  it('carries inputs of the margin rule, which are no part of its hash', () => {
    const own = { counterQ48: 5n, impliedRateQ64: 0n, fundingBps: 1n };
    const marginInputs = { time: SNAPSHOT_TIME, underlyings: [own, own] as const };
    const carrying = { ...validSnapshot(), marginInputs };
    const text = JSON.stringify(snapshotDocument(carrying));
    expect(parseSnapshot(text)).toEqual(carrying);
    expect(snapshotHash(carrying)).toBe(snapshotHash(validSnapshot()));
    expect(feedSnapshotOf(carrying, text).marginInputsHash).toBe(
      toBeHex(inputsHash(marginInputs), 32),
    );
    expect(feedSnapshotOf(validSnapshot(), text).marginInputsHash).toBe(ZeroHash);
    expect(ageSnapshot(carrying, SNAPSHOT_TIME + 60n, 'time').marginInputs).toBeUndefined();
    const of = { ...marginInputs, time: SNAPSHOT_TIME + 1n };
    const another = JSON.stringify(snapshotDocument({ ...carrying, marginInputs: of }));
    expect(() => parseSnapshot(another)).toThrow('marginInputs.time: must be the snapshot time');
  });

  it('reads version 1 as one of which nothing is booked, under the hash it always had', () => {
    const unbooked = validSnapshot({ bookedThrough: 0n });
    const { bookedThrough, ...rest } = snapshotDocument(unbooked) as Json;
    expect(bookedThrough).toBe(0);
    const first = parseSnapshot(JSON.stringify({ ...rest, version: 1 }));
    expect(first).toEqual(unbooked);
    expect(snapshotWords(first).timeWord >> 192n).toBe(0n);
    expect(() => parseSnapshot(JSON.stringify({ ...rest, version: 1, bookedThrough }))).toThrow(
      'bookedThrough: unknown field',
    );
  });

  const refusals: readonly (readonly [string, (document: Json) => void, string])[] = [
    ['a missing time', (d) => delete d['time'], 'time: is required'],
    ['a time of 33 bits', (d) => (d['time'] = 2 ** 32), 'time: must be at most 4294967295'],
    [
      'an index after the snapshot',
      (d) => (d['indexTime'] = Number(SNAPSHOT_TIME) + 1),
      'indexTime: must not be after the snapshot time',
    ],
    [
      'a surface after the snapshot',
      (d) => (d['surfaceTime'] = Number(SNAPSHOT_TIME) + 1),
      'surfaceTime: must not be after the snapshot time',
    ],
    [
      'nothing said of what is booked',
      (d) => delete d['bookedThrough'],
      'bookedThrough: is required',
    ],
    [
      'booked ahead of its time',
      (d) => (d['bookedThrough'] = Number(SNAPSHOT_TIME) + 1),
      'bookedThrough: must not be after the snapshot time',
    ],
    [
      'a slice that is booked',
      (d) => (d['bookedThrough'] = slice(d, 0)['expiry']),
      'underlyings[0].slices[0].expiry: must be after bookedThrough: what the ledger has booked is no longer listed',
    ],
    ['an unknown field', (d) => (d['mood'] = 'grim'), 'mood: unknown field'],
    [
      'an unknown field in a slice',
      (d) => (slice(d, 1)['iv'] = 1),
      'underlyings[0].slices[1].iv: unknown field',
    ],
    [
      'underlyings in another order',
      (d) => d.underlyings.reverse(),
      'underlyings[0].symbol: must be "BTC"',
    ],
    [
      'one underlying',
      (d) => d.underlyings.pop(),
      'underlyings: must have at least 2 entries, has 1',
    ],
    [
      'three underlyings',
      (d) => d.underlyings.push(btc(d)),
      'underlyings: must have at most 2 entries, has 3',
    ],
    [
      'an index of 0',
      (d) => (btc(d)['indexE4'] = '0'),
      'underlyings[0].indexE4: must be at least 1',
    ],
    [
      'an index above 2^37',
      (d) => (btc(d)['indexE4'] = `${2n ** 37n + 1n}`),
      'underlyings[0].indexE4: must be at most 137438953472',
    ],
    ['an index as a number', (d) => (btc(d)['indexE4'] = 5), `underlyings[0].indexE4: ${DECIMAL}`],
    [
      'a perpetual mark of 0',
      (d) => (btc(d)['perpetualMarkE4'] = '0'),
      'underlyings[0].perpetualMarkE4: must be at least 1',
    ],
    [
      'a negative depth',
      (d) => (btc(d)['depthQuote'] = '-1'),
      'underlyings[0].depthQuote: must be at least 0',
    ],
    [
      'a confidence above 1',
      (d) => (btc(d)['confidenceQ10'] = 1025),
      'underlyings[0].confidenceQ10: must be at most 1024',
    ],
    [
      'a volatility as a string',
      (d) => (btc(d)['realisedVolQ20'] = '5'),
      `underlyings[0].realisedVolQ20: ${INTEGER}`,
    ],
    [
      '13 slices',
      (d) => (btc(d)['slices'] = Array.from({ length: 13 }, () => slice(d, 1))),
      'underlyings[0].slices: must have at most 12 entries, has 13',
    ],
    [
      'the same expiry twice',
      (d) => btc(d).slices.splice(1, 0, slice(d, 1)),
      'underlyings[0].slices[2].expiry: must be after the expiry before it',
    ],
    [
      'expiries out of order',
      (d) => btc(d).slices.reverse(),
      'underlyings[0].slices[1].expiry: must be after the expiry before it',
    ],
    [
      'a forward ratio of 0',
      (d) => (slice(d, 1)['forwardRatioQ30'] = '0'),
      'underlyings[0].slices[1].forwardRatioQ30: must be at least 1',
    ],
    [
      'a forward ratio above 4',
      (d) => (slice(d, 1)['forwardRatioQ30'] = '4294967297'),
      'underlyings[0].slices[1].forwardRatioQ30: must be at most 4294967296',
    ],
    [
      'a live slice without surface',
      (d) => delete (slice(d, 1) as Partial<Json>).surface,
      'underlyings[0].slices[1].surface: is required before the expiry',
    ],
    [
      'a settlement price before the expiry',
      (d) => (slice(d, 1)['settlementPriceE4'] = '1'),
      'underlyings[0].slices[1].settlementPriceE4: must be absent before the expiry',
    ],
    [
      'a surface after the expiry',
      (d) => (slice(d, 0).surface = surface(d)),
      'underlyings[0].slices[0].surface: must be absent: the expiry is not after the snapshot time',
    ],
    [
      'an expired slice without settlement price',
      (d) => delete slice(d, 0)['settlementPriceE4'],
      'underlyings[0].slices[0].settlementPriceE4: is required once the expiry is not after the snapshot time ("0" while not settled)',
    ],
    [
      'a correlation beyond 1',
      (d) => (surface(d)['cQ30'] = '60000001'),
      'underlyings[0].slices[1].surface.cQ30: must be between -bQ30 and bQ30',
    ],
    [
      'wings steeper than 2',
      (d) => Object.assign(surface(d), { bQ30: '1500000000', cQ30: '700000000' }),
      "underlyings[0].slices[1].surface.bQ30: bQ30 + |cQ30| must be at most 2147483648 (Lee's bound on the wings)",
    ],
    [
      'a negative variance',
      (d) => (surface(d)['aQ44'] = '-110500000000000'),
      'underlyings[0].slices[1].surface.aQ44: the minimum total variance a + sigma*sqrt(b^2 - c^2) must not be negative',
    ],
    [
      'a fitted range that begins at 0',
      (d) => (surface(d)['kMinQ10'] = 0),
      'underlyings[0].slices[1].surface.kMinQ10: must be below 0',
    ],
    [
      'a fitted range that ends at 0',
      (d) => (surface(d)['kMaxQ10'] = 0),
      'underlyings[0].slices[1].surface.kMaxQ10: must be above 0',
    ],
    [
      'an unknown collateral',
      (d) => ((d.collateral[2] as Json)['asset'] = 'DOGE'),
      'collateral[2].asset: must be "stETH"',
    ],
    [
      'a collateral price of 0',
      (d) => ((d.collateral[1] as Json)['marketPriceE4'] = '0'),
      'collateral[1].marketPriceE4: must be at least 1',
    ],
  ];

  it.each(refusals)('refuses %s', (_name, change, message) => {
    expect(() => parseSnapshot(changed(change))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message }),
    );
  });

  it('refuses a truncated document', () => {
    expect(() => parseSnapshot('{"format":"plimsoll.snapshot"')).toThrow(
      'snapshot: is not complete, valid JSON',
    );
  });

  it('accepts a minimum variance of exactly 0 and refuses one unit less', () => {
    // b = 5/8, c = 3/8: the root of b² − c² is exactly 1/2, so a = −σ/2 is the boundary.
    const exact = { bQ30: `${5n * 2n ** 27n}`, cQ30: `${3n * 2n ** 27n}`, sigmaQ24: 2 ** 20 };
    const boundary = -(2n ** 39n);
    const text = (aQ44: bigint): string =>
      changed((d) => Object.assign(surface(d), exact, { aQ44: `${aQ44}` }));
    expect(parseSnapshot(text(boundary))).toBeDefined();
    expect(() => parseSnapshot(text(boundary - 1n))).toThrow(/must not be negative/);
  });

  it('takes a slice at the snapshot time itself as expired', () => {
    const text = changed((d) => (slice(d, 0)['expiry'] = Number(SNAPSHOT_TIME)));
    expect(parseSnapshot(text).underlyings[0].slices[0]?.state).toBe('expired');
  });
});

function withSlice(index: number, value: Slice): MarketSnapshot {
  const snapshot = validSnapshot();
  const [first, second] = snapshot.underlyings;
  return {
    ...snapshot,
    underlyings: [{ ...first, slices: first.slices.with(index, value) }, second],
  };
}

/** Each snapshot differs from the valid one in one field. */
function singleChanges(): [string, MarketSnapshot][] {
  const base = validSnapshot();
  const changes: [string, MarketSnapshot][] = [];
  for (const [name, value] of Object.entries(base)) {
    if (typeof value === 'bigint') changes.push([name, { ...base, [name]: value + 1n }]);
  }
  for (const place of [0, 1] as const) {
    for (const [name, value] of Object.entries(base.underlyings[place])) {
      if (typeof value !== 'bigint') continue;
      const market = { ...base.underlyings[place], [name]: value + 1n };
      const [first, second] = base.underlyings;
      const underlyings = place === 0 ? ([market, second] as const) : ([first, market] as const);
      changes.push([`underlyings[${place}].${name}`, { ...base, underlyings }]);
    }
  }
  for (const place of [0, 1, 2] as const) {
    for (const name of ['marketPriceE4', 'redemptionRateQ30'] as const) {
      const collateral = [...base.collateral] as [...MarketSnapshot['collateral']];
      collateral[place] = { ...collateral[place], [name]: collateral[place][name] + 1n };
      changes.push([`collateral[${place}].${name}`, { ...base, collateral }]);
    }
  }
  for (const [index, original] of [expiredSlice(), liveSlice()].entries()) {
    for (const [name, value] of Object.entries(original)) {
      if (typeof value !== 'bigint') continue;
      changes.push([
        `slices[${index}].${name}`,
        withSlice(index, { ...original, [name]: value + 1n } as Slice),
      ]);
    }
  }
  return changes;
}

describe('snapshot hash', () => {
  it.each(singleChanges())('changes with %s', (_name, snapshot) => {
    expect(snapshotHash(snapshot)).not.toBe(snapshotHash(validSnapshot()));
  });

  it('packs a live slice as the specification says', () => {
    const { sliceWords } = snapshotWords(validSnapshot());
    const live: LiveSlice = liveSlice();
    const fields: [bigint, bigint][] = [
      [live.forwardRatioQ30 - 1n, 32n],
      [live.aQ44 + 2n ** 47n, 48n],
      [live.bQ30, 32n],
      [live.cQ30 + 2n ** 32n, 33n],
      [live.mQ24 + 2n ** 27n, 28n],
      [live.sigmaQ24, 27n],
      [live.kMinQ10 + 2n ** 13n, 14n],
      [live.kMaxQ10 + 2n ** 13n, 14n],
      [live.confidenceQ10, 11n],
    ];
    const word = fields.reduceRight((high, [value, bits]) => high * 2n ** bits + value, 0n);
    expect(sliceWords[0].slice(2, 4)).toEqual([live.expiry, word]);
    expect(sliceWords[0].slice(6)).toEqual(Array.from({ length: 18 }, () => 0n));
    expect(sliceWords[0]).toHaveLength(24);
  });

  it('packs an expired slice with its settlement price and raw zeros', () => {
    const expired = expiredSlice();
    const { sliceWords } = snapshotWords(validSnapshot());
    expect(sliceWords[0][1]).toBe(
      expired.forwardRatioQ30 -
        1n +
        2n ** 32n * expired.settlementPriceE4 +
        2n ** 228n * expired.confidenceQ10,
    );
  });

  it('agrees with the specification written a second time, and is frozen', () => {
    const snapshot = validSnapshot();
    const { timeWord, underlyingWords, collateralWord, sliceWords } = snapshotWords(snapshot);
    const [first, second] = sliceWords;
    expect(timeWord).toBe(
      [0n, 1n, 2n, 3n, 4n, 5n].reduce(
        (sum, age) => sum + (SNAPSHOT_TIME - age) * 2n ** (32n * age),
        snapshot.bookedThrough * 2n ** 192n,
      ),
    );
    expect(underlyingWords[0]).toBe(
      639_999_999n +
        2n ** 37n *
          (639_500_000n +
            2n ** 40n *
              (1020n + 2n ** 11n * (20_000_000n + 2n ** 40n * (900_000n + 2n ** 24n * 800_000n)))),
    );
    const hash = referenceHashWords(6, [
      timeWord,
      ...underlyingWords,
      collateralWord,
      referenceHashWords(5, first),
      referenceHashWords(5, second),
    ]);
    expect(snapshotHash(snapshot)).toBe(hash);
    expect(hash).toMatchInlineSnapshot(
      `4443781906878549496569018099280248881145677516720476491055950084527858458500n`,
    );
  });
});
