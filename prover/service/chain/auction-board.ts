// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../commitments/account.ts';
import { bidCost, type BidCost } from '../../keeper/auction.ts';
import type { VenueConfig } from '../../chain/config.ts';
import { marginPortfolio, type AccountMargin } from '../../risk/margin/margin.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { ChainView, Liquidation } from './chain-view.ts';
import type { AuctionClock } from './venue-desk.ts';

/** An open liquidation, and what a bid would take now. */
export interface AuctionStanding {
  readonly account: number;
  readonly settlementNonce: bigint;
  /** Market clock of the opening, after which bids are taken for the horizon; of before what is followed: unknown. */
  readonly openedAt: bigint | undefined;
  /** Market clock of the ledger that has the Freeze, from which the price falls; until then nobody can bid. */
  readonly frozenAt: bigint | undefined;
  readonly margin: AccountMargin;
  /** What the fund can pay for it, E6 USD. */
  readonly backedE6: bigint;
  readonly cost: BidCost | undefined;
}

/** What is asked beside the accounts. */
export interface AuctionGround {
  readonly view: Pick<ChainView, 'consumedBy'>;
  readonly clock: AuctionClock;
  readonly config: VenueConfig['engine'];
  /** An account as the newest ledger has it. */
  readonly account: (index: number) => Account | undefined;
  readonly market: PricedMarket;
  readonly freezeClock: (messageIndex: bigint, sequence: bigint) => Promise<bigint>;
}

/** Every liquidation that is open, of accounts that the ledger has at its nonce. */
export async function auctionBoard(
  liquidations: readonly Liquidation[],
  { view, clock, config, account: accountAt, market, freezeClock }: AuctionGround,
): Promise<readonly AuctionStanding[]> {
  const board: AuctionStanding[] = [];
  for (const { accountIndex, settlementNonce, stage, opening } of liquidations) {
    const index = Number(accountIndex);
    const account = stage === 'open' ? accountAt(index) : undefined;
    if (account?.settlementNonce !== settlementNonce) continue;
    const margin = marginPortfolio(account, market);
    const sequence = opening === undefined ? undefined : view.consumedBy(opening.messageIndex);
    const frozenAt =
      opening === undefined || sequence === undefined
        ? undefined
        : await freezeClock(opening.messageIndex, sequence);
    const backedE6 = clock.freeE6 + (opening?.reservedE6 ?? 0n);
    board.push({
      account: index,
      settlementNonce,
      openedAt: opening?.clockAtOpen,
      frozenAt,
      margin,
      backedE6,
      cost:
        frozenAt === undefined
          ? undefined
          : bidCost(config, margin, clock.now - frozenAt, backedE6),
    });
  }
  return board;
}
