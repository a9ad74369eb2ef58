// SPDX-License-Identifier: GPL-3.0-or-later
import {
  Transaction,
  isError,
  type JsonRpcProvider,
  type TransactionLike,
  type TransactionRequest,
} from 'ethers';
import { z } from 'zod';

import { reasonOf } from '../../core/errors.ts';
import { exportedAbi } from '../../chain/abi.ts';
import { answerInstead } from '../../chain/node-failure.ts';
import { ContractRefused, asRefusal } from '../../chain/refusal.ts';
import { openingArgs, openingsArgs, prepaidWei, type ProvenActions } from '../../chain/submit.ts';
import type { Venue } from '../../chain/venue.ts';
import { parseValue } from '../../core/schema.ts';
import { readLiquidation } from '../../keeper/liquidations.ts';
import type { Fees } from './fees.ts';
import {
  SendRefused,
  type Opening,
  type Receipt,
  type SignedTransaction,
  type SubmissionChain,
} from './submitter.ts';

/** Signs for one address, wherever the key is. */
export interface TransactionSigner {
  readonly address: string;
  signTransaction(transaction: TransactionLike): Promise<string>;
}

/** What a node says of a transaction that it has already, or that has become pointless. */
const KNOWN = /already known|known transaction|already imported|nonce.{0,6}too low|underpriced/i;

/** An eighth above the estimate: what is opened first pays for storage that later ones find. */
const GAS_NUMERATOR = 9n;
const GAS_DENOMINATOR = 8n;
/** Where nothing was estimated since the start, more than the dearest opening measured. */
const GAS_BASE = 250_000n;
const GAS_EACH = 350_000n;

/** Whether a node has the transaction, or one that makes it pointless. */
export function isKnown(error: unknown): boolean {
  if (isError(error, 'NONCE_EXPIRED') || isError(error, 'REPLACEMENT_UNDERPRICED')) return true;
  return KNOWN.test(reasonOf(error));
}

/** The node's no to what it was given, where it answered; as it is where it did not. */
function asSendRefusal(error: unknown): unknown {
  const words = answerInstead(error);
  return words === undefined ? error : new SendRefused(words, { cause: error });
}

/** Calls whose estimates are kept: of those that are tried and not signed yet. */
const ESTIMATES = 64;

const openManyArgs = z.object({ openings: z.object({ proofs: z.array(z.unknown()) }) });

/** The calldata that opens one account by itself, or many in one product. */
export function openingsCalldata(actions: ProvenActions): string {
  const { tick, profile, beneficiary, members } = actions;
  const engine = exportedAbi('LiquidationEngine');
  const [only] = members;
  return only !== undefined && members.length === 1
    ? engine.encodeFunctionData('open', openingArgs({ tick, profile, beneficiary, ...only }))
    : engine.encodeFunctionData('openMany', [openingsArgs(actions)]);
}

/** A venue's engine behind a node, as a submitter uses it. */
export class RpcSubmissionChain implements SubmissionChain {
  readonly #provider: JsonRpcProvider;
  readonly #venue: Venue;
  readonly #signer: TransactionSigner;
  readonly #chainId: bigint;
  readonly #prepaidWei: bigint;
  readonly #gas = new Map<string, bigint>();

  private constructor(
    provider: JsonRpcProvider,
    venue: Venue,
    signer: TransactionSigner,
    chainId: bigint,
    prepaid: bigint,
  ) {
    this.#provider = provider;
    this.#venue = venue;
    this.#signer = signer;
    this.#chainId = chainId;
    this.#prepaidWei = prepaid;
  }

  static async open(
    provider: JsonRpcProvider,
    venue: Venue,
    signer: TransactionSigner,
  ): Promise<RpcSubmissionChain> {
    const { chainId } = await provider.getNetwork();
    return new RpcSubmissionChain(provider, venue, signer, chainId, await prepaidWei(venue));
  }

  async head(): Promise<number> {
    return await this.#provider.getBlockNumber();
  }

  async transactionCount(): Promise<number> {
    return await this.#provider.getTransactionCount(this.#signer.address, 'latest');
  }

  async fees(): Promise<Fees> {
    const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await this.#provider.getFeeData();
    const tipWei = maxPriorityFeePerGas ?? 0n;
    return { maxFeeWei: maxFeePerGas ?? gasPrice ?? 0n, tipWei };
  }

  async isOpened({ account, nonce }: Opening): Promise<boolean> {
    const { status } = await readLiquidation(this.#venue, BigInt(account), nonce);
    return status !== 'none';
  }

  async simulate(call: string): Promise<void> {
    try {
      const estimate = await this.#provider.estimateGas(this.#request(call));
      this.#gas.set(call, (estimate * GAS_NUMERATOR) / GAS_DENOMINATOR);
      if (this.#gas.size > ESTIMATES) this.#gas.delete(this.#gas.keys().next().value!);
    } catch (error) {
      const refusal = asRefusal(this.#venue.liquidationEngine.interface, error);
      throw refusal instanceof ContractRefused ? refusal : asSendRefusal(error);
    }
  }

  async sign(call: string, number: number, fees: Fees): Promise<SignedTransaction> {
    const members = BigInt(membersOf(call));
    const gasLimit = this.#gas.get(call) ?? GAS_BASE + GAS_EACH * members;
    const { value } = this.#request(call);
    const raw = await this.#signer.signTransaction({
      type: 2,
      chainId: this.#chainId,
      nonce: number,
      to: this.#venue.addresses.liquidationEngine,
      data: call,
      value,
      gasLimit,
      maxFeePerGas: fees.maxFeeWei,
      maxPriorityFeePerGas: fees.tipWei,
    });
    const { hash } = Transaction.from(raw);
    return { raw, hash: hash!, mostWei: gasLimit * fees.maxFeeWei + value };
  }

  async broadcast(raw: string): Promise<void> {
    try {
      await this.#provider.send('eth_sendRawTransaction', [raw]);
    } catch (error) {
      if (!isKnown(error)) throw asSendRefusal(error);
    }
  }

  async receipt(hash: string): Promise<Receipt | undefined> {
    const receipt = await this.#provider.getTransactionReceipt(hash);
    if (receipt === null) return undefined;
    const succeeded = receipt.status === 1;
    // What members that were open already had prepaid came back: at most what is counted here.
    const transaction = succeeded ? await receipt.getTransaction() : undefined;
    const costWei = receipt.gasUsed * receipt.gasPrice + (transaction?.value ?? 0n);
    return { block: receipt.blockNumber, succeeded, costWei };
  }

  #request(call: string): TransactionRequest & { readonly value: bigint } {
    return {
      from: this.#signer.address,
      to: this.#venue.addresses.liquidationEngine,
      data: call,
      value: this.#prepaidWei * BigInt(membersOf(call)),
    };
  }
}

function membersOf(call: string): number {
  const parsed = exportedAbi('LiquidationEngine').parseTransaction({ data: call });
  if (parsed?.name === 'open') return 1;
  return parseValue(openManyArgs, parsed?.args.toObject(true), 'openMany').openings.proofs.length;
}
