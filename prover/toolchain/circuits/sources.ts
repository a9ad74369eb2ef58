// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { PlimsollError } from '../../core/errors.ts';

/** Library paths handed to circom with `-l`, in the order in which it searches them. */
export const LIBRARY_PATHS = ['circuits', 'node_modules', '.'];

const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const INCLUDE = /^\s*include\s+"([^"]+)"\s*;/gm;

function includesOf(source: string): string[] {
  return [...source.replace(COMMENT, '').matchAll(INCLUDE)].map((match) => match[1]!);
}

/**
 * Every file reached from `entry` through `include`, with its text, keyed by its path relative to
 * `root` and sorted, so that a hash over it is stable. Resolution follows circom: the including
 * file's folder first, then the library paths.
 */
export function collectSources(root: string, entry: string): Map<string, string> {
  const found = new Map<string, string>();
  const pending = [normalize(entry)];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (found.has(file)) continue;
    if (!existsSync(join(root, file))) {
      throw new PlimsollError('CIRCUIT_SOURCE_MISSING', `${file}: no such circuit source`);
    }
    const text = readFileSync(join(root, file), 'utf8');
    found.set(file, text);
    for (const include of includesOf(text)) {
      const candidates = [dirname(file), ...LIBRARY_PATHS].map((base) =>
        normalize(join(base, include)),
      );
      const resolved = candidates.find((candidate) => existsSync(join(root, candidate)));
      if (resolved === undefined) {
        throw new PlimsollError(
          'CIRCUIT_SOURCE_MISSING',
          `${file}: include "${include}" is nowhere to be found`,
        );
      }
      pending.push(resolved);
    }
  }
  return new Map([...found].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Which file defines `template`; undefined when none of `sources` does. */
export function definingFile(
  sources: ReadonlyMap<string, string>,
  template: string,
): string | undefined {
  const definition = new RegExp(`\\btemplate\\s+(?:parallel\\s+|custom\\s+)*${template}\\s*\\(`);
  for (const [file, text] of sources) {
    if (definition.test(text.replace(COMMENT, ''))) return file;
  }
  return undefined;
}
