// SPDX-License-Identifier: GPL-3.0-or-later
import type { Contract } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { verifierArtifact } from '../../prover/chain/artifact.ts';
import { SAMPLE_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { canaryContext, proofContext } from '../../prover/chain/context.ts';
import { deployVerifier, type LocalVenue } from '../../prover/chain/deploy.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { healthProof } from '../../prover/chain/submit.ts';
import { stateHash } from '../../prover/commitments/dynamic-words.ts';
import { parameterHash } from '../../prover/commitments/parameters-words.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import { loadDefaultParameters } from '../../prover/documents/parameters-document.ts';
import type { DynamicInputs, DynamicState } from '../../prover/model/dynamic.ts';
import { dynamicStep } from '../../prover/risk/dynamic/rule.ts';
import { effectiveSet, type MarginStepRequest } from '../../prover/statements/margin-step.ts';
import { ARTIFACTS, as, deployContract, expectRefusal, type TestChain } from '../support/chain.ts';
import { compareGas, expectGasAtMost } from '../support/gas.ts';
import {
  closeStepProver,
  inputsAt,
  inputsBytes,
  openingAt,
  proveStep,
  RULE,
  type StepProof,
} from '../support/margin-steps.ts';
import {
  accountMarginProof,
  accountNamed,
  closeProver,
  CRASH_AT,
  CRASH_LEDGER,
  crashVenue,
  postNextSnapshot,
} from '../support/proofs.ts';

const BASE = loadDefaultParameters();
const ZERO = '0x0000000000000000000000000000000000000000';
const MIN_STEP = 600n;
const KEEP_ALIVE = 1800n;
/** Place in `IMarketFeed.Tick`. */
const PARAMETER_HASH = 2;
const DELAY = BigInt(SAMPLE_VENUE_CONFIG.parameterDelay);

const slotOf = (time: bigint): bigint => time - (time % 60n);
/** An hour before the first inputs. */
const OPENED = slotOf(CRASH_AT) + 60n - 3600n;
/** Calm: the multipliers fall. */
const FIRST = inputsAt(OPENED + 3600n, 1n << 33n);
const SECOND = inputsAt(OPENED + 3600n + 900n, 1n << 37n);
const OPENING = openingAt(OPENED);
const takeStep = (state: DynamicState, inputs: DynamicInputs) =>
  dynamicStep(RULE.rule, state, inputs);
const AFTER_FIRST = takeStep(OPENING, FIRST);

describe('MarginState', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let margin: Contract;
  let context: bigint;
  let first: StepProof;
  let second: StepProof;
  let deployed: unknown;

  const request = (
    state: DynamicState,
    inputs: DynamicInputs,
    change: Partial<MarginStepRequest> = {},
  ): MarginStepRequest => ({ rule: RULE.rule, base: BASE, state, inputs, context, ...change });
  const step = ({ proof, publicSignals }: StepProof) =>
    send(as(margin, chain.accounts[7]!), 'step', [proof, publicSignals]);
  const hashOf = (name: string, of = margin): Promise<bigint> => read(of, name, [], z.bigint());
  /** A snapshot of the inputs' time that carries them. */
  const post = async (inputs: DynamicInputs): Promise<void> =>
    postNextSnapshot(chain, venue, inputs.time + 2n, { marginInputsHash: inputsBytes(inputs) });

  beforeAll(async () => {
    ({ chain, venue } = await crashVenue());
    const name = 'MarginStepAnyVerifier';
    const artifact = verifierArtifact(ARTIFACTS, name);
    const verifier = await deployVerifier(chain.accounts[0]!, name, artifact);
    margin = await deployContract(chain.accounts[0]!, 'MarginState', [
      venue.addresses.marketFeed,
      verifier,
      stateHash(OPENING),
      MIN_STEP,
      KEEP_ALIVE,
    ]);
    context = proofContext(chain.chainId, margin.target as string, 'stepMargin', ZERO);
    first = await proveStep(request(OPENING, FIRST));
    second = await proveStep(request(AFTER_FIRST.state, SECOND));
    deployed = await chain.save();
  }, 600_000);
  afterAll(async () => {
    await chain.close();
    await closeProver();
    await closeStepProver();
  });
  beforeEach(async () => {
    deployed = await chain.restore(deployed);
  });

  it.each([
    ['no opening state', { openingHash: 0n }],
    ['one that is not in the field', { openingHash: SCALAR_FIELD }],
    ['steps at any time', { minStep: 0n }],
    ['steps rarer than what keeps it alive', { minStep: KEEP_ALIVE + 1n }],
  ] as const)('is not deployed with %s', async (_, fault) => {
    const given = { openingHash: stateHash(OPENING), minStep: MIN_STEP, ...fault };
    await expectRefusal(
      deployContract(chain.accounts[0]!, 'MarginState', [
        venue.addresses.marketFeed,
        await read(margin, 'verifier', [], z.string()),
        given.openingHash,
        given.minStep,
        KEEP_ALIVE,
      ]),
      'InvalidStepConfig',
    );
  });

  it('is not deployed with the verifier of another statement', async () => {
    const other = venue.verifiers.takeover.any;
    await expectRefusal(
      deployContract(chain.accounts[0]!, 'MarginState', [
        venue.addresses.marketFeed,
        other,
        stateHash(OPENING),
        MIN_STEP,
        KEEP_ALIVE,
      ]),
      'NotAStepVerifier',
      [other],
    );
  });

  it('names the context that TypeScript computes', async () => {
    expect(await hashOf('stepContext')).toBe(context);
  });

  it('moves to what the rule says, by anyone, and tells where margin is going', async () => {
    await post(FIRST);
    expect(await hashOf('effectiveHash')).toBe(0n);
    expect(await hashOf('baseHash')).toBe(0n);
    const receipt = await step(first);
    await compareGas('margin step, the first', receipt);
    expectGasAtMost(receipt, 299_999n);
    const effective = parameterHash(effectiveSet(BASE, AFTER_FIRST));
    expect(await hashOf('stateHash')).toBe(stateHash(AFTER_FIRST.state));
    expect(await hashOf('effectiveHash')).toBe(effective);
    expect(await hashOf('baseHash')).toBe(parameterHash(BASE));
    expect(await read(margin, 'latest', [], z.tuple([z.bigint(), z.bigint()]))).toEqual([
      1n,
      FIRST.time,
    ]);
    const event = margin.interface.parseLog(receipt.logs[0]!);
    expect(event?.args['effectiveHash']).toBe(effective);
    expect(event?.args['logs']).toBe(first.publicSignals[5]);

    await post(SECOND);
    const next = await step(second);
    await compareGas('margin step', next);
    expectGasAtMost(next, 299_999n);
  });

  it('takes no step twice', async () => {
    await post(FIRST);
    await step(first);
    await expectRefusal(step(first), 'StepRepeated', [1n, 1n]);
  });

  it('takes none that skips another', async () => {
    await post(FIRST);
    await expectRefusal(step(second), 'StepSkipped', [2n, 0n]);
  });

  it('takes none on inputs that newer ones have replaced: the order is the feed’s', async () => {
    await post(FIRST);
    await post(SECOND);
    await expectRefusal(step(first), 'StepOutOfOrder', [FIRST.time, SECOND.time]);
  });

  it('takes none from a state mixed of two', async () => {
    const [btc] = OPENING.underlyings;
    const [, eth] = takeStep(OPENING, inputsAt(FIRST.time, 1n << 38n)).state.underlyings;
    const mixed = { ...OPENING, underlyings: [btc, { ...eth, counterQ48: 0n }] as const };
    await post(FIRST);
    await expectRefusal(step(await proveStep(request(mixed, FIRST))), 'WrongState', [
      stateHash(OPENING),
      stateHash(mixed),
    ]);
  });

  it('takes none by another rule, which is another state', async () => {
    const rule = { ...RULE.rule, risePerSecondQ40: RULE.rule.risePerSecondQ40 + 1n };
    const foreign = await proveStep(request({ ...OPENING, ruleHash: RULE.hash }, FIRST, { rule }));
    await post(FIRST);
    await expectRefusal(step(foreign), 'WrongState');
  });

  it('takes none of another venue, of inputs nobody signed, over another base set', async () => {
    await expectRefusal(step(first), 'WrongInputs', [0n, first.publicSignals[1]!]);
    await post(FIRST);
    const elsewhere = await proveStep(request(OPENING, FIRST, { context: context + 1n }));
    await expectRefusal(step(elsewhere), 'WrongContext', [context, context + 1n]);
    const unsigned = inputsAt(FIRST.time, (1n << 33n) + 1n);
    await expectRefusal(step(await proveStep(request(OPENING, unsigned))), 'WrongInputs');
    const other = { ...BASE, documentWord: BASE.documentWord + 1n };
    await expectRefusal(
      step(await proveStep(request(OPENING, FIRST, { base: other }))),
      'WrongBase',
    );
  });

  it('takes none whose signals are not those proven, or not below the field', async () => {
    await post(FIRST);
    const signals = (position: number, value: bigint) =>
      first.publicSignals.map((signal, index) => (index === position ? value : signal));
    const claimed = { ...first, publicSignals: signals(4, 5n) };
    await expectRefusal(step(claimed), 'InvalidProof');
    const unreduced = {
      ...first,
      publicSignals: signals(4, first.publicSignals[4]! + SCALAR_FIELD),
    };
    await expectRefusal(step(unreduced), 'SignalNotInField');
    const wide = { ...first, publicSignals: signals(5, first.publicSignals[5]! + (1n << 232n)) };
    await expectRefusal(step(wide), 'MalformedSignal');
  });

  it('takes one no sooner than allowed, and one that changes nothing only to keep it alive', async () => {
    await post(FIRST);
    await step(first);
    const soon = inputsAt(FIRST.time + 540n, 1n << 37n);
    await post(soon);
    await expectRefusal(step(await proveStep(request(AFTER_FIRST.state, soon))), 'StepTooSoon', [
      soon.time,
      FIRST.time + MIN_STEP,
    ]);
    // So little time that the fall is held.
    const idle = (elapsed: bigint) => inputsAt(FIRST.time + elapsed, 1n << 33n);
    await post(idle(660n));
    await expectRefusal(
      step(await proveStep(request(AFTER_FIRST.state, idle(660n)))),
      'NothingChanges',
      [parameterHash(effectiveSet(BASE, AFTER_FIRST)), FIRST.time + KEEP_ALIVE],
    );
    await post(idle(1800n));
    await step(await proveStep(request(AFTER_FIRST.state, idle(1800n))));
    expect((await read(margin, 'latest', [], z.tuple([z.bigint(), z.bigint()])))[0]).toBe(2n);
  });

  it('is in force only after timelock and canaries, and then ticks bind what it comes to', async () => {
    const { riskParameters, marketFeed } = venue;
    const activate = () => send(riskParameters, 'activateMarginState', []);
    const effective = effectiveSet(BASE, AFTER_FIRST);
    const canary = async (name: string) =>
      send(riskParameters, 'proveMarginCanary', [
        healthProof({
          tick: 1n,
          ...(await accountMarginProof({
            ledger: CRASH_LEDGER,
            account: accountNamed(name),
            parameters: { ...BASE, ...effective },
            context: canaryContext(
              chain.chainId,
              venue.addresses.riskParameters,
              parameterHash(effective),
            ),
          })),
        }),
      ]);
    await expectRefusal(activate(), 'NoMarginStateProposal');
    await expectRefusal(
      send(as(riskParameters, chain.accounts[3]!), 'proposeMarginState', [margin.target]),
      'OwnableUnauthorizedAccount',
    );
    await send(riskParameters, 'proposeMarginState', [margin.target]);
    await expectRefusal(
      send(riskParameters, 'proposeMarginState', [margin.target]),
      'MarginStatePending',
    );
    await expectRefusal(canary('wick-victim'), 'MarginStateNotStepped');
    await post(FIRST);
    await step(first);
    await compareGas('parameters: prove a margin canary', await canary('wick-victim'));
    await expectRefusal(activate(), 'TimelockNotElapsed');
    const tick = async (): Promise<bigint> => read(marketFeed, 'latestTick', [], z.bigint());
    const bound = async (): Promise<bigint> =>
      read(
        marketFeed,
        'tickAt',
        [await tick()],
        z.array(z.bigint()).transform((fields) => fields[PARAMETER_HASH]!),
      );
    expect(await hashOf('effectiveHash', riskParameters)).toBe(parameterHash(BASE));
    await canary('concentration-eth-band-0');
    await chain.setNextTime(FIRST.time + DELAY + 60n);
    await compareGas('parameters: activate a margin state', await activate());
    expect(await hashOf('effectiveHash', riskParameters)).toBe(parameterHash(effective));
    expect(await hashOf('activeHash', riskParameters)).toBe(parameterHash(BASE));
    await postNextSnapshot(chain, venue, (await chain.now()) + 120n);
    expect(await bound()).toBe(parameterHash(effective));
  });

  it('is proposed once at a time, lapses, needs its steps, and makes room for none', async () => {
    const { riskParameters } = venue;
    const propose = (state: unknown) => send(riskParameters, 'proposeMarginState', [state]);
    const activate = () => send(riskParameters, 'activateMarginState', []);
    const cancel = () => send(riskParameters, 'cancelMarginState', []);
    const pending = (): Promise<unknown> =>
      read(
        riskParameters,
        'pendingMarginState',
        [],
        z.tuple([z.string(), z.bigint(), z.boolean()]),
      );
    const canary = healthProof({
      tick: 1n,
      ...(await accountMarginProof({
        ledger: CRASH_LEDGER,
        account: accountNamed('wick-victim'),
        context: 5n,
      })),
    });
    await expectRefusal(cancel(), 'NoMarginStateProposal');
    await expectRefusal(
      send(riskParameters, 'proveMarginCanary', [canary]),
      'NoMarginStateProposal',
    );
    await propose(margin.target);
    const at = (await chain.now()) + DELAY;
    expect(await pending()).toEqual([margin.target, at, false]);
    // Of a state without a step there is no set, and so no canary.
    await chain.setNextTime(at);
    await expectRefusal(activate(), 'MarginStateNotStepped', [margin.target]);
    await chain.setNextTime(at + 14n * 86_400n);
    await expectRefusal(activate(), 'ProposalExpired', [at + 14n * 86_400n]);
    // What has lapsed is in nobody's way. Margin that is to stand still needs no canary.
    await propose(ZERO);
    const then = (await chain.now()) + DELAY;
    expect(await pending()).toEqual([ZERO, then, false]);
    await chain.setNextTime(then);
    await activate();
    expect(await read(riskParameters, 'marginState', [], z.string())).toBe(ZERO);
    expect(await hashOf('effectiveHash', riskParameters)).toBe(parameterHash(BASE));
  });

  it('is not activated on half the canaries, and is proposed to its own venue alone', async () => {
    const { riskParameters } = venue;
    await post(FIRST);
    await step(first);
    await send(riskParameters, 'proposeMarginState', [margin.target]);
    await chain.setNextTime((await chain.now()) + DELAY + 60n);
    await expectRefusal(send(riskParameters, 'activateMarginState', []), 'CanaryMissing', [
      parameterHash(effectiveSet(BASE, AFTER_FIRST)),
    ]);
    await send(riskParameters, 'cancelMarginState', []);
    const stranger = await deployContract(chain.accounts[0]!, 'RiskParameters', [
      parameterHash(BASE),
      DELAY,
      1n,
      1,
      await chain.accounts[0]!.getAddress(),
    ]);
    await expectRefusal(
      send(stranger, 'proposeMarginState', [margin.target]),
      'MarginStateOfAnotherVenue',
      [margin.target],
    );
  });
});
