// SPDX-License-Identifier: GPL-3.0-or-later
import type { Command } from './command.ts';

/**
 * Every command in the order of the help text. Loaded on demand, so that `--help` and `verify` do
 * not pay for Hardhat.
 */
export const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['demo', async () => (await import('./commands/demo.ts')).command],
  ['margin', async () => (await import('./commands/margin/margin.ts')).command],
  ['what-if', async () => (await import('./commands/margin/what-if.ts')).command],
  ['prove', async () => (await import('./commands/prove.ts')).command],
  ['verify', async () => (await import('./commands/verify.ts')).command],
  ['receipt create', async () => (await import('./commands/receipt/create.ts')).command],
  ['receipt verify', async () => (await import('./commands/receipt/verify.ts')).command],
  ['receipt place', async () => (await import('./commands/receipt/place.ts')).command],
  ['receipt keys', async () => (await import('./commands/receipt/keys.ts')).command],
  ['ledger', async () => (await import('./commands/ledger.ts')).command],
  ['circuits', async () => (await import('./commands/circuits.ts')).command],
  ['bench', async () => (await import('./commands/bench/bench.ts')).command],
  ['market import', async () => (await import('./commands/market/import.ts')).command],
  ['market combine', async () => (await import('./commands/market/combine.ts')).command],
  ['market vol', async () => (await import('./commands/market/vol.ts')).command],
  ['market depth', async () => (await import('./commands/market/depth.ts')).command],
  ['market settle', async () => (await import('./commands/market/settle.ts')).command],
  ['market funding', async () => (await import('./commands/market/funding.ts')).command],
  ['oracle sign', async () => (await import('./commands/oracle/sign.ts')).command],
  ['oracle combine', async () => (await import('./commands/oracle/combine.ts')).command],
  ['oracle submit', async () => (await import('./commands/oracle/submit.ts')).command],
  ['setup', async () => (await import('./commands/setup.ts')).command],
]);
