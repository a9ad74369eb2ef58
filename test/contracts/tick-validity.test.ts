// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { SAMPLE_VENUE_CONFIG, type VenueConfig } from '../../prover/chain/config.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import {
  as,
  deployVenue,
  guardianOf,
  minuteFrom,
  postRoot,
  postSnapshot,
  snapshotAt,
  startChain,
  type TestChain,
} from '../support/chain.ts';

const CONFIG: VenueConfig = { ...SAMPLE_VENUE_CONFIG, downtimeAfter: 600 };
const MINUTE = 60n;
/** As `IMarketFeed.Purpose` counts them, and as the table heads its columns. */
const PURPOSES = ['open', 'bid', 'cure', 'withdraw', 'claim of the fund'] as const;

/** The table of docs/oracle.md: by condition, what a tick serves. */
function documentedTable(): ReadonlyMap<string, readonly boolean[]> {
  const lines = readFileSync(join(REPOSITORY_ROOT, 'docs/oracle.md'), 'utf8').split('\n');
  const head = lines.findIndex((line) => line.startsWith('| condition |'));
  const cellsOf = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  expect(cellsOf(lines[head]!).slice(1)).toEqual(PURPOSES);
  const rows = lines.slice(head + 2, lines.indexOf('', head));
  return new Map(
    rows.map((line) => {
      const [condition = '', ...cells] = cellsOf(line);
      expect(cells.every((cell) => cell === 'yes' || cell === '–')).toBe(true);
      return [condition, cells.map((cell) => cell === 'yes')];
    }),
  );
}

describe('what a tick serves, as docs/oracle.md says', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let start: bigint;
  let deployed: unknown;
  const table = documentedTable();

  beforeAll(async () => {
    chain = await startChain();
    venue = await deployVenue(chain, { config: CONFIG });
    start = minuteFrom((await chain.now()) + 1_000n);
    await postRoot(chain, venue, 11n, 200n, start - 100n);
    deployed = await chain.save();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    deployed = await chain.restore(deployed);
  });

  const post = (time: bigint, scale = 1n): Promise<unknown> => {
    const [btc, eth] = snapshotAt(0n).indexPricesE4;
    const prices: [bigint, bigint] = [btc / scale, eth];
    return postSnapshot(
      chain,
      venue,
      snapshotAt(time, { indexPricesE4: prices, perpetualMarksE4: prices }),
    );
  };
  const mineAt = async (time: bigint): Promise<void> => {
    await chain.setNextTime(time);
    await chain.rpc('evm_mine', []);
  };
  const moved = async (): Promise<void> => {
    const [btc, eth] = snapshotAt(0n).indexPricesE4;
    await postSnapshot(
      chain,
      venue,
      snapshotAt(start + MINUTE, { indexPricesE4: [btc, (eth * 102n) / 100n] }),
    );
  };

  /** Brings each condition about, and says which tick is asked for. */
  const conditions: Readonly<Record<string, () => Promise<bigint>>> = {
    'current, its snapshot at most 160 s old': async () => {
      await post(start);
      await mineAt(start + 160n);
      return 1n;
    },
    'superseded at most 36 s ago, snapshot at most 160 s old': async () => {
      await post(start);
      await post(start + MINUTE);
      await mineAt(start + MINUTE + 36n);
      return 1n;
    },
    'the same, and an index or perpetual moved by more than 1 % meanwhile': async () => {
      await post(start);
      await moved();
      return 1n;
    },
    'current, and the oracle is silent (snapshot older than 160 s)': async () => {
      await post(start);
      await mineAt(start + 161n);
      return 1n;
    },
    'current, and a breach of the breaker awaits its confirmation': async () => {
      await post(start);
      await post(start + MINUTE, 3n);
      return 1n;
    },
    'current, and the market is halted': async () => {
      await post(start);
      await send(as(venue.marketFeed, guardianOf(chain)), 'halt', []);
      return 1n;
    },
    'within 300 s after a halt or after 600 s without a tick': async () => {
      await post(start);
      await post(start + 11n * MINUTE);
      return 2n;
    },
  };

  it('has a row for every condition, and a condition for every row', () => {
    expect([...table.keys()]).toEqual(Object.keys(conditions));
  });

  it.each(Object.entries(conditions))('%s', async (condition, bringAbout) => {
    const tick = await bringAbout();
    const served: boolean[] = [];
    for (const purpose of PURPOSES.keys()) {
      served.push(
        await read(venue.marketFeed, 'admissibleTick', [tick, purpose], z.unknown()).then(
          () => true,
          () => false,
        ),
      );
    }
    expect(served).toEqual(table.get(condition));
  });
});
