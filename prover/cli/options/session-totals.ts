// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { COVERED_IDS } from '../../commitments/session/lanes.ts';
import { decimal, flag, shape, whole } from '../../core/json-output.ts';
import { max } from '../../risk/pricing/fixed-point.ts';
import type { StatementSignals } from '../../statements/generated/public-signals.ts';
import { closedShortfalls, worstShortfall } from '../../venue/session/closed-shortfalls.ts';
import { parseBalanceAmount } from '../../analysis/figures/amount.ts';
import { formatFixed, formatUsd } from '../../model/format.ts';
import { stringOption, type CommandContext, type OptionSpec } from '../command.ts';

export const FUND_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'USDC',
  describe: 'what the insurance fund holds; 0 unless given',
};

export function readFund(context: CommandContext): bigint {
  const fund = stringOption(context, 'fund');
  return fund === undefined ? 0n : parseBalanceAmount('USDC', fund, '--fund');
}

/** What a close says of a venue, for programs. */
export const totalsOutput = shape({
  accounts: whole,
  heavy: whole,
  uncovered: whole,
  uncoveredNotionalE6: decimal,
  quoteE6: decimal,
  btcE8: decimal,
  ethE8: decimal,
  stEthE8: decimal,
  deficitE6: decimal,
  shortfalls: z.array(shape({ scenario: whole, shortfallE6: decimal })),
  worst: shape({ scenario: whole, shortfallE6: decimal }),
  fundE6: decimal,
  isCovered: flag,
});

type Close = StatementSignals['solvency-close'];

export function totalsJson(close: Close, fundE6: bigint) {
  const worst = worstShortfall(close);
  const { uncoveredNotionalE6, quoteE6, btcE8, ethE8, stEthE8, deficitE6 } = close;
  return {
    accounts: Number(close.accounts),
    heavy: Number(close.heavy),
    uncovered: Number(close.uncovered),
    uncoveredNotionalE6,
    quoteE6,
    btcE8,
    ethE8,
    stEthE8,
    deficitE6,
    shortfalls: closedShortfalls(close),
    worst,
    fundE6,
    isCovered: worst.shortfallE6 <= fundE6,
  };
}

export function printTotals({ print }: CommandContext, close: Close, fundE6: bigint): void {
  const { accounts, uncovered, worst, isCovered } = totalsJson(close, fundE6);
  print(
    `owed         USDC ${formatUsd(close.quoteE6, 6)}, BTC ${formatFixed(close.btcE8, 8)}, ` +
      `ETH ${formatFixed(close.ethE8, 8)}, stETH ${formatFixed(close.stEthE8, 8)}`,
  );
  print(
    `accounts     ${accounts}, at most ${uncovered} below maintenance (notional ${formatUsd(close.uncoveredNotionalE6)} USD)`,
  );
  print(`deficit      at most ${formatUsd(close.deficitE6)} USD now`);
  print(
    `shortfall    at most ${formatUsd(worst.shortfallE6)} USD after scenario ${worst.scenario} in both underlyings, the worst of ${COVERED_IDS.length}`,
  );
  print(
    isCovered
      ? `covered      by a fund of ${formatUsd(fundE6)} USD`
      : `NOT covered  by a fund of ${formatUsd(fundE6)} USD: up to ${formatUsd(max(0n, worst.shortfallE6 - fundE6))} USD are missing`,
  );
}
