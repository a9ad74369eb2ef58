// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from './command.ts';

/** A command as the overview knows it; the rest of it is loaded when it is run. */
export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const entry = (
  name: string,
  summary: string,
  load: () => Promise<Command>,
): readonly [string, CommandEntry] => [name, { summary, load }];

export const VERIFY = entry(
  'verify',
  'check a proof file, against the chain too',
  async () => (await import('./commands/verify.ts')).command,
);

export const RECEIPT_VERIFY = entry(
  'receipt verify',
  'check a receipt, against the chain too',
  async () => (await import('./commands/receipt/verify.ts')).command,
);

/** What needs neither a circuit nor a compiler, given keys (--keys): all that the small package offers. */
export const CHECKS: ReadonlyMap<string, CommandEntry> = new Map([VERIFY, RECEIPT_VERIFY]);
