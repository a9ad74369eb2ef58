// SPDX-License-Identifier: GPL-3.0-or-later
import type { MarginDerivation } from '../../../analysis/derivation/derivation.ts';
import type { NotionalPart } from '../../../analysis/derivation/requirement.ts';
import { formatFixed, formatUsd } from '../../../model/format.ts';
import type { Output } from '../../table.ts';
import { printTable } from './sections.ts';

/** E6·2ⁿ to `digits` decimals of USD, cut towards −∞. */
export const scaled = (value: bigint, fractionBits: bigint, digits: number): string =>
  formatFixed((value * 10n ** BigInt(digits)) >> fractionBits, digits + 6, digits);

export const percent = (bps: bigint): string => `${formatFixed(bps, 2)} %`;

function notionalRows(parts: readonly NotionalPart[]): string[][] {
  return parts.map(({ position, priceE4, chargedLots, notionalE6 }) => [
    `  #${position}`,
    `${formatFixed(priceE4, 4)} x ${formatFixed(chargedLots, 2)}`,
    formatUsd(notionalE6, 6),
  ]);
}

/** Every contingency: base, rate and charge, band by band and position by position. */
export function printContingencies(output: Output, { requirement }: MarginDerivation): void {
  const { notional, concentration, initialOnly } = requirement;
  const { oracleConfidence: confidence, oracleLatency: latency, collateral } = initialOnly;
  const rows: string[][] = [];
  for (const { name, parts, baseE6, mmBps, imBps, mmE10, imE10 } of notional) {
    if (baseE6 === 0n) continue;
    rows.push([
      name,
      `MM ${percent(mmBps)}, IM ${percent(imBps)}`,
      formatUsd(baseE6, 6),
      formatFixed(mmE10, 10),
      formatFixed(imE10, 10),
    ]);
    rows.push(...notionalRows(parts));
  }
  for (const line of concentration) {
    if (line.dollarDeltaE6 === 0n) continue;
    rows.push([
      `${line.underlying} concentration`,
      `|delta| x index, depth ${formatFixed(line.depthUsd, 0)}`,
      formatUsd(line.dollarDeltaE6, 6),
      formatFixed(line.mmE10Q10 >> 10n, 10),
      formatFixed(line.imE10Q10 >> 10n, 10),
    ]);
    for (const { fromE6Q10, amountE6Q10, mmBps, imBps } of line.bands) {
      if (amountE6Q10 === 0n) continue;
      rows.push([
        `  from ${scaled(fromE6Q10, 10n, 2)}`,
        `MM ${percent(mmBps)}, IM ${percent(imBps)}`,
        scaled(amountE6Q10, 10n, 6),
      ]);
    }
  }
  rows.push([
    'together, rounded up',
    '',
    '',
    formatUsd(requirement.contingenciesMmE6, 6),
    formatUsd(requirement.contingenciesImE6, 6),
  ]);
  if (confidence.baseE6Q10 !== 0n) {
    const rate = `${percent(confidence.imBps)} x doubt/${confidence.thresholdQ10}`;
    rows.push(['oracle confidence', rate, '', '', formatUsd(confidence.imE6, 6)]);
    for (const part of confidence.parts) {
      rows.push([
        `  #${part.position}`,
        `${formatFixed(part.priceE4, 4)} x ${formatFixed(part.chargedLots, 2)} x doubt ${part.doubtQ10}`,
        formatUsd(part.notionalE6, 6),
      ]);
    }
  }
  if (latency.imE6 !== 0n) {
    rows.push([
      'oracle latency',
      `index ${latency.indexAgeSeconds} s old: ${formatFixed(latency.rateE5, 3)} %`,
      formatUsd(latency.dollarDeltaE6, 6),
      '',
      formatUsd(latency.imE6, 6),
    ]);
  }
  if (collateral.imE6 !== 0n) {
    rows.push(['collateral', '', '', '', formatUsd(collateral.imE6, 6)]);
    for (const { asset, haircutValueE6, imExtraBps } of collateral.parts) {
      if (haircutValueE6 === 0n) continue;
      rows.push([`  ${asset}`, percent(imExtraBps), formatUsd(haircutValueE6, 6)]);
    }
  }
  printTable(output, 'Contingencies (USD)', ['', 'rate', 'base', 'MM', 'IM'], rows);
}
