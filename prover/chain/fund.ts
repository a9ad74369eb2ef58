// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, type ContractTransactionReceipt, type Signer } from 'ethers';

import { contractArtifact } from './artifact.ts';
import { send } from './refusal.ts';
import type { Venue } from './venue.ts';

/** Mints test dollars to `depositor` and deposits them in the insurance fund; local chains only. */
export async function depositTestDollars(
  venue: Venue,
  artifactsDirectory: string,
  depositor: Signer,
  amountE6: bigint,
): Promise<ContractTransactionReceipt> {
  const owner = await depositor.getAddress();
  const { abi } = contractArtifact(artifactsDirectory, 'TestDollar');
  const asset = new Contract(venue.addresses.asset, abi, depositor);
  const fund = new Contract(
    venue.addresses.insuranceFund,
    venue.insuranceFund.interface,
    depositor,
  );
  await send(asset, 'mint', [owner, amountE6]);
  await send(asset, 'approve', [venue.addresses.insuranceFund, amountE6]);
  return send(fund, 'deposit', [amountE6, owner]);
}
