// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: ten seconds and more, for every command hashes the whole ledger.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { labelled } from '../../../prover/sample/labels.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { plimsoll } from '../../support/cli.ts';

const sample = loadSample();
const market = priceMarket(sample.snapshots.crash.snapshot, loadDefaultParameters().parameters);
let folder: string;
let file: (name: string) => string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-cli-'));
  file = (name) => join(folder, name);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const indexOf = (name: string): number => labelled(sample.labels, name).index;
const accountNamed = (name: string) => sample.ledgers.crash[indexOf(name)]!;

describe('plimsoll margin', () => {
  it('shows positions with Greeks, the worst scenario, the requirement and the isolated need', async () => {
    const { status, stdout, stderr } = await plimsoll('margin', 'together', '--details');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain(`Account ${indexOf('together')}: healthy`);
    expect(stdout).toMatch(/instrument +contracts +mark +value +delta +gamma +vega +theta +MM +IM/);
    expect(stdout.match(/<- worst/g)).toHaveLength(1);
    expect(stdout).toMatch(/isolated, in all +[\d,.]+ +[\d,.]+/);
  });

  it('prints the figures of the model as JSON, and nothing else', async () => {
    const { status, stdout } = await plimsoll(
      'margin',
      String(indexOf('equity-below-mm')),
      '--json',
    );
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as Record<string, string>;
    const margin = marginPortfolio(accountNamed('equity-below-mm'), market);
    expect(report).toMatchObject({
      margin: 'exact',
      status: 'below maintenance',
      equityE6: String(margin.equityE6),
      mmE6: String(margin.mmE6),
      imE6: String(margin.imE6),
      ledgerRoot: String(new Ledger(sample.ledgers.crash).root),
    });
    expect(BigInt(report['mmE6']!) - BigInt(report['equityE6']!)).toBe(1n);
  });

  it('marks the worst scenario of each underlying that has one', async () => {
    for (const name of ['wick-victim', 'bankrupt-beyond-the-fund']) {
      const { stdout } = await plimsoll('margin', name, '--json');
      const margin = marginPortfolio(accountNamed(name), market);
      const { underlyings } = JSON.parse(stdout) as {
        underlyings: { scenarios: { id: number; worst: boolean; lossE6: string }[] }[];
      };
      underlyings.forEach(({ scenarios }, u) => {
        const risk = margin.underlyings[u as 0 | 1];
        expect(scenarios.map(({ lossE6 }) => BigInt(lossE6))).toEqual(risk.lossesE6);
        expect(scenarios.filter(({ worst }) => worst).map(({ id }) => id)).toEqual([
          risk.worstScenario,
        ]);
      });
    }
  });

  it('adds the isolated needs up to what separate accounts are charged', async () => {
    const { stdout } = await plimsoll('margin', 'together', '--json');
    const report = JSON.parse(stdout) as { isolated: { total: { mmE6: string } }; mmE6: string };
    const separate = accountNamed('together').positions.map(
      (position) =>
        marginPortfolio({ quoteE6: 0n, collateralE8: [0n, 0n, 0n], positions: [position] }, market)
          .mmE6,
    );
    expect(BigInt(report.isolated.total.mmE6)).toBe(separate.reduce((sum, mm) => sum + mm, 0n));
    expect(BigInt(report.isolated.total.mmE6)).toBeGreaterThan(BigInt(report.mmE6));
  });

  const refusals: readonly (readonly [string[], string])[] = [
    [['304'], '<account>: must be below the account count 304, got 304'],
    [['-1'], 'unknown flag'],
    [['01'], '<account>: must be the index of an account, got "01"'],
    [['nobody'], 'labels: has no account named "nobody"'],
    [['1', '--tick', 'noon'], '--tick: must be one of calm, crash, rebound'],
    [['1', '--snapshot', '/nowhere.json'], '--snapshot: /nowhere.json: no such file'],
  ];
  it.each(refusals)('refuses %j', async (argv, message) => {
    const { status, stdout, stderr } = await plimsoll('margin', ...argv);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
    expect(stdout).toBe('');
  });

  it('names the field of a document that breaks a rule', async () => {
    const bad = sample.snapshots.crash.document.replace('"indexE4": "584500000"', '"indexE4": "0"');
    writeFileSync(file('bad-snapshot.json'), bad);
    const { status, stderr } = await plimsoll(
      'margin',
      '1',
      '--snapshot',
      file('bad-snapshot.json'),
    );
    expect(status).toBe(2);
    expect(stderr).toContain('underlyings[0].indexE4: must be at least 1');
  });
});

describe('plimsoll ledger', () => {
  it('gives the root that the prover computes', async () => {
    const { stdout } = await plimsoll('ledger', 'root', '--tick', 'calm', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      accountCount: '304',
      ledgerRoot: String(new Ledger(sample.ledgers.calm).root),
    });
  });

  it('imports what it exported, byte for byte', async () => {
    const [first, second] = [file('first.json'), file('second.json')];
    expect((await plimsoll('ledger', 'export', '--out', first)).status).toBe(0);
    const root = String(new Ledger(sample.ledgers.crash).root);
    const imported = await plimsoll('ledger', 'import', first, '--root', root, '--out', second);
    expect(imported.status).toBe(0);
    expect(readFileSync(second)).toEqual(readFileSync(first));
  });

  it('shows an account with leaf and path', async () => {
    const ledger = new Ledger(sample.ledgers.crash);
    const { stdout } = await plimsoll('ledger', 'show', '7', '--json');
    const shown = JSON.parse(stdout) as { leaf: string; children: string[][] };
    expect(shown.leaf).toBe(String(ledger.leaf(7)));
    expect(shown.children).toEqual(ledger.path(7).children.map((row) => row.map(String)));
  });

  it('writes nothing when the import is refused', async () => {
    const out = file('refused.json');
    const published = file('published.json');
    expect((await plimsoll('ledger', 'export', '--out', published)).status).toBe(0);
    const whole = readFileSync(published, 'utf8');
    const before = readdirSync(folder);
    const cases: readonly (readonly [string, string[], string])[] = [
      [whole.slice(0, 5000), [], 'ledger: is not complete, valid JSON'],
      [
        whole.replace('"BTC":"0"', '"BTC":"-5"'),
        [],
        'accounts[0].balances.BTC: must be at least 0',
      ],
      [whole, ['--root', '5'], '--root: the document has the ledger root'],
      [whole, ['--root', '05'], '--root: must be a canonical decimal string'],
    ];
    for (const [text, flags, message] of cases) {
      writeFileSync(published, text);
      const refused = await plimsoll('ledger', 'import', published, '--out', out, ...flags);
      expect(refused.stderr).toContain(message);
      expect(refused.status).toBe(2);
      expect(existsSync(out)).toBe(false);
      expect(readdirSync(folder)).toEqual(before);
    }
  });

  const refusals: readonly (readonly [string[], string])[] = [
    [['sink'], '<action>: must be one of root, show, check, book, export, import, got "sink"'],
    [['export'], '--out: is required: the file to write'],
    [['show'], '<argument>: is required: the account to show'],
    [['root', 'extra'], 'extra: ledger root takes no argument'],
  ];
  it.each(refusals)('refuses %j', async (argv, message) => {
    const { status, stderr } = await plimsoll('ledger', ...argv);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});

describe('plimsoll prove', () => {
  const refusals: readonly (readonly [string[], number, string])[] = [
    [
      ['theft', '--account', '1', '--out', 'p.json'],
      2,
      '<statement>: must be one of liquidation, bankruptcy',
    ],
    [['liquidation', '--out', 'p.json'], 2, '--account: is required'],
    [['liquidation', '--account', '1'], 2, '--out: is required'],
    [
      ['liquidation', '--account', '1', '--out', '/nowhere/p.json'],
      2,
      '--out: /nowhere/p.json: cannot be written: no such folder (ENOENT)',
    ],
    [
      ['liquidation', '--account', '1', '--out', 'p.json', '--chain', '1'],
      2,
      '--contract: is required',
    ],
    [
      ['liquidation', '--account', '1', '--out', 'p.json', '--chain', '01'],
      2,
      '--chain: must be a canonical',
    ],
    [
      ['liquidation', '--account', '1', '--out', 'p.json', '--context', '1', '--chain', '1'],
      2,
      '--context: excludes --chain',
    ],
    [['liquidation', '--account', 'together', '--out', 'p.json'], 1, 'is not below maintenance'],
    [
      ['liquidation', '--account', 'equity-equals-mm', '--out', 'p.json'],
      1,
      'is not below maintenance',
    ],
    [['bankruptcy', '--account', 'ordinary-liquidation', '--out', 'p.json'], 1, 'is not bankrupt'],
    [
      ['liquidation', '--account', '1', '--out', 'p.json', '--withdraw', 'BTC:1'],
      2,
      '<statement>: must be account-margin',
    ],
    [
      ['account-margin', '--account', '1', '--out', 'p.json', '--withdraw', 'DOGE:1'],
      2,
      '--withdraw: must be of USDC, BTC, ETH, stETH',
    ],
    [
      ['account-margin', '--account', '1', '--out', 'p.json', '--deposit', 'BTC:1'],
      2,
      '--deposit: must be of USDC',
    ],
    [
      ['account-margin', '--account', '1', '--out', 'p.json', '--withdraw', 'BTC:0.000000001'],
      2,
      '--withdraw: must have at most 8 decimals',
    ],
    [
      [
        ...['account-margin', '--account', '1', '--out', 'p.json'],
        ...['--withdraw', 'USDC:1', '--deposit', 'USDC:1'],
      ],
      2,
      '--deposit: excludes --withdraw',
    ],
    [
      ['account-margin', '--account', '1', '--out', 'p.json', '--add', 'BTC-PERPETUAL:0'],
      2,
      '--add: must not be 0 contracts',
    ],
    [
      ['account-margin', '--account', '1', '--out', 'p.json', '--withdraw', 'stETH:100000000'],
      2,
      'change.removedAmount: must be at most the stETH balance',
    ],
    [
      ['account-margin', '--account', '1', '--out', 'p.json', '--action', 'theft'],
      2,
      '--chain: is required',
    ],
    [
      ['account-margin', '--account', '1', '--out', 'p.json', '--asset', 'BTC'],
      2,
      '--asset: is for a proof with --venue',
    ],
  ];
  it.each(refusals)('refuses %j', async (argv, code, message) => {
    const placed = argv.map((word) => (word === 'p.json' ? file(word) : word));
    const { status, stderr } = await plimsoll('prove', ...placed);
    expect(stderr).toContain(message);
    expect(status).toBe(code);
    expect(existsSync(file('p.json'))).toBe(false);
  });
});
