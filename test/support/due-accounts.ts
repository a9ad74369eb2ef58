// SPDX-License-Identifier: GPL-3.0-or-later
import { loadSample } from '../../prover/sample/sample.ts';
import { accountNamed } from './proofs.ts';

const NAMES = [
  'hedged-market-maker',
  'ordinary-liquidation',
  'wick-victim',
  'bankrupt-paid-in-full',
];

/** Four accounts of the crash, a small ledger of their own. */
export const fourAccounts = NAMES.map((name) => loadSample().ledgers.crash[accountNamed(name)]!);

/** Those of the four that are below maintenance in it. */
export const DUE = [1, 2, 3];
