// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: fifty decimal digits take half a minute.
import { describe, expect, it } from 'vitest';

import { Real } from '../../../scripts/accuracy/reference.ts';
import { goldenCases, marginOf } from '../../support/golden.ts';
import { referenceMargin } from '../../support/reference-margin.ts';

type Amount = InstanceType<typeof Real>;

/** Σ |error| of prices, as a share of notional: the kernel's bound. */
const PRICE_ERROR = 2e-8;
/** Twice a price (mark and scenario), stretched by a forward up to six times the mark's. */
const LOSS_ERROR = 7 * PRICE_ERROR;
/** The fourth-order exponential of a roll. */
const ROLL_ERROR = 4e-7;
/** The d₁ grid of 2⁻¹³ moves a delta by half a cell, and dollar delta at most 12 % of that. */
const DELTA_ERROR = 0.12 * 4e-5;

function within(actual: bigint, exact: Amount, tolerance: Amount, label: string): void {
  const error = new Real(String(actual)).sub(exact);
  if (error.abs().gt(tolerance)) {
    expect.fail(`${label}: ${actual} is ${error.toFixed(3)} off, allowed ${tolerance.toFixed(3)}`);
  }
}

describe('margin against the same definition over the reals', () => {
  const cases = goldenCases('crash');

  it.each(cases)('$name', ({ name, account, market }) => {
    const { snapshot, parameters } = market;
    const exact = referenceMargin(account, snapshot, parameters);
    const actual = marginOf({ account, market });
    const tolerance = (share: number, units: number): Amount =>
      exact.notionalE6.mul(share).add(units);

    within(actual.equityE6, exact.equityE6, tolerance(PRICE_ERROR, 5), `${name}: equity`);
    within(actual.grossEquityE6, exact.grossEquityE6, tolerance(PRICE_ERROR, 5), `${name}: gross`);
    actual.underlyings.forEach(({ lossesE6 }, u) => {
      lossesE6.forEach((loss, id) => {
        const share = id > 30 ? LOSS_ERROR + ROLL_ERROR : LOSS_ERROR;
        within(loss, exact.lossesE6[u]?.[id] as Amount, tolerance(share, 4), `${name}: loss ${id}`);
      });
    });
    const share = LOSS_ERROR + ROLL_ERROR + DELTA_ERROR;
    within(actual.mmE6, exact.mmE6, tolerance(share, 8), `${name}: maintenance`);
    within(actual.imE6, exact.imE6, tolerance(share, 12), `${name}: initial`);
  });

  // Losses are floored per underlying, so a requirement may lack two units before its own ceiling.
  it('rounds assets down, and requirements up to the floor of two losses', () => {
    for (const { account, market, name } of cases) {
      const linear = account.positions.every(({ instrument: { kind } }) => kind === 'perpetual');
      if (!linear) continue;
      const exact = referenceMargin(account, market.snapshot, market.parameters);
      const actual = marginOf({ account, market });
      expect(exact.equityE6.gte(String(actual.equityE6)), name).toBe(true);
      expect(exact.mmE6.lt(String(actual.mmE6 + 2n)), name).toBe(true);
      expect(exact.imE6.lt(String(actual.imE6 + 2n)), name).toBe(true);
    }
  });
});
