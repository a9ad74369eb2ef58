// SPDX-License-Identifier: GPL-3.0-or-later

import type { PROFILES, StatementName } from '../statements/generated/public-signals.ts';

/** A profile of some statement: the number of positions it holds, as on chain. */
export type Profile = (typeof PROFILES)[StatementName][number];

export interface VenueConfig {
  readonly heartbeats: {
    readonly index: number;
    readonly perpetual: number;
    readonly forward: number;
    readonly surface: number;
    readonly collateral: number;
  };
  readonly breaker: {
    readonly indexBps: number;
    readonly anchorBps: number;
    readonly anchorBpsPerHour: number;
    readonly perpetualBps: number;
    readonly rateBps: number;
    readonly rateBpsPerDay: number;
    readonly confirmations: number;
  };
  readonly maxSnapshotAge: number;
  readonly supersededFor: number;
  readonly jumpBps: number;
  readonly maxClockGap: number;
  readonly downtimeAfter: number;
  readonly graceSeconds: number;
  readonly resumeDelay: number;
  readonly maxHaltSeconds: number;
  readonly quorumDelay: number;
  readonly tighteningDelay: number;
  readonly parameterDelay: number;
  readonly parameterTighteningDelay: number;
  readonly parameterStepBps: number;
  readonly registry: {
    readonly deadline: number;
    readonly heartbeat: number;
    readonly batchInterval: number;
    readonly provingTime: number;
    readonly l1Slack: number;
    readonly forcedRound: number;
    readonly deadAfter: number;
    readonly maxMessages: number;
    readonly maxPositions: number;
  };
  readonly vault: {
    readonly minDepositE6: bigint;
    readonly exitWindow: number;
  };
  readonly engine: {
    readonly horizonSeconds: number;
    readonly auctionSeconds: number;
    readonly rampSeconds: number;
    readonly rewardBps: number;
    readonly penaltyBps: number;
    readonly incentiveBps: number;
    readonly rewardCapE6: bigint;
    readonly cureFeeE6: bigint;
    readonly prepaidWei: bigint;
  };
  readonly fund: {
    readonly batchSeconds: number;
    readonly cooldown: number;
    readonly calmSeconds: number;
    readonly maxWait: number;
    readonly windowSeconds: number;
    readonly coverPerWindowE6: bigint;
    readonly bufferTargetE6: bigint;
    readonly incomeBps: number;
  };
  readonly guarantee: {
    readonly floorBps: number;
    readonly termSeconds: number;
    readonly windowSeconds: number;
    readonly feeBps: number;
    readonly minFeeE6: bigint;
    readonly perOwnerE6: bigint;
    readonly totalE6: bigint;
  };
}

const MINUTE = 60;
const DAY = 86_400;

/** Judgements, with reasons, in docs/contracts.md. */
export const DEFAULT_VENUE_CONFIG: VenueConfig = {
  heartbeats: { index: 60, perpetual: 60, forward: 300, surface: 300, collateral: 3_600 },
  breaker: {
    indexBps: 5_000,
    anchorBps: 6_000,
    anchorBpsPerHour: 2_000,
    perpetualBps: 1_000,
    rateBps: 500,
    rateBpsPerDay: 100,
    confirmations: 2,
  },
  maxSnapshotAge: 160,
  supersededFor: 36,
  jumpBps: 100,
  maxClockGap: 120,
  downtimeAfter: 600,
  graceSeconds: 300,
  resumeDelay: 600,
  maxHaltSeconds: 3 * DAY,
  quorumDelay: 10 * DAY,
  tighteningDelay: DAY,
  parameterDelay: 10 * DAY,
  parameterTighteningDelay: 2 * DAY,
  parameterStepBps: 2_000,
  registry: {
    deadline: 30 * MINUTE,
    heartbeat: 30 * MINUTE,
    batchInterval: 5 * MINUTE,
    provingTime: 20 * MINUTE,
    l1Slack: 5 * MINUTE,
    forcedRound: 10 * MINUTE,
    deadAfter: 7 * DAY,
    maxMessages: 256,
    maxPositions: 16,
  },
  vault: { minDepositE6: 10_000_000n, exitWindow: 30 * DAY },
  engine: {
    horizonSeconds: 120 * MINUTE,
    auctionSeconds: 30 * MINUTE,
    rampSeconds: 30 * MINUTE,
    rewardBps: 100,
    penaltyBps: 200,
    incentiveBps: 50,
    rewardCapE6: 10_000_000_000n,
    cureFeeE6: 5_000_000n,
    prepaidWei: 5_000_000_000_000_000n,
  },
  fund: {
    batchSeconds: DAY,
    cooldown: 7 * DAY,
    calmSeconds: 60 * MINUTE,
    maxWait: 7 * DAY,
    windowSeconds: DAY,
    coverPerWindowE6: 250_000_000_000n,
    bufferTargetE6: 500_000_000_000n,
    incomeBps: 1_000,
  },
  guarantee: {
    floorBps: 9_000,
    termSeconds: 5 * MINUTE,
    windowSeconds: 7 * DAY,
    feeBps: 100,
    minFeeE6: 10_000_000n,
    perOwnerE6: 25_000_000_000n,
    totalE6: 100_000_000_000n,
  },
};

/** The ticks of the sample are hours apart: what lies between them is no downtime. */
export const SAMPLE_VENUE_CONFIG: VenueConfig = { ...DEFAULT_VENUE_CONFIG, downtimeAfter: DAY };
