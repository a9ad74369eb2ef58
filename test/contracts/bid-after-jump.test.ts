// SPDX-License-Identifier: GPL-3.0-or-later
// Two ticks can be cited for 36 s. After a jump the older one is the better of two prices for somebody who
// bids, and the worse of two for somebody who is opened: then only a cure may still cite it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bidForAccount, cureLiquidation, openLiquidation } from '../../prover/chain/submit.ts';
import { expectRefusal } from '../support/chain.ts';
import { startLife, termsIn, type Life } from '../support/life.ts';
import { accountNamed, closeProver, crashPrices } from '../support/proofs.ts';

const FOR_SALE = accountNamed('ordinary-liquidation');
const UNOPENED = accountNamed('wick-victim');
const LIMIT_E6 = 10n ** 14n;

let life: Life;
let frozenIn: bigint;
let older: bigint;

const bidAtOlder = async () => {
  const proof = await life.bidProof(FOR_SALE, 'bidder', older);
  await life.after();
  return bidForAccount(life.by('bidder'), proof, frozenIn, LIMIT_E6);
};

beforeAll(async () => {
  life = await startLife();
  await life.open(FOR_SALE);
  await life.root();
  frozenIn = life.sequence;
  older = await life.nextTick();
});

afterAll(async () => {
  await life.chain.close();
  await closeProver();
});

describe('the older of two ticks', () => {
  it('is for sale at no longer, nor opened at, after a jump of more than 1 %; a cure may still cite it', async () => {
    const saved = await life.save();
    const newer = await life.nextTick(crashPrices(101n));
    await expectRefusal(bidAtOlder(), 'PriceMoved', [older, newer]);

    const beneficiary = life.addresses.keeper;
    const opening = await life.openingProof(UNOPENED, 'keeper', older);
    await life.after();
    await expectRefusal(
      openLiquidation(life.by('keeper'), { tick: older, ...opening, beneficiary }),
      'PriceMoved',
      [older, newer],
    );

    // Whoever pays in must not be shut out by a price that moved while the proof was made.
    const cure = await life.cureProof(FOR_SALE, 10n ** 12n, older);
    await life.after();
    await cureLiquidation(life.by('owner'), cure);
    await life.restore(saved);
  });

  it('is still for sale at within 1 %, for 36 s and not a second more', async () => {
    const saved = await life.save();
    const proof = await life.bidProof(FOR_SALE, 'bidder', older);
    const bidAfter = async (seconds: bigint) => {
      await life.after(seconds);
      return bidForAccount(life.by('bidder'), proof, frozenIn, LIMIT_E6);
    };
    const newer = await life.nextTick(crashPrices(100n));
    const again = await life.save();
    await expectRefusal(bidAfter(37n), 'StaleTick', [older, newer]);
    await life.restore(again);
    // The state comes back one second after it was saved.
    const receipt = await bidAfter(35n);
    expect(termsIn(life.venue, receipt).newOwner).toBe(life.addresses.bidder);
    await life.restore(saved);
  });
});
