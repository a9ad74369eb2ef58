// SPDX-License-Identifier: GPL-3.0-or-later
import type { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import type { AdmissionRefusal } from '../../venue/solvency/admission.ts';
import type { AdmissionDesk } from '../admission/admission-desk.ts';
import { changesOf } from '../ledger/read-update.ts';
import type { Api, Door } from './figure-routes.ts';
import * as schemas from './schemas.ts';

/** A refusal as it is told: the account or the scenarios, and the two amounts that the rule compares. */
function refusalReply(refusal: AdmissionRefusal): z.infer<typeof schemas.admissionRefusal> {
  const { rule } = refusal;
  switch (rule) {
    case 'frozen':
      return { rule, account: refusal.index };
    case 'riskReducingOnly':
    case 'notCovered': {
      const { index: account, beforeE6, afterE6 } = refusal;
      return { rule, account, beforeE6: beforeE6.toString(), afterE6: afterE6.toString() };
    }
    case 'initialMargin': {
      const { index: account, equityE6, requiredE6 } = refusal;
      return { rule, account, equityE6: equityE6.toString(), requiredE6: requiredE6.toString() };
    }
    case 'cover': {
      const { ids, shortfallE6, fundE6 } = refusal;
      const [btc, eth] = ids;
      const scenarios = { btc, eth };
      return { rule, scenarios, shortfallE6: shortfallE6.toString(), fundE6: fundE6.toString() };
    }
  }
}

/** Whether an action may happen, asked before it does. */
export function admissionRoutes(api: Api, { service, errors, requireOperator }: Door): void {
  const desk = (): AdmissionDesk => {
    if (service.admission !== undefined) return service.admission;
    throw new PlimsollError('NO_ADMISSION', 'admission is not configured');
  };
  api.post(
    '/admissions',
    {
      onRequest: requireOperator,
      schema: {
        description:
          'Whether an action may happen: its accounts as they would stand after it, both parties of a trade together. ' +
          'What is admitted counts from then on.',
        security: [{ token: [] }],
        body: schemas.admissionBody,
        response: { 200: schemas.admissionReply, ...errors },
      },
    },
    async ({ body: { changes, trial, forced } }) => {
      const asked = desk();
      const action = await changesOf(changes, service.ledger.instruments);
      const options = { isTrial: trial === true, isForced: forced === true };
      const { isAdmitted, refusals, number, book, tick } = asked.ask(action, options);
      return { admitted: isAdmitted, refusals: refusals.map(refusalReply), number, book, tick };
    },
  );
  api.get(
    '/admissions',
    {
      onRequest: requireOperator,
      schema: {
        description:
          'What covered joint scenarios would leave the venue short of with all that is admitted, and updates that nobody had admitted.',
        security: [{ token: [] }],
        response: { 200: schemas.admissionStandingReply, ...errors },
      },
    },
    async () => {
      const { totals, unadmitted, fundE6, isCovered, tick, ...rest } = desk().standing();
      return {
        ...rest,
        tick: tick ?? null,
        covered: isCovered,
        fundE6: fundE6.toString(),
        totals: totals.map(({ ids: [btc, eth], shortfallE6 }) => ({
          scenarios: { btc, eth },
          shortfallE6: shortfallE6.toString(),
        })),
        unadmitted: unadmitted.map(({ sequence, accounts, refusals }) => ({
          sequence,
          accounts: [...accounts],
          refusals: refusals.map(refusalReply),
        })),
      };
    },
  );
}
