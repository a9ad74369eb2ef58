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

/** A component of a snapshot beside its heartbeat. */
export interface ComponentAge {
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

/** The components of a snapshot that have a time of their own. */
export const COMPONENTS = Object.keys(COMPONENT_TIMES) as readonly (keyof typeof COMPONENT_TIMES)[];

/** Seconds, at the snapshot's own time. */
export const componentAge = (
  snapshot: MarketSnapshot,
  component: (typeof COMPONENTS)[number],
): bigint => snapshot.time - snapshot[COMPONENT_TIMES[component][0]];

/** At the snapshot's own time. */
export function componentAges(
  snapshot: MarketSnapshot,
  heartbeats: Heartbeats,
): readonly ComponentAge[] {
  return COMPONENTS.map((component) => {
    const [field, heartbeat] = COMPONENT_TIMES[component];
    return {
      component,
      time: snapshot[field],
      ageSeconds: componentAge(snapshot, component),
      allowedSeconds: BigInt(heartbeats[heartbeat]),
    };
  });
}

export const isStale = ({ ageSeconds, allowedSeconds }: ComponentAge): boolean =>
  ageSeconds > allowedSeconds;

/** A component that is older, at the snapshot's own time, than its heartbeat allows. */
export type StaleComponent = ComponentAge;

/**
 * What the feed would refuse in a snapshot submitted at its own time, the earliest moment at which
 * it can be: with every second that passes before that there can only be more.
 */
export function staleComponents(
  snapshot: MarketSnapshot,
  heartbeats: Heartbeats,
): readonly StaleComponent[] {
  return componentAges(snapshot, heartbeats).filter(isStale);
}
