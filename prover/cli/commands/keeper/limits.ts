// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import { parseValue, pattern } from '../../../core/schema.ts';
import type { KeeperLimits } from '../../../keeper/valuation.ts';
import type { CommandContext, OptionSpec } from '../../command.ts';
import { stringOption } from '../../command.ts';

export const LIMIT_OPTIONS = {
  inventory: {
    type: 'string',
    placeholder: 'USD',
    describe: 'dollars to escrow at most, price and top-up (default: all that the sender holds)',
  },
  'min-profit': {
    type: 'string',
    placeholder: 'USD',
    describe: 'profit below which it waits (default: 10)',
  },
  spread: {
    type: 'string',
    placeholder: 'bps',
    describe: 'half the spread, of every dollar of delta to unwind (default: 5)',
  },
  'vol-spread': {
    type: 'string',
    placeholder: 'points',
    describe: 'volatility points that each option costs to unwind (default: 1)',
  },
  'max-gas-price': {
    type: 'string',
    placeholder: 'gwei',
    describe: 'gas price above which it waits (default: 100)',
  },
} as const satisfies Record<string, OptionSpec>;

/** A decimal number of an option, times a power of ten; what is smaller than that is refused. */
function scaled(context: CommandContext, name: string, fallback: string, digits: number): bigint {
  const form = pattern(/^[0-9]{1,18}(\.[0-9]{1,18})?$/, 'must be a number, as 12.5');
  const text = parseValue(form, stringOption(context, name) ?? fallback, `--${name}`);
  const [units = '0', fraction = ''] = text.split('.');
  if (fraction.length > digits) {
    throw new InvalidInput(`--${name}`, `must have at most ${digits} digits after the point`);
  }
  return BigInt(units + fraction.padEnd(digits, '0'));
}

/**
 * @param held what the sender has, which no inventory exceeds
 * @param spent what this run has taken of the inventory
 */
export function limitsOf(context: CommandContext, held: bigint, spent: bigint): KeeperLimits {
  const given = stringOption(context, 'inventory');
  const whole = given === undefined ? held : scaled(context, 'inventory', given, 6) - spent;
  const inventoryE6 = whole > 0n ? whole : 0n;
  return {
    inventoryE6: inventoryE6 < held ? inventoryE6 : held,
    minProfitE6: scaled(context, 'min-profit', '10', 6),
    spreadBps: scaled(context, 'spread', '5', 0),
    volCentipoints: scaled(context, 'vol-spread', '1', 2),
    maxGasPriceWei: scaled(context, 'max-gas-price', '100', 9),
  };
}
