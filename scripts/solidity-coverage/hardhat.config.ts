// SPDX-License-Identifier: GPL-3.0-or-later
// Of the instrumented copy alone, where scripts/solidity-coverage.ts has Hardhat read it.
import { appendFileSync } from 'node:fs';

import { defineConfig } from 'hardhat/config';
import { definePlugin } from 'hardhat/plugins';

import config from '../../hardhat.config.ts';
import { HITS_VARIABLE } from './tree.ts';

const seen = new Set<bigint>();

const coverage = definePlugin({
  id: 'plimsoll-coverage',
  hookHandlers: {
    network: async () =>
      Promise.resolve({
        default: async () =>
          Promise.resolve({
            // Of every transaction, question and estimate, reverted or not.
            onCoverageData: async (_context: unknown, tags: readonly string[]) => {
              const path = process.env[HITS_VARIABLE];
              const fresh = tags.map((tag) => BigInt(`0x${tag}`)).filter((id) => !seen.has(id));
              fresh.forEach((id) => seen.add(id));
              if (path !== undefined && fresh.length > 0) {
                appendFileSync(path, `${fresh.join('\n')}\n`);
              }
              return Promise.resolve();
            },
          }),
      }),
  },
});

export default defineConfig({
  ...config,
  plugins: [...(config.plugins ?? []), coverage],
  networks: {
    ...config.networks,
    // What is told takes code and gas.
    default: {
      type: 'edr-simulated',
      allowUnlimitedContractSize: true,
      transactionGasCap: false,
      blockGasLimit: 1_000_000_000,
    },
  },
});
