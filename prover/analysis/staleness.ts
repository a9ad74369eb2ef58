// SPDX-License-Identifier: GPL-3.0-or-later
import type { MarketSnapshot } from '../model/types.ts';

/** Seconds that each component of a snapshot may be old, as a parameter set says it. */
export interface Heartbeats {
  readonly index: number;
  readonly perpetualMark: number;
  readonly forwardRatio: number;
  readonly surface: number;
  readonly collateralRate: number;
}

/** A component that is older, at the snapshot's own time, than its heartbeat allows. */
export interface StaleComponent {
  readonly component: keyof typeof COMPONENT_TIMES;
  /** `StaleComponent`'s argument in contracts/interfaces: what the feed would answer. */
  readonly time: bigint;
  readonly ageSeconds: bigint;
  readonly allowedSeconds: bigint;
}

const COMPONENT_TIMES = {
  index: ['indexTime', 'index'],
  perpetual: ['perpetualTime', 'perpetualMark'],
  forward: ['forwardTime', 'forwardRatio'],
  surface: ['surfaceTime', 'surface'],
  collateral: ['collateralTime', 'collateralRate'],
} as const;

/**
 * What the feed would refuse in a snapshot submitted at its own time, the earliest moment at which
 * it can be: with every second that passes before that there can only be more.
 */
export function staleComponents(
  snapshot: MarketSnapshot,
  heartbeats: Heartbeats,
): readonly StaleComponent[] {
  return (Object.keys(COMPONENT_TIMES) as (keyof typeof COMPONENT_TIMES)[]).flatMap((component) => {
    const [field, heartbeat] = COMPONENT_TIMES[component];
    const ageSeconds = snapshot.time - snapshot[field];
    const allowedSeconds = BigInt(heartbeats[heartbeat]);
    return ageSeconds <= allowedSeconds
      ? []
      : [{ component, time: snapshot[field], ageSeconds, allowedSeconds }];
  });
}
