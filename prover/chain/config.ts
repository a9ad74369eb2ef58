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
  readonly engine: {
    readonly rewardBps: number;
    readonly rewardCapE6: bigint;
    readonly windowSeconds: number;
    readonly openingsPerWindow: number;
  };
  readonly fund: {
    readonly cooldown: number;
    readonly redeemWindow: number;
    readonly rewardBps: number;
    readonly rewardCapE6: bigint;
  };
}

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
  engine: {
    rewardBps: 100,
    rewardCapE6: 10_000_000_000n,
    windowSeconds: 600,
    openingsPerWindow: 1_000,
  },
  fund: {
    cooldown: 7 * DAY,
    redeemWindow: 2 * DAY,
    rewardBps: 50,
    rewardCapE6: 5_000_000_000n,
  },
};

/** The ticks of the sample are hours apart: what lies between them is no downtime. */
export const SAMPLE_VENUE_CONFIG: VenueConfig = { ...DEFAULT_VENUE_CONFIG, downtimeAfter: DAY };
