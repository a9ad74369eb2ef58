// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readTextFile } from '../core/files.ts';
import type { Account } from '../commitments/account.ts';
import { parseLedger } from '../documents/ledger-document.ts';
import { parseSnapshot } from '../documents/snapshot-document.ts';
import type { MarketSnapshot } from '../model/types.ts';
import { type SampleLabel, parseLabels } from './labels.ts';

/** Where the project's own sample lives. */
export const SAMPLE_DIRECTORY = fileURLToPath(new URL('.', import.meta.url));

export const SAMPLE_TICKS = ['calm', 'crash', 'rebound'] as const;
export type SampleTick = (typeof SAMPLE_TICKS)[number];

/** A snapshot with the very text it was read from: what the oracle quorum signs. */
export interface PublishedSnapshot {
  readonly snapshot: MarketSnapshot;
  readonly document: string;
}

export interface Sample {
  readonly ledgers: Readonly<Record<SampleTick, readonly Account[]>>;
  readonly snapshots: Readonly<Record<SampleTick, PublishedSnapshot>>;
  /** The crash priced on the surface of the calm, which a feed must refuse. */
  readonly staleSurface: PublishedSnapshot;
  readonly labels: readonly SampleLabel[];
}

/** Reads a sample; throws `InvalidInput` naming file, field and rule. */
export function loadSample(directory: string = SAMPLE_DIRECTORY): Sample {
  const read = (name: string): string => readTextFile(join(directory, name), name);
  const ledger = (tick: SampleTick): readonly Account[] => parseLedger(read(`ledger-${tick}.json`));
  const snapshot = (name: string): PublishedSnapshot => {
    const document = read(`snapshot-${name}.json`);
    return { snapshot: parseSnapshot(document), document };
  };
  return {
    ledgers: { calm: ledger('calm'), crash: ledger('crash'), rebound: ledger('rebound') },
    snapshots: { calm: snapshot('calm'), crash: snapshot('crash'), rebound: snapshot('rebound') },
    staleSurface: snapshot('stale-surface'),
    labels: parseLabels(read('labels.json')),
  };
}
