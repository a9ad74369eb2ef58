// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { eventsNamed, eventsOf } from '../../../chain/events.ts';
import { read } from '../../../chain/refusal.ts';
import { expiryCall } from '../../../chain/submit.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { formatUsd } from '../../../model/format.ts';
import { Prover } from '../../../proving/prover.ts';
import { marginPortfolio } from '../../../risk/margin/margin.ts';
import type { Command } from '../../command.ts';
import { proveJudged } from '../../options/venue-proof.ts';
import { JUDGED_OPTIONS, accountIndices, readJudgedTick } from '../../options/judged-inputs.ts';
import {
  SENDING_OPTIONS,
  TRANSACTION_OUTPUT,
  connectToSend,
  transact,
  transactionJson,
} from '../../options/transaction.ts';
import { decimal, shape, whole } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'venue cover',
  description:
    'Hands an account that nobody bought within the horizon to the Backstop: the fund pays what it is\n' +
    'short of, up to its cap, queues what is above the cap and records what is above the fund. With\n' +
    '--queued it pays the head of that queue, without any account, and says what is queued still.',
  example: 'npx plimsoll venue cover 2 --rpc http://127.0.0.1:8545 --ledger ledger.json',
  positionals: [{ name: 'account', required: false, describe: 'index in the ledger' }],
  options: {
    ...SENDING_OPTIONS,
    ...JUDGED_OPTIONS,
    queued: { type: 'boolean', describe: 'pay what the fund still owes the Backstop' },
  },
  needsSetup: true,
  output: {
    version: 1,
    schema: shape({
      account: whole.nullable(),
      deficitE6: decimal.nullable(),
      paidE6: decimal.nullable(),
      queuedE6: decimal.nullable(),
      uncoveredE6: decimal.nullable(),
      ...TRANSACTION_OUTPUT,
    }),
  },
  run: async (context) => {
    const isQueued = context.options['queued'] === true;
    if (isQueued === context.positionals.length > 0) {
      throw new InvalidInput('<account>', 'give one, or --queued without any');
    }
    const connection = await connectToSend(context);
    const { provider, document, venue } = connection;
    try {
      if (isQueued) {
        const call = { contract: venue.insuranceFund, method: 'payQueued', args: [] };
        const performed = await transact(context, connection, call);
        const { receipt } = performed;
        const paid =
          receipt === undefined
            ? undefined
            : eventsNamed(eventsOf(venue, receipt), 'ClaimPaid')[0]?.values;
        const queuedE6 = await read(venue.insuranceFund, 'queuedE6', [], z.bigint());
        if (paid !== undefined) {
          context.print(
            `account ${paid.accountIndex}: paid ${formatUsd(paid.amountE6, 6)}, ` +
              `queued still ${formatUsd(queuedE6, 6)} USD in all`,
          );
        }
        context.printJson({
          account: paid === undefined ? null : Number(paid.accountIndex),
          deficitE6: null,
          paidE6: paid?.amountE6 ?? null,
          queuedE6,
          uncoveredE6: null,
          ...transactionJson(performed),
        });
        return;
      }
      const judged = await readJudgedTick(context, connection);
      const [index] = accountIndices(context.positionals, judged) as [number];
      const { deficitE6 } = marginPortfolio(judged.ledger.account(index), judged.market.market);
      await using prover = new Prover();
      const proof = await proveJudged(context, prover, document, judged, {
        statement: 'account-margin',
        accountIndex: index,
        action: 'expireLiquidation',
        beneficiary: document.contracts.backstop,
      });
      const performed = await transact(context, connection, await expiryCall(venue, proof));
      const { receipt } = performed;
      const covered =
        receipt === undefined
          ? undefined
          : eventsNamed(eventsOf(venue, receipt), 'Covered')[0]?.values;
      context.print(
        `account ${index}: deficit ${formatUsd(deficitE6, 6)} USD` +
          (covered === undefined
            ? ''
            : `, paid ${formatUsd(covered.paidE6, 6)}, queued ${formatUsd(covered.queuedE6, 6)}, ` +
              `uncovered ${formatUsd(covered.uncoveredE6, 6)}`),
      );
      context.printJson({
        account: index,
        deficitE6,
        paidE6: covered?.paidE6 ?? null,
        queuedE6: covered?.queuedE6 ?? null,
        uncoveredE6: covered?.uncoveredE6 ?? null,
        ...transactionJson(performed),
      });
    } finally {
      provider.destroy();
    }
  },
};
