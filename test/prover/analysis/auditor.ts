// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * An auditor with a derivation document and nothing else: every total recomputed from the lines,
 * sharing no code with prover/risk. Throws, naming the line, where two numbers disagree.
 */

interface NotionalPart {
  readonly position: number;
  readonly priceE4: string;
  readonly chargedLots: string;
  readonly notionalE6: string;
}

export interface DerivationDocument {
  readonly positions: readonly {
    readonly position: number;
    readonly underlying: string;
    readonly kind: string;
    readonly expiry: number;
    readonly strikeE4: string;
    readonly lots: string;
    readonly settled: boolean;
    readonly referenceE4: string;
    readonly confidenceQ10: string;
    readonly deltaQ128: string;
    readonly markE4Q128: string;
    readonly markValueE6Q128: string;
    readonly option?: {
      readonly logMoneynessQ30: string;
      readonly clampedLogMoneynessQ30?: string;
      readonly scenarios: readonly { readonly forwardE4Q24: string; readonly stdDevQ42: string }[];
    };
  }[];
  readonly equity: {
    readonly quoteE6: string;
    readonly positionsE6Q128: string;
    readonly positionsE6: string;
    readonly collateral: readonly {
      readonly asset: string;
      readonly balanceE8: string;
      readonly marketPriceE4: string;
      readonly indexE4: string;
      readonly redemptionRateQ30: string;
      readonly priceE4: string;
      readonly valueE6: string;
      readonly tiers: readonly {
        readonly fromUsd: string;
        readonly haircutBps: string;
        readonly amountE6: string;
        readonly keptE10: string;
      }[];
      readonly haircutValueE6: string;
    }[];
  };
  readonly underlyings: readonly {
    readonly underlying: string;
    readonly indexE4: string;
    readonly scenarios: readonly {
      readonly id: number;
      readonly multiplierQ24: string;
      readonly dampingQ16: string;
      readonly positions: readonly {
        readonly position: number;
        readonly valueE4Q152: string;
        readonly pnlE6Q152: string;
      }[];
      readonly collateral: readonly {
        readonly asset: string;
        readonly haircutValueE6: string;
        readonly pnlE6Q152: string;
      }[];
      readonly pnlSumE6Q152: string;
      readonly lossE6: string;
      readonly dampedLossE6Q16: string;
    }[];
    readonly scanE6Q16: string;
    readonly worstScenario: number;
  }[];
  readonly requirement: {
    readonly mmFactorBps: string;
    readonly imFactorBps: string;
    readonly notional: readonly {
      readonly name: string;
      readonly parts: readonly NotionalPart[];
      readonly baseE6: string;
      readonly mmBps: string;
      readonly imBps: string;
    }[];
    readonly concentration: readonly {
      readonly underlying: string;
      readonly parts: readonly {
        readonly position: number;
        readonly lots: string;
        readonly deltaQ128: string;
      }[];
      readonly indexE4: string;
      readonly dollarDeltaE6: string;
      readonly bands: readonly {
        readonly fromE6Q10: string;
        readonly amountE6Q10: string;
        readonly mmBps: string;
        readonly imBps: string;
      }[];
    }[];
    readonly initialOnly: {
      readonly oracleConfidence: {
        readonly parts: readonly (NotionalPart & { readonly doubtQ10: string })[];
        readonly baseE6Q10: string;
        readonly imBps: string;
        readonly thresholdQ10: string;
      };
      readonly oracleLatency: { readonly dollarDeltaE6: string; readonly rateE5: string };
      readonly collateral: {
        readonly parts: readonly {
          readonly asset: string;
          readonly haircutValueE6: string;
          readonly imExtraBps: string;
        }[];
      };
    };
  };
}

export interface Totals {
  readonly equityE6: bigint;
  readonly grossEquityE6: bigint;
  readonly deficitE6: bigint;
  readonly mmE6: bigint;
  readonly imE6: bigint;
}

const add = (terms: readonly bigint[]): bigint => terms.reduce((a, b) => a + b, 0n);
const magnitude = (x: bigint): bigint => (x < 0n ? -x : x);

/** Long division by hand: quotient towards −∞. */
function down(a: bigint, b: bigint): bigint {
  const rest = ((a % b) + b) % b;
  return (a - rest) / b;
}
const up = (a: bigint, b: bigint): bigint => -down(-a, b);

function same(actual: bigint, stated: string, line: string): void {
  if (String(actual) !== stated) throw new Error(`${line}: ${actual} by hand, stated ${stated}`);
}

function equityOf({ equity, positions }: DerivationDocument) {
  const marked = add(
    positions.map(({ lots, markE4Q128, markValueE6Q128, position }) => {
      const value = BigInt(lots) * BigInt(markE4Q128);
      same(value, markValueE6Q128, `mark value of #${position}`);
      return value;
    }),
  );
  same(marked, equity.positionsE6Q128, 'positions at mark');
  const held = down(marked, 2n ** 128n);
  same(held, equity.positionsE6, 'positions at mark, rounded');
  const coins = equity.collateral.map((line) => {
    const redemption = down(BigInt(line.indexE4) * BigInt(line.redemptionRateQ30), 2n ** 30n);
    const market = BigInt(line.marketPriceE4);
    same(market < redemption ? market : redemption, line.priceE4, `${line.asset} price`);
    const value = down(BigInt(line.balanceE8) * BigInt(line.priceE4), 10n ** 6n);
    same(value, line.valueE6, `${line.asset} value`);
    let left = value;
    const kept = [...line.tiers].reverse().map(({ fromUsd, haircutBps, amountE6, keptE10 }) => {
      const from = BigInt(fromUsd) * 10n ** 6n;
      const amount = left > from ? left - from : 0n;
      left -= amount;
      same(amount, amountE6, `${line.asset} in the tier from ${fromUsd}`);
      same(amount * (10_000n - BigInt(haircutBps)), keptE10, `${line.asset} kept`);
      return BigInt(keptE10);
    });
    const after = down(add(kept), 10_000n);
    same(after, line.haircutValueE6, `${line.asset} after haircut`);
    return { asset: line.asset, value, after };
  });
  const base = BigInt(equity.quoteE6) + held;
  return {
    coins,
    equityE6: base + add(coins.map(({ after }) => after)),
    grossEquityE6: base + add(coins.map(({ value }) => value)),
  };
}

function scansOf({ underlyings, positions, equity }: DerivationDocument): bigint[] {
  return underlyings.map(({ underlying, scenarios, scanE6Q16, worstScenario }) => {
    if (scenarios.length !== 33) throw new Error(`${underlying}: expected 33 scenarios`);
    const ours = positions.filter((position) => position.underlying === underlying);
    const damped = scenarios.map((line) => {
      const at = `${underlying} scenario ${line.id}`;
      if (line.positions.length !== ours.length) throw new Error(`${at}: a position is missing`);
      const pnl = line.positions.map(({ position, valueE4Q152, pnlE6Q152 }) => {
        const { lots, markE4Q128 } = positions[position]!;
        const moved = BigInt(valueE4Q152) - BigInt(markE4Q128) * 2n ** 24n;
        same(BigInt(lots) * moved, pnlE6Q152, `${at}, pnl of #${position}`);
        return BigInt(pnlE6Q152);
      });
      const coins = line.collateral.map(({ asset, haircutValueE6, pnlE6Q152 }) => {
        const counted = equity.collateral.find((coin) => coin.asset === asset)?.haircutValueE6;
        same(BigInt(haircutValueE6), String(counted), `${at}, ${asset}`);
        const move = BigInt(line.multiplierQ24) - 2n ** 24n;
        same(BigInt(haircutValueE6) * move * 2n ** 128n, pnlE6Q152, `${at}, pnl of ${asset}`);
        return BigInt(pnlE6Q152);
      });
      const total = add([...pnl, ...coins]);
      same(total, line.pnlSumE6Q152, `${at}, pnl`);
      const loss = down(-total, 2n ** 152n);
      same(loss, line.lossE6, `${at}, loss`);
      same(BigInt(line.dampingQ16) * loss, line.dampedLossE6Q16, `${at}, damped`);
      return BigInt(line.dampedLossE6Q16);
    });
    const scan = damped.reduce((most, loss) => (loss > most ? loss : most), 0n);
    same(scan, scanE6Q16, `${underlying} scan range`);
    same(BigInt(damped.indexOf(scan)), String(worstScenario), `${underlying} worst scenario`);
    return scan;
  });
}

/** Notionals and delta from the positions themselves, not from the lines that state them. */
function contingenciesOf({ positions, requirement, underlyings }: DerivationDocument) {
  const indexOf = (symbol: string): bigint =>
    BigInt(underlyings.find(({ underlying }) => underlying === symbol)!.indexE4);
  const open = positions.filter(({ settled }) => !settled);
  const isOption = (kind: string): boolean => kind === 'call' || kind === 'put';
  const delta = (of: string): bigint =>
    add(
      open
        .filter(({ kind }) => kind === of)
        .map(({ lots, referenceE4 }) => magnitude(BigInt(lots)) * BigInt(referenceE4)),
    );
  /** By underlying, kind and expiry: what is written beyond what is held. */
  const uncovered = (): bigint => {
    const series = Object.values(
      Object.groupBy(
        open.filter(({ kind }) => isOption(kind)),
        ({ underlying, kind, expiry }) => [underlying, kind, expiry].join(),
      ),
    );
    return add(
      series.map((members = []) => {
        const [{ kind, underlying }] = members as [(typeof open)[number]];
        const lots = add(members.map((position) => BigInt(position.lots)));
        const atZero = add(
          members.map((position) => BigInt(position.lots) * BigInt(position.strikeE4)),
        );
        const isCovered = lots >= 0n || (kind === 'put' && atZero >= 0n);
        return isCovered ? 0n : -lots * indexOf(underlying);
      }),
    );
  };
  const named: Readonly<Record<string, () => bigint>> = {
    'uncovered short options': uncovered,
    perpetuals: () => delta('perpetual'),
    'dated futures': () => delta('future'),
  };
  let mmE20 = 0n;
  let imE20 = 0n;
  for (const { name, parts, baseE6, mmBps, imBps } of requirement.notional) {
    const base = named[name]!();
    same(base, baseE6, name);
    if (parts.some(({ chargedLots }) => chargedLots === '0')) throw new Error(`${name}: empty`);
    same(add(parts.map((p) => BigInt(p.priceE4) * BigInt(p.chargedLots))), baseE6, name);
    mmE20 += base * BigInt(mmBps) * 2n ** 10n;
    imE20 += base * BigInt(imBps) * 2n ** 10n;
  }
  let dollarDeltas = 0n;
  for (const { underlying, indexE4, dollarDeltaE6, bands, parts } of requirement.concentration) {
    const own = open.filter((position) => position.underlying === underlying);
    if (own.length !== parts.length) throw new Error(`${underlying}: a delta is missing`);
    const delta = add(own.map(({ lots, deltaQ128 }) => BigInt(lots) * BigInt(deltaQ128)));
    const dollars = up(magnitude(delta) * BigInt(indexE4), 2n ** 128n);
    same(dollars, dollarDeltaE6, `${underlying} dollar delta`);
    dollarDeltas += dollars;
    let left = dollars * 2n ** 10n;
    for (const { fromE6Q10, amountE6Q10, mmBps, imBps } of [...bands].reverse()) {
      const amount = left > BigInt(fromE6Q10) ? left - BigInt(fromE6Q10) : 0n;
      left -= amount;
      same(amount, amountE6Q10, `${underlying} band from ${fromE6Q10}`);
      mmE20 += amount * BigInt(mmBps);
      imE20 += amount * BigInt(imBps);
    }
  }
  return { mmE20, imE20, dollarDeltas, open, indexOf, isOption };
}

export function recompute(derivation: DerivationDocument): Totals {
  const { equityE6, grossEquityE6, coins } = equityOf(derivation);
  const scan = add(scansOf(derivation));
  const { requirement } = derivation;
  const charged = contingenciesOf(derivation);
  const { oracleConfidence, oracleLatency, collateral } = requirement.initialOnly;

  const doubt = add(
    charged.open.map(({ kind, lots, underlying, confidenceQ10 }) => {
      const size = BigInt(lots);
      const counted = charged.isOption(kind) ? (size < 0n ? -size : 0n) : magnitude(size);
      const missing = BigInt(oracleConfidence.thresholdQ10) - BigInt(confidenceQ10);
      return counted * charged.indexOf(underlying) * (missing > 0n ? missing : 0n);
    }),
  );
  same(doubt, oracleConfidence.baseE6Q10, 'oracle confidence');
  same(charged.dollarDeltas, oracleLatency.dollarDeltaE6, 'oracle latency');
  const confidenceE6 = up(
    doubt * BigInt(oracleConfidence.imBps),
    10_000n * BigInt(oracleConfidence.thresholdQ10),
  );
  const latencyE6 = up(charged.dollarDeltas * BigInt(oracleLatency.rateE5), 10n ** 5n);
  const collateralE6 = up(
    add(
      collateral.parts.map(({ asset, imExtraBps }) => {
        return coins.find((coin) => coin.asset === asset)!.after * BigInt(imExtraBps);
      }),
    ),
    10_000n,
  );
  const scanOf = (factorBps: string): bigint => up(BigInt(factorBps) * scan, 10_000n * 2n ** 16n);
  const whole = 10_000n * 2n ** 10n;
  return {
    equityE6,
    grossEquityE6,
    deficitE6: grossEquityE6 < 0n ? -grossEquityE6 : 0n,
    mmE6: scanOf(requirement.mmFactorBps) + up(charged.mmE20, whole),
    imE6:
      scanOf(requirement.imFactorBps) +
      up(charged.imE20, whole) +
      confidenceE6 +
      latencyE6 +
      collateralE6,
  };
}
