// SPDX-License-Identifier: GPL-3.0-or-later
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

import { ACCOUNT_STATES } from '../margin/account-state.ts';
import type { Service } from '../service.ts';

/**
 * What docs/service.md has alert rules for, read when it is asked for.
 *
 * @param chainFault what keeps the service from following its chain, where it has one
 */
export function serviceMetrics(
  service: Service,
  chainFault?: (() => string | undefined) | undefined,
): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, value: () => number | undefined): void => {
    const made: Gauge = new Gauge({
      name: `plimsoll_${name}`,
      help,
      registers: [registry],
      collect: () => {
        const now = value();
        if (now === undefined) made.reset();
        else made.set(now);
      },
    });
  };
  gauge('tick_age_seconds', 'Age of the newest snapshot by its own time.', () =>
    service.tick === undefined ? undefined : Date.now() / 1000 - Number(service.tick.snapshotTime),
  );
  gauge('chain_followed', '1 while the chain is followed, 0 while something keeps it.', () =>
    chainFault === undefined ? undefined : chainFault() === undefined ? 1 : 0,
  );
  gauge('publish_ms', 'From a tick or an update to all margins.', () => service.tick?.publishMs);
  gauge('ledger_sequence', 'Number of the ledger held.', () => service.ledger.state.sequence);
  gauge(
    'alerts_delivered',
    'Webhook deliveries answered, since the start.',
    () => service.alerts.counts.delivered,
  );
  gauge(
    'alert_attempts_failed',
    'Webhook deliveries that failed, since the start.',
    () => service.alerts.counts.failedAttempts,
  );
  gauge('alerts_dead', 'Alerts given up, since the start.', () => service.alerts.counts.dead);
  gauge(
    'proofs_made',
    'Proofs made and stored, since the start.',
    () => service.proving?.counts.made,
  );
  gauge(
    'proof_work_ms',
    'What witness and proof of those made here took together, since the start.',
    () => service.proving?.counts.workMs,
  );
  gauge(
    'proofs_by_workers',
    'Proofs of workers that were taken, since the start.',
    () => service.fleet?.counts.byWorkers,
  );
  gauge(
    'worker_proofs_refused',
    'Proofs of workers that were refused, since the start: the log has the worker’s name.',
    () => service.fleet?.counts.refused,
  );
  gauge(
    'proofs_dropped',
    'Jobs that a newer tick made pointless, since the start.',
    () => service.proving?.counts.dropped,
  );
  const states: Gauge<'state'> = new Gauge({
    name: 'plimsoll_accounts',
    help: 'Accounts by state.',
    labelNames: ['state'],
    registers: [registry],
    collect: () => {
      const totals = service.book.totals();
      for (const state of ACCOUNT_STATES) states.set({ state }, totals.states[state] ?? 0);
    },
  });
  return registry;
}
