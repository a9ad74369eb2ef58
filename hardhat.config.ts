// SPDX-License-Identifier: GPL-3.0-or-later
import { createRequire } from 'node:module';

import hardhatEthers from '@nomicfoundation/hardhat-ethers';
import { defineConfig } from 'hardhat/config';

const require = createRequire(import.meta.url);

export default defineConfig({
  plugins: [hardhatEthers],
  solidity: {
    version: '0.8.37',
    // The compiler is a locked dependency: nothing is fetched while building.
    path: require.resolve('solc/soljson.js'),
    settings: {
      optimizer: { enabled: true, runs: 10_000 },
      evmVersion: 'cancun',
      metadata: { bytecodeHash: 'none' },
    },
  },
  paths: { sources: 'contracts', artifacts: 'artifacts', cache: 'cache' },
});
