// SPDX-License-Identifier: GPL-3.0-or-later
import { randomUUID } from 'node:crypto';

import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import { parseJson } from '../../core/schema.ts';
import { challengeOf } from '../../receipt/challenge.ts';
import { SourceDesk } from '../chain/source-desk.ts';
import { VenueDesk } from '../chain/venue-desk.ts';
import type { ChainConfig } from '../config/chain-settings.ts';
import type { ServiceConfig } from '../config/config.ts';
import { ACCOUNT_STATES, type AccountState } from '../margin/account-state.ts';
import { ReceiptDesk } from '../receipts/receipt-desk.ts';
import type { Service } from '../service.ts';
import { admissionRoutes } from './admission-routes.ts';
import { artifactRoutes } from './artifact-routes.ts';
import { chainRoutes } from './chain-routes.ts';
import { eventStreams, type ServerEvent } from './event-stream.ts';
import { faultOf, ledgerReply, tickReply } from './faults.ts';
import { figureRoutes, historyRoutes, type Door } from './figure-routes.ts';
import { serviceMetrics, type ChainStanding } from './metrics.ts';
import { bytesRoutes, wholeLedgerRoute } from './ledger-route.ts';
import { pageRoutes } from './page-routes.ts';
import { proofRoutes } from './proof-routes.ts';
import { Roles, challengeText, type Caller } from './roles.ts';
import * as schemas from './schemas.ts';
import { inType } from './schemas.ts';

/** A client that dawdles over its request is cut off. */
const REQUEST_MS = 60_000;
const HEADERS_MS = 15_000;
/** Node looks for clients that dawdle only so often: every half minute if left to itself. */
const LOOK_MS = 1000;
const KEEP_ALIVE_MS = 30_000;
/** Bodies of anything but ledgers and snapshots. */
const SMALL_BODY = 2 ** 14;
const HISTORY = 500;

const NO_CHAIN: ChainStanding = {
  fault: undefined,
  openings: undefined,
  liquidations: undefined,
  view: undefined,
  movingMargin: undefined,
};

const { errors } = schemas;

/** Of a feed with a median gate. */
function sourcesOf({ venue, reports = [] }: ChainConfig): SourceDesk | undefined {
  const { chainId, medianSources, contracts } = venue;
  const { medianGate } = contracts;
  return medianSources === undefined || medianGate === undefined
    ? undefined
    : new SourceDesk(medianSources, { chainId, medianGate }, reports);
}

/**
 * The whole HTTP face; it listens nowhere yet.
 *
 * @param chain how the service stands on its chain now, where it has one
 */
export async function createServer(
  service: Service,
  config: ServiceConfig,
  logger: FastifyBaseLogger,
  chain: ChainStanding = NO_CHAIN,
): Promise<FastifyInstance> {
  const roles = new Roles(
    [config.operatorToken, config.previousOperatorToken].filter((known) => known !== undefined),
    Date.now,
    config.workerToken,
  );
  const receipts = new ReceiptDesk();
  const venue = config.chain === undefined ? undefined : new VenueDesk(config.chain);
  const sources = config.chain === undefined ? undefined : sourcesOf(config.chain);
  const metrics = serviceMetrics(
    service,
    venue && { standing: chain, fund: async () => venue.fund() },
  );
  const app = fastify({
    loggerInstance: logger,
    genReqId: () => randomUUID(),
    bodyLimit: SMALL_BODY,
    requestTimeout: config.limits.requestMs ?? REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      headersTimeout: config.limits.headersMs ?? HEADERS_MS,
      connectionsCheckingInterval: LOOK_MS,
    },
    routerOptions: { maxParamLength: 100 },
  }).withTypeProvider<ZodTypeProvider>();
  const sendEvents = eventStreams(app);
  app.addHook('onClose', () => {
    receipts.close();
    venue?.close();
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // Numbers in one spelling, no key twice: what is hashed must be read in one way.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, parseJson(String(text), 'body'));
    } catch (error) {
      done(error as Error);
    }
  });
  app.setErrorHandler((error: unknown, request, reply) => {
    const fault = faultOf(error);
    if (fault.status >= 500) request.log.error({ err: error }, 'a request failed');
    return reply.status(fault.status).send(fault.body);
  });
  const served: { readonly methods: readonly string[]; readonly form: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const form = new RegExp(`^${url.replace(/:[a-z]+/g, '[^/]+')}$`);
    served.push({ methods: [method].flat(), form });
  });
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const allowed = [
      ...new Set(served.flatMap(({ methods, form }) => (form.test(path) ? methods : []))),
    ];
    if (allowed.length === 0) {
      const body = { code: 'NO_SUCH_PATH', message: 'there is nothing at this path' };
      return reply.status(404).send(body);
    }
    const body = { code: 'NO_SUCH_METHOD', message: `takes ${allowed.join(', ')} alone` };
    return reply.status(405).header('allow', allowed.join(', ')).send(body);
  });
  await app.register(helmet);
  await app.register(rateLimit, {
    max: config.limits.requestsPerMinute,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { after }) =>
      Object.assign(new PlimsollError('RATE_LIMIT', `too many requests: try in ${after}`), {
        statusCode: 429,
      }),
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Plimsoll service', version: '1' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });

  const callerOf = (request: { headers: { authorization?: string | undefined } }): Caller =>
    roles.caller(request.headers.authorization);
  const requireOperator = async (request: {
    headers: { authorization?: string | undefined };
  }): Promise<void> => {
    const { role } = callerOf(request);
    if (role === 'operator') return;
    if (role === 'public') throw new PlimsollError('UNAUTHORIZED', 'needs the operator’s token');
    throw new PlimsollError('FORBIDDEN', 'is for the operator');
  };
  const readable = (request: { headers: { authorization?: string | undefined } }, text: string) => {
    const caller = callerOf(request);
    if (caller.role !== 'owner' && caller.role !== 'operator') {
      throw new PlimsollError('UNAUTHORIZED', 'needs a token');
    }
    const index = Number(text);
    const account = service.ledger.ledger.accounts[index];
    // Another's account and one that is not there look the same.
    if (account === undefined || (caller.role === 'owner' && caller.owner !== account.owner)) {
      throw new PlimsollError('NO_SUCH_ACCOUNT', `there is no account ${index} of yours`);
    }
    return index;
  };
  const requireKnown = async (request: Parameters<typeof callerOf>[0]): Promise<void> => {
    const { role } = callerOf(request);
    if (role !== 'owner' && role !== 'operator') {
      throw new PlimsollError('UNAUTHORIZED', 'needs a token');
    }
  };
  const door: Door = { service, errors, readable, requireOperator, requireKnown };

  await app.register(async (instance) => {
    const api = instance.withTypeProvider<ZodTypeProvider>();
    figureRoutes(api, door);
    historyRoutes(api, door);
    chainRoutes(api, { ...door, roles, receipts, venue, sources, chain, callerOf });
    proofRoutes(api, { ...door, chain, venue });
    artifactRoutes(api, { errors, callerOf });
    admissionRoutes(api, door);
    pageRoutes(api, { ...door, callerOf, sendEvents });
    api.get(
      '/health',
      { schema: { description: 'It runs.', response: { 200: schemas.healthReply, ...errors } } },
      async () => ({ status: 'ok' as const }),
    );
    api.get(
      '/ready',
      {
        schema: {
          description: 'It has a ledger and a tick, and follows its chain where it has one.',
          response: { 200: schemas.readyReply, 503: schemas.readyReply, ...errors },
        },
      },
      async (_request, reply) => {
        const { fault } = chain;
        const reason =
          fault !== undefined
            ? `chain: ${fault}`
            : service.ledger.state.sequence === 0
              ? 'no ledger yet'
              : service.tick === undefined
                ? 'no tick yet'
                : undefined;
        if (reason === undefined) return { ready: true };
        return await reply.status(503).send({ ready: false, reason });
      },
    );
    api.get(
      '/metrics',
      {
        onRequest: requireOperator,
        schema: {
          description: 'Prometheus metrics.',
          security: [{ token: [] }],
          response: { 200: inType('text/plain', z.string()), ...errors },
        },
      },
      async (_request, reply) => {
        const text = await metrics.metrics();
        return await reply.type(metrics.contentType).send(text);
      },
    );
    api.get(
      '/openapi.json',
      { schema: { description: 'This description.', response: { 200: z.unknown(), ...errors } } },
      async () => app.swagger(),
    );
    api.get(
      '/ledger',
      {
        schema: {
          description: 'Which ledger is held.',
          response: { 200: schemas.ledgerReply, ...errors },
        },
      },
      async () => ledgerReply(service.ledger.state),
    );
    api.get(
      '/tick',
      {
        schema: {
          description: 'The newest tick, and whether the market stands.',
          response: { 200: schemas.newestTickReply, ...errors },
        },
      },
      async () => {
        if (service.tick === undefined) throw new PlimsollError('NO_TICK', 'there is no tick yet');
        const { fault = null, view } = chain;
        return { ...tickReply(service.tick), halted: view?.isHalted ?? null, fault };
      },
    );
    api.get(
      '/totals',
      {
        schema: {
          description: 'How many accounts stand how, and what they have and need together.',
          response: { 200: schemas.totalsReply, ...errors },
        },
      },
      async () => {
        const { accounts, states, remarginMs, ...sums } = service.book.totals();
        const text = (name: keyof typeof sums): string => sums[name].toString();
        return {
          accounts,
          states,
          equityE6: text('equityE6'),
          deficitE6: text('deficitE6'),
          mmE6: text('mmE6'),
          imE6: text('imE6'),
          shortfallE6: text('shortfallE6'),
          remarginMs,
        };
      },
    );
    api.get(
      '/liquidatable',
      {
        onRequest: requireOperator,
        schema: {
          description: 'Accounts that may be liquidated.',
          security: [{ token: [] }],
          response: { 200: schemas.liquidatableReply, ...errors },
        },
      },
      async () => ({ accounts: [...service.book.liquidatable()] }),
    );
    api.get(
      '/accounts/:account',
      {
        schema: {
          description: 'An account’s state and margin, for its owner and the operator.',
          security: [{ token: [] }],
          params: schemas.accountParams,
          response: { 200: schemas.accountReply, ...errors },
        },
      },
      async (request) => {
        const account = readable(request, request.params.account);
        const { published } = service.book;
        const margin = service.book.margin(account);
        return {
          account,
          state: service.book.state(account),
          ledgerSequence: published?.ledgerSequence ?? service.ledger.state.sequence,
          tick: published?.tick ?? null,
          margin:
            margin === undefined
              ? null
              : {
                  equityE6: margin.equityE6.toString(),
                  mmE6: margin.mmE6.toString(),
                  imE6: margin.imE6.toString(),
                  roundingE6: margin.roundingE6.toString(),
                  slackE6: margin.slackE6.toString(),
                  verdict: margin.verdict,
                },
        };
      },
    );
    api.get(
      '/accounts/:account/history',
      {
        schema: {
          description: 'Its newest transitions, the newest first.',
          security: [{ token: [] }],
          params: schemas.accountParams,
          response: { 200: schemas.historyReply, ...errors },
        },
      },
      async (request) => {
        const account = readable(request, request.params.account);
        await service.caughtUp();
        const rows = await service.store.database.query(
          `SELECT sequence, tick, from_state, to_state, equity_e6::text, mm_e6::text, im_e6::text
           FROM plimsoll.transitions WHERE account = $1 ORDER BY sequence DESC LIMIT ${HISTORY}`,
          [account],
        );
        const transitions = rows.map((row) => ({
          sequence: Number(row['sequence']),
          tick: String(row['tick']),
          from: stateOf(row['from_state']),
          to: stateOf(row['to_state']),
          equityE6: String(row['equity_e6']),
          mmE6: String(row['mm_e6']),
          imE6: String(row['im_e6']),
        }));
        return { transitions };
      },
    );
    api.get(
      '/alerts',
      {
        onRequest: requireOperator,
        schema: {
          description:
            'Server-sent events: every alert after Last-Event-ID, then as they are made.',
          security: [{ token: [] }],
          headers: z.looseObject({
            'last-event-id': z
              .string()
              .regex(/^[0-9]{1,15}(-[0-9]{1,8})?$/)
              .optional(),
          }),
          response: { 200: inType('text/event-stream', z.unknown()), ...errors },
        },
      },
      async (request, reply) => {
        const after = Number(request.headers['last-event-id']?.split('-')[0] ?? 0);
        return await sendEvents(
          request,
          reply,
          async function* (left): AsyncGenerator<ServerEvent> {
            for await (const alert of service.alerts.follow(after, left)) {
              yield { id: alert.id, event: 'alert', data: alert };
            }
          },
        );
      },
    );
    api.post(
      '/challenges',
      {
        schema: {
          description:
            'A text for an owner to sign (EIP-191), for a token or for one receipt; it serves once.',
          body: schemas.challengeBody,
          response: { 200: schemas.challengeReply, ...errors },
        },
      },
      async ({ body: { owner: address, receipt } }) => {
        const owner = BigInt(address);
        // A challenge that no receipt can answer is refused before anybody signs it.
        if (receipt?.answers !== undefined) challengeOf(receipt.answers, 'receipt.answers');
        const challenge = roles.challenge(owner, receipt);
        return { challenge, text: challengeText(challenge, owner, receipt) };
      },
    );
    api.post(
      '/sessions',
      {
        schema: {
          description: 'A token for the owner who signed the challenge.',
          body: schemas.sessionBody,
          response: { 200: schemas.sessionReply, ...errors },
        },
      },
      async ({ body }) => ({ token: roles.session(body.challenge, body.signature) }),
    );
  });
  const { bodyBytes } = config.limits;
  await app.register(async (instance) => wholeLedgerRoute(instance, door, bodyBytes));
  await app.register(async (instance) => bytesRoutes(instance, door, bodyBytes));
  return app;
}

function stateOf(value: unknown): AccountState {
  return ACCOUNT_STATES.find((state) => state === value)!;
}
