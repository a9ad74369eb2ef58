// SPDX-License-Identifier: GPL-3.0-or-later
import { toBeHex, ZeroHash } from 'ethers';
import { expect, it } from 'vitest';

import { callOf } from '../../../../prover/audit/replay/history.ts';
import { READERS, TAKEN } from '../../../../prover/audit/replay/posted-proofs.ts';
import { exportedAbi } from '../../../../prover/chain/abi.ts';
import { proofContext } from '../../../../prover/chain/context.ts';
import type { VenueDocument } from '../../../../prover/chain/venue-document.ts';

const address = (index: number): string => toBeHex(0x1000 + index, 20);
const OWNER = 0xa11cen;
const venue = {
  chainId: 31_337n,
  contracts: { vault: address(1), coinVault: address(2) },
} as unknown as VenueDocument;

it('the proof of a claim of coins is read, and is for the vault of coins and the owner', () => {
  const outcome = {
    index: 3n,
    message: { w0: 19n, w1: OWNER },
    amountE6: 7n,
    sequence: 2n,
    path: [ZeroHash],
  };
  const points = { a: [1n, 2n], b: { x: [3n, 4n], y: [5n, 6n] }, c: [7n, 8n] };
  const proof = {
    tick: 9n,
    profile: 16n,
    proof: { ...points, b: [points.b.x, points.b.y] },
    publicSignals: [10n, 11n],
  };
  const input = exportedAbi('CoinVault').encodeFunctionData('claimWithdrawal', [
    0n,
    outcome,
    proof,
  ]);
  const transaction = { from: address(7), to: venue.contracts.coinVault!, input, blockNumber: 1 };
  const evidence = { venue };
  const contract = TAKEN['CoinWithdrawalClaimed']!;
  const call = callOf(transaction as never, contract, evidence)!;
  const [posted] = READERS[contract](call, transaction as never, { evidence, events: [] }, []);
  expect(posted).toMatchObject({
    statement: 'account-margin',
    tick: 9n,
    profile: '16',
    signals: [10n, 11n],
    proof: {
      a: [1n, 2n],
      b: [
        [3n, 4n],
        [5n, 6n],
      ],
      c: [7n, 8n],
    },
  });
  const context = posted!.context({ owner: OWNER } as never);
  expect(context).toBe(proofContext(31_337n, address(2), 'claimWithdrawal', toBeHex(OWNER, 20)));
  // The vault of the quote asset has a call of that name too, with other arguments.
  expect(callOf({ ...transaction, to: address(1) } as never, 'vault', evidence)).toBeUndefined();
});
