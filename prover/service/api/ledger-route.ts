// SPDX-License-Identifier: GPL-3.0-or-later
import type { Readable } from 'node:stream';

import { errorCodes, type FastifyInstance } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';

import { readWholeLedger } from '../ledger/body-reader.ts';
import { WholeLedger } from '../ledger/whole-ledger.ts';
import { ledgerReply } from './faults.ts';
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
