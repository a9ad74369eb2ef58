// SPDX-License-Identifier: GPL-3.0-or-later
import type { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import { challengeOf, NO_CHALLENGE } from '../../receipt/challenge.ts';
import type { VenueDesk } from '../chain/venue-desk.ts';
import type { ReceiptDesk } from '../receipts/receipt-desk.ts';
import type { Api, Door } from './figure-routes.ts';
import type { Roles } from './roles.ts';
import * as schemas from './schemas.ts';

/** What these routes ask beside the service itself. */
export interface ChainDoor extends Door {
  readonly roles: Roles;
  readonly receipts: ReceiptDesk;
  /** Undefined where the configuration names no chain. */
  readonly venue: VenueDesk | undefined;
}

/** What a venue's contracts say, and receipts about accounts under a tick that they accepted. */
export function chainRoutes(
  api: Api,
  { service, roles, receipts, venue, errors }: ChainDoor,
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
