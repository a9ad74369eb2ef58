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
import type { Account } from '../prover/commitments/account.ts';
import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { instrumentId } from '../prover/model/instrument.ts';
import type { Instrument } from '../prover/model/types.ts';
import { priceMarket } from '../prover/risk/pricing/market.ts';
import { SAMPLE_TICKS, loadSample } from '../prover/sample/sample.ts';
import { AdmissionControl, type ProposedAccount } from '../prover/venue/solvency/admission.ts';
import { jointScenarios } from '../prover/venue/solvency/joint-scenarios.ts';
import { venueTotals } from '../prover/venue/solvency/totals.ts';

const TARGET = Number(process.argv[2]);
const SEED = Number(process.env['PLIMSOLL_SEED'] ?? 20_261_130);
/** Of the sample in its calm tick some covered totals are above it and some below. */
const FUND_E6 = 250_000_000_000n;
/** Between two ticks. */
const ACTIONS_PER_TICK = 50_000;
/** Of an account: one page of a batch. */
const MOST_POSITIONS = 16;
const TOLD_EVERY = 500_000;

const set = loadDefaultParameters();
const sample = loadSample();
const scenarios = jointScenarios(set.document.stress);
const markets = SAMPLE_TICKS.map((tick) =>
  priceMarket(sample.snapshots[tick].snapshot, set.parameters),
);
const listed = sample.ledgers.calm.flatMap(({ positions }) =>
  positions.map(({ instrument }) => instrument),
);
const byId = new Map(listed.map((one) => [instrumentId(one), one]));
const instruments = [...byId.values()];
/** One object an instrument, so that a soak does not go into comparing names. */
const accounts = sample.ledgers.calm.map((account) => ({
  ...account,
  positions: account.positions.map(({ instrument, lots }) => {
    return { instrument: byId.get(instrumentId(instrument))!, lots };
  }),
}));
const random = seeded(SEED);
const below = (count: number): number => Math.floor(random() * count);

let market = markets[0]!;
const control = new AdmissionControl(accounts, market, scenarios, {
  fundE6: FUND_E6,
  addOnBps: 10_000n,
});

/** The account with `lots` more of an instrument, paid for at its mark. */
function traded(account: Account, instrument: Instrument, lots: bigint): Account {
  const others = account.positions.filter((one) => one.instrument !== instrument);
  const held = account.positions.find((one) => one.instrument === instrument)?.lots ?? 0n;
  const positions = held + lots === 0n ? others : [...others, { instrument, lots: held + lots }];
  const paidE6 = lots * (market.value(instrument).markQ128 >> 128n);
  return { ...account, positions, quoteE6: account.quoteE6 - paidE6 };
}

function proposed(): readonly ProposedAccount[] {
  const index = below(accounts.length);
  const own = control.account(index);
  const size = BigInt(1 + below(2_000)) * (random() < 0.5 ? 1n : -1n);
  if (random() < 0.3) {
    // Deposits too, or soon nobody has anything to withdraw.
    return [{ index, account: { ...own, quoteE6: own.quoteE6 + size * 1_000_000n } }];
  }
  const other = (index + 1 + below(accounts.length - 1)) % accounts.length;
  // Mostly in what is held, as trades are: else every account would soon hold something of everything.
  const held = own.positions[below(own.positions.length + 1)]?.instrument;
  const instrument =
    held === undefined || random() < 0.2 ? instruments[below(instruments.length)]! : held;
  return [
    { index, account: traded(own, instrument, size) },
    { index: other, account: traded(control.account(other), instrument, -size) },
  ];
}

function requireExact(): void {
  const all = accounts.map((_, index) => control.account(index));
  const exact = venueTotals(all, market, scenarios).joint.filter(({ isCovered }) => isCovered);
  if (exact.map(({ shortfallE6 }) => shortfallE6).join() !== control.totalsE6.join()) {
    throw new Error('the running totals are not those of all accounts');
  }
}

let [admitted, considered, ticks] = [0, 0, 0];
/** Actions that broke a rule, by its name; one may break several. */
const refused = new Map<string, number>();
const told = (): string => {
  const rules = [...refused].map(([rule, count]) => `${count} for ${rule}`).join(', ');
  const seconds = Math.round(process.cpuUsage().user / 1e6);
  return `${admitted} of ${considered} admitted (refused: ${rules}), ${ticks} ticks, ${seconds} CPU s`;
};
while (admitted < TARGET) {
  const action = proposed();
  if (action.some(({ account }) => account.positions.length > MOST_POSITIONS)) continue;
  const before = control.totalsE6;
  const { isAdmitted, refusals } = control.admit(action);
  considered += 1;
  if (isAdmitted) admitted += 1;
  for (const rule of new Set(refusals.map((one) => one.rule))) {
    refused.set(rule, (refused.get(rule) ?? 0) + 1);
  }
  const after = control.totalsE6;
  // The very list of before where nothing moved.
  if (after !== before) {
    after.forEach((totalE6, place) => {
      const limitE6 = before[place]! > FUND_E6 ? before[place]! : FUND_E6;
      if (totalE6 > limitE6) throw new Error(`action ${considered} took a total to ${totalE6}`);
    });
  }
  if (considered % ACTIONS_PER_TICK === 0) {
    requireExact();
    ticks += 1;
    market = markets[below(markets.length)]!;
    control.setMarket(market);
  }
  if (isAdmitted && admitted % TOLD_EVERY === 0) console.log(told());
}
requireExact();
console.log(`${told()}, seed ${SEED}: no total above its limit`);
