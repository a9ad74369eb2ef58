// SPDX-License-Identifier: GPL-3.0-or-later
import type { ProofFile } from '../../proving/formats/proof-file.ts';
import { unpackChange } from '../../statements/change.ts';
import { namedSignals } from '../../statements/public-signals.ts';
import type { CommandContext } from '../command.ts';
import { formatAddress, formatFixed, formatUsd, instrumentName } from '../../model/format.ts';

/** `-0.50000000 BTC, -10.00 BTC 2026-03-27 08:00 70,000.00 call`. */
function changeText(word: bigint): string {
  const { removedAsset, removedAmount, isCredited, addedPosition } = unpackChange(word);
  const amount = isCredited === true ? removedAmount : -removedAmount;
  const parts = [
    ...(amount === 0n
      ? []
      : [`${formatFixed(amount, removedAsset === 'USDC' ? 6 : 8)} ${removedAsset}`]),
    ...(addedPosition === undefined
      ? []
      : [`${formatFixed(addedPosition.lots, 2)} ${instrumentName(addedPosition.instrument)}`]),
  ];
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function signalText(unit: string, value: bigint): string {
  if (unit === 'USD E6') return `${formatUsd(value, 6)} USD`;
  if (unit === 'address') return formatAddress(value);
  return unit === 'change word' ? changeText(value) : value.toString();
}

/** The public signals of a proof, one a line, amounts in USD. */
export function printSignals({ print }: CommandContext, file: ProofFile): void {
  const values = file.publicSignals as unknown as Readonly<Record<string, bigint>>;
  for (const { name, unit } of namedSignals(file.statement)) {
    print(`  ${name.padEnd(20)}${signalText(unit, values[name] as bigint)}`);
  }
  if (file.artifact.key === 'insecure-development') {
    print(
      '  INSECURE development key: its secret is public, so anybody could have made this proof',
    );
  }
}
