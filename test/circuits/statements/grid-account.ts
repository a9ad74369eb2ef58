// SPDX-License-Identifier: GPL-3.0-or-later
import { Ledger } from '../../../prover/commitments/ledger.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { accountMarginInputs } from '../../../prover/statements/account-margin.ts';
import { parameters, POSITIONS, market, slotOf } from './attacks.ts';
import { accountOf, CONTEXT } from './cores.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';

const CAPACITY = 4;

/** Options and a perpetual of one underlying, an option of the other: as many as the profile holds. */
export const GRID_POSITIONS = POSITIONS.filter((_, slot) => slot !== slotOf('future'));
/** The slot of the call. */
export const GRID_CALL = GRID_POSITIONS.findIndex(({ instrument }) => instrument.kind === 'call');
export const GRID_ACCOUNT = accountOf({
  quoteE6: 5_000_000_000n,
  collateralE8: [150_000_000n, 0n, 2_000_000_000n],
  positions: GRID_POSITIONS,
});
const ledger = new Ledger([GRID_ACCOUNT]);

/** Fresh inputs of `account-margin` small. */
export const gridInputsOf = (): CircuitInputs =>
  accountMarginInputs(
    {
      opening: ledger.open(0),
      tick: new MarketTick(market.snapshot, parameters),
      context: CONTEXT,
    },
    CAPACITY,
  );
