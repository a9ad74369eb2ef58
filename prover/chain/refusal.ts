// SPDX-License-Identifier: GPL-3.0-or-later
import {
  Interface,
  isError,
  type Contract,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
} from 'ethers';
import { z } from 'zod';

import { PlimsollError } from '../core/errors.ts';
import { EXPORTED_INTERFACES, exportedAbi } from './abi.ts';
import { refusalInWords } from './refusal-words.ts';

/** A contract said no; `errorName` and `values` are those of its custom error. */
export class ContractRefused extends PlimsollError {
  readonly errorName: string;
  readonly values: readonly unknown[];

  constructor(errorName: string, values: readonly unknown[], options?: ErrorOptions) {
    const error = `${errorName}(${values.map(String).join(', ')})`;
    const words = refusalInWords(errorName, values);
    super('CONTRACT_REFUSED', words === undefined ? error : `${error}: ${words}`, options);
    this.errorName = errorName;
    this.values = values;
  }
}

const withData = z.object({ data: z.string().regex(/^0x([0-9a-fA-F]{2})+$/) });
const nested = z.object({
  error: z.unknown().optional(),
  info: z.unknown().optional(),
  cause: z.unknown().optional(),
});

/** Providers wrap the revert data at different depths. */
function revertData(error: unknown, depth = 0): string | undefined {
  if (depth > 5) return undefined;
  const direct = withData.safeParse(error);
  if (direct.success) return direct.data.data;
  const wrapped = nested.safeParse(error);
  if (!wrapped.success) return undefined;
  for (const inner of [wrapped.data.error, wrapped.data.info, wrapped.data.cause]) {
    const data = inner === undefined ? undefined : revertData(inner, depth + 1);
    if (data !== undefined) return data;
  }
  return undefined;
}

/** Of the token's standard (ERC-6093), which every token of today follows. */
const TOKEN_ERRORS = [
  'error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)',
  'error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)',
  'error SafeERC20FailedOperation(address token)',
];

let all: Interface | undefined;
function errorsOfAll(): Interface {
  return (all ??= new Interface([
    ...TOKEN_ERRORS,
    ...EXPORTED_INTERFACES.flatMap((name) => exportedAbi(name).fragments).filter(
      ({ type }) => type === 'error',
    ),
  ]));
}

/** What revert data says, whichever contract of a venue said it; `undefined` where nobody knows it. */
export function refusalOf(data: string, cause?: unknown): ContractRefused | undefined {
  const parsed = errorsOfAll().parseError(data);
  if (parsed === null) return undefined;
  const values: unknown[] = parsed.args.toArray();
  return new ContractRefused(parsed.name, values, { cause });
}

/** The error a failed call amounts to: the contract's own where it gave one. */
export function asRefusal(abi: Interface, error: unknown): unknown {
  const data = revertData(error);
  if (data === undefined) return error;
  // What one contract says no to is often another's rule: the token's, the feed's, the registry's.
  const parsed = abi.parseError(data);
  if (parsed === null) return refusalOf(data, error) ?? error;
  const values: unknown[] = parsed.args.toArray();
  return new ContractRefused(parsed.name, values, { cause: error });
}

/** Chains put a block out in seconds; what is not mined after so long was dropped, or pays too little. */
const MINED_WITHIN_MS = 600_000;

/**
 * Its receipt; throws `TRANSACTION_PENDING` where none comes: it may still be mined, so that whoever sends
 * again looks for it first.
 */
export async function minedReceipt<Receipt>(
  response: {
    readonly hash: string;
    wait(confirmations: number, withinMs: number): Promise<Receipt | null>;
  },
  method: string,
  withinMs = MINED_WITHIN_MS,
): Promise<Receipt | null> {
  try {
    return await response.wait(1, withinMs);
  } catch (error) {
    if (!isError(error, 'TIMEOUT')) throw error;
    throw new PlimsollError(
      'TRANSACTION_PENDING',
      `${method}: transaction ${response.hash} is not mined after ${withinMs / 1000} s; ` +
        'it may still be: look for it before you send again',
    );
  }
}

/**
 * Sends a transaction and waits for it; throws `ContractRefused` when the contract reverts, and as
 * `minedReceipt` does.
 */
export async function send(
  contract: Contract,
  method: string,
  args: readonly unknown[],
): Promise<ContractTransactionReceipt> {
  let response: ContractTransactionResponse;
  try {
    response = await contract.getFunction(method).send(...args);
  } catch (error) {
    throw asRefusal(contract.interface, error);
  }
  const receipt = await minedReceipt(response, method);
  if (receipt === null || receipt.status !== 1) {
    throw new PlimsollError('TRANSACTION_FAILED', `${method}: transaction ${response.hash} failed`);
  }
  return receipt;
}

/** A transaction before it is sent, so that it can be tried first. */
export interface ContractCall {
  readonly contract: Contract;
  readonly method: string;
  /** The last one may be `{ value }`. */
  readonly args: readonly unknown[];
}

export function sendCall({ contract, method, args }: ContractCall) {
  return send(contract, method, args);
}

/**
 * What the call would take of gas if it were sent now, by its contract's runner; throws
 * `ContractRefused` where it would revert. Nothing is sent.
 */
export async function tryCall({ contract, method, args }: ContractCall): Promise<bigint> {
  try {
    return await contract.getFunction(method).estimateGas(...args);
  } catch (error) {
    throw asRefusal(contract.interface, error);
  }
}

/** Calls a view and reads its result by `schema`; throws `ContractRefused` when it reverts. */
export async function read<T>(
  contract: Contract,
  method: string,
  args: readonly unknown[],
  schema: z.ZodType<T>,
): Promise<T> {
  let result: unknown;
  try {
    result = await contract.getFunction(method).staticCall(...args);
  } catch (error) {
    throw asRefusal(contract.interface, error);
  }
  return schema.parse(result);
}

/** A struct that a contract answers, by the names of its fields. */
export const asObject = <T>(schema: z.ZodType<T>): z.ZodType<T> =>
  z.preprocess((result: { toObject(deep: true): unknown }) => result.toObject(true), schema);

/** Values that a contract answers side by side, some of them without a name. */
export const asArray = <T>(schema: z.ZodType<T>): z.ZodType<T> =>
  z.preprocess((result: { toArray(): unknown }) => result.toArray(), schema);
