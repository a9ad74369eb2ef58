// SPDX-License-Identifier: GPL-3.0-or-later
import type { MarginDerivation } from '../../../analysis/derivation/derivation.ts';
import type { ScenarioLine, UnderlyingLines } from '../../../analysis/derivation/scenarios.ts';
import { formatFixed, formatUsd } from '../../../model/format.ts';
import { percent, printContingencies, scaled } from './contingencies.ts';
import type { Output } from '../../table.ts';
import { printTable } from './sections.ts';

/** Columns of positions side by side. */
const BLOCK = 6;

const scenarioCells = ({ id, multiplierQ24, vol, roll }: ScenarioLine): string[] => {
  const bps = ((multiplierQ24 * 10_000n + (1n << 23n)) >> 24n) - 10_000n;
  return [String(id), id === 0 ? 'mark' : percent(bps), roll === 'none' ? vol : `roll ${roll}`];
};

function printPnl(output: Output, { underlying, scenarios }: UnderlyingLines): void {
  const [first] = scenarios;
  if (first === undefined) return;
  for (let start = 0; start < first.positions.length; start += BLOCK) {
    const block = first.positions.slice(start, start + BLOCK);
    printTable(
      output,
      `${underlying}: PnL of each position by scenario (USD)`,
      ['id', 'index', 'shock', ...block.map(({ position }) => `#${position}`)],
      scenarios.map((line) => [
        ...scenarioCells(line),
        ...line.positions.slice(start, start + BLOCK).map((p) => scaled(p.pnlE6Q152, 152n, 6)),
      ]),
    );
  }
}

function printLosses(output: Output, lines: UnderlyingLines): void {
  const { underlying, scenarios, scanE6Q16, worstScenario } = lines;
  const coins = scenarios[0]?.collateral ?? [];
  if (coins.length === 0 && scenarios[0]?.positions.length === 0) return;
  printPnl(output, lines);
  printTable(
    output,
    `${underlying}: from PnL to scan range (USD; loss = -PnL rounded down to 0.000001, in all)`,
    [
      'id',
      'index',
      'shock',
      ...coins.map(({ asset }) => asset),
      'sum',
      'loss',
      'damping',
      'damped',
    ],
    scenarios.map((line) => [
      ...scenarioCells(line),
      ...line.collateral.map(({ pnlE6Q152 }) => scaled(pnlE6Q152, 152n, 6)),
      scaled(line.pnlSumE6Q152, 152n, 10),
      formatUsd(line.lossE6, 6),
      (Number(line.dampingQ16) / 65_536).toFixed(6),
      scaled(line.dampedLossE6Q16, 16n, 6),
    ]),
  );
  output.print(`  scan range ${scaled(scanE6Q16, 16n, 10)}, at scenario ${worstScenario}`);
}

function printTiers(output: Output, { equity }: MarginDerivation): void {
  for (const line of equity.collateral) {
    if (line.balanceE8 === 0n) continue;
    printTable(
      output,
      `${line.asset}: ${formatFixed(line.balanceE8, 8)} at ${formatFixed(line.priceE4, 4)} = ` +
        `${formatUsd(line.valueE6, 6)} (rounded down; price: the lower of market ` +
        `${formatFixed(line.marketPriceE4, 4)} and index x redemption rate)`,
      ['tier from USD', 'haircut', 'amount', 'kept'],
      [
        ...line.tiers
          .filter(({ amountE6 }) => amountE6 > 0n)
          .map((tier) => [
            formatFixed(tier.fromUsd, 0),
            percent(tier.haircutBps),
            formatUsd(tier.amountE6, 6),
            formatFixed(tier.keptE10, 10),
          ]),
        ['kept, rounded down', '', '', formatUsd(line.haircutValueE6, 6)],
      ],
    );
  }
  printTable(
    output,
    'Equity lines (USD)',
    ['', 'exact', 'counted'],
    [
      ['USDC', '', formatUsd(equity.quoteE6, 6)],
      ...equity.collateral
        .filter(({ balanceE8 }) => balanceE8 !== 0n)
        .map(({ asset, haircutValueE6 }) => [asset, '', formatUsd(haircutValueE6, 6)]),
      [
        'positions, rounded down',
        scaled(equity.positionsE6Q128, 128n, 10),
        formatUsd(equity.positionsE6, 6),
      ],
      ['equity', '', formatUsd(equity.equityE6, 6)],
    ],
  );
}

function printTotals(output: Output, { requirement, underlyings }: MarginDerivation): void {
  const { mmFactorBps, imFactorBps, scanMmE6, scanImE6, initialOnly } = requirement;
  const { oracleConfidence, oracleLatency, collateral } = initialOnly;
  const extraE6 = oracleConfidence.imE6 + oracleLatency.imE6 + collateral.imE6;
  printTable(
    output,
    'Requirement (USD; every line rounded up)',
    ['', 'MM', 'IM'],
    [
      ...underlyings.map(({ underlying, scanE6Q16 }) => {
        const scan = scaled(scanE6Q16, 16n, 6);
        return [`${underlying} scan range`, scan, scan];
      }),
      ['factor', percent(mmFactorBps), percent(imFactorBps)],
      ['scan range as charged', formatUsd(scanMmE6, 6), formatUsd(scanImE6, 6)],
      [
        'contingencies',
        formatUsd(requirement.contingenciesMmE6, 6),
        formatUsd(requirement.contingenciesImE6, 6),
      ],
      ['confidence, latency, collateral', '', formatUsd(extraE6, 6)],
      ['total', formatUsd(requirement.mmE6, 6), formatUsd(requirement.imE6, 6)],
    ],
  );
}

/** The derivation for people; `--json` has every number exactly. */
export function printDerivation(
  output: Output,
  derivation: MarginDerivation,
  names: readonly string[],
): void {
  printTable(
    output,
    'Derivation: positions and their unrounded value at mark (USD)',
    ['#', 'lots of 0.01', 'mark', 'value', 'instrument'],
    derivation.positions.map(({ position, lots, markE4Q128, markValueE6Q128 }) => [
      `#${position}`,
      String(lots),
      formatFixed((markE4Q128 * 1_000_000n) >> 128n, 10),
      scaled(markValueE6Q128, 128n, 10),
      names[position] ?? '',
    ]),
  );
  printTiers(output, derivation);
  for (const lines of derivation.underlyings) printLosses(output, lines);
  printContingencies(output, derivation);
  printTotals(output, derivation);
  printTable(
    output,
    'Every rounding between the snapshot and the totals (docs/spec.md)',
    ['value', 'section', 'towards', 'formula'],
    derivation.roundings.map(({ value, section, direction, formula }) => [
      value,
      section,
      direction,
      formula,
    ]),
  );
}
