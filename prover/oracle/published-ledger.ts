// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, type Provider } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from '../chain/abi.ts';
import { read } from '../chain/refusal.ts';
import { Ledger } from '../commitments/ledger.ts';
import { parseLedger } from '../documents/ledger-document.ts';
import type { PublishedLedger } from './admission.ts';
import { feedContract } from './feed-state.ts';

/** The root of the newest ledger that the chain had accepted at `time`; 0 where there was none. */
async function acceptedRoot(provider: Provider, marketFeed: string, time: bigint): Promise<bigint> {
  const feed = feedContract(marketFeed, provider);
  const address = await read(feed, 'ledgerRegistry', [], z.string());
  const registry = new Contract(address, exportedAbi('LedgerRegistry'), provider);
  const { root } = await read(registry, 'ledgerAt', [time], z.looseObject({ root: z.bigint() }));
  return root;
}

/** A ledger as its operator publishes it, beside what the chain says of it at a snapshot's time. */
export async function readPublishedLedger(
  provider: Provider,
  marketFeed: string,
  time: bigint,
  text: string,
): Promise<PublishedLedger> {
  const accounts = parseLedger(text);
  return {
    root: new Ledger(accounts).root,
    acceptedRoot: await acceptedRoot(provider, marketFeed, time),
    accounts,
  };
}
