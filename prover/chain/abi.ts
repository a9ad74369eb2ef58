// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { Interface, type InterfaceAbi } from 'ethers';
import { z } from 'zod';

import { readTextFile } from '../core/files.ts';
import { parseDocument } from '../core/schema.ts';

/** The interfaces whose ABIs are exported to `abi/` by `scripts/export-abi.ts`. */
export const EXPORTED_INTERFACES = [
  'Backstop',
  'CoinVault',
  'CoverGate',
  'HealthGate',
  'IGroth16Verifier',
  'IStateTransitionVerifier',
  'InsuranceFund',
  'LedgerRegistry',
  'LiquidationEngine',
  'MarginGuarantee',
  'MarginState',
  'MarketFeed',
  'MedianGate',
  'RiskParameters',
  'SolvencyRegister',
  'Vault',
] as const;

export type ExportedInterface = (typeof EXPORTED_INTERFACES)[number];

const ABI_DIRECTORY = join(import.meta.dirname, '..', '..', 'abi');
const abiSchema = z.array(z.record(z.string(), z.unknown()));

export function exportedAbi(name: ExportedInterface): Interface {
  const path = join(ABI_DIRECTORY, `${name}.json`);
  const abi = parseDocument(abiSchema, readTextFile(path, name), path);
  return new Interface(abi as unknown as InterfaceAbi);
}
