// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { DEMO_CONFIG } from '../../../prover/demo/deployment.ts';
import { admitted } from '../../../prover/demo/admission.ts';
import { remargin } from '../../../prover/demo/remargin.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import type { Account } from '../../../prover/commitments/account.ts';
import { emptyVenue, proposeNext, type Proposal } from '../../../prover/sequencer/propose.ts';
import { UnlawfulTransition, checkTransition } from '../../../prover/sequencer/transition-rule.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';
import { indexOf, sample } from '../sample/venue.ts';

const { maxPositions } = DEMO_CONFIG.registry;
const VENUE = {
  chainId: 31_337n,
  registry: '0x00000000000000000000000000000000000000aa',
  maxPositions: BigInt(maxPositions),
};
const NOTHING = { engine: [], user: [] };

/** The rule that the next ledger would break, `undefined` where a proof of it would exist. */
function broken(previous: Proposal | undefined, accounts: readonly Account[]) {
  const state = previous?.next ?? emptyVenue(VENUE);
  const proposal = proposeNext(VENUE, state, NOTHING, { ownTransactions: () => accounts });
  const { transition, consumed, data } = proposal;
  let rule: string | undefined;
  try {
    checkTransition({
      transition,
      previous: state.accounts,
      consumed,
      data,
      settledBy: undefined,
      withdrawable: () => 0n,
    });
  } catch (error) {
    if (!(error instanceof UnlawfulTransition)) throw error;
    rule = error.rule;
  }
  return { proposal, rule };
}

describe('the demonstration’s venue', () => {
  const venue = admitted(sample, maxPositions);
  const { ledgers } = venue.sample;

  it('has ledgers that a transition proof exists of, which the whole sample has not', () => {
    const calm = broken(undefined, ledgers.calm);
    expect(calm.rule).toBeUndefined();
    expect(broken(calm.proposal, ledgers.crash).rule).toBeUndefined();
    const [large = 0] = venue.refused;
    expect(broken(undefined, sample.ledgers.calm.slice(large, large + 1)).rule).toBe('T8');
  });

  it('refuses those alone that hold more than it allows, and keeps every index', () => {
    expect(venue.refused).toEqual(
      [
        'positions-17',
        'positions-64',
        'hedged-market-maker',
        'market-maker-2',
        'market-maker-3',
        'market-maker-4',
      ].map(indexOf),
    );
    ledgers.crash.forEach((account, index) => {
      if (venue.refused.includes(index)) expect(account.positions).toEqual([]);
      else expect(account).toBe(sample.ledgers.crash[index]);
    });
    expect(ledgers.crash).toHaveLength(sample.ledgers.crash.length);
  });

  it('has the same accounts below maintenance, and the same bankrupt', () => {
    const { snapshot } = sample.snapshots.crash;
    const tick = new MarketTick(snapshot, loadDefaultParameters());
    const [all, here] = [remargin(sample.ledgers.crash, tick), remargin(ledgers.crash, tick)];
    expect(here.breached).toEqual(all.breached);
    expect(here.bankrupt).toEqual(all.bankrupt);
  });

  it('is the whole sample where everybody is small enough', () => {
    expect(admitted(sample, 64)).toEqual({ sample, refused: [] });
  });
});
