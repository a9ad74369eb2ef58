// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../../prover/commitments/account.ts';
import type { Ledger } from '../../../prover/commitments/ledger.ts';
import type { ParameterSet } from '../../../prover/documents/parameters-document.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { marginPortfolio, requirementAt } from '../../../prover/risk/margin/margin.ts';
import type { PricedMarket } from '../../../prover/risk/pricing/market.ts';
import type { Pair, Portfolio } from '../../../prover/model/types.ts';
import { bankruptcyInputs } from '../../../prover/statements/bankruptcy.ts';
import { fromFieldElement } from '../../../prover/statements/field-element.ts';
import { accountSignals, type StatementRequest } from '../../../prover/statements/instance.ts';
import { liquidationInputs } from '../../../prover/statements/liquidation.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';

export const CONTEXT = 7n;

/** An account of no venue in particular, made of a portfolio. */
export const accountOf = (portfolio: Portfolio): Account => ({
  owner: (1n << 160n) - 1n,
  settlementNonce: 3n,
  frozen: true,
  riskReducingOnly: false,
  ...portfolio,
});

export const requestOf = (
  ledger: Ledger,
  index: number,
  market: PricedMarket,
  parameters: ParameterSet,
): StatementRequest => ({
  opening: ledger.open(index),
  tick: new MarketTick(market.snapshot, parameters),
  context: CONTEXT,
});

/** Everything the two statements prove but their last comparison: every account has a witness. */
export interface Cores {
  readonly capacity: number;
  readonly margin: CircuitUnderTest;
  readonly gross: CircuitUnderTest;
}

/** Not simplified: only values are compared, and that compiles ten times as fast. */
async function openCore(capacity: number): Promise<Cores> {
  const core = async (template: string, file: string): Promise<CircuitUnderTest> =>
    await compileHarness(
      {
        name: `${file}-${capacity}`,
        file: `circuits/margin/${file}.circom`,
        template,
        parameters: [capacity],
      },
      { simplification: 0 },
    );
  return {
    capacity,
    margin: await core('MarginAtScenarios', 'margin-at-scenarios'),
    gross: await core('GrossEquity', 'gross-equity'),
  };
}

/** The cores of the profiles, each opened when first needed. */
export class CoreCircuits {
  readonly #opened = new Map<number, Promise<Cores>>();

  async for(positions: number): Promise<Cores> {
    const capacity = [7, 16, 64].find((size) => size >= positions);
    if (capacity === undefined) throw new Error(`no circuit for ${positions} positions`);
    const found = this.#opened.get(capacity) ?? openCore(capacity);
    this.#opened.set(capacity, found);
    return await found;
  }
}

const withoutContext = ({ context: _, ...inputs }: CircuitInputs): CircuitInputs => inputs;

export const marginInputs = (
  request: StatementRequest,
  ids: Pair<number>,
  capacity: number,
): CircuitInputs => withoutContext(liquidationInputs(request, ids, capacity));

export interface Decision {
  readonly ledgerRoot: bigint;
  readonly snapshotHash: bigint;
  readonly parameterHash: bigint;
  readonly equityE6: bigint;
  readonly requirementE6: bigint;
  readonly grossEquityE6: bigint;
}

/** What the circuits say about an account at the exhibited scenarios. */
export function decideInCircuit(
  cores: Cores,
  request: StatementRequest,
  ids: Pair<number>,
): Decision {
  const names = ['ledgerRoot', 'snapshotHash', 'parameterHash'] as const;
  const margin = cores.margin.signals(marginInputs(request, ids, cores.capacity), [
    ...names,
    'equityE6',
    'requirementE6',
  ]);
  const gross = cores.gross.signals(withoutContext(bankruptcyInputs(request, cores.capacity)), [
    ...names,
    'grossEquityE6',
  ]);
  for (const name of names) {
    if (margin[name] !== gross[name]) throw new Error(`${name} differs between the statements`);
  }
  return {
    ...margin,
    equityE6: fromFieldElement(margin.equityE6),
    grossEquityE6: fromFieldElement(gross.grossEquityE6),
  };
}

/** What TypeScript says of the same account, and its worst scenarios. */
export function decideInTypeScript(
  request: StatementRequest,
  market: PricedMarket,
  ids?: Pair<number>,
): { decision: Decision; mmE6: bigint; worst: Pair<number> } {
  const margin = marginPortfolio(request.opening.account, market);
  const [btc, eth] = margin.underlyings;
  const worst: Pair<number> = [btc.worstScenario, eth.worstScenario];
  const { ledgerRoot, snapshotHash, parameterHash } = accountSignals(request);
  return {
    worst,
    mmE6: margin.mmE6,
    decision: {
      ledgerRoot,
      snapshotHash,
      parameterHash,
      equityE6: margin.equityE6,
      requirementE6: requirementAt(margin, request.tick.parameters.parameters, ids ?? worst),
      grossEquityE6: margin.grossEquityE6,
    },
  };
}
