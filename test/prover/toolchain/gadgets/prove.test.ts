// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { CASES } from '../../../../prover/toolchain/gadgets/cases.ts';
import { writeInstrumented } from '../../../../prover/toolchain/gadgets/instrument.ts';
import {
  ARGUED_HINTS,
  circuitSources,
  missingProofs,
  readLedger,
  templatesByName,
} from '../../../../prover/toolchain/gadgets/ledger.ts';
import { MUTANTS, mutated } from '../../../../prover/toolchain/gadgets/mutants.ts';
import { prove } from '../../../../prover/toolchain/gadgets/prove.ts';
import { parseTemplates } from '../../../../prover/toolchain/gadgets/templates.ts';
import { someOf } from '../../../support/cases.ts';

const sources = circuitSources();
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-gadgets-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** By propagation alone: what needs the solver is proven by `npm run prove-gadgets`. */
async function proveQuickly(name: string, texts: ReadonlyMap<string, string>) {
  writeInstrumented(folder, texts);
  const templates = templatesByName(texts);
  const one = CASES.find(({ template }) => template === name)!;
  return prove({ ...one, template: templates.get(name)! }, templates, () => undefined, {
    folder,
    tools: undefined,
    timeoutSeconds: 0,
  });
}

describe('the record of proven hints', () => {
  it('is of the circuits as they are, and has every hint of them', () => {
    expect(missingProofs(readLedger(), sources)).toEqual([]);
  });

  it('misses a template whose code has changed, and a hint that nobody proved', () => {
    const file = 'circuits/arithmetic/max-zero.circom';
    const text = sources
      .get(file)!
      .replace('negative <--', 'signal other <-- 0;\n    negative <--');
    const missing = missingProofs(readLedger(), new Map([...sources, [file, text]])).join('\n');
    expect(missing).toContain('MaxZero(40) was proven of other code');
    expect(missing).toContain('MaxZero says nothing of the hint other');
  });

  it('has a reason for each hint that no machine proved, and for no other', () => {
    const { hints, cases } = readLedger();
    const open = {
      cases,
      hints: hints.map((hint) =>
        hint.template === 'MaxZero' ? { ...hint, proved: 'by argument' as const } : hint,
      ),
    };
    expect(missingProofs(open, sources).join('\n')).toContain(
      'MaxZero: no machine proved negative',
    );
    expect(missingProofs(open, sources, { ...ARGUED_HINTS, MaxZero: 'it is' })).toEqual([]);
    expect(missingProofs(readLedger(), sources, { ...ARGUED_HINTS, MaxZero: 'it is' })).toEqual([
      'ARGUED_HINTS: every hint of MaxZero is proven, or there is no such template',
    ]);
  });

  it('does not mind what else a comment says', () => {
    const file = 'circuits/arithmetic/max-zero.circom';
    const text = sources.get(file)!.replace('max(0, in) of a signed number', 'the positive part');
    expect(missingProofs(readLedger(), new Map([...sources, [file, text]]))).toEqual([]);
  });
});

describe('propagation', () => {
  const quick = MUTANTS.filter(({ quick: isQuick }) => isQuick);

  it.each(someOf(quick))('proves $template, and not once it is weakened', async (mutant) => {
    const honest = await proveQuickly(mutant.template, sources);
    const weakened = await proveQuickly(mutant.template, mutated(sources, mutant));
    expect(honest).toMatchObject({ by: 'propagation', open: [], unmet: [], notEnsured: [] });
    expect(weakened.open).not.toEqual([]);
    expect(weakened.constraints).toBe(honest.constraints);
  });
});

describe('a claim', () => {
  const claims = (line: string) =>
    parseTemplates(
      'gauge.circom',
      `/**\n * ${line}\n */\ntemplate Gauge(N) { signal input a[N]; }`,
    );

  it('names signals, or is an expression with an index', () => {
    const { templates, bad } = claims('@assumes a[i + 1] - a[i] in [0, 2 ** N) for i < N - 1');
    expect(bad).toEqual([]);
    expect(templates[0]!.assumes).toMatchObject([
      { names: undefined, low: '0', high: '2 ** N', index: { name: 'i', count: 'N - 1' } },
    ]);
  });

  it('is refused when no machine can read it', () => {
    expect(claims('@assumes a is small').bad).toMatchObject([{ line: 2 }]);
  });
});
