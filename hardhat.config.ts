// SPDX-License-Identifier: GPL-3.0-or-later
import { createRequire } from 'node:module';

import hardhatEthers from '@nomicfoundation/hardhat-ethers';
import { defineConfig } from 'hardhat/config';

const require = createRequire(import.meta.url);

const solidity = (runs: number) => ({
  version: '0.8.37',
  // The compiler is a locked dependency: nothing is fetched while building.
  path: require.resolve('solc/soljson.js'),
  settings: {
    optimizer: { enabled: true, runs },
    evmVersion: 'cancun',
    metadata: { bytecodeHash: 'none' },
  },
});

export default defineConfig({
  plugins: [hardhatEthers],
  solidity: {
    compilers: [solidity(10_000)],
    // They check much: at more runs they would pass the limit of 24,576 bytes.
    overrides: {
      'contracts/LiquidationEngine.sol': {
        ...solidity(200),
        settings: { ...solidity(200).settings, viaIR: true },
      },
      'contracts/MarketFeed.sol': solidity(100),
    },
  },
  networks: {
    // A node whose clock stands before the crash of the sample: `npx hardhat node --network sample`.
    sample: { type: 'edr-simulated', chainId: 31_337, initialDate: '2026-02-05T15:50:00Z' },
  },
  paths: { sources: 'contracts', artifacts: 'artifacts', cache: 'cache' },
});
