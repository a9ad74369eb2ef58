// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import { requireCustody, type Custody } from '../../../../prover/venue/session/custody.ts';

const owed = { quoteE6: 1_000n, collateralE8: [5n, 0n, 7n] } as const;
const custody: Custody = {
  heldE6: 1_148n,
  coinsE8: [5n, 0n, 7n],
  escrowE6: 30n,
  claimableE6: 7n,
  releasedE6: 61n,
  handedOutE6: 50n,
  consumed: 4n,
  sent: 6n,
  open: [
    { number: 4n, amountE6: 100n },
    { number: 5n, amountE6: 0n },
  ],
};

describe('custody', () => {
  test('covers what accounts are owed to the unit', () => {
    expect(() => requireCustody(custody, owed)).not.toThrow();
  });

  test('is refused one unit short, of any asset', () => {
    expect(() => requireCustody({ ...custody, heldE6: 1_147n }, owed)).toThrow(/^custody: .*999/);
    expect(() => requireCustody({ ...custody, coinsE8: [5n, 0n, 6n] }, owed)).toThrow(/of stETH/);
    expect(() => requireCustody({ ...custody, escrowE6: 31n }, owed)).toThrow(/^custody/);
  });

  test('does not count what was taken off and nobody has claimed, and is the same once it is claimed', () => {
    expect(() => requireCustody({ ...custody, releasedE6: 62n }, owed)).toThrow(/^custody: .*999/);
    expect(() =>
      requireCustody({ ...custody, claimableE6: 18n, handedOutE6: 61n }, owed),
    ).not.toThrow();
  });

  test('counts every open message once', () => {
    const [first, second] = custody.open;
    for (const open of [
      [first!, first!],
      [first!],
      [first!, second!, second!],
      [second!, first!],
    ]) {
      expect(() => requireCustody({ ...custody, open }, owed)).toThrow(/^messages/);
    }
  });
});
