// SPDX-License-Identifier: GPL-3.0-or-later
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { keccak256, type SigningKey } from 'ethers';

/** Web3Signer's interface for eth1 keys over real HTTP, with keys in memory. */
export class SigningServer {
  readonly #server: Server;
  readonly #keys: ReadonlyMap<string, SigningKey>;
  /** What it was asked to sign, and what it answers in place of a signature if anything. */
  readonly signed: string[] = [];
  instead: { readonly status: number; readonly text: string } | undefined;

  private constructor(keys: readonly SigningKey[]) {
    // As Web3Signer names them: uncompressed, without the leading 04.
    this.#keys = new Map(keys.map((key) => [`0x${key.publicKey.slice(4)}`, key]));
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { status, text } = this.#answer(request.method ?? '', request.url ?? '', body);
        response.statusCode = status;
        response.end(text);
      });
    });
  }

  static async start(keys: readonly SigningKey[]): Promise<SigningServer> {
    const signer = new SigningServer(keys);
    await new Promise<void>((resolve) => signer.#server.listen(0, '127.0.0.1', resolve));
    return signer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(method: string, path: string, body: string): { status: number; text: string } {
    if (method === 'GET' && path === '/api/v1/eth1/publicKeys') {
      return { status: 200, text: JSON.stringify([...this.#keys.keys()]) };
    }
    const identifier = /^\/api\/v1\/eth1\/sign\/(0x[0-9a-f]+)$/.exec(path)?.[1] ?? '';
    const key = this.#keys.get(identifier);
    if (method !== 'POST' || key === undefined) return { status: 404, text: 'not found' };
    if (this.instead !== undefined) return this.instead;
    const { data } = JSON.parse(body) as { data: string };
    this.signed.push(data);
    return { status: 200, text: key.sign(keccak256(data)).serialized };
  }
}
