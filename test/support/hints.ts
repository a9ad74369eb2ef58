// SPDX-License-Identifier: GPL-3.0-or-later

/** A test that forges a hint and expects the constraints to refuse it. */
export interface ForgeryTest {
  readonly file: string;
  /** As written in the file. */
  readonly title: string;
}

const forgery = (file: string, title: string): ForgeryTest => ({ file: `test/${file}`, title });

const DIVISION = 'circuits/arithmetic/division.test.ts';
const SIGNED = 'circuits/arithmetic/signed.test.ts';
const SHOCK = 'circuits/pricing/shock.test.ts';
const SCENARIO = 'circuits/ledger/scenario-choice.test.ts';
const COLLATERAL = 'circuits/margin/collateral.test.ts';
const ONE_CHOICE = 'is opened by one choice of word and lane only, the mark by none';
const GRID_KERNEL = 'circuits/pricing/grid-kernel.test.ts';
const TENOR_VALUES = 'circuits/pricing/tenor-values.test.ts';
const WORST = 'circuits/margin/worst-scenario.test.ts';
const SCENARIO_GRID = forgery(
  'circuits/ledger/scenario-grid.test.ts',
  'refuses %s than the words say',
);
const OTHER_POWER = forgery(TENOR_VALUES, 'refuses a width scaled by another power of two');
const LESS = 'refuses one %s less, the rest called a remainder';

/** Every `<--` of circuits/, as file:signal, and the test of its template alone that forges it. */
export const HINTS: Readonly<Record<string, ForgeryTest>> = {
  'arithmetic/div-constant.circom:remainder': forgery(DIVISION, 'refuses a remainder that is %s'),
  'arithmetic/div-floor.circom:quotient': forgery(DIVISION, 'refuses a quotient that is %s'),
  'arithmetic/max-zero.circom:negative': forgery(
    SIGNED,
    'refuses the other sign: a loss cannot be passed off as zero',
  ),
  'arithmetic/shift.circom:padding': forgery(DIVISION, 'refuses %s'),
  'arithmetic/signed-fold.circom:negative': forgery(
    SIGNED,
    'refuses the other sign, and a sign that is no bit',
  ),
  'arithmetic/sqrt-floor.circom:root': forgery(
    'circuits/arithmetic/sqrt-floor.test.ts',
    'refuses %s',
  ),
  'ledger/account-change.circom:isPlace': forgery(
    'circuits/ledger/account-change.test.ts',
    'for one applied to another slot, the place called that of the instrument',
  ),
  'ledger/scenario-grid.circom:damping': SCENARIO_GRID,
  'ledger/scenario-grid.circom:move': SCENARIO_GRID,
  'ledger/scenario-selection.circom:isLane': forgery(SCENARIO, ONE_CHOICE),
  'ledger/scenario-selection.circom:isMark': forgery(SCENARIO, ONE_CHOICE),
  'ledger/scenario-selection.circom:isWord': forgery(SCENARIO, ONE_CHOICE),
  'margin/bands.circom:above': forgery(COLLATERAL, 'puts %d into its band, and into no other'),
  'margin/collateral-value.circom:fractionE6': forgery(COLLATERAL, LESS),
  'margin/collateral-value.circom:priceRemainder': forgery(
    'circuits/statements/attacks.test.ts',
    'with a collateral price understated by a remainder beyond its divisor',
  ),
  'margin/collateral-value.circom:remainder': forgery(COLLATERAL, LESS),
  'margin/worst-scenario.circom:isWorst': forgery(
    WORST,
    'is refused with any id but the lowest that reaches it, the higher of two tied ones too',
  ),
  'margin/worst-scenario.circom:maximum': forgery(WORST, 'is refused: %s'),
  'pricing/d1-cell.circom:grid': forgery(GRID_KERNEL, 'refuses a quotient that is %s'),
  'pricing/d1-cell.circom:negative': forgery(GRID_KERNEL, 'refuses the other sign of d₁ and of d₂'),
  'pricing/d1-cell.circom:outside': forgery(
    GRID_KERNEL,
    'refuses a point inside the tables as outside, and the reverse',
  ),
  'pricing/d1-cell.circom:top': forgery(
    GRID_KERNEL,
    'lets the top of a remainder be written in two ways, which changes nothing',
  ),
  'pricing/d2-cell.circom:negative': forgery(GRID_KERNEL, 'refuses the other sign of d₁ and of d₂'),
  'pricing/d2-cell.circom:outside': forgery(
    GRID_KERNEL,
    'refuses a point inside the tables as outside, and the reverse',
  ),
  'pricing/leading-shift.circom:coarse': forgery(
    'circuits/pricing/logarithm.test.ts',
    'refuse a shift %s',
  ),
  'pricing/leading-shift.circom:fine': forgery(
    'circuits/pricing/logarithm.test.ts',
    'refuse a shift %s',
  ),
  'pricing/shocked-std-dev.circom:low': forgery(SHOCK, 'refuses %s'),
  'pricing/skew-shifts.circom:low': forgery('circuits/pricing/grid-shock.test.ts', 'refuses %s'),
  'pricing/svi-std-dev.circom:negative': forgery(
    'circuits/pricing/surface.test.ts',
    'refuses the other sign of a variance, both ways',
  ),
  'pricing/tenor-interval.circom:bit': forgery(
    'circuits/pricing/tenor.test.ts',
    'refuse every interval but the true one: %s',
  ),
  'pricing/tenor-values.circom:quotient': forgery(TENOR_VALUES, 'refuses another quotient of %s'),
  'pricing/tenor-values.circom:rest': forgery(
    TENOR_VALUES,
    'refuses a remainder moved to the next column',
  ),
  'pricing/tenor-values.circom:top': forgery(
    TENOR_VALUES,
    'lets the top of a remainder be written in two ways at most, which changes nothing',
  ),
  'pricing/tenor-width.circom:coarse': OTHER_POWER,
  'pricing/tenor-width.circom:fine': OTHER_POWER,
  'pricing/vol-factor.circom:low': forgery(SHOCK, 'refuses %s'),
  'session/page-unit.circom:inverse': forgery(
    'circuits/statements/solvency-batch.test.ts',
    'refuses another inverse at a pole',
  ),
  'session/row-sums.circom:inverse': forgery('circuits/statements/risk-arrays.test.ts', 'with %s'),
};
