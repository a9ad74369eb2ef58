// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import type { Combination } from '../../../market/consensus/combine.ts';
import { combineSnapshots } from '../../../market/consensus/combine.ts';
import type { Source } from '../../../market/consensus/sources.ts';
import { parseSnapshot, snapshotDocument } from '../../../documents/snapshot-document.ts';
import { snapshotHash } from '../../../commitments/snapshot-words.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import { integer, parseValue } from '../../../core/schema.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { formatUtc } from '../../../model/format.ts';
import { outputPath } from '../../options/output-path.ts';
import { decimal, real, shape, text, whole } from '../../../core/json-output.ts';
import { printRows } from '../../table.ts';

const DEFAULT_MAX_AGE_SECONDS = 120;
const DEFAULT_MIN_SOURCES = 2;

function wholeNumber(
  context: CommandContext,
  flag: string,
  [least, most]: readonly [number, number],
  otherwise: number,
): number {
  const text = stringOption(context, flag);
  if (text === undefined) return otherwise;
  const value = /^[0-9]+$/.test(text) ? Number(text) : NaN;
  return parseValue(integer(least, most), value, `--${flag}`);
}

function readSource(path: string): Source {
  const source = readTextFile(path, '<snapshot>');
  try {
    return { name: path, snapshot: parseSnapshot(source) };
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(`${path}: ${error.field}`, error.rule, {
      cause: error,
      place: error.place,
    });
  }
}

const confidence = (valueQ10: bigint): string => (Number(valueQ10) / 1024).toFixed(2);

function printCombination(context: CommandContext, combination: Combination): void {
  const { print } = context;
  const { snapshot, components, rejections, leftOut, given, quorum } = combination;
  print(`${given} sources, of which ${quorum} must agree on each component`);
  print();
  const rows = components.map(({ component, value, agreeing, dispersion }) => [
    component,
    value.toString(),
    `${agreeing}/${given}`,
    (100 * dispersion).toFixed(4),
  ]);
  printRows(context, ['component', 'median', 'agree', 'largest difference, %'], rows, '');
  for (const u of UNDERLYINGS) {
    const { slices, confidenceQ10 } = snapshot.underlyings[u];
    print();
    print(
      `${UNDERLYING_SYMBOLS[u]}: confidence of index and perpetual ${confidence(confidenceQ10)}`,
    );
    const table = slices.map((slice) => [
      formatUtc(slice.expiry),
      (Number(slice.forwardRatioQ30) / 2 ** 30).toFixed(6),
      slice.state,
      confidence(slice.confidenceQ10),
    ]);
    printRows(context, ['expiry', 'forward/index', 'state', 'confidence'], table);
  }
  if (rejections.length > 0) print();
  for (const { source, component, reason } of rejections) {
    print(`rejected ${source}: ${component}: ${reason}`);
  }
  for (const { slice, message } of leftOut) print(`left out ${slice}: ${message}`);
}

export const command: Command = {
  name: 'market combine',
  description:
    'Each component is the median of the sources that are timely and no outlier; smiles are\n' +
    'medianised node by node and fitted again, free of arbitrage. How many agree and how closely\n' +
    'becomes the confidence, which the initial margin charges for. Rules: docs/market-data.md.',
  example: 'npx plimsoll market combine a.json b.json c.json --out snapshot.json',
  positionals: [
    {
      name: 'snapshot',
      required: true,
      repeated: true,
      describe: 'snapshots of as many importers',
    },
  ],
  options: {
    out: { type: 'string', placeholder: 'file', describe: 'the combined snapshot to write' },
    'max-age': {
      type: 'string',
      placeholder: 'seconds',
      describe: `largest distance from the sources' median time (default: ${DEFAULT_MAX_AGE_SECONDS})`,
    },
    'min-sources': {
      type: 'string',
      placeholder: 'number',
      describe: `fewest that must agree, and always more than half (default: ${DEFAULT_MIN_SOURCES})`,
    },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      out: text,
      time: decimal,
      snapshotHash: decimal,
      given: whole,
      quorum: whole,
      components: z.array(
        shape({ component: text, value: decimal, agreeing: whole, dispersion: real }),
      ),
      rejections: z.array(
        shape({ source: text, component: text, reason: z.enum(['stale', 'ahead', 'outlier']) }),
      ),
      leftOut: z.array(shape({ slice: text, message: text })),
      confidence: z.array(
        shape({
          symbol: text,
          confidenceQ10: decimal,
          slices: z.array(shape({ expiry: whole, confidenceQ10: decimal })),
        }),
      ),
    }),
  },
  run: async (context) => {
    const out = outputPath(context, 'the snapshot');
    const rules = {
      maxAgeSeconds: wholeNumber(context, 'max-age', [0, 86_400], DEFAULT_MAX_AGE_SECONDS),
      minSources: wholeNumber(context, 'min-sources', [1, 1000], DEFAULT_MIN_SOURCES),
    };
    const combination = combineSnapshots(context.positionals.map(readSource), rules);
    const { snapshot, ...report } = combination;
    // What signers sign and calldata carries: every byte of it is paid for.
    writeFileAtomically(out, JSON.stringify(snapshotDocument(snapshot)));
    const hash = snapshotHash(snapshot);
    context.print(`wrote ${out}: snapshot of ${formatUtc(snapshot.time)} UTC, hash ${hash}`);
    printCombination(context, combination);
    context.printJson({
      out,
      time: snapshot.time,
      snapshotHash: hash,
      ...report,
      confidence: UNDERLYINGS.map((u) => ({
        symbol: UNDERLYING_SYMBOLS[u],
        confidenceQ10: snapshot.underlyings[u].confidenceQ10,
        slices: snapshot.underlyings[u].slices.map(({ expiry, confidenceQ10 }) => ({
          expiry: Number(expiry),
          confidenceQ10,
        })),
      })),
    });
  },
};
