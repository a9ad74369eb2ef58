// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { decimal, real, shape, text, whole } from '../../../core/json-output.ts';
import { documentOf } from '../../../documents/document-shapes.ts';

/** Of nothing there is no error to measure. */
const measured = real.nullable();
const summary = shape({ rms: measured, median: measured, max: measured });
const errors = shape({ quotes: whole, vol: summary, price: summary });

const fit = z.union([
  shape({ state: z.literal('refused'), reason: text, message: text }),
  shape({
    state: z.literal('fitted'),
    surface: shape({
      aQ44: decimal,
      bQ30: decimal,
      cQ30: decimal,
      mQ24: decimal,
      sigmaQ24: decimal,
      kMinQ10: decimal,
      kMaxQ10: decimal,
    }),
    confidenceQ10: decimal,
    diagnostics: shape({
      quoteCount: whole,
      outliers: whole,
      whole: errors,
      core: errors,
      butterflyMargin: real,
      clampKink: real,
      calendarMargin: real.optional(),
      binding: z.array(text),
    }),
  }),
]);

const expiry = shape({
  expiry: whole,
  listed: whole,
  forward: shape({
    forward: real,
    source: z.enum(['feed', 'future', 'parity', 'marks', 'base']),
    parity: shape({ forward: real, discount: real, pairs: whole, doubt: real }).optional(),
  }),
  agreement: real,
  used: whole,
  dropped: z.record(text, whole),
  origin: z.enum(['quotes', 'narrow', 'carried', 'borrowed']),
  remark: text.optional(),
  fit,
});

/** Of `plimsoll market import`: the snapshot's, or under `--levels` alone the levels'. */
export const importOutput = z.union([
  shape({ levels: text, inputs: documentOf('plimsoll.market-inputs') }),
  shape({
    out: text,
    picture: text.optional(),
    quotes: text.optional(),
    time: decimal,
    snapshotHash: decimal,
    unlisted: z.array(text),
    underlyings: z.array(
      shape({
        symbol: text,
        options: whole,
        duplicates: whole,
        ignored: whole,
        expiries: z.array(expiry),
        skipped: z.array(
          shape({
            expiry: whole,
            listed: whole,
            reason: z.enum(['passed', 'no-forward', 'contradicted']),
            message: text,
          }),
        ),
        ahead: z.array(shape({ place: text, seconds: real })),
        readAs: z.array(text),
        crowdedOut: z.array(whole),
        repricing: shape({
          options: whole,
          left: whole,
          median: measured,
          p95: measured,
          max: measured,
          coreVolMedian: measured,
        }),
      }),
    ),
    notes: z.array(shape({ field: text, note: text })),
    expired: z.array(
      shape({
        symbol: text,
        expiry: decimal,
        what: z.enum(['settled', 'kept', 'awaiting', 'freed', 'unchanged']),
        priceE4: decimal,
        ageSeconds: decimal,
        offIndex: real.optional(),
        source: text.optional(),
      }),
    ),
    bookedThrough: decimal,
  }),
]);
