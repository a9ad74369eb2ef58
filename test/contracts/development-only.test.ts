// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ZeroAddress, ZeroHash } from 'ethers';
import { describe, expect, it } from 'vitest';

import { isLocalChain, LOCAL_CHAIN_IDS } from '../../prover/chain/local-chain.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import { deployContract, expectRefusal, startChain } from '../support/chain.ts';

const DEVELOPMENT_ONLY = [
  'AcceptingVerifier',
  'AttestedTransitionVerifier',
  'BookedLedgers',
  'InsecureTransitionVerifier',
  'MoneyLens',
  'ReentrantDollar',
  'RefusingRecipient',
  'RefusingTransitionVerifier',
  'ScalarFieldHarness',
  'TestDollar',
] as const;

/** Of those that take any; nothing here is called. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  AcceptingVerifier: [ZeroHash, 0n, 0n],
  AttestedTransitionVerifier: [ZeroAddress],
};

describe('development-only contracts', () => {
  it.each(DEVELOPMENT_ONLY)('%s refuses to exist off local chains', async (name) => {
    for (const chainId of [1, 10, 1_337, 31_338]) {
      const chain = await startChain({ chainId });
      await expectRefusal(
        deployContract(chain.accounts[0]!, name, ARGUMENTS[name]),
        'NotLocalChain',
        [chainId],
      );
      await chain.close();
    }
  });

  it.each(DEVELOPMENT_ONLY)('%s exists on local chains', async (name) => {
    for (const chainId of LOCAL_CHAIN_IDS) {
      const chain = await startChain({ chainId: Number(chainId) });
      const contract = await deployContract(chain.accounts[0]!, name, ARGUMENTS[name]);
      expect(await chain.provider.getCode(contract.target)).not.toBe('0x');
      await chain.close();
    }
  });

  it('know the local chains that the deployment knows, and no others', () => {
    const source = readFileSync(
      join(REPOSITORY_ROOT, 'contracts', 'libraries', 'LocalChain.sol'),
      'utf8',
    );
    const constants = [...source.matchAll(/uint256 internal constant (\w+) = ([\d_]+);/g)];
    const [guard] = /require\((.*), NotLocalChain/.exec(source)!;
    expect(constants.map(([, , id]) => BigInt(id!.replaceAll('_', '')))).toEqual(LOCAL_CHAIN_IDS);
    expect([...guard.matchAll(/block\.chainid == (\w+)/g)].map(([, id]) => id)).toEqual(
      constants.map(([, id]) => id),
    );
    expect(isLocalChain(1_337n)).toBe(false);
  });
});
