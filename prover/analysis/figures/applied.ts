// SPDX-License-Identifier: GPL-3.0-or-later
import { VOL_UNCHANGED, type MarketShock } from '../shock.ts';
import type { AccountStep } from '../trades.ts';
import type { BalanceSymbol } from '../../commitments/account-change.ts';
import { durationText } from '../../market/feeds/clock.ts';
import { formatFixed, formatUsd, instrumentName } from '../../model/format.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { abs } from '../../risk/pricing/fixed-point.ts';
import { moveText } from './levels-text.ts';

const amountText = (asset: BalanceSymbol, amount: bigint): string =>
  `${formatFixed(amount, asset === 'USDC' ? 6 : 8)} ${asset}`;

function stepText(step: AccountStep): string {
  if ('credit' in step) return `deposit ${amountText(step.credit.asset, step.credit.amount)}`;
  const { removedAsset, removedAmount, isCredited, addedPosition } = step.change;
  if (addedPosition === undefined) return `withdraw ${amountText(removedAsset, removedAmount)}`;
  const { instrument, lots } = addedPosition;
  const verb = lots > 0n ? 'buy' : 'sell';
  const cash =
    removedAmount === 0n
      ? 'without payment'
      : `${isCredited === true ? 'received' : 'paid'} ${formatUsd(removedAmount, 6)} USDC`;
  return `${verb} ${formatFixed(abs(lots), 2)} ${instrumentName(instrument)}, ${cash}`;
}

function shockTexts({ indexE4, volPpm, seconds }: MarketShock, before: MarketSnapshot): string[] {
  const moves = UNDERLYINGS.flatMap((u) => {
    const now = before.underlyings[u].indexE4;
    const symbol = UNDERLYING_SYMBOLS[u];
    const to = indexE4[u];
    return [
      ...(to === now
        ? []
        : [
            `${symbol} index ${formatFixed(now, 4)} to ${formatFixed(to, 4)} (${moveText(to, now)})`,
          ]),
      ...(volPpm[u] === VOL_UNCHANGED
        ? []
        : [`${symbol} volatilities ${moveText(volPpm[u], VOL_UNCHANGED)}`]),
    ];
  });
  return [...moves, ...(seconds === 0n ? [] : [`${durationText(Number(seconds))} pass`])];
}

/** What a what-if did, in the order in which it did it: what was understood, to be compared with what was meant. */
export function appliedTexts(
  steps: readonly AccountStep[],
  shock: MarketShock,
  before: MarketSnapshot,
): string[] {
  return [...steps.map(stepText), ...shockTexts(shock, before)];
}
