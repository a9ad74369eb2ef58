// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { decimal, flag, shape, whole } from '../../core/json-output.ts';
import { max } from '../../risk/pricing/fixed-point.ts';
import type { StatementSignals } from '../../statements/generated/public-signals.ts';
import {
  closedShortfalls,
  shortfallText,
  worstShortfall,
} from '../../venue/session/closed-shortfalls.ts';
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

/** Scenario ids of BTC and ETH, 0 where one stands still; absent of the bound on all pairs of ids that are no tails. */
const SHORTFALL = shape({ ids: z.tuple([whole, whole]).optional(), shortfallE6: decimal });

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
  shortfalls: z.array(SHORTFALL),
  worst: SHORTFALL,
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
  const { accounts, uncovered, shortfalls, worst, isCovered } = totalsJson(close, fundE6);
  print(
    `owed         USDC ${formatUsd(close.quoteE6, 6)}, BTC ${formatFixed(close.btcE8, 8)}, ` +
      `ETH ${formatFixed(close.ethE8, 8)}, stETH ${formatFixed(close.stEthE8, 8)}`,
  );
  print(
    `accounts     ${accounts}, at most ${uncovered} below maintenance (notional ${formatUsd(close.uncoveredNotionalE6)} USD)`,
  );
  print(`deficit      at most ${formatUsd(close.deficitE6)} USD now`);
  print(
    `shortfall    at most ${formatUsd(worst.shortfallE6)} USD after ${shortfallText(worst)}, the worst of ${shortfalls.length} totals`,
  );
  print(
    isCovered
      ? `covered      by a fund of ${formatUsd(fundE6)} USD`
      : `NOT covered  by a fund of ${formatUsd(fundE6)} USD: up to ${formatUsd(max(0n, worst.shortfallE6 - fundE6))} USD are missing`,
  );
}
