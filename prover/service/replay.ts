// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Logger } from 'pino';

import { eventsNamed, readEvents, type ChainEvent } from '../chain/events.ts';
import { connectVenue } from '../chain/venue.ts';
import { PlimsollError } from '../core/errors.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import { fastestHasher } from '../proving/backends/native-hasher.ts';
import { ChainLink } from './chain/chain-link.ts';
import type { BlockHeader, BlockSource } from './chain/follower.ts';
import { nodeAt } from './chain/node-at.ts';
import type { ChainConfig } from './config/chain-settings.ts';
import type { ServiceConfig } from './config/config.ts';
import { Service } from './service.ts';
import { openStore } from './store/store.ts';
import { ShadowDesk } from './submitter/shadow-desk.ts';

const DAY_SECONDS = 86_400n;

/** A day of a venue as this service would have gone through it. */
export interface ReplayReport {
  readonly day: string;
  readonly ticks: number;
  /** Accounts that it would have opened; those that others opened too; those that they opened alone. */
  readonly decided: number;
  readonly agreed: number;
  readonly onlyTheirs: number;
}

/** What has been, as a node told it once: blocks by their height, up to one that moves on. */
function recorded(events: readonly ChainEvent[], height: () => number): BlockSource {
  const byHeight = Map.groupBy(events, ({ blockNumber }) => blockNumber);
  const header = (number: number): BlockHeader => ({
    number,
    hash: `${number}`,
    parentHash: `${number - 1}`,
    time: 0n,
  });
  const between = (from: number, to: number): readonly ChainEvent[] =>
    events.filter(({ blockNumber }) => blockNumber >= from && blockNumber <= to);
  return {
    head: async () => header(height()),
    block: async (number) => (number <= height() ? header(number) : undefined),
    eventsOf: async (hash) => byHeight.get(Number(hash)) ?? [],
    eventsBetween: async (from, to) => between(from, to),
  };
}

/**
 * Takes a service through the ticks of a day (UTC, by the snapshots' time) from published data alone, as
 * it decides now, and compares with what was opened on chain. Nothing is sent, and nothing of it is kept.
 */
export async function replayDay(
  config: ServiceConfig & { readonly chain: ChainConfig },
  day: string,
  parameters: readonly ParameterSet[],
  logger: Logger,
): Promise<ReplayReport> {
  const from = BigInt(Date.parse(`${day}T00:00:00Z`)) / 1000n;
  const { venue, rpc } = config.chain;
  const provider = nodeAt(rpc[0]!, venue.chainId);
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-replay-'));
  const ends: (() => unknown)[] = [
    () => provider.destroy(),
    () => rmSync(folder, { recursive: true, force: true }),
  ];
  try {
    const events = await readEvents(
      connectVenue(venue.contracts, provider),
      provider,
      venue.deploymentBlock,
    );
    const all = eventsNamed(events, 'TickOpened');
    const ticks = all.filter(({ values: { time } }) => time >= from && time < from + DAY_SECONDS);
    const last = ticks.at(-1);
    if (last === undefined) {
      throw new PlimsollError('NO_TICK', `the venue has no tick of ${day}`);
    }
    const none = (): void => undefined;
    const options = { folder, databaseUrl: undefined, standby: none, lost: none, fault: none };
    const store = await openStore(options);
    const service = await Service.start(
      store,
      { ...config, webhooks: [], workers: undefined },
      parameters,
      fastestHasher(),
    );
    ends.unshift(() => service.stop());
    let [height, clock] = [venue.deploymentBlock, 0n];
    const past = { source: recorded(events, () => height), clock: async () => clock };
    const link = await ChainLink.open(config.chain, service, past);
    ends.unshift(() => link.stop());
    const shadow = new ShadowDesk((what, about) => logger.info(about, what));
    for (const tick of ticks) {
      const next = all[all.indexOf(tick) + 1];
      clock = tick.values.time;
      // The tick, and then all that happened until the next one.
      for (const until of [tick.blockNumber, (next?.blockNumber ?? Infinity) - 1]) {
        height = Math.min(until, events.at(-1)!.blockNumber);
        await link.poll();
        const short = service.shortAtTick();
        shadow.look({ number: tick.values.number, short }, link.view.liquidations());
      }
    }
    return { day, ticks: ticks.length, ...shadow.counts };
  } finally {
    for (const end of ends) await end();
  }
}
