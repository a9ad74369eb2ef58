// SPDX-License-Identifier: GPL-3.0-or-later
import { arrayMargin } from '../venue/remargin/definition.ts';
import { RemarginEngine } from '../venue/remargin/engine.ts';
import { riskArray } from '../venue/remargin/risk-array.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import { priceMarket } from '../risk/pricing/market.ts';
import type { Instrument, MarketSnapshot, RiskParameters } from '../model/types.ts';
import { median } from '../core/statistics.ts';
import { machineLine, medianRun, peakMemoryMiB, timeRuns, type Timing } from './measure.ts';
import { fillAccounts, listInstruments } from './venue.ts';

export const INSTRUMENTS = 800;
/** Accounts margined by the exact model and by the definition of array margin beside the engine. */
const SAMPLE = 500;
const UPDATES = 200;

export interface RemarginOptions {
  readonly snapshot: MarketSnapshot;
  readonly parameters: RiskParameters;
  readonly accounts: number;
  readonly runs: number;
  readonly progress: (line: string) => void;
}

export interface RemarginFigures {
  readonly accounts: number;
  readonly positions: number;
  /** Medians over the runs: accounts of 1 to 16 positions, and of 16 each. */
  readonly remarginMs: number;
  readonly remarginCpuMs: number;
  readonly remarginFullMs: number;
  readonly remarginFullCpuMs: number;
  readonly nanosecondsPerAccount: number;
  /** Accounts that went the two-limb way, that the exact model re-decided, and that it liquidates. */
  readonly wide: number;
  readonly band: number;
  readonly liquidatable: number;
  readonly decideMs: number;
  readonly updateMicroseconds: number;
  readonly exactMicrosecondsPerAccount: number;
  readonly definitionMicrosecondsPerAccount: number;
  /** Accounts of the sample on which engine and definition differ by a bit: 0. */
  readonly disagreements: number;
}

export interface RemarginBenchmark {
  readonly machine: string;
  readonly runs: number;
  readonly instruments: number;
  /** A cold one, and the median of warm ones. */
  readonly riskArraysFirstMs: number;
  readonly riskArraysMs: number;
  readonly riskArraysCpuMs: number;
  readonly scaling: readonly RemarginFigures[];
  readonly peakMemoryMiB: number;
}

type Market = Pick<RemarginOptions, 'snapshot' | 'parameters'>;

function measureArrays(instruments: readonly Instrument[], market: Market, runs: number): Timing[] {
  const engine = new RemarginEngine();
  for (const instrument of instruments) engine.instruments.numberOf(instrument);
  // A fresh priced market every time: nothing of the last tick may help.
  return timeRuns(runs + 1, 0, () => {
    engine.setMarket(priceMarket(market.snapshot, market.parameters));
  });
}

function measureAccounts(
  accounts: number,
  instruments: readonly Instrument[],
  { snapshot, parameters, runs }: RemarginOptions,
): RemarginFigures {
  const market = priceMarket(snapshot, parameters);
  // Small venues need more runs before the kernel is compiled.
  const warmUp = Math.max(2, Math.ceil(50_000 / accounts));
  const timed = (positionsEach: 'up to 16' | '16'): [RemarginEngine, Timing, number] => {
    const engine = new RemarginEngine();
    for (const instrument of instruments) engine.instruments.numberOf(instrument);
    fillAccounts(engine, instruments, accounts, positionsEach);
    engine.setMarket(market);
    let wide = 0;
    const times = timeRuns(runs, warmUp, () => {
      engine.invalidate();
      wide = engine.remargin().wide;
    });
    return [engine, medianRun(times), wide];
  };
  const [, full] = timed('16');
  const [engine, mixed, wide] = timed('up to 16');

  let positions = 0;
  for (let account = 0; account < accounts; account += 1) {
    positions += engine.accounts.positions[account]!;
  }
  let band = 0;
  for (let account = 0; account < accounts; account += 1) {
    if (engine.verdict(account) === 'band') band += 1;
  }
  const started = performance.now();
  const liquidatable = engine.liquidatable().length;
  const decideMs = performance.now() - started;

  const step = Math.max(1, Math.floor(accounts / SAMPLE));
  const sample = Array.from({ length: Math.min(SAMPLE, accounts) }, (_, i) => i * step);
  const portfolios = sample.map((account) => engine.accounts.portfolio(account));
  const arrays = new Map(
    instruments.map((instrument) => [instrument, riskArray(instrument, market)]),
  );
  const perAccount = (work: (place: number) => void): number => {
    const times = timeRuns(3, 1, () => {
      for (let place = 0; place < sample.length; place += 1) work(place);
    });
    return (medianRun(times).wallMs * 1000) / sample.length;
  };
  let disagreements = 0;
  for (const [place, portfolio] of portfolios.entries()) {
    const defined = arrayMargin(portfolio, (instrument) => arrays.get(instrument)!, market);
    const kept = engine.margin(sample[place]!);
    const same =
      kept.equityE6 === defined.equityE6 &&
      kept.mmE6 === defined.mmE6 &&
      kept.imE6 === defined.imE6 &&
      kept.verdict === defined.verdict;
    if (!same) disagreements += 1;
  }
  const updates = Array.from({ length: UPDATES }, (_, i) => i % sample.length);
  const updateTimes = updates.map((place) => {
    const begun = performance.now();
    engine.update(sample[place]!, portfolios[(place + 1) % portfolios.length]!);
    engine.remargin();
    return performance.now() - begun;
  });
  return {
    accounts,
    positions,
    remarginMs: mixed.wallMs,
    remarginCpuMs: mixed.cpuMs,
    remarginFullMs: full.wallMs,
    remarginFullCpuMs: full.cpuMs,
    nanosecondsPerAccount: (mixed.wallMs * 1e6) / accounts,
    wide,
    band,
    liquidatable,
    decideMs,
    updateMicroseconds: median(updateTimes) * 1000,
    exactMicrosecondsPerAccount: perAccount((place) => marginPortfolio(portfolios[place]!, market)),
    definitionMicrosecondsPerAccount: perAccount((place) =>
      arrayMargin(portfolios[place]!, (instrument) => arrays.get(instrument)!, market),
    ),
    disagreements,
  };
}

/** Re-margins 10³ accounts and ten times as many again and again, up to `accounts`. */
export function benchmarkRemargin(options: RemarginOptions): RemarginBenchmark {
  const machine = machineLine();
  const instruments = listInstruments(options.snapshot, INSTRUMENTS);
  options.progress(`risk arrays of ${INSTRUMENTS} instruments`);
  const [firstArrays, ...arrays] = measureArrays(instruments, options, options.runs);
  const sizes: number[] = [];
  for (let size = 1000; size < options.accounts; size *= 10) sizes.push(size);
  sizes.push(options.accounts);
  const scaling = sizes.map((size) => {
    options.progress(`${size} accounts`);
    return measureAccounts(size, instruments, options);
  });
  return {
    machine,
    runs: options.runs,
    instruments: instruments.length,
    riskArraysFirstMs: firstArrays!.wallMs,
    riskArraysMs: medianRun(arrays).wallMs,
    riskArraysCpuMs: medianRun(arrays).cpuMs,
    scaling,
    peakMemoryMiB: peakMemoryMiB(),
  };
}
