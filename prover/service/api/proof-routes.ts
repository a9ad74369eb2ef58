// SPDX-License-Identifier: GPL-3.0-or-later
import type { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { localKeyDocument } from '../../receipt/local-keys.ts';
import { exponentialQ20 } from '../../risk/dynamic/exponential.ts';
import { newestProof } from '../proving/proving-desk.ts';
import type { Api, Door } from './figure-routes.ts';
import type { ChainStanding } from './metrics.ts';
import * as schemas from './schemas.ts';

/** A page of the log. */
const PAGE = 500;
/** What the service proves: openings and receipts. */
const PROVEN = ['liquidation', 'account-margin', 'solvency-receipt'] as const;

export interface ProofDoor extends Door {
  readonly chain: Pick<ChainStanding, 'liquidations' | 'movingMargin'>;
}

/** What was proven, under which keys, and what the chain made of it. */
export function proofRoutes(
  api: Api,
  { service, errors, requireOperator, chain }: ProofDoor,
): void {
  api.get(
    '/proofs',
    {
      onRequest: requireOperator,
      schema: {
        description: `The newest proofs of any account, at most ${PAGE}, and where the liquidation stands on chain.`,
        security: [{ token: [] }],
        response: { 200: schemas.newestProofsReply, ...errors },
      },
    },
    async () => {
      const rows = await service.store.database.query(
        `SELECT account, nonce::text, tick, snapshot_time::text, made FROM plimsoll.proofs
         ORDER BY made DESC LIMIT ${PAGE}`,
      );
      const stages = new Map(
        (chain.liquidations ?? []).map(({ accountIndex, settlementNonce, stage }) => [
          `${accountIndex}/${settlementNonce}`,
          stage,
        ]),
      );
      const proofs = rows.map((row) => ({
        account: Number(row['account']),
        settlementNonce: String(row['nonce']),
        tick: String(row['tick']),
        snapshotTime: row['snapshot_time'] === null ? null : String(row['snapshot_time']),
        made: new Date(row['made'] as Date).toISOString(),
        stage: stages.get(`${Number(row['account'])}/${String(row['nonce'])}`) ?? null,
      }));
      return { proofs };
    },
  );
  api.get(
    '/accounts/:account/proof',
    {
      onRequest: requireOperator,
      schema: {
        description:
          'The newest proof that it may be liquidated, of one tick where that is named; verified before it was stored.',
        security: [{ token: [] }],
        params: schemas.accountParams,
        querystring: schemas.proofQuery,
        response: { 200: schemas.proofReply, ...errors },
      },
    },
    async ({ params, query }) => {
      const asked = Number(params.account);
      const found = await newestProof(service.store.database, asked, query.tick);
      if (found === undefined) throw new PlimsollError('NO_PROOF', 'there is no proof');
      const { account, nonce, tick, file } = found;
      return { account, settlementNonce: nonce.toString(), tick, proof: file };
    },
  );
  api.get(
    '/chain/liquidations',
    {
      schema: {
        description:
          'Liquidations that the followed chain knows, the newest first, and where each stands.',
        response: { 200: schemas.chainLiquidationsReply, ...errors },
      },
    },
    async () => {
      const known = chain.liquidations;
      if (known === undefined) {
        throw new PlimsollError('NO_CHAIN', 'the service follows no chain');
      }
      return {
        liquidations: known.toReversed().map(({ opening, ...one }) => ({
          account: one.accountIndex.toString(),
          settlementNonce: one.settlementNonce.toString(),
          stage: one.stage,
          openedIn: one.openedIn,
          opening:
            opening === undefined
              ? null
              : {
                  tick: opening.tick.toString(),
                  clock: opening.clockAtOpen.toString(),
                  equityE6: opening.equityE6.toString(),
                  requirementE6: opening.requirementE6.toString(),
                  reservedE6: opening.reservedE6.toString(),
                },
        })),
      };
    },
  );
  api.get(
    '/margin-state',
    {
      schema: {
        description:
          'How far its rule has moved the venue’s margin: the multiplier of every scenario’s move that the ' +
          'newest set was made with, and the band that it never leaves. Null where margin does not move.',
        response: { 200: schemas.marginStateReply, ...errors },
      },
    },
    async () => {
      if (chain.liquidations === undefined) {
        throw new PlimsollError('NO_CHAIN', 'the service follows no chain');
      }
      const { movingMargin } = chain;
      if (movingMargin === undefined) return { state: null };
      const { rule, state } = movingMargin;
      const [floorQ20, capQ20] = [rule.floorLogQ40, rule.capLogQ40].map((log) =>
        exponentialQ20(log).toString(),
      ) as [string, string];
      return {
        state: {
          sequence: state.sequence.toString(),
          time: state.time.toString(),
          floorQ20,
          capQ20,
          underlyings: UNDERLYINGS.map((u) => ({
            symbol: UNDERLYING_SYMBOLS[u],
            multiplierQ20: exponentialQ20(state.underlyings[u].appliedLogQ40).toString(),
          })),
        },
      };
    },
  );
  let keys: z.infer<typeof schemas.keysReply> | undefined;
  api.get(
    '/keys',
    {
      schema: {
        description:
          'The verifying keys of what is proven here, as `plimsoll verify --keys` takes them. Compare ' +
          'them with those of the venue’s verifier contracts.',
        response: { 200: schemas.keysReply, ...errors },
      },
    },
    async () => (keys ??= JSON.parse(localKeyDocument(PROVEN)) as typeof keys & object),
  );
}
