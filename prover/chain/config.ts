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
  readonly breakerBps: number;
  readonly maxProofLag: number;
  readonly minTickInterval: number;
  readonly quorumDelay: number;
  readonly parameterDelay: number;
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
  breakerBps: 5_000,
  maxProofLag: 600,
  minTickInterval: 30,
  quorumDelay: 2 * DAY,
  parameterDelay: 2 * DAY,
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
