// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { read } from './refusal.ts';
import type { Venue } from './venue.ts';

/** What a cure must be proven at, as `IMarketFeed.cureTick` has it. */
export interface CureTick {
  readonly number: bigint;
  readonly ledgerRoot: bigint;
  readonly snapshotHash: bigint;
  readonly parameterHash: bigint;
  /** When the tick of that number was opened, unix seconds; its ledger may be newer in a halt. */
  readonly time: bigint;
  readonly ledgerSequence: bigint;
  readonly accountCount: bigint;
}

const uint = z.bigint().nonnegative();
const schema = z
  .tuple([uint, z.tuple([uint, uint, uint, uint, uint, uint])])
  .transform(([number, tick]): CureTick => {
    const [ledgerRoot, snapshotHash, parameterHash, time, ledgerSequence, accountCount] = tick;
    return {
      number,
      ledgerRoot,
      snapshotHash,
      parameterHash,
      time,
      ledgerSequence,
      accountCount,
    };
  });

/** The current tick; while the market is halted, its last snapshot with the newest ledger root. */
export function readCureTick(venue: Venue): Promise<CureTick> {
  return read(venue.marketFeed, 'cureTick', [], schema);
}
