// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from 'ethers';
import { describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG } from '../../../../prover/chain/config.ts';
import { formatPlan, parsePlan } from '../../../../prover/chain/deployment/plan-document.ts';
import { requireMovableBy } from '../../../../prover/chain/deployment/parts-rules.ts';
import { requireSoundPlan } from '../../../../prover/chain/deployment/plan-rules.ts';
import { InvalidInput } from '../../../../prover/core/errors.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import {
  addressOf,
  planWith,
  planWithParts,
  planWithSessions,
  validPlan,
} from '../../../support/plans.ts';

const COIN = { token: `0x${'11'.repeat(20)}`, byShares: false, minDepositE8: '1000' };
/** What is held of one token would back two coins. */
const TWICE = [COIN, { ...COIN, byShares: true }, { ...COIN, token: `0x${'00'.repeat(20)}` }];

/** What a plan with that value is refused for, as a file. */
function refusal(path: string, value: unknown, plan = validPlan()): InvalidInput {
  try {
    requireSoundPlan(parsePlan(formatPlan(planWith(path, value, plan))));
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
  throw new Error(`accepted ${path} = ${String(value)}`);
}

describe('a plan of a venue', () => {
  it('is read back as it was written, and is sound as it comes', () => {
    const plan = validPlan({ config: DEFAULT_VENUE_CONFIG });
    const read = parsePlan(formatPlan(plan));
    expect(read).toEqual(plan);
    requireSoundPlan(read);
  });

  it.each([
    [
      'a quorum of one of one',
      'oracles',
      { signers: [addressOf(9)], threshold: 1 },
      'oracles.threshold',
      /at least 2/,
    ],
    ['a quorum of one of three', 'oracles.threshold', 1, 'oracles.threshold', /at least 2/],
    [
      'half of four: two quorums that share nobody',
      'oracles',
      { signers: [6, 7, 8, 9].map(addressOf), threshold: 2 },
      'oracles.threshold',
      /at least 3/,
    ],
    ['more than there are', 'oracles.threshold', 4, 'oracles.threshold', /at most the number/],
    [
      'a signer twice',
      'oracles.signers',
      [6, 6, 7].map(addressOf),
      'oracles.signers',
      /nobody twice/,
    ],
    ['nobody who signs', 'oracles.signers', [], 'oracles.signers', /at least 1/],
    [
      '33 signers',
      'oracles',
      { signers: [...Array(33).keys()].map((n) => addressOf(n + 1)), threshold: 17 },
      'oracles.signers',
      /at most 32/,
    ],
    [
      'a signer at zero',
      'oracles.signers',
      [ZeroAddress, addressOf(6)],
      'oracles.signers[0]',
      /zero address/,
    ],
    ['an owner at zero', 'owner', ZeroAddress, 'owner', /zero address/],
    ['a guardian at zero', 'guardian', ZeroAddress, 'guardian', /zero address/],
    ['a token at zero', 'asset', ZeroAddress, 'asset', /not zero/],
    [
      'a transition verifier at zero',
      'transitionVerifier',
      ZeroAddress,
      'transitionVerifier',
      /not zero/,
    ],
    [
      'a verifier at zero',
      'verifiers.liquidation.16',
      ZeroAddress,
      'verifiers.liquidation.16',
      /not zero/,
    ],
    ['an owner who is the guardian', 'guardian', addressOf(0x01_0001), 'guardian', /somebody else/],
    [
      'an owner with a wrong checksum',
      'owner',
      '0x5FbDB2315678afecb367f032d93F642f64180aa4',
      'owner',
      /checksum/,
    ],
    [
      'liquidations of large accounts left out',
      'verifiers.liquidation.16',
      undefined,
      'verifiers.liquidation',
      /16 positions, and it reaches 7/,
    ],
    [
      'cures of large accounts left out',
      'verifiers.account-margin.16',
      undefined,
      'verifiers.account-margin',
      /reaches 4/,
    ],
    [
      'accounts larger than any verifier',
      'config.registry.maxPositions',
      17,
      'verifiers.liquidation',
      /17 positions/,
    ],
    ['no forced application', 'verifiers.takeover', {}, 'verifiers.takeover.any', /is required/],
    [
      'a profile that is none',
      'verifiers.liquidation.4',
      'new',
      'verifiers.liquidation.4',
      /unknown field/,
    ],
    [
      'one verifier for two sizes',
      'verifiers.liquidation',
      { 7: addressOf(6), 16: addressOf(6) },
      'verifiers.liquidation.16',
      /another contract than verifiers\.liquidation\.7/,
    ],
    [
      'a horizon that the worst case does not fit',
      'config.engine.horizonSeconds',
      6_059,
      'config.engine.horizonSeconds',
      /at least 6060: deadline 1800, one forced round 2100/,
    ],
    [
      'a ramp longer than the auction',
      'config.engine.rampSeconds',
      1_801,
      'config.engine.rampSeconds',
      /at most auctionSeconds/,
    ],
    [
      'a deadline no proof can meet',
      'config.registry.deadline',
      1_799,
      'config.registry.deadline',
      /at least batchInterval/,
    ],
    [
      'a heartbeat no proof can meet',
      'config.registry.heartbeat',
      1_799,
      'config.registry.heartbeat',
      /at least batchInterval/,
    ],
    [
      'a venue that dies before it is late',
      'config.registry.deadAfter',
      3_600,
      'config.registry.deadAfter',
      /above heartbeat/,
    ],
    [
      'parameters changed before depositors can leave',
      'config.parameterDelay',
      691_200,
      'config.parameterDelay',
      /depositor/,
    ],
    [
      'signers changed before depositors can leave',
      'config.quorumDelay',
      691_200,
      'config.quorumDelay',
      /depositor/,
    ],
    [
      'loosening faster than tightening',
      'config.parameterTighteningDelay',
      864_001,
      'config.parameterDelay',
      /loosens/,
    ],
    [
      'a breaker of 100 %',
      'config.breaker.anchorBps',
      10_000,
      'config.breaker.anchorBps',
      /every fall/,
    ],
    [
      'an anchor tighter than a step',
      'config.breaker.anchorBps',
      4_999,
      'config.breaker.anchorBps',
      /indexBps/,
    ],
    [
      'a superseded tick that outlives its minute',
      'config.supersededFor',
      60,
      'config.supersededFor',
      /below 60/,
    ],
    [
      'a snapshot too old at its end',
      'config.maxSnapshotAge',
      119,
      'config.maxSnapshotAge',
      /at least 120/,
    ],
    [
      'a clock that stops within a minute',
      'config.maxClockGap',
      59,
      'config.maxClockGap',
      /at least 60/,
    ],
    [
      'downtime before a snapshot is old',
      'config.downtimeAfter',
      159,
      'config.downtimeAfter',
      /maxSnapshotAge/,
    ],
    [
      'a halt resumed by what was there before',
      'config.resumeDelay',
      159,
      'config.resumeDelay',
      /maxSnapshotAge/,
    ],
    [
      'a halt that ends before it can',
      'config.maxHaltSeconds',
      600,
      'config.maxHaltSeconds',
      /above resumeDelay/,
    ],
    ['a field that is none', 'config.engine.speed', 1, 'config.engine.speed', /unknown field/],
  ] as const)('does not have %s', (_, path, value, field, rule) => {
    const error = refusal(path, value);
    expect(error.field).toBe(field);
    expect(error.rule).toMatch(rule);
  });

  it('is read back with what a venue may have and need not', () => {
    const plan = planWithParts();
    const read = parsePlan(formatPlan(plan));
    expect(read).toEqual(plan);
    requireSoundPlan(read);
    requireMovableBy(read, loadDefaultParameters().parameters);
  });

  const [first, second, third] = planWithParts().medianSources!;
  it.each([
    ['medians of two sources', 'medianSources', [first, second], 'medianSources', /at least 3/],
    [
      'a source twice',
      'medianSources',
      [first, second, { ...first!, name: 'again' }],
      'medianSources[2].key',
      /must be another than that of sources\[0\]/,
    ],
    [
      'a source whose key is no point of the curve',
      'medianSources',
      [first, second, { ...third!, key: [1n, 2n] }],
      'medianSources[2].key',
      /prime-order/,
    ],
    [
      'a source that may be older than the feed takes it',
      'medianSources',
      [first, second, { ...third!, maxAges: { ...third!.maxAges, index: 61n } }],
      'medianSources[2].maxAges.index',
      /must be 1 … 60/,
    ],
    [
      'medians that nobody can verify',
      'verifiers.oracle-median',
      {},
      'verifiers.oracle-median.any',
      /is required/,
    ],
    [
      'margin steps that nobody can verify',
      'verifiers.margin-step',
      {},
      'verifiers.margin-step.any',
      /is required/,
    ],
    [
      'a margin state that must be kept alive faster than it may step',
      'movingMargin.keepAliveSeconds',
      599,
      'movingMargin.keepAliveSeconds',
      /at least minStepSeconds, 600/,
    ],
    [
      'sessions whose batches nobody can verify, whatever accounts hold',
      'verifiers.solvency-batch',
      { 16: 'new' },
      'verifiers.solvency-batch.4',
      /is required/,
    ],
    [
      'sessions that nobody can close',
      'verifiers.solvency-close',
      {},
      'verifiers.solvency-close.any',
      /is required/,
    ],
    [
      'sessions whose instruments nobody can verify',
      'verifiers.risk-arrays',
      {},
      'verifiers.risk-arrays',
      /must have one/,
    ],
    [
      'sessions that say nothing once they are closed',
      'solvency.maxAge',
      3_600,
      'solvency.maxAge',
      /above pinSeconds, 3600/,
    ],
    ['a fund that need hold nothing', 'solvency.minCoverageBps', 0, 'solvency.minCoverageBps', /1/],
    ['coins of two assets only', 'coins', [], 'coins', /3/],
    ['one token for two coins', 'coins', TWICE, 'coins[1].token', /must differ/],
    ['a rule that is none', 'movingMargin.rule', {}, 'movingMargin.rule.format', /is required/],
  ] as const)('does not have %s', (_, path, value, field, rule) => {
    const error = refusal(path, value, planWithSessions());
    expect(error.field).toContain(field);
    expect(error.rule).toMatch(rule);
  });

  const INTERVALS = [
    ...Object.keys(DEFAULT_VENUE_CONFIG.heartbeats).map((name) => `heartbeats.${name}`),
    ...Object.keys(DEFAULT_VENUE_CONFIG.registry).map((name) => `registry.${name}`),
    ...['supersededFor', 'maxClockGap', 'graceSeconds', 'quorumDelay', 'tighteningDelay'],
    ...['parameterDelay', 'parameterTighteningDelay', 'vault.exitWindow', 'fund.cooldown'],
    ...['engine.horizonSeconds', 'engine.auctionSeconds', 'engine.rampSeconds'],
    ...[
      'fund.batchSeconds',
      'fund.calmSeconds',
      'fund.maxWait',
      'fund.windowSeconds',
      'guarantee.termSeconds',
      'guarantee.windowSeconds',
      'breaker.confirmations',
    ],
  ];
  it.each(INTERVALS)('does not have %s of nothing', (name) => {
    const error = refusal(`config.${name}`, 0);
    expect(error.field).toBe(`config.${name}`);
    expect(error.rule).toBe('must be at least 1');
  });
});
