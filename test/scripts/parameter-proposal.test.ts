// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { parameterHash } from '../../prover/commitments/parameters-words.ts';
import { loadDefaultParameters } from '../../prover/documents/parameters-document.ts';
import type { Instrument } from '../../prover/model/types.ts';
import { impactOf } from '../../scripts/parameter-study/impact.ts';
import { proposedParameters, readProposal } from '../../scripts/parameter-study/proposal.ts';
import { sampleSnapshot } from '../support/flat-surface.ts';

const current = loadDefaultParameters();
const proposed = proposedParameters(readProposal());

describe('the proposed parameter set', () => {
  it('obeys every rule of the loader and is not the one that is shipped', () => {
    expect(proposed.document.name).toBe('plimsoll-proposal-1');
    expect(parameterHash(proposed)).not.toBe(parameterHash(current));
  });

  it('changes what it lists and nothing of BTC', () => {
    const [btc, eth] = proposed.parameters.underlyings;
    expect(btc).toEqual(current.parameters.underlyings[0]);
    const moved = eth.scenarios.filter(
      ({ logMoveQ10 }, index) =>
        logMoveQ10 !== current.parameters.underlyings[1].scenarios[index]!.logMoveQ10,
    );
    const { changes } = readProposal();
    expect(moved).toHaveLength(changes.filter(({ path }) => path.endsWith('logMoveQ10')).length);
    for (const { reason } of changes) expect(reason).not.toBe('');
  });

  it('is refused where the set no longer holds what a change starts from', () => {
    const proposal = readProposal();
    const stale = { ...proposal.changes[0]!, from: -54 };
    expect(() => proposedParameters({ ...proposal, changes: [stale] })).toThrow(
      'underlyings[1].scenarios[4].logMoveQ10: is -53 in the set, not -54',
    );
    const nowhere = { ...stale, path: 'underlyings[2].scenarios[4].logMoveQ10' };
    expect(() => proposedParameters({ ...proposal, changes: [nowhere] })).toThrow(
      'is not in the parameter set',
    );
  });
});

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
    expect(impact).toMatchObject({ accounts: 4, belowMm: [1], belowIm: [2], changed: 3 });
    expect(impact.mmE6[1] > impact.mmE6[0]).toBe(true);
    expect(impact.largestRise).toBeCloseTo(0.112, 2);
  });
});
