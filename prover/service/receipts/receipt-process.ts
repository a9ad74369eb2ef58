// SPDX-License-Identifier: GPL-3.0-or-later
import type { AccountOpening } from '../../commitments/ledger.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import { Prover } from '../../proving/prover.ts';
import { createExact, prepareExact } from '../../receipt/create.ts';
import { formatReceipt, type Place } from '../../receipt/document.ts';
import { MarketTick } from '../../statements/market-tick.ts';
import { answerParent, type ProcessAnswer } from '../answering-process.ts';

/** Of what a receipt is asked: an account at the tick of `place`. */
export interface ReceiptQuestion {
  readonly opening: AccountOpening;
  readonly snapshot: MarketSnapshot;
  readonly parameters: ParameterSet;
  readonly place: Place;
  /** What it answers, as 32 bytes in hex. */
  readonly challenge: string;
}
export type ReceiptAnswer = ProcessAnswer<{ readonly receipt: string }>;

// Keys and witness calculators stay warm between questions.
const prover = new Prover();

answerParent(async ({ snapshot, parameters, opening, place, challenge }: ReceiptQuestion) => {
  const request = { opening, place, challenge, tick: new MarketTick(snapshot, parameters) };
  const receipt = await createExact(request, prepareExact(request), prover);
  return { receipt: formatReceipt(receipt) };
});
