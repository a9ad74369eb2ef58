// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { csvOf, syntheticBars } from '../../../../support/bars.ts';
import { plimsoll } from '../../../../support/cli.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-forecast-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('forecast', () => {
  it('scores every forecast on both proxies, the same bytes on repetition', async () => {
    const file = join(folder, 'eth.csv');
    writeFileSync(file, csvOf(syntheticBars({ seed: 5, hours: 11_000 })));
    const run = await plimsoll('forecast', '--bars', `eth=${file}`, '--json');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect((await plimsoll('forecast', '--bars', `eth=${file}`, '--json')).stdout).toBe(run.stdout);
    const { format, results } = JSON.parse(run.stdout) as {
      format: string;
      results: { symbol: string; proxy: string; scores: { name: string; qlike: number }[] }[];
    };
    expect(format).toBe('plimsoll.forecast-comparison');
    expect(results.map(({ symbol, proxy }) => [symbol, proxy])).toEqual([
      ['ETH', 'range'],
      ['ETH', 'returns'],
    ]);
    for (const { scores } of results) {
      expect(scores[0]?.name).toBe('har');
      for (const { qlike } of scores) expect(qlike).toBeGreaterThan(0);
    }
    const text = await plimsoll('forecast', '--bars', `eth=${file}`);
    expect(text.stdout).toContain('har-long');
    expect(text.stdout).not.toContain('NaN');
  });

  it('asks for bars', async () => {
    expect(await plimsoll('forecast')).toMatchObject({
      status: 2,
      stderr: '--bars: is required: btc=file,eth=file',
    });
  });
});
