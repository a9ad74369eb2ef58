// SPDX-License-Identifier: GPL-3.0-or-later
import { benchmarkBurst } from '../../../bench/burst.ts';
import type { CommandContext } from '../../command.ts';
import { countOption } from './remargin.ts';

const DEFAULT_ACCOUNTS = 100;
/** What one root's calldata carries in a block. */
const MOST_ACCOUNTS = 3000;

/** Everybody falls short in the first tick. */
export async function benchBurst(context: CommandContext): Promise<void> {
  const benchmark = await benchmarkBurst(
    countOption(context, 'accounts', DEFAULT_ACCOUNTS, MOST_ACCOUNTS),
    context.note,
  );
  const { print } = context;
  const { ticks } = benchmark;
  print(benchmark.machine);
  print(
    `${benchmark.opened} accounts that fell short at once are opened: ${benchmark.seconds.toFixed(0)} s, ` +
      `by proofs of ${ticks.filter(({ opened }) => opened > 0).length} ticks of ${ticks.length}`,
  );
  print(`${benchmark.proofs} proofs, ${benchmark.proofsPerSecond.toFixed(2)} a second`);
  print(
    `${benchmark.transactions} transactions, ${benchmark.failedTransactions} of them failed; ` +
      `${benchmark.gasPerOpening.toFixed(0)} gas an opening, ${benchmark.mostGasPerTransaction} a transaction at most`,
  );
  ticks.forEach(({ opened, toFirstSentMs }, place) => {
    const sent = toFirstSentMs === null ? 'none sent' : `first sent ${toFirstSentMs.toFixed(0)} ms`;
    print(`tick ${place + 1}: ${opened} opened, ${sent} after its block`);
  });
  context.printJson(benchmark);
}
