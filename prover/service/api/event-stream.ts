// SPDX-License-Identifier: GPL-3.0-or-later
import { Readable } from 'node:stream';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Comments that keep a stream open through proxies. */
const BEAT_MS = 15_000;

export interface ServerEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: unknown;
}

/** Answers with server-sent events until the client leaves or the server closes, which the source is told. */
export type SendEvents = (
  request: Pick<FastifyRequest, 'raw'>,
  reply: FastifyReply,
  source: (ended: AbortSignal) => AsyncIterable<ServerEvent>,
) => Promise<FastifyReply>;

/** Streams of a server: they end before it closes, which otherwise waits for them. */
export function eventStreams(app: Pick<FastifyInstance, 'addHook'>): SendEvents {
  const open = new Set<AbortController>();
  app.addHook('preClose', (done) => {
    for (const stream of open) stream.abort();
    done();
  });
  return async (request, reply, source) => {
    const ended = new AbortController();
    open.add(ended);
    const stream = new Readable({ read: () => undefined });
    const beat = setInterval(() => stream.push(': \n\n'), BEAT_MS);
    request.raw.on('close', () => ended.abort());
    stream.on('close', () => ended.abort());
    void (async () => {
      for await (const { id, event, data } of source(ended.signal)) {
        const first = id === undefined ? '' : `id: ${id}\n`;
        stream.push(`${first}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      }
    })()
      .catch((error: unknown) => stream.destroy(error as Error))
      .finally(() => {
        open.delete(ended);
        clearInterval(beat);
        stream.push(null);
      });
    return await reply
      .type('text/event-stream')
      .header('cache-control', 'no-store')
      .header('connection', 'close')
      .serializer((payload) => payload as string)
      .send(stream);
  };
}
