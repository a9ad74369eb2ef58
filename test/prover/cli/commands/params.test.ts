// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { parameterHash } from '../../../../prover/commitments/parameters-words.ts';
import {
  proposedParameters,
  readProposal,
  STUDY_PROPOSAL_PATH,
} from '../../../../prover/documents/parameter-proposal.ts';
import {
  formatParameters,
  loadDefaultParameters,
  parseParameters,
} from '../../../../prover/documents/parameters-document.ts';
import { plimsoll } from '../../../support/cli.ts';

const current = loadDefaultParameters();
const proposed = proposedParameters(readProposal(), current);

describe('params diff', () => {
  it('names every value that differs, and both hashes', async () => {
    const { status, stdout } = await plimsoll('params diff', STUDY_PROPOSAL_PATH, '--json');
    expect(status).toBe(0);
    const told = JSON.parse(stdout) as { differences: { path: string }[] };
    expect(told).toMatchObject({
      active: { name: 'plimsoll-default', hash: String(parameterHash(current)) },
      pending: { name: 'plimsoll-proposal-1', hash: String(parameterHash(proposed)) },
    });
    const paths = told.differences.map(({ path }) => path);
    for (const { path } of readProposal().changes) expect(paths).toContain(path);
    // A move brings its multiplier along, and a set has a name.
    expect(paths).toContain('name');
    expect(paths).toContain('underlyings[1].scenarios[4].multiplierQ24');
  });

  it('keeps a document’s hash through reading and writing', () => {
    for (const set of [current, proposed]) {
      expect(parameterHash(parseParameters(formatParameters(set)))).toBe(parameterHash(set));
    }
  });
});

describe('params impact', () => {
  it('says who of the sample falls, by owner and instrument, and how margins change', async () => {
    const run = (...more: string[]) =>
      plimsoll('params impact', STUDY_PROPOSAL_PATH, '--tick', 'calm', ...more);
    const told = JSON.parse((await run('--json')).stdout) as {
      mm: { mean: number; largest: number };
      belowIm: unknown[];
      instruments: unknown[];
    };
    // As docs/parameter-study.md has it.
    expect(told).toMatchObject({ accounts: 304, mm: { changed: 90 }, belowMm: [] });
    expect(told.belowIm).toHaveLength(2);
    expect(told.mm.mean).toBeCloseTo(0.08, 2);
    expect(told.mm.largest).toBeCloseTo(0.156, 2);
    expect(told.instruments.length).toBeGreaterThan(0);
    const text = (await run()).stdout;
    expect(text).toContain('2 fall below IM');
    expect(text).toContain('what those who fall hold');
  });

  it('says what each parameter that differs does alone', async () => {
    const argv = ['params impact', STUDY_PROPOSAL_PATH, '--tick', 'calm', '--sensitivity'] as const;
    const { sensitivities } = JSON.parse((await plimsoll(...argv, '--json')).stdout) as {
      sensitivities: { parameter: string; values: number; impact: { mm: { mean: number } } }[];
    };
    const changed = readProposal().changes.map(({ path }) =>
      path.replace(/\[\d+\](?=\.\w+$)/, '[]'),
    );
    expect(new Set(sensitivities.map(({ parameter }) => parameter))).toEqual(new Set(changed));
    for (const { parameter, values } of sensitivities) {
      expect(values).toBe(changed.filter((path) => path === parameter).length);
    }
    // Wider moves ask for more, smaller haircuts for less.
    for (const { parameter, impact } of sensitivities) {
      expect(Math.sign(impact.mm.mean), parameter).toBe(parameter.includes('haircut') ? -1 : 1);
    }
    const { stdout } = await plimsoll(...argv);
    for (const { parameter } of sensitivities) expect(stdout).toContain(parameter);
  });

  it('refuses what is neither a set nor a proposal', async () => {
    const { status, stderr } = await plimsoll('params impact', 'package.json');
    expect(status).toBe(2);
    expect(stderr).toContain('version: must be 2');
  });
});
