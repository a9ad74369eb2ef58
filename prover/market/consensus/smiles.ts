// SPDX-License-Identifier: GPL-3.0-or-later
import type { LiveSlice } from '../../model/types.ts';
import { dequantise } from '../surface/quantise.ts';
import { totalVariance } from '../surface/svi.ts';
import type { ClampedSvi } from '../surface/types.ts';
import { CONFIDENCE_SCALE } from '../snapshot/confidence.ts';
import { median } from '../../core/statistics.ts';
import { withinMad } from './robust-median.ts';
import type { Tolerance } from './robust-median.ts';

/** Volatility: smiles within one point agree, smiles ten points apart do not. */
const SMILE_TOLERANCE: Tolerance = { floor: 0.01, cap: CONFIDENCE_SCALE.volatility };

/** Nodes of the median smile, in standard deviations of the money: ±5 by quarters. */
const NODES = Array.from({ length: 41 }, (_, index) => (index - 20) / 4);
const CORE = 2;
/** Below, calibration takes a volatility for a mistake. */
const LEAST_VOL = 0.001;

export interface MedianSmile {
  readonly kept: readonly boolean[];
  /** (k, volatility) of the median of the smiles kept. */
  readonly nodes: readonly { readonly k: number; readonly vol: number }[];
  /** Median over the core of the largest |volatility − median| of the smiles kept. */
  readonly dispersion: number;
}

/** The median of smiles that several sources gave for one expiry, `years` away. */
export function medianSmile(slices: readonly LiveSlice[], years: number): MedianSmile {
  const smiles = slices.map((slice): ClampedSvi => dequantise(slice));
  const volAt = (smile: ClampedSvi, k: number): number =>
    Math.sqrt(Math.max(totalVariance(smile, k), 0) / years);
  const moneyStdDev = median(smiles.map((smile) => volAt(smile, 0))) * Math.sqrt(years);
  const low = median(smiles.map(({ kMin }) => kMin));
  const high = median(smiles.map(({ kMax }) => kMax));
  const inside = NODES.map((z) => z * moneyStdDev).filter((k) => k > low && k < high);
  const ks = [low, ...inside, high];
  const vols = smiles.map((smile) => ks.map((k) => volAt(smile, k)));
  const column = (node: number, of: readonly number[][]): number =>
    median(of.map((smile) => smile[node]!));
  const distance = (smile: readonly number[]): number =>
    median(smile.map((vol, node) => Math.abs(vol - column(node, vols))));
  const kept = withinMad(vols.map(distance), SMILE_TOLERANCE);
  const keptVols = vols.filter((_, index) => kept[index]);
  const nodes = ks.map((k, node) => ({ k, vol: column(node, keptVols) }));
  const spreads = nodes.flatMap(({ k, vol }, node) =>
    Math.abs(k) > CORE * moneyStdDev
      ? []
      : [Math.max(...keptVols.map((smile) => Math.abs(smile[node]! - vol)))],
  );
  return { kept, nodes: nodes.filter(({ vol }) => vol >= LEAST_VOL), dispersion: median(spreads) };
}
