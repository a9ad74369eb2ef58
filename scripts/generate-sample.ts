// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { writeFileAtomically } from '../prover/core/files.ts';
import { formatLedger } from '../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { snapshotDocument } from '../prover/documents/snapshot-document.ts';
import type { MarketSnapshot } from '../prover/model/types.ts';
import { formatLabels } from '../prover/sample/labels.ts';
import { SAMPLE_DIRECTORY } from '../prover/sample/sample.ts';
import { buildVenue } from './sample/build.ts';
import { SNAPSHOTS, STALE_SURFACE, TICKS } from './sample/market.ts';

const formatSnapshot = (snapshot: MarketSnapshot): string =>
  `${JSON.stringify(snapshotDocument(snapshot), undefined, 1)}\n`;

/** Every file of the sample by name; the same bytes wherever and whenever it runs. */
export function sampleFiles(): ReadonlyMap<string, string> {
  const { ledgers, labels } = buildVenue(loadDefaultParameters().parameters);
  return new Map([
    ...TICKS.map((tick): [string, string] => [`ledger-${tick}.json`, formatLedger(ledgers[tick])]),
    ...TICKS.map((tick): [string, string] => [
      `snapshot-${tick}.json`,
      formatSnapshot(SNAPSHOTS[tick]),
    ]),
    ['snapshot-stale-surface.json', formatSnapshot(STALE_SURFACE)],
    ['labels.json', formatLabels(labels)],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(SAMPLE_DIRECTORY, { recursive: true });
  for (const [name, content] of sampleFiles()) {
    writeFileAtomically(join(SAMPLE_DIRECTORY, name), content);
  }
}
