// SPDX-License-Identifier: GPL-3.0-or-later
import { parameterHash } from '../../market/parameters-words.ts';
import { snapshotHash } from '../../market/snapshot-words.ts';
import type { Greeks } from '../../risk/greeks.ts';
import { positionGreeks } from '../../risk/greeks.ts';
import type { AccountMargin } from '../../risk/margin.ts';
import { marginPortfolio } from '../../risk/margin.ts';
import type { PricedMarket } from '../../risk/market.ts';
import { priceMarket } from '../../risk/market.ts';
import { COLLATERAL_SYMBOLS, UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../risk/types.ts';
import type { Command, CommandContext } from '../command.ts';
import { formatFixed, formatTable, formatUsd, formatUtc, instrumentName } from '../format.ts';
import type { IsolatedReport } from '../margin-report.ts';
import { contingencyLines, isolatedReport, scenarioRows, statusOf } from '../margin-report.ts';
import {
  MARKET_OPTIONS,
  accountIndex,
  readLedger,
  readParameters,
  readSnapshot,
} from '../market-inputs.ts';

type Print = CommandContext['print'];

const GREEKS: readonly (readonly [keyof Greeks, digits: number])[] = [
  ['delta', 4],
  ['gamma', 6],
  ['vega', 2],
  ['theta', 2],
];

function greekCells(greeks: Greeks): string[] {
  return GREEKS.map(([name, digits]) => greeks[name].toFixed(digits));
}

function sumGreeks(parts: readonly Greeks[]): Greeks {
  const total = (name: keyof Greeks): number => parts.reduce((sum, part) => sum + part[name], 0);
  return {
    delta: total('delta'),
    gamma: total('gamma'),
    vega: total('vega'),
    theta: total('theta'),
  };
}

function printTable(print: Print, title: string, header: string[], rows: string[][]): void {
  print();
  print(title);
  for (const line of formatTable(header, rows)) print(`  ${line}`);
}

function valueE6(lots: bigint, markQ128: bigint): bigint {
  return (lots * markQ128) >> 128n;
}

function printPositions(print: Print, margin: AccountMargin, isolated: IsolatedReport): void {
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
    print,
    'Positions (contracts, USD; theta per day, vega per volatility point; MM and IM if held alone)',
    ['instrument', 'contracts', 'mark', 'value', ...GREEKS.map(([name]) => name), 'MM', 'IM'],
    rows.length === 0 ? [['none']] : rows,
  );
}

function printScenarios(print: Print, margin: AccountMargin, market: PricedMarket): void {
  for (const u of UNDERLYINGS) {
    const rows = scenarioRows(u, margin, market);
    if (rows.every(({ lossE6 }) => lossE6 === 0n)) continue;
    printTable(
      print,
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

function printRequirement(print: Print, margin: AccountMargin, market: PricedMarket): void {
  const lines = contingencyLines(margin, market).filter(({ baseE6 }) => baseE6 !== 0n);
  printTable(
    print,
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

function printEquity(print: Print, margin: AccountMargin, quoteE6: bigint): void {
  const positionsE6 = margin.positions.reduce(
    (sum, { lots, valuation }) => sum + lots * valuation.markQ128,
    0n,
  );
  printTable(
    print,
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

function printIsolated(print: Print, margin: AccountMargin, isolated: IsolatedReport): void {
  printTable(
    print,
    'The same positions and coins in isolated accounts (USD)',
    ['', 'MM', 'IM'],
    [
      ['together (this account)', formatUsd(margin.mmE6), formatUsd(margin.imE6)],
      ['each position alone', ...totals(isolated)],
      ['coins alone', formatUsd(isolated.collateral.mmE6), formatUsd(isolated.collateral.imE6)],
      ['isolated, in all', formatUsd(isolated.total.mmE6), formatUsd(isolated.total.imE6)],
    ],
  );
}

function totals({ total, collateral }: IsolatedReport): string[] {
  return [formatUsd(total.mmE6 - collateral.mmE6), formatUsd(total.imE6 - collateral.imE6)];
}

function positionJson(position: AccountMargin['positions'][number], isolated: unknown): unknown {
  const { instrument, lots, valuation } = position;
  return {
    underlying: UNDERLYING_SYMBOLS[instrument.underlying],
    kind: instrument.kind,
    expiry: Number(instrument.expiry),
    strikeE4: instrument.strikeE4,
    lots,
    markE4: valuation.markQ128 >> 128n,
    valueE6: valueE6(lots, valuation.markQ128),
    greeks: positionGreeks(position),
    isolated,
  };
}

export const command: Command = {
  name: 'margin',
  summary: 'show what an account holds, is worth and needs',
  description:
    'Positions with Greeks, the loss in every scenario, equity, initial and maintenance margin.\n' +
    'Exact margin (docs/spec.md): the figures that proofs and contracts decide by.',
  example: 'npx plimsoll margin ordinary-liquidation --tick crash',
  positionals: [
    {
      name: 'account',
      required: true,
      describe: 'index of the account, or a name in the shipped sample',
    },
  ],
  options: MARKET_OPTIONS,
  needsSetup: false,
  run: async (context) => {
    const ledger = readLedger(context);
    const snapshot = readSnapshot(context);
    const set = readParameters(context);
    const index = accountIndex(context.positionals[0] ?? '', '<account>', ledger, context);
    const account = ledger.account(index);
    const market = priceMarket(snapshot, set.parameters);
    const margin = marginPortfolio(account, market);
    const isolated = isolatedReport(account, market);
    const { print } = context;

    print(`Account ${index}: ${statusOf(margin)}, at ${formatUtc(snapshot.time)} UTC`);
    print(
      `  equity ${formatUsd(margin.equityE6, 6)}   MM ${formatUsd(margin.mmE6, 6)}   ` +
        `IM ${formatUsd(margin.imE6, 6)} USD` +
        (margin.bankrupt ? `   deficit ${formatUsd(margin.deficitE6, 6)} USD` : ''),
    );
    printPositions(print, margin, isolated);
    printEquity(print, margin, account.quoteE6);
    printScenarios(print, margin, market);
    printRequirement(print, margin, market);
    printIsolated(print, margin, isolated);

    context.printJson({
      account: index,
      owner: `0x${account.owner.toString(16).padStart(40, '0')}`,
      settlementNonce: account.settlementNonce,
      margin: 'exact',
      status: statusOf(margin),
      ledgerRoot: ledger.root,
      snapshotHash: snapshotHash(snapshot),
      parameterHash: parameterHash(set),
      equityE6: margin.equityE6,
      grossEquityE6: margin.grossEquityE6,
      deficitE6: margin.deficitE6,
      mmE6: margin.mmE6,
      imE6: margin.imE6,
      scanMmE6: margin.scanMmE6,
      scanImE6: margin.scanImE6,
      contingencies: contingencyLines(margin, market),
      collateral: margin.collateral.map((value, c) => ({ asset: COLLATERAL_SYMBOLS[c], ...value })),
      positions: margin.positions.map((position, i) =>
        positionJson(position, isolated.positions[i]),
      ),
      underlyings: UNDERLYINGS.map((u) => ({
        symbol: UNDERLYING_SYMBOLS[u],
        worstScenario: margin.underlyings[u].worstScenario,
        scenarios: scenarioRows(u, margin, market),
      })),
      isolated: { collateral: isolated.collateral, total: isolated.total },
    });
  },
};
