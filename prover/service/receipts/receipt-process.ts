// SPDX-License-Identifier: GPL-3.0-or-later
import type { AccountOpening } from '../../commitments/ledger.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import { Prover } from '../../proving/prover.ts';
import { createExact, prepareExact } from '../../receipt/create.ts';
import { formatReceipt, type Place } from '../../receipt/document.ts';
import { MarketTick } from '../../statements/market-tick.ts';

/** Of what a receipt is asked: an account at the tick of `place`. */
export interface ReceiptQuestion {
  readonly opening: AccountOpening;
  readonly snapshot: MarketSnapshot;
  readonly parameters: ParameterSet;
  readonly place: Place;
  /** What it answers, as 32 bytes in hex. */
  readonly challenge: string;
}
export type ReceiptAnswer =
  | { readonly id: number; readonly receipt: string }
  | { readonly id: number; readonly code: string; readonly message: string };

// Keys and witness calculators stay warm between questions.
const prover = new Prover();

async function answer({
  id,
  snapshot,
  parameters,
  ...asked
}: ReceiptQuestion & { readonly id: number }): Promise<ReceiptAnswer> {
  try {
    const request = { ...asked, tick: new MarketTick(snapshot, parameters) };
    const receipt = await createExact(request, prepareExact(request), prover);
    return { id, receipt: formatReceipt(receipt) };
  } catch (error) {
    const code = error instanceof PlimsollError ? error.code : 'INTERNAL';
    return { id, code, message: error instanceof Error ? error.message : String(error) };
  }
}

let tail: Promise<unknown> = Promise.resolve();
process.on('message', (question: ReceiptQuestion & { readonly id: number }) => {
  tail = tail.then(async () => process.send?.(await answer(question)));
});
// However the owner ended, nothing is left behind.
process.on('disconnect', () => process.exit());
