// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { quoted } from './quoted.ts';

/** JSON has no NaN, but some writers print one: read it as a text, so that its row is named. */
const NOT_NUMBERS = /([:,[]\s*)(NaN|-?Infinity)\b/g;

function parsed(source: string, file: string): unknown {
  try {
    return JSON.parse(source.replaceAll(NOT_NUMBERS, '$1"$2"'));
  } catch (error) {
    const detail = quoted(error instanceof Error ? error.message : String(error));
    throw new InvalidInput(file, `is not complete, valid JSON (${detail})`, { cause: error });
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
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  if (!isJsonLines(text)) return parsed(text, file);
  return text
    .split('\n')
    .map((line, index) => [line.trim(), index] as const)
    .filter(([line]) => line !== '')
    .map(([line, index]) => parsed(line, `${file}: line ${index + 1}`));
}
