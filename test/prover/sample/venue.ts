// SPDX-License-Identifier: GPL-3.0-or-later
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { type AccountMargin, marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { type PricedMarket, priceMarket } from '../../../prover/risk/pricing/market.ts';
import { labelled } from '../../../prover/sample/labels.ts';
import { SAMPLE_TICKS, type SampleTick, loadSample } from '../../../prover/sample/sample.ts';

export const sample = loadSample();
export const { parameters } = loadDefaultParameters();

function byTick<T>(make: (tick: SampleTick) => T): Readonly<Record<SampleTick, T>> {
  return { calm: make('calm'), crash: make('crash'), rebound: make('rebound') };
}

export const markets: Readonly<Record<SampleTick, PricedMarket>> = byTick((tick) =>
  priceMarket(sample.snapshots[tick].snapshot, parameters),
);

/** Every account of every tick, by index. */
export const margins: Readonly<Record<SampleTick, readonly AccountMargin[]>> = byTick((tick) =>
  sample.ledgers[tick].map((account) => marginPortfolio(account, markets[tick])),
);

export const indexOf = (name: string): number => labelled(sample.labels, name).index;

export function marginOf(name: string, tick: SampleTick): AccountMargin {
  const margin = margins[tick][indexOf(name)];
  if (margin === undefined) throw new Error(`no account at the index of ${name}`);
  return margin;
}

export { SAMPLE_TICKS };
