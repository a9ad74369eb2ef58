// SPDX-License-Identifier: GPL-3.0-or-later
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Called with the question before a transaction is handed to the node, and once the node has it, before its
 * sender hears.
 */
export type TransactionWatch = (moment: 'offered' | 'taken', question: string) => Promise<void>;

/** A node as a service sees it: the same address and the same chain, however often it goes down. */
export class NodeGateway {
  readonly #node: string;
  #server: Server | undefined;
  #port: number;
  watch: TransactionWatch = async () => undefined;

  constructor(node: string, port = 0) {
    this.#node = node;
    this.#port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async up(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((request, response) => {
      void (async () => {
        const body = (await request.toArray()).join('');
        const isTransaction = body.includes('eth_sendRawTransaction');
        if (isTransaction) await this.watch('offered', body);
        if (response.destroyed) return;
        const answer = await this.#ask(body);
        if (isTransaction) await this.watch('taken', body);
        response.setHeader('content-type', 'application/json').end(answer);
      })().catch(() => response.destroy());
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Every question that is under way is left without an answer, and new ones find nobody. */
  async down(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async #ask(body: string): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    return await (await fetch(this.#node, { method: 'POST', headers, body })).text();
  }
}
