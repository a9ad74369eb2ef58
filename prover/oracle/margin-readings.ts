// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from 'node:fs';

import { z } from 'zod';

import { PlimsollError } from '../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../core/files.ts';
import { constant, decimalBigint, list, parseDocument } from '../core/schema.ts';
import {
  marginInputsDocument,
  marginInputsOf,
  marginInputsSchema,
} from '../documents/margin-inputs-document.ts';
import { combineMarginSources, type SourceReading } from '../market/consensus/margin-sources.ts';
import type { DynamicInputs } from '../model/dynamic.ts';
import { UNDERLYING_SYMBOLS, type UnderlyingId } from '../model/types.ts';

const FORMAT = 'plimsoll.margin-readings';
/** Of the minutes since the last inputs that were taken, and of those, the readings are kept. */
const KEPT = 100;
/** The median of two is what either of them says. */
export const LEAST_MARGIN_SOURCES = 3;

const schema = z.strictObject({
  format: constant(FORMAT),
  version: constant(1),
  minutes: list(
    z.strictObject({
      time: decimalBigint(1n, 2n ** 32n - 1n),
      readings: list(z.strictObject({ source: z.string(), inputs: marginInputsSchema }), KEPT),
    }),
    KEPT + 1,
  ),
});

/** What a source of inputs of the margin rule says, by its own counters. */
export interface NamedInputs {
  readonly source: string;
  readonly inputs: DynamicInputs;
}

interface Minute {
  readonly time: bigint;
  readonly readings: readonly NamedInputs[];
}

const readingOf =
  (u: UnderlyingId) =>
  ({ source, inputs: { time, underlyings } }: NamedInputs): SourceReading => ({
    source,
    time,
    ...underlyings[u],
  });

/**
 * What the sources said when inputs were last combined, in a file that outlives the process: counters of
 * different sources have nothing in common, so a source is measured from what it said itself.
 */
export class MarginReadings {
  readonly #path: string;
  #minutes: readonly Minute[] = [];

  /** Throws `InvalidInput` where the file is there and not of this form. */
  constructor(path: string) {
    this.#path = path;
    if (!existsSync(path)) return;
    this.#minutes = parseDocument(schema, readTextFile(path, '--memory'), path).minutes.map(
      ({ time, readings }) => ({
        time,
        readings: readings.map(({ source, inputs }) => ({
          source,
          inputs: marginInputsOf(inputs),
        })),
      }),
    );
  }

  /**
   * The inputs of a minute after `last`, those that the feed took last: the medians of what the sources say
   * now, each measured from what it said then. The same for whoever asks again in that minute. Throws
   * `MARGIN_QUORUM` where fewer than three can be measured: so does the first time, which only remembers.
   */
  combine(
    time: bigint,
    last: DynamicInputs,
    now: readonly NamedInputs[],
    staleAfter: bigint,
  ): DynamicInputs {
    const known = this.#minutes.find((minute) => minute.time === time);
    const readings = known?.readings ?? now;
    // Whoever was not there when the feed took inputs measures from the first that it heard since.
    const start =
      this.#minutes.findLast((minute) => minute.time <= last.time) ??
      this.#minutes.find((minute) => minute.time < time);
    const before = start?.readings ?? [];
    if (known === undefined) this.#remember({ time, readings }, last.time);
    const own = (u: UnderlyingId) => {
      try {
        return combineMarginSources({
          last: { ...last.underlyings[u], time: last.time },
          before: before.map(readingOf(u)),
          now: readings.map(readingOf(u)),
          time,
          staleAfter,
          quorum: LEAST_MARGIN_SOURCES,
        }).input;
      } catch (error) {
        if (!(error instanceof PlimsollError)) throw error;
        throw new PlimsollError(error.code, `${UNDERLYING_SYMBOLS[u]}: ${error.message}`);
      }
    };
    return { time, underlyings: [own(0), own(1)] };
  }

  /** Forgets what was before the minute that counts from now on. */
  #remember(minute: Minute, last: bigint): void {
    const start = this.#minutes.findLastIndex(({ time }) => time <= last);
    this.#minutes = [...this.#minutes.slice(Math.max(start, 0)), minute].slice(-KEPT);
    const minutes = this.#minutes.map(({ time, readings }) => ({
      time: time.toString(),
      readings: readings.map(({ source, inputs }) => ({
        source,
        inputs: marginInputsDocument(inputs),
      })),
    }));
    const document = { format: FORMAT, version: 1, minutes };
    writeFileAtomically(this.#path, `${JSON.stringify(document, null, 2)}\n`);
  }
}
