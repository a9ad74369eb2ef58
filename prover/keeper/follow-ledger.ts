// SPDX-License-Identifier: GPL-3.0-or-later
import { toUtf8String, type Provider } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from '../chain/abi.ts';
import { eventsNamed, readEvents, type ChainEvent } from '../chain/events.ts';
import { readMessages } from '../chain/inbox-messages.ts';
import type { Venue } from '../chain/venue.ts';
import type { Account } from '../commitments/account.ts';
import { Ledger } from '../commitments/ledger.ts';
import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { parseValue } from '../core/schema.ts';
import { accountsAfter, parseBatch } from '../documents/batch-document.ts';
import { applyMessages } from '../sequencer/apply-messages.ts';

/** A ledger root in the order of the chain: of the sequencer, or forced with one message. */
type RootEvent = Extract<ChainEvent, { name: 'RootAccepted' | 'MessageForced' }>;

const submission = z.object({ data: z.string() });

/** What a root of the sequencer changed, from its transaction's calldata. */
async function batchOf(provider: Provider, registry: string, event: RootEvent) {
  const missing = (why: string): PlimsollError =>
    new PlimsollError(
      'DATA_NOT_IN_CALLDATA',
      `ledger ${event.values.sequence}: ${why}; give --ledger as it was published after it`,
    );
  const transaction = await provider.getTransaction(event.transactionHash);
  if (transaction === null || transaction.to?.toLowerCase() !== registry.toLowerCase()) {
    throw missing('its data is not in a call to the registry');
  }
  const call = exportedAbi('LedgerRegistry').parseTransaction(transaction);
  if (call?.name !== 'submitRoot') throw missing('its data is not in a call to the registry');
  const { data } = parseValue(submission, call.args.toObject(), 'submitRoot');
  if (data === '0x') throw missing('its data travelled in blobs');
  try {
    return parseBatch(toUtf8String(data));
  } catch (cause) {
    if (!(cause instanceof InvalidInput)) throw cause;
    throw missing(`its data is no batch of accounts (${cause.message})`);
  }
}

/**
 * The ledger of a root, from any earlier one as it was published and what the chain has seen since: the
 * data of the sequencer's roots, the messages of forced ones. Every root on the way is compared. Throws
 * `InvalidInput` naming `--ledger` where the venue never had it.
 */
export async function followLedger(
  venue: Venue,
  provider: Provider,
  published: readonly Account[],
  root: bigint,
  fromBlock = 0,
): Promise<Ledger> {
  let ledger = new Ledger(published);
  if (ledger.root === root) return ledger;
  const events = await readEvents(venue, provider, fromBlock);
  const roots: readonly RootEvent[] = [
    ...eventsNamed(events, 'RootAccepted'),
    ...eventsNamed(events, 'MessageForced'),
  ].sort((left, right) => Number(left.values.sequence - right.values.sequence));
  const target = roots.findLastIndex(({ values }) => values.root === root);
  const start = roots
    .slice(0, target + 1)
    .findLastIndex(({ values }) => values.root === ledger.root);
  if (target < 0 || start < 0) {
    throw new InvalidInput(
      '--ledger',
      `has the root ${ledger.root}, which this venue did not have before ${root}`,
    );
  }
  const { ledgerRegistry } = venue;
  let { accounts } = ledger;
  for (const event of roots.slice(start + 1, target + 1)) {
    if (event.name === 'MessageForced') {
      const { index } = event.values;
      const [message] = await readMessages(ledgerRegistry, 'engine', index, fromBlock);
      accounts = applyMessages(accounts, message === undefined ? [] : [message]).accounts;
    } else {
      const registry = String(ledgerRegistry.target);
      accounts = accountsAfter(accounts, await batchOf(provider, registry, event));
    }
    ledger = new Ledger(accounts);
    if (ledger.root !== event.values.root) {
      throw new PlimsollError(
        'ANOTHER_LEDGER',
        `ledger ${event.values.sequence}: its data makes the root ${ledger.root}, not ` +
          `${event.values.root}, which was accepted`,
      );
    }
  }
  return ledger;
}
