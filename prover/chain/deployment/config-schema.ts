// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { decimalBigint, integer } from '../../core/schema.ts';
import type { VenueConfig } from '../config.ts';

const BPS = 10_000;
/** What a length of time may be: the contracts keep 32 bits. An interval of nothing is refused. */
const seconds = integer(1, 2 ** 32 - 1);
const share = integer(1, BPS);
const shareOrNone = integer(0, BPS);
const amountE6 = decimalBigint(1n, 2n ** 64n - 1n);

/** Every number of a venue, as plans and venue documents write them. */
export const venueConfigSchema: z.ZodType<VenueConfig> = z.strictObject({
  heartbeats: z.strictObject({
    index: seconds,
    perpetual: seconds,
    forward: seconds,
    surface: seconds,
    collateral: seconds,
  }),
  breaker: z.strictObject({
    indexBps: share,
    anchorBps: share,
    anchorBpsPerHour: share,
    perpetualBps: share,
    rateBps: share,
    rateBpsPerDay: share,
    confirmations: integer(1, 255),
  }),
  maxSnapshotAge: seconds,
  supersededFor: seconds,
  jumpBps: share,
  maxClockGap: seconds,
  downtimeAfter: seconds,
  graceSeconds: seconds,
  resumeDelay: seconds,
  maxHaltSeconds: seconds,
  quorumDelay: seconds,
  tighteningDelay: seconds,
  parameterDelay: seconds,
  parameterTighteningDelay: seconds,
  parameterStepBps: share,
  registry: z.strictObject({
    deadline: seconds,
    heartbeat: seconds,
    batchInterval: seconds,
    provingTime: seconds,
    l1Slack: seconds,
    forcedRound: seconds,
    deadAfter: seconds,
    maxMessages: integer(1, 2 ** 16 - 1),
    maxPositions: integer(1, 64),
  }),
  vault: z.strictObject({ minDepositE6: amountE6, exitWindow: seconds }),
  engine: z.strictObject({
    horizonSeconds: seconds,
    auctionSeconds: seconds,
    rampSeconds: seconds,
    rewardBps: shareOrNone,
    penaltyBps: shareOrNone,
    incentiveBps: integer(0, BPS - 1),
    rewardCapE6: amountE6,
    cureFeeE6: decimalBigint(0n, 2n ** 64n - 1n),
    prepaidWei: decimalBigint(1n, 2n ** 128n - 1n),
  }),
  fund: z.strictObject({
    batchSeconds: seconds,
    cooldown: seconds,
    calmSeconds: seconds,
    maxWait: seconds,
    windowSeconds: seconds,
    coverPerWindowE6: amountE6,
    bufferTargetE6: amountE6,
    incomeBps: share,
  }),
  guarantee: z.strictObject({
    floorBps: integer(BPS / 2, BPS - 1),
    termSeconds: seconds,
    windowSeconds: seconds,
    feeBps: share,
    minFeeE6: amountE6,
    perOwnerE6: amountE6,
    totalE6: amountE6,
  }),
});
