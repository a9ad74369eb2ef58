// SPDX-License-Identifier: GPL-3.0-or-later
import type { AccountColumns } from './account-columns.ts';
import { NARROW_BALANCE } from './account-columns.ts';
import type { MarginColumns } from './results.ts';
import { ENTRY, segmentKernel, SUM } from './segment-kernel.ts';
import type { TickArrays } from './tick-arrays.ts';
import { CHARGES, type CollateralConstants, type TickConstants } from './tick-constants.ts';

/** Collateral prices above it go the wide way: ⌊b·p/10⁶⌋ multiplies them with 20 bits. */
const NARROW_PRICE = 2 ** 33;

const BPS = 10_000;

/** x·factor/10⁴ for several x of one total is A·factor + (B·factor)/10⁴ with x = 10⁴·A + B. */
const whole = (x: number): number => Math.floor(x / BPS);

/** ⌊b·p/10⁶⌋ after haircuts, or NaN where that might not be exact. */
function haircutValue(balance: number, asset: CollateralConstants, most: number): number {
  const { priceE4, keptBps, thresholdsE6, stepsBps } = asset;
  if (!(priceE4 < NARROW_PRICE)) return Number.NaN;
  const coins = Math.floor(balance / 1e6);
  const value = coins * priceE4 + Math.floor(((balance - coins * 1e6) * priceE4) / 1e6);
  if (!(value <= most)) return Number.NaN;
  const a = whole(value);
  let kept = keptBps * a;
  let rest = keptBps * (value - BPS * a);
  for (let tier = 0; tier < 3; tier += 1) {
    const above = value - thresholdsE6[tier]!;
    if (above <= 0) continue;
    const cut = whole(above);
    kept -= stepsBps[tier]! * cut;
    rest -= stepsBps[tier]! * (above - BPS * cut);
  }
  return kept + whole(rest);
}

const ceilBps = (factorBps: number, x: number): number => {
  const a = whole(x);
  return factorBps * a + Math.ceil((factorBps * (x - BPS * a)) / BPS);
};

/** ⌈factor·(n1 + n0/2¹⁶)/10⁴⌉; n0 may exceed 2¹⁶. */
function chargeCeil(factorBps: number, n1: number, n0: number): number {
  const a = whole(n1);
  const rest = factorBps * (n1 - BPS * a) + Math.ceil((factorBps * n0) / 65_536);
  return factorBps * a + Math.ceil(rest / BPS);
}

/**
 * Array margin of accounts from…to − 1 in doubles. Returns the accounts it must leave to the wide
 * way.
 */
export function marginNarrow(
  columns: AccountColumns,
  tick: TickArrays,
  constants: TickConstants,
  results: MarginColumns,
  from: number,
  to: number,
): number[] {
  const wide: number[] = [];
  const { largest } = tick;
  const { instrument, lots, uncovered, start, positions, split, quote, collateral, grossLots } =
    columns;
  const { indexE4, perpetualMarkE4, scenarios, mmFactorBps, imFactorBps } = constants;
  const { chargeMmBps, chargeImBps, start: bandStart, startQ10 } = constants;
  const { narrowSum } = constants;
  const narrowCollateral = narrowSum / 8;
  const marginalMmBps = chargeMmBps[3]! + chargeMmBps[4]! + chargeMmBps[5]! + chargeMmBps[6]!;
  const kernel = segmentKernel();
  kernel.load(tick, constants);
  const { entries, entriesInt32, sums } = kernel;
  const charged = new Float64Array(CHARGES);
  const shocked = new Float64Array(2);

  for (let account = from; account < to; account += 1) {
    const balance = quote[account]!;
    // Above these every account goes the wide way: see tick-constants.ts.
    const narrowSums =
      grossLots[2 * account]! * largest[0] <= narrowSum &&
      grossLots[2 * account + 1]! * largest[1] <= narrowSum;
    if (!narrowSums || !(Math.abs(balance) <= NARROW_BALANCE)) {
      wide.push(account);
      continue;
    }

    shocked[0] = 0;
    shocked[1] = 0;
    let collateralIm = 0;
    let collateralImRest = 0;
    for (let c = 0; c < 3; c += 1) {
      const held = collateral[3 * account + c]!;
      if (held === 0) continue;
      const asset = constants.collateral[c]!;
      const value = haircutValue(held, asset, narrowCollateral);
      shocked[asset.underlying]! += value;
      const a = whole(value);
      collateralIm += asset.imExtraBps * a;
      collateralImRest += asset.imExtraBps * (value - BPS * a);
    }
    if (!(shocked[0]! + shocked[1]! <= narrowCollateral)) {
      wide.push(account);
      continue;
    }

    const first = start[account]!;
    const middle = first + split[account]!;
    const end = first + positions[account]!;
    let marks = 0;
    let doubtful = 0;
    let scan1 = 0;
    let scan0 = 0;
    let dollarDeltas = 0;
    charged[0] = 0;
    charged[1] = 0;
    charged[2] = 0;
    for (let u = 0; u < 2; u += 1) {
      const begin = u === 0 ? first : middle;
      const stop = u === 0 ? middle : end;
      const shock = shocked[u]!;
      const band = 3 + 4 * u;
      results.worst[2 * account + u] = 0;
      charged[band] = 0;
      charged[band + 1] = 0;
      charged[band + 2] = 0;
      charged[band + 3] = 0;
      if (begin === stop && shock === 0) continue;

      const gross = grossLots[2 * account + u]!;
      let at = 0;
      for (let p = begin; p < stop; p += 1) {
        entries[at + ENTRY.lots] = lots[p]!;
        entries[at + ENTRY.uncovered] = uncovered[p]!;
        entriesInt32[2 * at + ENTRY.rowInt32] = kernel.rowAt(instrument[p]!);
        at += ENTRY.doubles;
      }
      kernel.sum(u, stop - begin, gross, shock);
      marks += sums[SUM.mark]!;
      charged[0]! += sums[SUM.uncovered]! * indexE4[u]!;
      charged[1]! += sums[SUM.perpetual]! * perpetualMarkE4[u]!;
      charged[2]! += sums[SUM.future]!;
      doubtful += sums[SUM.doubt]! * indexE4[u]!;
      const dollarDelta = Math.abs(sums[SUM.dollarDelta]!) + gross;
      dollarDeltas += dollarDelta;
      for (let b = band; b < band + 4; b += 1) {
        const above = dollarDelta - bandStart[b]!;
        charged[b] = above > 0 ? above : 0;
      }

      const { dampingQ16, leastDampedQ16, damped } = scenarios[u]!;
      const best = sums[SUM.best]!;
      let high = Math.floor(best / 65_536);
      let part = leastDampedQ16 * (best - high * 65_536);
      let carry = Math.floor(part / 65_536);
      let top1 = leastDampedQ16 * high + carry;
      let top0 = part - carry * 65_536;
      let worst = top1 > 0 || top0 > 0 ? sums[SUM.bestAt]! + 1 : 0;
      for (let k = 0; k < damped.length; k += 1) {
        const s = damped[k]!;
        const loss = sums[SUM.losses + s]!;
        const damping = dampingQ16[s]!;
        // A product rounded below a double was below it.
        if (loss <= 0 || loss * damping < top1 * 65_536) continue;
        high = Math.floor(loss / 65_536);
        part = damping * (loss - high * 65_536);
        carry = Math.floor(part / 65_536);
        const n1 = damping * high + carry;
        const n0 = part - carry * 65_536;
        if (n1 < top1 || (n1 === top1 && n0 < top0)) continue;
        if (n1 !== top1 || n0 !== top0 || s + 1 < worst) worst = s + 1;
        top1 = n1;
        top0 = n0;
      }
      results.worst[2 * account + u] = worst;
      scan1 += top1;
      scan0 += top0;
    }
    if (!(doubtful <= narrowSum)) {
      wide.push(account);
      continue;
    }
    let mm = 0;
    let mmRest = 0;
    let mmBelow = 0;
    let im = 0;
    let imRest = 0;
    let imBelow = 0;
    for (let k = 0; k < CHARGES; k += 1) {
      const x = charged[k]!;
      if (x === 0) continue;
      const a = whole(x);
      const b = x - BPS * a;
      const mmBps = chargeMmBps[k]!;
      const imBps = chargeImBps[k]!;
      mm += mmBps * a;
      mmRest += mmBps * b;
      mmBelow += mmBps * startQ10[k]!;
      im += imBps * a;
      imRest += imBps * b;
      imBelow += imBps * startQ10[k]!;
    }
    const doubtWhole = Math.floor(doubtful / constants.confidenceDivisor);
    const doubtRest = doubtful - doubtWhole * constants.confidenceDivisor;
    const deltaWhole = Math.floor(dollarDeltas / 1e5);
    const deltaRest = dollarDeltas - deltaWhole * 1e5;
    const mmE6 =
      chargeCeil(mmFactorBps, scan1, scan0) +
      mm +
      Math.ceil((mmRest - Math.floor(mmBelow / 1024)) / BPS);
    const imE6 =
      chargeCeil(imFactorBps, scan1, scan0) +
      im +
      Math.ceil((imRest - Math.floor(imBelow / 1024)) / BPS) +
      constants.confidenceImBps * doubtWhole +
      Math.ceil((constants.confidenceImBps * doubtRest) / constants.confidenceDivisor) +
      constants.latencyBpsX10 * deltaWhole +
      Math.ceil((constants.latencyBpsX10 * deltaRest) / 1e5) +
      collateralIm +
      Math.ceil(collateralImRest / BPS);
    const equityE6 = balance + shocked[0]! + shocked[1]! + marks;
    const rounding = grossLots[2 * account]! + grossLots[2 * account + 1]!;
    const slack = ceilBps(mmFactorBps, 2 * rounding) + ceilBps(marginalMmBps, 2 * rounding);
    results.equityE6[account] = equityE6;
    results.mmE6[account] = mmE6;
    results.imE6[account] = imE6;
    if (equityE6 - rounding >= mmE6) results.verdict[account] = 0;
    else results.verdict[account] = equityE6 + rounding < mmE6 - slack ? 1 : 2;
  }
  return wide;
}
