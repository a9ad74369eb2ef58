// SPDX-License-Identifier: GPL-3.0-or-later
import { raisedFees, type Fees } from './fees.ts';
import { isKnown } from './rpc-submission-chain.ts';

/** What was sent under one number; at most one of such transactions is mined. */
interface Sent extends Fees {
  readonly number: number;
  readonly block: number;
}

/** One step on its way to a node. */
export interface StepTransaction {
  /** What the node asks now. */
  fees(): Promise<Fees>;
  send(number: number, fees: Fees): Promise<unknown>;
}

/** Blocks without a receipt after which more is paid. */
const PATIENCE = 3;

/**
 * Sends a step under the sender's next number, and while that is not mined again for more, up to the bound of
 * all fees (`raisedFees`): from there on the same again.
 */
export class StepSender {
  readonly #atBound: (number: number) => void;
  #sent: Sent | undefined;

  /** @param atBound told each time that what is sent is not mined for the most that is paid */
  constructor(atBound: (number: number) => void) {
    this.#atBound = atBound;
  }

  /** Whether what was sent under this number may still be mined at its price. */
  isPatient(number: number, block: number): boolean {
    const before = this.#before(number);
    return before !== undefined && block - before.block <= PATIENCE;
  }

  /** Whether it is the first under its number. What the node knows already is sent; throws what else it says. */
  async send(step: StepTransaction, number: number, block: number): Promise<boolean> {
    const before = this.#before(number);
    const now = await step.fees();
    const raised = before === undefined ? now : raisedFees(before, now);
    // At the bound what was sent is sent again: a pool may have forgotten it.
    const { maxFeeWei, tipWei } = raised ?? before!;
    try {
      await step.send(number, { maxFeeWei, tipWei });
    } catch (error) {
      if (!isKnown(error)) throw error;
    }
    if (raised === undefined) this.#atBound(number);
    this.#sent = { number, block, maxFeeWei, tipWei };
    return before === undefined;
  }

  #before(number: number): Sent | undefined {
    return this.#sent?.number === number ? this.#sent : undefined;
  }
}
