// SPDX-License-Identifier: GPL-3.0-or-later
import { Ledger } from '../../prover/commitments/ledger.ts';
import { accountDocument, formatLedger } from '../../prover/documents/ledger-document.ts';
import { validAccount } from './venue.ts';

/** Two accounts, then the second of them with other cash: what a sequencer tells a service, twice. */
export const first = [validAccount({ owner: 5n }), validAccount({ owner: 6n })];
export const second = first.with(1, validAccount({ owner: 6n, quoteE6: 7n }));
export const wholeLedger = {
  sequence: 1,
  root: new Ledger(first).root.toString(),
  ledger: JSON.parse(formatLedger(first)) as unknown,
};
export const ledgerUpdate = {
  sequence: 2,
  root: new Ledger(second).root.toString(),
  changes: [{ index: 1, account: accountDocument(second[1]!) }],
};
