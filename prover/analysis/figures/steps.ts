// SPDX-License-Identifier: GPL-3.0-or-later
import { BALANCE_SYMBOLS, type BalanceSymbol } from '../../commitments/account-change.ts';
import type { Account } from '../../commitments/account.ts';
import { InvalidInput } from '../../core/errors.ts';
import { instrumentId } from '../../model/instrument.ts';
import type { Position } from '../../model/types.ts';
import { abs } from '../../risk/pricing/fixed-point.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import { costAtMarkE6, type AccountStep } from '../trades.ts';
import { LOT_DECIMALS, parseBalanceAmount, parseLots, parseScaled } from './amount.ts';
import { parseInstrument } from './instrument.ts';

/** A name and an amount as somebody wrote them; `source` is where, and stands in errors. */
export interface Ask {
  readonly source: string;
  readonly name: string;
  readonly value: string;
}

/** What a what-if does to an account, each as it is written. */
export interface StepAsks {
  readonly deposit: readonly Ask[];
  /** `all` closes a position. */
  readonly remove: readonly Ask[];
  readonly add: readonly Ask[];
  readonly withdraw: readonly Ask[];
  /** Whether positions are paid for at mark. */
  readonly isPaid: boolean;
}

interface Balance {
  readonly source: string;
  readonly asset: BalanceSymbol;
  readonly amount: bigint;
}

const balances = (asks: readonly Ask[]): readonly Balance[] =>
  asks.map(({ source, name, value }) => {
    const asset = BALANCE_SYMBOLS.find((symbol) => symbol === name);
    if (asset === undefined) {
      throw new InvalidInput(source, `must be one of ${BALANCE_SYMBOLS.join(', ')}`);
    }
    return { source, asset, amount: parseBalanceAmount(asset, value, source) };
  });

/** A position to add; `source` is where it was asked for. */
export interface Trade extends Position {
  readonly source: string;
}

const additions = (asks: readonly Ask[]): readonly Trade[] =>
  asks.map(({ source, name, value }) => ({
    source,
    instrument: parseInstrument(name, source),
    lots: parseLots(value, source),
  }));

function removals(asks: readonly Ask[], { positions }: Account): readonly Trade[] {
  const seen = new Set<string>();
  return asks.map(({ source, name, value }) => {
    const instrument = parseInstrument(name, source);
    const id = instrumentId(instrument);
    const held = positions.find((position) => instrumentId(position.instrument) === id)?.lots;
    if (held === undefined) throw new InvalidInput(source, 'is not held by the account');
    if (seen.has(id)) throw new InvalidInput(source, 'is given twice');
    seen.add(id);
    const size = value === 'all' ? abs(held) : parseScaled(value, LOT_DECIMALS, source);
    if (size < 1n || size > abs(held)) {
      throw new InvalidInput(source, `must be from 0.01 to the ${abs(held)} lots of 0.01 held`);
    }
    return { source, instrument, lots: held > 0n ? -size : size };
  });
}

/** A trade and its cash as one change, in the form that a proof states it. */
export function tradeStep({ source, ...addedPosition }: Trade, costE6: bigint): AccountStep {
  const isCredited = costE6 < 0n;
  const removedAmount = abs(costE6);
  return { source, change: { removedAsset: 'USDC', removedAmount, isCredited, addedPosition } };
}

/** What is asked for, in the order deposits, removals, additions, withdrawals. */
export function stepsOf(
  { deposit, remove, add, withdraw, isPaid }: StepAsks,
  account: Account,
  market: PricedMarket,
): readonly AccountStep[] {
  const trades = [...removals(remove, account), ...additions(add)];
  return [
    ...balances(deposit).map(({ source, ...credit }) => ({ source, credit })),
    ...trades.map((trade) => tradeStep(trade, isPaid ? costAtMarkE6(trade, market) : 0n)),
    ...balances(withdraw).map(({ source, asset, amount }) => ({
      source,
      change: { removedAsset: asset, removedAmount: amount },
    })),
  ];
}
