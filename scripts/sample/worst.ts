// SPDX-License-Identifier: GPL-3.0-or-later
import type { Random } from './random.ts';

/** Damped loss of one candidate per contract held, under ids 0…32. */
export type LossVector = readonly number[];

const SUBSET_SIZES = [1, 2, 3, 4, 5, 6, 8, 11, 14, 16];
const SUBSETS_PER_SIZE = 60;
const ROUNDS = 1_500;
/** By how much of the worst loss the runner-up must stay behind: survives rounding to lots. */
const LEAD = 0.01;

function losses(vectors: readonly LossVector[], weights: readonly number[]): number[] {
  const total = new Array<number>(33).fill(0);
  vectors.forEach((vector, candidate) => {
    const weight = weights[candidate] ?? 0;
    for (let id = 0; id < 33; id += 1) total[id] = (total[id] ?? 0) + weight * (vector[id] ?? 0);
  });
  return total;
}

function runnerUp(total: readonly number[], target: number): number {
  let best = target === 0 ? 1 : 0;
  for (let id = 0; id < 33; id += 1) {
    if (id !== target && (total[id] ?? 0) > (total[best] ?? 0)) best = id;
  }
  return best;
}

function leads(total: readonly number[], target: number): boolean {
  const worst = total[target] ?? 0;
  return worst > 0 && (total[runnerUp(total, target)] ?? 0) < worst * (1 - LEAD);
}

/**
 * The perceptron: weights w with w·(loss[target] − loss[j]) > 0 for all j, if the difference
 * vectors can be separated at all.
 */
function separate(vectors: readonly LossVector[], target: number): number[] | undefined {
  const weights = vectors.map(() => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const total = losses(vectors, weights);
    if (leads(total, target)) return weights;
    const rival = runnerUp(total, target);
    vectors.forEach((vector, candidate) => {
      weights[candidate] = (weights[candidate] ?? 0) + (vector[target] ?? 0) - (vector[rival] ?? 0);
    });
  }
  return undefined;
}

export interface FoundPortfolio {
  /** Candidates by their place, with the lots held of each; none of zero lots. */
  readonly legs: readonly (readonly [candidate: number, lots: number])[];
}

/**
 * A small portfolio for which scenario `target` is the worst one. Random subsets of growing size:
 * skew and the unchanged-vol scenarios need several options against each other.
 */
export function portfolioWithWorst(
  target: number,
  vectors: readonly LossVector[],
  largestLots: number,
  random: Random,
): FoundPortfolio | undefined {
  const scales = vectors.map((vector) => Math.max(1, ...vector.map((loss) => Math.abs(loss))));
  const unit = vectors.map((vector, candidate) =>
    vector.map((loss) => loss / (scales[candidate] ?? 1)),
  );
  for (const size of SUBSET_SIZES) {
    for (let attempt = 0; attempt < SUBSETS_PER_SIZE; attempt += 1) {
      const subset = new Set<number>();
      while (subset.size < size) subset.add(random.between(0, vectors.length - 1));
      const chosen = [...subset];
      const weights = separate(
        chosen.map((candidate) => unit[candidate] ?? []),
        target,
      );
      if (weights === undefined) continue;
      const contracts = weights.map((weight, place) => weight / (scales[chosen[place] ?? 0] ?? 1));
      const largest = Math.max(...contracts.map((amount) => Math.abs(amount)));
      const lots = contracts.map((amount) => Math.round((amount / largest) * largestLots));
      const rounded = losses(
        chosen.map((candidate) => vectors[candidate] ?? []),
        lots,
      );
      if (!leads(rounded, target)) continue;
      return {
        legs: chosen
          .map((candidate, place): readonly [number, number] => [candidate, lots[place] ?? 0])
          .filter(([, held]) => held !== 0),
      };
    }
  }
  return undefined;
}
