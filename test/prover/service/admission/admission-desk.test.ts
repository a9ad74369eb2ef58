// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import type { Account } from '../../../../prover/commitments/account.ts';
import { Ledger, type LedgerChange } from '../../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { AdmissionDesk } from '../../../../prover/service/admission/admission-desk.ts';
import type { AdmissionConfig } from '../../../../prover/service/config/admission-settings.ts';
import { MarketTick } from '../../../../prover/statements/market-tick.ts';
import { jointScenarios } from '../../../../prover/venue/solvency/joint-scenarios.ts';
import { venueTotals } from '../../../../prover/venue/solvency/totals.ts';
import { until } from '../../../support/until.ts';

const set = loadDefaultParameters();
const sample = loadSample();
const ticks = {
  calm: new MarketTick(sample.snapshots.calm.snapshot, set),
  crash: new MarketTick(sample.snapshots.crash.snapshot, set),
};
/** Enough that whoever holds dollars alone may have any of them. */
const FUND_E6 = 10n ** 18n;
const ONE_E6 = 1_000_000n;
const DOLLARS = { quoteE6: 1000n * ONE_E6, collateralE8: [0n, 0n, 0n], positions: [] } as const;
/** Two who hold dollars alone, and two thirds of the sample. */
const accounts: readonly Account[] = sample.ledgers.calm
  .slice(0, 200)
  .map((account, index) => (index < 2 ? { ...account, ...DOLLARS } : account));

/** A desk and its ledger, as a service has them; `update` takes an update as the service does. */
async function opened(config: Partial<AdmissionConfig> = {}, held = accounts) {
  let ledger = new Ledger(held);
  let sequence = 1;
  const desk = new AdmissionDesk(
    { fundE6: FUND_E6, addOnBps: 10_000n, unadmitted: 'show', isCoverFollowed: false, ...config },
    () => ledger,
  );
  const at = async (tick: MarketTick): Promise<void> => {
    desk.setTick(tick);
    await until(
      'the tick is in force',
      () => desk.standing().tick === tick.snapshotHash.toString(),
    );
  };
  await at(ticks.calm);
  const update = (...changes: readonly LedgerChange[]): void => {
    sequence += 1;
    desk.judge(sequence, changes);
    const next = [...ledger.accounts];
    for (const { index, account } of changes) next[index] = account;
    ledger = new Ledger(next);
    desk.updated(sequence, changes);
  };
  return { desk, at, update, ledger: () => ledger };
}

const paid = (account: Account, amountE6: bigint): Account => ({
  ...account,
  quoteE6: account.quoteE6 + amountE6,
});
const leaves = (index: number, amountE6: bigint, from = accounts): LedgerChange => ({
  index,
  account: paid(from[index]!, -amountE6),
});

/** What the covered scenarios come to by the exact model. */
function exactTotals(held: readonly Account[], { market }: MarketTick): readonly bigint[] {
  const { joint } = venueTotals(held, market, jointScenarios(set.document.stress));
  return joint.filter(({ isCovered }) => isCovered).map(({ shortfallE6 }) => shortfallE6);
}

describe('admission in a service', () => {
  test('counts what it admitted before any ledger has it, and refuses the same dollars twice', async () => {
    const { desk, update } = await opened();
    expect(desk.ask([leaves(0, 800n * ONE_E6)])).toMatchObject({ isAdmitted: true, number: 1 });
    const again = paid(accounts[0]!, -1600n * ONE_E6);
    const refused = desk.ask([{ index: 0, account: again }]);
    expect(refused).toMatchObject({ isAdmitted: false, number: 1 });
    expect(refused.refusals).toContainEqual(
      expect.objectContaining({ rule: 'initialMargin', index: 0 }),
    );
    update(leaves(0, 800n * ONE_E6));
    expect(desk.counts).toMatchObject({ admitted: 1, refused: 1, asAdmitted: 1, unadmitted: 0 });
    expect(desk.standing().pending).toBe(0);
  });

  test('a trial counts nothing', async () => {
    const { desk } = await opened();
    const trial = { isTrial: true };
    expect(desk.ask([leaves(0, ONE_E6)], trial)).toMatchObject({ isAdmitted: true, number: 0 });
    expect(desk.standing().pending).toBe(0);
    expect(desk.counts.admitted).toBe(0);
  });

  test('takes an update that has the first of what it admitted, and waits for the rest', async () => {
    const { desk, update } = await opened();
    desk.ask([leaves(0, ONE_E6)]);
    desk.ask([leaves(0, 2n * ONE_E6)]);
    desk.ask([leaves(1, ONE_E6)]);
    const { book } = desk.standing();
    update(leaves(0, ONE_E6));
    expect(desk.standing()).toMatchObject({ pending: 2, book });
    update(leaves(0, 2n * ONE_E6), leaves(1, ONE_E6));
    expect(desk.standing()).toMatchObject({ pending: 0, book });
    expect(desk.counts).toMatchObject({ asAdmitted: 2, judgedLate: 0, unadmitted: 0 });
  });

  test('an update that leaves out one of two parties is not what was admitted', async () => {
    const { desk, update } = await opened();
    const both = [leaves(0, -ONE_E6), leaves(1, ONE_E6)];
    expect(desk.ask(both).isAdmitted).toBe(true);
    const { book } = desk.standing();
    update(both[0]!);
    expect(desk.counts).toMatchObject({ asAdmitted: 0, judgedLate: 1 });
    // What was admitted is asked again, under another name of the book.
    expect(desk.standing()).toMatchObject({ pending: 0, number: 0 });
    expect(desk.standing().book).not.toBe(book);
  });

  test('shows an update that nobody admitted and that breaks a rule, or refuses it', async () => {
    const unasked = leaves(0, 5000n * ONE_E6);
    const shown = await opened({ unadmitted: 'show' });
    shown.update(unasked);
    expect(shown.desk.counts.unadmitted).toBe(1);
    expect(shown.desk.standing().unadmitted).toMatchObject([
      { sequence: 2, accounts: [0], refusals: [{ rule: 'initialMargin', index: 0 }] },
    ]);
    const strict = await opened({ unadmitted: 'refuse' });
    expect(() => strict.update(unasked)).toThrow(/breaks initialMargin/);
    expect(strict.ledger().account(0)).toBe(accounts[0]);
    // What breaks no rule needs no asking, and neither does what a contract has done.
    strict.update(leaves(0, ONE_E6));
    strict.update({
      index: 1,
      account: { ...accounts[1]!, ...DOLLARS, quoteE6: -1n, frozen: true },
    });
    expect(strict.desk.counts).toMatchObject({ judgedLate: 2, unadmitted: 0 });
  });

  test('has the exact totals after updates, forced actions, new accounts and ticks in between', async () => {
    const { desk, at, update, ledger } = await opened();
    const totals = (): readonly bigint[] =>
      desk.standing().totals.map(({ shortfallE6 }) => shortfallE6);
    const short = accounts.findIndex(
      ({ positions, frozen }, index) => index > 1 && positions.length > 2 && !frozen,
    );
    desk.ask([leaves(short, 10n ** 13n)], { isForced: true });
    expect(desk.counts.forced).toBe(1);
    const forced = accounts.with(short, paid(accounts[short]!, -(10n ** 13n)));
    expect(totals()).toEqual(exactTotals(forced, ticks.calm));
    await at(ticks.crash);
    expect(totals()).toEqual(exactTotals(forced, ticks.crash));
    // While the next tick is prepared, accounts change, and one comes.
    desk.setTick(ticks.calm);
    update(leaves(short, 10n ** 13n));
    update({ index: accounts.length, account: { ...accounts[short]!, quoteE6: -(10n ** 12n) } });
    expect(desk.ask([leaves(1, ONE_E6)]).isAdmitted).toBe(true);
    await until(
      'the tick is in force',
      () => desk.standing().tick === ticks.calm.snapshotHash.toString(),
    );
    const now = ledger().accounts.with(1, paid(accounts[1]!, -ONE_E6));
    expect(now).toHaveLength(accounts.length + 1);
    expect(totals()).toEqual(exactTotals(now, ticks.calm));
  });

  test('takes no new risk until the chain says that sessions show the venue covered', async () => {
    const { desk } = await opened({ isCoverFollowed: true, fundE6: undefined });
    const perpetual = { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n } as const;
    const traded = (index: number, lots: bigint): LedgerChange => ({
      index,
      account: { ...accounts[index]!, positions: [{ instrument: perpetual, lots }] },
    });
    const trade = [traded(0, 1n), traded(1, -1n)];
    const rules = desk.ask(trade).refusals.map(({ rule }) => rule);
    expect(rules).toContain('notCovered');
    desk.setCover(true, FUND_E6);
    expect(desk.ask(trade).isAdmitted).toBe(true);
  });

  test('refuses an account that is not there, and any before the first tick', async () => {
    const { desk } = await opened();
    const nobody = { index: accounts.length, account: accounts[0]! };
    expect(() => desk.ask([nobody])).toThrow(/there is no account 200/);
    const config = {
      fundE6: 0n,
      addOnBps: 0n,
      unadmitted: 'show',
      isCoverFollowed: false,
    } as const;
    const early = new AdmissionDesk(config, () => new Ledger(accounts));
    expect(() => early.ask([leaves(0, 1n)])).toThrow(/no tick yet/);
  });

  test('a ledger that replaces all begins another book', async () => {
    const { desk } = await opened();
    desk.ask([leaves(0, ONE_E6)]);
    const { book } = desk.standing();
    desk.replaced();
    await until('the ledger is counted', () => desk.standing().totals.length > 0);
    expect(desk.standing()).toMatchObject({ pending: 0, number: 0 });
    expect(desk.standing().book).not.toBe(book);
    expect(desk.ask([leaves(0, 999n * ONE_E6)]).isAdmitted).toBe(true);
  });
});
