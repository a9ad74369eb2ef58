// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from 'ethers';
import { describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { deployContract, expectRefusal, startChain } from '../support/chain.ts';

const NONE = [ZeroAddress, ZeroAddress, ZeroAddress];
const DEVELOPMENT_ONLY = [
  'BidEscrowedEngine',
  'InsecureTransitionVerifier',
  'ReentrantDollar',
  'RefusingTransitionVerifier',
  'ScalarFieldHarness',
  'TestDollar',
] as const;

/** Of those that take any; nothing here is called. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  BidEscrowedEngine: [ZeroAddress, NONE, NONE, DEFAULT_VENUE_CONFIG.engine],
};

describe('development-only contracts', () => {
  it.each(DEVELOPMENT_ONLY)('%s refuses to exist off local chains', async (name) => {
    for (const chainId of [1, 10, 31_338]) {
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
    for (const chainId of [1_337, 31_337]) {
      const chain = await startChain({ chainId });
      const contract = await deployContract(chain.accounts[0]!, name, ARGUMENTS[name]);
      expect(await chain.provider.getCode(contract.target)).not.toBe('0x');
      await chain.close();
    }
  });
});
