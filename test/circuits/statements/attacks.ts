// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../../prover/commitments/account.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { SCALAR_FIELD } from '../../../prover/proving/formats/r1cs.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import type { ReadSignal } from '../../../prover/proving/witness.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import type { InstrumentKind, Pair, Position, UnderlyingId } from '../../../prover/model/types.ts';
import { liquidationInputs } from '../../../prover/statements/liquidation.ts';
import { inLedgerOrder } from '../../support/arbitraries.ts';
import type { Override, Overrides } from '../../support/forge.ts';
import { goldenMarket } from '../../support/golden.ts';
import { accountOf, requestOf } from './cores.ts';

export const parameters = loadDefaultParameters();
export const market = goldenMarket('crash');
const { snapshot } = market;

const live = snapshot.underlyings.map(({ slices }) =>
  slices.filter(({ state }) => state === 'live').map(({ expiry }) => expiry),
);

const position = (
  underlying: UnderlyingId,
  kind: InstrumentKind,
  slice: number,
  strikeE4: bigint,
  lots: bigint,
): Position => ({
  instrument: {
    underlying,
    kind,
    expiry: kind === 'perpetual' ? 0n : live[underlying]![slice]!,
    strikeE4,
  },
  lots,
});

/** Every kind, on both underlyings, within the profile's 7 positions. */
export const POSITIONS = inLedgerOrder([
  position(0, 'perpetual', 0, 0n, 200n),
  position(0, 'call', 2, 680_000_000n, -500n),
  position(0, 'put', 3, 650_000_000n, 300n),
  position(0, 'future', 2, 0n, -100n),
  position(1, 'put', 1, 19_000_000n, -2000n),
]);

/** Index of the position of that kind and underlying. */
export const slotOf = (kind: InstrumentKind, underlying: UnderlyingId = 0): number =>
  POSITIONS.findIndex(
    ({ instrument }) => instrument.kind === kind && instrument.underlying === underlying,
  );

/** The account whose equity exceeds its maintenance margin by exactly `surplusE6`. */
export function accountWithSurplus(
  surplusE6: bigint,
  positions: readonly Position[] = POSITIONS,
): Account {
  const base = accountOf({
    quoteE6: 0n,
    collateralE8: [150_000_000n, 0n, 2_000_000_000n],
    positions,
  });
  const { equityE6, mmE6 } = marginPortfolio(base, market);
  // A unit of cash raises equity − MM by exactly one unit.
  return { ...base, quoteE6: surplusE6 - (equityE6 - mmE6) };
}

export const SAFE = accountWithSurplus(0n);
/** The safe account, but it holds its call twice. */
export const DUPLICATED = ((): Account => {
  const call = POSITIONS[slotOf('call')]!;
  const twice = POSITIONS.flatMap((held) => (held === call ? [held, held] : [held]));
  return { ...SAFE, positions: twice };
})();
export const ledger = new Ledger([
  accountOf({ quoteE6: 0n, collateralE8: [0n, 0n, 0n], positions: [] }),
  SAFE,
  accountWithSurplus(-1n),
  DUPLICATED,
  accountWithSurplus(
    0n,
    POSITIONS.filter(({ instrument }) => instrument.underlying === 0),
  ),
]);
/** Indices of the ledger. */
export const [, TARGET, POOR, TWICE, BTC_ONLY] = [0, 1, 2, 3, 4] as const;

const { underlyings } = marginPortfolio(SAFE, market);
export const WORST: Pair<number> = [underlyings[0].worstScenario, underlyings[1].worstScenario];

export const inputsOf = (index: number = TARGET, ids: Pair<number> = WORST): CircuitInputs =>
  liquidationInputs(requestOf(ledger, index, market, parameters), ids, 7);

const signed = (element: bigint): bigint =>
  element > SCALAR_FIELD / 2n ? element - SCALAR_FIELD : element;

/**
 * Makes a decomposition add up although its number is out of range: the low bits are those of two's
 * complement, and the top "bit" takes the rest. Only the constraint that it be 0 or 1 objects.
 */
export function stretch(bits: string, width: number): Overrides {
  const bit =
    (index: number): Override =>
    (_, read: ReadSignal) => {
      const rest = signed(read(`${bits}.in`)) >> BigInt(index);
      return index === width - 1 ? rest : BigInt.asUintN(1, rest);
    };
  return Object.fromEntries(
    Array.from({ length: width }, (_, index) => [`${bits}.out[${index}]`, bit(index)]),
  );
}

/** The same for a named Range. */
export const stretchRange = (range: string, width: number): Overrides =>
  stretch(`${range}.bits`, width);

export const changed = (
  inputs: CircuitInputs,
  signal: string,
  change: (values: bigint[]) => void,
): CircuitInputs => {
  const values = [...(inputs[signal] as readonly bigint[])];
  change(values);
  return { ...inputs, [signal]: values };
};
