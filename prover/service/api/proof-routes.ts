// SPDX-License-Identifier: GPL-3.0-or-later
import type { z } from 'zod';

import { coverageOf, coveredMoves, type CoveredMoves } from '../../analysis/covered-moves.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { DynamicRule } from '../../model/dynamic.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { ALL_STATEMENTS, localKeyDocument } from '../../receipt/local-keys.ts';
import { exponentialQ20 } from '../../risk/dynamic/exponential.ts';
import type { VenueDesk } from '../chain/venue-desk.ts';
import { newestProof } from '../proving/proving-desk.ts';
import type { Api, Door } from './figure-routes.ts';
import type { ChainStanding } from './metrics.ts';
import * as schemas from './schemas.ts';

/** A page of the log. */
const PAGE = 500;
/** What the default scan ranges were chosen for. */
const HORIZON_SECONDS = 7_200n;

/** A set's covered moves at the floor and at the cap of its rule's multiplier. */
function bandOf({ fallBps, riseBps }: CoveredMoves, { floorLogQ40, capLogQ40 }: DynamicRule) {
  const times = (moveBps: bigint, logQ40: bigint): string =>
    ((moveBps * exponentialQ20(logQ40)) / (1n << 20n)).toString();
  return {
    floorFallBps: times(fallBps, floorLogQ40),
    floorRiseBps: times(riseBps, floorLogQ40),
    capFallBps: times(fallBps, capLogQ40),
    capRiseBps: times(riseBps, capLogQ40),
  };
}

export interface ProofDoor extends Door {
  readonly chain: Pick<ChainStanding, 'liquidations' | 'movingMargin'>;
  /** Undefined where the configuration names no chain. */
  readonly venue: VenueDesk | undefined;
}

/** What was proven, under which keys, and what the chain made of it. */
export function proofRoutes(
  api: Api,
  { service, errors, readable, requireOperator, chain, venue }: ProofDoor,
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
      const liquidations = chain.liquidations ?? [];
      const opened = new Map(
        liquidations.map((one) => [`${one.accountIndex}/${one.settlementNonce}`, one]),
      );
      const openings = new Map<string, bigint>();
      for (const { openedIn } of liquidations) {
        openings.set(openedIn, (openings.get(openedIn) ?? 0n) + 1n);
      }
      const gas = (await venue?.gasOf([...openings.keys()])) ?? new Map<string, bigint>();
      const gasOf = (openedIn: string | undefined): string | null => {
        const used = openedIn === undefined ? undefined : gas.get(openedIn);
        return used === undefined ? null : (used / openings.get(openedIn!)!).toString();
      };
      const known = (row: Readonly<Record<string, unknown>>) =>
        opened.get(`${Number(row['account'])}/${String(row['nonce'])}`);
      const latencyOf = (row: Readonly<Record<string, unknown>>): number | null => {
        const takenAt = service.takenAt(String(row['tick']));
        return takenAt === undefined ? null : (row['made'] as Date).getTime() - takenAt;
      };
      const proofs = rows.map((row) => ({
        account: Number(row['account']),
        settlementNonce: String(row['nonce']),
        tick: String(row['tick']),
        snapshotTime: row['snapshot_time'] === null ? null : String(row['snapshot_time']),
        made: new Date(row['made'] as Date).toISOString(),
        latencyMs: latencyOf(row),
        stage: known(row)?.stage ?? null,
        openingGas: gasOf(known(row)?.openedIn),
      }));
      return { proofs };
    },
  );
  api.get(
    '/accounts/:account/proof',
    {
      schema: {
        description:
          'The newest proof that it may be liquidated, of one tick where that is named; verified before it was ' +
          'stored. For its owner and the operator.',
        security: [{ token: [] }],
        params: schemas.accountParams,
        querystring: schemas.proofQuery,
        response: { 200: schemas.proofReply, ...errors },
      },
    },
    async (request) => {
      const { params, query } = request;
      const asked = readable(request, params.account);
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
  api.get(
    '/coverage',
    {
      schema: {
        description:
          'Of the newest ticks: the moves of the indices that maintenance margin covered, how far they went within ' +
          'the horizon of a liquidation, and where that was further.',
        response: { 200: schemas.coverageReply, ...errors },
      },
    },
    async () => {
      const rule = chain.movingMargin?.rule;
      const base = service.parameterSets[0]!;
      return {
        horizonSeconds: Number(HORIZON_SECONDS),
        underlyings: UNDERLYINGS.map((u) => {
          const ticks = coverageOf(service.coveredTicks(u), HORIZON_SECONDS);
          return {
            symbol: UNDERLYING_SYMBOLS[u],
            breaches: ticks.filter(({ isBreached }) => isBreached).length,
            band:
              rule === undefined
                ? null
                : bandOf(coveredMoves(base.parameters.underlyings[u]), rule),
            ticks: ticks.map(({ isBreached, ...figures }) => ({
              ...(Object.fromEntries(
                Object.entries(figures).map(([name, value]) => [name, value.toString()]),
              ) as Record<keyof typeof figures, string>),
              isBreached,
            })),
          };
        }),
      };
    },
  );
  const known = (): VenueDesk => {
    if (venue !== undefined) return venue;
    throw new PlimsollError('NO_CHAIN', 'the service knows no chain: its configuration names none');
  };
  const textOf = (value: bigint | undefined): string | null => value?.toString() ?? null;
  api.get(
    '/statements',
    {
      schema: {
        description:
          'What the venue’s contracts took, proven, the newest first, and which contract takes what, at most five ' +
          'seconds ago.',
        response: { 200: schemas.statementsReply, ...errors, 503: schemas.errorReply },
      },
    },
    async () => {
      const desk = known();
      const taken = await desk.statements();
      return {
        places: desk.statementPlaces.map(({ statement, contract = null, why = null }) => ({
          statement,
          contract,
          why,
        })),
        statements: taken.map((one) => ({
          statement: one.statement,
          proofs: one.proofs,
          event: one.event,
          account: textOf(one.account),
          settlementNonce: textOf(one.settlementNonce),
          tick: textOf(one.tick),
          snapshotHash: textOf(one.snapshotHash),
          snapshotTime: textOf(one.snapshotTime),
          time: one.time.toString(),
          latencySeconds: textOf(one.snapshotTime && one.time - one.snapshotTime),
          transaction: one.transaction,
          gas: one.gas.toString(),
        })),
      };
    },
  );
  api.get(
    '/statements/:transaction/proofs',
    {
      schema: {
        description:
          'The proofs that a transaction carried to a contract of the venue, read from its calldata.',
        params: schemas.transactionParams,
        response: { 200: schemas.postedProofsReply, ...errors, 503: schemas.errorReply },
      },
    },
    async ({ params }) => ({ proofs: [...(await known().proofsIn(params.transaction))] }),
  );
  let keys: z.infer<typeof schemas.keysReply> | undefined;
  api.get(
    '/keys',
    {
      schema: {
        description:
          'The verifying keys of all circuits built here, as `plimsoll verify --keys` takes them. Compare ' +
          'them with those of the venue’s verifier contracts.',
        response: { 200: schemas.keysReply, ...errors },
      },
    },
    async () => (keys ??= JSON.parse(localKeyDocument(ALL_STATEMENTS)) as typeof keys & object),
  );
}
