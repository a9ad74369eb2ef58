// SPDX-License-Identifier: GPL-3.0-or-later
import type { ProofFile } from '../proving/proof-file.ts';
import { namedSignals } from '../statements/public-signals.ts';
import type { CommandContext } from './command.ts';
import { formatUsd } from './format.ts';

/** The public signals of a proof, one a line, amounts in USD. */
export function printSignals({ print }: CommandContext, file: ProofFile): void {
  const values = file.publicSignals as unknown as Readonly<Record<string, bigint>>;
  for (const { name, unit } of namedSignals(file.statement)) {
    const value = values[name] as bigint;
    const shown = unit === 'USD E6' ? `${formatUsd(value, 6)} USD` : value.toString();
    print(`  ${name.padEnd(16)}${shown}`);
  }
  if (file.artifact.key === 'insecure-development') {
    print(
      '  INSECURE development key: its secret is public, so anybody could have made this proof',
    );
  }
}
