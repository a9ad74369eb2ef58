// SPDX-License-Identifier: GPL-3.0-or-later
import { createRequire } from 'node:module';

import hardhatEthers from '@nomicfoundation/hardhat-ethers';
import { defineConfig } from 'hardhat/config';

import {
  DEFAULT_TERMS,
  TERMS_BY_FILE,
  soliditySettings,
  type SolidityTerms,
} from './prover/toolchain/solidity-settings.ts';

const require = createRequire(import.meta.url);

const solidity = (terms: SolidityTerms) => ({
  version: '0.8.37',
  // The compiler is a locked dependency: nothing is fetched while building.
  path: require.resolve('solc/soljson.js'),
  settings: soliditySettings(terms),
});

export default defineConfig({
  plugins: [hardhatEthers],
  solidity: {
    compilers: [solidity(DEFAULT_TERMS)],
    overrides: Object.fromEntries(
      Object.entries(TERMS_BY_FILE).map(([file, terms]) => [file, solidity(terms)]),
    ),
  },
  networks: {
    // A node whose clock stands before the crash of the sample: `npx hardhat node --network sample`.
    sample: { type: 'edr-simulated', chainId: 31_337, initialDate: '2026-02-05T15:50:00Z' },
  },
  paths: { sources: 'contracts', artifacts: 'artifacts', cache: 'cache' },
});
