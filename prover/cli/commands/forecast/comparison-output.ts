// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { real, shape, text, whole } from '../../../core/json-output.ts';

const losses = { days: whole, qlike: real, rmse: real, bias: real };

/** Every forecast on the same days, by underlying and by what is taken as the outcome. */
export const comparisonOutput = shape({
  format: z.literal('plimsoll.forecast-comparison'),
  version: z.literal(1),
  results: z.array(
    shape({
      symbol: text,
      proxy: text,
      days: whole,
      firstDay: whole,
      lastDay: whole,
      scores: z.array(
        shape({
          name: text,
          ...losses,
          versusReference: shape({
            meanDifference: real,
            statistic: real.nullable(),
            p: real.nullable(),
          }).optional(),
          years: z.array(shape({ year: whole, ...losses })),
        }),
      ),
    }),
  ),
});
