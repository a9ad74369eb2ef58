// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: proofs are made.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import { labelled } from '../../../../prover/sample/labels.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { plimsoll } from '../../../support/cli.ts';

const sample = loadSample();
const market = priceMarket(sample.snapshots.crash.snapshot, loadDefaultParameters().parameters);
let folder: string;
let file: (name: string) => string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-prove-'));
  file = (name) => join(folder, name);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const indexOf = (name: string): number => labelled(sample.labels, name).index;
const accountNamed = (name: string) => sample.ledgers.crash[indexOf(name)]!;

describe('plimsoll prove and verify', () => {
  it('prove a deficit; any other figure or a broken file is refused', async () => {
    const out = file('deficit.json');
    const proven = await plimsoll(
      'prove',
      'bankruptcy',
      '--account',
      'bankrupt-paid-in-full',
      '--out',
      out,
    );
    expect(proven.status).toBe(0);
    const { deficitE6 } = marginPortfolio(accountNamed('bankrupt-paid-in-full'), market);
    const whole = readFileSync(out, 'utf8');
    expect(whole).toContain(`"value": "${deficitE6}"`);

    const verified = await plimsoll('verify', out, '--json');
    expect(verified.status).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      valid: true,
      statement: 'bankruptcy',
      publicSignals: { deficitE6: String(deficitE6) },
    });

    const cases: readonly (readonly [string, number, string])[] = [
      [whole.replace(`"${deficitE6}"`, `"${deficitE6 + 1n}"`), 1, 'the proof does not hold'],
      [whole.replace(`"${deficitE6}"`, `"0${deficitE6}"`), 2, 'must be a canonical decimal string'],
      [whole.slice(0, 700), 2, 'is not complete, valid JSON'],
      [whole.replace('"bankruptcy"', '"theft"'), 2, 'statement: must be one of'],
      [whole.replace(/"r1cs": "[0-9a-f]/, '"r1cs": "x'), 2, 'artifact.r1cs: must be a SHA-256'],
      [whole.replace(/"r1cs": "[0-9a-f]{8}/, '"r1cs": "00000000'), 2, 'the circuit built here'],
      [whole.replace('"format"', '"mood": 1, "format"'), 2, 'mood: unknown field'],
    ];
    for (const [text, code, message] of cases) {
      writeFileSync(file('changed.json'), text);
      const { status, stderr } = await plimsoll('verify', file('changed.json'));
      expect(stderr).toContain(message);
      expect(status).toBe(code);
    }
  });
});
