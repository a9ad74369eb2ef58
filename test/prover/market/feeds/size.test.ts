// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: files of 50 MB are written and read.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { plimsoll } from '../../../support/cli.ts';
import { BTC, syntheticChain, toCsv } from '../synthetic.ts';

const SIZE = 50_000_000;
/** Of processor time, so that other work on the machine does not fail the test. */
const MOST_SECONDS = 3;

let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-size-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const filled = (start: string, row: string): string =>
  start + row.repeat(Math.ceil((SIZE - start.length) / row.length));

const [header = '', ...rows] = toCsv(syntheticChain({ ...BTC, days: [2] })).split('\n');
const chain = `${rows.filter((row) => row !== '').join('\n')}\n`;
const bar = '2026-03-02T16:00:00Z,80000.5,80100.5,79900.5,80050.5\n';

describe('a file of 50 MB', () => {
  it.each([
    ['chain.csv', 'market import', () => filled(`${header}\n`, chain), 'at most 32 are read'],
    ['list.json', 'market import', () => filled('[', '{"instrument_name":"x"},'), 'at most 32'],
    ['brackets.json', 'market import', () => filled('', '['), 'at most 32 are read'],
    ['blank.json', 'market import', () => filled('', ' '), 'at most 32 are read'],
    ['bytes.csv', 'market import', () => Buffer.alloc(SIZE, 0xfe), 'is not text in UTF-8'],
    [
      'bars.csv',
      'market vol',
      () => filled('ts,open,high,low,close\n', bar),
      'at most 32 are read',
    ],
    ['book.json', 'market depth', () => filled('{"bids":[', '[1,2],'), 'at most 32 are read'],
  ] as const)(
    '%s is refused by %s in seconds, and nothing is written',
    async (name, command, content, message) => {
      writeFileSync(file(name), content());
      const out = file(`${name}.out`);
      const own = command === 'market import' ? [] : ['--underlying', 'BTC'];
      const before = process.cpuUsage();
      const { status, stderr } = await plimsoll(command, file(name), ...own, '--out', out);
      const { user, system } = process.cpuUsage(before);
      rmSync(file(name));
      expect(status).toBe(2);
      expect(stderr).toContain(message);
      expect((user + system) / 1e6).toBeLessThan(MOST_SECONDS);
      expect(existsSync(out)).toBe(false);
    },
  );
});
