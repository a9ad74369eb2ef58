// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { UnderlyingId } from '../../model/types.ts';
import { SAMPLE_ROWS, layoutOfHeader, layoutText, settleUnits } from './aliases.ts';
import type { ReadFile } from './assemble.ts';
import type { Cells } from './cells.ts';
import type { CsvLine } from './csv-lines.ts';
import { csvLines, refuseRepeatedColumns } from './csv-lines.ts';
import type { FutureRow } from './feed.ts';
import { requireField } from './feed.ts';
import type { Layout } from './layouts.ts';
import { LAYOUTS, layoutOf } from './layouts.ts';
import type { RawOption, ReadLayout } from './option-row.ts';
import { readRow } from './option-row.ts';
import { quoted } from '../../core/quoted.ts';

export interface ChainReading {
  /** In place of the layout the header tells. */
  readonly columnMap?: Layout;
  /** Unix seconds, for rows that carry no time. */
  readonly time?: number;
}

/** Columns of our own layout that make a header one of ours, wrongly spelt. */
const LIKE_OURS = 8;

function strictLayout(header: readonly string[], file: string): Layout | undefined {
  const ours = LAYOUTS.find(({ strict }) => strict === true)!;
  const columns = Object.values(ours.columns);
  const known = header.filter((name) => columns.includes(name)).length;
  if (known < LIKE_OURS) return undefined;
  const place = `${file}: row 1`;
  for (const name of header) {
    // Pandas writes the index of a frame as a column without a name.
    const isIndex = name === '' || name === 'Unnamed: 0';
    requireField(isIndex || columns.includes(name), place, quoted(name), 'unknown column');
  }
  for (const column of columns) {
    requireField(header.includes(column), place, column, 'column is missing');
  }
  return ours;
}

function mappedLayout(layout: Layout, header: readonly string[], file: string): Layout {
  for (const column of layout.marks) {
    requireField(
      header.includes(column),
      `${file}: row 1`,
      quoted(column),
      'the column map names this column, and the header does not have it',
    );
  }
  return layout;
}

function layoutFor(header: readonly string[], file: string, map: Layout | undefined): Layout {
  const known = layoutOf(new Set(header));
  // A map is for the files that need one: beside them may stand a chain whose header says it all.
  const isForAnother = known !== undefined && !header.some((name) => map?.marks.includes(name));
  if (map !== undefined && !isForAnother) return mappedLayout(map, header, file);
  const layout = known ?? strictLayout(header, file) ?? layoutOfHeader(header);
  if (layout !== undefined) return layout.strict === true ? strictLayout(header, file)! : layout;
  const shown = header.slice(0, 12).map(quoted).join(', ');
  throw new InvalidInput(
    `${file}: row 1`,
    `is no header of an option chain: no column names the instrument with a volatility or a bid; ` +
      `got ${shown}${header.length > 12 ? ', …' : ''}; say with --columns <file> which column is which`,
  );
}

/** Told by the first rows, then the same for all. */
function settled(
  layout: Layout,
  lines: readonly CsvLine[],
  cells: (line: CsvLine) => Cells,
): ReadLayout {
  return settleUnits(layout, lines.map(cells));
}

/**
 * Reads an option chain in CSV: our own columns, a venue's fields as columns, the headers of common
 * collectors, or as a column map says (docs/market-data.md). Row by row, rows numbered as in the
 * file, the header being row 1. Throws `InvalidInput` naming file, row and column.
 */
export function readChainCsv(source: string, file: string, reading: ChainReading): ReadFile {
  const lines = csvLines(source, file);
  const first = lines.next();
  if (first.done === true) throw new InvalidInput(file, 'is empty');
  const header = first.value.cells;
  refuseRepeatedColumns(header, file);
  const layout = layoutFor(header, file, reading.columnMap);
  const at = new Map(header.map((name, index) => [name, index]));
  const cellsOf =
    ({ cells }: CsvLine): Cells =>
    (column) => {
      const index = at.get(column);
      return index === undefined ? undefined : cells[index];
    };

  const options: RawOption[] = [];
  const futures: FutureRow[] = [];
  const combinations: { place: string; underlying: UnderlyingId }[] = [];
  let foreign = 0;
  let units: ReadLayout | undefined;
  const take = (line: CsvLine, readLayout: ReadLayout): void => {
    const place = `${file}: row ${line.row}`;
    const missing = header[Math.min(line.cells.length, header.length - 1)] ?? '';
    requireField(
      line.cells.length === header.length,
      place,
      quoted(missing),
      `the row has ${line.cells.length} of ${header.length} columns: the file is cut or damaged`,
    );
    const context = reading.time === undefined ? { place } : { place, time: reading.time };
    const row = readRow(readLayout, cellsOf(line), context);
    if (row.type === 'option') options.push(row.option);
    else if (row.type === 'future') futures.push(row.future);
    else if (row.type === 'combination') combinations.push({ place, underlying: row.underlying });
    else foreign += 1;
  };
  const sample: CsvLine[] = [];
  for (const line of lines) {
    if (units !== undefined) {
      take(line, units);
      continue;
    }
    sample.push(line);
    if (sample.length < SAMPLE_ROWS) continue;
    units = settled(layout, sample, cellsOf);
    for (const each of sample) take(each, units);
  }
  units ??= settled(layout, sample, cellsOf);
  if (options.length + futures.length + combinations.length + foreign === 0) {
    for (const each of sample) take(each, units);
  }
  return {
    file,
    options,
    futures,
    listed: [],
    combinations,
    foreign,
    mixed: layout.mixed === true,
    nameField: layout.columns.instrument ?? 'underlying',
    readAs: layout.strict === true ? [] : [layoutText(units)],
  };
}
