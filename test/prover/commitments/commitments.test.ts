// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Account } from '../../../prover/commitments/account.ts';
import { accountLeaf, pageHashes } from '../../../prover/commitments/account.ts';
import { instrumentKey, slotWord } from '../../../prover/commitments/instrument.ts';
import { Ledger, ledgerRoot } from '../../../prover/commitments/ledger.ts';
import type { Instrument, Position } from '../../../prover/model/types.ts';
import { anyAccount, anyInstrument, validAccount } from '../../support/venue.ts';
import {
  referenceHashWords,
  referenceLeaf,
  referenceSlot,
  referenceTreeRoot,
} from './reference.ts';
import { casesOf } from '../../support/cases.ts';

describe('instrument key', () => {
  it('orders by underlying, then kind, then expiry, then strike', () => {
    fc.assert(
      fc.property(anyInstrument, anyInstrument, (left, right) => {
        const kinds = ['perpetual', 'future', 'call', 'put'];
        const tuple = (item: Instrument): bigint[] => [
          BigInt(item.underlying),
          BigInt(kinds.indexOf(item.kind)),
          item.expiry,
          item.strikeE4,
        ];
        const first = tuple(left).findIndex((value, index) => value !== tuple(right)[index]);
        const expected = first < 0 ? 0n : (tuple(left)[first] ?? 0n) - (tuple(right)[first] ?? 0n);
        const difference = instrumentKey(left) - instrumentKey(right);
        expect(difference > 0n).toBe(expected > 0n);
        expect(difference < 0n).toBe(expected < 0n);
      }),
    );
  });

  it('agrees with the specification written a second time', () => {
    for (const position of validAccount().positions) {
      expect(slotWord(position)).toBe(referenceSlot(position));
    }
  });
});

describe('account leaf', () => {
  it('agrees with the specification written a second time', () => {
    fc.assert(
      fc.property(anyAccount(), (account) => {
        expect(accountLeaf(account)).toBe(referenceLeaf(account));
      }),
      { numRuns: casesOf(25) },
    );
  });

  it('has the number 0 for every page without a position', () => {
    expect(pageHashes([])).toEqual([0n, 0n, 0n, 0n]);
    const [first, ...rest] = pageHashes(validAccount().positions);
    expect(first).not.toBe(0n);
    expect(rest).toEqual([0n, 0n, 0n]);
  });

  it('changes with every single field of the account', () => {
    fc.assert(
      fc.property(anyAccount(20), (account) => {
        const leaf = accountLeaf(account);
        for (const changed of singleChanges(account)) expect(accountLeaf(changed)).not.toBe(leaf);
      }),
      { numRuns: casesOf(15) },
    );
  });

  it('is frozen', () => {
    expect(accountLeaf(validAccount())).toMatchInlineSnapshot(
      `14878145443975923257560037063806670858689361284914520350071380835019448037946n`,
    );
  });
});

describe('ledger root', () => {
  const accounts = Array.from({ length: 9 }, (_, index) =>
    validAccount({ settlementNonce: BigInt(index) }),
  );

  it('agrees with the specification written a second time', () => {
    const ledger = new Ledger(accounts);
    const root = referenceTreeRoot(accounts.map(referenceLeaf));
    expect(ledger.treeRoot).toBe(root);
    expect(ledger.root).toBe(referenceHashWords(4, [9n, root]));
  });

  it('is frozen, for a venue of nine and for an empty one', () => {
    expect(new Ledger(accounts).root).toMatchInlineSnapshot(
      `3559955931926933760772675275738275326167922859910497805235869518612771649369n`,
    );
    expect(new Ledger([]).root).toMatchInlineSnapshot(
      `18022719643921460085836024956253302618643549930309966957160002381560470307411n`,
    );
  });

  it('changes with any single field of any account', () => {
    const root = new Ledger(accounts).root;
    for (const index of [0, 3, 8]) {
      for (const changed of singleChanges(accounts[index] as Account)) {
        const ledger = new Ledger(accounts);
        ledger.update(index, changed);
        expect(ledger.root).not.toBe(root);
      }
    }
  });

  it('changes with the order and with the count of accounts', () => {
    const root = new Ledger(accounts).root;
    expect(new Ledger([...accounts].reverse()).root).not.toBe(root);
    expect(new Ledger(accounts.slice(0, 8)).root).not.toBe(root);
    expect(ledgerRoot(10n, new Ledger(accounts).treeRoot)).not.toBe(root);
  });
});

/** Every account that differs from this one in one field. */
function singleChanges(account: Account): Account[] {
  const { collateralE8 } = account;
  const [btc, eth, stEth] = collateralE8;
  const next = (value: bigint, limit: bigint): bigint =>
    value + 1n < limit ? value + 1n : value - 1n;
  const balances = 2n ** 56n;
  const positionChanges = account.positions.flatMap((position, index) =>
    positionVariants(position).map((variant) => ({
      ...account,
      positions: account.positions.with(index, variant),
    })),
  );
  return [
    { ...account, owner: next(account.owner, 2n ** 160n) },
    { ...account, settlementNonce: next(account.settlementNonce, 2n ** 32n) },
    { ...account, frozen: !account.frozen },
    { ...account, riskReducingOnly: !account.riskReducingOnly },
    { ...account, quoteE6: next(account.quoteE6, 2n ** 63n) },
    { ...account, collateralE8: [next(btc, balances), eth, stEth] },
    { ...account, collateralE8: [btc, next(eth, balances), stEth] },
    { ...account, collateralE8: [btc, eth, next(stEth, balances)] },
    ...positionChanges,
    ...(account.positions.length > 0
      ? [{ ...account, positions: account.positions.slice(0, -1) }]
      : []),
  ];
}

function positionVariants({ instrument, lots }: Position): Position[] {
  const other = instrument.underlying === 0 ? 1 : 0;
  const kind = instrument.kind === 'put' ? 'call' : 'put';
  return [
    { instrument, lots: lots + 1n < 2n ** 26n ? lots + 1n : lots - 1n },
    { instrument: { ...instrument, underlying: other }, lots },
    { instrument: { ...instrument, kind }, lots },
    { instrument: { ...instrument, expiry: instrument.expiry ^ 1n }, lots },
    { instrument: { ...instrument, strikeE4: instrument.strikeE4 ^ 1n }, lots },
  ];
}
