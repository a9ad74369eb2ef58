// SPDX-License-Identifier: GPL-3.0-or-later

/** What a metric says when somebody has to do something, and what. */
export interface AlertRule {
  readonly name: string;
  /** PromQL, over the metrics of `GET /metrics`. */
  readonly expression: string;
  readonly forMinutes: number;
  readonly severity: 'page' | 'ticket';
  readonly summary: string;
  /** Markdown. */
  readonly steps: readonly string[];
}

export const ALERT_RULES: readonly AlertRule[] = [
  {
    name: 'PlimsollTickOld',
    expression: 'plimsoll_tick_age_seconds > 120',
    forMinutes: 1,
    severity: 'page',
    summary: 'Margins are of a market of more than two minutes ago.',
    steps: [
      'Is the oracle running (`oracle run`)? Does it still reach its sources?',
      '`PUT /snapshot` refused with `TICK_OLD` means a signer’s clock or a replay.',
      'Until a newer snapshot comes, margins and states are of the old tick.',
    ],
  },
  {
    name: 'PlimsollNoTick',
    expression: 'absent(plimsoll_tick_age_seconds)',
    forMinutes: 5,
    severity: 'page',
    summary: 'The service has no tick, or is not scraped.',
    steps: [
      '`GET /ready` says what it waits for; `GET /health` whether it runs at all.',
      'Without an answer: read the last lines of its log. `FOLDER_LOCKED`, `JOURNAL_DAMAGED` and `LEASE_LOST` are below.',
    ],
  },
  {
    name: 'PlimsollLedgerStands',
    expression: 'changes(plimsoll_ledger_sequence[5m]) == 0',
    forMinutes: 5,
    severity: 'page',
    summary: 'No ledger update was taken for ten minutes.',
    steps: [
      '`GET /ledger` says which `sequence` is held; send the next.',
      '`LEDGER_ROOT`: the sequencer and the service disagree about the account before. Compare `plimsoll ledger root` of both, then `PUT /ledger` the right one under the next number.',
      'With a watched folder: the refusals are in its `refused/`.',
    ],
  },
  {
    name: 'PlimsollPublishingSlow',
    expression: 'plimsoll_publish_ms > 1000',
    forMinutes: 5,
    severity: 'ticket',
    summary: 'From a tick to all margins it takes more than a second.',
    steps: [
      'Is there another load on the machine, or are there more instruments than before ([benchmarks](benchmarks.md))?',
    ],
  },
  {
    name: 'PlimsollAnswersSlow',
    expression: 'nodejs_eventloop_lag_p99_seconds > 0.1',
    forMinutes: 5,
    severity: 'ticket',
    summary: 'The thread that answers HTTP is kept busy.',
    steps: [
      'Large bodies are read in that thread: send updates (`POST /ledger/updates`), not whole ledgers.',
      'Is there another load on the machine?',
    ],
  },
  {
    name: 'PlimsollWebhooksFail',
    expression: 'increase(plimsoll_alert_attempts_failed[5m]) > 10',
    forMinutes: 0,
    severity: 'ticket',
    summary: 'Webhook deliveries fail; they are kept and tried again.',
    steps: [
      'The receiver is down, or refuses the signature: compare the secret and the clock.',
      'Nothing is lost for about an hour and a half of tries; then it is a dead letter.',
    ],
  },
  {
    name: 'PlimsollAlertsDead',
    expression: 'plimsoll_alerts_dead > 0',
    forMinutes: 0,
    severity: 'page',
    summary: 'An alert was given up: somebody was not told.',
    steps: [
      '`SELECT * FROM plimsoll.dead_letters`, tell the receiver by hand, delete the rows.',
      'The metric counts from the start of the service: it ends with the next start.',
    ],
  },
  {
    name: 'PlimsollNothingProven',
    expression:
      'plimsoll_accounts{state=~"belowMaintenance|bankrupt"} > 0 and on(instance) increase(plimsoll_proofs_made[10m]) == 0',
    forMinutes: 10,
    severity: 'page',
    summary: 'Accounts may be liquidated, and no proof was made for ten minutes.',
    steps: [
      'The log says why jobs of the queue `prove` fail: `ARTIFACT_MISSING` means that the set-up has not built the circuit (`npm run setup`).',
      'A job whose process died is tried again by itself; memory ended by the kernel is in its own log.',
      'Proofs can be made by hand meanwhile: `plimsoll prove liquidation`.',
    ],
  },
  {
    name: 'PlimsollChainUnfollowed',
    expression: 'plimsoll_chain_followed == 0',
    forMinutes: 2,
    severity: 'page',
    summary: 'The service does not follow its chain: no tick comes, and nothing is opened.',
    steps: [
      '`GET /ready` says what keeps it. `the node does not answer`: is the node of `PLIMSOLL_RPC` up, and in time? It is tried again by itself.',
      '`CHAIN_DISAGREES`: two nodes have different blocks at one height. Take the one that is wrong out of `chain.rpc`, restart.',
      '`CHAIN_REORG_TOO_DEEP`: more was taken back than `chain.depth` keeps. Restart: the chain is read anew.',
    ],
  },
  {
    name: 'PlimsollProofsWait',
    expression:
      'min_over_time(plimsoll_proofs_waiting[10m]) > 0 and increase(plimsoll_proofs_made[10m]) > 0',
    forMinutes: 5,
    severity: 'ticket',
    summary:
      'More accounts fall short than are proven: the queue has not been empty for ten minutes.',
    steps: [
      '`rate(plimsoll_proofs_made[5m])` says how many proofs are made a second, `plimsoll_proofs_waiting` how many are due.',
      'Start workers on other machines (`plimsoll worker`, [the service](service.md#workers)): each makes as many again.',
    ],
  },
  {
    name: 'PlimsollOpeningsWait',
    expression: 'plimsoll_openings_waiting > 0 and increase(plimsoll_openings_sent[5m]) == 0',
    forMinutes: 5,
    severity: 'page',
    summary: 'There are proofs, and none of them reaches the chain.',
    steps: [
      '`plimsoll_transactions_pending` above zero: the node takes transactions and mines none. `plimsoll_fees_raised` says whether more was paid; is the sender’s balance enough?',
      'Otherwise the log says what the contract refuses. `DowntimeGrace`, `MarketHalted` and `MarketUncertain` pass by themselves.',
    ],
  },
  {
    name: 'PlimsollSendsRefused',
    expression: 'plimsoll_sends_refused > 0',
    forMinutes: 2,
    severity: 'page',
    summary: 'The node answers, and does not take what it is sent.',
    steps: [
      'The log has its words (`what is sent is not taken, or not mined`). Insufficient funds: fill the sender’s account; the same transaction goes out again by itself.',
      'A fee or gas cap of the node, or a limit of its provider: lift it, or name another node in `PLIMSOLL_RPC`, restart.',
      'A number that is too high passes by itself: a reorganisation gave lower ones back, and after `submitting.patience` blocks the openings go out under those.',
    ],
  },
  {
    name: 'PlimsollFeeBoundMet',
    expression: 'plimsoll_fee_bound_met > 0',
    forMinutes: 2,
    severity: 'page',
    summary: 'A transaction is not mined for eight times what the node asks: no more is paid.',
    steps: [
      'The fee is not what it waits for. Does the node mine, and does it pass transactions on? Name another in `PLIMSOLL_RPC`, restart.',
      'Or the node asks too little: compare `eth_gasPrice` with another’s. The bound follows what it asks.',
    ],
  },
  {
    name: 'PlimsollBudgetSpent',
    expression: 'plimsoll_budget_spent > 0',
    forMinutes: 0,
    severity: 'page',
    summary: 'What transactions may cost is spent: nothing more is sent.',
    steps: [
      '`plimsoll_spent_wei` says what they cost, and may still cost. Was it the market, or a node that lies about fees?',
      'Raise `submitting.budgetWei`, restart. Proofs are kept.',
    ],
  },
  {
    name: 'PlimsollOracleOld',
    expression:
      'max by (instance) (plimsoll_oracle_age_seconds{component=~"index|perpetual"}) > 60 or max by (instance) (plimsoll_oracle_age_seconds{component=~"forward|surface"}) > 300',
    forMinutes: 1,
    severity: 'ticket',
    summary: 'A component of the newest snapshot is older than the feed’s usual heartbeats.',
    steps: [
      '`plimsoll_oracle_age_seconds` says which. Does its source answer (`oracle run` logs what it leaves out)?',
      'What is older than the venue’s heartbeat is refused by the feed (`StaleComponent`).',
    ],
  },
  {
    name: 'PlimsollFundUncovered',
    expression: 'plimsoll_fund_usd{part="uncovered"} > 0',
    forMinutes: 0,
    severity: 'page',
    summary: 'The insurance fund owes more than it has.',
    steps: [
      '`GET /fund` says what it has, guarantees and owes; `plimsoll venue status` which liquidations.',
      'It is recorded and blocks nobody; anybody may pay it (`payUncovered`, [contracts](contracts.md)).',
    ],
  },
  {
    name: 'PlimsollWorkerRefused',
    expression: 'increase(plimsoll_worker_proofs_refused[10m]) > 0',
    forMinutes: 0,
    severity: 'ticket',
    summary: 'A worker has handed back a proof that does not hold.',
    steps: [
      'The log has the worker’s name and the reason (`the proof of a worker is refused`). Nothing of it was stored; the service proves such an order itself.',
      'An old checkout, or a broken machine: stop that worker, run the set-up there, start it again.',
      'Otherwise it lies: take its role away (`ALTER ROLE … NOLOGIN`) and change `PLIMSOLL_WORKER_TOKEN`.',
    ],
  },
];
