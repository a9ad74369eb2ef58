// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Ledger } from '../../../../../prover/commitments/ledger.ts';
import { formatLedger } from '../../../../../prover/documents/ledger-document.ts';
// @lane full: it builds circuits.
import { plimsoll } from '../../../../support/cli.ts';
import { smallVenue } from '../../../../support/session-venue.ts';

/** The program itself: whoever kills its launcher leaves it running. */
const PROGRAM = fileURLToPath(new URL('../../../../../prover/cli/main.ts', import.meta.url));
/** Five accounts in two batches, six instruments and the empty row, a close. */
const accounts = smallVenue(4);
const ledger = new Ledger(accounts);
const PROOFS = 10;

const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-session-'));
const file = join(scratch, 'ledger.json');
const folder = join(scratch, 'session');
writeFileSync(file, formatLedger(accounts));
const tick = ['--tick', 'crash', '--ledger', file];
const prove = ['--profiles', 'fallback', '--rows', '1', '--out', folder, ...tick];
afterAll(() => rmSync(scratch, { recursive: true }));

const proofs = (): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => /^(rows|batch|close)/.test(name)) : [];

interface Proven {
  readonly kept: number;
  readonly made: number;
  readonly proofs: number;
  readonly totals: { readonly uncovered: number; readonly worst: { readonly shortfallE6: string } };
}
const proveAgain = async (): Promise<Proven> => {
  const { status, stdout, stderr } = await plimsoll('solvency prove', ...prove, '--json');
  expect(stderr.includes('holds another')).toBe(false);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Proven;
};

describe('a session that is killed', () => {
  beforeAll(async () => {
    // The circuits are built by now, or by this run: a kill before the first proof would show nothing.
    const child = spawn(process.execPath, [PROGRAM, 'solvency', 'prove', ...prove], {
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    while (proofs().length < 2 && child.exitCode === null) await sleep(20);
    child.kill('SIGKILL');
    await ended;
  }, 900_000);

  test('has whole proofs and no others, and its status says which are missing', async () => {
    const { stdout } = await plimsoll('solvency status', folder, '--json');
    const status = JSON.parse(stdout) as { made: number; missing: string[]; isComplete: boolean };
    expect(status).toMatchObject({ made: proofs().length, isComplete: false });
    expect(status.made).toBeGreaterThanOrEqual(2);
    expect(status.missing).toContain('close');
    expect(status.missing).toHaveLength(PROOFS - status.made);
    expect((await plimsoll('solvency verify', folder, ...tick)).stderr).toMatch(/no proof of it/);
  });

  test('goes on where it was, and makes anew what is broken, torn or another step’s', async () => {
    const [, torn] = proofs();
    const whole = readFileSync(join(folder, torn!), 'utf8');
    writeFileSync(join(folder, torn!), whole.slice(0, whole.length / 2));
    const before = proofs().length;
    const first = await proveAgain();
    expect(first).toMatchObject({ proofs: PROOFS, kept: before - 1, made: PROOFS - before + 1 });
    expect(proofs()).toHaveLength(PROOFS);
    expect(await proveAgain()).toMatchObject({ kept: PROOFS, made: 0, totals: first.totals });

    const close = readFileSync(join(folder, 'close.json'), 'utf8');
    cpSync(join(folder, 'rows-001.json'), join(folder, 'rows-002.json'));
    writeFileSync(join(folder, 'close.json'), otherPoint(close));
    expect(await proveAgain()).toMatchObject({ kept: PROOFS - 2, made: 2 });
  }, 300_000);
});

/** The proof with its first point replaced by another on the curve. */
const otherPoint = (source: string): string => {
  const document = JSON.parse(source) as { proof: { a: string[] } };
  document.proof.a = ['1', '2'];
  return JSON.stringify(document);
};

describe('a whole session', () => {
  test('is verified by anybody from its proofs, the tick and a root', async () => {
    const whole = await plimsoll('solvency verify', folder, ...tick, '--json');
    expect(whole.status, whole.stderr).toBe(0);
    const { totals } = JSON.parse(whole.stdout) as Proven;
    expect(totals).toMatchObject({ accounts: accounts.length, isCovered: false });
    expect(totals.uncovered).toBeGreaterThan(0);
    const byRoot = await plimsoll('solvency verify', folder, '--root', String(ledger.root));
    expect(byRoot.status).toBe(0);
    expect(byRoot.stdout).toContain('10 proofs hold');
    const needed = `${totals.worst.shortfallE6.slice(0, -6)}.${totals.worst.shortfallE6.slice(-6)}`;
    const enough = await plimsoll('solvency verify', folder, ...tick, '--fund', needed);
    expect(enough.stdout).toContain('covered      by a fund of');
  }, 60_000);

  test('is none of another ledger or tick', async () => {
    const root = String(ledger.root + 1n);
    expect(await plimsoll('solvency verify', folder, '--root', root)).toMatchObject({
      status: 1,
      stderr: 'ledger: the session is about another ledger',
    });
    const calm = ['--tick', 'calm', '--ledger', file];
    expect(await plimsoll('solvency verify', folder, ...calm)).toMatchObject({
      status: 1,
      stderr: 'tick: the session is about another snapshot or parameter set',
    });
  });

  test('is none with a proof that does not hold, another total, or a batch taken away', async () => {
    const forged = join(scratch, 'forged');
    const tried = async (change: () => void): Promise<string> => {
      cpSync(folder, forged, { recursive: true });
      change();
      const { status, stderr } = await plimsoll('solvency verify', forged, ...tick);
      expect(status).toBe(1);
      rmSync(forged, { recursive: true });
      return stderr;
    };
    const rewrite = (name: string, change: (source: string) => string): void => {
      const path = join(forged, name);
      writeFileSync(path, change(readFileSync(path, 'utf8')));
    };
    expect(await tried(() => rewrite('batch-001.json', otherPoint))).toMatch(
      /batch-001\.json: does not hold/,
    );
    const lessDeficit = (source: string): string => {
      const document = JSON.parse(source) as { publicSignals: { name: string; value: string }[] };
      document.publicSignals.find(({ name }) => name === 'deficitE6')!.value = '0';
      return JSON.stringify(document);
    };
    expect(await tried(() => rewrite('close.json', lessDeficit))).toMatch(
      /close\.json: does not hold/,
    );
    const without = (source: string): string => {
      const document = JSON.parse(source) as { steps: { name: string }[] };
      document.steps = document.steps.filter(({ name }) => name !== 'batch-001');
      return JSON.stringify(document);
    };
    expect(await tried(() => rewrite('session.json', without))).toMatch(/^end: /);
  }, 60_000);

  test('shows an owner that the account was in it, with and without the ledger', async () => {
    const out = join(scratch, 'included.json');
    const own = await plimsoll(
      'solvency included',
      folder,
      '--account',
      '2',
      '--out',
      out,
      ...tick,
      '--json',
    );
    expect(own.status, own.stderr).toBe(0);
    expect(JSON.parse(own.stdout)).toMatchObject({
      account: 2,
      quoteE6: String(accounts[2]!.quoteE6),
      positions: accounts[2]!.positions.map(({ lots }) => ({ lots: String(lots) })),
    });
    const again = await plimsoll('solvency included', folder, '--receipt', out, '--json');
    expect(again.stdout).toBe(own.stdout);
    const otherLots = (_: string, sign: string, digit: string): string =>
      `"lots":"${sign}${digit === '8' ? '7' : '8'}`;
    writeFileSync(out, readFileSync(out, 'utf8').replace(/"lots":"(-?)(\d)/, otherLots));
    expect(await plimsoll('solvency included', folder, '--receipt', out)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('must lead from the account to a root') as string,
    });
  }, 60_000);
});

test('a venue with a phantom long is told so before anything is proven', async () => {
  const [first, ...rest] = accounts;
  const [held, ...others] = first!.positions;
  const positions = [{ ...held!, lots: held!.lots + 1n }, ...others];
  const phantom = join(scratch, 'phantom.json');
  writeFileSync(phantom, formatLedger([{ ...first!, positions }, ...rest]));
  const out = join(scratch, 'phantom');
  const told = await plimsoll(
    'solvency prove',
    ...['--out', out, '--tick', 'crash', '--ledger', phantom],
  );
  expect(told).toMatchObject({
    status: 1,
    stderr: 'balance: an instrument does not net to nothing',
  });
  expect(readdirSync(out)).toEqual([]);
});

test('what is asked wrongly names the flag', async () => {
  const said = async (...argv: string[]): Promise<string> =>
    (await plimsoll('solvency prove', ...argv)).stderr;
  expect(await said()).toMatch(/^--out: is required/);
  expect(await said('--out', folder, '--rows', '3')).toBe('--rows: must be one of 1, 16');
  expect(await said('--out', folder, '--profiles', 'small')).toMatch(/^--profiles: must be of/);
  expect(await said('--out', folder, '--profiles', 'dense')).toMatch(/must have fallback/);
  expect(await said('--out', folder, '--tick', 'calm', '--ledger', file)).toMatch(
    /^--out: .*holds another session/,
  );
  expect((await plimsoll('solvency status', scratch)).stderr).toMatch(/has no session\.json/);
  expect((await plimsoll('solvency included', folder)).stderr).toMatch(/^--account: is required/);
});
