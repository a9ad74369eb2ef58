// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from '../core/errors.ts';
import { integer, parseDocument, text } from '../core/schema.ts';

const labelsSchema = z.strictObject({
  labels: z.array(
    z.strictObject({
      index: integer(0, 2 ** 24 - 1),
      name: text(),
      kind: text(),
      note: text().optional(),
    }),
  ),
});

/** Which account is which: for readers, the demo's story and the tests, never for a proof. */
export interface SampleLabel {
  readonly index: number;
  readonly name: string;
  readonly kind: string;
  readonly note?: string | undefined;
}

export function parseLabels(source: string): readonly SampleLabel[] {
  return parseDocument(labelsSchema, source, 'labels').labels;
}

/** One label a line. */
export function formatLabels(labels: readonly SampleLabel[]): string {
  const lines = labels.map((label) => `  ${JSON.stringify(label)}`);
  return ['{"labels":[', lines.join(',\n'), ']}\n'].join('\n');
}

/** The account of that name; throws `InvalidInput` when no label has it. */
export function labelled(labels: readonly SampleLabel[], name: string): SampleLabel {
  const label = labels.find((candidate) => candidate.name === name);
  if (label === undefined) throw new InvalidInput('labels', `has no account named "${name}"`);
  return label;
}
