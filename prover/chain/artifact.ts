// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { Interface, type InterfaceAbi } from 'ethers';
import { z } from 'zod';

import { readTextFile } from '../core/files.ts';
import { parseDocument } from '../core/schema.ts';

/** Where the compiler puts what it made of `contracts/<folder>/<name>.sol`. */
const CONTRACT_FOLDERS = {
  AcceptingVerifier: 'test',
  AttestedTransitionVerifier: 'test',
  Backstop: '',
  BookedLedgers: 'test',
  CoinVault: '',
  CoverGate: '',
  DepositSpammer: 'test',
  FaultyDollar: 'test',
  HealthGate: '',
  InboxDriver: 'test',
  InsecureTransitionVerifier: '',
  InsuranceFund: '',
  LedgerRegistry: '',
  LiquidationEngine: '',
  MarginGuarantee: '',
  MarginState: '',
  MarketFeed: '',
  MedianGate: '',
  MoneyLens: 'test',
  RebasingCoin: 'test',
  ReentrantDollar: 'test',
  RefusingRecipient: 'test',
  RefusingTransitionVerifier: 'test',
  RiskParameters: '',
  ScalarFieldHarness: 'test',
  SolvencyRegister: '',
  TestCoin: 'test',
  TestDollar: 'test',
  Vault: '',
} as const;

export type ContractName = keyof typeof CONTRACT_FOLDERS;

export interface ContractArtifact {
  readonly abi: Interface;
  readonly bytecode: string;
}

const artifactSchema = z.object({
  abi: z.array(z.record(z.string(), z.unknown())),
  bytecode: z.string().regex(/^0x[0-9a-f]+$/, 'must be the bytecode of a deployable contract'),
});

function readArtifact(directory: string, folder: string, name: string): ContractArtifact {
  const path = join(directory, 'contracts', folder, `${name}.sol`, `${name}.json`);
  const artifact = parseDocument(artifactSchema, readTextFile(path, name), path);
  return {
    abi: new Interface(artifact.abi as unknown as InterfaceAbi),
    bytecode: artifact.bytecode,
  };
}

/** A compiled contract; `directory` is the compiler's output folder (`artifacts`). */
export function contractArtifact(directory: string, name: ContractName): ContractArtifact {
  return readArtifact(directory, CONTRACT_FOLDERS[name], name);
}

/** A compiled generated verifier, e.g. `Liquidation16Verifier`. */
export function verifierArtifact(directory: string, name: string): ContractArtifact {
  return readArtifact(directory, 'verifiers', name);
}
