// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { InvalidInput } from '../../prover/core/errors.ts';
import { constant, integer, parseDocument, text } from '../../prover/core/schema.ts';
import { DEFAULT_PARAMETERS_PATH } from '../../prover/documents/default-parameters.ts';
import { parseParameters, type ParameterSet } from '../../prover/documents/parameters-document.ts';
import { multiplierOfLogMoveQ24 } from '../../prover/risk/pricing/log-grid.ts';

export const PROPOSAL_PATH = new URL('../../docs/proposals/parameters-1.json', import.meta.url);

const value = integer(-2047, 10_000);
const proposalSchema = z.strictObject({
  format: constant('plimsoll.parameter-proposal'),
  version: constant(1),
  /** Name of the set it changes. */
  base: text(),
  name: text(),
  changes: z.array(z.strictObject({ path: text(), from: value, to: value, reason: text() })),
});

export type Proposal = z.infer<typeof proposalSchema>;

export const readProposal = (): Proposal =>
  parseDocument(proposalSchema, readFileSync(PROPOSAL_PATH, 'utf8'), 'proposal');

type Tree = Record<string, unknown>;

/** The object that holds the last key of `a[0].b.c`, and that key. */
function placeOf(document: Tree, path: string): readonly [holder: Tree, key: string] {
  const keys = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  const last = keys.pop() ?? '';
  let holder: unknown = document;
  for (const key of keys) holder = (holder as Tree | undefined)?.[key];
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, last)) {
    throw new InvalidInput(path, 'is not in the parameter set');
  }
  return [holder as Tree, last];
}

/**
 * The shipped set with the changes of a proposal, read by the loader: a proposal that breaks one of
 * its rules is none. A move brings its multiplier along. Throws `InvalidInput` where the set no
 * longer holds what a change starts from.
 */
export function proposedParameters({ base, name, changes }: Proposal): ParameterSet {
  const document = JSON.parse(readFileSync(DEFAULT_PARAMETERS_PATH, 'utf8')) as Tree;
  if (document['name'] !== base)
    throw new InvalidInput('base', `must be ${String(document['name'])}`);
  document['name'] = name;
  for (const { path, from, to } of changes) {
    const [holder, key] = placeOf(document, path);
    if (holder[key] !== from) {
      throw new InvalidInput(path, `is ${String(holder[key])} in the set, not ${from}`);
    }
    holder[key] = to;
    if (key === 'logMoveQ10') holder['multiplierQ24'] = Number(multiplierOfLogMoveQ24(to));
  }
  return parseParameters(JSON.stringify(document));
}
