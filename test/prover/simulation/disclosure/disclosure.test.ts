// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Account } from '../../../../prover/commitments/account.ts';
import { formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { snapshotDocument } from '../../../../prover/documents/snapshot-document.ts';
import { pricePath } from '../../../../prover/forecast/price-path.ts';
import type { Instrument } from '../../../../prover/model/types.ts';
import {
  disclosureSchema,
  type Disclosure,
} from '../../../../prover/simulation/disclosure/disclosure.ts';
import { testHaircut } from '../../../../prover/simulation/disclosure/haircuts.ts';
import { venueFigures } from '../../../../prover/simulation/disclosure/stress.ts';
import { csvOf, historyOf, syntheticBars } from '../../../support/bars.ts';
import { plimsoll } from '../../../support/cli.ts';
import { sampleSnapshot } from '../../../support/flat-surface.ts';

const { parameters } = loadDefaultParameters();
const snapshot = sampleSnapshot({ vol: 0.6, spot: 50_000 });
const PERPETUAL: Instrument = { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n };
const DOLLAR = 1_000_000n;

const account = (owner: bigint, usd: bigint, coins: bigint, btc: bigint = 0n): Account => ({
  owner,
  settlementNonce: 0n,
  frozen: false,
  riskReducingOnly: false,
  quoteE6: usd * DOLLAR,
  collateralE8: [btc * 100_000_000n, 0n, 0n],
  positions: coins === 0n ? [] : [{ instrument: PERPETUAL, lots: 100n * coins }],
});

describe('venueFigures', () => {
  // Id 20: −203 log units, −17.98 %; id 19: +18.06 %. Perpetuals carry their value in the quote balance.
  const long = (owner: bigint, cushion: bigint) => account(owner, -50_000n + cushion, 1n);
  const short = (owner: bigint, cushion: bigint) => account(owner, 50_000n + cushion, -1n);
  const down = venueFigures(
    [long(1n, 5000n), long(2n, 8000n), short(3n, 5000n)],
    snapshot,
    parameters,
    [20],
  );
  const [fall] = down.stress;

  it('counts what one owner, two, and all leave unpaid in a joint scenario', () => {
    const lossOfOne = 50_000 * (1 - Math.exp(-203 / 1024));
    expect(Number(fall!.largestE6) / 1e6).toBeCloseTo(lossOfOne - 5000, 1);
    expect(Number(fall!.largestTwoE6) / 1e6).toBeCloseTo(2 * lossOfOne - 13_000, 1);
    expect(fall!.allE6).toBe(fall!.largestTwoE6);
  });

  it('adds up the accounts of an owner, who cannot hide behind several', () => {
    const { stress, owners } = venueFigures(
      [long(1n, 5000n), long(1n, 8000n), short(3n, 5000n)],
      snapshot,
      parameters,
      [20],
    );
    expect(owners).toBe(2);
    expect(stress[0]!.largestE6).toBe(fall!.largestTwoE6);
  });

  it('sells collateral at the price of the scenario, all of it and not its haircut value', () => {
    // A loan of 43,000 against one BTC: after −17.98 % it fetches 41,009.
    const { stress } = venueFigures(
      [account(1n, -43_000n, 0n, 1n)],
      snapshot,
      parameters,
      [20, 19],
    );
    expect(Number(stress[0]!.largestE6) / 1e6).toBeCloseTo(
      43_000 - 50_000 * Math.exp(-203 / 1024),
      1,
    );
    expect(stress[1]!.largestE6).toBe(0n);
  });
});

describe('testHaircut', () => {
  it('counts the days on which some window fell further than the haircut', () => {
    const hours = Array.from({ length: 96 }, (_, hour) => ({
      time: 1_700_006_400 + hour * 3600,
      open: 100,
      high: 100,
      low: hour === 30 ? 85 : hour === 70 ? 91 : 100,
      close: 100,
    }));
    const path = pricePath(historyOf(hours));
    const period = { from: 0, to: Infinity };
    expect(testHaircut('BTC', 0.105, path, 7200, period)).toMatchObject({
      days: 1,
      observedDays: 4,
    });
    expect(testHaircut('BTC', 0.08, path, 7200, period).days).toBe(2);
    expect(testHaircut('BTC', 0.16, path, 7200, period).days).toBe(0);
  });
});

describe('disclose', () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-disclose-'));
    writeFileSync(path('btc.csv'), csvOf(syntheticBars({ seed: 1, hours: 1500 })));
    writeFileSync(
      path('ledger.json'),
      formatLedger([account(1n, -45_000n, 1n), account(2n, 60_000n, -1n)]),
    );
    writeFileSync(path('snapshot.json'), JSON.stringify(snapshotDocument(snapshot)));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const argv = (...more: string[]): string[] => [
    '--bars',
    `btc=${path('btc.csv')}`,
    '--period',
    '2021-01-10/2021-02-10',
    ...more,
  ];
  async function disclosed(...more: string[]): Promise<Disclosure> {
    const run = await plimsoll('disclose', ...argv(...more), '--json');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    return disclosureSchema.parse(JSON.parse(run.stdout));
  }
  const valueOf = ({ fields }: Disclosure, id: string, of: string) =>
    fields.find((field) => field.id === id && field.of === of);

  it('says the same coverage as the back-test of that period', async () => {
    const disclosure = await disclosed();
    const backtest = await plimsoll(
      'backtest',
      '--bars',
      `btc=${path('btc.csv')}`,
      '--from',
      '2021-01-10',
      '--to',
      '2021-02-10',
      '--json',
    );
    const [own] = (
      JSON.parse(backtest.stdout) as {
        underlyings: {
          rules: {
            rule: string;
            classes: { portfolio: string; measure: string; windows: number; breaches: number }[];
          }[];
        }[];
      }
    ).underlyings;
    const classes = own!.rules
      .find(({ rule }) => rule === 'dynamic')!
      .classes.filter(
        ({ measure, portfolio }) => measure === 'im-24h' && portfolio.startsWith('delta-one'),
      );
    const sum = (field: 'windows' | 'breaches'): number =>
      classes.reduce((total, entry) => total + entry[field], 0);
    expect(valueOf(disclosure, 'observations', 'BTC')?.value).toBe(sum('windows'));
    expect(valueOf(disclosure, 'breaches', 'BTC')?.value).toBe(sum('breaches'));
    expect(valueOf(disclosure, 'achieved-coverage', 'BTC')?.value).toBe(
      1 - sum('breaches') / sum('windows'),
    );
    // Nothing is said of what was not given.
    expect(valueOf(disclosure, 'initial-margin-required', 'venue')).toBeUndefined();
    expect(valueOf(disclosure, 'stress-loss-one', 'venue')).toBeUndefined();
  });

  it('compares stress with the fund, which remains the word of the venue', async () => {
    const venue = ['--ledger', path('ledger.json'), '--snapshot', path('snapshot.json')];
    const disclosure = await disclosed(...venue, '--fund', '4000');
    expect(valueOf(disclosure, 'stress-loss-exceeds-fund', 'venue')).toMatchObject({
      value: 'no',
      basis: 'stated',
    });
    expect(valueOf(disclosure, 'stress-loss-one', 'venue')?.basis).toBe('recomputable');
    const loss = 50_000 * (1 - Math.exp(-203 / 1024));
    expect(Number(valueOf(disclosure, 'stress-loss-one', 'venue')?.value)).toBeCloseTo(
      loss - 5000,
      1,
    );
    const poorer = await disclosed(...venue, '--fund', '3990');
    expect(valueOf(poorer, 'stress-loss-exceeds-fund', 'venue')).toMatchObject({ value: 'yes' });
    expect(valueOf(disclosure, 'initial-margin-required', 'venue')?.basis).toBe('recomputable');
  });

  it('calls proven only what the parameter hash binds', async () => {
    const { fields } = await disclosed();
    const proven = fields.filter(({ basis }) => basis === 'proven');
    expect(new Set(proven.map(({ id }) => id))).toEqual(
      new Set(['haircut', 'model-type', 'margin-shares']),
    );
    for (const { how } of proven) expect(how).toContain('whose hash every proof carries');
  });

  it('writes one page and the JSON, the same bytes on repetition', async () => {
    await disclosed('--out', path('one'));
    await disclosed('--out', path('two'));
    for (const name of ['disclosure.html', 'disclosure.json']) {
      expect(readFileSync(join(path('one'), name))).toEqual(readFileSync(join(path('two'), name)));
    }
    expect(readFileSync(join(path('one'), 'disclosure.html'), 'utf8')).not.toMatch(
      /NaN|undefined|(src|href)=/,
    );
  });

  it.each([
    ['no period', ['--bars', 'btc=x'], /^--period: must be from\/to/],
    [
      'a period that ends first',
      ['--bars', 'btc=x', '--period', '2023-02-01/2023-01-01'],
      /^--period: must end after/,
    ],
    [
      'a fund below 0',
      ['--bars', 'btc=x', '--period', '2023-01-01/2023-02-01', '--fund', '-1'],
      /^--fund: must not be below 0/,
    ],
  ])('refuses %s', async (_, given, message) => {
    const run = await plimsoll('disclose', ...given);
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(message);
  });

  it('refuses a ledger without its market', async () => {
    const run = await plimsoll('disclose', ...argv('--ledger', path('ledger.json')));
    expect(run).toMatchObject({ status: 2, stderr: '--snapshot: is required with --ledger' });
  });
});
