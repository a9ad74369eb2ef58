// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  formatMarginInputs,
  parseMarginInputs,
} from '../../../../../prover/documents/margin-inputs-document.ts';
import { parseMarginState } from '../../../../../prover/documents/margin-state-document.ts';
import type { DynamicInputs } from '../../../../../prover/model/dynamic.ts';
import { csvOf, syntheticBars } from '../../../../support/bars.ts';
import { plimsoll } from '../../../../support/cli.ts';

const T0 = 1_770_300_000n;
const inputs = (hours: bigint, counterQ48: bigint): DynamicInputs => {
  const own = { counterQ48, impliedRateQ64: 0n, fundingBps: 2n };
  return { time: T0 + hours * 3600n, underlyings: [own, own] };
};

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-dynamic-'));
  writeFileSync(at('opening.json'), formatMarginInputs(inputs(0n, 5n)));
  writeFileSync(at('storm.json'), formatMarginInputs(inputs(1n, 1n << 40n)));
});
afterAll(() => rmSync(folder, { recursive: true }));

const open = () =>
  plimsoll('dynamic step', '--inputs', at('opening.json'), '--out', at('state.json'), '--json');

describe('dynamic step', () => {
  it('opens a state at the base set, and steps from it', async () => {
    const opened = await open();
    expect(opened).toMatchObject({ status: 0, stderr: '' });
    const state = parseMarginState(readFileSync(at('state.json'), 'utf8'));
    expect(state).toMatchObject({ sequence: 0n, time: T0 });
    const stepped = await plimsoll(
      'dynamic step',
      ...[
        '--state',
        at('state.json'),
        '--inputs',
        at('storm.json'),
        '--out',
        at('next.json'),
        '--json',
      ],
    );
    const { step, state: next } = JSON.parse(stepped.stdout) as {
      step: {
        previousStateHash: string;
        multipliers: Record<string, number>;
        perpetualMmBps: string;
      };
      state: unknown;
    };
    expect(step.previousStateHash).toBe(
      (JSON.parse(opened.stdout) as { stateHash: string }).stateHash,
    );
    expect(step.multipliers['BTC']).toBeCloseTo((72 / 74) * Math.exp(0.0063), 3);
    expect(step.perpetualMmBps).toBe('302');
    expect(parseMarginState(JSON.stringify(next)).sequence).toBe(1n);
    expect(readFileSync(at('next.json'), 'utf8')).toContain('"sequence": 1');
  });

  it.each([
    ['a state of another rule', 'ruleHash', '7', /^--state: is a state of rule 7, not /],
    ['a state outside its widths', 'sequence', 2 ** 32, /^sequence: must be at most 4294967295/],
  ])('refuses %s, naming it', async (_, field, value, message) => {
    await open();
    const document = JSON.parse(readFileSync(at('state.json'), 'utf8')) as object;
    writeFileSync(at('torn.json'), JSON.stringify({ ...document, [field]: value }));
    const run = await plimsoll(
      'dynamic step',
      ...['--state', at('torn.json'), '--inputs', at('storm.json')],
    );
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(message);
  });

  it.each(['dynamic step', 'dynamic explain'])(
    'takes none on inputs that do not follow the state, for %s',
    async (command) => {
      await open();
      const [early, fallen] = [at('opening.json'), at('fallen.json')];
      writeFileSync(at('later.json'), formatMarginInputs(inputs(3n, 9n)));
      const on = (state: string, path: string) =>
        plimsoll(command, '--state', at(state), '--inputs', path);
      expect(await on('state.json', early)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('--inputs: inputs: expected a time after') as string,
      });
      await plimsoll(
        'dynamic step',
        ...['--state', at('state.json'), '--inputs', at('later.json'), '--out', at('after.json')],
      );
      writeFileSync(fallen, formatMarginInputs(inputs(4n, 0n)));
      expect(await on('after.json', fallen)).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(
          /--inputs: underlyings\[0\]\.counterQ48: expected at least \d+, got/,
        ) as string,
      });
    },
  );
});

describe('dynamic explain', () => {
  it('tells why margin rises: the variance signed, what counted, the limit that holds it', async () => {
    await open();
    const run = await plimsoll(
      'dynamic explain',
      ...['--state', at('state.json'), '--inputs', at('storm.json')],
    );
    expect(run.stdout).toContain('rising as fast as the rule allows, towards its target');
    expect(run.stdout).toMatch(/variance counted +\d+\.\d %/);
  });
});

describe('margin --effective', () => {
  it('is the margin under the set that the step brings into force', async () => {
    await open();
    const mmOf = async (...flags: string[]): Promise<bigint> => {
      const { stdout } = await plimsoll('margin', 'wick-victim', '--json', ...flags);
      return BigInt((JSON.parse(stdout) as { mmE6: string }).mmE6);
    };
    const base = await mmOf();
    const effective = await mmOf('--effective', at('state.json'), '--inputs', at('storm.json'));
    expect(effective).not.toBe(base);
    // λ = 0.979 on the scan, a little funding on top.
    expect(Number(effective) / Number(base)).toBeGreaterThan(0.95);
    expect(Number(effective) / Number(base)).toBeLessThan(1.02);
  });
});

describe('dynamic simulate', () => {
  it('tells how the rule moved, within its bounds', async () => {
    writeFileSync(at('eth.csv'), csvOf(syntheticBars({ seed: 5, hours: 3000 })));
    const run = await plimsoll('dynamic simulate', '--bars', `eth=${at('eth.csv')}`, '--json');
    const { underlyings } = JSON.parse(run.stdout) as {
      underlyings: { symbol: string; peakToTrough: number; riseInDay: number; steps: number }[];
    };
    expect(underlyings).toHaveLength(1);
    expect(underlyings[0]).toMatchObject({ symbol: 'ETH', steps: 3000 });
    expect(underlyings[0]!.peakToTrough).toBeLessThan(2.67);
    expect(underlyings[0]!.riseInDay).toBeLessThan(0.17);
  });

  it('asks for bars', async () => {
    expect(await plimsoll('dynamic simulate')).toMatchObject({ status: 2 });
  });
});

describe('the documents', () => {
  it('read back what was written', () => {
    const written = inputs(3n, 9n);
    expect(parseMarginInputs(formatMarginInputs(written))).toEqual(written);
  });
});
