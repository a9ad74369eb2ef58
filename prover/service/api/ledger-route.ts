// SPDX-License-Identifier: GPL-3.0-or-later
import type { Readable } from 'node:stream';

import { errorCodes, type FastifyInstance } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';

import { readWholeLedger } from '../ledger/body-reader.ts';
import { WholeLedger } from '../ledger/whole-ledger.ts';
import { utf8Text } from '../ledger/utf8-text.ts';
import { ledgerReply, tickReply } from './faults.ts';
import type { Door } from './figure-routes.ts';
import * as schemas from './schemas.ts';

async function* upTo(limit: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > limit) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    yield chunk;
  }
}

/** Bodies that are read in another thread: their schema describes them, and the reader checks them. */
export function bytesRoutes(
  instance: FastifyInstance,
  { service, errors, requireOperator }: Door,
  bodyLimit: number,
): void {
  instance.removeContentTypeParser('application/json');
  instance.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  instance.setValidatorCompiler((route: Parameters<typeof validatorCompiler>[0]) => {
    const check = validatorCompiler(route);
    return (body: unknown) => (body instanceof Uint8Array ? { value: body } : check(body));
  });
  const api = instance.withTypeProvider<ZodTypeProvider>();
  const large = { bodyLimit, onRequest: requireOperator };
  api.post(
    '/ledger/updates',
    {
      ...large,
      schema: {
        description: 'What changed since the ledger numbered one less, and the root that results.',
        security: [{ token: [] }],
        body: schemas.updateBody,
        response: { 200: schemas.ledgerReply, ...errors },
      },
    },
    async (request) => ledgerReply(await service.updateLedger(request.body)),
  );
  api.put(
    '/snapshot',
    {
      ...large,
      schema: {
        description: 'The snapshot of the next tick.',
        security: [{ token: [] }],
        body: schemas.snapshotBody,
        response: { 200: schemas.tickReply, ...errors },
      },
    },
    async ({ body }) => {
      const bytes: unknown = body;
      const document = utf8Text(bytes as Uint8Array, 'snapshot');
      return tickReply(await service.putSnapshot(document));
    },
  );
}

/** A whole ledger, whose body is read as it comes in: of all that is sent here it alone is large. */
export function wholeLedgerRoute(
  instance: FastifyInstance,
  { service, errors, requireOperator }: Door,
  bodyLimit: number,
): void {
  instance.removeContentTypeParser('application/json');
  instance.addContentTypeParser(
    'application/json',
    async ({ headers }: { headers: { 'content-length'?: string } }, body: Readable) => {
      // What says that it is too large is not waited for.
      if (Number(headers['content-length'] ?? 0) > bodyLimit) {
        throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
      }
      // A body that is given up halfway must not take the connection with it, on which its refusal is told.
      return await readWholeLedger(upTo(bodyLimit, body.iterator({ destroyOnReturn: false })));
    },
  );
  instance.setValidatorCompiler((route: Parameters<typeof validatorCompiler>[0]) => {
    const check = validatorCompiler(route);
    return (body: unknown) => (body instanceof WholeLedger ? { value: body } : check(body));
  });
  instance.withTypeProvider<ZodTypeProvider>().put(
    '/ledger',
    {
      bodyLimit,
      onRequest: requireOperator,
      schema: {
        description: 'A whole ledger, under its number and root.',
        security: [{ token: [] }],
        body: schemas.ledgerBody,
        response: { 200: schemas.ledgerReply, ...errors },
      },
    },
    async (request) => ledgerReply(await service.putLedger(request.body)),
  );
}
