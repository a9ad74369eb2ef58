// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, type Provider } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from '../chain/abi.ts';
import { asObject, read } from '../chain/refusal.ts';
import { Ledger } from '../commitments/ledger.ts';
import { parseLedger } from '../documents/ledger-document.ts';
import type { PublishedLedger } from './admission.ts';
import { feedContract } from './feed-state.ts';

/** The root of the newest ledger that the chain had accepted at `time`; 0 where there was none. */
async function acceptedRoot(provider: Provider, marketFeed: string, time: bigint): Promise<bigint> {
  const feed = feedContract(marketFeed, provider);
  const address = await read(feed, 'ledgerRegistry', [], z.string());
  const registry = new Contract(address, exportedAbi('LedgerRegistry'), provider);
  const { root } = await read(
    registry,
    'ledgerAt',
    [time],
    asObject(z.object({ root: z.bigint() })),
  );
  return root;
}

/** The ledger of a text, hashed once: the tree over a large one takes longer than a peer waits. */
function hashedOnce(): (text: string) => Pick<PublishedLedger, 'root' | 'accounts'> {
  let last: { text: string; ledger: Pick<PublishedLedger, 'root' | 'accounts'> } | undefined;
  return (text) => {
    if (last?.text !== text) {
      const accounts = parseLedger(text);
      last = { text, ledger: { root: new Ledger(accounts).root, accounts } };
    }
    return last.ledger;
  };
}
const ledgerOf = hashedOnce();

/** A ledger as its operator publishes it, beside what the chain says of it at a snapshot's time. */
export async function readPublishedLedger(
  provider: Provider,
  marketFeed: string,
  time: bigint,
  text: string,
): Promise<PublishedLedger> {
  return {
    ...ledgerOf(text),
    acceptedRoot: await acceptedRoot(provider, marketFeed, time),
  };
}
