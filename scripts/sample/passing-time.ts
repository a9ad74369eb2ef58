// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../prover/commitments/account.ts';
import type { UnderlyingId } from '../../prover/model/types.ts';
import type { Draft } from './drafts.ts';
import { SNAPSHOTS, type TickName } from './market.ts';

/** Parts per million of the mark that the long side pays. */
type FundingRatesPpm = readonly [btc: bigint, eth: bigint];

/** The two payments between calm and crash (00:00 and 08:00 UTC), together. */
const CALM_TO_CRASH: FundingRatesPpm = [200n, 260n];
/** The one of 16:00 UTC, right after the crash tick: the short side pays. */
const CRASH_TO_REBOUND: FundingRatesPpm = [-450n, -620n];

/** What each account pays; the last one, the vault, takes the rounding, so that nothing is lost. */
function payments(
  accounts: readonly Account[],
  rates: FundingRatesPpm,
  tick: TickName,
): readonly bigint[] {
  const market = SNAPSHOTS[tick].underlyings;
  const due = accounts.map(({ positions }) =>
    positions
      .filter(({ instrument }) => instrument.kind === 'perpetual')
      .reduce((total, { instrument, lots }) => {
        const underlying: UnderlyingId = instrument.underlying;
        const notionalE6 = lots * market[underlying].perpetualMarkE4;
        return total + (notionalE6 * rates[underlying]) / 1_000_000n;
      }, 0n),
  );
  const last = due.length - 1;
  due[last] = -due.slice(0, last).reduce((total, amountE6) => total + amountE6, 0n);
  return due;
}

/** The ledger of the calm tick: that of the crash before the funding payments in between. */
export function beforeFunding(crash: readonly Account[]): readonly Account[] {
  const paid = payments(crash, CALM_TO_CRASH, 'calm');
  return crash.map((account, index) => ({
    ...account,
    quoteE6: account.quoteE6 + (paid[index] ?? 0n),
  }));
}

/**
 * The ledger of the rebound: that of the crash after a funding payment, and after two attempts on
 * open liquidations by transfers in: dust, and a gift of coins.
 */
export function afterFunding(
  crash: readonly Account[],
  drafts: readonly Draft[],
): readonly Account[] {
  const paid = payments(crash, CRASH_TO_REBOUND, 'crash');
  return crash.map((account, index) => {
    const name = drafts[index]?.name;
    const [btc, eth, stEth] = account.collateralE8;
    const dust = name === 'ordinary-liquidation' ? 1n : 0n;
    const gift = name === 'equity-below-mm' ? 5_000_000n : 0n;
    return {
      ...account,
      quoteE6: account.quoteE6 - (paid[index] ?? 0n) + dust,
      collateralE8: [btc + dust, eth + gift, stEth],
    };
  });
}
