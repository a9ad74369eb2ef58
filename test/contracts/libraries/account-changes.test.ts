// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { contractChange, type ContractChange } from '../../../prover/chain/contract-change.ts';
import type { LocalVenue } from '../../../prover/chain/deploy.ts';
import { read } from '../../../prover/chain/refusal.ts';
import {
  BALANCE_SYMBOLS,
  NO_CHANGE,
  type AccountChange,
} from '../../../prover/commitments/account-change.ts';
import type { Instrument, Position } from '../../../prover/model/types.ts';
import { packChange } from '../../../prover/statements/change.ts';
import { deployVenue, expectRefusal, startChain, type TestChain } from '../../support/chain.ts';

const LOTS_BOUND = 1n << 26n;
const AMOUNT_BOUND = 1n << 63n;
const [PERPETUAL, FUTURE, CALL, PUT] = [1n, 3n, 5n, 7n] as const;

const underlying = fc.constantFrom<0 | 1>(0, 1);
const expiry = fc.bigInt({ min: 1n, max: (1n << 32n) - 1n });
const strikeE4 = fc.bigInt({ min: 1n, max: (1n << 40n) - 1n });
const instruments: fc.Arbitrary<Instrument> = fc.oneof(
  fc.record({
    underlying,
    kind: fc.constant('perpetual' as const),
    expiry: fc.constant(0n),
    strikeE4: fc.constant(0n),
  }),
  fc.record({
    underlying,
    kind: fc.constant('future' as const),
    expiry,
    strikeE4: fc.constant(0n),
  }),
  fc.record({
    underlying,
    kind: fc.constantFrom('call' as const, 'put' as const),
    expiry,
    strikeE4,
  }),
);
const positions: fc.Arbitrary<Position> = fc.record({
  instrument: instruments,
  lots: fc.bigInt({ min: -LOTS_BOUND, max: LOTS_BOUND - 1n }).filter((lots) => lots !== 0n),
});
const removedAmount = fc.bigInt({ min: 1n, max: AMOUNT_BOUND - 1n });
const addedPosition = fc.option(positions, { nil: undefined });
const changes: fc.Arbitrary<AccountChange> = fc.oneof(
  fc.record({ removedAsset: fc.constantFrom(...BALANCE_SYMBOLS), removedAmount, addedPosition }),
  fc.record({
    removedAsset: fc.constant('USDC' as const),
    removedAmount,
    isCredited: fc.boolean(),
    addedPosition,
  }),
);

const CALL_ADDED: ContractChange = {
  asset: 2,
  amount: 5n,
  credited: false,
  added: { underlying: 1, kind: CALL, expiry: 7n, strikeE4: 9n, lots: -11n },
};

describe('AccountChanges', () => {
  let chain: TestChain;
  let venue: LocalVenue;

  beforeAll(async () => {
    chain = await startChain();
    venue = await deployVenue(chain);
  });
  afterAll(() => chain.close());

  const word = (change: ContractChange): Promise<bigint> =>
    read(venue.healthGate, 'changeWord', [change], z.bigint());
  const adding = (added: Partial<ContractChange['added']>): ContractChange => ({
    ...CALL_ADDED,
    added: { ...CALL_ADDED.added, ...added },
  });

  it('packs "no change" to 2^105, as the specification has it', async () => {
    expect(await word(contractChange(NO_CHANGE))).toBe(1n << 105n);
  });

  it('packs every change to the word the prover packs it to', async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (change) => {
        expect(await word(contractChange(change))).toBe(packChange(change));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [-LOTS_BOUND, 1n, (1n << 32n) - 1n, (1n << 40n) - 1n],
    [LOTS_BOUND - 1n, AMOUNT_BOUND - 1n, 1n, 1n],
  ])('packs the outermost values: %d lots, amount %d', async (lots, removedAmount, e, strike) => {
    const instrument: Instrument = { underlying: 1, kind: 'put', expiry: e, strikeE4: strike };
    const change: AccountChange = {
      removedAsset: 'stETH',
      removedAmount,
      addedPosition: { instrument, lots },
    };
    expect(await word(contractChange(change))).toBe(packChange(change));
  });

  it.each<[string, ContractChange, string]>([
    ['an asset that does not exist', { ...CALL_ADDED, asset: 4 }, 'UnknownAsset'],
    [
      'an amount beyond its field',
      { ...CALL_ADDED, amount: AMOUNT_BOUND },
      'ChangedAmountOutOfRange',
    ],
    ['nothing taken off an asset', { ...CALL_ADDED, amount: 0n }, 'AssetWithoutAmount'],
    ['coins credited', { ...CALL_ADDED, credited: true }, 'CreditNotCanonical'],
    [
      'nothing credited',
      { ...CALL_ADDED, asset: 0, amount: 0n, credited: true },
      'CreditNotCanonical',
    ],
    ['an even kind', adding({ kind: 2n }), 'UnknownKind'],
    ['a kind beyond its field', adding({ kind: 9n }), 'UnknownKind'],
    ['a third underlying', adding({ underlying: 2 }), 'UnknownUnderlying'],
    ['an option without expiry', adding({ expiry: 0n }), 'ExpiryNotCanonical'],
    ['an option without strike', adding({ kind: PUT, strikeE4: 0n }), 'StrikeNotCanonical'],
    ['a future with a strike', adding({ kind: FUTURE }), 'StrikeNotCanonical'],
    [
      'a future without expiry',
      adding({ kind: FUTURE, strikeE4: 0n, expiry: 0n }),
      'ExpiryNotCanonical',
    ],
    ['a perpetual with an expiry', adding({ kind: PERPETUAL, strikeE4: 0n }), 'ExpiryNotCanonical'],
    ['a perpetual with a strike', adding({ kind: PERPETUAL, expiry: 0n }), 'StrikeNotCanonical'],
    ['a position of no lots', adding({ lots: 0n }), 'LotsOutOfRange'],
    ['one lot too many', adding({ lots: LOTS_BOUND }), 'LotsOutOfRange'],
    ['one lot too short', adding({ lots: -LOTS_BOUND - 1n }), 'LotsOutOfRange'],
    [
      'lots of no instrument',
      adding({ kind: 0n, underlying: 0, expiry: 0n, strikeE4: 0n }),
      'LotsOutOfRange',
    ],
    [
      'no instrument of an underlying',
      adding({ kind: 0n, expiry: 0n, strikeE4: 0n, lots: 0n }),
      'UnknownUnderlying',
    ],
  ])('refuses %s', (_, change, error) => expectRefusal(word(change), error));
});
