// SPDX-License-Identifier: GPL-3.0-or-later
import type { Position, UnderlyingId } from '../../prover/model/types.ts';
import {
  type Draft,
  type Funding,
  NO_COLLATERAL,
  type Series,
  future,
  leg,
  netted,
  option,
  perpetual,
} from './drafts.ts';
import { UNLISTED_EXPIRY } from './market.ts';

const BTC = 0;
const ETH = 1;
const E8 = 100_000_000n;

interface Options {
  readonly note: string;
  readonly owner?: string;
  readonly collateralE8?: Draft['collateralE8'];
}

function draft(
  kind: string,
  name: string,
  positions: readonly Position[],
  funding: Funding,
  { note, owner, collateralE8 }: Options,
): Draft {
  return {
    name,
    kind,
    note,
    ...(owner === undefined ? {} : { owner }),
    collateralE8: collateralE8 ?? NO_COLLATERAL,
    positions: netted(positions),
    funding,
  };
}

function inCrash(requirement: 'mm' | 'im', percent: bigint, offsetE6 = 0n): Funding {
  return { rule: 'equity', tick: 'crash', requirement, percent, offsetE6 };
}

function gross(amountE6: bigint): Funding {
  return { rule: 'grossEquity', tick: 'crash', amountE6 };
}

const HEALTHY: Funding = { rule: 'alwaysHealthy', percent: 170n };

/** The four lines an account can stand on, each at the crash tick, to the last unit. */
function boundaries(): readonly Draft[] {
  const short = (lots: number): readonly Position[] => [
    perpetual(BTC, 3 * lots),
    option(BTC, 'call', 'week2', 66_000, -2 * lots),
    option(BTC, 'put', 'week2', 54_000, -lots),
  ];
  return [
    draft('boundary', 'equity-equals-mm', short(40), inCrash('mm', 100n), {
      note: 'equity is the maintenance margin: not liquidatable',
    }),
    draft('boundary', 'equity-below-mm', short(40), inCrash('mm', 100n, -1n), {
      note: 'equity is the maintenance margin less one unit: liquidatable',
    }),
    draft('boundary', 'equity-equals-im', short(60), inCrash('im', 100n), {
      note: 'equity is the initial margin',
    }),
    draft('boundary', 'gross-equity-minus-one', [perpetual(ETH, 2_600)], gross(-1n), {
      note: 'bankrupt by one unit',
    }),
  ];
}

function fates(): readonly Draft[] {
  return [
    draft('fate', 'wick-victim', [perpetual(BTC, 450)], inCrash('mm', 60n), {
      note: 'below maintenance in the crash, above 1.10 times it on the rebound',
    }),
    draft(
      'fate',
      'ordinary-liquidation',
      [
        perpetual(ETH, 6_000),
        option(ETH, 'put', 'week2', 1_500, -4_000),
        option(ETH, 'call', 'march', 2_400, -2_000),
      ],
      inCrash('mm', 20n),
      { note: 'below maintenance in the crash, still short of a cure on the rebound' },
    ),
    draft(
      'fate',
      'bankrupt-paid-in-full',
      [perpetual(ETH, 8_000), option(ETH, 'put', 'nextDay', 1_900, -44_000)],
      gross(-41_873_274_519n),
      { note: 'bankrupt; the insurance fund pays the whole deficit' },
    ),
    draft(
      'fate',
      'bankrupt-beyond-the-fund',
      [
        perpetual(ETH, 20_000),
        option(ETH, 'put', 'nextDay', 1_900, -370_000),
        option(BTC, 'put', 'nextDay', 64_000, -2_000),
      ],
      gross(-212_604_118_237n),
      { note: 'bankrupt; the deficit is more than the insurance fund holds' },
    ),
  ];
}

/** A hedged book in one account, and the same positions, on the same money, in an account each. */
function togetherAndSeparate(): readonly Draft[] {
  const options = { note: 'isolated margin: one position of "together"', owner: 'one-of-four' };
  const separate = [
    draft(
      'margin-mode',
      'separate-1',
      [perpetual(BTC, -600)],
      { rule: 'calmInitialMargin', percent: 150n },
      { ...options, note: `${options.note}, which gains in the crash` },
    ),
    draft('margin-mode', 'separate-2', [future(BTC, 'june', 500)], inCrash('mm', 50n), {
      ...options,
      note: `${options.note}, liquidatable in the crash`,
    }),
    draft(
      'margin-mode',
      'separate-3',
      [option(BTC, 'put', 'march', 54_000, -200)],
      inCrash('mm', 60n),
      { ...options, note: `${options.note}, liquidatable in the crash` },
    ),
  ];
  const together = draft(
    'margin-mode',
    'together',
    separate.flatMap(({ positions }) => positions),
    { rule: 'sumOf', names: separate.map(({ name }) => name) },
    { ...options, note: 'portfolio margin: all positions and money of separate-1…3, safe' },
  );
  return [together, ...separate];
}

function haircutTiers(): readonly Draft[] {
  const coins: readonly (readonly [string, 0 | 1 | 2, readonly number[]])[] = [
    ['btc', 0, [8, 50, 300, 600]],
    ['eth', 1, [400, 2_000, 8_000, 16_000]],
    ['steth', 2, [200, 1_000, 4_000, 8_000]],
  ];
  return coins.flatMap(([symbol, asset, amounts]) =>
    amounts.map((amount, tier) => {
      const underlying: UnderlyingId = asset === 0 ? BTC : ETH;
      const calls = option(underlying, 'call', 'march', asset === 0 ? 80_000 : 2_400, -amount * 20);
      const amountE8 = BigInt(amount) * E8;
      return draft(
        'haircut-tier',
        `haircut-${symbol}-tier-${tier + 1}`,
        [calls],
        { rule: 'fixed', quoteE6: 0n },
        {
          note: `the value of its ${symbol} ends in haircut tier ${tier + 1} in the crash`,
          collateralE8: [
            asset === 0 ? amountE8 : 0n,
            asset === 1 ? amountE8 : 0n,
            asset === 2 ? amountE8 : 0n,
          ],
        },
      );
    }),
  );
}

function concentrationBands(): readonly Draft[] {
  const lots: readonly (readonly [string, UnderlyingId, readonly number[]])[] = [
    ['btc', BTC, [2_000, 13_700, 51_300, 136_900]],
    ['eth', ETH, [50_000, 260_000, 973_000, 2_595_000]],
  ];
  return lots.flatMap(([symbol, underlying, sizes]) =>
    sizes.map((size, band) =>
      draft(
        'concentration-band',
        `concentration-${symbol}-band-${band}`,
        [perpetual(underlying, band % 2 === 0 ? size : -size)],
        HEALTHY,
        { note: `its dollar delta ends in concentration band ${band} in the crash` },
      ),
    ),
  );
}

/** Every life of an expiry, held long and short, in and out of the money. */
function expiryLives(): readonly Draft[] {
  const lives: readonly (readonly [Series, string])[] = [
    ['settled', 'settled in the crash'],
    ['unsettled', 'passed but not settled in the crash'],
    ['minutes20', '20 minutes away in the crash, at a confidence below the threshold'],
    ['hours6', '6 hours away in the crash, at a confidence below the threshold'],
  ];
  const both: readonly UnderlyingId[] = [BTC, ETH];
  return both.flatMap((underlying) =>
    lives.flatMap(([series, note]) => {
      const lots = underlying === BTC ? 150 : 3_000;
      const low = underlying === BTC ? 56_000 : 1_500;
      const high = underlying === BTC ? 72_000 : 2_050;
      const symbol = underlying === BTC ? 'btc' : 'eth';
      const held = [
        option(underlying, 'call', series, low, lots),
        option(underlying, 'put', series, high, lots),
        future(underlying, series, lots),
      ];
      const reversed = held.map(({ instrument, lots: held }) => leg(instrument, -Number(held)));
      const label = `expiry-${symbol}-${series.toLowerCase()}`;
      return [
        draft('expiry', `${label}-long`, held, HEALTHY, { note }),
        draft('expiry', `${label}-short`, reversed, HEALTHY, { note }),
      ];
    }),
  );
}

/** What no honest front end lists, but the ledger can commit to: it must be decided all the same. */
function oddities(): readonly Draft[] {
  const unlisted = { underlying: BTC, expiry: BigInt(UNLISTED_EXPIRY) } as const;
  return [
    draft(
      'oddity',
      'unlisted-expiry',
      [
        leg({ ...unlisted, kind: 'future', strikeE4: 0n }, 120),
        leg({ ...unlisted, kind: 'call', strikeE4: 640_000_000n }, -120),
        leg({ ...unlisted, kind: 'put', strikeE4: 520_000_000n }, -80),
      ],
      HEALTHY,
      { note: 'holds an expiry the feed does not list' },
    ),
    draft(
      'oddity',
      'extreme-strikes',
      [
        leg({ underlying: ETH, kind: 'put', expiry: 1_772_179_200n, strikeE4: 1n }, -100),
        leg(
          { underlying: ETH, kind: 'call', expiry: 1_772_179_200n, strikeE4: 1_000_000_000_000n },
          -100,
        ),
      ],
      HEALTHY,
      { note: 'strikes of $0.0001 and $100,000,000' },
    ),
    draft(
      'oddity',
      'dust-debt',
      [],
      { rule: 'fixed', quoteE6: -1n },
      {
        note: 'owes one unit, covered by dust of every coin',
        collateralE8: [1n, 1n, 1n],
      },
    ),
    draft('oddity', 'coins-of-every-kind', [perpetual(BTC, -30)], HEALTHY, {
      note: 'all four assets at once',
      collateralE8: [2n * E8, 30n * E8, 15n * E8],
    }),
  ];
}

/** Everything PARAMETERS asks for by name, except what has to be searched for. */
export function specials(): readonly Draft[] {
  return [
    ...fates(),
    ...boundaries(),
    ...togetherAndSeparate(),
    ...haircutTiers(),
    ...concentrationBands(),
    ...expiryLives(),
    ...oddities(),
  ];
}
