// SPDX-License-Identifier: GPL-3.0-or-later
import {
  AbstractSigner,
  Signature,
  Transaction,
  TypedDataEncoder,
  computeAddress,
  concat,
  getAddress,
  hexlify,
  isAddress,
  keccak256,
  recoverAddress,
  resolveProperties,
  toUtf8Bytes,
  type Provider,
  type TransactionLike,
  type TransactionRequest,
  type TypedDataDomain,
  type TypedDataField,
  type Wallet,
} from 'ethers';
import { z } from 'zod';

import { InvalidInput, PlimsollError } from '../core/errors.ts';
import { readWallet } from './wallet.ts';

const TIMEOUT_MS = 10_000;
/** Nothing that is signed here answers with more. */
const MOST_BYTES = 2 ** 20;

export const REMOTE_VARIABLE = 'PLIMSOLL_REMOTE_SIGNER';
export const REMOTE_ADDRESS_VARIABLE = 'PLIMSOLL_REMOTE_SIGNER_ADDRESS';

const publicKeysSchema = z.array(z.string().regex(/^0x[0-9a-fA-F]{128}$/));
const signatureSchema = z.string().regex(/^0x[0-9a-fA-F]{130}$/);

const fault = (message: string, cause?: unknown): PlimsollError =>
  new PlimsollError('SIGNER_FAILED', `the remote signer ${message}`, { cause });

/**
 * Signs with a key that is elsewhere, by Web3Signer's interface: `GET /api/v1/eth1/publicKeys`, and
 * `POST /api/v1/eth1/sign/{publicKey}` with `{"data": "0x…"}`, of which it signs the keccak256. No
 * signature is believed before the address has been recovered from it. Faults are `SIGNER_FAILED`.
 */
export class RemoteSigner extends AbstractSigner {
  readonly address: string;
  readonly #url: string;
  readonly #publicKey: string;

  private constructor(
    url: string,
    address: string,
    publicKey: string,
    provider: Provider | null = null,
  ) {
    super(provider);
    this.address = address;
    this.#url = url;
    this.#publicKey = publicKey;
  }

  /** The signer at `url`, whose key of that address must be there. */
  static async open(url: string, address: string): Promise<RemoteSigner> {
    const base = url.replace(/\/+$/, '');
    const text = await answerOf(`${base}/api/v1/eth1/publicKeys`, {});
    const keys = publicKeysSchema.safeParse(jsonOf(text));
    if (!keys.success) throw fault('does not list its public keys');
    const wanted = getAddress(address);
    const own = keys.data.find((key) => computeAddress(`0x04${key.slice(2)}`) === wanted);
    if (own === undefined) throw fault(`has no key of ${wanted}`);
    return new RemoteSigner(base, wanted, own);
  }

  async getAddress(): Promise<string> {
    return this.address;
  }

  connect(provider: Provider | null): RemoteSigner {
    return new RemoteSigner(this.#url, this.address, this.#publicKey, provider);
  }

  async signTransaction(request: TransactionRequest | TransactionLike): Promise<string> {
    const transaction =
      request instanceof Transaction ? request.clone() : await this.#transaction(request);
    transaction.signature = await this.#sign(transaction.unsignedSerialized);
    return transaction.serialized;
  }

  async signMessage(message: string | Uint8Array): Promise<string> {
    const bytes = typeof message === 'string' ? toUtf8Bytes(message) : message;
    const prefix = toUtf8Bytes(`\u0019Ethereum Signed Message:\n${bytes.length}`);
    return (await this.#sign(concat([prefix, bytes]))).serialized;
  }

  async signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    const encoded = TypedDataEncoder.encode(domain, types, value);
    return (await this.#sign(encoded)).serialized;
  }

  async #transaction(request: TransactionRequest | TransactionLike): Promise<Transaction> {
    const { to, from, ...rest } = await resolveProperties(request as TransactionLike);
    if (from !== undefined && from !== null && getAddress(from) !== this.address) {
      throw fault(`signs for ${this.address}, not for ${from}`);
    }
    return Transaction.from({ ...rest, ...(to === undefined ? {} : { to }) });
  }

  async #sign(data: string): Promise<Signature> {
    const text = await answerOf(`${this.#url}/api/v1/eth1/sign/${this.#publicKey}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data: hexlify(data) }),
    });
    const read = signatureSchema.safeParse(text.trim());
    if (!read.success) throw fault('answers with something that is no signature');
    let signer: string | undefined;
    try {
      signer = recoverAddress(keccak256(data), read.data);
    } catch (error) {
      throw fault('answers with something that is no signature', error);
    }
    if (signer !== this.address) throw fault(`has signed for another than ${this.address}`);
    return Signature.from(read.data);
  }
}

/** Where a key is that signs elsewhere. */
export interface RemoteKey {
  readonly url: string;
  readonly address: string;
}

/** What the environment says of a remote signer: its address on the network and the key's, or nothing. */
export function remoteKeyOf(environment: NodeJS.ProcessEnv = process.env): RemoteKey | undefined {
  const { [REMOTE_VARIABLE]: url, [REMOTE_ADDRESS_VARIABLE]: address } = environment;
  if (url === undefined && address === undefined) return undefined;
  if (url === undefined || !/^https?:\/\/\S+$/.test(url)) {
    throw new InvalidInput(REMOTE_VARIABLE, 'must be the http(s) address of the remote signer');
  }
  if (address === undefined || !isAddress(address)) {
    throw new InvalidInput(
      REMOTE_ADDRESS_VARIABLE,
      'must be the address whose key the remote signer has',
    );
  }
  return { url, address: getAddress(address) };
}

/** Who sends: the remote signer that the environment names, or whoever `readWallet` finds. */
export async function readSender(
  keystore: string | undefined,
  field: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Wallet | RemoteSigner> {
  const remote = remoteKeyOf(environment);
  if (remote === undefined) return await readWallet(keystore, field, environment);
  if (keystore !== undefined) throw new InvalidInput(field, `excludes ${REMOTE_VARIABLE}`);
  return await RemoteSigner.open(remote.url, remote.address);
}

/** What it answers; no message says where it is, which may hold a secret. */
async function answerOf(url: string, options: RequestInit): Promise<string> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      ...options,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw fault('does not answer', (error as { cause?: { code?: unknown } }).cause?.code);
  }
  if (!response.ok) throw fault(`answers with ${response.status}`);
  if (text.length > MOST_BYTES) throw fault('answers with too much');
  return text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
