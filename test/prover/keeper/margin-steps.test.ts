// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: deploys a venue with a margin state, proves a step, canaries and an opening.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ZeroAddress } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { readMarginState, riskParametersAt } from '../../../prover/chain/parameter-proposal.ts';
import { connectVenue } from '../../../prover/chain/venue.ts';
import { parameterHash } from '../../../prover/commitments/parameters-words.ts';
import {
  formatMarginInputs,
  marginInputsOf,
} from '../../../prover/documents/margin-inputs-document.ts';
import {
  formatMarginState,
  parseMarginState,
} from '../../../prover/documents/margin-state-document.ts';
import { DEFAULT_MARGIN_RULE } from '../../../prover/documents/margin-rule-document.ts';
import {
  loadDefaultParameters,
  type ParameterSet,
} from '../../../prover/documents/parameters-document.ts';
import { snapshotDocument } from '../../../prover/documents/snapshot-document.ts';
import { judgeTick } from '../../../prover/keeper/judged-tick.ts';
import { MarginSteps } from '../../../prover/keeper/margin-steps.ts';
import type { DynamicState } from '../../../prover/model/dynamic.ts';
import type { MarketSnapshot } from '../../../prover/model/types.ts';
import { dynamicStep } from '../../../prover/risk/dynamic/rule.ts';
import { effectiveSet } from '../../../prover/statements/margin-step.ts';
import { plimsoll } from '../../support/cli.ts';
import { DEPLOYER } from '../../support/deployments.ts';
import { RULE, inputsAt } from '../../support/margin-steps.ts';
import {
  HASTY_CONFIG,
  MOVING_FROM,
  MOVING_LEDGER,
  MovingVenue,
} from '../../support/moving-venue.ts';
import { accountNamed } from '../../support/proofs.ts';

const BASE = loadDefaultParameters();
const BANKRUPT = accountNamed('bankrupt-paid-in-full');
const MINUTE = 60n;
const FIRST = inputsAt(MOVING_FROM, 1n << 33n);
/** So little time, and so calm, that the fall is held. */
const idle = (elapsed: bigint) => inputsAt(MOVING_FROM + elapsed, 1n << 33n);

let moving: MovingVenue;
let snapshot: MarketSnapshot;
/** Inputs are there, and no step. */
let before: unknown;
/** The first step is taken. */
let after: unknown;
/** What it came to is in force. */
let inForce: unknown;

const at = (name: string): string => join(moving.folder, name);
const stepsOf = (
  bases: readonly ParameterSet[] = [BASE],
  changed: object = {},
  from?: DynamicState,
): MarginSteps =>
  MarginSteps.of({ ...moving.document, ...changed }, moving.chain.provider, bases, from)!;
const run = (command: string, ...args: readonly string[]) =>
  plimsoll(command, ...args, '--rpc', moving.chain.url, '--venue', at('venue.json'));
/** What `venue step` says. */
const step = async (): Promise<Record<string, unknown>> => {
  const result = await run('venue step', '--json');
  expect(result).toMatchObject({ status: 0 });
  return JSON.parse(result.stdout) as Record<string, unknown>;
};

beforeAll(async () => {
  vi.stubEnv('PLIMSOLL_SIGNER_KEY', DEPLOYER.privateKey);
  moving = await MovingVenue.start();
  snapshot = await moving.tick(FIRST.time, FIRST);
  before = await moving.chain.save();
}, 300_000);

afterAll(async () => {
  vi.unstubAllEnvs();
  await moving.close();
});

/** The first step taken by anybody, from the chain alone. */
async function taken(): Promise<{ readonly steps: MarginSteps; readonly set: ParameterSet }> {
  const steps = stepsOf();
  await steps.follow();
  const ahead = dynamicStep(RULE.rule, stepsOf().state, FIRST);
  return { steps, set: { ...BASE, ...effectiveSet(BASE, ahead) } };
}

describe('before a step', () => {
  beforeEach(async () => {
    before = await moving.chain.restore(before);
  });

  it('knows the next one from rule, chain and base set', async () => {
    const steps = stepsOf();
    const { request } = await steps.next();
    expect(request).toMatchObject({ base: BASE, state: steps.state, inputs: FIRST });
    expect(steps.state.sequence).toBe(0n);
    await expect(stepsOf([]).next()).rejects.toMatchObject({ code: 'PARAMETERS_UNKNOWN' });
  });

  it('is nothing to a venue whose margin does not move', () => {
    const { movingMargin: _, ...still } = moving.document;
    expect(MarginSteps.of(still, moving.chain.provider, [BASE])).toBeUndefined();
  });
});

describe('venue step', () => {
  it('proves and sends the next one, and says why there is none', async () => {
    before = await moving.chain.restore(before);
    const { sequence, isDue, step: sent } = await step();
    expect([sequence, isDue]).toEqual(['0', true]);
    const { steps, set } = await taken();
    expect(steps.state.sequence).toBe(1n);
    expect(sent).toMatchObject({ effectiveHash: String(parameterHash(set)), isDryRun: false });
    expect(parameterHash(steps.setOf(parameterHash(set))!)).toBe(parameterHash(set));
    expect(await step()).toMatchObject({
      sequence: '1',
      isDue: false,
      waits: 'the feed has taken no inputs since the last step',
      step: null,
    });
    after = await moving.chain.save();
  });
});

describe('after a step', () => {
  beforeEach(async () => {
    after = await moving.chain.restore(after);
  });

  it('waits for time to pass, and for the set to change', async () => {
    const steps = stepsOf();
    await moving.tick(MOVING_FROM + 9n * MINUTE, idle(540n));
    expect(await steps.next()).toEqual({
      request: undefined,
      waits: `the next inputs that count are of ${MOVING_FROM + 600n} or later`,
    });
    await moving.tick(MOVING_FROM + 11n * MINUTE, idle(660n));
    expect(await steps.next()).toMatchObject({ waits: 'the set stays as it is' });
    const storm = inputsAt(MOVING_FROM + 12n * MINUTE, 1n << 37n);
    await moving.tick(storm.time, storm);
    expect((await steps.next()).request?.inputs).toEqual(storm);
  });

  it('is not followed by another opening than the venue’s, nor over a set that nobody gave', async () => {
    const { movingMargin } = moving.document;
    const { underlyings, ...inputs } = movingMargin!.inputs;
    const [btc, eth] = underlyings;
    const other = { ...inputs, underlyings: [{ ...btc, counterQ48: 6n }, eth] };
    const changed = { movingMargin: { ...movingMargin, inputs: other } };
    await expect(stepsOf([BASE], changed).follow()).rejects.toMatchObject({ code: 'STEP_UNKNOWN' });
    await expect(stepsOf([]).follow()).rejects.toMatchObject({ code: 'PARAMETERS_UNKNOWN' });
  });

  it('is followed from a later state, of which a step of the chain is the proof', async () => {
    const storm = inputsAt(MOVING_FROM + 12n * MINUTE, 1n << 37n);
    await moving.tick(storm.time, storm);
    expect(await step()).toMatchObject({ sequence: '1', isDue: true });
    const whole = stepsOf();
    await whole.follow();
    const kept = await run('venue step', '--out', at('later.json'));
    expect(kept).toMatchObject({ status: 0 });
    const later = parseMarginState(readFileSync(at('later.json'), 'utf8'));
    expect(later).toEqual(whole.resumable);
    expect(later.sequence).toBe(1n);

    const resumed = stepsOf([BASE], {}, later);
    await resumed.follow();
    expect(resumed.state).toEqual(whole.state);
    expect(resumed.state.sequence).toBe(2n);
    const bound = { ...BASE, ...effectiveSet(BASE, dynamicStep(RULE.rule, later, storm)) };
    expect(resumed.setOf(parameterHash(bound))).toEqual(whole.setOf(parameterHash(bound)));
    expect(resumed.setOf(parameterHash(bound))).toBeDefined();
    const again = await run('venue step', '--margin-state', at('later.json'), '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ sequence: '2', isDue: false });
  });

  it.each([
    ['at its place', (state: DynamicState) => ({ ...state, time: state.time + 1n })],
    ['not reached yet', (state: DynamicState) => ({ ...state, sequence: 9n })],
    ['as another opening', (state: DynamicState) => ({ ...state, sequence: 0n })],
  ])('is not followed from a state that no step came to, %s', async (_, change) => {
    const steps = stepsOf();
    await steps.follow();
    const from = change(steps.state);
    await expect(stepsOf([BASE], {}, from).follow()).rejects.toMatchObject({
      code: 'STEP_UNKNOWN',
      message: `no step of the chain came to the state of step ${from.sequence} that was given`,
    });
    writeFileSync(at('foreign.json'), formatMarginState(from));
    const refused = await run('venue step', '--margin-state', at('foreign.json'));
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toContain('no step of the chain came to the state');
  });

  it('is not proposed as another rule than its own', async () => {
    const other = { ...(DEFAULT_MARGIN_RULE as object), name: 'another', hysteresisQ40: '1' };
    writeFileSync(at('other.json'), JSON.stringify(other));
    const refused = await run('params propose', at('other.json'));
    expect(refused).toMatchObject({ status: 2 });
    expect(refused.stderr).toContain(`margin state was deployed with ${RULE.hash}`);
  });

  it('is proposed as a rule, shown by canaries and activated, all by commands', async () => {
    writeFileSync(at('rule.json'), JSON.stringify(DEFAULT_MARGIN_RULE));
    const { inputs } = moving.document.movingMargin!;
    writeFileSync(at('opening.json'), formatMarginInputs(marginInputsOf(inputs)));
    writeFileSync(at('inputs.json'), formatMarginInputs(FIRST));
    writeFileSync(at('snapshot.json'), JSON.stringify(snapshotDocument(snapshot)));
    const opened = ['--inputs', at('opening.json'), '--out', at('state.json')];
    expect((await plimsoll('dynamic step', ...opened)).status).toBe(0);
    const proposed = await run('params propose', at('rule.json'), '--json');
    const { marginState } = moving.document.contracts;
    expect(JSON.parse(proposed.stdout)).toMatchObject({ ruleHash: String(RULE.hash), marginState });
    const canary = async (name: string): Promise<string> => {
      const result = await plimsoll(
        'prove',
        'account-margin',
        ...['--account', String(accountNamed(name)), '--for', 'canary'],
        ...['--ledger', at('ledger.json'), '--snapshot', at('snapshot.json')],
        ...['--effective', at('state.json'), '--inputs', at('inputs.json')],
        ...['--venue', at('venue.json'), '--out', at(`${name}.json`)],
      );
      expect(result).toMatchObject({ status: 0 });
      return at(`${name}.json`);
    };
    const canaries = [await canary('wick-victim'), await canary('concentration-eth-band-0')];
    const early = await run('params activate', ...canaries, '--json');
    expect(JSON.parse(early.stdout)).toMatchObject({
      parameterHash: '0',
      activated: false,
      marginState: { address: marginState, canaryProven: true, activated: false },
    });
    await moving.chain.setNextTime(
      (await moving.chain.now()) + BigInt(HASTY_CONFIG.parameterDelay),
    );
    await moving.chain.rpc('evm_mine', []);
    const done = await run('params activate', '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ marginState: { activated: true } });
    expect((await run('params activate')).stderr).toBe('no parameter set is proposed');
    inForce = await moving.chain.save();
  });
});

describe('in force', () => {
  it('is what every command goes by, whoever knows the base set', async () => {
    inForce = await moving.chain.restore(inForce);
    const { set } = await taken();
    const next = ((await moving.chain.now()) / MINUTE + 1n) * MINUTE;
    await moving.tick(next);
    const { document, chain } = moving;
    const judged = await judgeTick(
      connectVenue(document.contracts, chain.provider),
      chain.provider,
      document,
      { accounts: MOVING_LEDGER.accounts, parameters: BASE },
    );
    expect(judged.tick.parameterHash).toBe(parameterHash(set));
    expect(judged.market.parameterHash).toBe(parameterHash(set));
    const opened = await run(
      'venue open',
      String(BANKRUPT),
      ...['--ledger', at('ledger.json'), '--dry-run', '--json'],
    );
    expect(JSON.parse(opened.stdout)).toMatchObject({
      tick: '2',
      transactions: [{ accounts: [BANKRUPT], isDryRun: true }],
    });
  });

  it('is taken out of force again by a command, after the timelock and without canaries', async () => {
    inForce = await moving.chain.restore(inForce);
    const { marginState, riskParameters } = moving.document.contracts;
    const held = JSON.parse((await run('params hold', '--json')).stdout) as Record<string, string>;
    expect(held).toMatchObject({ marginState });
    const inForceNow = (): Promise<string> =>
      readMarginState(riskParametersAt(riskParameters, moving.chain.provider));
    expect((await run('params activate')).stdout).toContain('not before');
    expect(await inForceNow()).toBe(marginState);
    await moving.chain.setNextTime(BigInt(held['activatableAt']!));
    await moving.chain.rpc('evm_mine', []);
    const done = await run('params activate');
    expect(done.stdout).toContain('no margin state: margin stands still');
    expect(await inForceNow()).toBe(ZeroAddress);
    expect(await run('params hold')).toMatchObject({
      status: 1,
      stderr: 'no margin state is in force: margin stands still',
    });
  });
});

describe('a reorganisation', () => {
  it('that takes a step back has it taken again', async () => {
    const { steps } = await taken();
    await moving.chain.rpc('evm_revert', [before]);
    await moving.chain.setNextTime((await moving.chain.now()) + 2n);
    await moving.chain.rpc('evm_mine', []);
    expect((await steps.next()).request).toMatchObject({ inputs: FIRST });
  });
});
