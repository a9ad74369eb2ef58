// SPDX-License-Identifier: GPL-3.0-or-later
import { reportVenue } from '../../chain/context.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import { LEAST_SOURCES } from '../../model/price-sources.ts';
import type { StatementSignals } from '../../statements/generated/public-signals.ts';
import { snapshotSignals } from '../../statements/oracle-median.ts';
import type { ChainEvidence } from '../evidence.ts';
import { demand, given } from '../verdict.ts';
import { eventsBefore, type AuditedEvent } from './history.ts';

type MedianSignals = StatementSignals['oracle-median'];

/** The gate's set and who of it was suspended, before an event. */
function sourcesAt(
  events: readonly AuditedEvent[],
  at: AuditedEvent,
): { readonly hash: bigint; readonly count: number; readonly suspended: bigint } {
  const before = eventsBefore(events, at);
  const start = before.findLastIndex(({ name }) => name === 'SourcesInstalled');
  const installed = given(before[start], 'no set of sources was installed').args;
  let suspended = 0n;
  for (const { name, args } of before.slice(start)) {
    const bit = (): bigint => 1n << BigInt(args['source'] as bigint);
    if (name === 'SourceSuspended') suspended |= bit();
    if (name === 'SourceReinstated') suspended &= ~bit();
  }
  return {
    hash: installed['sourcesHash'] as bigint,
    count: Number(installed['count']),
    suspended,
  };
}

const heardOf = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length;

/** Every source that is not suspended; any three of them where no tick was opened for so long. */
function requireHeard(
  { config }: ChainEvidence['venue'],
  stated: MedianSignals,
  sources: { readonly count: number; readonly suspended: bigint },
  lastTime: bigint | undefined,
): void {
  const all = (1n << BigInt(sources.count)) - 1n;
  const required = all & ~sources.suspended;
  demand(
    (stated.included & ~required) === 0n,
    'it hears a source that is suspended, or none of the set',
  );
  if (stated.included === required) return;
  demand(heardOf(stated.included) >= LEAST_SOURCES, 'it hears fewer than three sources');
  // Of the minute before: the block of the tick is within one of the snapshot's.
  const silence = lastTime === undefined ? 0n : stated.time + 60n - lastTime;
  demand(
    silence > BigInt(config.downtimeAfter),
    'it leaves out a source that is not suspended, and the feed was not silent',
  );
}

/** What the signals of a proof of medians must be, of the snapshot that came with it. */
export function medianSignals(
  { venue }: ChainEvidence,
  events: readonly AuditedEvent[],
  event: AuditedEvent,
  snapshot: MarketSnapshot,
  stated: MedianSignals,
): MedianSignals {
  const gate = given(venue.contracts.medianGate, 'the venue has no median gate');
  const sources = sourcesAt(events, event);
  const last = eventsBefore(events, event).findLast(({ name }) => name === 'SnapshotAccepted');
  requireHeard(venue, stated, sources, last?.args['time'] as bigint | undefined);
  return {
    ...snapshotSignals(snapshot),
    sourcesHash: sources.hash,
    included: stated.included,
    venue: reportVenue(venue.chainId, gate),
  };
}
