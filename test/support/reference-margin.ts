// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The margin of docs/spec.md §4–5 over the reals: no rounding but what the specification makes part
 * of a definition (forwards, collateral and index prices, interpolated shocks). Shares nothing with
 * prover/risk but the types of its inputs.
 */
import {
  black76Call,
  normalDistribution,
  Real,
  sviStdDev,
} from '../../scripts/accuracy/reference.ts';
import type {
  Instrument,
  MarketSnapshot,
  Portfolio,
  RiskParameters,
  Scenario,
  TenorKnot,
  UnderlyingId,
  VolShock,
} from '../../prover/model/types.ts';

export interface ReferenceMargin {
  readonly equityE6: Real;
  readonly grossEquityE6: Real;
  readonly mmE6: Real;
  readonly imE6: Real;
  /** By underlying and scenario id 0…32. */
  readonly lossesE6: readonly (readonly Real[])[];
  /** Σ |lots|·max(reference, strike) over everything held: what errors are measured against. */
  readonly notionalE6: Real;
}

const ZERO = new Real(0);
const real = (value: bigint, fractionBits = 0): Real =>
  new Real(String(value)).div(new Real(2).pow(fractionBits));
const total = (terms: readonly Real[]): Real => terms.reduce((a, b) => a.add(b), ZERO);
const STILL: Scenario = {
  multiplierQ24: 1n << 24n,
  logMoveQ10: 0n,
  dampingQ16: 1n << 16n,
  vol: 'unchanged',
  roll: 'none',
};

/** On the line between two knots, on the 2⁻¹⁰ grid: falling values up, rising values down. */
function shockTable(knots: readonly TenorKnot[], tau: number): (name: keyof TenorKnot) => number {
  const at = (index: number): TenorKnot => knots[index] as TenorKnot;
  const last = knots.length - 1;
  const above = knots.findIndex(({ tauSeconds }) => Number(tauSeconds) > tau);
  if (above === 0) return (name) => Number(at(0)[name]);
  if (above === -1) return (name) => Number(at(last)[name]);
  const [left, right] = [at(above - 1), at(above)];
  const share = new Real(tau - Number(left.tauSeconds)).div(
    Number(right.tauSeconds - left.tauSeconds),
  );
  return (name) => {
    const exact = share.mul(String(right[name] - left[name])).add(String(left[name]));
    return (name === 'rollLogQ10' ? exact.floor() : exact.ceil()).toNumber();
  };
}

function volFactor(vol: VolShock, table: (name: keyof TenorKnot) => number, k: Real): Real {
  const cap = table('skewCapQ10');
  const skew = (x: Real): Real => {
    const grid = x.mul(65_536).floor().mul(table('skewSlopeQ10')).div(65_536).floor();
    return Real.min(Real.max(grid, -cap), cap);
  };
  const kQ16 = k.mul(65_536).floor().div(65_536);
  const moves: Record<VolShock, () => Real> = {
    unchanged: () => ZERO,
    up: () => new Real(table('volUpQ10')),
    down: () => new Real(-table('volDownQ10')),
    'skewLinear+': () => skew(k),
    'skewLinear-': () => skew(k).neg(),
    'skewAbs+': () => skew(kQ16.abs()),
    'skewAbs-': () => skew(kQ16.abs()).neg(),
  };
  return moves[vol]().div(1024).add(1);
}

/** Values of one contract by scenario, in USD E4, with what the contingencies need. */
function valueInstrument(
  { underlying, kind, expiry, strikeE4 }: Instrument,
  snapshot: MarketSnapshot,
  parameters: RiskParameters,
) {
  const market = snapshot.underlyings[underlying];
  const own = parameters.underlyings[underlying];
  const scenarios = [STILL, ...own.scenarios];
  if (kind === 'perpetual') {
    const mark = real(market.perpetualMarkE4);
    const values = scenarios.map(({ multiplierQ24 }) => mark.mul(real(multiplierQ24, 24)));
    return {
      settled: false,
      reference: mark,
      delta: new Real(1),
      values,
      confidence: market.confidenceQ10,
    };
  }
  const slice = market.slices.find((candidate) => candidate.expiry === expiry);
  // Gone from the feed after its expiry: the ledger has paid it out, and nothing is left of it.
  if (slice === undefined && expiry <= snapshot.time) {
    const values = scenarios.map(() => ZERO);
    const { confidenceQ10 } = market;
    return { settled: true, reference: ZERO, delta: ZERO, values, confidence: confidenceQ10 };
  }
  const ratio = slice === undefined ? new Real(1) : real(slice.forwardRatioQ30, 30);
  const forward = real(market.indexE4).mul(ratio).ceil();
  const strike = real(strikeE4);
  const confidence = slice?.confidenceQ10 ?? market.confidenceQ10;
  if (slice?.state === 'expired' && slice.settlementPriceE4 > 0n) {
    const price = real(slice.settlementPriceE4);
    const intrinsic = kind === 'call' ? price.sub(strike) : strike.sub(price);
    const payoff = kind === 'future' ? price : Real.max(intrinsic, 0);
    const values = scenarios.map(() => payoff);
    return { settled: true, reference: price, delta: ZERO, values, confidence };
  }
  const tau = Math.max(0, Number(expiry - snapshot.time));
  const table = shockTable(parameters.tenor, tau);
  const rolled = ({ roll, multiplierQ24 }: Scenario): Real => {
    const rho = roll === 'none' ? 0 : (roll === 'up' ? 1 : -1) * table('rollLogQ10');
    return real(multiplierQ24, 24)
      .add(Real.exp(new Real(rho).div(1024)))
      .sub(1);
  };
  const forwards = scenarios.map((scenario) => forward.mul(rolled(scenario)));
  if (kind === 'future') {
    return { settled: false, reference: forward, delta: new Real(1), values: forwards, confidence };
  }
  const logMoneyness = Real.ln(strike.div(forward));
  let k = ZERO;
  let stdDev = ZERO;
  if (slice?.state === 'live') {
    k = Real.min(Real.max(logMoneyness, real(slice.kMinQ10, 10)), real(slice.kMaxQ10, 10));
    stdDev = sviStdDev(k, {
      a: real(slice.aQ44, 44),
      b: real(slice.bQ30, 30),
      c: real(slice.cQ30, 30),
      m: real(slice.mQ24, 24),
      sigma: real(slice.sigmaQ24, 24),
    });
  }
  const kernelFloor = new Real(2).pow(-14);
  const volFloor = new Real(String(own.volFloorUpBps))
    .div(1e4)
    .mul(Real.sqrt(new Real(tau).div(31_536_000)));
  const values = scenarios.map(({ vol }, id) => {
    const shocked = stdDev.mul(volFactor(vol, table, k));
    const floored = vol === 'up' ? Real.max(shocked, volFloor) : shocked;
    const shockedForward = forwards[id] as Real;
    const call = black76Call(shockedForward, strike, Real.max(floored, kernelFloor));
    return kind === 'call' ? call : call.sub(shockedForward).add(strike);
  });
  const width = Real.max(stdDev, kernelFloor);
  const callDelta = normalDistribution(width.div(2).sub(logMoneyness.div(width)));
  const delta = kind === 'call' ? callDelta : callDelta.sub(1);
  return { settled: false, reference: forward, delta, values, confidence };
}

/** Σ rateⱼ·(amount between band j and the next), rates in basis points. */
function marginal(amount: Real, starts: readonly Real[], ratesBps: readonly bigint[]): Real {
  const edges = [ZERO, ...starts];
  return total(
    ratesBps.map((rate, band) => {
      const top = edges[band + 1] ?? amount;
      const inside = Real.max(Real.min(amount, top).sub(edges[band] as Real), 0);
      return inside.mul(String(rate)).div(1e4);
    }),
  );
}

export function referenceMargin(
  portfolio: Portfolio,
  snapshot: MarketSnapshot,
  parameters: RiskParameters,
): ReferenceMargin {
  const positions = portfolio.positions.map(({ instrument, lots }) => ({
    instrument,
    lots: real(lots),
    ...valueInstrument(instrument, snapshot, parameters),
  }));
  const collateral = parameters.collateral.map((rules, asset) => {
    const { marketPriceE4, redemptionRateQ30 } = snapshot.collateral[asset as 0 | 1 | 2];
    const { indexE4 } = snapshot.underlyings[rules.underlying];
    const redemption = real(indexE4).mul(real(redemptionRateQ30, 30)).floor();
    const price = Real.min(real(marketPriceE4), redemption);
    const value = real(portfolio.collateralE8[asset as 0 | 1 | 2])
      .mul(price)
      .div(1e6);
    const starts = rules.tierThresholds.map((usd) => real(usd).mul(1e6));
    return { ...rules, value, kept: value.sub(marginal(value, starts, rules.haircutsBps)) };
  });
  const marked = total(positions.map(({ lots, values }) => lots.mul(values[0] as Real)));
  const grossEquityE6 = real(portfolio.quoteE6)
    .add(marked)
    .add(total(collateral.map((c) => c.value)));
  const equityE6 = real(portfolio.quoteE6)
    .add(marked)
    .add(total(collateral.map((c) => c.kept)));

  const ids: readonly UnderlyingId[] = [0, 1];
  const scans: Real[] = [];
  const lossesE6 = ids.map((u) => {
    const scenarios = [STILL, ...parameters.underlyings[u].scenarios];
    const losses = scenarios.map(({ multiplierQ24 }, id) => {
      const held = positions
        .filter(({ instrument }) => instrument.underlying === u)
        .map(({ lots, values }) => lots.mul((values[0] as Real).sub(values[id] as Real)));
      const backing = total(collateral.filter((c) => c.underlying === u).map((c) => c.kept));
      return total(held).add(backing.mul(new Real(1).sub(real(multiplierQ24, 24))));
    });
    scans.push(
      losses.reduce(
        (most, loss, id) => Real.max(most, loss.mul(real(scenarios[id]?.dampingQ16 ?? 0n, 16))),
        ZERO,
      ),
    );
    return losses;
  });

  const open = positions.filter(({ settled }) => !settled);
  const isOption = ({ kind }: Instrument): boolean => kind === 'call' || kind === 'put';
  const charged = open.map((position) => ({
    ...position,
    index: real(snapshot.underlyings[position.instrument.underlying].indexE4),
    size: isOption(position.instrument) ? Real.max(position.lots.neg(), 0) : position.lots.abs(),
  }));
  const dollarDeltas = ids.map((u) => {
    const own = open.filter(({ instrument }) => instrument.underlying === u);
    const lots = total(own.map((position) => position.lots.mul(position.delta)));
    return lots.abs().mul(real(snapshot.underlyings[u].indexE4));
  });
  // What is written beyond what is held: of calls above all strikes, of puts below them, and of puts
  // nothing where the group as a whole pays at zero.
  const bare = ids.flatMap((u) => {
    const own = open.filter(
      ({ instrument }) => instrument.underlying === u && isOption(instrument),
    );
    const series = new Set(own.map(({ instrument: { kind, expiry } }) => `${kind} ${expiry}`));
    return [...series].map((name) => {
      const members = own.filter(
        ({ instrument: { kind, expiry } }) => `${kind} ${expiry}` === name,
      );
      const short = Real.max(total(members.map(({ lots }) => lots)).neg(), 0);
      const atZero = total(
        members.map(({ lots, instrument }) => lots.mul(real(instrument.strikeE4))),
      );
      const isCovered = name.startsWith('put') && atZero.gte(0);
      return isCovered ? ZERO : short.mul(real(snapshot.underlyings[u].indexE4));
    });
  });
  const contingency = (
    which: 'mmBps' | 'imBps',
    rates: 'marginalMmBps' | 'marginalImBps',
  ): Real => {
    const linear = charged.map(({ instrument: { kind }, size, reference }) => {
      if (kind === 'perpetual' || kind === 'future') {
        return size.mul(reference).mul(String(parameters[kind][which]));
      }
      return ZERO;
    });
    linear.push(total(bare).mul(String(parameters.shortOption[which])));
    const concentrated = ids.map((u) => {
      const depth = real(snapshot.underlyings[u].depthQuote).mul(1e6);
      const starts = parameters.concentration.bandsQ10.map((band) => depth.mul(real(band, 10)));
      return marginal(dollarDeltas[u] as Real, starts, parameters.concentration[rates]);
    });
    return total(linear).div(1e4).add(total(concentrated));
  };
  const scan = total(scans);
  const { thresholdQ10, imBps } = parameters.confidence;
  const doubt = charged.map(({ size, index, confidence }) => {
    const missing = Math.max(0, Number(thresholdQ10 - confidence));
    return size.mul(index).mul(missing).div(String(thresholdQ10)).mul(String(imBps)).div(1e4);
  });
  const { imBpsPerSecondX10, maxImBps } = parameters.latency;
  const age = Number(snapshot.time - snapshot.indexTime);
  const latencyBps = Math.min(Number(maxImBps), (Number(imBpsPerSecondX10) * age) / 10);
  const extra = collateral.map(({ kept, imExtraBps }) => kept.mul(String(imExtraBps)).div(1e4));
  const mmE6 = scan
    .mul(String(parameters.mmFactorBps))
    .div(1e4)
    .add(contingency('mmBps', 'marginalMmBps'));
  const imE6 = scan
    .mul(String(parameters.imFactorBps))
    .div(1e4)
    .add(contingency('imBps', 'marginalImBps'))
    .add(total(doubt))
    .add(total(dollarDeltas).mul(latencyBps).div(1e4))
    .add(total(extra));
  const notionalE6 = total(
    positions.map(({ lots, reference, instrument }) =>
      lots.abs().mul(Real.max(reference, real(instrument.strikeE4))),
    ),
  );
  return { equityE6, grossEquityE6, mmE6, imE6, lossesE6, notionalE6 };
}
