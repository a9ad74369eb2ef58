// SPDX-License-Identifier: GPL-3.0-or-later
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { compareGas, expectGasAtMost } from '../support/gas.ts';
import { startLife, termsIn, type Life } from '../support/life.ts';
import { accountNamed, closeProver, marginOf } from '../support/proofs.ts';

const FIRST = accountNamed('ordinary-liquidation');
const SECOND = accountNamed('wick-victim');

let life: Life;

beforeAll(async () => {
  life = await startLife();
});

afterAll(async () => {
  await life.chain.close();
  await closeProver();
});

describe('the life of a liquidation', () => {
  it('opens, freezes, is bid for, is taken over and closes, and every dollar is somebody’s', async () => {
    await compareGas('open a liquidation, first', await life.open(FIRST));
    const next = await life.open(SECOND);
    expectGasAtMost(next, 340_000n);
    await compareGas('open a liquidation', next);
    await life.root();
    const frozenIn = life.sequence;
    expect(life.sequencer.state.accounts[FIRST]!.frozen).toBe(true);
    await life.nextTick();

    const pocket = await life.balance(life.addresses.bidder);
    const first = await life.bid(FIRST, frozenIn);
    await compareGas('bid for an account, first', first);
    const second = await life.bid(SECOND, frozenIn);
    expectGasAtMost(second, 430_000n);
    await compareGas('bid for an account', second);
    const [terms, others] = [termsIn(life.venue, first), termsIn(life.venue, second)];
    const { equityE6, grossEquityE6, imE6, mmE6 } = marginOf(FIRST);
    expect(terms.creditE6).toBe(imE6 - equityE6);
    const price = terms.payerPaidE6 - terms.creditE6;
    expect(price).toBe(terms.rewardE6 + terms.penaltyE6 + terms.proceedsE6);
    expect(price).toBeLessThanOrEqual(grossEquityE6);
    expect(terms.rewardE6).toBe(mmE6 / 100n);
    const paid = pocket - (await life.balance(life.addresses.bidder));
    expect(paid).toBe(terms.payerPaidE6 + others.payerPaidE6);

    await life.root();
    const account = life.sequencer.state.accounts[FIRST]!;
    expect(account).toMatchObject({
      owner: BigInt(life.addresses.bidder),
      settlementNonce: 1n,
      frozen: false,
    });
    await compareGas('close a liquidation, first', await life.close(terms));
    const closed = await life.close(others);
    expectGasAtMost(closed, 110_000n);
    await compareGas('close a liquidation', closed);
    expect(await life.claimable('keeper')).toBe(terms.rewardE6 + others.rewardE6);
    expect(await life.claimable('owner')).toBe(terms.proceedsE6);
  });
});
