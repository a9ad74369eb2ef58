// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Holds the default parameter set against price history and prints the tables of
 * docs/parameter-study.md, with the impact of the proposed set on the sample venue.
 *
 *     node scripts/parameter-study.ts --btc btc-1h.csv.gz --eth eth-1h.csv.gz [--dvol dvol.csv.gz]
 *         [--chains before.json --chains after.json] [--from 2019-01-01]
 */
import { parseArgs } from 'node:util';

import { readTextFileOrGzip } from '../prover/core/files.ts';
import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { parseSnapshot } from '../prover/documents/snapshot-document.ts';
import { impactOf } from '../prover/analysis/parameter-impact.ts';
import { proposedParameters, readProposal } from '../prover/documents/parameter-proposal.ts';
import { pricePath } from '../prover/forecast/price-path.ts';
import { parseBars } from '../prover/market/volatility/bars.ts';
import { parseImpliedSeries } from '../prover/market/volatility/implied-series.ts';
import { formatUsd } from '../prover/model/format.ts';
import type { UnderlyingId } from '../prover/model/types.ts';
import { SAMPLE_TICKS, loadSample } from '../prover/sample/sample.ts';
import {
  haircuts,
  impliedMoves,
  moves,
  row,
  surfaceMoves,
  tails,
} from './parameter-study/tables.ts';

const { values } = parseArgs({
  options: {
    btc: { type: 'string' },
    eth: { type: 'string' },
    dvol: { type: 'string' },
    chains: { type: 'string', multiple: true },
    from: { type: 'string', default: '2019-01-01' },
  },
});
const from = Date.parse(values.from) / 1000;
const print = (title: string, lines: readonly string[]): void =>
  console.log([`\n${title}\n`, ...lines].join('\n'));

const currentSet = loadDefaultParameters();
const current = currentSet.parameters;
const proposed = proposedParameters(readProposal(), currentSet).parameters;
const paths = [values.btc, values.eth].map((file) =>
  file === undefined
    ? undefined
    : pricePath(parseBars(readTextFileOrGzip(file, file), file, { keepFrozen: true })),
);

for (const [name, set] of [
  ['default', current],
  ['proposed', proposed],
] as const) {
  paths.forEach((path, u) => {
    if (path !== undefined) print(`Moves, ${name}`, moves(u as UnderlyingId, path, set, from));
  });
  print(`Haircuts, ${name}`, haircuts(paths, set, from));
}
paths.forEach((path, u) => {
  if (path !== undefined) print('Tails', tails(u as UnderlyingId, path, current, from));
});
if (values.dvol !== undefined) {
  const text = readTextFileOrGzip(values.dvol, '--dvol');
  print('Implied volatility', impliedMoves(parseImpliedSeries(text, values.dvol), current));
}
const [before, after] = (values.chains ?? []).map((file) =>
  parseSnapshot(readTextFileOrGzip(file, '--chains')),
);
if (before !== undefined && after !== undefined) {
  print('Surfaces', surfaceMoves([before, after], current));
}

const sample = loadSample();
print('Impact of the proposal on the sample venue', [
  row([
    'tick',
    'accounts',
    'MM',
    'IM',
    'fall below MM',
    'below IM',
    'MM changes of',
    'mean',
    'largest',
  ]),
  row(Array<string>(9).fill('---')),
  ...SAMPLE_TICKS.map((tick) => {
    const impact = impactOf(
      sample.ledgers[tick],
      sample.snapshots[tick].snapshot,
      current,
      proposed,
    );
    const change = ([was, is]: readonly [bigint, bigint]): string =>
      `${formatUsd(was, 0)} → ${formatUsd(is, 0)}`;
    return row([
      tick,
      impact.accounts,
      change(impact.mm.totalE6),
      change(impact.im.totalE6),
      impact.belowMm.length,
      impact.belowIm.length,
      impact.mm.changed,
      `${(100 * impact.mm.mean).toFixed(1)} %`,
      `${(100 * impact.mm.largest).toFixed(1)} %`,
    ]);
  }),
]);
