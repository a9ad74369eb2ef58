// SPDX-License-Identifier: GPL-3.0-or-later
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

import { COMPONENTS, componentAge } from '../../analysis/staleness.ts';
import type { FundStatus } from '../../keeper/venue-status.ts';
import { ACCOUNT_STATES } from '../margin/account-state.ts';
import type { AdmissionDesk } from '../admission/admission-desk.ts';
import type { Service } from '../service.ts';
import type { DynamicRule, DynamicState } from '../../model/dynamic.ts';
import type { ChainView, Liquidation } from '../chain/chain-view.ts';
import type { OpeningDesk } from '../submitter/opening-desk.ts';

/** A rule, and where it stands. */
export interface MovingMargin {
  readonly rule: DynamicRule;
  readonly state: DynamicState;
}

/** A service's chain, as its API and its metrics see it. */
export interface ChainStanding {
  /** What keeps it from following now. */
  readonly fault: string | undefined;
  /** Undefined where nothing is sent, and until the chain is joined. */
  readonly openings: OpeningDesk | undefined;
  /** On the branch that is followed; undefined until one is. */
  readonly liquidations: readonly Liquidation[] | undefined;
  /** What the branch says of messages and ticks; undefined until one is followed. */
  readonly view: Pick<ChainView, 'consumedBy' | 'tick' | 'isHalted'> | undefined;
  /** Undefined where the margin does not move, and until the chain is joined. */
  readonly movingMargin: MovingMargin | undefined;
}

/** What is asked of the chain beside what is followed. */
interface ChainMetrics {
  readonly standing: ChainStanding;
  readonly fund: () => Promise<FundStatus>;
}

/** What docs/runbooks.md has alert rules for, read when it is asked for. */
export function serviceMetrics(service: Service, chain?: ChainMetrics | undefined): Registry {
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
    chain === undefined ? undefined : chain.standing.fault === undefined ? 1 : 0,
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
  gauge(
    'proofs_waiting',
    'Accounts that have a place in the queue of proofs.',
    () => service.proving?.waiting,
  );
  gauge(
    'proof_wait_ms',
    'From a place in the queue to the stored proof, of those made, together, since the start.',
    () => service.proving?.counts.waitMs,
  );
  const admission = (name: string, help: string, value: (desk: AdmissionDesk) => number): void =>
    gauge(`admission_${name}`, help, () =>
      service.admission === undefined ? undefined : value(service.admission),
    );
  admission('admitted', 'Actions admitted, since the start.', ({ counts }) => counts.admitted);
  admission('refused', 'Actions refused, since the start.', ({ counts }) => counts.refused);
  admission(
    'forced',
    'Actions that a contract demanded, since the start.',
    ({ counts }) => counts.forced,
  );
  admission(
    'judged_late',
    'Updates that were not what was admitted and break no rule, since the start.',
    ({ counts }) => counts.judgedLate,
  );
  admission(
    'unadmitted',
    'Updates that were not what was admitted and break a rule, since the start.',
    ({ counts }) => counts.unadmitted,
  );
  admission('covered', '1 while sessions show the venue covered.', ({ isCovered }) =>
    isCovered ? 1 : 0,
  );
  admission(
    'fund_usd',
    'What covered shortfalls are held against.',
    ({ fundE6 }) => Number(fundE6) / 1e6,
  );
  admission(
    'worst_shortfall_usd',
    'Of the covered joint scenarios, with all that is admitted.',
    (desk) =>
      Number(
        desk
          .standing()
          .totals.reduce((most, { shortfallE6 }) => (shortfallE6 > most ? shortfallE6 : most), 0n),
      ) / 1e6,
  );
  const openings = (name: string, help: string, value: (desk: OpeningDesk) => number): void =>
    gauge(name, help, () => {
      const desk = chain?.standing.openings;
      return desk === undefined ? undefined : value(desk);
    });
  openings('openings_waiting', 'Proofs that are not on chain yet.', ({ waiting }) => waiting);
  openings('openings_sent', 'Openings sent, since the start.', ({ counts }) => counts.openings);
  openings(
    'openings_refused',
    'Openings that the contract refused in a simulation, since the start.',
    ({ counts }) => counts.refused,
  );
  openings(
    'opening_wait_ms',
    'From a proof to the transaction that carries it, of openings sent, together, since the start.',
    ({ counts }) => counts.waitMs,
  );
  openings('transactions_sent', 'Transactions, since the start.', ({ counts }) => counts.sent);
  openings(
    'transactions_pending',
    'Those without a final receipt.',
    ({ submitter }) => submitter.pending,
  );
  openings(
    'fees_raised',
    'Transactions replaced by better paid ones, since the start.',
    (desk) => desk.submitter.raised,
  );
  openings(
    'fee_bound_met',
    'Transactions that are not mined for the most that is paid: their fees are raised no further.',
    ({ submitter }) => submitter.atFeeBound,
  );
  openings(
    'sends_refused',
    'What the node answers to and does not take: transactions under way, and the next one.',
    ({ refusals }) => Object.keys(refusals).length,
  );
  openings('spent_wei', 'What transactions cost, and may still cost.', ({ submitter }) =>
    Number(submitter.committedWei),
  );
  openings('budget_spent', '1 where the budget lets nothing more be sent.', ({ isStopped }) =>
    isStopped ? 1 : 0,
  );
  const ages: Gauge<'component'> = new Gauge({
    name: 'plimsoll_oracle_age_seconds',
    help: 'Age of each component of the newest snapshot, at the snapshot’s own time.',
    labelNames: ['component'],
    registers: [registry],
    collect: () => {
      const snapshot = service.market?.snapshot;
      if (snapshot === undefined) return;
      for (const component of COMPONENTS) {
        ages.set({ component }, Number(componentAge(snapshot, component)));
      }
    },
  });
  const fund: Gauge<'part'> = new Gauge({
    name: 'plimsoll_fund_usd',
    help: 'What the insurance fund has free, and owes beyond what it has.',
    labelNames: ['part'],
    registers: [registry],
    collect: async () => {
      fund.reset();
      // A node that does not answer is told by plimsoll_chain_followed.
      const status = await chain?.fund().catch(() => undefined);
      if (status === undefined) return;
      fund.set({ part: 'free' }, Number(status.freeE6) / 1e6);
      fund.set({ part: 'uncovered' }, Number(status.uncoveredE6) / 1e6);
    },
  });
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
