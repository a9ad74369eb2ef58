// SPDX-License-Identifier: GPL-3.0-or-later
import {
  accountGreeks,
  surfaceGreeks,
  type Greeks,
  type SurfaceGreeks,
} from '../../../risk/greeks/greeks.ts';
import type { AccountMargin } from '../../../risk/margin/margin.ts';
import type { MarketSnapshot } from '../../../model/types.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import { printRows, type Output } from '../../table.ts';
import { instrumentName, wrapText } from '../../../model/format.ts';

/** Name and decimals. */
const COLUMNS: readonly (readonly [keyof Greeks, digits: number])[] = [
  ['delta', 4],
  ['gamma', 6],
  ['vega', 2],
  ['theta', 2],
  ['vanna', 4],
  ['volga', 4],
];
const DOLLAR_DIGITS = 2;

const TITLE =
  'Greeks under the surface (sticky strike: strikes keep their volatility; sticky delta: the smile ' +
  'moves with the forward). Vanna and volga per volatility point. The account in USD: delta x forward, ' +
  'its change per 1 % of forward (gamma) and per volatility point (vanna)';
const TITLE_WIDTH = 90;

/** Of more options than a page holds only the sums are printed; all are in the JSON. */
const MOST_OPTIONS = 16;

function decimals(value: number, digits: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function rowsOf(name: string, greeks: SurfaceGreeks, ofDollars = false): string[][] {
  const cells = (values: Greeks): string[] =>
    COLUMNS.map(([key, digits]) => decimals(values[key], ofDollars ? DOLLAR_DIGITS : digits));
  return [
    [name, 'sticky strike', ...cells(greeks.stickyStrike)],
    ['', 'sticky delta', ...cells(greeks.stickyDelta)],
  ];
}

/** Greeks under the surface: per option, per underlying, and of the account in USD. */
export function printGreeks(
  output: Output,
  { positions }: AccountMargin,
  snapshot: MarketSnapshot,
): void {
  const options = positions.filter(({ valuation }) => valuation.stdDevQ32 !== 0n);
  // Without an option there is nothing that a surface could move.
  if (options.length === 0) return;
  const { underlyings, account } = accountGreeks(positions, snapshot);
  const held = UNDERLYINGS.filter((u) =>
    positions.some(({ instrument }) => instrument.underlying === u),
  );
  output.print();
  for (const line of wrapText(TITLE, Math.min(output.width, TITLE_WIDTH))) output.print(line);
  const rows = [
    ...(options.length > MOST_OPTIONS ? [] : options).flatMap((position) =>
      rowsOf(instrumentName(position.instrument), surfaceGreeks(position, snapshot)),
    ),
    ...held.flatMap((u) => rowsOf(`${UNDERLYING_SYMBOLS[u]} together`, underlyings[u])),
    ...rowsOf('account, USD', account, true),
  ];
  printRows(output, ['', '', ...COLUMNS.map(([name]) => name)], rows);
}
