// SPDX-License-Identifier: GPL-3.0-or-later
import { instrumentKey } from '../../prover/commitments/instrument.ts';
import type { PricedMarket } from '../../prover/risk/pricing/market.ts';
import type { Position, UnderlyingId } from '../../prover/model/types.ts';
import { type Draft, NO_COLLATERAL, leg, netted, perpetual } from './drafts.ts';

/** Two of the 64 slots are kept for the hedges. */
const OPTIONS_PER_HOUSE = 62;

function net(drafts: readonly Draft[]): readonly Position[] {
  return netted(drafts.flatMap(({ positions }) => positions));
}

/** Perpetual lots that cancel the delta of a book. */
function hedge(
  book: readonly Position[],
  underlying: UnderlyingId,
  market: PricedMarket,
): Position {
  const deltaQ128 = book
    .filter(({ instrument }) => instrument.underlying === underlying)
    .reduce((total, { instrument, lots }) => total + lots * market.value(instrument).deltaQ128, 0n);
  return perpetual(underlying, -Number(deltaQ128 >> 128n));
}

/**
 * The market makers and the vault that take the other side of everybody: each market maker a part
 * of every expiry and strike, hedged to zero delta at the calm tick; the vault what is left.
 */
export function houses(clients: readonly Draft[], calm: PricedMarket): readonly Draft[] {
  const sides = net(clients)
    .filter(({ instrument }) => instrument.kind !== 'perpetual')
    .map(({ instrument, lots }) => leg(instrument, -Number(lots)))
    .sort((left, right) =>
      instrumentKey(left.instrument) < instrumentKey(right.instrument) ? -1 : 1,
    );
  const count = Math.ceil(sides.length / OPTIONS_PER_HOUSE);
  const makers = Array.from({ length: count }, (_, house): Draft => {
    const book = sides.filter((_, place) => place % count === house);
    return {
      name: house === 0 ? 'hedged-market-maker' : `market-maker-${house + 1}`,
      kind: 'market-maker',
      note: 'hedged across strikes and expiries; never touched',
      collateralE8: NO_COLLATERAL,
      positions: netted([...book, hedge(book, 0, calm), hedge(book, 1, calm)]),
      funding: { rule: 'alwaysHealthy', percent: 160n },
    };
  });
  const rest = net([...clients, ...makers]).map(({ instrument, lots }) =>
    leg(instrument, -Number(lots)),
  );
  const vault: Draft = {
    name: 'liquidity-vault',
    kind: 'vault',
    note: 'the other side of all perpetuals that nobody else takes',
    collateralE8: NO_COLLATERAL,
    positions: netted(rest),
    funding: { rule: 'alwaysHealthy', percent: 200n },
  };
  return [...makers, vault];
}
