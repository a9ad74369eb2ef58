// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../../core/errors.ts';
import { decimalBigint, parseValue } from '../../../core/schema.ts';
import { closingCall } from '../../../chain/submit.ts';
import { readLiquidations } from '../../../keeper/liquidations.ts';
import { formatUsd } from '../../../model/format.ts';
import type { Command } from '../../command.ts';
import {
  SENDING_OPTIONS,
  TRANSACTION_OUTPUT,
  connectToSend,
  transact,
  transactionJson,
} from '../../options/transaction.ts';
import { address, decimal, shape } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'venue close',
  description:
    'Pays out what a takeover escrowed, once a ledger has it: the keeper’s reward, the fund’s penalty,\n' +
    'the former owner’s rest. Takes no proof; the terms are read from the chain.',
  example: 'npx plimsoll venue close 1 --rpc http://127.0.0.1:8545',
  positionals: [{ name: 'account', required: true, describe: 'index in the ledger' }],
  options: SENDING_OPTIONS,
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      account: decimal,
      settlementNonce: decimal,
      newOwner: address,
      creditE6: decimal,
      rewardE6: decimal,
      penaltyE6: decimal,
      proceedsE6: decimal,
      ...TRANSACTION_OUTPUT,
    }),
  },
  run: async (context) => {
    const index = parseValue(decimalBigint(0n, 2n ** 24n), context.positionals[0], '<account>');
    const connection = await connectToSend(context);
    const { provider, document, venue } = connection;
    try {
      const all = await readLiquidations(venue, provider, document.deploymentBlock);
      const waiting = all.find(
        ({ accountIndex, isClosed, terms, status }) =>
          accountIndex === index && terms !== undefined && !isClosed && status !== 'abandoned',
      );
      if (waiting?.terms === undefined) {
        throw new PlimsollError('NOTHING_TO_CLOSE', `nothing is escrowed for account ${index}`);
      }
      const { terms } = waiting;
      const performed = await transact(context, connection, closingCall(venue, terms));
      const { settlementNonce, newOwner, creditE6, rewardE6, penaltyE6, proceedsE6 } = terms;
      context.print(
        `account ${index}: reward ${formatUsd(rewardE6, 6)}, penalty ${formatUsd(penaltyE6, 6)}, ` +
          `to the former owner ${formatUsd(proceedsE6, 6)} USD`,
      );
      context.printJson({
        account: index,
        settlementNonce,
        newOwner,
        creditE6,
        rewardE6,
        penaltyE6,
        proceedsE6,
        ...transactionJson(performed),
      });
    } finally {
      provider.destroy();
    }
  },
};
