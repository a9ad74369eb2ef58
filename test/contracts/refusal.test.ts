// SPDX-License-Identifier: GPL-3.0-or-later
import { ErrorFragment } from 'ethers';
import { describe, expect, it } from 'vitest';

import { EXPORTED_INTERFACES, exportedAbi } from '../../prover/chain/abi.ts';
import { EXPLAINED_ERRORS } from '../../prover/chain/refusal-words.ts';
import { ContractRefused } from '../../prover/chain/refusal.ts';

const declared = new Map(
  EXPORTED_INTERFACES.flatMap((name) => exportedAbi(name).fragments)
    .filter((fragment) => ErrorFragment.isFragment(fragment))
    .map((error) => [error.name, error]),
);

describe('a refusal in words', () => {
  it.each(EXPLAINED_ERRORS)(
    '%s is an error of a contract, all of whose values it can tell',
    (name) => {
      const error = declared.get(name);
      expect(error).toBeDefined();
      const values = error!.inputs.map((_, index) => BigInt(index) + 7n);
      const { message } = new ContractRefused(name, values);
      expect(message.startsWith(`${name}(${values.join(', ')}): `)).toBe(true);
      expect(message).not.toMatch(/undefined|\?/);
    },
  );

  it('says what to do', () => {
    expect(new ContractRefused('NotNewerThanOpening', [3n, 2n]).message).toBe(
      'NotNewerThanOpening(3, 2): the liquidation was opened at tick 3; a proof of tick 2 is not newer and states no credit',
    );
  });

  it('leaves an error that speaks for itself as it is', () => {
    expect(new ContractRefused('InvalidProof', []).message).toBe('InvalidProof()');
  });
});
