// SPDX-License-Identifier: GPL-3.0-or-later
import type {
  CollateralMarket,
  MarketSnapshot,
  UnderlyingId,
  UnderlyingMarket,
} from '../../model/types.ts';
import { COLLATERAL_SYMBOLS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { CONFIDENCE_SCALE, confidenceFloorQ10 } from '../snapshot/confidence.ts';
import { parseSnapshotValue, snapshotDocument } from '../../documents/snapshot-document.ts';
import { medianFloor, robustMedian } from './robust-median.ts';
import type { RobustMedian, Tolerance } from './robust-median.ts';
import type { LeftOut } from './slices.ts';
import { combineSlices } from './slices.ts';
import type { CombineRules, ComponentTime, Panel, Rejection, Source } from './sources.ts';
import { panelOf, requireQuorum, timelySources } from './sources.ts';

/** Shares of the median. */
const TOLERANCE = {
  price: { floor: 0.001, cap: CONFIDENCE_SCALE.index },
  depth: { floor: 0.5, cap: 4 },
  volatility: { floor: 0.1, cap: 0.5 },
} as const satisfies Record<string, Tolerance>;

/** One scalar of the result and how many sources stand behind it. */
export interface CombinedComponent {
  readonly component: string;
  readonly value: bigint;
  readonly agreeing: number;
  /** Largest relative distance from the value among those that agree. */
  readonly dispersion: number;
}

export interface Combination {
  readonly snapshot: MarketSnapshot;
  readonly given: number;
  readonly quorum: number;
  readonly components: readonly CombinedComponent[];
  readonly rejections: readonly Rejection[];
  readonly leftOut: readonly LeftOut[];
}

type Read = (snapshot: MarketSnapshot) => bigint;
type Scalar = (
  component: string,
  sources: readonly Source[],
  tolerance: Tolerance,
  read: Read,
) => RobustMedian & { readonly agreeing: number };

/** Medianises scalars, and keeps the books: what agreed, what was rejected. */
function scalars(panel: Panel, components: CombinedComponent[], rejections: Rejection[]): Scalar {
  return (component, sources, tolerance, read) => {
    requireQuorum(sources.length, panel.quorum, panel.given, component);
    const result = robustMedian(
      sources.map(({ snapshot }) => read(snapshot)),
      tolerance,
    );
    const { value, kept, dispersion } = result;
    sources.forEach(({ name: source }, index) => {
      if (kept[index] !== true) rejections.push({ source, component, reason: 'outlier' });
    });
    const agreeing = kept.filter(Boolean).length;
    requireQuorum(agreeing, panel.quorum, panel.given, component);
    components.push({ component, value, agreeing, dispersion });
    return { ...result, agreeing };
  };
}

type Timely = Readonly<Record<ComponentTime, readonly Source[]>>;

function combineUnderlying(
  panel: Panel,
  u: UnderlyingId,
  timely: Timely,
  scalar: Scalar,
  rejections: Rejection[],
): { market: UnderlyingMarket; leftOut: readonly LeftOut[] } {
  const name = (field: string) => `${UNDERLYING_SYMBOLS[u]} ${field}`;
  const field = (key: 'depthQuote' | 'realisedVolQ20' | 'forecastVolQ20', tolerance: Tolerance) =>
    scalar(name(key), panel.sources, tolerance, ({ underlyings }) => underlyings[u][key]).value;
  const index = scalar(
    name('indexE4'),
    timely.indexTime,
    TOLERANCE.price,
    ({ underlyings }) => underlyings[u].indexE4,
  );
  const perpetual = scalar(
    name('perpetualMarkE4'),
    timely.perpetualTime,
    TOLERANCE.price,
    ({ underlyings }) => underlyings[u].perpetualMarkE4,
  );
  const claimed = medianFloor(
    timely.indexTime
      .filter((_, at) => index.kept[at])
      .map(({ snapshot }) => snapshot.underlyings[u].confidenceQ10),
  );
  // It is the confidence of perpetuals and of unlisted expiries too: the lesser of the two.
  const [ofIndex, ofPerpetual] = [index, perpetual].map(({ agreeing, dispersion }) =>
    confidenceFloorQ10(claimed, agreeing, panel.given, dispersion, CONFIDENCE_SCALE.index),
  ) as [bigint, bigint];
  const { slices, leftOut } = combineSlices(
    panel,
    u,
    index.value,
    { forward: timely.forwardTime, surface: timely.surfaceTime },
    rejections,
  );
  const market = {
    indexE4: index.value,
    perpetualMarkE4: perpetual.value,
    confidenceQ10: ofIndex < ofPerpetual ? ofIndex : ofPerpetual,
    depthQuote: field('depthQuote', TOLERANCE.depth),
    realisedVolQ20: field('realisedVolQ20', TOLERANCE.volatility),
    forecastVolQ20: field('forecastVolQ20', TOLERANCE.volatility),
    slices,
  };
  return { market, leftOut };
}

function combineCollateral(c: 0 | 1 | 2, timely: Timely, scalar: Scalar): CollateralMarket {
  const field = (key: keyof CollateralMarket, tolerance: Tolerance) =>
    scalar(
      `${COLLATERAL_SYMBOLS[c]} ${key}`,
      timely.collateralTime,
      tolerance,
      ({ collateral }) => collateral[c][key],
    ).value;
  return {
    marketPriceE4: field('marketPriceE4', TOLERANCE.price),
    redemptionRateQ30: field('redemptionRateQ30', TOLERANCE.price),
  };
}

/** As old as the oldest source that counted. */
function oldest(sources: readonly Source[], field: ComponentTime): bigint {
  return sources.reduce(
    (least, { snapshot }) => (snapshot[field] < least ? snapshot[field] : least),
    2n ** 32n - 1n,
  );
}

/**
 * One snapshot from several: each component the median of the sources that are timely and no
 * outlier, its confidence the share of sources that agree and how closely (docs/market-data.md).
 * The order of the sources does not matter. Throws `PlimsollError` `TOO_FEW_SOURCES` for a
 * component on which too few agree; a slice of that kind is left out instead.
 */
export function combineSnapshots(given: readonly Source[], rules: CombineRules): Combination {
  const { panel, rejections } = panelOf(given, rules);
  const components: CombinedComponent[] = [];
  const scalar = scalars(panel, components, rejections);
  const times = (field: ComponentTime) => timelySources(panel, field, rejections);
  const timely: Timely = {
    indexTime: times('indexTime'),
    perpetualTime: times('perpetualTime'),
    forwardTime: times('forwardTime'),
    surfaceTime: times('surfaceTime'),
    collateralTime: times('collateralTime'),
  };
  const btc = combineUnderlying(panel, 0, timely, scalar, rejections);
  const eth = combineUnderlying(panel, 1, timely, scalar, rejections);
  const combined: MarketSnapshot = {
    time: panel.time,
    indexTime: oldest(timely.indexTime, 'indexTime'),
    perpetualTime: oldest(timely.perpetualTime, 'perpetualTime'),
    forwardTime: oldest(timely.forwardTime, 'forwardTime'),
    surfaceTime: oldest(timely.surfaceTime, 'surfaceTime'),
    collateralTime: oldest(timely.collateralTime, 'collateralTime'),
    bookedThrough: panel.bookedThrough,
    underlyings: [btc.market, eth.market],
    collateral: [
      combineCollateral(0, timely, scalar),
      combineCollateral(1, timely, scalar),
      combineCollateral(2, timely, scalar),
    ],
  };
  return {
    snapshot: parseSnapshotValue(snapshotDocument(combined)),
    given: given.length,
    quorum: panel.quorum,
    components,
    rejections,
    leftOut: [...btc.leftOut, ...eth.leftOut],
  };
}
