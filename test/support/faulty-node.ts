// SPDX-License-Identifier: GPL-3.0-or-later
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FaultyNode {
  readonly url: string;
  close(): Promise<void>;
}

interface Question {
  readonly id: number;
  readonly method: string;
  readonly params: readonly {
    readonly data?: string;
    readonly fromBlock?: string;
    readonly toBlock?: string;
  }[];
}

async function serve(listener: RequestListener): Promise<FaultyNode> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function passedOn(url: string, body: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(url, { method: 'POST', headers, body })).json();
}

/** Passes every question on to the node at `url`, but those for which there is a reason not to. */
function refusing(
  url: string,
  reason: (question: Question) => string | undefined,
): Promise<FaultyNode> {
  const answered = async (question: Question): Promise<unknown> => {
    const message = reason(question);
    if (message === undefined) return passedOn(url, JSON.stringify(question));
    return { jsonrpc: '2.0', id: question.id, error: { code: -32_005, message } };
  };
  return serve((request, response) => {
    void (async () => {
      const asked = JSON.parse((await request.toArray()).join('')) as Question | Question[];
      const answer = Array.isArray(asked)
        ? await Promise.all(asked.map(answered))
        : await answered(asked);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    })();
  });
}

/** A node that is too busy for calls of one function. */
export function busyNode(url: string, selector: string): Promise<FaultyNode> {
  return refusing(url, ({ params }) =>
    params[0]?.data?.startsWith(selector) === true ? 'limit exceeded' : undefined,
  );
}

/**
 * A node that gives logs of so many blocks at a time, as those that serve the public do. What has no end
 * that is a number reaches it as too long, whatever it is.
 */
export function limitedNode(url: string, blocks: number): Promise<FaultyNode> {
  return refusing(url, ({ method, params }) => {
    if (method !== 'eth_getLogs') return undefined;
    const { fromBlock, toBlock } = params[0] ?? {};
    const span = Number(toBlock) - Number(fromBlock) + 1;
    return span <= blocks ? undefined : `query exceeds max block range ${blocks}`;
  });
}

/** A node that can be stopped, in the middle of a question too, and started again where it was. */
export interface RestartingNode extends FaultyNode {
  /** Settles when the next question of a method has come, which is not answered before. */
  asked(method: string): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function restartingNode(url: string): Promise<RestartingNode> {
  let awaited: { readonly method: string; readonly come: () => void } | undefined;
  const server = createServer((request, response) => {
    void (async () => {
      const body = (await request.toArray()).join('');
      if (awaited !== undefined && body.includes(awaited.method)) {
        awaited.come();
        awaited = undefined;
        return;
      }
      const answer = await passedOn(url, body);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    })();
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked: (method) => new Promise((come) => void (awaited = { method, come })),
    stop,
    start: () => listen(port),
    close: stop,
  };
}

/** Takes every question and never answers. */
export function silentNode(): Promise<FaultyNode> {
  return serve((request) => request.resume());
}

/** Passes everything on, and tells when the node has taken a transaction, before its sender hears of it. */
export function tellingNode(url: string, taken: () => void): Promise<FaultyNode> {
  return serve((request, response) => {
    void (async () => {
      const body = (await request.toArray()).join('');
      const answer = await passedOn(url, body);
      if (body.includes('eth_sendRawTransaction')) taken();
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    })();
  });
}
