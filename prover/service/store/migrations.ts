// SPDX-License-Identifier: GPL-3.0-or-later

/** Every version of the tables, as the statements that lead to it. What is here never changes. */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    // How far what is made from the journal has come.
    `CREATE TABLE plimsoll.progress (name text PRIMARY KEY, sequence bigint NOT NULL)`,
    `CREATE TABLE plimsoll.transitions (
      sequence bigint NOT NULL,
      account int NOT NULL,
      tick text NOT NULL,
      from_state text NOT NULL,
      to_state text NOT NULL,
      equity_e6 numeric NOT NULL,
      mm_e6 numeric NOT NULL,
      im_e6 numeric NOT NULL,
      PRIMARY KEY (sequence, account)
    )`,
    `CREATE INDEX transitions_by_account ON plimsoll.transitions (account, sequence DESC)`,
    `CREATE TABLE plimsoll.dead_letters (
      alert text NOT NULL,
      url text NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      body jsonb NOT NULL,
      reason text NOT NULL,
      PRIMARY KEY (alert, url)
    )`,
  ],
  [
    `CREATE TABLE plimsoll.proofs (
      account int NOT NULL,
      nonce numeric NOT NULL,
      tick text NOT NULL,
      file text NOT NULL,
      made timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (account, nonce, tick)
    )`,
  ],
  [
    // Why an account was below maintenance, and which proof followed.
    `ALTER TABLE plimsoll.transitions
      ADD COLUMN snapshot_time bigint, ADD COLUMN worst_btc int, ADD COLUMN worst_eth int`,
    `ALTER TABLE plimsoll.proofs ADD COLUMN snapshot_time bigint`,
  ],
  [
    // A reorganisation may bring the same snapshot again, over another ledger.
    `ALTER TABLE plimsoll.proofs ADD COLUMN ledger_root text NOT NULL DEFAULT ''`,
    `ALTER TABLE plimsoll.proofs DROP CONSTRAINT proofs_pkey`,
    `ALTER TABLE plimsoll.proofs ADD PRIMARY KEY (account, nonce, tick, ledger_root)`,
  ],
  [`CREATE INDEX proofs_by_time ON plimsoll.proofs (made DESC)`],
];
