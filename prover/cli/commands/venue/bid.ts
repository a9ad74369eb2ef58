// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../../core/errors.ts';
import { decimalBigint, parseValue } from '../../../core/schema.ts';
import { bidCost } from '../../../keeper/auction.ts';
import { readAuctions } from '../../../keeper/auctions.ts';
import { formatUsd } from '../../../model/format.ts';
import { Prover } from '../../../proving/prover.ts';
import type { Command } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { allowPayment } from '../../options/allowance.ts';
import { provenBid } from '../../options/bidding.ts';
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
  name: 'venue bid',
  description:
    'Buys the account as a whole at the auction’s price, which falls with the market clock: price and\n' +
    'top-up to initial margin are escrowed at once, and cannot be taken back. plimsoll keeper --bid\n' +
    'says whether it pays.',
  example: 'npx plimsoll venue bid 1 --rpc http://127.0.0.1:8545 --ledger ledger.json --dry-run',
  positionals: [{ name: 'account', required: true, describe: 'index in the ledger' }],
  options: {
    ...SENDING_OPTIONS,
    ...JUDGED_OPTIONS,
    'max-payment': {
      type: 'string',
      placeholder: 'USD E6',
      describe: 'most to escrow (default: what it costs now; it only gets cheaper at one tick)',
    },
  },
  needsSetup: true,
  output: {
    version: 1,
    schema: shape({
      account: whole,
      tick: decimal,
      elapsed: decimal,
      priceE6: decimal,
      topUpE6: decimal,
      paymentE6: decimal,
      ...TRANSACTION_OUTPUT,
    }),
  },
  run: async (context) => {
    const connection = await connectToSend(context);
    const { provider, document, venue } = connection;
    try {
      const judged = await readJudgedTick(context, connection);
      const [index] = accountIndices(context.positionals, judged) as [number];
      const auctions = await readAuctions(venue, provider, document, judged);
      const auction = auctions.find(({ accountIndex }) => accountIndex === index);
      if (auction === undefined) {
        throw new PlimsollError(
          'NOT_OPEN',
          `account ${index} is not for sale: venue status says what is`,
        );
      }
      const { margin, freeze, elapsed, backedE6 } = auction;
      if (freeze === undefined) {
        throw new PlimsollError(
          'NOT_FROZEN',
          `account ${index} is not frozen in the ledger of tick ${judged.tick.number}: the auction ` +
            'begins with the ledger that has the Freeze, and a tick of it',
        );
      }
      const { engine } = document.config;
      const { priceE6, topUpE6, paymentE6 } = bidCost(engine, margin, elapsed, backedE6);
      context.print(
        `account ${index}, ${elapsed} s after its Freeze: price ${formatUsd(priceE6, 6)}, ` +
          `top-up ${formatUsd(topUpE6, 6)}, to escrow ${formatUsd(paymentE6, 6)} USD`,
      );
      const given = stringOption(context, 'max-payment');
      const limitE6 =
        given === undefined
          ? paymentE6
          : parseValue(decimalBigint(0n, 2n ** 128n), given, '--max-payment');
      await allowPayment(context, connection, document.contracts.vault, paymentE6);
      await using prover = new Prover();
      const callWith = await provenBid(context, connection, prover, judged, index, freeze);
      const performed = await transact(context, connection, await callWith(limitE6));
      context.printJson({
        account: index,
        tick: judged.tick.number,
        elapsed,
        priceE6,
        topUpE6,
        paymentE6,
        ...transactionJson(performed),
      });
    } finally {
      provider.destroy();
    }
  },
};
