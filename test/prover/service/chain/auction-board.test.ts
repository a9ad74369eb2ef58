// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG } from '../../../../prover/chain/config.ts';
import { bidNow } from '../../../../prover/dashboard/auction-price.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { auctionPriceE6, bidCost } from '../../../../prover/keeper/auction.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../prover/risk/pricing/market.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { auctionBoard } from '../../../../prover/service/chain/auction-board.ts';
import { ChainView } from '../../../../prover/service/chain/chain-view.ts';

const { engine: config } = DEFAULT_VENUE_CONFIG;
const { parameters } = loadDefaultParameters();
const sample = loadSample();
const market = priceMarket(sample.snapshots.crash.snapshot, parameters);
const ACCOUNT = 1;
const account = sample.ledgers.crash[ACCOUNT]!;
const margin = marginPortfolio(account, market);

const event = (name: string, values: object) => ({ name, values, transactionHash: '0x1' });
const block = (number: number, ...events: readonly object[]) =>
  ({ number, hash: `0x${number}`, events }) as unknown as Parameters<ChainView['apply']>[0];
const opened = (messageIndex: bigint) =>
  event('LiquidationOpened', {
    accountIndex: BigInt(ACCOUNT),
    settlementNonce: account.settlementNonce,
    clockAtOpen: 100n,
    messageIndex,
    reservedE6: 7n,
  });
const accepted = (sequence: bigint, engineCount: bigint) =>
  event('RootAccepted', { sequence, engineCount });

const boardOf = (view: ChainView, now = 1_000n) =>
  auctionBoard(view.liquidations(), {
    view,
    clock: { now, runsForSeconds: 60n, freeE6: 5n },
    config,
    account: (index) => sample.ledgers.crash[index],
    market,
    freezeClock: async (_, sequence) => 300n * sequence,
  });

describe('what is for sale', () => {
  it('costs nothing that anybody could bid before a ledger has the Freeze, and falls from there on', async () => {
    const view = new ChainView();
    view.apply(block(1, accepted(2n, 4n), opened(4n)));
    const [waiting] = await boardOf(view);
    expect(waiting).toMatchObject({ account: ACCOUNT, frozenAt: undefined, cost: undefined });
    expect(waiting!.backedE6).toBe(12n);
    view.apply(block(2, accepted(3n, 5n)));
    view.apply(block(3, accepted(4n, 9n)));
    const [falling] = await boardOf(view);
    expect(falling).toMatchObject({ openedAt: 100n, frozenAt: 900n });
    expect(falling!.cost).toEqual(bidCost(config, margin, 100n, 12n));
    const [later] = await boardOf(view, 1_100n);
    expect(later!.cost!.priceE6).toBeLessThan(falling!.cost!.priceE6);
  });

  it('is frozen by a ledger that was forced, and by none that a reorganisation took back', async () => {
    const view = new ChainView();
    view.apply(block(1, opened(4n)));
    const forced = block(2, event('MessageForced', { sequence: 3n, index: 4n }));
    view.apply(forced);
    expect((await boardOf(view))[0]).toMatchObject({ frozenAt: 900n });
    view.undo(forced);
    expect((await boardOf(view))[0]).toMatchObject({ frozenAt: undefined });
  });

  it('is nothing that was cured, or that the ledger has under another nonce', async () => {
    const view = new ChainView();
    view.apply(block(1, opened(4n)));
    const { settlementNonce } = account;
    const cured = event('LiquidationCured', { accountIndex: BigInt(ACCOUNT), settlementNonce });
    view.apply(block(2, cured));
    expect(await boardOf(view)).toEqual([]);
    const other = new ChainView();
    const { values } = opened(4n);
    other.apply(block(1, event('LiquidationOpened', { ...values, settlementNonce: 99n })));
    expect(await boardOf(other)).toEqual([]);
  });
});

describe('a market that stands', () => {
  it('is told from its halt until it is resumed, and no longer where the halt is taken back', () => {
    const view = new ChainView();
    const halt = block(1, event('Halted', { haltedAt: 5n }));
    view.apply(halt);
    expect(view.isHalted).toBe(true);
    view.apply(block(2, event('Resumed', { resumedAt: 9n })));
    expect(view.isHalted).toBe(false);
    const other = new ChainView();
    other.apply(halt);
    other.undo(halt);
    expect(other.isHalted).toBe(false);
  });
});

describe('the price as a page lets it fall', () => {
  const reply = {
    clock: '1000',
    runsForSeconds: '60',
    rampSeconds: config.rampSeconds,
    incentiveBps: config.incentiveBps,
    horizonSeconds: config.horizonSeconds,
  };
  const auction = {
    openedAt: '100',
    frozenAt: '900',
    grossEquityE6: margin.grossEquityE6.toString(),
    mmE6: margin.mmE6.toString(),
    topUpE6: '0',
    backedE6: '0',
  };

  it('is that of the contract’s rule a second later, and stands with the market clock', () => {
    const priceAt = (elapsed: bigint): bigint =>
      auctionPriceE6(config, margin.grossEquityE6, margin.mmE6, elapsed);
    const at = (seconds: bigint) => bidNow(reply, auction, seconds)!;
    expect(at(0n).priceE6).toBe(priceAt(100n));
    expect(at(1n).priceE6).toBe(priceAt(101n));
    expect(at(61n)).toEqual(at(60n));
    expect(at(60n).elapsed).toBe(160n);
    expect(at(0n).endsIn).toBe(BigInt(config.horizonSeconds) - 900n);
    expect(at(0n).rampLeft).toBe(BigInt(config.rampSeconds) - 100n);
  });

  it('is none before the Freeze, and never more than the fund can pay', () => {
    expect(bidNow(reply, { ...auction, frozenAt: null }, 0n)).toBeUndefined();
    const owing = { ...auction, grossEquityE6: '-5000000', frozenAt: '-100000', backedE6: '7' };
    expect(bidNow(reply, owing, 0n)!.priceE6).toBe(-7n);
  });
});
