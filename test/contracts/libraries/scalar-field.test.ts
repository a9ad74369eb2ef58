// SPDX-License-Identifier: GPL-3.0-or-later
import type { Contract } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { SCALAR_FIELD } from '../../../prover/core/scalar-field.ts';
import { read } from '../../../prover/chain/refusal.ts';
import { deployContract, expectRefusal, startChain, type TestChain } from '../../support/chain.ts';

const BOUND = 1n << 127n;
const encode = (amount: bigint): bigint => (amount < 0n ? SCALAR_FIELD + amount : amount);

describe('ScalarField', () => {
  let chain: TestChain;
  let harness: Contract;

  beforeAll(async () => {
    chain = await startChain();
    harness = await deployContract(chain.accounts[0]!, 'ScalarFieldHarness');
  });
  afterAll(() => chain.close());

  const signed = (signal: bigint): Promise<bigint> =>
    read(harness, 'toSignedAmount', [signal], z.bigint());
  const unsigned = (signal: bigint): Promise<bigint> =>
    read(harness, 'toUnsignedAmount', [signal], z.bigint());
  const allInField = (signals: readonly bigint[]): Promise<unknown> =>
    read(harness, 'requireAllInField', [[...signals]], z.unknown());

  it.each([0n, 1n, -1n, 123_456_789n, -123_456_789n, BOUND - 1n, 1n - BOUND])(
    'decodes the signed amount %d from its one canonical signal',
    async (amount) => {
      expect(await signed(encode(amount))).toBe(amount);
    },
  );

  it.each([BOUND, SCALAR_FIELD - BOUND, SCALAR_FIELD / 2n])(
    'refuses the signal %d, which stands for no amount',
    (signal) => expectRefusal(signed(signal), 'AmountOutOfRange', [signal]),
  );

  it.each([SCALAR_FIELD, SCALAR_FIELD + 1n, (1n << 256n) - 1n])(
    'refuses to decode %d, a second encoding',
    (signal) => expectRefusal(signed(signal), 'SignalNotInField', [signal]),
  );

  it('refuses a negative amount where only a positive one has a meaning', () =>
    expectRefusal(unsigned(encode(-1n)), 'AmountOutOfRange'));

  it('decodes the largest unsigned amount and refuses the next', async () => {
    expect(await unsigned(BOUND - 1n)).toBe(BOUND - 1n);
    await expectRefusal(unsigned(BOUND), 'AmountOutOfRange', [BOUND]);
  });

  it('refuses a list in which any one signal is not below the field', async () => {
    const inField = [0n, SCALAR_FIELD - 1n, 5n];
    await allInField(inField);
    for (const position of inField.keys()) {
      const spoiled = inField.with(position, SCALAR_FIELD);
      await expectRefusal(allInField(spoiled), 'SignalNotInField', [SCALAR_FIELD]);
    }
  });
});
