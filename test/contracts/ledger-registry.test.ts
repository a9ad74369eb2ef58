// SPDX-License-Identifier: GPL-3.0-or-later
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Contract } from 'ethers';

import { SCALAR_FIELD_ORDER } from '../../prover/chain/context.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import {
  as,
  deployContract,
  expectRefusal,
  minuteFrom,
  startChain,
  type TestChain,
} from '../support/chain.ts';

const MAX_ACCOUNTS = 1n << 24n;

describe('LedgerRegistry', () => {
  let chain: TestChain;
  let registry: Contract;

  beforeAll(async () => {
    chain = await startChain();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    const verifier = await deployContract(chain.accounts[0]!, 'InsecureTransitionVerifier');
    registry = await deployContract(chain.accounts[0]!, 'LedgerRegistry', [verifier.target]);
  });

  const submit = (root: bigint, accounts: bigint, contract = registry): Promise<unknown> =>
    send(contract, 'submitRoot', [root, accounts, 0, '0x']);
  const latest = async (contract = registry): Promise<unknown[]> =>
    (await read(contract, 'latest', [], z.array(z.bigint()))).slice(0, 3);

  it('holds no root before the first transition', async () => {
    expect(await latest(registry)).toEqual([0n, 0n, 0n]);
  });

  it('numbers accepted roots from one and keeps the account count of the latest', async () => {
    await submit(11n, 5n);
    await submit(12n, MAX_ACCOUNTS);
    expect(await latest(registry)).toEqual([2n, MAX_ACCOUNTS, 12n]);
  });

  it('accepts a root from anyone, for the transition verifier is the only judge', async () => {
    await submit(11n, 5n, as(registry, chain.accounts[3]!));
    expect(await latest(registry)).toEqual([1n, 5n, 11n]);
  });

  it('refuses a root that the transition verifier does not accept', async () => {
    const refusing = await deployContract(chain.accounts[0]!, 'RefusingTransitionVerifier');
    const strict = await deployContract(chain.accounts[0]!, 'LedgerRegistry', [refusing.target]);
    await expectRefusal(submit(11n, 5n, strict), 'TransitionRejected', [0n, 11n]);
    expect(await latest(strict)).toEqual([0n, 0n, 0n]);
  });

  it('refuses a root of zero', () => expectRefusal(submit(0n, 5n), 'RootIsZero'));

  it('refuses a root that is not below the scalar field', async () => {
    await submit(SCALAR_FIELD_ORDER - 1n, 5n);
    await expectRefusal(submit(SCALAR_FIELD_ORDER, 5n), 'RootNotInField');
  });

  it('refuses the root it already holds', async () => {
    await submit(11n, 5n);
    await expectRefusal(submit(11n, 6n), 'RootUnchanged', [11n]);
  });

  it('refuses more accounts than the tree has leaves', () =>
    expectRefusal(submit(11n, MAX_ACCOUNTS + 1n), 'TooManyAccounts', [
      MAX_ACCOUNTS + 1n,
      MAX_ACCOUNTS,
    ]));

  it('states by when it has booked what expired, and takes nothing back of it', async () => {
    const book = (root: bigint, through: bigint): Promise<unknown> =>
      send(registry, 'submitRoot', [root, 5n, through, '0x']);
    await book(11n, 100n);
    await expectRefusal(book(12n, 99n), 'BookingWentBackwards', [99n, 100n]);
    await book(12n, 100n);
    expect((await read(registry, 'latest', [], z.array(z.bigint()))).at(-1)).toBe(100n);
  });

  it('tells the newest ledger accepted no later than a minute', async () => {
    const minute = minuteFrom((await chain.now()) + 600n);
    const at = async (time: bigint, root: bigint): Promise<void> => {
      await chain.setNextTime(time);
      await submit(root, 5n);
    };
    const rootAt = async (time: bigint): Promise<bigint | undefined> =>
      (await read(registry, 'ledgerAt', [time], z.array(z.bigint())))[2];
    await at(minute - 30n, 11n);
    expect(await rootAt(minute - 60n)).toBe(0n);
    await at(minute, 12n);
    expect(await rootAt(minute)).toBe(12n);
    await at(minute + 1n, 13n);
    await at(minute + 2n, 14n);
    expect(await rootAt(minute)).toBe(12n);
    await at(minute + 61n, 15n);
    expect(await rootAt(minute + 60n)).toBe(14n);
  });
});
