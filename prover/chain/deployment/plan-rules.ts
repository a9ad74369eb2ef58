// SPDX-License-Identifier: GPL-3.0-or-later
import { requireRule } from '../../core/errors.ts';
import type { StatementName } from '../../statements/generated/public-signals.ts';
import type { VenueConfig } from '../config.ts';
import { SLOT_SECONDS } from '../market-snapshot.ts';
import { requireSoundParts } from './parts-rules.ts';
import type { VenuePlan } from './plan-document.ts';

const MAX_SIGNERS = 32;
const MIN_THRESHOLD = 2;
/** `TICK_SLACK` of the engine: a tick that is judgeable may be superseded, its proof in flight. */
const TICK_SLACK = 360;
const BPS = 10_000;
const SLOT = Number(SLOT_SECONDS);

function requireQuorum({ oracles: { signers, threshold } }: VenuePlan): void {
  const minimum = Math.max(MIN_THRESHOLD, Math.floor(signers.length / 2) + 1);
  const distinct = new Set(signers.map((signer) => signer.toLowerCase()));
  requireRule(
    signers.length <= MAX_SIGNERS,
    'oracles.signers',
    `must have at most ${MAX_SIGNERS} entries, has ${signers.length}`,
  );
  requireRule(distinct.size === signers.length, 'oracles.signers', 'must name nobody twice');
  requireRule(
    threshold >= minimum,
    'oracles.threshold',
    `must be at least ${minimum}: one signer is no quorum, and two quorums must share a signer`,
  );
  requireRule(
    threshold <= signers.length,
    'oracles.threshold',
    `must be at most the number of signers, ${signers.length}`,
  );
}

/** Verifiers of a statement must reach the largest account, or it could be neither liquidated nor cured. */
function requireSizes(plan: VenuePlan): void {
  const { maxPositions } = plan.config.registry;
  for (const statement of ['liquidation', 'account-margin'] as const) {
    const sizes = Object.keys(plan.verifiers[statement]).map(Number);
    requireRule(
      sizes.some((size) => size >= maxPositions),
      `verifiers.${statement}`,
      `must reach config.registry.maxPositions: ${maxPositions} positions, and it reaches ` +
        `${sizes.length === 0 ? 'none' : Math.max(...sizes)}`,
    );
  }
  requireRule(
    plan.verifiers.takeover['any'] !== undefined,
    'verifiers.takeover.any',
    'is required: without it nothing can be applied by force',
  );
}

/** One contract that stands for two sizes or two statements is a mistake of whoever wrote the plan. */
function requireOneEach(plan: VenuePlan): void {
  const seen = new Map<string, string>();
  for (const [statement, places] of Object.entries(plan.verifiers) as [
    StatementName,
    Readonly<Record<string, string>>,
  ][]) {
    for (const [profile, at] of Object.entries(places)) {
      if (!at.startsWith('0x')) continue;
      const field = `verifiers.${statement}.${profile}`;
      requireRule(!seen.has(at), field, `must be another contract than ${seen.get(at)}`);
      seen.set(at, field);
    }
  }
}

function requireFeed(config: VenueConfig): void {
  const { breaker } = config;
  const rule = (holds: boolean, field: string, text: string): void =>
    requireRule(holds, `config.${field}`, text);
  rule(
    breaker.anchorBps >= breaker.indexBps,
    'breaker.anchorBps',
    'must be at least breaker.indexBps',
  );
  for (const name of ['anchorBps', 'perpetualBps', 'rateBps'] as const) {
    rule(breaker[name] < BPS, `breaker.${name}`, 'must be below 10000: 100 % lets every fall pass');
  }
  rule(config.supersededFor < SLOT, 'supersededFor', `must be below ${SLOT}`);
  rule(config.maxSnapshotAge >= 2 * SLOT, 'maxSnapshotAge', `must be at least ${2 * SLOT}`);
  rule(config.maxClockGap >= SLOT, 'maxClockGap', `must be at least ${SLOT}`);
  rule(
    config.downtimeAfter >= config.maxSnapshotAge,
    'downtimeAfter',
    'must be at least maxSnapshotAge',
  );
  rule(
    config.resumeDelay >= config.maxSnapshotAge,
    'resumeDelay',
    'must be at least maxSnapshotAge',
  );
  rule(config.maxHaltSeconds > config.resumeDelay, 'maxHaltSeconds', 'must be above resumeDelay');
}

/** Who does not like a change must be able to leave before it comes. */
function requireDelays(config: VenueConfig): void {
  const leaving = config.fund.batchSeconds + config.fund.cooldown;
  for (const [long, short] of [
    ['quorumDelay', 'tighteningDelay'],
    ['parameterDelay', 'parameterTighteningDelay'],
  ] as const) {
    requireRule(
      config[long] >= config[short],
      `config.${long}`,
      `must be at least ${short}: what loosens waits no less than what tightens`,
    );
    requireRule(
      config[long] > leaving,
      `config.${long}`,
      `must be above ${leaving}, the fund's batch and cooldown: a depositor must be able to leave first`,
    );
  }
}

function requireFund({ fund, guarantee }: VenueConfig): void {
  const stem = 'config.fund';
  requireRule(
    fund.cooldown >= fund.batchSeconds && fund.cooldown <= 32 * fund.batchSeconds,
    `${stem}.cooldown`,
    `must be ${fund.batchSeconds} … ${32 * fund.batchSeconds}: from one to 32 batches wait at a time`,
  );
  requireRule(
    fund.maxWait > fund.calmSeconds && fund.maxWait <= 32 * fund.batchSeconds,
    `${stem}.maxWait`,
    `must be above calmSeconds, ${fund.calmSeconds}, and at most 32 batches`,
  );
  requireRule(
    guarantee.windowSeconds > guarantee.termSeconds,
    'config.guarantee.windowSeconds',
    `must be above termSeconds, ${guarantee.termSeconds}`,
  );
  requireRule(
    guarantee.perOwnerE6 <= guarantee.totalE6,
    'config.guarantee.perOwnerE6',
    `must be at most totalE6, ${guarantee.totalE6}`,
  );
}

function requireRegistry({ registry }: VenueConfig): void {
  const { deadline, heartbeat, batchInterval, provingTime, l1Slack, deadAfter } = registry;
  const turnaround = batchInterval + provingTime + l1Slack;
  const stem = 'config.registry';
  for (const [name, value] of [
    ['deadline', deadline],
    ['heartbeat', heartbeat],
  ] as const) {
    requireRule(
      value >= turnaround,
      `${stem}.${name}`,
      `must be at least batchInterval + provingTime + l1Slack, ${turnaround}: ` +
        'a root that was right when its proof was begun must not come too late',
    );
  }
  requireRule(
    deadAfter > heartbeat + deadline,
    `${stem}.deadAfter`,
    `must be above heartbeat + deadline, ${heartbeat + deadline}`,
  );
}

function requireEngine({ engine, registry }: VenueConfig): void {
  const { horizonSeconds, auctionSeconds, rampSeconds } = engine;
  requireRule(
    rampSeconds <= auctionSeconds,
    'config.engine.rampSeconds',
    `must be at most auctionSeconds, ${auctionSeconds}`,
  );
  const { deadline, forcedRound, provingTime, l1Slack } = registry;
  const worst = deadline + forcedRound + provingTime + l1Slack + auctionSeconds + TICK_SLACK;
  requireRule(
    horizonSeconds >= worst,
    'config.engine.horizonSeconds',
    `must be at least ${worst}: deadline ${deadline}, one forced round ` +
      `${forcedRound + provingTime + l1Slack}, auction ${auctionSeconds}, ticks ${TICK_SLACK}`,
  );
}

/**
 * What the numbers of a plan must be to each other; throws `InvalidInput` for the first that is not.
 * The constructors hold the same rules, but for the delays against the fund's, which only the whole
 * venue shows; a test holds the two together.
 */
export function requireSoundPlan(plan: VenuePlan): void {
  requireQuorum(plan);
  requireRule(
    plan.guardian.toLowerCase() !== plan.owner.toLowerCase(),
    'guardian',
    'must be somebody else than the owner',
  );
  requireSizes(plan);
  requireOneEach(plan);
  requireRegistry(plan.config);
  requireFeed(plan.config);
  requireDelays(plan.config);
  requireFund(plan.config);
  requireEngine(plan.config);
  requireSoundParts(
    plan,
    plan.config,
    (statement, profile) => plan.verifiers[statement][profile] !== undefined,
  );
}
