// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Account } from '../../../../prover/commitments/account.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { instrumentId } from '../../../../prover/model/instrument.ts';
import type { Instrument, Position } from '../../../../prover/model/types.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import {
  AdmissionControl,
  type ProposedAccount,
} from '../../../../prover/venue/solvency/admission.ts';
import { jointScenarios } from '../../../../prover/venue/solvency/joint-scenarios.ts';
import { venueTotals, worstCovered } from '../../../../prover/venue/solvency/totals.ts';
import { casesOf } from '../../../support/cases.ts';

const set = loadDefaultParameters();
const sample = loadSample();
const market = priceMarket(sample.snapshots.calm.snapshot, set.parameters);
const crash = priceMarket(sample.snapshots.crash.snapshot, set.parameters);
const accounts = sample.ledgers.calm;
const scenarios = jointScenarios(set.document.stress);
const ONE_MILLION_E6 = 10n ** 12n;

const controlOf = (fundE6: bigint, addOnBps = 10_000n): AdmissionControl =>
  new AdmissionControl(accounts, market, scenarios, { fundE6, addOnBps });

/** The account with `lots` more of an instrument, paid for at its mark. */
function traded(account: Account, instrument: Instrument, lots: bigint): Account {
  const held = account.positions.filter(
    (one) => instrumentId(one.instrument) !== instrumentId(instrument),
  );
  const before = account.positions.find(
    (one) => instrumentId(one.instrument) === instrumentId(instrument),
  );
  const after = (before?.lots ?? 0n) + lots;
  const positions: Position[] = after === 0n ? held : [...held, { instrument, lots: after }];
  const paidE6 = lots * (market.value(instrument).markQ128 >> 128n);
  return { ...account, positions, quoteE6: account.quoteE6 - paidE6 };
}

const tradeOf = (
  control: AdmissionControl,
  buyer: number,
  seller: number,
  instrument: Instrument,
  lots: bigint,
): ProposedAccount[] => [
  { index: buyer, account: traded(control.account(buyer), instrument, lots) },
  { index: seller, account: traded(control.account(seller), instrument, -lots) },
];

const perpetual: Instrument = { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n };
/** Those with most to spare above initial margin among accounts that hold little. */
const [rich, other] = accounts
  .map((account, index) => {
    const { equityE6, imE6 } = marginPortfolio(account, market);
    return { index, spareE6: equityE6 - imE6 };
  })
  .filter(({ index }) => accounts[index]!.positions.length <= 1)
  .sort((a, b) => (a.spareE6 > b.spareE6 ? -1 : 1))
  .map(({ index }) => index) as [number, number];

describe('admission', () => {
  test('starts from the totals of the venue', () => {
    const { joint } = venueTotals(accounts, market, scenarios);
    const covered = joint.filter(({ isCovered }) => isCovered);
    expect(
      controlOf(0n)
        .totals()
        .map(({ shortfallE6 }) => shortfallE6),
    ).toEqual(covered.map(({ shortfallE6 }) => shortfallE6));
  });

  test('refuses an account beyond its initial margin, and takes what it can carry', () => {
    const control = controlOf(10n ** 18n);
    const small = control.consider(tradeOf(control, other, rich, perpetual, 1n));
    expect(small).toEqual({ isAdmitted: true, refusals: [] });
    const huge = control.consider(tradeOf(control, other, rich, perpetual, 1_000_000n));
    expect(huge.isAdmitted).toBe(false);
    expect(huge.refusals).toContainEqual(
      expect.objectContaining({ rule: 'initialMargin', index: rich }),
    );
  });

  test('refuses what the account could carry and the fund could not', () => {
    const account = accounts[rich]!;
    const control = controlOf(0n);
    // Without a fund, only what leaves no covered scenario short may be added.
    let lots = 1n;
    let refused = control.consider([]);
    for (; lots < 1n << 26n; lots *= 2n) {
      const action = tradeOf(control, other, rich, perpetual, lots);
      const margin = marginPortfolio(action[1]!.account, market);
      refused = control.consider(action);
      if (!refused.isAdmitted || margin.equityE6 < margin.imE6) break;
    }
    expect(refused.refusals.map(({ rule }) => rule)).toContain('cover');
    expect(account.frozen).toBe(false);
  });

  test('asks for an add-on of an account whose shortfall is the venue’s worst', () => {
    const totals = venueTotals(sample.ledgers.crash, crash, scenarios);
    const worst = worstCovered(totals)!;
    const [largest] = worst.largest;
    const index = sample.ledgers.crash.findIndex(({ owner }) => owner === largest!.owner);
    const held = sample.ledgers.crash[index]!;
    const action = [{ index, account: { ...held, quoteE6: held.quoteE6 - 1_000_000n } }];
    const required = (addOnBps: bigint): bigint => {
      const rules = { fundE6: 10n ** 18n, addOnBps };
      const control = new AdmissionControl(sample.ledgers.crash, crash, scenarios, rules);
      const [refusal] = control.consider(action).refusals;
      if (refusal?.rule !== 'initialMargin')
        throw new Error(`expected a refusal, got ${refusal?.rule}`);
      return refusal.requiredE6;
    };
    const own = largest!.shortfallE6 + 1_000_000n;
    expect(required(10_000n) - required(0n)).toBe(own);
    expect(required(2_500n) - required(0n)).toBe((own + 3n) / 4n);
  });

  test('takes no new risk while no session shows the venue covered, and lets who has something free have it', () => {
    // They hold dollars alone, so that there is nothing that the trade could hedge.
    const dollars = { quoteE6: ONE_MILLION_E6, collateralE8: [0n, 0n, 0n], positions: [] } as const;
    const start = accounts.map((account, index) =>
      index === rich || index === other ? { ...account, ...dollars } : account,
    );
    const rules = { fundE6: 10n ** 18n, addOnBps: 10_000n };
    const control = new AdmissionControl(start, market, scenarios, rules);
    const trade = tradeOf(control, other, rich, perpetual, 1n);
    control.setCovered(false);
    const refused = control.consider(trade);
    expect(refused.isAdmitted).toBe(false);
    expect(new Set(refused.refusals.map(({ rule }) => rule))).toEqual(new Set(['notCovered']));
    // A withdrawal of a unit, and a deposit, raise nothing.
    for (const changeE6 of [-1_000_000n, 1_000_000n]) {
      const held = control.account(rich);
      const action = [{ index: rich, account: { ...held, quoteE6: held.quoteE6 + changeE6 } }];
      expect(control.consider(action)).toEqual({ isAdmitted: true, refusals: [] });
    }
    control.setCovered(true);
    expect(control.admit(trade).isAdmitted).toBe(true);
    control.setCovered(false);
    // Back to what they held: the risk that was taken may be closed.
    const closing = [other, rich].map((index) => ({ index, account: start[index]! }));
    expect(control.consider(closing)).toEqual({ isAdmitted: true, refusals: [] });
  });

  test('counts a fund that nobody has shown to be enough as none', () => {
    const totals = venueTotals(sample.ledgers.crash, crash, scenarios);
    const [largest] = worstCovered(totals)!.largest;
    const index = sample.ledgers.crash.findIndex(({ owner }) => owner === largest!.owner);
    const held = sample.ledgers.crash[index]!;
    const rules = { fundE6: 10n ** 18n, addOnBps: 0n };
    const control = new AdmissionControl(sample.ledgers.crash, crash, scenarios, rules);
    const leaving = [{ index, account: { ...held, quoteE6: held.quoteE6 - 1_000_000n } }];
    const rulesOf = (): readonly string[] =>
      control.consider(leaving).refusals.map(({ rule }) => rule);
    expect(rulesOf()).not.toContain('cover');
    control.setCovered(false);
    expect(rulesOf()).toContain('cover');
  });

  test('moves nothing of a frozen account, and lets a bound one only reduce its risk', () => {
    const frozen = accounts.map((account, index) => ({ ...account, frozen: index === other }));
    const rules = { fundE6: 10n ** 18n, addOnBps: 0n };
    const ice = new AdmissionControl(frozen, market, scenarios, rules);
    expect(ice.consider(tradeOf(ice, other, rich, perpetual, 1n)).refusals).toEqual([
      { rule: 'frozen', index: other },
    ]);
    const bound = accounts.map((account, index) => ({
      ...account,
      riskReducingOnly: index === rich,
    }));
    const control = new AdmissionControl(bound, market, scenarios, rules);
    const raise = control.consider(tradeOf(control, other, rich, perpetual, 100_000n));
    expect(raise.refusals).toContainEqual(
      expect.objectContaining({ rule: 'riskReducingOnly', index: rich }),
    );
    expect(control.consider(tradeOf(control, rich, other, perpetual, 0n)).isAdmitted).toBe(true);
  });

  test('refuses one account twice in an action, and one that is not there', () => {
    const control = controlOf(0n);
    const action = tradeOf(control, rich, rich, perpetual, 1n);
    expect(() => control.consider(action)).toThrow(/each account once/);
    expect(() => control.consider([{ index: accounts.length, account: accounts[0]! }])).toThrow(
      /expected an account of 0 to/,
    );
  });

  test('no sequence of admitted trades and withdrawals takes cover below its limit', () => {
    const STEPS = casesOf(1_500);
    const fundE6 = ONE_MILLION_E6 / 4n;
    const control = controlOf(fundE6);
    const held = accounts.flatMap(({ positions }) => positions.map(({ instrument }) => instrument));
    const instruments = [...new Map(held.map((one) => [instrumentId(one), one])).values()];
    const place = fc.nat(accounts.length - 1);
    const step = fc.record({
      buyer: place,
      seller: place,
      instrument: fc.constantFrom(...instruments),
      size: fc.bigInt(1n, 2_000n),
      withdraws: fc.boolean(),
    });
    const [steps] = fc.sample(fc.array(step, { minLength: STEPS, maxLength: STEPS }), {
      numRuns: 1,
      seed: Number(process.env['PLIMSOLL_SEED']),
    });
    let admitted = 0;
    let refused = 0;
    steps!.forEach(({ buyer, seller, instrument, size, withdraws }, at) => {
      if (at === Math.ceil(STEPS / 2)) control.setMarket(crash);
      if (at === Math.ceil((3 * STEPS) / 4)) control.setMarket(market);
      if (buyer === seller) return;
      const before = control.totals();
      const own = control.account(buyer);
      const action = withdraws
        ? [{ index: buyer, account: { ...own, quoteE6: own.quoteE6 - size * 1_000_000n } }]
        : tradeOf(control, buyer, seller, instrument, size);
      if (control.admit(action).isAdmitted) admitted += 1;
      else refused += 1;
      control.totals().forEach(({ shortfallE6 }, at) => {
        const limitE6 = before[at]!.shortfallE6 > fundE6 ? before[at]!.shortfallE6 : fundE6;
        expect(shortfallE6).toBeLessThanOrEqual(limitE6);
      });
    });
    expect(admitted).toBeGreaterThan(casesOf(100));
    expect(refused).toBeGreaterThan(casesOf(100));
    const again = venueTotals(
      accounts.map((_, index) => control.account(index)),
      market,
      scenarios,
    );
    const covered = again.joint.filter(({ isCovered }) => isCovered);
    expect(control.totals().map(({ shortfallE6 }) => shortfallE6)).toEqual(
      covered.map(({ shortfallE6 }) => shortfallE6),
    );
  });
});
