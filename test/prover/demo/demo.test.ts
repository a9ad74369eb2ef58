// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { audit } from '../../../prover/audit/audit.ts';
import { FolderCheckout, parseExport, replaying } from '../../../prover/audit/evidence.ts';
import { CHECK_NAMES, type CheckName } from '../../../prover/audit/verdict.ts';
import { parseVenue } from '../../../prover/chain/venue-document.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { readSetupRecord } from '../../../prover/toolchain/setup-state.ts';
import { DEMO_CONFIG } from '../../../prover/demo/deployment.ts';
import type { DemoReport } from '../../../prover/demo/report.ts';
import { indexOf, margins, sample } from '../sample/venue.ts';

const MAIN = join(import.meta.dirname, '..', '..', '..', 'prover', 'cli', 'main.ts');

/** As it stands on the wire: amounts are decimal strings. */
type Wire<T> = T extends bigint
  ? string
  : T extends object
    ? { readonly [Key in keyof T]: Wire<T[Key]> }
    : T;
type WireReport = Wire<DemoReport> & { readonly coldSetupMs: number };

/** What its rollup answers for; circuits, keys, code and proofs are audited elsewhere. */
const OF_THE_ROLLUP: readonly CheckName[] = ['ledger', 'inbox', 'transition', 'snapshot', 'tick'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-demo-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('plimsoll demo', () => {
  it('tells the whole life of the liquidations of a crash, as the chain has it', () => {
    const argv = [MAIN, 'demo', '--json', '--export', join(folder, 'demo.json')];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBe(1);
    const report = JSON.parse(lines[0] ?? '') as WireReport;

    expect(Object.keys(report)).toEqual([
      'schema',
      'accounts',
      'breached',
      'bankrupt',
      'openings',
      'openMany',
      'cures',
      'bids',
      'closed',
      'backstopped',
      'forced',
      'coldSetupMs',
    ]);
    expect(report.accounts).toBe(sample.ledgers.crash.length);
    expect(report.bankrupt).toBe(margins.crash.filter((m) => m.bankrupt).length);
    expect(report.coldSetupMs).toBe(Math.round(readSetupRecord()?.coldSetupMs ?? 0));

    const bankrupt = [
      'gross-equity-minus-one',
      'bankrupt-paid-in-full',
      'bankrupt-beyond-the-fund',
    ].map(indexOf);
    const helped = indexOf('wick-victim');
    const target = indexOf('ordinary-liquidation');
    // The service opens everybody who is due, each once: of the sample's the others answer their margin calls.
    const due = [...bankrupt, helped, target].sort((a, b) => a - b);
    expect(report.breached).toBe(due.length);
    expect(report.openings.map(({ account }) => account).sort((a, b) => a - b)).toEqual(due);
    // The first by itself, for the largest shortfall; what was proven meanwhile together.
    expect(report.openings[0]?.account).toBe(indexOf('bankrupt-beyond-the-fund'));
    expect(report.openMany.n).toBe(due.length - 1);
    expect(report.openMany.gasEach).toBeLessThan(report.openings[0]!.gas);
    expect(report.cures.map(({ account }) => account)).toEqual([helped]);
    expect(BigInt(report.cures[0]!.creditE6)).toBeGreaterThan(0n);
    expect(report.bids.map(({ account }) => account)).toEqual([target]);
    expect(report.closed).toBe(1 + bankrupt.length);
    expect(report.forced).toBe(2);

    // The fund pays what it has, in the order of the takeovers; what it has not is recorded.
    expect(report.backstopped.map(({ account }) => account)).toEqual(bankrupt);
    const { coverPerWindowE6 } = DEMO_CONFIG.fund;
    for (const { deficitE6, paidE6, uncoveredE6 } of report.backstopped) {
      expect(BigInt(paidE6) + BigInt(uncoveredE6)).toBeLessThanOrEqual(BigInt(deficitE6));
      expect(BigInt(paidE6)).toBeLessThanOrEqual(coverPerWindowE6);
    }
    const [, full, beyond] = report.backstopped;
    expect(full?.paidE6).toBe(full?.deficitE6);
    expect(BigInt(beyond?.uncoveredE6 ?? 0)).toBeGreaterThan(0n);
  });

  it('leaves a chain whose ledgers follow from each other by every rule', async () => {
    const exported = parseExport(readFileSync(join(folder, 'demo.json'), 'utf8'), 'demo.json');
    const { fromBlock, toBlock, answers } = exported;
    const chain = {
      rpc: replaying(answers),
      venue: parseVenue(exported.venue),
      fromBlock,
      toBlock,
    };
    const checkout = new FolderCheckout(REPOSITORY_ROOT);
    const subject = { checkout, chain, parameters: [loadDefaultParameters()] };
    const without = CHECK_NAMES.filter((name) => !OF_THE_ROLLUP.includes(name));
    const { verdicts } = await audit(subject, { without });
    for (const { check, subject: of, outcome, detail } of verdicts) {
      expect(outcome, `${check} of ${of}: ${detail}`).toBe('holds');
    }
    const roots = verdicts.filter(({ check }) => check === 'transition');
    expect(roots).toHaveLength(5);
  });
});
