// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { parameterHash } from '../../../prover/commitments/parameters-words.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { proposedParameters, readProposal } from '../../../prover/documents/parameter-proposal.ts';

const current = loadDefaultParameters();
const proposed = proposedParameters(readProposal(), current);

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
    expect(() => proposedParameters({ ...proposal, changes: [stale] }, current)).toThrow(
      'underlyings[1].scenarios[4].logMoveQ10: is -53 in the set, not -54',
    );
    const nowhere = { ...stale, path: 'underlyings[2].scenarios[4].logMoveQ10' };
    expect(() => proposedParameters({ ...proposal, changes: [nowhere] }, current)).toThrow(
      'is not in the parameter set',
    );
  });
});
