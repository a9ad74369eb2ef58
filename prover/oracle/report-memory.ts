// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from 'node:fs';

import { PlimsollError } from '../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../core/files.ts';
import { formatReport, parseReport, type PublishedReport } from './price-report.ts';

/**
 * What a source reported last, in a file that outlives the process: it signs one report a minute and
 * never goes back, so that nobody can choose among its reports.
 */
export class ReportMemory {
  readonly #path: string;
  #held: PublishedReport | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** Throws `InvalidInput` where the file is there and is no report. */
  constructor(path: string) {
    this.#path = path;
    if (existsSync(path)) this.#held = parseReport(readTextFile(path, '--memory'), path);
  }

  /**
   * The report of a minute: the one that is held, or the one that `sign` makes, which is written before
   * anybody sees it. Two who ask at once get the same. Throws `ALREADY_REPORTED` for an earlier minute.
   */
  async signOnce(time: bigint, sign: () => Promise<PublishedReport>): Promise<PublishedReport> {
    const turn = this.#queue.then(() => this.#sign(time, sign));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #sign(time: bigint, sign: () => Promise<PublishedReport>): Promise<PublishedReport> {
    const last = this.#held?.report.time ?? 0n;
    if (this.#held !== undefined && last === time) return this.#held;
    if (time < last) {
      throw new PlimsollError('ALREADY_REPORTED', `a report of ${last}, after ${time}, is signed`);
    }
    const signed = await sign();
    writeFileAtomically(this.#path, formatReport(signed));
    this.#held = signed;
    return signed;
  }
}
