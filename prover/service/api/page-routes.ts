// SPDX-License-Identifier: GPL-3.0-or-later
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import {
  servedPage,
  servedReceiptPage,
  verifierScript,
  type ServedPage,
} from '../../dashboard/export.ts';
import { formatTickData, pageAccounts, type TickData } from '../../dashboard/tick-data.ts';
import type { Service } from '../service.ts';
import type { SendEvents, ServerEvent } from './event-stream.ts';
import type { Api, Door } from './figure-routes.ts';
import type { Caller } from './roles.ts';
import * as schemas from './schemas.ts';
import { inType } from './schemas.ts';

/** A page recalculates every account that it is given: of more, the operator's has the nearest. */
const MOST_ACCOUNTS = 5_000;

export interface PageDoor extends Door {
  readonly sendEvents: SendEvents;
  callerOf(request: { headers: { authorization?: string | undefined } }): Caller;
}

/** What a caller's page shows, of the newest tick and the newest ledger. */
function accountsFor(
  service: Service,
  caller: Caller,
  also: number | undefined,
): Pick<TickData, 'accounts' | 'part'> {
  const { accounts } = service.ledger.ledger;
  if (caller.role === 'owner') {
    const own = pageAccounts(accounts).filter(({ account }) => account.owner === caller.owner);
    return { accounts: own, part: { of: 'owner', ledgerAccounts: accounts.length } };
  }
  if (accounts.length <= MOST_ACCOUNTS) return { accounts: pageAccounts(accounts) };
  const shown = new Set(service.book.nearest(MOST_ACCOUNTS));
  if (also !== undefined && also < accounts.length) shown.add(also);
  return {
    accounts: [...shown]
      .filter((index) => index < accounts.length)
      .map((index) => ({ index, account: accounts[index]! })),
    part: { of: 'nearest', ledgerAccounts: accounts.length },
  };
}

/** JSON already, and for the caller alone. */
const sendText = async (reply: FastifyReply, text: string): Promise<FastifyReply> =>
  await reply.type('application/json').header('cache-control', 'no-store').send(text);

const sendPage = async (reply: FastifyReply, { page, policy }: ServedPage): Promise<FastifyReply> =>
  await reply.type('text/html').header('content-security-policy', policy).send(page);

/** Bundles when first asked, and once; again where that failed. */
function bundledOnce<Bundle>(bundle: () => Promise<Bundle>): () => Promise<Bundle> {
  let kept: Promise<Bundle> | undefined;
  return () => {
    kept ??= bundle();
    kept.catch(() => (kept = undefined));
    return kept;
  };
}

/** The page that people look at, and what it asks for. */
export function pageRoutes(
  api: Api,
  { service, errors, callerOf, requireKnown, sendEvents }: PageDoor,
): void {
  const dashboard = bundledOnce(servedPage);
  const receipts = bundledOnce(servedReceiptPage);
  const verifier = bundledOnce(verifierScript);
  api.get(
    '/page',
    {
      schema: {
        description: 'A page that shows the newest tick, live, to an owner or the operator.',
        response: { 200: inType('text/html', z.string()), ...errors },
      },
    },
    async (_request, reply) => {
      return await sendPage(reply, await dashboard());
    },
  );
  api.get(
    '/page/receipt',
    {
      schema: {
        description: 'A page that checks receipts in the browser, under the keys of this service.',
        response: { 200: inType('text/html', z.string()), ...errors },
      },
    },
    async (_request, reply) => {
      return await sendPage(reply, await receipts());
    },
  );
  api.get(
    '/page/verifier.js',
    {
      schema: {
        description: 'What checks proofs in the page: fetched when somebody first asks for that.',
        response: { 200: inType('text/javascript', z.string()), ...errors },
      },
    },
    async (_request, reply) => {
      return await reply.type('text/javascript').send(await verifier());
    },
  );
  api.get(
    '/page/tick',
    {
      onRequest: requireKnown,
      schema: {
        description:
          'What the page recalculates: an owner’s accounts, or for the operator all of them; of more ' +
          `than ${MOST_ACCOUNTS} those nearest to maintenance, and the one asked for. In the page’s own form.`,
        security: [{ token: [] }],
        querystring: schemas.pageTickQuery,
        response: { 200: z.looseObject({}), ...errors },
      },
    },
    async (request, reply) => {
      const tick = service.market;
      if (tick === undefined) throw new PlimsollError('NO_TICK', 'there is no tick yet');
      const { snapshot, parameters: set } = tick;
      const { account } = request.query;
      const also = account === undefined ? undefined : Number(account);
      return await sendText(
        reply,
        formatTickData({
          snapshot,
          parameters: set.parameters,
          heartbeats: set.document.heartbeatsSeconds,
          ...accountsFor(service, callerOf(request), also),
          names: {},
        }),
      );
    },
  );
  api.get(
    '/page/events',
    {
      schema: {
        description: 'Server-sent events: the tick and the ledger whenever margins are published.',
        response: { 200: inType('text/event-stream', z.unknown()), ...errors },
      },
    },
    async (request, reply) =>
      await sendEvents(request, reply, async function* (left): AsyncGenerator<ServerEvent> {
        for await (const { tick, ledgerSequence } of service.followPublished(left)) {
          yield { event: 'published', data: { tick, ledgerSequence } };
        }
      }),
  );
}
