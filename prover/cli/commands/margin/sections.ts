// SPDX-License-Identifier: GPL-3.0-or-later
import { positionGreeks, sumGreeks, type Greeks } from '../../../risk/greeks/greeks.ts';
import type { AccountMargin } from '../../../risk/margin/margin.ts';
import { abs } from '../../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../../risk/pricing/market.ts';
import { COLLATERAL_SYMBOLS, UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import { valueE6 } from '../../../analysis/figures/summary.ts';
import { formatFixed, formatUsd, instrumentName, wrapText } from '../../../model/format.ts';
import { printRows, type Output } from '../../table.ts';
import { GREEKS } from './comparison.ts';
import { printGreeks } from './greeks.ts';
import {
  contingencyLines,
  scenarioRows,
  type IsolatedReport,
} from '../../../analysis/figures/report.ts';

export function printTable(
  output: Output,
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  output.print();
  for (const line of wrapText(title, output.width)) output.print(line);
  printRows(output, header, rows);
}

const greekCells = (greeks: Greeks): string[] =>
  GREEKS.map(([name, digits]) => greeks[name].toFixed(digits));

function printPositions(output: Output, margin: AccountMargin, isolated: IsolatedReport): void {
  const rows = margin.positions.map((position, index) => {
    const { valuation, lots, instrument } = position;
    return [
      instrumentName(instrument),
      formatFixed(lots, 2),
      formatFixed(valuation.markQ128 >> 128n, 4, 2),
      formatUsd(valueE6(lots, valuation.markQ128)),
      ...greekCells(positionGreeks(position)),
      formatUsd(isolated.positions[index]?.mmE6 ?? 0n),
      formatUsd(isolated.positions[index]?.imE6 ?? 0n),
    ];
  });
  for (const u of UNDERLYINGS) {
    const own = margin.positions.filter(({ instrument }) => instrument.underlying === u);
    if (own.length < 2) continue;
    const cells = greekCells(sumGreeks(own.map(positionGreeks)));
    rows.push([`${UNDERLYING_SYMBOLS[u]} together`, '', '', '', ...cells, '', '']);
  }
  printTable(
    output,
    'Positions (contracts, USD; theta per day, vega per volatility point; MM and IM if held alone)',
    ['instrument', 'contracts', 'mark', 'value', ...GREEKS.map(([name]) => name), 'MM', 'IM'],
    rows.length === 0 ? [['none']] : rows,
  );
}

function printScenarios(output: Output, margin: AccountMargin, market: PricedMarket): void {
  for (const u of UNDERLYINGS) {
    const rows = scenarioRows(u, margin, market);
    if (rows.every(({ lossE6 }) => lossE6 === 0n)) continue;
    printTable(
      output,
      `${UNDERLYING_SYMBOLS[u]} scenarios (loss in USD; the scan range is the largest damped one)`,
      ['id', 'index', 'vol', 'roll', 'damping', 'loss', 'damped', ''],
      rows.map((row) => [
        String(row.id),
        row.id === 0 ? 'mark' : `${formatFixed(row.moveBps, 2)} %`,
        row.vol,
        row.roll,
        (Number(row.dampingQ16) / 65_536).toFixed(3),
        formatUsd(row.lossE6),
        formatUsd(row.dampedLossE6),
        row.worst ? '<- worst' : '',
      ]),
    );
  }
}

function printRequirement(output: Output, margin: AccountMargin, market: PricedMarket): void {
  const lines = contingencyLines(margin, market).filter(({ baseE6 }) => baseE6 !== 0n);
  printTable(
    output,
    'Requirement (USD)',
    ['', 'base', 'MM', 'IM'],
    [
      ['scan range', '', formatUsd(margin.scanMmE6), formatUsd(margin.scanImE6)],
      ...lines.map((line) => [
        line.name,
        formatUsd(line.baseE6),
        formatUsd(line.mmE6),
        formatUsd(line.imE6),
      ]),
      ['total', '', formatUsd(margin.mmE6, 6), formatUsd(margin.imE6, 6)],
    ],
  );
}

function printEquity(output: Output, margin: AccountMargin, quoteE6: bigint): void {
  const positionsE6 = margin.positions.reduce(
    (sum, { lots, valuation }) => sum + lots * valuation.markQ128,
    0n,
  );
  printTable(
    output,
    'Equity (USD)',
    ['', 'at market', 'after haircut'],
    [
      ['USDC', formatUsd(quoteE6), formatUsd(quoteE6)],
      ...margin.collateral.flatMap(({ valueE6: atMarket, haircutValueE6 }, c) =>
        atMarket === 0n
          ? []
          : [[COLLATERAL_SYMBOLS[c] as string, formatUsd(atMarket), formatUsd(haircutValueE6)]],
      ),
      ['positions', formatUsd(positionsE6 >> 128n), formatUsd(positionsE6 >> 128n)],
      ['total', formatUsd(margin.grossEquityE6, 6), formatUsd(margin.equityE6, 6)],
    ],
  );
}

function printIsolated(output: Output, margin: AccountMargin, isolated: IsolatedReport): void {
  const { total, collateral } = isolated;
  printTable(
    output,
    'The same positions and coins in isolated accounts (USD)',
    ['', 'MM', 'IM'],
    [
      ['together (this account)', formatUsd(margin.mmE6), formatUsd(margin.imE6)],
      [
        'each position alone',
        formatUsd(total.mmE6 - collateral.mmE6),
        formatUsd(total.imE6 - collateral.imE6),
      ],
      ['coins alone', formatUsd(collateral.mmE6), formatUsd(collateral.imE6)],
      ['isolated, in all', formatUsd(total.mmE6), formatUsd(total.imE6)],
    ],
  );
}

/** Positions that are shown without being asked for: the largest. */
const MOST_HOLDINGS = 12;

/** What is held, in short: the tables with everything are for who asks. */
export function printHoldings(output: Output, quoteE6: bigint, margin: AccountMargin): void {
  const balances = [
    ...(quoteE6 === 0n ? [] : [['USDC', formatFixed(quoteE6, 6, 2), '', formatUsd(quoteE6)]]),
    ...margin.collateral.flatMap(({ balanceE8, valueE6: atMarket }, c) =>
      balanceE8 === 0n
        ? []
        : [[COLLATERAL_SYMBOLS[c]!, formatFixed(balanceE8, 8, 4), '', formatUsd(atMarket)]],
    ),
  ];
  const worth = margin.positions.map(({ lots, valuation }) => valueE6(lots, valuation.markQ128));
  const bySize = [...worth].map(abs).sort((left, right) => (left < right ? 1 : -1));
  const least = bySize[MOST_HOLDINGS - 1] ?? 0n;
  const positions = margin.positions.flatMap(({ instrument, lots, valuation }, i) =>
    abs(worth[i]!) < least
      ? []
      : [
          [
            instrumentName(instrument),
            formatFixed(lots, 2),
            formatFixed(valuation.markQ128 >> 128n, 4, 2),
            formatUsd(worth[i]!),
          ],
        ],
  );
  const hidden = margin.positions.length - positions.length;
  const rows = [
    ...balances,
    ...positions,
    ...(hidden === 0 ? [] : [[`and ${hidden} smaller positions`, '', '', '']]),
  ];
  printTable(
    output,
    'Holdings (USD at market; --details: Greeks, scenarios, requirement)',
    ['', 'amount', 'mark', 'value'],
    rows.length === 0 ? [['none']] : rows,
  );
}

/** Everything behind the summary: positions, equity, scenarios, requirement, and what isolation would cost. */
export function printMargin(
  output: Output,
  quoteE6: bigint,
  margin: AccountMargin,
  isolated: IsolatedReport,
  market: PricedMarket,
): void {
  printPositions(output, margin, isolated);
  printGreeks(output, margin, market.snapshot);
  printEquity(output, margin, quoteE6);
  printScenarios(output, margin, market);
  printRequirement(output, margin, market);
  printIsolated(output, margin, isolated);
}
