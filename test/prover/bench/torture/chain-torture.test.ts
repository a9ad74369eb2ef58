// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a node, a service and its workers in processes of their own that are killed, and proofs.
import { describe, expect, test } from 'vitest';

import { chainTorture } from '../../../../prover/bench/torture/chain-torture.ts';
import { findPostgres } from '../../../../prover/bench/torture/postgres-cluster.ts';

const MINUTES = 60_000;
const missing = findPostgres() === undefined ? ' (SKIPPED: PostgreSQL is not installed)' : '';

describe('a service on its chain, that is killed with all around it while blocks are taken back', () => {
  test(
    'opens everybody who is due once, loses nothing and sends nothing twice',
    async () => {
      const report = await chainTorture({
        kills: 8,
        seed: 8,
        database: 'pglite',
        progress: () => undefined,
        judged: () => undefined,
      });
      expect(report).toMatchObject({ lost: 0, doubled: 0 });
      expect(report.kills).toMatchObject({ node: 1, reorganisation: 1 });
      expect(report.kills.starting).toBeGreaterThanOrEqual(3);
      expect(report.openings).toBeGreaterThan(3);
    },
    6 * MINUTES,
  );

  test.skipIf(missing !== '')(
    `nor with PostgreSQL and workers, which are killed too${missing}`,
    async () => {
      const report = await chainTorture({
        kills: 8,
        seed: 7,
        database: 'postgresql',
        progress: () => undefined,
        judged: () => undefined,
      });
      expect(report).toMatchObject({ lost: 0, doubled: 0 });
      const { owner, starting, ...others } = report.kills;
      expect(others).toEqual({ worker: 1, postgresql: 1, node: 1, reorganisation: 1 });
      // One that was to be killed while it was down is killed on its way up.
      expect(owner + starting).toBe(4);
      expect(report.openings).toBeGreaterThan(3);
    },
    6 * MINUTES,
  );
});
