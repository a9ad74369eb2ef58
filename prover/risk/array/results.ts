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

  setWide(account: number, margin: ArrayMargin): void {
    this.wide.set(account, margin);
    this.worst[2 * account] = margin.worstScenarios[0];
    this.worst[2 * account + 1] = margin.worstScenarios[1];
    this.verdict[account] = VERDICTS.indexOf(margin.verdict);
  }
}
