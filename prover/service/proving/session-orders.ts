// SPDX-License-Identifier: GPL-3.0-or-later
import { PgBoss } from 'pg-boss';

import type { StatementInstance } from '../../statements/instance.ts';
import type { PassStatement } from '../../venue/session/pass.ts';
import { LOOK_SECONDS, QUEUE_SCHEMA } from '../store/store.ts';
import { FleetProver } from './fleet-prover.ts';

/** Behind openings, which a venue waits for. */
const PRIORITY = -1;

export interface SessionOrders {
  /** The text of the proof file, checked here. */
  prove(instance: StatementInstance<PassStatement>): Promise<string>;
  close(): Promise<void>;
}

export interface SessionOrdersOptions {
  /** Of the service, which has run once and made its queues. */
  readonly databaseUrl: string;
  /** Makes here what no worker brings to an end: the text of a proof file, verified. */
  readonly prove: (instance: StatementInstance) => Promise<string>;
  /** Told what a worker did that is refused, and what the queue reports. */
  readonly told: (what: string) => void;
}

/**
 * The proofs of a session by the workers of a service, from its queue. The service need not run: dead workers are
 * looked after from here too.
 */
export async function orderProofs({
  databaseUrl,
  prove,
  told,
}: SessionOrdersOptions): Promise<SessionOrders> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: QUEUE_SCHEMA,
    migrate: false,
    schedule: false,
    superviseIntervalSeconds: LOOK_SECONDS,
    monitorIntervalSeconds: LOOK_SECONDS,
  });
  boss.on('error', (error) => told(error.message));
  await boss.start();
  const own = {
    prove: async (instance: StatementInstance) => ({ file: await prove(instance) }),
    close: () => undefined,
  };
  const warn = (about: object, what: string): void => told(`${what}: ${JSON.stringify(about)}`);
  const fleet = await FleetProver.start(boss, own, { warn }, PRIORITY);
  return {
    prove: async (instance) => (await fleet.prove(instance, undefined)).file,
    close: async () => {
      fleet.close();
      await boss.stop({ graceful: false });
    },
  };
}
