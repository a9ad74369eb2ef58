// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, describe, test } from 'vitest';

import { NO_CHANGE, type AccountChange } from '../../../prover/commitments/account-change.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import type { AccountMarginSignals } from '../../../prover/statements/generated/public-signals.ts';
import type {
  Instrument,
  MarketSnapshot,
  Portfolio,
  Position,
  Triple,
} from '../../../prover/model/types.ts';
import { inLedgerOrder, seededScenes, type Scene } from '../../support/arbitraries.ts';
import { accountOf, CONTEXT } from './cores.ts';
import { GridCircuits } from './grid.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';

/**
 * What must be true of margin, asked of the circuit's own witnesses: test/prover/risk/properties.test.ts
 * asks the model, over more scenes.
 */
const grid = new GridCircuits();
const parameters = loadDefaultParameters();
const SCENES = 15;
const NOTHING: Portfolio = { quoteE6: 0n, collateralE8: [0n, 0n, 0n], positions: [] };

function proven(
  snapshot: MarketSnapshot,
  portfolio: Portfolio,
  change: AccountChange = NO_CHANGE,
): Promise<AccountMarginSignals> {
  const opening = new Ledger([accountOf(portfolio)]).open(0);
  return grid.marginOf({
    opening,
    tick: new MarketTick(snapshot, parameters),
    context: CONTEXT,
    change,
  });
}

const health = ({ equityE6, maintenanceMarginE6 }: AccountMarginSignals): bigint =>
  equityE6 - maintenanceMarginE6;

async function everyScene(
  property: (scene: Scene) => Promise<void>,
  keep?: (instrument: Instrument) => boolean,
): Promise<void> {
  const options = { maxPositions: 4, ...(keep === undefined ? {} : { keep }) };
  for (const scene of seededScenes(SCENES, options)) await property(scene);
}

describe('the circuit', () => {
  test('moves equity with cash to the unit, and margins not at all', async () => {
    await everyScene(async ({ snapshot, portfolio }) => {
      const cashE6 = 12_345_678_901n;
      const before = await proven(snapshot, portfolio);
      const richer = { ...portfolio, quoteE6: portfolio.quoteE6 + cashE6 };
      const after = await proven(snapshot, richer);
      expect(after).toEqual({
        ...before,
        ledgerRoot: after.ledgerRoot,
        equityE6: before.equityE6 + cashE6,
      });
      // Taken out again by a change, the account is what it was.
      const change: AccountChange = { removedAsset: 'USDC', removedAmount: cashE6 };
      const withdrawn = await proven(snapshot, richer, change);
      expect(withdrawn).toEqual({
        ...before,
        ledgerRoot: after.ledgerRoot,
        change: withdrawn.change,
      });
    });
  }, 300_000);

  test('lets no gift of collateral lower health', async () => {
    await everyScene(async ({ snapshot, portfolio }) => {
      const before = health(await proven(snapshot, portfolio));
      for (const c of [0, 1, 2] as const) {
        const gift = portfolio.collateralE8.with(c, portfolio.collateralE8[c] + 7_000_000_000n);
        const collateralE8 = gift as unknown as Triple<bigint>;
        const after = health(await proven(snapshot, { ...portfolio, collateralE8 }));
        expect(after).toBeGreaterThanOrEqual(before);
      }
    });
  }, 300_000);

  test('never calls long options without debt liquidatable inside the first band', async () => {
    const isOption = ({ kind }: Instrument): boolean => kind === 'call' || kind === 'put';
    await everyScene(async ({ snapshot, portfolio }) => {
      const deep = { depthQuote: 2n ** 40n - 1n };
      const [btc, eth] = snapshot.underlyings;
      const market = {
        ...snapshot,
        underlyings: [
          { ...btc, ...deep },
          { ...eth, ...deep },
        ] as const,
      };
      const positions = portfolio.positions.map(({ instrument, lots }) => ({
        instrument,
        lots: (lots < 0n ? -lots : lots) % 500n || 1n,
      }));
      expect(health(await proven(market, { ...NOTHING, positions }))).toBeGreaterThanOrEqual(0n);
    }, isOption);
  }, 300_000);

  test('asks of a whole account no more than of its positions one by one', async () => {
    const shallow: number[] = [];
    await everyScene(async ({ snapshot, portfolio }) => {
      const whole = await proven(snapshot, { ...NOTHING, positions: portfolio.positions });
      let apartE6 = 0n;
      for (const position of portfolio.positions) {
        const part = await proven(snapshot, { ...NOTHING, positions: [position] });
        apartE6 += part.maintenanceMarginE6;
      }
      // Losses are floored an underlying at a time: one unit a part, and one a ceiling. Concentration
      // grows faster than in proportion, so the claim is for accounts inside the first band.
      const notionalE6 = portfolio.positions.reduce((sum, { instrument, lots }) => {
        const { indexE4 } = snapshot.underlyings[instrument.underlying];
        return sum + (lots < 0n ? -lots : lots) * indexE4;
      }, 0n);
      const depth = snapshot.underlyings.map(({ depthQuote }) => depthQuote * 250_000n);
      if (depth.some((bandE6) => notionalE6 > bandE6)) return;
      shallow.push(portfolio.positions.length);
      const rounding = 3n * BigInt(portfolio.positions.length) + 3n;
      expect(whole.maintenanceMarginE6).toBeLessThanOrEqual(apartE6 + rounding);
    });
    expect(shallow.length).toBeGreaterThan(0);
  }, 300_000);

  test('gives conversions and boxes no scan: no worst scenario', async () => {
    let tried = 0;
    await everyScene(async ({ snapshot, portfolio }) => {
      for (const { instrument, lots } of portfolio.positions) {
        if (instrument.kind !== 'call' && instrument.kind !== 'put') continue;
        const leg = (kind: Instrument['kind'], strikeE4: bigint, size: bigint): Position => ({
          instrument: { ...instrument, kind, strikeE4 },
          lots: size,
        });
        const { strikeE4 } = instrument;
        const size = (lots < 0n ? -lots : lots) % 1_000n || 1n;
        const conversion = [
          leg('future', 0n, size),
          leg('call', strikeE4, -size),
          leg('put', strikeE4, size),
        ];
        const far = strikeE4 + 10_000n;
        const box = [
          leg('call', strikeE4, size),
          leg('put', strikeE4, -size),
          leg('call', far, -size),
          leg('put', far, size),
        ];
        for (const positions of far < 2n ** 40n ? [conversion, box] : [conversion]) {
          const margin = await proven(snapshot, {
            ...NOTHING,
            positions: inLedgerOrder(positions),
          });
          expect([margin.worstScenarioBtc, margin.worstScenarioEth]).toEqual([0n, 0n]);
          tried += 1;
        }
      }
    });
    expect(tried).toBeGreaterThan(SCENES / 2);
  }, 300_000);

  test('asks initially at least what ends a liquidation, up to rounding', async () => {
    await everyScene(async ({ snapshot, portfolio }) => {
      const { initialMarginE6, maintenanceMarginE6, cureBufferBps } = await proven(
        snapshot,
        portfolio,
      );
      const cureE6 = ((10_000n + cureBufferBps) * maintenanceMarginE6) / 10_000n;
      expect(initialMarginE6).toBeGreaterThanOrEqual(cureE6 - 3n);
    });
  }, 300_000);
});
