// SPDX-License-Identifier: GPL-3.0-or-later

/** A test that forges a hint and expects the constraints to refuse it. */
export interface ForgeryTest {
  readonly file: string;
  /** As written in the file. */
  readonly title: string;
}

const forgery = (file: string, title: string): ForgeryTest => ({ file: `test/${file}`, title });

const DIVISION = 'arithmetic/division.test.ts';
const SIGNED = 'arithmetic/signed.test.ts';
const SHOCK = 'pricing/shock.test.ts';
const SCENARIO = 'ledger-circuits/scenario-choice.test.ts';
const COLLATERAL = 'margin-circuits/collateral.test.ts';
const ONE_CHOICE = 'is opened by one choice of word and lane only, the mark by none';
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
  'arithmetic/sqrt-floor.circom:root': forgery('arithmetic/sqrt-floor.test.ts', 'refuses %s'),
  'ledger/scenario-selection.circom:isLane': forgery(SCENARIO, ONE_CHOICE),
  'ledger/scenario-selection.circom:isMark': forgery(SCENARIO, ONE_CHOICE),
  'ledger/scenario-selection.circom:isWord': forgery(SCENARIO, ONE_CHOICE),
  'margin/bands.circom:above': forgery(COLLATERAL, 'puts %d into its band, and into no other'),
  'margin/collateral-value.circom:fractionE6': forgery(COLLATERAL, LESS),
  'margin/collateral-value.circom:priceRemainder': forgery(
    'statements/attacks.test.ts',
    'with a collateral price understated by a remainder beyond its divisor',
  ),
  'margin/collateral-value.circom:remainder': forgery(COLLATERAL, LESS),
  'pricing/leading-shift.circom:coarse': forgery('pricing/logarithm.test.ts', 'refuse a shift %s'),
  'pricing/leading-shift.circom:fine': forgery('pricing/logarithm.test.ts', 'refuse a shift %s'),
  'pricing/shocked-std-dev.circom:low': forgery(SHOCK, 'refuses %s'),
  'pricing/svi-std-dev.circom:negative': forgery(
    'pricing/surface.test.ts',
    'refuses the other sign of a variance, both ways',
  ),
  'pricing/tenor-interval.circom:bit': forgery(
    'pricing/tenor.test.ts',
    'refuse every interval but the true one: %s',
  ),
  'pricing/vol-factor.circom:low': forgery(SHOCK, 'refuses %s'),
};
