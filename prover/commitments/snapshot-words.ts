// SPDX-License-Identifier: GPL-3.0-or-later
import { TAG, hashWords } from './hash-words.ts';
import { biased, packFields } from './pack.ts';
import type { CollateralMarket, MarketSnapshot, Slice, UnderlyingMarket } from '../model/types.ts';
import { MAX_SLICES } from '../model/types.ts';

/** The words that open a snapshot hash, as the circuits take them (docs/spec.md §2.4). */
export interface SnapshotWords {
  readonly timeWord: bigint;
  readonly underlyingWords: readonly [bigint, bigint];
  readonly collateralWord: bigint;
  /** Per underlying 24: expiry₀, data₀, …, expiry₁₁, data₁₁. */
  readonly sliceWords: readonly [readonly bigint[], readonly bigint[]];
}

function timeWord(snapshot: MarketSnapshot): bigint {
  return packFields([
    ['time', 32, snapshot.time],
    ['indexTime', 32, snapshot.indexTime],
    ['perpetualTime', 32, snapshot.perpetualTime],
    ['forwardTime', 32, snapshot.forwardTime],
    ['surfaceTime', 32, snapshot.surfaceTime],
    ['collateralTime', 32, snapshot.collateralTime],
    ['bookedThrough', 32, snapshot.bookedThrough],
  ]);
}

function underlyingWord(market: UnderlyingMarket): bigint {
  return packFields([
    ['indexE4 - 1', 37, market.indexE4 - 1n],
    ['perpetualMarkE4', 40, market.perpetualMarkE4],
    ['confidenceQ10', 11, market.confidenceQ10],
    ['depthQuote', 40, market.depthQuote],
    ['realisedVolQ20', 24, market.realisedVolQ20],
    ['forecastVolQ20', 24, market.forecastVolQ20],
  ]);
}

function collateralWord(collateral: readonly CollateralMarket[]): bigint {
  return packFields(
    collateral.flatMap(({ marketPriceE4, redemptionRateQ30 }) => [
      ['marketPriceE4', 40, marketPriceE4] as const,
      ['redemptionRateQ30', 32, redemptionRateQ30] as const,
    ]),
  );
}

function sliceDataWord(slice: Slice): bigint {
  const ratio = ['forwardRatioQ30 - 1', 32, slice.forwardRatioQ30 - 1n] as const;
  const confidence = ['confidenceQ10', 11, slice.confidenceQ10] as const;
  if (slice.state === 'expired') {
    return packFields([
      ratio,
      ['settlementPriceE4', 48, slice.settlementPriceE4],
      ['no surface', 32 + 33 + 28 + 27 + 14 + 14, 0n],
      confidence,
    ]);
  }
  return packFields([
    ratio,
    ['aQ44', 48, biased(slice.aQ44, 48)],
    ['bQ30', 32, slice.bQ30],
    ['cQ30', 33, biased(slice.cQ30, 33)],
    ['mQ24', 28, biased(slice.mQ24, 28)],
    ['sigmaQ24', 27, slice.sigmaQ24],
    ['kMinQ10', 14, biased(slice.kMinQ10, 14)],
    ['kMaxQ10', 14, biased(slice.kMaxQ10, 14)],
    confidence,
  ]);
}

function sliceWords(market: UnderlyingMarket): readonly bigint[] {
  return Array.from({ length: MAX_SLICES }, (_, index) => market.slices[index]).flatMap((slice) =>
    slice === undefined ? [0n, 0n] : [slice.expiry, sliceDataWord(slice)],
  );
}

export function snapshotWords(snapshot: MarketSnapshot): SnapshotWords {
  const [btc, eth] = snapshot.underlyings;
  return {
    timeWord: timeWord(snapshot),
    underlyingWords: [underlyingWord(btc), underlyingWord(eth)],
    collateralWord: collateralWord(snapshot.collateral),
    sliceWords: [sliceWords(btc), sliceWords(eth)],
  };
}

export function hashSnapshotWords(words: SnapshotWords): bigint {
  return hashWords(TAG.snapshot, [
    words.timeWord,
    ...words.underlyingWords,
    words.collateralWord,
    ...words.sliceWords.map((slices) => hashWords(TAG.slices, slices)),
  ]);
}

export function snapshotHash(snapshot: MarketSnapshot): bigint {
  return hashSnapshotWords(snapshotWords(snapshot));
}
