// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseLedger } from '../../../prover/documents/ledger-document.ts';
import { parseSnapshot, snapshotDocument } from '../../../prover/documents/snapshot-document.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { plimsoll } from '../../support/cli.ts';

const calmSample = () => {
  const { ledgers, snapshots } = loadSample();
  return { ledger: { accounts: ledgers.calm }, snapshot: snapshots.calm.snapshot };
};

let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-after-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
const ACCOUNT = 'ordinary-liquidation';

describe('plimsoll what-if', () => {
  it('writes documents from which margin and what-if go on to the unit', async () => {
    const argv = [
      '--add',
      'BTC-27MAR26-70000-C:-0.5',
      '--withdraw',
      'USDC:100',
      '--shock',
      'btc=-5%',
    ];
    const outs = ['--out', file('ledger.json'), '--out-snapshot', file('moved.json')];
    const asked = await plimsoll(
      'what-if',
      ACCOUNT,
      '--tick',
      'calm',
      ...argv,
      ...outs,
      '--levels',
      '--json',
    );
    expect(asked.status).toBe(0);
    const { account, after, levels, stale } = json(asked.stdout) as {
      account: number;
      after: { equityE6: string; mmE6: string; imE6: string };
      levels: { index: unknown[] };
      stale: unknown[];
    };
    expect(levels.index.length).toBeGreaterThan(0);
    expect(stale).toEqual([]);
    const documents = ['--ledger', file('ledger.json'), '--snapshot', file('moved.json')];
    const margin = await plimsoll('margin', `${account}`, ...documents, '--levels', '--json');
    expect(json(margin.stdout)).toMatchObject({
      equityE6: after.equityE6,
      mmE6: after.mmE6,
      imE6: after.imE6,
      levels: { index: levels.index },
    });
    const again = await plimsoll(
      'what-if',
      `${account}`,
      ...documents,
      '--deposit',
      'USDC:100',
      '--json',
    );
    const { now } = json(again.stdout) as { now: { equityE6: string } };
    expect(now.equityE6).toBe(after.equityE6);
    // One account changed, in its place; all others are as they were.
    const [before, now_] = [
      calmSample().ledger.accounts,
      parseLedger(readFileSync(file('ledger.json'), 'utf8')),
    ];
    expect(now_).toHaveLength(before.length);
    now_.forEach((each, index) => {
      if (index === account) expect(each).not.toEqual(before[index]);
      else expect(each).toEqual(before[index]);
    });
  });

  it('prints the levels after the change for people', async () => {
    const { stdout } = await plimsoll(
      'what-if',
      ACCOUNT,
      '--tick',
      'calm',
      '--deposit',
      'USDC:1',
      '--levels',
    );
    expect(stdout).toContain('Margin-call levels');
  });
});

describe('a snapshot with components older than their heartbeats', () => {
  const stale = (): string => {
    const { snapshot } = calmSample();
    const old = { ...snapshot, surfaceTime: snapshot.time - 301n, indexTime: snapshot.time - 60n };
    writeFileSync(file('stale.json'), JSON.stringify(snapshotDocument(old)));
    parseSnapshot(readFileSync(file('stale.json'), 'utf8'));
    return file('stale.json');
  };

  it.each([
    ['margin', []],
    ['what-if', ['--deposit', 'USDC:1']],
  ] as const)('is told by %s, with what the chain would do', async (command, more) => {
    const argv = [ACCOUNT, '--tick', 'calm', '--snapshot', stale(), ...more];
    const { status, stderr } = await plimsoll(command, ...argv);
    expect(status).toBe(0);
    expect(stderr).toContain('stale: surface 301 s old (at most 300 s)');
    expect(stderr).toContain('refuses this snapshot (StaleComponent)');
    expect(stderr).not.toContain('index');
    const parsed = json((await plimsoll(command, ...argv, '--json')).stdout);
    expect(parsed['stale']).toEqual([
      {
        component: 'surface',
        time: `${calmSample().snapshot.time - 301n}`,
        ageSeconds: '301',
        allowedSeconds: '300',
      },
    ]);
  });

  it('is told by prove and receipt create before anything is proven with it', async () => {
    const market = ['--account', ACCOUNT, '--tick', 'calm', '--snapshot', stale()];
    // A healthy account, and a receipt of no tick: both end before a proof is made.
    const commands: (readonly [string, ...string[]])[] = [
      ['prove', 'liquidation', ...market, '--out', file('proof.json')],
      ['receipt create', ...market, '--out', file('receipt.json')],
    ];
    for (const argv of commands) {
      const { status, notes } = await plimsoll(...argv);
      expect(status).not.toBe(0);
      expect(notes.join()).toContain('stale: surface 301 s old (at most 300 s)');
      expect(notes.join()).toContain('refuses this snapshot (StaleComponent)');
    }
  });

  it('is no remark where every component is in time', async () => {
    const { stderr } = await plimsoll('margin', ACCOUNT, '--tick', 'crash');
    expect(stderr).toBe('');
  });
});

describe('plimsoll ledger check and book', () => {
  it('holds for the sample, and ends with 1 where something does not hold', async () => {
    const whole = await plimsoll('ledger', 'check', '--tick', 'crash');
    expect(whole.status).toBe(0);
    expect(whole.stdout).toContain('every instrument nets to zero');
    const text = readFileSync(file('ledger.json'), 'utf8');
    writeFileSync(file('odd.json'), text);
    const odd = await plimsoll('ledger', 'check', '--ledger', file('odd.json'), '--json');
    expect(odd.status).toBe(1);
    expect(odd.stderr).toContain('does not hold');
    expect(json(odd.stdout)).toMatchObject({
      holds: false,
      findings: [
        { rule: 'net-zero', instrument: 'BTC 2026-03-27 08:00 70,000.00 call', netLots: '-50' },
      ],
    });
  });

  it('books what a snapshot has settled, and nothing else', async () => {
    const { snapshot, ledger } = calmSample();
    const nothing = await plimsoll(
      'ledger',
      'book',
      '--tick',
      'calm',
      '--snapshot',
      file('moved.json'),
      '--out',
      file('b.json'),
    );
    expect(nothing.stdout).toContain('nothing to book');
    const [btc, eth] = snapshot.underlyings;
    const first = [btc, eth].map(
      ({ slices }) => slices.find(({ state }) => state === 'live')!.expiry,
    );
    const through = first[0]! < first[1]! ? first[0]! : first[1]!;
    const settled = {
      ...snapshot,
      time: through + 60n,
      underlyings: [btc, eth].map((market) => ({
        ...market,
        slices: market.slices.map((slice) =>
          slice.expiry > through + 60n
            ? slice
            : {
                state: 'expired',
                expiry: slice.expiry,
                forwardRatioQ30: slice.forwardRatioQ30,
                confidenceQ10: 0n,
                settlementPriceE4: market.indexE4,
              },
        ),
      })),
    } as unknown as typeof snapshot;
    writeFileSync(file('settled.json'), JSON.stringify(snapshotDocument(settled)));
    const argv = ['--tick', 'calm', '--snapshot', file('settled.json'), '--out', file('b.json')];
    const { stdout } = await plimsoll('ledger', 'book', ...argv, '--json');
    const { bookedThrough, booked } = json(stdout) as { bookedThrough: string; booked: number };
    expect(bookedThrough).toBe(`${through}`);
    const after = parseLedger(readFileSync(file('b.json'), 'utf8'));
    const expired = ({ positions }: (typeof after)[number]) =>
      positions.filter(({ instrument }) => instrument.expiry > 0n && instrument.expiry <= through)
        .length;
    const count = (accounts: readonly (typeof after)[number][]): number =>
      accounts.reduce((sum, account) => sum + expired(account), 0);
    expect(count(after)).toBe(0);
    expect(count(ledger.accounts)).toBe(booked);
    const total = (accounts: readonly (typeof after)[number][]): bigint =>
      accounts.reduce((sum, { quoteE6 }) => sum + quoteE6, 0n);
    expect(total(after)).toBe(total(ledger.accounts));
  });
});
