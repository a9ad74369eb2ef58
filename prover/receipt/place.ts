// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { FEED_VIEWS, tickAt, type Roots, type TickRecord } from './chain-check.ts';
import type { Place } from './document.ts';
import { view, type JsonRpc } from './json-rpc.ts';

/** Ticks looked at, from the latest back: a day of them at one in five minutes. */
const TICKS_SEARCHED = 288n;

export type { Roots };

export interface VenueAt {
  readonly chainId: bigint;
  readonly marketFeed: string;
  readonly healthGate: string;
}

const ROOT_NAMES = ['ledgerRoot', 'snapshotHash', 'parameterHash'] as const;

const sameRoots = (tick: TickRecord, roots: Partial<Roots>): boolean =>
  ROOT_NAMES.every((name) => roots[name] === undefined || tick[name] === roots[name]);

/**
 * The latest margin tick that binds those of these roots that are given; without any, the latest. Throws
 * `FEED_MISSING` where no feed stands at the address, `NO_TICK` where there is no such tick.
 */
export async function findPlace(
  rpc: JsonRpc,
  venue: VenueAt,
  roots?: Partial<Roots>,
): Promise<Place> {
  const { chainId, marketFeed, healthGate } = venue;
  const latest = await view(rpc, marketFeed, FEED_VIEWS, 'latestTick');
  const ledgerRegistry = await view(rpc, marketFeed, FEED_VIEWS, 'ledgerRegistry');
  if (typeof latest !== 'bigint' || typeof ledgerRegistry !== 'string') {
    throw new PlimsollError('FEED_MISSING', `no market feed stands at ${marketFeed}`);
  }
  const last = latest > TICKS_SEARCHED ? latest - TICKS_SEARCHED : 0n;
  for (let tick = latest; tick > last; tick--) {
    const record = await tickAt(rpc, marketFeed, tick);
    if (record === undefined || (roots !== undefined && !sameRoots(record, roots))) continue;
    const tickTime = Number(record.time);
    return { chainId, marketFeed, ledgerRegistry, healthGate, tick, tickTime };
  }
  throw new PlimsollError(
    'NO_TICK',
    latest === 0n
      ? 'the feed has opened no margin tick yet'
      : `none of the last ${latest - last} margin ticks binds this ledger, snapshot and parameter set`,
  );
}
