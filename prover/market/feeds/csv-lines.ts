// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { quoted } from '../../core/quoted.ts';

/** One row of a CSV file, numbered as an editor shows its first line; the header is row 1. */
export interface CsvLine {
  readonly row: number;
  readonly cells: readonly string[];
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** Longer than any row of a feed: a quote that is never closed must not swallow the whole file. */
const MAX_ROW_LENGTH = 100_000;

/** What separates the cells of the first line: the one of the usual four that is there most often. */
function delimiterOf(firstLine: string): string {
  const counts = DELIMITERS.map((delimiter) => firstLine.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

const tooLong = (place: string): InvalidInput =>
  new InvalidInput(place, `is no row of a CSV file: longer than ${MAX_ROW_LENGTH} characters`);

/** The end of the record that starts at `from`: a line break outside quotes, or the end. */
function recordEnd(source: string, from: number, place: string): number {
  let end = source.indexOf('\n', from);
  if (end < 0) end = source.length;
  if (end - from > MAX_ROW_LENGTH) throw tooLong(place);
  let line = source.slice(from, end);
  while (line.includes('"') && (line.split('"').length - 1) % 2 === 1) {
    const next = source.indexOf('\n', end + 1);
    if (end >= source.length || end - from > MAX_ROW_LENGTH) {
      throw new InvalidInput(place, 'is not complete, valid CSV: a quote is never closed');
    }
    end = next < 0 ? source.length : next;
    line = source.slice(from, end);
  }
  return end;
}

function cellsOf(line: string, delimiter: string, place: string): string[] {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  const cells: string[] = [];
  let at = 0;
  while (at <= line.length) {
    if (line[at] === '"') {
      let close = at + 1;
      while (line[close] !== '"' || line[close + 1] === '"') {
        if (close >= line.length) {
          throw new InvalidInput(place, 'is not complete, valid CSV: a quote is never closed');
        }
        close += line[close] === '"' ? 2 : 1;
      }
      cells.push(line.slice(at + 1, close).replaceAll('""', '"'));
      if (close + 1 < line.length && line[close + 1] !== delimiter) {
        throw new InvalidInput(
          place,
          `is not valid CSV: ${quoted(line.slice(close + 1, close + 11))} follows a closing quote`,
        );
      }
      at = close + 2;
      continue;
    }
    const end = line.indexOf(delimiter, at);
    cells.push(line.slice(at, end < 0 ? line.length : end).trim());
    at = end < 0 ? line.length + 1 : end + 1;
  }
  return cells;
}

/**
 * The rows of a CSV file one by one, so that a large file is refused at its first wrong row and not
 * after it was read whole. The delimiter (comma, semicolon, tab or bar) is told by the header; blank
 * lines are skipped and counted. Throws `InvalidInput` naming file and row.
 */
export function* csvLines(source: string, file: string): Generator<CsvLine> {
  let at = source.startsWith('\uFEFF') ? 1 : 0;
  const firstBreak = source.indexOf('\n', at);
  const firstEnd = firstBreak < 0 ? source.length : firstBreak;
  if (firstEnd - at > MAX_ROW_LENGTH) throw tooLong(`${file}: row 1`);
  const delimiter = delimiterOf(source.slice(at, firstEnd));
  for (let row = 1; at < source.length; row += 1) {
    const place = `${file}: row ${row}`;
    const end = recordEnd(source, at, place);
    const line = source.slice(at, source[end - 1] === '\r' ? end - 1 : end);
    if (line.trim() !== '') yield { row, cells: cellsOf(line, delimiter, place) };
    row += line.includes('\n') ? line.split('\n').length - 1 : 0;
    at = end + 1;
  }
}

/** Throws `InvalidInput` unless every column of a header has a name of its own. */
export function refuseRepeatedColumns(header: readonly string[], file: string): void {
  const seen = new Set<string>();
  for (const name of header) {
    if (name !== '' && seen.has(name)) {
      throw new InvalidInput(`${file}: row 1, ${quoted(name)}`, 'column is there twice');
    }
    seen.add(name);
  }
}
