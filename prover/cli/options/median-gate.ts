// SPDX-License-Identifier: GPL-3.0-or-later
import { decimalBigint, parseValue } from '../../core/schema.ts';
import type { ReportPlace } from '../../oracle/price-report.ts';
import { stringOption, type CommandContext, type OptionSpec } from '../command.ts';
import { addressOption } from './rpc-input.ts';

/** The flags that say whom a report is for. */
export const REPORT_PLACE_OPTIONS = {
  chain: { type: 'string', placeholder: 'id', describe: 'chain of the venue' },
  gate: {
    type: 'string',
    placeholder: 'address',
    describe: 'the MedianGate contract (medianGate of the feed)',
  },
} as const satisfies Record<string, OptionSpec>;

export function reportPlace(context: CommandContext): ReportPlace {
  const rule = decimalBigint(1n, 2n ** 256n - 1n);
  return {
    chainId: parseValue(rule, stringOption(context, 'chain'), '--chain'),
    medianGate: addressOption(context, 'gate'),
  };
}
