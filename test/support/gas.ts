// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { getBytes, type ContractTransactionReceipt } from 'ethers';
import { expect } from 'vitest';

const SNAPSHOT = join(import.meta.dirname, '..', 'contracts', 'gas-snapshot.json');
const BASE_GAS = 21_000n;
const ZERO_BYTE_GAS = 4n;
const BYTE_GAS = 16n;

/** What a transaction pays before it executes anything. */
function intrinsicGas(data: string): bigint {
  return getBytes(data).reduce(
    (sum, byte) => sum + (byte === 0 ? ZERO_BYTE_GAS : BYTE_GAS),
    BASE_GAS,
  );
}

/**
 * Gas of execution alone. A proof is randomised, so the number of zero bytes in its calldata, and
 * with it the whole transaction's gas, differs by a little from run to run; execution does not.
 */
export async function executionGas(receipt: ContractTransactionReceipt): Promise<bigint> {
  const transaction = await receipt.getTransaction();
  return receipt.gasUsed - intrinsicGas(transaction.data);
}

/** Whether figures are recorded, or told of code that is measured for something else, and held to nothing. */
const isRecording = (): boolean => process.env['PLIMSOLL_UPDATE_GAS'] === '1';

/** Asserts what a whole transaction may cost at most. */
export function expectGasAtMost({ gasUsed }: ContractTransactionReceipt, most: bigint): void {
  if (!isRecording()) expect(gasUsed).toBeLessThanOrEqual(most);
}

/** Asserts the recorded figure exactly; with PLIMSOLL_UPDATE_GAS=1 records it instead. */
export async function compareGas(name: string, receipt: ContractTransactionReceipt): Promise<void> {
  const gas = Number(await executionGas(receipt));
  const recorded = JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Record<string, number>;
  if (isRecording()) {
    const next = Object.entries({ ...recorded, [name]: gas }).sort(([a], [b]) => (a < b ? -1 : 1));
    writeFileSync(SNAPSHOT, `${JSON.stringify(Object.fromEntries(next), null, 2)}\n`);
    return;
  }
  expect({ [name]: gas }).toEqual({ [name]: recorded[name] });
}
