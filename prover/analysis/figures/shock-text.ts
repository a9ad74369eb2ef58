// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import {
  MAX_INDEX_E4,
  noShock,
  shockSnapshot,
  VOL_UNCHANGED,
  type MarketShock,
  type ShockedSnapshot,
} from '../shock.ts';
import { divFloor } from '../../risk/pricing/fixed-point.ts';
import type { MarketSnapshot, RiskParameters } from '../../model/types.ts';
import { parseDuration, parseScaled } from './amount.ts';
import type { Ask } from './steps.ts';

const ONE_PPM = 1_000_000n;
/** 1 + p % in 10⁻⁶. */
function multiplePpm(text: string, field: string): bigint {
  const percent = /^(.+)%$/.exec(text)?.[1];
  if (percent === undefined) throw new InvalidInput(field, `must end in %, got "${text}"`);
  const ppm = ONE_PPM + parseScaled(percent, 4, field);
  if (ppm < 1n) throw new InvalidInput(field, 'must stay above -100%');
  return ppm;
}

function movedIndex(indexE4: bigint, text: string, field: string): bigint {
  const moved = text.endsWith('%')
    ? divFloor(2n * indexE4 * multiplePpm(text, field) + ONE_PPM, 2n * ONE_PPM)
    : parseScaled(text, 4, field);
  if (moved < 1n || moved > MAX_INDEX_E4) {
    throw new InvalidInput(field, `must leave an index of 0.0001 to ${MAX_INDEX_E4 / 10_000n}`);
  }
  return moved;
}

/** What may move; `vol` is both volatilities. */
export const SHOCK_PARTS = ['btc', 'eth', 'vol', 'btc-vol', 'eth-vol', 'time'] as const;
export type ShockPart = (typeof SHOCK_PARTS)[number];

/** The parts as somebody wrote them, by `source` where; throws `InvalidInput` naming it. */
export function shockOf(
  parts: readonly (Ask & { readonly name: ShockPart })[],
  snapshot: MarketSnapshot,
  source: string,
): MarketShock {
  const still = noShock(snapshot);
  let [btc, eth] = still.indexE4;
  let [btcVol, ethVol] = [VOL_UNCHANGED, VOL_UNCHANGED];
  let seconds = 0n;
  const seen = new Set<string>();
  for (const { source: field, name, value } of parts) {
    if (seen.has(name)) throw new InvalidInput(field, 'is given twice');
    seen.add(name);
    if (name === 'btc') btc = movedIndex(btc, value, field);
    else if (name === 'eth') eth = movedIndex(eth, value, field);
    else if (name === 'vol') btcVol = ethVol = multiplePpm(value, field);
    else if (name === 'btc-vol') btcVol = multiplePpm(value, field);
    else if (name === 'eth-vol') ethVol = multiplePpm(value, field);
    else seconds = BigInt(parseDuration(value, field));
  }
  if (seen.has('vol') && (seen.has('btc-vol') || seen.has('eth-vol'))) {
    throw new InvalidInput(source, 'takes either vol or btc-vol and eth-vol');
  }
  return { indexE4: [btc, eth], volPpm: [btcVol, ethVol], seconds };
}

/** The shocked snapshot; a price or a time that leaves its field is the fault of `source`. */
export function shockedBy(
  snapshot: MarketSnapshot,
  shock: MarketShock,
  parameters: RiskParameters,
  source: string,
): ShockedSnapshot {
  try {
    return shockSnapshot(snapshot, shock, parameters);
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code !== 'OUT_OF_RANGE') throw error;
    throw new InvalidInput(source, error.message, { cause: error });
  }
}
