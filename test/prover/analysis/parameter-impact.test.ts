// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import {
  impactOf,
  parameterDifferences,
  sensitivities,
} from '../../../prover/analysis/parameter-impact.ts';
import {
  parametersWith,
  proposedParameters,
  readProposal,
} from '../../../prover/documents/parameter-proposal.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import type { Instrument } from '../../../prover/model/types.ts';
import { sampleSnapshot } from '../../support/flat-surface.ts';

const current = loadDefaultParameters();
const proposed = proposedParameters(readProposal(), current);

describe('impactOf', () => {
  const account = (underlying: 0 | 1, quoteE6: bigint) => {
    const perpetual: Instrument = { underlying, kind: 'perpetual', expiry: 0n, strikeE4: 0n };
    return {
      owner: 1n,
      settlementNonce: 0n,
      frozen: false,
      riskReducingOnly: false,
      quoteE6,
      collateralE8: [0n, 0n, 0n] as const,
      positions: [{ instrument: perpetual, lots: 100n }],
    };
  };

  it('names who falls, and leaves alone whom the change does not touch', () => {
    // ETH at 2,500: MM of a long is 475.9 now and 529.1 proposed, IM 601.1 and 667.6.
    const snapshot = sampleSnapshot({ vol: 0.6, spot: 50_000 });
    const equity = (usd: bigint): bigint => (usd - 2500n) * 1_000_000n;
    const accounts = [
      account(0, 0n),
      account(1, equity(500n)),
      account(1, equity(650n)),
      account(1, equity(900n)),
    ];
    const impact = impactOf(accounts, snapshot, current.parameters, proposed.parameters);
    const placesOf = (list: readonly { readonly account: number }[]): number[] =>
      list.map(({ account: place }) => place);
    expect(placesOf(impact.belowMm)).toEqual([1]);
    expect(placesOf(impact.belowIm)).toEqual([2]);
    expect(impact).toMatchObject({ accounts: 4, mm: { changed: 3 }, im: { changed: 3 } });
    const [before, after] = impact.mm.totalE6;
    expect(after > before).toBe(true);
    expect(impact.mm.mean).toBeCloseTo(0.112, 2);
    expect(impact.mm.largest).toBeCloseTo(0.112, 2);
    // Each holds one ETH perpetual.
    expect(impact.instruments).toEqual([
      {
        instrument: accounts[1]!.positions[0]!.instrument,
        accounts: 2,
        longLots: 200n,
        shortLots: 0n,
      },
    ]);
  });

  it('finds nothing where nothing changes', () => {
    const snapshot = sampleSnapshot({ vol: 0.6, spot: 50_000 });
    const impact = impactOf([account(1, 0n)], snapshot, current.parameters, current.parameters);
    expect(impact).toMatchObject({ belowMm: [], belowIm: [], instruments: [] });
    expect(impact.mm).toMatchObject({ changed: 0, mean: 0, largest: 0 });
    expect(parameterDifferences(current, current)).toEqual([]);
  });
});

describe('sensitivities', () => {
  const perpetual: Instrument = { underlying: 1, kind: 'perpetual', expiry: 0n, strikeE4: 0n };
  const accounts = [
    {
      owner: 1n,
      settlementNonce: 0n,
      frozen: false,
      riskReducingOnly: false,
      quoteE6: 0n,
      collateralE8: [0n, 0n, 0n] as const,
      positions: [{ instrument: perpetual, lots: 100n }],
    },
  ];
  const snapshot = sampleSnapshot({ vol: 0.6, spot: 50_000 });

  it('say which parameter does what alone, moves together with their multipliers', () => {
    const found = sensitivities(accounts, snapshot, current, proposed);
    const moves = found.find(({ parameter }) => /underlyings.*logMoveQ10/.test(parameter));
    expect(moves).toMatchObject({ parameter: 'underlyings[1].scenarios[].logMoveQ10' });
    expect(moves!.impact!.mm.mean).toBeCloseTo(0.112, 2);
    const haircuts = found.find(({ parameter }) => parameter.includes('haircutBps'));
    // This account holds no coins.
    expect(haircuts!.impact!.mm.changed).toBe(0);
    expect(found.every(({ parameter }) => !parameter.includes('multiplierQ24'))).toBe(true);
  });

  it('tell which cannot change alone, and by which rule', () => {
    const { mmFactorBps, imFactorBps } = current.document.factors;
    const raised = parametersWith(current, [
      // Below the initial factor, and not by the cure buffer.
      { path: 'factors.mmFactorBps', to: imFactorBps - 500 },
      { path: 'factors.imFactorBps', to: imFactorBps + 2_000 },
    ]);
    expect(mmFactorBps).toBeLessThan(imFactorBps);
    const [mm, im] = sensitivities(accounts, snapshot, current, raised);
    expect(mm).toMatchObject({ parameter: 'factors.mmFactorBps', values: 1 });
    expect(mm!.impact).toBeUndefined();
    expect(mm!.refused).toMatch(/factors/);
    expect(im!.impact!.im.changed).toBe(1);
  });
});
