// SPDX-License-Identifier: GPL-3.0-or-later
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import {
  chartScript,
  servedPage,
  servedReceiptPage,
  verifierScript,
  type ServedPage,
} from '../../dashboard/export.ts';
import {
  formatAmounts,
  formatTickData,
  pageAccounts,
  type TickData,
} from '../../dashboard/tick-data.ts';
import { quotesSchema, type QuotesDocument } from '../../documents/quotes-document.ts';
import type { VenueView } from '../../dashboard/venue-view.ts';
import type { Service } from '../service.ts';
import type { SendEvents, ServerEvent } from './event-stream.ts';
import type { Api, Door } from './figure-routes.ts';
import type { Caller } from './roles.ts';
import * as schemas from './schemas.ts';
import { inType } from './schemas.ts';

/** A page recalculates every account that it is given; of a ledger with more the service says how it stands. */
const MOST_ACCOUNTS = 1_000;
/** Of such a ledger, the accounts that are listed: those nearest to their maintenance margin. */
const MOST_ROWS = 500;
/** Snapshots of which quotes are kept: the newest, those that come before it, and what a reorganisation brings back. */
const KEPT_QUOTES = 4;

export interface PageDoor extends Door {
  readonly sendEvents: SendEvents;
  callerOf(request: { headers: { authorization?: string | undefined } }): Caller;
}

/** What a caller's page shows, of the newest tick and the newest ledger. */
async function accountsFor(
  service: Service,
  caller: Caller,
  also: number | undefined,
  venueView: () => Promise<VenueView | undefined>,
): Promise<Pick<TickData, 'accounts' | 'part' | 'venue'>> {
  const { accounts } = service.ledger.ledger;
  if (caller.role === 'owner') {
    const own = pageAccounts(accounts).filter(({ account }) => account.owner === caller.owner);
    return { accounts: own, part: { of: 'owner', ledgerAccounts: accounts.length } };
  }
  if (accounts.length <= MOST_ACCOUNTS) return { accounts: pageAccounts(accounts) };
  const asked = also === undefined ? undefined : accounts[also];
  const venue = await venueView();
  return {
    accounts: asked === undefined ? [] : [{ index: also!, account: asked }],
    part: { of: 'asked', ledgerAccounts: accounts.length },
    ...(venue !== undefined && { venue }),
  };
}

/** What is made when somebody first asks for it, and once for each key; again where that failed. */
function madeOnce<Made>(
  make: () => Promise<Made>,
  keyNow: () => unknown = () => undefined,
): () => Promise<Made> {
  let kept: { readonly of: unknown; readonly made: Promise<Made> } | undefined;
  return () => {
    const of = keyNow();
    if (kept === undefined || kept.of !== of) {
      const made = make();
      made.catch(() => (kept = undefined));
      kept = { of, made };
    }
    return kept.made;
  };
}

/** JSON already, and for the caller alone. */
const sendText = async (reply: FastifyReply, text: string): Promise<FastifyReply> =>
  await reply.type('application/json').header('cache-control', 'no-store').send(text);

const sendPage = async (reply: FastifyReply, { page, policy }: ServedPage): Promise<FastifyReply> =>
  await reply.type('text/html').header('content-security-policy', policy).send(page);

/** The page that people look at, and what it asks for. */
export function pageRoutes(
  api: Api,
  { service, errors, callerOf, requireKnown, requireOperator, sendEvents }: PageDoor,
): void {
  const dashboard = madeOnce(servedPage);
  const receipts = madeOnce(servedReceiptPage);
  const published = () => service.book.published;
  const venueView = madeOnce(() => service.venueView(MOST_ROWS), published);
  // By the hash of their snapshot, the newest last: they may come before it, or after.
  const quotes = new Map<bigint, QuotesDocument>();
  const prices = madeOnce(() => service.priceRungs(), published);
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
  const script = (path: string, description: string, source: () => Promise<string>): void => {
    api.get(
      path,
      {
        schema: {
          description,
          response: { 200: inType('text/javascript', z.string()), ...errors },
        },
      },
      async (_request, reply) => {
        return await reply.type('text/javascript').send(await source());
      },
    );
  };
  script(
    '/page/verifier.js',
    'What checks proofs in the page: fetched when somebody first asks for that.',
    madeOnce(verifierScript),
  );
  script(
    '/page/chart.js',
    'What draws charts in the page: fetched with the first of them.',
    madeOnce(chartScript),
  );
  api.get(
    '/page/tick',
    {
      onRequest: requireKnown,
      schema: {
        description:
          'What the page recalculates: an owner’s accounts, or for the operator all of them; of more than ' +
          `${MOST_ACCOUNTS} the one asked for, and how the venue stands, with the ${MOST_ROWS} nearest to ` +
          'maintenance. In the page’s own form.',
        security: [{ token: [] }],
        querystring: schemas.pageTickQuery,
        response: { 200: z.looseObject({}), ...errors },
      },
    },
    async (request, reply) => {
      const { account } = request.query;
      const also = account === undefined ? undefined : Number(account);
      const caller = callerOf(request);
      const shown = await accountsFor(service, caller, also, venueView);
      const tick = service.market;
      if (tick === undefined) throw new PlimsollError('NO_TICK', 'there is no tick yet');
      const { snapshot, parameters: set } = tick;
      return await sendText(
        reply,
        formatTickData({
          snapshot,
          parameters: set.parameters,
          heartbeats: set.document.heartbeatsSeconds,
          ...shown,
          quotes: quotes.get(tick.snapshotHash),
          names: {},
        }),
      );
    },
  );
  api.put(
    '/quotes',
    {
      onRequest: requireOperator,
      schema: {
        description:
          'What the smiles of a snapshot were fitted to, as `plimsoll market import --quotes` writes it: the page shows ' +
          `it beside the fit. Nothing is decided by it, and those of ${KEPT_QUOTES} snapshots are kept until a restart.`,
        security: [{ token: [] }],
        body: quotesSchema,
        response: { 200: schemas.quotesReply, ...errors },
      },
    },
    async ({ body }) => {
      quotes.delete(body.snapshotHash);
      quotes.set(body.snapshotHash, body);
      if (quotes.size > KEPT_QUOTES) quotes.delete(quotes.keys().next().value!);
      return { snapshotHash: body.snapshotHash.toString() };
    },
  );
  api.get(
    '/page/prices',
    {
      onRequest: requireOperator,
      schema: {
        description:
          'Who would be below maintenance after moves of both indices, with volatilities as they are and under ' +
          'stress, and the notional of those accounts. In the page’s own form.',
        security: [{ token: [] }],
        response: { 200: z.array(z.looseObject({})), ...errors },
      },
    },
    async (_request, reply) => await sendText(reply, formatAmounts(await prices())),
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
