// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../commitments/account.ts';
import type { MarketSnapshot, RiskParameters } from '../model/types.ts';
import { instrumentId } from '../model/instrument.ts';
import { priceMarket } from '../risk/pricing/market.ts';
import { AdmissionControl, type ProposedAccount } from '../venue/solvency/admission.ts';
import type { JointScenario } from '../venue/solvency/joint-scenarios.ts';
import { RemarginEngine } from '../venue/remargin/engine.ts';
import { machineLine, peakMemoryMiB, timeRuns } from './measure.ts';
import { fillAccounts, listInstruments, seeded } from './venue.ts';

export interface AdmissionOptions {
  readonly snapshot: MarketSnapshot;
  readonly parameters: RiskParameters;
  readonly scenarios: readonly JointScenario[];
  readonly accounts: number;
  readonly trades: number;
  readonly fundE6: bigint;
  readonly addOnBps: bigint;
  readonly progress: (line: string) => void;
}

export interface AdmissionBenchmark {
  readonly machine: string;
  readonly accounts: number;
  readonly instruments: number;
  readonly coveredScenarios: number;
  /** All accounts and totals anew, once per tick. */
  readonly tickMs: number;
  readonly trades: number;
  readonly admitted: number;
  /** Of one trade between two accounts, considered and taken over. */
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly largestMs: number;
  readonly peakMemoryMiB: number;
}

/** Admission of random trades on a synthetic venue of 1 to 16 positions an account. */
export function benchmarkAdmission(options: AdmissionOptions): AdmissionBenchmark {
  const { snapshot, parameters, scenarios, accounts: count, trades, progress } = options;
  const market = priceMarket(snapshot, parameters);
  const instruments = listInstruments(snapshot, 800);
  const engine = new RemarginEngine();
  fillAccounts(engine, instruments, count, 'up to 16');
  const accounts = Array.from({ length: count }, (_, index): Account => ({
    ...engine.accounts.portfolio(index),
    owner: BigInt(index + 1),
    settlementNonce: 0n,
    frozen: false,
    riskReducingOnly: false,
  }));
  progress(`${count} accounts: the first tick`);
  let control: AdmissionControl | undefined;
  const [tick] = timeRuns(1, 0, () => {
    control = new AdmissionControl(accounts, market, scenarios, options);
  });
  const random = seeded(20_261_128);
  const below = (n: number): number => Math.floor(random() * n);
  const traded = (index: number, lots: bigint, place: number): ProposedAccount => {
    const instrument = instruments[place]!;
    const account = control!.account(index);
    const others = account.positions.filter(
      (held) => instrumentId(held.instrument) !== instrumentId(instrument),
    );
    const held = account.positions.find((one) => !others.includes(one))?.lots ?? 0n;
    const positions = held + lots === 0n ? others : [...others, { instrument, lots: held + lots }];
    return { index, account: { ...account, positions } };
  };
  progress(`${trades} trades`);
  let admitted = 0;
  const times = Array.from({ length: trades }, () => {
    const buyer = below(count);
    const seller = (buyer + 1 + below(count - 1)) % count;
    const place = below(instruments.length);
    const lots = BigInt(1 + below(1_000));
    const action = [traded(buyer, lots, place), traded(seller, -lots, place)];
    const started = performance.now();
    if (control!.admit(action).isAdmitted) admitted += 1;
    return performance.now() - started;
  }).sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(trades - 1, Math.floor(share * trades))]!;
  return {
    machine: machineLine(),
    accounts: count,
    instruments: instruments.length,
    coveredScenarios: scenarios.filter(({ isCovered }) => isCovered).length,
    tickMs: tick!.wallMs,
    trades,
    admitted,
    medianMs: at(0.5),
    p99Ms: at(0.99),
    largestMs: at(1),
    peakMemoryMiB: peakMemoryMiB(),
  };
}
