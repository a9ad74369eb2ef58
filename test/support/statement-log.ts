// SPDX-License-Identifier: GPL-3.0-or-later
// What a page shows of statements that contracts took, with the verdict that it comes to of each.
import type { VenueDocument } from '../../prover/chain/venue-document.ts';
import { judgeProof } from '../../prover/receipt/browser.ts';
import type { JsonRpc } from '../../prover/receipt/json-rpc.ts';
import { ALL_STATEMENTS, localKeyDocument } from '../../prover/receipt/local-keys.ts';
import { StatementDesk, type TakenStatement } from '../../prover/service/chain/statement-desk.ts';

export interface ToldStatement extends TakenStatement {
  /** Of the proofs of its transaction: how many are of it and hold, and what is said of the others. */
  readonly held: number;
  readonly others: readonly string[];
}

/** The log of a venue as its service tells it, the oldest first, each proof judged as the page judges it. */
export async function toldStatements(
  rpc: JsonRpc,
  venue: VenueDocument,
): Promise<readonly ToldStatement[]> {
  const desk = new StatementDesk(rpc, venue);
  const keys = localKeyDocument(ALL_STATEMENTS);
  const told: ToldStatement[] = [];
  for (const one of (await desk.newest()).toReversed()) {
    const { statement, account, settlementNonce, snapshotHash } = one;
    const judged = (await desk.proofsIn(one.transaction)).map((proof) =>
      judgeProof(proof, keys, {
        statement,
        accountIndex: account === undefined ? undefined : Number(account),
        settlementNonce,
        snapshotHash,
      }),
    );
    const held = judged.filter(({ verdict }) => verdict === 'holds').length;
    const others = judged
      .filter(({ verdict }) => verdict !== 'holds')
      .map(({ code, sentence }) => `${code}: ${sentence}`);
    told.push({ ...one, held, others });
  }
  return told;
}
