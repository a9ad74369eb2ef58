// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a venue lives through every statement about an account, with real proofs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG, type VenueConfig } from '../../../../prover/chain/config.ts';
import { send } from '../../../../prover/chain/refusal.ts';
import { StatementDesk } from '../../../../prover/service/chain/statement-desk.ts';
import { as } from '../../../support/chain.ts';
import { startLife, type Life } from '../../../support/life.ts';
import { venueDocumentOf } from '../../../support/plans.ts';
import { accountNamed, closeProver, marginOf } from '../../../support/proofs.ts';
import { toldStatements, type ToldStatement } from '../../../support/statement-log.ts';

const SOLD = accountNamed('ordinary-liquidation');
const CURED = accountNamed('wick-victim');
const COVERED = accountNamed('bankrupt-beyond-the-fund');
const GUARANTEED = accountNamed('equity-below-mm');
/** The event of a guarantee names none; a message that is forced cites a root alone. */
const WITHOUT_TICK: ReadonlySet<string> = new Set(['GuaranteeTaken', 'MessageForced']);
const HORIZON = DEFAULT_VENUE_CONFIG.engine.horizonSeconds;
/** One tick passes the horizon of an auction. */
const CONFIG: VenueConfig = {
  ...DEFAULT_VENUE_CONFIG,
  maxClockGap: HORIZON,
  downtimeAfter: 2 * HORIZON,
};

describe('the log of what contracts took', () => {
  let life: Life;
  let told: readonly ToldStatement[];
  const document = () => venueDocumentOf(life.venue.addresses);

  beforeAll(async () => {
    life = await startLife({ config: CONFIG, owned: ['equity-below-mm'] });
    const { insuranceFund, marginGuarantee } = life.venue.addresses;
    const mine = as(life.asset, life.signer('owner'));
    await send(mine, 'approve', [marginGuarantee, 2n ** 255n]);
    await send(mine, 'approve', [insuranceFund, 2n ** 255n]);
    await send(life.by('depositor').insuranceFund, 'raiseBuffer', [5_000_000_000n]);
    await life.takeGuarantee(GUARANTEED);
    await life.open(SOLD);
    await life.open(CURED);
    await life.open(COVERED);
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    await life.bid(SOLD, frozenIn);
    await life.cure(CURED, 2n * marginOf(CURED).mmE6);
    await life.root({}, BigInt(HORIZON));
    await life.nextTick();
    await life.nextTick();
    await life.expire(COVERED);
    // The sequencer falls silent, and somebody takes the Backstop's message by force.
    await life.after(BigInt(CONFIG.registry.heartbeat) + 1n);
    await life.chain.rpc('evm_mine', []);
    await life.force();
    told = await toldStatements(life.chain.rpc, document());
  }, 120_000);
  afterAll(async () => {
    await life.chain.close();
    await closeProver();
  });

  it('has every statement about an account, in order, each with a proof of it that holds', () => {
    expect(
      told.map(({ statement, event, account }) => [
        statement,
        event,
        account === undefined ? undefined : Number(account),
      ]),
    ).toEqual([
      ['account-margin', 'GuaranteeTaken', GUARANTEED],
      ['liquidation', 'LiquidationOpened', SOLD],
      ['liquidation', 'LiquidationOpened', CURED],
      ['liquidation', 'LiquidationOpened', COVERED],
      ['account-margin', 'BidEscrowed', SOLD],
      ['account-margin', 'LiquidationCured', CURED],
      ['account-margin', 'Backstopped', COVERED],
      ['takeover', 'MessageForced', undefined],
    ]);
    for (const { event, held, others, proofs } of told) {
      expect([event, held, others]).toEqual([event, proofs, []]);
    }
  });

  it('cites ticks with what they bind, times of blocks and gas of transactions', async () => {
    const { provider } = life.chain;
    for (const { event, tick, snapshotHash, snapshotTime, time, transaction, gas } of told) {
      const receipt = (await provider.getTransactionReceipt(transaction))!;
      expect([event, gas]).toEqual([event, receipt.gasUsed]);
      const block = (await provider.getBlock(receipt.blockNumber))!;
      expect([event, time]).toEqual([event, BigInt(block.timestamp)]);
      expect([event, tick === undefined]).toEqual([event, WITHOUT_TICK.has(event)]);
      expect([event, snapshotHash === undefined]).toEqual([event, tick === undefined]);
      if (snapshotTime !== undefined) expect(snapshotTime).toBeLessThan(time);
    }
    // Openings, then bid and cure, then the Backstop.
    expect(told.flatMap(({ tick }) => tick ?? [])).toEqual([1n, 1n, 1n, 2n, 2n, life.tick]);
  });

  it('tells of a transaction without a statement that it has none', async () => {
    const desk = new StatementDesk(life.chain.rpc, document());
    const { transactions } = (await life.chain.provider.getBlock(1))!;
    await expect(desk.proofsIn(transactions[0]!)).rejects.toThrow(/no statement was taken/);
  });
});
