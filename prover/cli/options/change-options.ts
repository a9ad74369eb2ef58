// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, requireRule } from '../../core/errors.ts';
import type { AccountChange, BalanceSymbol } from '../../commitments/account-change.ts';
import { BALANCE_SYMBOLS, checkChange, NO_CHANGE } from '../../commitments/account-change.ts';
import type { Position } from '../../model/types.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';
import { parseBalanceAmount, parseList, parseLots } from '../../analysis/figures/amount.ts';
import { parseInstrument } from '../../analysis/figures/instrument.ts';

/** The one change that an `account-margin` proof can state. */
export const CHANGE_OPTIONS = {
  withdraw: {
    type: 'string',
    placeholder: 'asset:amount',
    describe: 'margin after this has left a balance, e.g. BTC:0.5 (or the price of a purchase)',
  },
  deposit: {
    type: 'string',
    placeholder: 'USDC:amount',
    describe: 'margin after USDC has come in: the proceeds of a sale',
  },
  add: {
    type: 'string',
    placeholder: 'instrument:contracts',
    describe: 'margin after buying (with a minus: selling), e.g. BTC-27MAR26-70000-C:-0.5',
  },
} as const satisfies Record<string, OptionSpec>;

/** Of `--flag name:value`, which is given once at most. */
function single(context: CommandContext, flag: string): readonly [string, string] | undefined {
  const text = stringOption(context, flag);
  if (text === undefined) return undefined;
  const [entry, ...others] = parseList(text, `--${flag}`);
  requireRule(others.length === 0, `--${flag}`, 'must be one entry: a proof states one change');
  return entry;
}

function balance(
  context: CommandContext,
  flag: 'withdraw' | 'deposit',
  assets: readonly BalanceSymbol[],
): Pick<AccountChange, 'removedAsset' | 'removedAmount'> | undefined {
  const entry = single(context, flag);
  if (entry === undefined) return undefined;
  const asset = assets.find((symbol) => symbol === entry[0]);
  if (asset === undefined) throw new InvalidInput(`--${flag}`, `must be of ${assets.join(', ')}`);
  const removedAmount = parseBalanceAmount(asset, entry[1], `--${flag}`);
  return { removedAsset: asset, removedAmount };
}

function addition(context: CommandContext): Position | undefined {
  const entry = single(context, 'add');
  if (entry === undefined) return undefined;
  const lots = parseLots(entry[1], '--add');
  return { instrument: parseInstrument(entry[0], '--add'), lots };
}

/** The change that the flags state; undefined without any. */
export function readChange(context: CommandContext): AccountChange | undefined {
  const withdrawn = balance(context, 'withdraw', BALANCE_SYMBOLS);
  const deposited = balance(context, 'deposit', ['USDC']);
  const addedPosition = addition(context);
  if (withdrawn !== undefined && deposited !== undefined) {
    throw new InvalidInput('--deposit', 'excludes --withdraw: a proof states one amount');
  }
  if (withdrawn === undefined && deposited === undefined && addedPosition === undefined) {
    return undefined;
  }
  const change: AccountChange = {
    ...(withdrawn ?? deposited ?? NO_CHANGE),
    isCredited: deposited !== undefined,
    addedPosition,
  };
  checkChange(change);
  return change;
}
