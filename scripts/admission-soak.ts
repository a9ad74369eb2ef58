// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Admits so many random trades and withdrawals of the sample's accounts, with ticks of another market in between, and
 * stops at the first that takes a covered total above its limit, or above what it was (docs/solvency.md):
 *
 *   node scripts/admission-soak.ts 10000000
 *
 * At every tick the running totals are held against those of all accounts, margined anew.
 */
import { seeded } from '../prover/bench/venue.ts';
import { MAX_POSITIONS } from '../prover/commitments/widths.ts';
import type { Account } from '../prover/commitments/account.ts';
import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { instrumentId } from '../prover/model/instrument.ts';
import type { Instrument } from '../prover/model/types.ts';
import { priceMarket } from '../prover/risk/pricing/market.ts';
import { loadSample } from '../prover/sample/sample.ts';
import { AdmissionControl, type ProposedAccount } from '../prover/venue/solvency/admission.ts';
import { jointScenarios } from '../prover/venue/solvency/joint-scenarios.ts';
import { venueTotals } from '../prover/venue/solvency/totals.ts';

const TARGET = Number(process.argv[2]);
const SEED = Number(process.env['PLIMSOLL_SEED'] ?? 20_261_130);
/** Of the sample in its calm tick some covered totals are above it and some below. */
const FUND_E6 = 250_000_000_000n;
/** At most, between two ticks. */
const ACTIONS_PER_TICK = 5_000;
const TOLD_EVERY = 100_000;

const set = loadDefaultParameters();
const sample = loadSample();
const scenarios = jointScenarios(set.document.stress);
const markets = [sample.snapshots.calm, sample.snapshots.crash].map(({ snapshot }) =>
  priceMarket(snapshot, set.parameters),
);
const accounts = sample.ledgers.calm;
const listed = accounts.flatMap(({ positions }) => positions.map(({ instrument }) => instrument));
const instruments = [...new Map(listed.map((one) => [instrumentId(one), one])).values()];
const random = seeded(SEED);
const below = (count: number): number => Math.floor(random() * count);

let market = markets[0]!;
const control = new AdmissionControl(accounts, market, scenarios, {
  fundE6: FUND_E6,
  addOnBps: 10_000n,
});
const totalsE6 = (): readonly bigint[] => control.totals().map(({ shortfallE6 }) => shortfallE6);

/** The account with `lots` more of an instrument, paid for at its mark. */
function traded(account: Account, instrument: Instrument, lots: bigint): Account {
  const id = instrumentId(instrument);
  const others = account.positions.filter((one) => instrumentId(one.instrument) !== id);
  const held = account.positions.find((one) => instrumentId(one.instrument) === id)?.lots ?? 0n;
  const positions = held + lots === 0n ? others : [...others, { instrument, lots: held + lots }];
  const paidE6 = lots * (market.value(instrument).markQ128 >> 128n);
  return { ...account, positions, quoteE6: account.quoteE6 - paidE6 };
}

function proposed(): readonly ProposedAccount[] {
  const index = below(accounts.length);
  const own = control.account(index);
  const size = BigInt(1 + below(2_000));
  if (random() < 0.3) {
    // Deposits too, or soon nobody has anything to withdraw.
    const amountE6 = size * 1_000_000n * (random() < 0.5 ? 1n : -1n);
    return [{ index, account: { ...own, quoteE6: own.quoteE6 + amountE6 } }];
  }
  const other = (index + 1 + below(accounts.length - 1)) % accounts.length;
  const instrument = instruments[below(instruments.length)]!;
  return [
    { index, account: traded(own, instrument, size) },
    { index: other, account: traded(control.account(other), instrument, -size) },
  ];
}

function requireExact(): void {
  const all = accounts.map((_, index) => control.account(index));
  const exact = venueTotals(all, market, scenarios).joint.filter(({ isCovered }) => isCovered);
  if (exact.map(({ shortfallE6 }) => shortfallE6).join() !== totalsE6().join()) {
    throw new Error('the running totals are not those of all accounts');
  }
}

let [admitted, refused, ticks] = [0, 0, 0];
const started = performance.now();
while (admitted < TARGET) {
  if ((admitted + refused) % ACTIONS_PER_TICK === ACTIONS_PER_TICK - 1) {
    requireExact();
    ticks += 1;
    market = markets[below(markets.length)]!;
    control.setMarket(market);
  }
  const action = proposed();
  if (action.some(({ account }) => account.positions.length > MAX_POSITIONS)) continue;
  const before = totalsE6();
  if (control.admit(action).isAdmitted) admitted += 1;
  else refused += 1;
  totalsE6().forEach((totalE6, place) => {
    const limitE6 = before[place]! > FUND_E6 ? before[place]! : FUND_E6;
    if (totalE6 > limitE6)
      throw new Error(`action ${admitted + refused} took a total to ${totalE6}`);
  });
  if (admitted % TOLD_EVERY === 0 && admitted > 0) {
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`${admitted} admitted, ${refused} refused, ${ticks} ticks, ${seconds} s`);
  }
}
requireExact();
const { user } = process.cpuUsage();
console.log(
  `${admitted} admitted, ${refused} refused, ${ticks} ticks: no total above its limit; ` +
    `${Math.round(user / 1e6)} CPU s, seed ${SEED}`,
);
