// SPDX-License-Identifier: GPL-3.0-or-later
// Calldata of openings whose proofs are nothing: for what is read of it, or said about it.
import { ZeroAddress } from 'ethers';

import { openingsCalldata } from '../../prover/service/submitter/rpc-submission-chain.ts';
import { namedSignals } from '../../prover/statements/public-signals.ts';

/** That of so many at a tick. */
export function emptyOpenings(tick: bigint, count: number): string {
  const member: Parameters<typeof openingsCalldata>[0]['members'][number] = {
    proof: {
      a: [0n, 0n],
      b: [
        [0n, 0n],
        [0n, 0n],
      ],
      c: [0n, 0n],
    },
    publicSignals: namedSignals('liquidation').map(() => 0n),
  };
  const members = Array.from({ length: count }, () => member);
  return openingsCalldata({ tick, profile: '7', members, beneficiary: ZeroAddress });
}
