// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { readDocument } from '../../core/schema.ts';

/** JSON has no NaN, but some writers print one: read it as a text, so that its row is named. */
const OPTIONS = { nonFinite: true };

/** One line of several, as if the lines before it stood there. */
function readLine(line: string, number: number, file: string): unknown {
  try {
    return readDocument(line, file, OPTIONS);
  } catch (error) {
    if (!(error instanceof InvalidInput) || error.place === undefined) throw error;
    const place = { line: number, column: error.place.column };
    throw new InvalidInput(file, error.rule, { cause: error, place });
  }
}

/** One document a line, as stream collectors write: more than one line opens and closes an object. */
function isJsonLines(source: string): boolean {
  const [first = '', second = ''] = source
    .trimStart()
    .split('\n', 2)
    .map((line) => line.trim());
  return /^\{.*\}$/.test(first) && second.startsWith('{');
}

/** A venue's JSON, a byte-order mark before it or not; a list of the lines of a JSON-lines file. */
export function parseVenueJson(source: string, file: string): unknown {
  if (!isJsonLines(source)) return readDocument(source, file, OPTIONS);
  return source
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [readLine(line, index + 1, file)]));
}
