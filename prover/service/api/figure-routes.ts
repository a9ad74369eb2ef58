// SPDX-License-Identifier: GPL-3.0-or-later
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Account } from '../../commitments/account.ts';
import { InvalidInput } from '../../core/errors.ts';
import {
  LEDGER_FORMAT,
  LEDGER_VERSION,
  parseLedgerValue,
} from '../../documents/ledger-document.ts';
import { whatIfBody, type Question } from '../questions/question.ts';
import type { Service } from '../service.ts';
import * as schemas from './schemas.ts';

/** The server with the types of its schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

type Headers = { headers: { authorization?: string | undefined } };

/** What routes ask of the server they stand in. */
export interface Door {
  readonly service: Service;
  readonly errors: typeof schemas.errors;
  /** The index of an account that the caller may see; throws otherwise. */
  readable(request: Headers, account: string): number;
  requireOperator(request: Headers): Promise<void>;
  /** An owner with a token, or the operator. */
  requireKnown(request: Headers): Promise<void>;
}

const FIELD = /^accounts\[0\]\.?/;
const NOBODY = `0x${'0'.repeat(39)}1`;

/** A portfolio that nobody has, as an account; a fault names its field in the request. */
function hypothetical(portfolio: unknown): Account {
  const account = {
    owner: NOBODY,
    settlementNonce: 0,
    frozen: false,
    riskReducingOnly: false,
    ...(portfolio as object),
  };
  try {
    const [read] = parseLedgerValue({
      format: LEDGER_FORMAT,
      version: LEDGER_VERSION,
      accounts: [account],
    });
    return read!;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new InvalidInput(error.field.replace(FIELD, 'portfolio.'), error.rule, { cause: error });
  }
}

/** Exact figures of accounts and of portfolios that nobody has. */
export function figureRoutes(api: Api, { service, errors, readable, requireKnown }: Door): void {
  // The answer is JSON already, from the process that made it.
  const told = async (reply: FastifyReply, question: Question, of: number | Account) =>
    await reply.type('application/json').send(await service.ask(question, of));
  const FIGURES = [
    ['margin', 'Everything its exact margin is made of.', schemas.marginReply],
    ['greeks', 'Its Greeks under the surface.', schemas.greeksReply],
    ['levels', 'Where margin calls and liquidation come.', schemas.levelsReply],
    ['explain', 'Every number between the snapshot and its margin.', schemas.explainReply],
  ] as const;
  for (const [kind, description, reply] of FIGURES) {
    api.get(
      `/accounts/:account/${kind}`,
      {
        schema: {
          description: `${description} For its owner and the operator.`,
          security: [{ token: [] }],
          params: schemas.accountParams,
          response: { 200: reply, ...errors },
        },
      },
      async (request, response) =>
        told(response, { kind }, readable(request, request.params.account)),
    );
  }
  api.post(
    '/accounts/:account/what-if',
    {
      onRequest: requireKnown,
      schema: {
        description: 'Its margin before and after trades, transfers and moves of the market.',
        security: [{ token: [] }],
        params: schemas.accountParams,
        body: whatIfBody,
        response: { 200: schemas.whatIfReply, ...errors },
      },
    },
    async (request, response) =>
      told(
        response,
        { kind: 'whatIf', change: request.body },
        readable(request, request.params.account),
      ),
  );
  api.post(
    '/what-if',
    {
      onRequest: requireKnown,
      schema: {
        description: 'The same of a portfolio that nobody has.',
        security: [{ token: [] }],
        body: schemas.hypotheticalBody,
        response: { 200: schemas.whatIfReply, ...errors },
      },
    },
    async (request, response) => {
      const { portfolio, ...change } = request.body;
      return told(response, { kind: 'whatIf', change }, hypothetical(portfolio));
    },
  );
}

const PAGE = 500;

/** What happened: ticks, liquidations and proofs. */
export function historyRoutes(
  api: Api,
  { service, errors, readable, requireOperator }: Door,
): void {
  api.get(
    '/ticks',
    {
      schema: {
        description: `Ticks after a number of the journal, at most ${PAGE}, the oldest first.`,
        querystring: schemas.pageQuery,
        response: { 200: schemas.ticksReply, ...errors },
      },
    },
    async ({ query }) => ({ ticks: [...(await service.ticks(Number(query.after ?? 0), PAGE))] }),
  );
  api.get(
    '/liquidations',
    {
      onRequest: requireOperator,
      schema: {
        description:
          'Each time that an account fell below maintenance, and why: the tick, the scenarios that ' +
          `cost most, the first proof. After a number of the journal, at most ${PAGE}.`,
        security: [{ token: [] }],
        querystring: schemas.pageQuery,
        response: { 200: schemas.liquidationsReply, ...errors },
      },
    },
    async ({ query }) => {
      await service.caughtUp();
      const rows = await service.store.database.query(LIQUIDATIONS, [Number(query.after ?? 0)]);
      const liquidations = rows.map((row) => ({
        sequence: Number(row['sequence']),
        account: Number(row['account']),
        tick: String(row['tick']),
        snapshotTime: textOrNull(row['snapshot_time']),
        from: schemas.state.parse(row['from_state']),
        to: schemas.state.parse(row['to_state']),
        equityE6: String(row['equity_e6']),
        mmE6: String(row['mm_e6']),
        worstScenarios:
          row['worst_btc'] === null
            ? null
            : { btc: Number(row['worst_btc']), eth: Number(row['worst_eth']) },
        ended: row['ended'] === null ? null : Number(row['ended']),
        proof:
          row['proof_tick'] === null
            ? null
            : { tick: String(row['proof_tick']), settlementNonce: String(row['proof_nonce']) },
      }));
      return { liquidations };
    },
  );
  api.get(
    '/accounts/:account/proofs',
    {
      schema: {
        description: `Its proofs, the newest first, at most ${PAGE}; /proof has the newest whole. For its owner and the operator.`,
        security: [{ token: [] }],
        params: schemas.accountParams,
        response: { 200: schemas.proofsReply, ...errors },
      },
    },
    async (request) => {
      const account = readable(request, request.params.account);
      const rows = await service.store.database.query(
        `SELECT nonce::text, tick, snapshot_time::text, made FROM plimsoll.proofs
         WHERE account = $1 ORDER BY made DESC LIMIT ${PAGE}`,
        [account],
      );
      const proofs = rows.map(({ nonce, tick, snapshot_time: snapshotTime, made }) => ({
        settlementNonce: String(nonce),
        tick: String(tick),
        snapshotTime: textOrNull(snapshotTime),
        made: new Date(made as Date).toISOString(),
      }));
      return { proofs };
    },
  );
}

const textOrNull = (value: unknown): string | null => (value === null ? null : String(value));

const LIQUIDATIONS = `
  SELECT t.sequence, t.account, t.tick, t.snapshot_time::text, t.from_state, t.to_state,
    t.equity_e6::text, t.mm_e6::text, t.worst_btc, t.worst_eth, e.ended,
    p.tick AS proof_tick, p.nonce::text AS proof_nonce
  FROM plimsoll.transitions t
  LEFT JOIN LATERAL (
    SELECT n.sequence AS ended, n.snapshot_time FROM plimsoll.transitions n
    WHERE n.account = t.account AND n.sequence > t.sequence AND n.to_state IN ('healthy', 'marginCall')
    ORDER BY n.sequence LIMIT 1
  ) e ON true
  LEFT JOIN LATERAL (
    SELECT tick, nonce FROM plimsoll.proofs p
    WHERE p.account = t.account AND p.snapshot_time >= t.snapshot_time
      AND (e.snapshot_time IS NULL OR p.snapshot_time <= e.snapshot_time)
    ORDER BY p.snapshot_time LIMIT 1
  ) p ON true
  WHERE t.sequence > $1 AND t.to_state IN ('belowMaintenance', 'bankrupt')
    AND t.from_state IN ('healthy', 'marginCall')
  ORDER BY t.sequence, t.account LIMIT ${PAGE}`;
