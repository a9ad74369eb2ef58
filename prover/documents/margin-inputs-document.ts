// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { constant, decimalBigint, integer, parseDocument } from '../core/schema.ts';
import type { DynamicInputs, UnderlyingInput } from '../model/dynamic.ts';

export const MARGIN_INPUTS_FORMAT = 'plimsoll.margin-inputs';

const underlying = <const S extends string>(symbol: S) =>
  z.strictObject({
    symbol: constant(symbol),
    counterQ48: decimalBigint(0n, 2n ** 64n - 1n),
    impliedRateQ64: decimalBigint(0n, 2n ** 48n - 1n),
    fundingBps: integer(0, 2 ** 11 - 1),
  });

/** What the oracle quorum signs for the margin rule, as `marginInputsHash` of a snapshot. */
export const marginInputsSchema = z.strictObject({
  format: constant(MARGIN_INPUTS_FORMAT),
  version: constant(1),
  time: integer(1, 2 ** 32 - 1),
  underlyings: z.tuple([underlying('BTC'), underlying('ETH')]),
});

export type MarginInputsDocument = z.infer<typeof marginInputsSchema>;

/** The inputs that a document says. */
export function marginInputsOf({ time, underlyings }: MarginInputsDocument): DynamicInputs {
  const own = (values: (typeof underlyings)[number]): UnderlyingInput => ({
    counterQ48: values.counterQ48,
    impliedRateQ64: values.impliedRateQ64,
    fundingBps: BigInt(values.fundingBps),
  });
  return { time: BigInt(time), underlyings: [own(underlyings[0]), own(underlyings[1])] };
}

/** Reads the inputs of a step; throws `InvalidInput` naming field and rule. */
export function parseMarginInputs(source: string, document = 'margin inputs'): DynamicInputs {
  return parseDocument(marginInputsSchema, source, document, marginInputsOf);
}

/** The document as plain JSON values; what `parseMarginInputs` reads back. */
export function marginInputsDocument({ time, underlyings: [btc, eth] }: DynamicInputs) {
  const own = (symbol: 'BTC' | 'ETH', values: UnderlyingInput) => ({
    symbol,
    counterQ48: values.counterQ48.toString(),
    impliedRateQ64: values.impliedRateQ64.toString(),
    fundingBps: Number(values.fundingBps),
  });
  return {
    format: MARGIN_INPUTS_FORMAT,
    version: 1,
    time: Number(time),
    underlyings: [own('BTC', btc), own('ETH', eth)],
  } as const;
}

export const formatMarginInputs = (inputs: DynamicInputs): string =>
  `${JSON.stringify(marginInputsDocument(inputs), null, 1)}\n`;
