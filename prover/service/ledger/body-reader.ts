// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../commitments/account.ts';
import { instrumentKey } from '../../commitments/instrument.ts';
import { parseJson } from '../../core/schema.ts';
import type { Instrument } from '../../model/types.ts';
import { AskedThread } from '../asked-thread.ts';
import { unpackAccounts, type PackedAccounts } from './packed-accounts.ts';
import type { ReadingQuestion } from './reading-thread.ts';
import { WholeLedger } from './whole-ledger.ts';

/** From here on a body is worth a thread, which takes a tenth of a second to start. */
const LARGE_BYTES = 2 ** 20;

/**
 * The body of a whole ledger, as it comes in. A large one is read in a thread of its own and taken over lot by
 * lot: a hundred thousand accounts are a hundred megabytes of text, whose reading would keep every answer waiting
 * for seconds. The thread ends with it, and so does what its reading took.
 *
 * Throws `InvalidInput` naming field and rule.
 */
export async function readWholeLedger(
  chunks: AsyncIterable<Uint8Array>,
  largeBytes = LARGE_BYTES,
): Promise<unknown> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  let thread: AskedThread | undefined;
  const ask = async <Answer>(question: ReadingQuestion): Promise<Answer> =>
    thread!.ask<Answer>(question);
  const handOver = async (): Promise<void> => {
    const told = Buffer.concat(held);
    held = [];
    await ask({ kind: 'bytes', bytes: told });
  };
  try {
    for await (const chunk of chunks) {
      held.push(chunk);
      bytes += chunk.byteLength;
      if (bytes <= largeBytes) continue;
      thread ??= new AskedThread(new URL('./reading-thread.ts', import.meta.url));
      await handOver();
    }
    if (thread === undefined) return parseJson(Buffer.concat(held).toString('utf8'), 'body');
    const stated = await ask<{ readonly sequence: number; readonly root: bigint }>({ kind: 'end' });
    const known: Instrument[] = [];
    const accounts: Account[] = [];
    let next = ask<PackedAccounts | undefined>({ kind: 'lot' });
    for (let packed = await next; packed !== undefined; packed = await next) {
      // The thread reads the next lot while this one is taken over.
      next = ask({ kind: 'lot' });
      next.catch(() => undefined);
      accounts.push(...unpackAccounts(packed, known));
    }
    const instruments = new Map(known.map((one) => [instrumentKey(one), one]));
    return new WholeLedger(stated, accounts, instruments);
  } finally {
    await thread?.close();
  }
}
