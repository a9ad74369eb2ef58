// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { constant, decimalBigint, integer, parseDocument } from '../core/schema.ts';
import type { DynamicState, UnderlyingState } from '../model/dynamic.ts';

export const MARGIN_STATE_FORMAT = 'plimsoll.margin-state';

const counterQ48 = decimalBigint(0n, 2n ** 64n - 1n);
const rateQ64 = decimalBigint(0n, 2n ** 48n - 1n);
const logQ40 = decimalBigint(-(2n ** 41n), 2n ** 41n - 1n);

const underlying = <const S extends string>(symbol: S) =>
  z.strictObject({
    symbol: constant(symbol),
    counterQ48,
    fastQ64: rateQ64,
    longQ64: rateQ64,
    logQ40,
    appliedLogQ40: logQ40,
  });

/** What a margin step starts from and ends with; its commitment is docs/spec.md §9. */
export const marginStateSchema = z.strictObject({
  format: constant(MARGIN_STATE_FORMAT),
  version: constant(1),
  ruleHash: decimalBigint(0n, 2n ** 254n - 1n),
  sequence: integer(0, 2 ** 32 - 1),
  time: integer(0, 2 ** 32 - 1),
  underlyings: z.tuple([underlying('BTC'), underlying('ETH')]),
});

const stateOf = ({ symbol: _symbol, ...state }: UnderlyingState & { symbol: string }) => state;

/** Reads a state; throws `InvalidInput` naming field and rule. */
export function parseMarginState(source: string): DynamicState {
  return parseDocument(marginStateSchema, source, 'margin state', (document) => {
    const [btc, eth] = document.underlyings;
    return {
      ruleHash: document.ruleHash,
      sequence: BigInt(document.sequence),
      time: BigInt(document.time),
      underlyings: [stateOf(btc), stateOf(eth)],
    };
  });
}

/** The document as plain JSON values; what `parseMarginState` reads back. */
export function marginStateDocument(state: DynamicState) {
  const own = (symbol: 'BTC' | 'ETH', values: UnderlyingState) => ({
    symbol,
    counterQ48: values.counterQ48.toString(),
    fastQ64: values.fastQ64.toString(),
    longQ64: values.longQ64.toString(),
    logQ40: values.logQ40.toString(),
    appliedLogQ40: values.appliedLogQ40.toString(),
  });
  const [btc, eth] = state.underlyings;
  return {
    format: MARGIN_STATE_FORMAT,
    version: 1,
    ruleHash: state.ruleHash.toString(),
    sequence: Number(state.sequence),
    time: Number(state.time),
    underlyings: [own('BTC', btc), own('ETH', eth)],
  } as const;
}

export const formatMarginState = (state: DynamicState): string =>
  `${JSON.stringify(marginStateDocument(state), null, 1)}\n`;
