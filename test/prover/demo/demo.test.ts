// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readSetupRecord } from '../../../prover/toolchain/setup-state.ts';
import { runDemo } from '../../../prover/demo/demo.ts';
import type { DemoReport } from '../../../prover/demo/report.ts';
import { formatLedger, parseLedger } from '../../../prover/documents/ledger-document.ts';
import { SAMPLE_DIRECTORY, loadSample } from '../../../prover/sample/sample.ts';
import { indexOf, marginOf, margins, sample } from '../sample/venue.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'prover', 'cli', 'main.ts');
const FUND_E6 = 150_000_000_000n;
const REWARD_BPS = 50n;

/** The report as it stands on the wire: amounts are decimal strings. */
type WireReport = Omit<DemoReport, 'draws' | 'cures'> & {
  readonly draws: readonly { account: number; deficitE6: string; paidE6: string }[];
  readonly cures: readonly { account: number; equityE6: string; maintenanceMarginE6: string }[];
  readonly coldSetupMs: number;
};

describe('plimsoll demo', () => {
  it('liquidates and draws on chain, and reports what the chain says', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'demo', '--json'], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBe(1);
    const report = JSON.parse(lines[0] ?? '') as WireReport;

    expect(Object.keys(report)).toEqual([
      'accounts',
      'breached',
      'bankrupt',
      'proofs',
      'draws',
      'cures',
      'coldSetupMs',
    ]);
    expect(report.accounts).toBe(sample.ledgers.crash.length);
    expect(report.breached).toBe(margins.crash.filter((m) => m.liquidatable).length);
    expect(report.bankrupt).toBe(margins.crash.filter((m) => m.bankrupt).length);
    expect(report.coldSetupMs).toBe(Math.round(readSetupRecord()?.coldSetupMs ?? 0));

    const bankrupt = [
      'gross-equity-minus-one',
      'bankrupt-paid-in-full',
      'bankrupt-beyond-the-fund',
    ];
    expect(report.proofs.map(({ statement, account }) => ({ statement, account }))).toEqual([
      { statement: 'liquidation', account: indexOf('ordinary-liquidation') },
      { statement: 'liquidation', account: indexOf('wick-victim') },
      ...bankrupt.map((name) => ({ statement: 'bankruptcy', account: indexOf(name) })),
      { statement: 'account-margin', account: indexOf('wick-victim') },
    ]);
    for (const proof of report.proofs) {
      expect(proof.constraints).toBeLessThan(
        proof.statement === 'account-margin' ? 2 ** 16 : 2 ** 15,
      );
      expect(proof.proveMs).toBeGreaterThan(100);
      expect(proof.verifyMs).toBeGreaterThan(0);
      expect(proof.gas).toBeGreaterThan(200_000);
    }
    expect(report.proofs[0]?.gas).toBeLessThanOrEqual(340_000);

    // What each draw should leave, by the rules of the fund.
    let heldE6 = FUND_E6;
    const expected = bankrupt.map((name) => {
      const { deficitE6 } = marginOf(name, 'crash');
      const paidE6 = deficitE6 < heldE6 ? deficitE6 : heldE6;
      const share = (paidE6 * REWARD_BPS) / 10_000n;
      heldE6 -= paidE6;
      heldE6 -= share < heldE6 ? share : heldE6;
      return { account: indexOf(name), deficitE6: `${deficitE6}`, paidE6: `${paidE6}` };
    });
    expect(report.draws).toEqual(expected);
    const recovered = marginOf('wick-victim', 'rebound');
    expect(report.cures).toEqual([
      {
        account: indexOf('wick-victim'),
        equityE6: `${recovered.equityE6}`,
        maintenanceMarginE6: `${recovered.mmE6}`,
      },
    ]);
    const [, full, beyond] = report.draws;
    expect(full?.paidE6).toBe(full?.deficitE6);
    expect(BigInt(beyond?.paidE6 ?? 0)).toBeLessThan(BigInt(beyond?.deficitE6 ?? 0));
  });

  it('draws another amount when one balance of the sample is another', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'plimsoll-sample-'));
    try {
      cpSync(SAMPLE_DIRECTORY, directory, { recursive: true });
      const path = join(directory, 'ledger-crash.json');
      const changes = new Map([
        [indexOf('bankrupt-paid-in-full'), -1_000_000n],
        // Two proofs fewer: these two are bankrupt no more.
        [indexOf('bankrupt-beyond-the-fund'), 1_000_000_000_000n],
        [indexOf('gross-equity-minus-one'), 1n],
      ]);
      const accounts = parseLedger(readFileSync(path, 'utf8')).map((account, index) => ({
        ...account,
        quoteE6: account.quoteE6 + (changes.get(index) ?? 0n),
      }));
      writeFileSync(path, formatLedger(accounts));

      const told: string[] = [];
      const report = await runDemo(loadSample(directory), {
        print: (line = '') => told.push(line),
        note: () => undefined,
      });
      const deficitE6 = marginOf('bankrupt-paid-in-full', 'crash').deficitE6 + 1_000_000n;
      expect(report.bankrupt).toBe(1);
      expect(report.draws).toEqual([
        { account: indexOf('bankrupt-paid-in-full'), deficitE6, paidE6: deficitE6 },
      ]);
      expect(told.join('\n')).toContain('opened on chain');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
