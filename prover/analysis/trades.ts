// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../core/errors.ts';
import {
  accountAfter,
  type AccountChange,
  type BalanceSymbol,
} from '../commitments/account-change.ts';
import type { Account } from '../commitments/account.ts';
import { COLLATERAL_BITS, QUOTE_BITS } from '../commitments/widths.ts';
import { shiftCeil } from '../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../risk/pricing/market.ts';
import type { Position } from '../model/types.ts';

/** One step of a what-if; `source` is where it was asked for and stands in errors. */
export type AccountStep = { readonly source: string } & (
  | { readonly change: AccountChange }
  /** E6 of USDC, E8 of the others; never negative. */
  | { readonly credit: { readonly asset: BalanceSymbol; readonly amount: bigint } }
);

const QUOTE_LIMIT = 1n << BigInt(QUOTE_BITS - 1);
const COLLATERAL_LIMIT = 1n << BigInt(COLLATERAL_BITS);

function credited(account: Account, asset: BalanceSymbol, amount: bigint): Account {
  const quoteE6 = account.quoteE6 + (asset === 'USDC' ? amount : 0n);
  const [btc, eth, stEth] = account.collateralE8;
  const collateralE8 = [
    btc + (asset === 'BTC' ? amount : 0n),
    eth + (asset === 'ETH' ? amount : 0n),
    stEth + (asset === 'stETH' ? amount : 0n),
  ] as const;
  if (quoteE6 >= QUOTE_LIMIT || collateralE8.some((balance) => balance >= COLLATERAL_LIMIT)) {
    throw new InvalidInput(asset, 'would leave a balance wider than the ledger holds');
  }
  return { ...account, quoteE6, collateralE8 };
}

/**
 * The account after all steps, in order; each removal and trade is an account change of
 * docs/spec.md §6, except that a position closed leaves its slot, as it does once the ledger is
 * written again. Throws `InvalidInput` naming the step's source where no account would be left.
 */
export function applySteps(account: Account, steps: readonly AccountStep[]): Account {
  return steps.reduce((before, step) => {
    try {
      if ('credit' in step) return credited(before, step.credit.asset, step.credit.amount);
      const after = accountAfter(before, step.change);
      return { ...after, positions: after.positions.filter(({ lots }) => lots !== 0n) };
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      throw new InvalidInput(step.source, error.message, { cause: error });
    }
  }, account);
}

/** What a trade costs at mark, rounded up; negative: received. */
export const costAtMarkE6 = ({ instrument, lots }: Position, market: PricedMarket): bigint =>
  shiftCeil(lots * market.value(instrument).markQ128, 128n);
