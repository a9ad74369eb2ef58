// SPDX-License-Identifier: GPL-3.0-or-later

/** circuits/proved.json: what is proven of which code, for whoever reads and for the lint. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

import { parseDocument } from '../../core/schema.ts';
import { ROOT } from '../bootstrap.mjs';
import { parseTemplates, templateHashes, type Template } from './templates.ts';

export const LEDGER_FILE = join(ROOT, 'circuits', 'proved.json');

const entry = z.strictObject({
  case: z.string(),
  template: z.string(),
  /** Of the template's code, its claims, and all that it calls. */
  hash: z.string(),
  constraints: z.number(),
  by: z.enum(['propagation', 'solver', 'argument']),
  /** Wires for which only the comment in the source argues; empty when a machine proved all. */
  open: z.array(z.string()),
  notEnsured: z.array(z.string()),
  /** Assumptions of components that no machine showed to be met here. */
  unmet: z.array(z.string()),
  /** Ranges of the outputs, both ends in decimal, null where nothing is known. */
  outputs: z.array(z.tuple([z.string(), z.string()]).nullable()),
});
const ledger = z.strictObject({
  hints: z.array(
    z.strictObject({
      file: z.string(),
      template: z.string(),
      signal: z.string(),
      /** `free`: the prover may choose, and changes no output. */
      proved: z.enum(['unique', 'free', 'by argument']),
    }),
  ),
  cases: z.array(entry),
});
export type LedgerEntry = z.infer<typeof entry>;
export type GadgetLedger = z.infer<typeof ledger>;

export function readLedger(): GadgetLedger {
  return parseDocument(ledger, readFileSync(LEDGER_FILE, 'utf8'), 'circuits/proved.json');
}

/** Hints that no machine proved, by template, and why: whoever adds one says so here, beside the argument in the source. */
export const ARGUED_HINTS: Readonly<Record<string, string>> = {};

/** Our sources and the library's, by path under the root. */
export function circuitSources(): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const base of ['circuits', join('node_modules', 'circomlib', 'circuits')]) {
    for (const file of readdirSync(join(ROOT, base), {
      recursive: true,
      encoding: 'utf8',
    }).sort()) {
      if (!file.endsWith('.circom')) continue;
      sources.set(join(base, file), readFileSync(join(ROOT, base, file), 'utf8'));
    }
  }
  return sources;
}

export function templatesByName(
  sources: ReadonlyMap<string, string>,
): ReadonlyMap<string, Template> {
  return new Map(
    [...sources]
      .flatMap(([file, text]) => parseTemplates(file, text).templates)
      .map((template) => [template.name, template]),
  );
}

/** What the ledger lacks, of each template of ours with a hint, and what nobody proved or argues; a line each. */
export function missingProofs(
  { hints, cases }: GadgetLedger,
  sources: ReadonlyMap<string, string>,
  argued = ARGUED_HINTS,
): string[] {
  const hashes = templateHashes(sources);
  const ours = [...templatesByName(sources).values()].filter(({ file }) =>
    file.startsWith('circuits'),
  );
  const missing: string[] = [];
  for (const { name, file, hints: written } of ours) {
    if (written.length === 0) continue;
    const entries = cases.filter(({ template }) => template === name);
    if (entries.length === 0) missing.push(`${file}: ${name} has a hint and no case`);
    for (const { case: title, hash } of entries) {
      if (hash !== hashes.get(name)) missing.push(`${file}: ${title} was proven of other code`);
    }
    for (const { signal, line } of written) {
      if (!hints.some((hint) => hint.template === name && hint.signal === signal)) {
        missing.push(`${file}:${line}: ${name} says nothing of the hint ${signal}`);
      }
    }
  }
  const open = hints.filter(({ proved }) => proved === 'by argument');
  for (const { file, template, signal } of open) {
    if (argued[template] === undefined) {
      missing.push(
        `${file}: ${template}: no machine proved ${signal}, and ARGUED_HINTS says not why`,
      );
    }
  }
  for (const template of Object.keys(argued)) {
    if (!open.some((hint) => hint.template === template)) {
      missing.push(
        `ARGUED_HINTS: every hint of ${template} is proven, or there is no such template`,
      );
    }
  }
  return missing;
}
