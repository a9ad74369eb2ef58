// SPDX-License-Identifier: GPL-3.0-or-later
import { requireRule } from '../core/errors.ts';
import { multiplierOfLogMoveQ24 } from '../risk/pricing/log-grid.ts';
import type { ParametersDocument } from './parameters-schema.ts';
import { SCENARIO_COUNT } from './parameters-schema.ts';
import { checkScenarioLayout } from './scenario-layout.ts';

type Underlying = ParametersDocument['underlyings'][number];
type Scenario = Underlying['scenarios'][number];
type Knot = ParametersDocument['tenorTable'][number];

const FULL_CONTRACT_E8 = 100_000_000;
/** Keeps the interpolation products of the circuits inside their widths. */
const MAX_KNOT_GAP_SECONDS = 2 ** 26;

function checkScenario(scenario: Scenario, index: number, field: string): void {
  requireRule(scenario.id === index + 1, `${field}.id`, `must be ${index + 1} at this place`);
  const multiplier = multiplierOfLogMoveQ24(scenario.logMoveQ10);
  requireRule(
    BigInt(scenario.multiplierQ24) === multiplier,
    `${field}.multiplierQ24`,
    `must be round(2^24*e^(logMoveQ10/1024)) = ${multiplier}`,
  );
  requireRule(
    scenario.forwardRoll === 0 || scenario.logMoveQ10 === 0,
    `${field}.forwardRoll`,
    'must be 0 in a scenario that moves the index',
  );
  requireRule(
    scenario.forwardRoll === 0 || scenario.vol === 'unchanged',
    `${field}.vol`,
    'must be unchanged in a scenario that rolls the forward',
  );
}

function checkMonotone(
  values: readonly number[],
  fieldOf: (index: number) => string,
  rule: string,
  follows: (next: number, previous: number) => boolean,
): void {
  values.forEach((value, index) => {
    const previous = values[index - 1];
    requireRule(previous === undefined || follows(value, previous), fieldOf(index), rule);
  });
}

const notBelow = (next: number, previous: number): boolean => next >= previous;
const notAbove = (next: number, previous: number): boolean => next <= previous;
const above = (next: number, previous: number): boolean => next > previous;

function checkTenorTable(knots: readonly Knot[]): void {
  const column = (name: keyof Knot, rule: string, follows: typeof above): void => {
    checkMonotone(
      knots.map((knot) => knot[name]),
      (index) => `tenorTable[${index}].${name}`,
      rule,
      follows,
    );
  };
  const [first] = knots;
  requireRule(
    first === undefined || first.tauSeconds < MAX_KNOT_GAP_SECONDS,
    'tenorTable[0].tauSeconds',
    `must be less than ${MAX_KNOT_GAP_SECONDS}`,
  );
  column('tauSeconds', 'must be above the knot before it', above);
  column(
    'tauSeconds',
    `must be less than ${MAX_KNOT_GAP_SECONDS} above the knot before it`,
    (next, previous) => next - previous < MAX_KNOT_GAP_SECONDS,
  );
  for (const name of ['volUpQ10', 'volDownQ10', 'skewCapQ10', 'skewSlopeQ10'] as const) {
    column(name, 'must not be above the knot before it', notAbove);
  }
  column('rollLogQ10', 'must not be below the knot before it', notBelow);
}

function checkConcentration(document: ParametersDocument): void {
  const { concentration } = document.contingencies;
  const list = (name: 'bandsOfDepthQ10' | 'marginalMmBps' | 'marginalImBps') =>
    [
      concentration[name],
      (index: number) => `contingencies.concentration.${name}[${index}]`,
    ] as const;
  checkMonotone(...list('bandsOfDepthQ10'), 'must be above the band before it', above);
  checkMonotone(...list('marginalMmBps'), 'must not be below the band before it', notBelow);
  checkMonotone(...list('marginalImBps'), 'must not be below the band before it', notBelow);
}

/** Above it a coin could be asked for more than it is worth, and counting fewer of them would not be safe. */
const HIGHEST_MM_FACTOR_BPS = 10_000;

function checkMaintenanceFactor({ factors }: ParametersDocument): void {
  requireRule(
    factors.mmFactorBps <= HIGHEST_MM_FACTOR_BPS,
    'factors.mmFactorBps',
    `must be at most ${HIGHEST_MM_FACTOR_BPS}`,
  );
}

/**
 * Every initial rate covers its maintenance rate with the cure buffer on top. Then an account that
 * may withdraw or trade is never one that could not end its own liquidation.
 */
function checkInitialRates({ factors, contingencies }: ParametersDocument): void {
  const { shortOption, perpetual, future, concentration } = contingencies;
  const rates: (readonly [field: string, imBps: number, mmBps: number])[] = [
    ['factors.imFactorBps', factors.imFactorBps, factors.mmFactorBps],
    ['contingencies.shortOption.imBps', shortOption.imBps, shortOption.mmBps],
    ['contingencies.perpetual.imBps', perpetual.imBps, perpetual.mmBps],
    ['contingencies.future.imBps', future.imBps, future.mmBps],
    ...concentration.marginalImBps.map(
      (imBps, index) =>
        [
          `contingencies.concentration.marginalImBps[${index}]`,
          imBps,
          concentration.marginalMmBps[index] ?? 0,
        ] as const,
    ),
  ];
  for (const [field, imBps, mmBps] of rates) {
    requireRule(
      10_000 * imBps >= (10_000 + factors.cureBufferBpsOfMM) * mmBps,
      field,
      `must be at least ${mmBps}, the maintenance rate, and the cure buffer on it`,
    );
  }
}

function checkCollateral(document: ParametersDocument): void {
  document.collateral.forEach((asset, place) => {
    const tier = (index: number): string => `collateral[${place}].tiers[${index}]`;
    checkMonotone(
      asset.tiers.map(({ haircutBps }) => haircutBps),
      (index) => `${tier(index)}.haircutBps`,
      'must not be below the tier before it',
      notBelow,
    );
    checkMonotone(
      asset.tiers.flatMap(({ upToQuote }) => (upToQuote === null ? [] : [upToQuote])),
      (index) => `${tier(index)}.upToQuote`,
      'must be above the tier before it',
      above,
    );
    if (asset.underlying === null) return;
    requireRule(
      document.underlyings[asset.underlying === 0 ? 0 : 1].contractSizeE8 === FULL_CONTRACT_E8,
      `underlyings[${asset.underlying}].contractSizeE8`,
      `must be ${FULL_CONTRACT_E8}: ${asset.asset} is collateral of this underlying`,
    );
  });
}

function checkStress({ stress }: ParametersDocument): void {
  const ids = [...stress.coverScenarioIds, ...stress.disclosedOnlyIds];
  requireRule(
    new Set(ids).size === SCENARIO_COUNT && ids.length === SCENARIO_COUNT,
    'stress',
    `coverScenarioIds and disclosedOnlyIds must name each of the ${SCENARIO_COUNT} scenarios once`,
  );
}

/** The rules of docs/spec.md §2.5 that join several fields; throws `InvalidInput`. */
export function checkParameters(document: ParametersDocument): void {
  document.underlyings.forEach(({ scenarios }, place) => {
    const field = (index: number): string => `underlyings[${place}].scenarios[${index}]`;
    scenarios.forEach((scenario, index) => checkScenario(scenario, index, field(index)));
    scenarios.forEach((scenario, index) => checkScenarioLayout(scenario, field(index)));
  });
  checkTenorTable(document.tenorTable);
  checkConcentration(document);
  checkMaintenanceFactor(document);
  checkInitialRates(document);
  checkCollateral(document);
  checkStress(document);
}
