// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  concat,
  getCreateAddress,
  keccak256,
  toUtf8Bytes,
  type Provider,
  type TransactionReceipt,
  type TransactionRequest,
  type Wallet,
} from 'ethers';
import { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../core/files.ts';
import {
  constant,
  decimalBigint,
  integer,
  list,
  parseDocument,
  pattern,
} from '../../core/schema.ts';
import type { ContractArtifact } from '../artifact.ts';
import { asRefusal } from '../refusal.ts';
import { addressSchema } from '../venue.ts';
import { readableJson } from './plan-document.ts';
import type { PlacedContract, Transactor } from './transactor.ts';

export const JOURNAL_FORMAT = 'plimsoll.venue-journal';
export const JOURNAL_VERSION = 1;

const digest = pattern(/^0x[0-9a-f]{64}$/, 'must be 32 bytes in lower-case hexadecimal');
const entrySchema = z.strictObject({
  name: z.string(),
  /** Of what the transaction does; its fees may change, this may not. */
  digest,
  /** Every form in which it was signed, the last one last: all of one nonce, so one is mined at most. */
  sent: list(
    z.strictObject({ hash: digest, raw: pattern(/^0x([0-9a-f]{2})+$/, 'must be a transaction') }),
    64,
    1,
  ),
});
const journalSchema = z.strictObject({
  format: constant(JOURNAL_FORMAT),
  version: constant(JOURNAL_VERSION),
  /** Of everything that decides what is deployed. */
  digest,
  chainId: decimalBigint(1n, 2n ** 64n - 1n),
  deployer: addressSchema,
  firstNonce: integer(0, Number.MAX_SAFE_INTEGER),
  /** The newest block before the first transaction. */
  block: integer(0, Number.MAX_SAFE_INTEGER),
  transactions: list(entrySchema),
});
type Journal = z.infer<typeof journalSchema>;
type Entry = z.infer<typeof entrySchema>;

export interface JournalOptions {
  readonly path: string;
  readonly digest: string;
  readonly chainId: bigint;
  readonly provider: Provider;
  readonly wallet: Wallet;
  readonly note: (line: string) => void;
}

const FIRST_POLL_MS = 50;
const LAST_POLL_MS = 2_000;
/** After so long without a block a node may have lost the transaction: it is shown it again. */
const RESEND_MS = 30_000;
/** How far the answers of one node, or of several behind one address, may be apart. */
const LAG_MS = 5_000;
/** Estimates are of the block as it is, the transaction is in the next. */
const GAS_MARGIN = [12n, 10n] as const;
/** A replacement must pay a tenth more than what it replaces; nodes round differently. */
const DEARER = [9n, 8n] as const;

/**
 * Sends a deployment's transactions so that none is ever sent twice, however often the process dies.
 * Each is signed for the nonce of its place, written down, and only then sent: a later run finds it
 * and sends the very same one again, which a chain takes once. Addresses follow from the nonces.
 */
export class JournaledTransactor implements Transactor {
  readonly address: string;
  readonly #options: JournalOptions;
  #journal: Journal;
  #place = 0;

  private constructor(options: JournalOptions, journal: Journal) {
    this.#options = options;
    this.#journal = journal;
    this.address = options.wallet.address;
  }

  /** Goes on from the journal at `path`, or begins one. Throws `ANOTHER_DEPLOYMENT` for one of another plan. */
  static async begin(options: JournalOptions): Promise<JournaledTransactor> {
    const { path, provider, wallet, chainId } = options;
    if (existsSync(path)) {
      const journal = parseDocument(journalSchema, readTextFile(path, 'journal'), path);
      const isThis =
        journal.digest === options.digest &&
        journal.chainId === chainId &&
        journal.deployer === wallet.address;
      if (isThis) return new JournaledTransactor(options, journal);
      throw new PlimsollError(
        'ANOTHER_DEPLOYMENT',
        `${path}: is of another plan, parameter set, build, chain or deployer: deploy as before, ` +
          'or begin anew with another --out',
      );
    }
    const [firstNonce, block] = await Promise.all([
      provider.getTransactionCount(wallet.address, 'latest'),
      provider.getBlockNumber(),
    ]);
    const begun = new JournaledTransactor(options, {
      format: JOURNAL_FORMAT,
      version: JOURNAL_VERSION,
      digest: options.digest,
      chainId,
      deployer: wallet.address,
      firstNonce,
      block,
      transactions: [],
    });
    begun.#write();
    return begun;
  }

  /** The newest block before the first transaction. */
  get block(): number {
    return this.#journal.block;
  }

  async create(
    name: string,
    artifact: ContractArtifact,
    args: readonly unknown[],
  ): Promise<string> {
    const data = concat([artifact.bytecode, artifact.abi.encodeDeploy([...args])]);
    const nonce = this.#journal.firstNonce + this.#place;
    await this.#perform(name, { data }, artifact.abi);
    const address = getCreateAddress({ from: this.address, nonce });
    if ((await this.#options.provider.getCode(address)) !== '0x') return address;
    throw new PlimsollError(
      'NOT_DEPLOYED',
      `${name}: no contract at ${address}, where it should be`,
    );
  }

  async call(
    name: string,
    { address, abi }: PlacedContract,
    method: string,
    args: readonly unknown[],
  ): Promise<void> {
    await this.#perform(
      name,
      { to: address, data: abi.encodeFunctionData(method, [...args]) },
      abi,
    );
  }

  async #perform(
    name: string,
    { to = null, data }: { readonly to?: string | null; readonly data: string },
    abi: ContractArtifact['abi'],
  ): Promise<void> {
    const place = this.#place;
    this.#place += 1;
    const digest = keccak256(concat([toUtf8Bytes(`${name} ${to ?? 'new'} `), data]));
    const known = this.#journal.transactions[place];
    if (known !== undefined && known.digest !== digest) {
      throw new PlimsollError('ANOTHER_DEPLOYMENT', `${name}: the journal has ${known.name} here`);
    }
    if (known === undefined) await this.#sign(place, { name, digest, sent: [] }, { to, data }, abi);
    await this.#untilMined(place, { to, data }, abi);
  }

  /** Writes a signed form of the transaction down; sending it comes later. */
  async #sign(
    place: number,
    { name, digest, sent }: Entry,
    request: Pick<TransactionRequest, 'to' | 'data'>,
    abi: ContractArtifact['abi'],
  ): Promise<void> {
    const { provider, wallet, chainId } = this.#options;
    const nonce = this.#journal.firstNonce + place;
    const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await provider.getFeeData();
    let gas: bigint;
    try {
      gas = await provider.estimateGas({ from: this.address, ...request });
    } catch (error) {
      throw asRefusal(abi, error);
    }
    const dearer = (fee: bigint): bigint =>
      sent.length === 0
        ? fee
        : (fee * DEARER[0] ** BigInt(sent.length)) / DEARER[1] ** BigInt(sent.length) + 1n;
    const fees =
      maxFeePerGas === null || maxPriorityFeePerGas === null
        ? { type: 0, gasPrice: dearer(gasPrice ?? 0n) }
        : {
            type: 2,
            maxFeePerGas: dearer(maxFeePerGas),
            maxPriorityFeePerGas: dearer(maxPriorityFeePerGas),
          };
    const raw = await wallet.signTransaction({
      ...request,
      ...fees,
      chainId,
      nonce,
      value: 0n,
      gasLimit: (gas * GAS_MARGIN[0]) / GAS_MARGIN[1],
    });
    const entry = { name, digest, sent: [...sent, { hash: keccak256(raw), raw }] };
    const { transactions } = this.#journal;
    this.#journal = {
      ...this.#journal,
      transactions: [...transactions.slice(0, place), entry, ...transactions.slice(place + 1)],
    };
    this.#write();
  }

  async #untilMined(
    place: number,
    request: Pick<TransactionRequest, 'to' | 'data'>,
    abi: ContractArtifact['abi'],
  ): Promise<void> {
    const { note } = this.#options;
    const entryNow = (): Entry => this.#journal.transactions[place]!;
    let shownAt = -Infinity;
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(2 * pause, LAST_POLL_MS)) {
      const receipt = await this.#receipt(entryNow());
      if (receipt?.status === 1) return;
      if (receipt !== undefined) {
        throw new PlimsollError(
          'TRANSACTION_FAILED',
          `${entryNow().name}: transaction ${receipt.hash} failed; begin anew with another --out`,
        );
      }
      await this.#requireNonceFree(place);
      if (performance.now() - shownAt > RESEND_MS) {
        if (shownAt > 0) {
          note(`${entryNow().name}: not mined yet, offering more`);
          await this.#sign(place, entryNow(), request, abi);
        }
        await this.#show(entryNow().sent.at(-1)!.raw);
        shownAt = performance.now();
      }
      await sleep(pause);
    }
  }

  async #receipt({ sent }: Entry): Promise<TransactionReceipt | undefined> {
    for (const { hash } of sent) {
      const receipt = await this.#options.provider.getTransactionReceipt(hash);
      if (receipt !== null) return receipt;
    }
    return undefined;
  }

  /** A node that has it already says so with an error; whether it is mined is asked for anyway. */
  async #show(raw: string): Promise<void> {
    try {
      await this.#options.provider.broadcastTransaction(raw);
    } catch (error) {
      const { code } = error as { code?: string };
      const message = error instanceof Error ? error.message : '';
      if (code === 'NONCE_EXPIRED' || /already|known|nonce|underpriced/i.test(message)) return;
      if (code === 'INSUFFICIENT_FUNDS' || /insufficient funds|enough funds/i.test(message)) {
        throw new PlimsollError('NO_FUNDS', `${this.address} cannot pay for the deployment's gas`, {
          cause: error,
        });
      }
      throw error;
    }
  }

  /** Throws `NONCE_TAKEN` where the key was used for something else in between. */
  async #requireNonceFree(place: number): Promise<void> {
    const nonce = this.#journal.firstNonce + place;
    const { provider, path } = this.#options;
    if ((await provider.getTransactionCount(this.address, 'latest')) <= nonce) return;
    // It may have been mined between the two questions, or one of several nodes lags.
    const until = performance.now() + LAG_MS;
    while (performance.now() < until) {
      if ((await this.#receipt(this.#journal.transactions[place]!)) !== undefined) return;
      await sleep(LAG_MS / 10);
    }
    throw new PlimsollError(
      'NONCE_TAKEN',
      `${this.address} has sent something else as its transaction ${nonce}: a deployment needs the ` +
        `key for itself. Begin anew with another --out than that of ${path}`,
    );
  }

  #write(): void {
    writeFileAtomically(this.#options.path, readableJson(this.#journal));
  }
}
