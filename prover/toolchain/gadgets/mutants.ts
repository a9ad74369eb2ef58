// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Templates weakened by one edit that leaves the number of constraints as it was, so that no count shows
 * it. A proof that still goes through would be worth nothing.
 */
import { PlimsollError } from '../../core/errors.ts';

export interface Mutant {
  readonly file: string;
  /** Occurs once in the file. */
  readonly from: string;
  readonly to: string;
  /** Which of the cases it weakens, by template: the first of that name. */
  readonly template: string;
  /** True where propagation alone proves the template, and no solver is needed to see the difference. */
  readonly quick?: true;
}

export const MUTANTS: readonly Mutant[] = [
  {
    file: 'circuits/arithmetic/div-constant.circom',
    from: 'roomRange.in <== DIVISOR - 1 - remainder;',
    to: 'roomRange.in <== remainder;',
    template: 'DivFloorConstant',
    quick: true,
  },
  {
    file: 'circuits/arithmetic/shift.circom',
    from: 'paddingRange.in <== padding;',
    to: 'paddingRange.in <== 2 ** SHIFT - 1;',
    template: 'CeilShift',
    quick: true,
  },
  {
    file: 'circuits/arithmetic/div-floor.circom',
    from: 'roomRange.in <== divisor - 1 - remainder;',
    to: 'roomRange.in <== remainder;',
    template: 'SignedDivFloor',
  },
  {
    file: 'circuits/arithmetic/max-zero.circom',
    from: 'negative * (negative - 1) === 0;',
    to: 'negative * (negative - 2) === 0;',
    template: 'MaxZero',
  },
  {
    file: 'circuits/arithmetic/signed-fold.circom',
    from: 'negative * (negative - 1) === 0;',
    to: 'negative * (negative - 2) === 0;',
    template: 'SignedFold',
  },
  {
    file: 'circuits/arithmetic/sqrt-floor.circom',
    from: 'roomRange.in <== 2 * root - remainder;',
    to: 'roomRange.in <== 2 * root + remainder;',
    template: 'SqrtFloor',
  },
  {
    file: 'circuits/margin/collateral-value.circom',
    from: 'fractionBelow.in <== 10 ** 6 - 1 - fractionE6;',
    to: 'fractionBelow.in <== fractionE6;',
    template: 'CollateralValue',
  },
  {
    file: 'circuits/margin/bands.circom',
    from: 'belowUpper.in <== upper - 1 - amount;',
    to: 'belowUpper.in <== amount;',
    template: 'Bands',
  },
  {
    file: 'circuits/pricing/shocked-std-dev.circom',
    from: 'lowRange.in <== low;',
    to: 'lowRange.in <== 2 ** 10 - 1;',
    template: 'ShockedStdDev',
  },
  {
    file: 'circuits/pricing/d1-cell.circom',
    from: 'upper <== top * (8 * scaledCoarse - (1 << REST_BITS));',
    to: 'upper <== top * (8 * scaledCoarse);',
    template: 'D1Cell',
  },
  {
    file: 'circuits/pricing/svi-std-dev.circom',
    from: 'absoluteQ64 <== varianceQ64 - 2 * negative * varianceQ64;',
    to: 'absoluteQ64 <== varianceQ64 + negative * varianceQ64;',
    template: 'SviStdDev',
  },
  {
    file: 'circuits/pricing/vol-factor.circom',
    from: 'lowRange.in <== low;',
    to: 'lowRange.in <== 2 ** 16 - 1;',
    template: 'VolFactor',
  },
  {
    file: 'circuits/ledger/scenario-selection.circom',
    from: 'sum === scenarioId;',
    to: 'lanes === 1 - isMark;',
    template: 'ScenarioSelection',
  },
  {
    file: 'circuits/margin/worst-scenario.circom',
    from: 'isWorst[0] === nothing;',
    to: 'isWorst[0] === isWorst[0] * nothing;',
    template: 'WorstScenario',
  },
  {
    file: 'circuits/pricing/tenor-values.circom',
    from: 'upper[c] <== top[c] * (divisor.scaledWidth - (1 << 25));',
    to: 'upper[c] <== top[c] * divisor.scaledWidth;',
    template: 'TenorValues',
  },
  {
    file: 'circuits/ledger/account-change.circom',
    from: 'places === addedOccupied;',
    to: 'addedOccupied === addedOccupied * addedOccupied;',
    template: 'AccountChange',
  },
];

/** The sources with the one edit. Throws when what it replaces is not there exactly once. */
export function mutated(
  sources: ReadonlyMap<string, string>,
  { file, from, to }: Mutant,
): ReadonlyMap<string, string> {
  const text = sources.get(file);
  if (text === undefined || text.split(from).length !== 2) {
    throw new PlimsollError('GADGET_MUTANT', `${file} does not hold "${from}" exactly once`);
  }
  return new Map([...sources, [file, text.replace(from, to)]]);
}
