// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { z } from 'zod';

import { InvalidInput } from '../core/errors.ts';
import { readTextFile } from '../core/files.ts';
import { REPOSITORY_ROOT } from '../core/root.ts';
import { constant, integer, parseJson, parseValue, text } from '../core/schema.ts';
import { multiplierOfLogMoveQ24 } from '../risk/pricing/log-grid.ts';
import { formatParameters, parseParameters, type ParameterSet } from './parameters-document.ts';

/** The one of docs/parameter-study.md. */
export const STUDY_PROPOSAL_PATH = join(REPOSITORY_ROOT, 'docs/proposals/parameters-1.json');

const FORMAT = 'plimsoll.parameter-proposal';
const value = integer(-2047, 10_000);
const proposalSchema = z.strictObject({
  format: constant(FORMAT),
  version: constant(1),
  /** Name of the set it changes. */
  base: text(),
  name: text(),
  changes: z.array(z.strictObject({ path: text(), from: value, to: value, reason: text() })),
});

export type Proposal = z.infer<typeof proposalSchema>;

export const readProposal = (path = STUDY_PROPOSAL_PATH): Proposal =>
  parseValue(proposalSchema, parseJson(readTextFile(path, '<proposal>'), path), path);

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

/** A set with some of its values replaced, read by the loader: one that breaks a rule of it is none. */
export function parametersWith(
  base: ParameterSet,
  changes: readonly { readonly path: string; readonly to: unknown }[],
): ParameterSet {
  const document = structuredClone(base.document) as unknown as Tree;
  for (const { path, to } of changes) {
    const [holder, key] = placeOf(document, path);
    holder[key] = to;
  }
  return parseParameters(formatParameters({ document: document as never }));
}

/**
 * The base set with the changes of a proposal. A move brings its multiplier along. Throws
 * `InvalidInput` where the set no longer holds what a change starts from.
 */
export function proposedParameters(
  { base: baseName, name, changes }: Proposal,
  base: ParameterSet,
): ParameterSet {
  if (base.document.name !== baseName) {
    throw new InvalidInput('base', `must be ${base.document.name}`);
  }
  const document = base.document as unknown as Tree;
  const values = changes.flatMap(({ path, from, to }) => {
    const [holder, key] = placeOf(document, path);
    if (holder[key] !== from) {
      throw new InvalidInput(path, `is ${String(holder[key])} in the set, not ${from}`);
    }
    if (key !== 'logMoveQ10') return [{ path, to }];
    const multiplier = path.replace(/logMoveQ10$/, 'multiplierQ24');
    return [
      { path, to },
      { path: multiplier, to: Number(multiplierOfLogMoveQ24(to)) },
    ];
  });
  return parametersWith(base, [{ path: 'name', to: name }, ...values]);
}

/** A whole set, or a proposal of changes to `base`: either is what somebody means to make active. */
export function readPendingSet(path: string, base: ParameterSet): ParameterSet {
  const source = readTextFile(path, '<pending>');
  const value = parseJson(source, path) as { readonly format?: unknown } | null;
  return value?.format === FORMAT
    ? proposedParameters(parseValue(proposalSchema, value, path), base)
    : parseParameters(source);
}
