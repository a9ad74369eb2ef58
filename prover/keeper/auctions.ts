// SPDX-License-Identifier: GPL-3.0-or-later
import type { Contract, Provider } from 'ethers';
import { z } from 'zod';

import { read } from '../chain/refusal.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import type { Venue } from '../chain/venue.ts';
import { marginPortfolio, type AccountMargin } from '../risk/margin/margin.ts';
import type { JudgedTick } from './judged-tick.ts';
import { findFreeze, readLiquidations, type Freeze, type Liquidation } from './liquidations.ts';

const uint = z.bigint().nonnegative();

/**
 * The market clock in the block that a transaction would be in: on a chain that mines on demand the
 * latest block may be long past. Nodes that do not tell are asked for the latest.
 */
export async function marketClock(marketFeed: Contract): Promise<bigint> {
  const method = marketFeed.getFunction('marketClock');
  try {
    return uint.parse(await method.staticCall({ blockTag: 'pending' }));
  } catch {
    return uint.parse(await method.staticCall());
  }
}

/** An open liquidation at a tick. */
export interface Auction {
  readonly liquidation: Liquidation;
  readonly accountIndex: number;
  readonly margin: AccountMargin;
  /** Undefined while the tick's ledger does not have the Freeze: then there is nothing to bid for yet. */
  readonly freeze: Freeze | undefined;
  /** Market-clock seconds since the Freeze; zero before it. */
  readonly elapsed: bigint;
  /** What the fund can pay for it. */
  readonly backedE6: bigint;
}

/** Every liquidation that is open and inside its horizon, with the account as the tick has it. */
export async function readAuctions(
  venue: Venue,
  provider: Provider,
  { deploymentBlock }: Pick<VenueDocument, 'deploymentBlock'>,
  { tick, ledger, market }: JudgedTick,
): Promise<readonly Auction[]> {
  const clock = await marketClock(venue.marketFeed);
  const freeE6 = await read(venue.insuranceFund, 'freeE6', [], uint);
  const liquidations = await readLiquidations(venue, provider, deploymentBlock);
  const open = liquidations.filter(
    ({ status, accountIndex, settlementNonce }) =>
      status === 'open' &&
      accountIndex < ledger.accountCount &&
      ledger.account(Number(accountIndex)).settlementNonce === settlementNonce,
  );
  return Promise.all(
    open.map(async (liquidation): Promise<Auction> => {
      const accountIndex = Number(liquidation.accountIndex);
      const found = await findFreeze(venue, provider, liquidation, deploymentBlock);
      const freeze =
        found !== undefined && found.sequence <= tick.ledgerSequence ? found : undefined;
      return {
        liquidation,
        accountIndex,
        margin: marginPortfolio(ledger.account(accountIndex), market.market),
        freeze,
        elapsed: freeze === undefined ? 0n : clock - freeze.clock,
        backedE6: freeE6 + liquidation.reservedE6,
      };
    }),
  );
}
