// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: kills and starts processes for a minute.
import { describe, expect, test } from 'vitest';

import { findPostgres } from '../../../../prover/bench/torture/postgres-cluster.ts';
import { torture } from '../../../../prover/bench/torture/torture.ts';

const MINUTES = 60_000;
const missing = findPostgres() === undefined ? ' (SKIPPED: PostgreSQL is not installed)' : '';

describe('a service that is killed at random moments', () => {
  test(
    'loses nothing that it acknowledged, and makes nothing twice',
    async () => {
      const report = await torture({
        kills: 6,
        seed: 1,
        database: 'pglite',
        progress: () => undefined,
        judged: () => undefined,
      });
      expect(report).toMatchObject({ lost: 0, doubled: 0 });
      const { owner, starting, power } = report.kills;
      expect(owner + starting + power).toBe(6);
      expect(Math.min(owner, starting)).toBeGreaterThan(0);
      // A run in which nothing happens would prove nothing.
      expect(report.transitions).toBeGreaterThan(25);
      expect(report.updates).toBeGreaterThan(1);
    },
    6 * MINUTES,
  );

  test.skipIf(missing !== '')(
    `nor with PostgreSQL, which is killed too${missing}`,
    async () => {
      const report = await torture({
        kills: 4,
        seed: 4,
        database: 'postgresql',
        progress: () => undefined,
        judged: () => undefined,
      });
      expect(report).toMatchObject({ lost: 0, doubled: 0 });
      expect(report.kills.postgresql).toBeGreaterThan(0);
      expect(report.transitions).toBeGreaterThan(10);
    },
    6 * MINUTES,
  );
});
