// SPDX-License-Identifier: GPL-3.0-or-later
import type { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import { challengeOf, NO_CHALLENGE } from '../../receipt/challenge.ts';
import { max } from '../../risk/pricing/fixed-point.ts';
import { COLLATERAL_SYMBOLS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { headlineList, type ComponentAges } from '../../commitments/report-words.ts';
import { snapshotHeadlines } from '../../statements/oracle-median.ts';
import type { SourceDesk } from '../chain/source-desk.ts';
import { auctionBoard } from '../chain/auction-board.ts';
import type { VenueDesk } from '../chain/venue-desk.ts';
import type { ReceiptDesk } from '../receipts/receipt-desk.ts';
import type { Api, Door } from './figure-routes.ts';
import type { ChainStanding } from './metrics.ts';
import type { Caller, Roles } from './roles.ts';
import * as schemas from './schemas.ts';

/** The numbers that sources report, in the order of `headlineList`. */
const HEADLINES = [
  ...UNDERLYING_SYMBOLS.map((symbol) => ({
    name: `${symbol} index`,
    digits: 4,
    unit: 'USD' as const,
  })),
  ...UNDERLYING_SYMBOLS.map((symbol) => ({
    name: `${symbol} perpetual`,
    digits: 4,
    unit: 'USD' as const,
  })),
  ...COLLATERAL_SYMBOLS.map((symbol) => ({
    name: `${symbol} redemption`,
    digits: 30,
    unit: 'ratio' as const,
  })),
];

/** What these routes ask beside the service itself. */
export interface ChainDoor extends Door {
  readonly roles: Roles;
  readonly receipts: ReceiptDesk;
  /** Undefined where the configuration names no chain. */
  readonly venue: VenueDesk | undefined;
  /** Undefined where the feed believes its signers. */
  readonly sources: SourceDesk | undefined;
  readonly chain: Pick<ChainStanding, 'liquidations' | 'view'>;
  callerOf(request: { headers: { authorization?: string | undefined } }): Caller;
}

/** What a venue's contracts say, and receipts about accounts under a tick that they accepted. */
export function chainRoutes(
  api: Api,
  { service, roles, receipts, venue, sources, errors, chain, callerOf, requireKnown }: ChainDoor,
): void {
  const chainErrors = { ...errors, 503: schemas.errorReply };
  const known = (): VenueDesk => {
    if (venue !== undefined) return venue;
    throw new PlimsollError('NO_CHAIN', 'the service knows no chain: its configuration names none');
  };
  api.get(
    '/fund',
    {
      schema: {
        description: 'What the insurance fund has and owes on chain, at most five seconds ago.',
        response: { 200: schemas.fundReply, ...chainErrors },
      },
    },
    async () => {
      const { assetsE6, bufferE6, guaranteedE6, reservedE6, queuedE6, freeE6, uncoveredE6 } =
        await known().fund();
      return {
        assetsE6: assetsE6.toString(),
        bufferE6: bufferE6.toString(),
        guaranteedE6: guaranteedE6.toString(),
        reservedE6: reservedE6.toString(),
        queuedE6: queuedE6.toString(),
        freeE6: freeE6.toString(),
        uncoveredE6: uncoveredE6.toString(),
      };
    },
  );
  api.get(
    '/sources',
    {
      schema: {
        description:
          'What each source of a feed with a median gate reported of the newest tick’s minute, beside the consensus ' +
          'that the feed took, and how old its numbers were.',
        response: { 200: schemas.sourcesReply, ...chainErrors },
      },
    },
    async (request) => {
      known();
      if (sources === undefined) {
        throw new PlimsollError(
          'NO_SOURCES',
          'the venue’s feed has no sources: it believes its signers',
        );
      }
      const { tick, market } = service;
      if (tick === undefined || market === undefined) {
        throw new PlimsollError('NO_TICK', 'there is no tick yet');
      }
      const { time } = market.snapshot;
      const heard = await sources.heard(time);
      const consensus = headlineList(snapshotHeadlines(market.snapshot));
      const inSeconds = ({ index, perpetual, collateral }: ComponentAges) => ({
        index: Number(index),
        perpetual: Number(perpetual),
        collateral: Number(collateral),
      });
      return {
        time: time.toString(),
        figures: HEADLINES.map((figure, at) => ({
          ...figure,
          consensus: consensus[at]!.toString(),
        })),
        sources: heard.sources.map(({ source, report }) => ({
          name: source.name,
          allowedSeconds: inSeconds(source.maxAges),
          report:
            report === undefined
              ? null
              : { ages: inSeconds(report.ages), values: headlineList(report).map(String) },
        })),
        // Addresses are the operator's business.
        silent: callerOf(request).role === 'operator' ? [...heard.silent] : [],
      };
    },
  );
  api.get(
    '/auctions',
    {
      onRequest: requireKnown,
      schema: {
        description:
          'Open liquidations and what a bid would take now, at the newest tick and ledger; an owner’s own alone.',
        security: [{ token: [] }],
        response: { 200: schemas.auctionsReply, ...chainErrors },
      },
    },
    async (request) => {
      const desk = known();
      const { liquidations, view } = chain;
      const { market } = service;
      if (liquidations === undefined || view?.tick === undefined || market === undefined) {
        throw new PlimsollError('NO_TICK', 'there is no tick of the chain yet');
      }
      const caller = callerOf(request);
      const { accounts } = service.ledger.ledger;
      const clock = await desk.auctionClock(view.tick.block);
      const board = await auctionBoard(
        caller.role === 'operator'
          ? liquidations
          : liquidations.filter(
              ({ accountIndex }) =>
                caller.role === 'owner' && accounts[Number(accountIndex)]?.owner === caller.owner,
            ),
        {
          view,
          clock,
          config: desk.engine,
          account: (index) => accounts[index],
          market: market.market,
          freezeClock: async (index, sequence) => desk.freezeClock(index, sequence),
        },
      );
      const { rampSeconds, incentiveBps, horizonSeconds } = desk.engine;
      return {
        clock: clock.now.toString(),
        runsForSeconds: clock.runsForSeconds.toString(),
        rampSeconds,
        incentiveBps,
        horizonSeconds,
        auctions: board.map(({ account, settlementNonce, margin, cost, ...one }) => ({
          account,
          settlementNonce: settlementNonce.toString(),
          openedAt: one.openedAt?.toString() ?? null,
          frozenAt: one.frozenAt?.toString() ?? null,
          grossEquityE6: margin.grossEquityE6.toString(),
          mmE6: margin.mmE6.toString(),
          topUpE6: max(margin.imE6 - margin.equityE6, 0n).toString(),
          backedE6: one.backedE6.toString(),
          priceE6: cost?.priceE6.toString() ?? null,
          paymentE6: cost?.paymentE6.toString() ?? null,
        })),
      };
    },
  );
  api.post(
    '/accounts/:account/receipts',
    {
      schema: {
        description:
          'An exact receipt of an account at the newest tick on chain, for the owner who signed a ' +
          'challenge that was asked for with `receipt`. The signature is all that it needs, and serves once.',
        params: schemas.accountParams,
        body: schemas.sessionBody,
        response: { 200: schemas.receiptReply, ...chainErrors },
      },
    },
    async ({ params, body }) => {
      const { owner, receipt: asked } = roles.redeem(body.challenge, body.signature);
      const index = Number(params.account);
      if (asked === undefined || asked.account !== index) {
        throw new PlimsollError(
          'UNAUTHORIZED',
          `the challenge asks no receipt of account ${index}`,
        );
      }
      if (service.ledger.ledger.accounts[index]?.owner !== owner) {
        throw new PlimsollError('NO_SUCH_ACCOUNT', `there is no account ${index} of yours`);
      }
      const desk = known();
      const { opening, tick } = service.standing(index);
      const { snapshot, parameters, snapshotHash, parameterHash } = tick;
      const { ledgerRoot } = opening;
      const place = await desk.placeOf({ ledgerRoot, snapshotHash, parameterHash });
      const challenge =
        asked.answers === undefined ? NO_CHALLENGE : challengeOf(asked.answers, 'receipt.answers');
      const text = await receipts.make({ opening, snapshot, parameters, place, challenge });
      return { receipt: JSON.parse(text) as z.infer<typeof schemas.receiptReply>['receipt'] };
    },
  );
}
