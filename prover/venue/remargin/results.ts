// SPDX-License-Identifier: GPL-3.0-or-later
import type { ArrayMargin, ArrayVerdict } from './definition.ts';

export const VERDICTS: readonly ArrayVerdict[] = ['healthy', 'liquidatable', 'band'];

/** Array margins by account; what does not fit a double stands in `wide`. */
export class MarginColumns {
  readonly equityE6: Float64Array;
  readonly mmE6: Float64Array;
  readonly imE6: Float64Array;
  /** Worst scenario by account and underlying. */
  readonly worst: Uint8Array;
  /** An index into VERDICTS. */
  readonly verdict: Uint8Array;
  readonly wide = new Map<number, ArrayMargin>();

  constructor(accounts: number) {
    this.equityE6 = new Float64Array(accounts);
    this.mmE6 = new Float64Array(accounts);
    this.imE6 = new Float64Array(accounts);
    this.worst = new Uint8Array(2 * accounts);
    this.verdict = new Uint8Array(accounts);
  }

  /** These results with room for so many accounts, and for as many again before it is needed anew. */
  grown(accounts: number): MarginColumns {
    if (accounts <= this.verdict.length) return this;
    const larger = new MarginColumns(Math.max(accounts, 2 * this.verdict.length));
    larger.equityE6.set(this.equityE6);
    larger.mmE6.set(this.mmE6);
    larger.imE6.set(this.imE6);
    larger.worst.set(this.worst);
    larger.verdict.set(this.verdict);
    for (const [account, margin] of this.wide) larger.wide.set(account, margin);
    return larger;
  }

  setWide(account: number, margin: ArrayMargin): void {
    this.wide.set(account, margin);
    this.worst[2 * account] = margin.worstScenarios[0];
    this.worst[2 * account + 1] = margin.worstScenarios[1];
    this.verdict[account] = VERDICTS.indexOf(margin.verdict);
  }
}
