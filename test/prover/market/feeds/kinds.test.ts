// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: hundreds of chains with a fault are read and fitted.
import { describe, expect, it } from 'vitest';

import { InvalidInput, PlimsollError } from '../../../../prover/core/errors.ts';
import { readMarketFile } from '../../../../prover/market/feeds/read-file.ts';
import type { MarketImport } from '../../../../prover/market/snapshot/import-market.ts';
import { importMarket } from '../../../../prover/market/snapshot/import-market.ts';
import type { SyntheticOption } from '../synthetic.ts';
import { bookSummary, toCsv } from '../synthetic.ts';
import * as kinds from '../../../support/market-field/kinds.ts';

/** PLIMSOLL_SEED explores others. */
const SEED = Number(process.env['PLIMSOLL_SEED'] ?? 20_260_205);
const CASES = 12;
const seeds = Array.from({ length: CASES }, (_, index) => SEED + 7919 * index);

function imported(btc: string, eth: string): MarketImport {
  const feeds = [
    ['btc.csv', btc],
    ['eth.csv', eth],
  ].flatMap(([name, source]) => {
    const read = readMarketFile(source!, name!);
    return read.type === 'feeds' ? read.feeds : [];
  });
  return importMarket({ feeds, inputs: [] });
}

const importOf = (btc: readonly SyntheticOption[], eth: readonly SyntheticOption[]): MarketImport =>
  imported(toCsv(btc), toCsv(eth));

function refusal(run: () => unknown): PlimsollError {
  try {
    run();
  } catch (error) {
    if (error instanceof PlimsollError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

const fittedOf = ({ underlyings }: MarketImport): number =>
  underlyings[0]!.surface.expiries.filter(({ fit }) => fit.state === 'fitted').length;

describe.each(seeds)('a chain of seed %i', (seed) => {
  const random = kinds.randomOf(seed);
  const { btc, eth, ethSpec } = kinds.soundChains(random);
  const count = kinds.expiriesOf(btc).length;

  it('is fitted whole where nothing is wrong', () => {
    expect(fittedOf(importOf(btc, eth))).toBe(count);
  });

  it('is fitted although one row is dated after the rest, which is named', () => {
    const { options, row } = kinds.oneRowAhead(btc, random);
    const result = importOf(options, eth);
    expect(fittedOf(result)).toBe(count);
    expect(result.underlyings[0]!.chain.ahead.map(({ place }) => place)).toEqual([
      `btc.csv: row ${row}`,
    ]);
    expect(result.snapshot.time).toBe(BigInt(btc[0]!.time));
  });

  it('does not trust a forward that parity contradicts', () => {
    const { options, expiry } = kinds.wrongForward(btc, random);
    const { snapshot, underlyings } = importOf(options, eth);
    const left = underlyings[0]!.surface.skipped.find((each) => each.expiry === expiry);
    expect(left?.message).toMatch(
      /^forward [0-9.]+ contradicts put-call parity, which says [0-9.]+/,
    );
    const slice = snapshot.underlyings[0].slices.find((each) => each.expiry === BigInt(expiry));
    expect(slice?.confidenceQ10 ?? 0n).toBe(0n);
  });

  it('is refused at an index that the nearest forward contradicts', () => {
    const error = refusal(() => importOf(kinds.wrongIndex(btc, random), eth));
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error.message).toMatch(/BTC index: \d+ contradicts the nearest forward, [0-9.]+ of /);
  });

  it('is refused at a clock that is hours off, by both numbers', () => {
    const { options, hours } = kinds.wrongClock(btc, random);
    const error = refusal(() => importOf(options, eth));
    expect(error).toBeInstanceOf(InvalidInput);
    expect(error.message).toMatch(/^btc\.csv: (ts|mark_iv): /);
    if (Math.abs(hours) >= 3) {
      expect(error.message).toMatch(/marks and mark volatilities of .* agree at .* the times/);
    }
  });

  it('is refused where mark volatilities are in another unit than the marks', () => {
    const error = refusal(() => importOf(kinds.wrongVols(btc, random), eth));
    expect(error.message).toMatch(/^btc\.csv: (row \d+, )?(mark_iv|ts)/);
  });

  it('counts as crossed what has bid and ask swapped', () => {
    const error = refusal(() => importOf(kinds.swappedSides(btc), eth));
    expect(error.message).toMatch(/dropped: .*\d+ crossed/);
  });

  it('is refused beside a chain of another hour, by file and age', () => {
    const error = refusal(() => importOf(btc, kinds.older(ethSpec, random)));
    expect(error.message).toMatch(
      /^eth\.csv: ts: the newest row is of .* older than that of btc\.csv/,
    );
  });

  it('never trusts an expiry that its marks contradict', () => {
    const { options, expiry } = kinds.wrongExpiry(btc, random);
    try {
      const { snapshot } = importOf(options, eth);
      const slice = snapshot.underlyings[0].slices.find((each) => each.expiry === BigInt(expiry));
      expect(slice?.confidenceQ10 ?? 0n).toBe(0n);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInput);
    }
  });
});

describe('rows and files', () => {
  const random = kinds.randomOf(SEED);
  const { btc, eth } = kinds.soundChains(random);
  const rows = btc.map(bookSummary);
  const csv = toCsv(btc);
  const importJson = (value: unknown) => imported(JSON.stringify(value), toCsv(eth));

  it('say the rule of an option for an option', () => {
    const bad = rows.with(4, { ...rows[4]!, mark_price: -0.01 });
    expect(refusal(() => importJson(bad)).message).toMatch(
      /^btc\.csv: row 5, mark_price: must be a price in coin/,
    );
  });

  it('may begin with a byte-order mark and end with blank lines', () => {
    expect(fittedOf(imported(`\uFEFF${JSON.stringify(rows)}`, toCsv(eth)))).toBe(3);
    expect(fittedOf(imported(`\uFEFF${csv}\r\n\n\n`, toCsv(eth)))).toBe(3);
  });

  it.each(['[', '{"a":', '[{"result":', '[[{"params":{"data":'])(
    'nested without end are refused as input: %s',
    (open) => {
      const error = refusal(() => imported(open.repeat(60_000), toCsv(eth)));
      expect(error).toBeInstanceOf(InvalidInput);
      expect(error.message).toMatch(/^btc\.csv: /);
    },
  );

  it('nested and closed are refused too', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(refusal(() => imported(deep, toCsv(eth))).message).toMatch(
      /nested (more|deeper) than \d+/,
    );
  });

  it('without marks say that there is nothing to compare with', () => {
    const quotes = rows.map(({ mark_iv: _vol, mark_price: _mark, ...row }) => row);
    const { underlyings } = importJson(quotes);
    expect(underlyings[0]!.repricing.options).toBe(0);
    expect(fittedOf(importJson(quotes))).toBe(3);
  });

  it('show control characters of a file escaped and cut', () => {
    const escape = '\u001B[2J\u001B]0;title\u0007';
    for (const source of [
      csv.replace('instrument', `${escape}instrument`),
      csv.replace('BTC-', `${escape}BTC-`),
      csv.replace(/,C,/, `,${escape.repeat(40)},`),
      JSON.stringify([{ ...rows[0], mark_price: escape }]),
      JSON.stringify([{ [escape]: 1 }]),
      JSON.stringify({ error: { message: escape.repeat(50) } }),
    ]) {
      const { message } = refusal(() => imported(source, toCsv(eth)));
      expect(message).not.toMatch(/[\p{Cc}]/u);
      expect(message.length).toBeLessThan(400);
    }
  });
});
