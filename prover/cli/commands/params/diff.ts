// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { parameterDifferences } from '../../../analysis/parameter-impact.ts';
import { parameterHash } from '../../../commitments/parameters-words.ts';
import type { Command } from '../../command.ts';
import {
  ACTIVE_OPTION,
  PARAMETER_CHAIN_OPTIONS,
  PENDING_ARGUMENT,
  confirmActive,
  readBothSets,
} from '../../options/parameter-sets.ts';
import { decimal, shape, text } from '../../../core/json-output.ts';
import { printRows } from '../../table.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const shown = (of: unknown): string => {
  if (typeof of === 'bigint') return String(of);
  return of === undefined ? '–' : JSON.stringify(of);
};
/** What stands in only one of the sets is told as null in the other. */
const told = (of: unknown): z.infer<typeof value> =>
  of === undefined || (typeof of === 'object' && of !== null)
    ? null
    : (of as z.infer<typeof value>);

export const command: Command = {
  name: 'params diff',
  description:
    'Every value of the documents, names and remarks too: the hash commits to all of them. What a\n' +
    'change does to accounts says params impact. With --rpc the active set is held against the chain.',
  example: 'npx plimsoll params diff docs/proposals/parameters-1.json',
  positionals: [PENDING_ARGUMENT],
  options: { parameters: ACTIVE_OPTION, ...PARAMETER_CHAIN_OPTIONS },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      active: shape({ name: text, hash: decimal }),
      pending: shape({ name: text, hash: decimal }),
      differences: z.array(shape({ path: text, from: value, to: value })),
    }),
  },
  run: async (context) => {
    const { active, pending } = readBothSets(context);
    await confirmActive(context, active);
    const named = (set: typeof active) => ({ name: set.document.name, hash: parameterHash(set) });
    const differences = parameterDifferences(active, pending);
    context.print(`active   ${named(active).name}  ${named(active).hash}`);
    context.print(`pending  ${named(pending).name}  ${named(pending).hash}`);
    if (differences.length > 0) {
      const rows = differences.map(({ path, from, to }) => [path, shown(from), shown(to)]);
      printRows(context, ['value', 'active', 'pending'], rows, '');
    }
    context.printJson({
      active: named(active),
      pending: named(pending),
      differences: differences.map(({ path, from, to }) => ({
        path,
        from: told(from),
        to: told(to),
      })),
    });
  },
};
