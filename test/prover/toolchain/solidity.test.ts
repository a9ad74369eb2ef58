// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { contractArtifact, type ContractName } from '../../../prover/chain/artifact.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { compileSolidity } from '../../../prover/toolchain/solidity.ts';
import { DEFAULT_TERMS, TERMS_BY_FILE } from '../../../prover/toolchain/solidity-settings.ts';

const read = (path: string): string => readFileSync(join(REPOSITORY_ROOT, path), 'utf8');

// An audit compiles without Hardhat what a venue deployed with it: one constant apart, and it would fail everybody.
test.each<ContractName>(['LiquidationEngine', 'MarketFeed', 'Vault'])(
  '%s compiled from its sources alone is the code that Hardhat deploys',
  (name) => {
    const file = `contracts/${name}.sol`;
    const terms = TERMS_BY_FILE[file] ?? DEFAULT_TERMS;
    const compiled = compileSolidity({ files: [file], terms }, read).get(name);
    const { bytecode } = contractArtifact(join(REPOSITORY_ROOT, 'artifacts'), name);
    expect(compiled?.creation).toBe(bytecode);
  },
);
