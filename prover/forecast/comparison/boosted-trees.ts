// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Gradient-boosted regression trees for squared error (Friedman 2001), on features put into bins:
 * the learned candidate that would have to beat the regression and does not (docs/forecasts.md).
 * Deterministic: no sampling.
 */
const ROUNDS = 120;
const DEPTH = 3;
const RATE = 0.08;
const BINS = 32;
const LEAST_LEAF = 60;

interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly low: Node;
  readonly high: Node;
}
type Node = Split | number;

export type Predictor = (features: readonly number[]) => number;

const isLeaf = (node: Node): node is number => typeof node === 'number';

function evaluate(node: Node, features: readonly number[]): number {
  let at = node;
  while (!isLeaf(at)) at = features[at.feature]! <= at.threshold ? at.low : at.high;
  return at;
}

interface Binned {
  /** Upper edge of each bin, by feature. */
  readonly edges: readonly Float64Array[];
  /** Bin of each row, by feature. */
  readonly bins: readonly Uint8Array[];
}

function binned(rows: readonly (readonly number[])[]): Binned {
  const width = rows[0]?.length ?? 0;
  const edges = Array.from({ length: width }, (_, feature) => {
    const sorted = Float64Array.from(rows, (row) => row[feature]!).sort();
    return Float64Array.from(
      { length: BINS - 1 },
      (__, bin) => sorted[Math.floor(((bin + 1) * sorted.length) / BINS)]!,
    );
  });
  const bins = edges.map((edge, feature) =>
    Uint8Array.from(rows, (row) => {
      let bin = 0;
      while (bin < edge.length && row[feature]! > edge[bin]!) bin += 1;
      return bin;
    }),
  );
  return { edges, bins };
}

interface Candidate {
  readonly feature: number;
  readonly bin: number;
  readonly gain: number;
}

function bestSplit({ bins }: Binned, members: Int32Array, residuals: Float64Array): Candidate {
  let best: Candidate = { feature: -1, bin: -1, gain: 1e-9 };
  let total = 0;
  for (const row of members) total += residuals[row]!;
  bins.forEach((column, feature) => {
    const sums = new Float64Array(BINS);
    const counts = new Float64Array(BINS);
    for (const row of members) {
      sums[column[row]!]! += residuals[row]!;
      counts[column[row]!]! += 1;
    }
    let [sum, count] = [0, 0];
    for (let bin = 0; bin < BINS - 1; bin += 1) {
      sum += sums[bin]!;
      count += counts[bin]!;
      const rest = members.length - count;
      if (count < LEAST_LEAF || rest < LEAST_LEAF) continue;
      const gain = sum ** 2 / count + (total - sum) ** 2 / rest - total ** 2 / members.length;
      if (gain > best.gain) best = { feature, bin, gain };
    }
  });
  return best;
}

function grow(data: Binned, members: Int32Array, residuals: Float64Array, depth: number): Node {
  let sum = 0;
  for (const row of members) sum += residuals[row]!;
  const leaf = (RATE * sum) / members.length;
  if (depth === 0) return leaf;
  const { feature, bin } = bestSplit(data, members, residuals);
  if (feature < 0) return leaf;
  const column = data.bins[feature]!;
  return {
    feature,
    threshold: data.edges[feature]![bin]!,
    low: grow(
      data,
      members.filter((row) => column[row]! <= bin),
      residuals,
      depth - 1,
    ),
    high: grow(
      data,
      members.filter((row) => column[row]! > bin),
      residuals,
      depth - 1,
    ),
  };
}

/** Fits targets to rows of features, all of one length. */
export function fitBoostedTrees(
  rows: readonly (readonly number[])[],
  targets: Float64Array,
): Predictor {
  const start = targets.reduce((sum, value) => sum + value, 0) / targets.length;
  const data = binned(rows);
  const members = Int32Array.from(rows.keys());
  const residuals = targets.map((value) => value - start);
  const trees: Node[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const tree = grow(data, members, residuals, DEPTH);
    trees.push(tree);
    rows.forEach((features, row) => {
      residuals[row]! -= evaluate(tree, features);
    });
  }
  return (features) => trees.reduce<number>((sum, tree) => sum + evaluate(tree, features), start);
}
