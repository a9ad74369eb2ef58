// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { deployContract, expectRefusal, startChain } from '../support/chain.ts';

const DEVELOPMENT_ONLY = [
  'InsecureTransitionVerifier',
  'ReentrantDollar',
  'RefusingTransitionVerifier',
  'ScalarFieldHarness',
  'TestDollar',
] as const;

describe('development-only contracts', () => {
  it.each(DEVELOPMENT_ONLY)('%s refuses to exist off local chains', async (name) => {
    for (const chainId of [1, 10, 31_338]) {
      const chain = await startChain({ chainId });
      await expectRefusal(deployContract(chain.accounts[0]!, name), 'NotLocalChain', [chainId]);
      await chain.close();
    }
  });

  it.each(DEVELOPMENT_ONLY)('%s exists on local chains', async (name) => {
    for (const chainId of [1_337, 31_337]) {
      const chain = await startChain({ chainId });
      const contract = await deployContract(chain.accounts[0]!, name);
      expect(await chain.provider.getCode(contract.target)).not.toBe('0x');
      await chain.close();
    }
  });
});
