// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';

import type { AccountChange, BalanceSymbol } from '../../prover/commitments/account-change.ts';
import { BALANCE_SYMBOLS } from '../../prover/commitments/account-change.ts';
import type { Account } from '../../prover/commitments/account.ts';
import type { Position } from '../../prover/model/types.ts';
import { anyInstrument } from './venue.ts';

const lots = fc.bigInt(-(2n ** 26n), 2n ** 26n - 1n).filter((value) => value !== 0n);
const addition = fc.option(fc.record({ instrument: anyInstrument, lots }), { nil: undefined });

/** Canonical changes over the whole ranges; few accounts can bear them. */
export const anyChange: fc.Arbitrary<AccountChange> = fc
  .record({
    removedAsset: fc.constantFrom<BalanceSymbol>(...BALANCE_SYMBOLS),
    removedAmount: fc.oneof(fc.constant(0n), fc.bigInt(1n, 2n ** 63n - 1n)),
    isCredited: fc.boolean(),
    addedPosition: addition,
  })
  .map(({ removedAsset, removedAmount, isCredited, addedPosition }) => ({
    removedAsset: removedAmount === 0n || isCredited ? ('USDC' as const) : removedAsset,
    removedAmount,
    isCredited: isCredited && removedAmount > 0n,
    addedPosition,
  }));

/** Changes that the account can bear: any balance down to nothing, held instruments and others. */
export function bearableChanges(
  account: Account,
  others: fc.Arbitrary<Position>,
): fc.Arbitrary<AccountChange> {
  const held = account.positions.map((position): fc.Arbitrary<Position> =>
    fc
      .oneof(fc.constant(-position.lots), fc.bigInt(-1_000n, 1_000n))
      .filter((added) => added !== 0n)
      .map((added) => ({ ...position, lots: added })),
  );
  const [btcE8, ethE8, stEthE8] = account.collateralE8;
  const removals: fc.Arbitrary<AccountChange>[] = (
    [
      ['USDC', 10n ** 12n],
      ['BTC', btcE8],
      ['ETH', ethE8],
      ['stETH', stEthE8],
    ] as const
  )
    .filter(([, most]) => most > 0n)
    .map(([removedAsset, most]) =>
      fc
        .oneof(fc.constant(most), fc.bigInt(1n, most))
        .map((removedAmount) => ({ removedAsset, removedAmount })),
    );
  const credit = fc
    .bigInt(1n, 10n ** 12n)
    .map((removedAmount) => ({ removedAsset: 'USDC' as const, removedAmount, isCredited: true }));
  const nothing = fc.constant<AccountChange>({ removedAsset: 'USDC', removedAmount: 0n });
  return fc
    .tuple(
      fc.oneof(nothing, credit, ...removals),
      fc.oneof(fc.constant(undefined), others, ...held),
    )
    .map(([change, addedPosition]) => ({ ...change, addedPosition }));
}
