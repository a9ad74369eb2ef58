// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import { BALANCE_SYMBOLS, type BalanceSymbol } from '../../../commitments/account-change.ts';
import type { Account } from '../../../commitments/account.ts';
import { costAtMarkE6, type AccountStep } from '../../../analysis/trades.ts';
import { abs } from '../../../risk/pricing/fixed-point.ts';
import { instrumentId } from '../../../model/instrument.ts';
import type { PricedMarket } from '../../../risk/pricing/market.ts';
import type { Position } from '../../../model/types.ts';
import type { CommandContext, OptionSpec } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { LOT_DECIMALS, parseBalanceAmount, parseList, parseLots, parseScaled } from './amount.ts';
import { parseInstrument } from './instrument.ts';

export const STEP_OPTIONS = {
  add: {
    type: 'string',
    placeholder: 'instrument:contracts,…',
    describe: 'buy (or, with a minus, sell) contracts, e.g. BTC-27MAR26-70000-C:-2.5',
  },
  remove: {
    type: 'string',
    placeholder: 'instrument:contracts|all,…',
    describe: 'close contracts of a position held, long or short',
  },
  unpaid: {
    type: 'boolean',
    describe: 'let positions come and go without payment (default: paid at mark from USDC)',
  },
  deposit: { type: 'string', placeholder: 'asset:amount,…', describe: 'e.g. USDC:5000,BTC:0.1' },
  withdraw: { type: 'string', placeholder: 'asset:amount,…', describe: 'e.g. stETH:2' },
} as const satisfies Record<string, OptionSpec>;

function balances(
  context: CommandContext,
  flag: 'deposit' | 'withdraw',
): readonly { readonly source: string; readonly asset: BalanceSymbol; readonly amount: bigint }[] {
  const text = stringOption(context, flag);
  if (text === undefined) return [];
  return parseList(text, `--${flag}`).map(([name, value]) => {
    const source = `--${flag} ${name}`;
    const asset = BALANCE_SYMBOLS.find((symbol) => symbol === name);
    if (asset === undefined) {
      throw new InvalidInput(source, `must be one of ${BALANCE_SYMBOLS.join(', ')}`);
    }
    return { source, asset, amount: parseBalanceAmount(asset, value, source) };
  });
}

interface Trade extends Position {
  readonly source: string;
}

function additions(context: CommandContext): readonly Trade[] {
  const text = stringOption(context, 'add');
  if (text === undefined) return [];
  return parseList(text, '--add').map(([name, contracts]) => {
    const source = `--add ${name}`;
    const instrument = parseInstrument(name, source);
    return { source, instrument, lots: parseLots(contracts, source) };
  });
}

function removals(context: CommandContext, { positions }: Account): readonly Trade[] {
  const text = stringOption(context, 'remove');
  if (text === undefined) return [];
  const seen = new Set<string>();
  return parseList(text, '--remove').map(([name, contracts]) => {
    const source = `--remove ${name}`;
    const instrument = parseInstrument(name, source);
    const id = instrumentId(instrument);
    const held = positions.find((position) => instrumentId(position.instrument) === id)?.lots;
    if (held === undefined) throw new InvalidInput(source, 'is not held by the account');
    if (seen.has(id)) throw new InvalidInput(source, 'is given twice');
    seen.add(id);
    const size = contracts === 'all' ? abs(held) : parseScaled(contracts, LOT_DECIMALS, source);
    if (size < 1n || size > abs(held)) {
      throw new InvalidInput(source, `must be from 0.01 to the ${abs(held)} lots of 0.01 held`);
    }
    return { source, instrument, lots: held > 0n ? -size : size };
  });
}

/** A trade and its cash as one change, in the form that a proof states it. */
function tradeStep({ source, ...addedPosition }: Trade, costE6: bigint): AccountStep {
  const isCredited = costE6 < 0n;
  const removedAmount = abs(costE6);
  return { source, change: { removedAsset: 'USDC', removedAmount, isCredited, addedPosition } };
}

/** What the flags ask for, in the order deposits, removals, additions, withdrawals. */
export function readSteps(
  context: CommandContext,
  account: Account,
  market: PricedMarket,
): readonly AccountStep[] {
  const isPaid = context.options['unpaid'] !== true;
  const trades = [...removals(context, account), ...additions(context)];
  return [
    ...balances(context, 'deposit').map(({ source, ...credit }) => ({ source, credit })),
    ...trades.map((trade) => tradeStep(trade, isPaid ? costAtMarkE6(trade, market) : 0n)),
    ...balances(context, 'withdraw').map(({ source, asset, amount }) => ({
      source,
      change: { removedAsset: asset, removedAmount: amount },
    })),
  ];
}
