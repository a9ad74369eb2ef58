// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseMarketInputs } from '../../../../prover/documents/market-inputs-document.ts';
import { plimsoll } from '../../../support/cli.ts';

const EXPIRY = Date.parse('2026-03-03T08:00:00Z') / 1000;
let folder: string;
const file = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(file(name), text);
  return file(name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-settle-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const iso = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

describe('plimsoll market settle', () => {
  it('writes market inputs from bars and from ticks of the index', async () => {
    const bars = Array.from({ length: 40 }, (_, i) => {
      const open = 80_000 + 10 * i;
      return [iso(EXPIRY - 2400 + 60 * i), open, open + 10, open, open + 10].join(',');
    });
    const ticks = Array.from({ length: 700 }, (_, i) => `${iso(EXPIRY - 2000 + 3 * i)},${80_500}`);
    const cases = [
      [write('bars.csv', ['ts,open,high,low,close', ...bars].join('\n')), 802_500_000n],
      [write('ticks.csv', ['ts,price', ...ticks].join('\n')), 805_000_000n],
    ] as const;
    for (const [path, priceE4] of cases) {
      const argv = [path, '--underlying', 'BTC', '--expiry', '3MAR26', '--out', file('s.json')];
      const { status, stdout } = await plimsoll('market settle', ...argv);
      expect(status).toBe(0);
      expect(stdout).toContain('BTC 2026-03-03 08:00');
      const inputs = parseMarketInputs(readFileSync(file('s.json'), 'utf8'));
      expect(inputs).toMatchObject({
        time: EXPIRY,
        settlements: [{ symbol: 'BTC', expiry: EXPIRY, priceE4 }],
      });
    }
  });

  it('takes any window and any spelling of the expiry', async () => {
    for (const expiry of ['2026-03-03T08:00Z', '2026-03-03T08:00:00Z', '2026-03-03', `${EXPIRY}`]) {
      const argv = [file('bars.csv'), '--underlying', 'BTC', '--expiry', expiry, '--window', '600'];
      const { status, stdout } = await plimsoll('market settle', ...argv, '--json');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        expiry: EXPIRY,
        observations: 10,
        windowSeconds: 600,
      });
    }
  });

  it('refuses what leaves the price open, and writes nothing', async () => {
    const short = readFileSync(file('bars.csv'), 'utf8').split('\n').slice(0, 30).join('\n');
    const argv = ['--underlying', 'BTC', '--expiry', '3MAR26', '--out', file('none.json')];
    const cut = await plimsoll('market settle', write('short.csv', short), ...argv);
    expect(cut.status).toBe(1);
    expect(cut.stderr).toContain('no bar at 2026-03-03 07:49:00 UTC');
    const noTime = await plimsoll('market settle', file('bars.csv'), '--underlying', 'BTC');
    expect(noTime).toMatchObject({ status: 2 });
    const odd = await plimsoll('market settle', file('bars.csv'), ...argv.with(3, 'soon'));
    expect(odd.status).toBe(2);
    expect(odd.stderr).toContain('--expiry: must be a time such as');
    expect(existsSync(file('none.json'))).toBe(false);
  });
});

describe('plimsoll market funding', () => {
  it('writes payment times and rates into market inputs', async () => {
    const rows = [0, 1, 2].map((i) => ({
      timestamp: (EXPIRY + 3600 * i) * 1000,
      interest_1h: -0.0000125,
      interest_8h: -0.0001,
    }));
    const path = write('funding.json', JSON.stringify({ jsonrpc: '2.0', result: rows }));
    const argv = [path, '--underlying', 'ETH', '--out', file('f.json')];
    const { status, stdout } = await plimsoll('market funding', ...argv);
    expect(status).toBe(0);
    expect(stdout).toContain('ETH perpetual of deribit: 3 payments');
    expect(stdout).toContain('-10.95 %');
    const inputs = parseMarketInputs(readFileSync(file('f.json'), 'utf8'));
    expect(inputs.funding).toHaveLength(3);
    expect(inputs.funding?.at(-1)).toEqual({
      symbol: 'ETH',
      venue: 'deribit',
      paymentTime: EXPIRY + 7200,
      intervalSeconds: 3600,
      rateE12: -12_500_000n,
    });
  });

  it('names what is missing', async () => {
    const { status, stderr } = await plimsoll('market funding', file('funding.json'));
    expect(status).toBe(2);
    expect(stderr).toContain('--underlying');
  });
});
