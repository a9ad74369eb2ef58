// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Whether those who use a template meet what it assumes: a statement is compiled whole, and the ranges that its
 * constraints give are compared with every assumption of every component in it.
 */
import { ROOT } from '../bootstrap.mjs';
import { say } from '../progress.mjs';
import { loadManifest, findProfile, profilesBySize } from '../../statements/manifest.ts';
import { CASES, caseName } from './cases.ts';
import { Analysis } from './engine.ts';
import { compileMarked } from './instrument.ts';
import { circuitSources, readLedger, templatesByName } from './ledger.ts';
import { KnownGadgets, withMarked } from './run.ts';
import { readSystem, type Claim, type Component } from './system.ts';
import { templateHashes } from './templates.ts';

export interface Callers {
  /** Components of the statement, and wires that they assume something of. */
  readonly components: number;
  readonly assumptions: number;
  /** `GridProbabilities > D1Cell: @assumes dividend in …`, once each; where, for the first of them. */
  readonly unmet: ReadonlyMap<string, string>;
}

/** What of a template, compiled with all that it is made of, is not shown to be met. */
export async function callersIn(
  template: string,
  parameters: readonly number[],
  sources: ReadonlyMap<string, string>,
  folder: string,
): Promise<Callers> {
  const templates = templatesByName(sources);
  const instance = { template: templates.get(template)!, parameters, widths: {} };
  const known = new KnownGadgets(templates);
  const hashes = templateHashes(sources);
  const { cases } = readLedger();
  for (const one of CASES) {
    const entry = cases.find(({ case: title }) => title === caseName(one));
    if (entry?.hash === hashes.get(one.template)) known.add(one, entry!);
  }
  const compiled = await compileMarked(folder, `whole-${template}`, instance);
  const system = readSystem(
    compiled,
    templates,
    (name, parameters) => known.lookup(name, parameters)?.visible === false,
  );
  const analysis = new Analysis(system, known.lookup, known.isEnsured);
  const callerOf = new Map<Component, string>();
  const collect = (component: Component): void => {
    for (const child of component.children) {
      callerOf.set(child, component.template.name);
      collect(child);
    }
  };
  collect(system.root);
  // What is argued is supposed from there on: others may follow from it.
  const argued = new Map<string, string>();
  const supposed = new Set<Claim>();
  for (;;) {
    analysis.ranges();
    const before = supposed.size;
    const open = new Map<string, string>();
    for (const { component, claim, found } of analysis.unmet()) {
      const title = `${callerOf.get(component)} > ${component.template.name}: ${claim.text}`;
      const isArgued = ARGUED.some((one) => one.claim === title);
      const list = isArgued ? argued : open;
      if (!list.has(title))
        list.set(title, `${component.path}, found ${found?.join(' … ') ?? 'nothing'}`);
      if (!isArgued) continue;
      analysis.suppose(claim);
      supposed.add(claim);
    }
    if (supposed.size === before)
      return { ...analysis.assumptions(), unmet: new Map([...argued, ...open]) };
  }
}

/** An assumption for which the comments of the callers speak, and no range that a machine finds. */
export interface Argued {
  readonly claim: string;
  readonly reason: string;
}

const OF_PARAMETERS =
  'of the parameter set, whose hash governance activates: the loader refuses one that is not so';
const OF_TERMS =
  'of the session, under a hash that only a close makes count, and that has found them in order and in width: ' +
  '56 bits for coins (CloseAssets), 52 for deltas (CloseMoves)';
const OF_SLOTS =
  'a slot has a strike exactly on an option, and no other bit of its kind when it is empty (Slot)';
const OF_INTERVAL =
  'the length of the one interval that holds τ, a gap between knots, or 1 (TenorInterval)';
const OF_TAU = '0 when expired, else the knot below and the 32 bits of the offset (TenorInterval)';
const BETWEEN_KNOTS = 'between the values of two neighbouring knots (TenorValue, TenorValues)';
const OF_CLAMP =
  'a bound of 14 bits times 2^6, or a number between the two bounds (ClampedLogMoneyness)';
const OF_SURFACE = '0, or the root of a variance below 2.25 · 2^70 (SviStdDev)';
const OF_FLOOR = `of a floor of 16 bits in basis points a year: ${OF_PARAMETERS}`;
const OF_SPLIT = 'functions of the bits of one number, without a hint (ScaledStdDev)';

const argued = (reason: string, ...claims: readonly string[]): readonly Argued[] =>
  claims.map((claim) => ({ claim, reason }));

export const ARGUED: readonly Argued[] = [
  ...argued(
    OF_PARAMETERS,
    'HaircutValue > Bands: @assumes threshold[j + 1] - threshold[j] in [0, 2 ** BITS) for j < 2',
    'ContingencyBases > Bands: @assumes threshold[j + 1] - threshold[j] in [0, 2 ** BITS) for j < 2',
    ...['PositionScenario', 'PositionGrid'].flatMap((caller) => [
      `${caller} > TenorInterval: @assumes tauSeconds[0] in [1, 2 ** 26)`,
      `${caller} > TenorInterval: @assumes tauSeconds[i + 1] - tauSeconds[i] in [1, 2 ** 26) for i < 13`,
    ]),
  ),
  ...argued(
    OF_TERMS,
    ...['CoinUnits', 'HeavyCover'].flatMap((caller) => [
      `${caller} > Bands: @assumes threshold in [0, 2 ** BITS)`,
      `${caller} > Bands: @assumes threshold[j + 1] - threshold[j] in [0, 2 ** BITS) for j < 2`,
    ]),
  ),
  ...argued(
    OF_SLOTS,
    'MarkValuation > OptionSurface: strikeE4 in 40 bits (its tag)',
    'MarginAtScenarios > Contingencies: isPerpetual in 1 bits (its tag)',
    'Contingencies > ContingencyBases: isPerpetual in 1 bits (its tag)',
    'ContingencyBases > PositionTerms: isPerpetual in 1 bits (its tag)',
    'ContingencyBases > UncoveredOptions: isPerpetual in 1 bits (its tag)',
    'InstrumentRow > RowArray: isPerpetual in 1 bits (its tag)',
    'InstrumentRow > RowCharges: isPerpetual in 1 bits (its tag)',
  ),
  ...argued(
    'bit 72 of a key is its occupied flag, and an empty slot has no bit of its kind, strike, expiry or underlying (Slot)',
    'ChangedAccount > AccountChange: @assumes (1 - occupied[i]) * key[i] in [0, 1) for i < MAX_POSITIONS',
    'ChangedAccount > AccountChange: @assumes addedKey - addedOccupied in [0, 2 ** 76)',
  ),
  ...argued(
    'a number of 40 bits, or 1 in the place of 0 (MarkValuation, MixedLog)',
    'LogarithmQ72 > LeadingShift: @assumes value in [0, 2 ** 40)',
  ),
  ...argued(
    'k is kept between bounds of 14 bits by comparing its floor with them (ClampedLogMoneyness)',
    'OptionSurface > SviStdDev: @assumes kQ30 in [0 - 2 ** 33, 2 ** 33)',
  ),
  ...argued(
    'a logarithm of two prices, below 28 · 2^20 (LogMoneyness), a move of 12 bits and a roll of 13, each times 2^10',
    'CallKernel > D1Grid: @assumes xQ20 in [0 - 2 ** 26, 2 ** 26)',
  ),
  ...argued(
    OF_INTERVAL,
    'TenorValue > DivFloor: @assumes divisor in [1, 2 ** DIVISOR_BITS)',
    'DivFloor > SignedDivFloor: @assumes divisor in [1, 2 ** DIVISOR_BITS)',
    'PositionGrid > TenorValues: @assumes width in [1, 2 ** 26)',
  ),
  ...argued(
    `${BETWEEN_KNOTS}, in a column of at most 13 bits or the negative of one of 7 (ScenarioTerms)`,
    'ScenarioValuation > VolFactor: @assumes columnQ10 in [0 - 2 ** 7, 2 ** 13)',
  ),
  ...argued(
    `${BETWEEN_KNOTS}, in a column of that width`,
    'ScenarioValuation > VolFactor: @assumes skewCapQ10 in [0, 2 ** 10)',
    'ShockedStdDevs > SkewShifts: @assumes skewCapQ10 in [0, 2 ** 10)',
    'ShockedStdDevs > SkewShifts: @assumes skewSlopeQ10 in [0, 2 ** 13)',
  ),
  ...argued(
    OF_CLAMP,
    'ScenarioValuation > VolFactor: @assumes kQ16 in [0 - 2 ** 19, 2 ** 19)',
    'ShockedStdDevs > SkewShifts: @assumes kQ16 in [0 - 2 ** 19, 2 ** 19)',
  ),
  ...argued(
    OF_SURFACE,
    'ScenarioValuation > ShockedStdDev: @assumes stdDevQ32 in [0, 3 * 2 ** 34)',
    'ShockedStdDevs > ShockedStdDev: @assumes stdDevQ32 in [0, 3 * 2 ** 34)',
  ),
  ...argued(
    '1,024 and at most 4,095 up or 1,023 down (VolFactor), by one of volatility and skew; where there is no ' +
      'surface the deviation is 0, and so is their product',
    'ScenarioValuation > ShockedStdDev: @assumes factorQ10 in [1, 5120)',
  ),
  ...argued(
    `1,024 and a number ${BETWEEN_KNOTS}, in a column of 12 bits`,
    'ShockedStdDevs > ShockedStdDev: @assumes factorQ10 in [1, 5120)',
  ),
  ...argued(
    OF_FLOOR,
    'ScenarioValuation > ShockedStdDev: @assumes floorVarianceRateQ64 in [0, 2 ** 45)',
    'ShockedStdDevs > ShockedStdDev: @assumes floorVarianceRateQ64 in [0, 2 ** 45)',
  ),
  ...argued(
    OF_TAU,
    'ScenarioValuation > ShockedStdDev: @assumes positiveTau in [0, 2 ** 32)',
    'ShockedStdDevs > ShockedStdDev: @assumes positiveTau in [0, 2 ** 32)',
  ),
  ...argued(
    OF_SPLIT,
    'GridProbabilities > D1Cell: @assumes coarseQ20 in [64, 2 ** COARSE_BITS)',
    'GridProbabilities > D1Cell: @assumes scaledCoarse in [2 ** (COARSE_BITS - 1), 2 ** COARSE_BITS)',
    'GridProbabilities > D1Cell: @assumes scaledCoarse - coarseQ20 * scale in [0, 1)',
  ),
  ...argued(
    'three charges below 2^98 and two concentrations below 2^97, none of them negative (ContingencyCharge)',
    'MarginAtScenarios > Requirement: @assumes contingenciesBpsQ10 in [0, 2 ** 100)',
  ),
  ...argued(
    'sums of what positions and coins come to, in widths of which the sum stays below 2^233 (GridScan)',
    'GridScan > WorstScenario: @assumes lossE6Q152 in [1 - 2 ** 233, 2 ** 233)',
  ),
  ...argued(
    'of 56 bits, less what is taken off, which is no more than there is (AccountChange)',
    'Collateral > CollateralValue: @assumes balanceE8 in [0, 2 ** 56)',
  ),
];

/** Every statement in its smallest profile, or those that are named; true when nothing unargued is unmet. */
export async function checkCallers(only: readonly string[], json: boolean): Promise<boolean> {
  const sources = circuitSources();
  const statements = loadManifest(ROOT).statements.filter(
    ({ name }) => only.length === 0 || only.includes(name),
  );
  let isComplete = true;
  await withMarked(sources, async (folder) => {
    for (const statement of statements) {
      const [profile] = profilesBySize(statement);
      const { parameters } = findProfile(statement, profile!);
      const { components, assumptions, unmet } = await callersIn(
        statement.template,
        parameters,
        sources,
        folder,
      );
      const unargued = [...unmet].filter(([title]) => !ARGUED.some(({ claim }) => claim === title));
      if (unargued.length > 0) isComplete = false;
      const told = { statement: `${statement.name}-${profile}`, components, assumptions };
      if (json) {
        console.log(JSON.stringify({ ...told, argued: unmet.size - unargued.length, unargued }));
        continue;
      }
      say(
        `${told.statement}: ${assumptions} assumptions of ${components} components, ${unmet.size} kinds not shown ` +
          `by ranges, ${unargued.length} of them without an argument`,
      );
      for (const [title, where] of unargued) say(`  not shown to be met: ${title} (${where})`);
    }
  });
  return isComplete;
}
