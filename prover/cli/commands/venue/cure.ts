// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress, toBeHex } from 'ethers';

import { cureCall } from '../../../chain/submit.ts';
import type { Account } from '../../../commitments/account.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { decimalBigint, parseValue } from '../../../core/schema.ts';
import type { JudgedTick } from '../../../keeper/judged-tick.ts';
import { formatUsd } from '../../../model/format.ts';
import { Prover } from '../../../proving/prover.ts';
import { marginPortfolio } from '../../../risk/margin/margin.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { allowPayment } from '../../options/allowance.ts';
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

const BPS = 10_000n;

/** What must be credited so that equity reaches the level of a cure; nothing where it does. */
function neededE6(account: Account, { market }: JudgedTick): bigint {
  const { equityE6, mmE6 } = marginPortfolio(account, market.market);
  const { cureBufferBps } = market.parameters.parameters;
  const levelE6 = (mmE6 * (BPS + cureBufferBps) + BPS - 1n) / BPS;
  return levelE6 > equityE6 ? levelE6 - equityE6 : 0n;
}

function creditOf(context: CommandContext, needed: bigint): bigint {
  const given = stringOption(context, 'credit');
  if (given === undefined) return needed;
  const form = decimalBigint(0n, 2n ** 64n - 1n);
  const creditE6 = parseValue(form, given, '--credit');
  if (creditE6 >= needed) return creditE6;
  throw new InvalidInput('--credit', `must be at least ${needed}, what the account is short of`);
}

export const command: Command = {
  name: 'venue cure',
  description:
    'Proves that the account is healthy after a credit that the sender pays, and ends its\n' +
    "liquidation. Anybody may help anybody. With a credit the opening's keeper gets its fee.",
  example: 'npx plimsoll venue cure 1 --rpc http://127.0.0.1:8545 --ledger ledger.json',
  positionals: [{ name: 'account', required: true, describe: 'index in the ledger' }],
  options: {
    ...SENDING_OPTIONS,
    ...JUDGED_OPTIONS,
    credit: {
      type: 'string',
      placeholder: 'USD E6',
      describe: 'what to pay into the account (default: what it is short of)',
    },
  },
  needsSetup: true,
  output: {
    version: 1,
    schema: shape({ account: whole, tick: decimal, creditE6: decimal, ...TRANSACTION_OUTPUT }),
  },
  run: async (context) => {
    const connection = await connectToSend(context);
    const { provider, document, venue } = connection;
    try {
      const judged = await readJudgedTick(context, connection);
      const [index] = accountIndices(context.positionals, judged) as [number];
      const account = judged.ledger.account(index);
      const creditE6 = creditOf(context, neededE6(account, judged));
      const { cureFeeE6 } = document.config.engine;
      const paidE6 = creditE6 === 0n ? 0n : creditE6 + cureFeeE6;
      context.print(`account ${index}: credit ${formatUsd(creditE6, 6)} USD`);
      await allowPayment(context, connection, document.contracts.vault, paidE6);
      await using prover = new Prover();
      const proof = await proveJudged(context, prover, document, judged, {
        statement: 'account-margin',
        accountIndex: index,
        action: 'cureLiquidation',
        beneficiary: getAddress(toBeHex(account.owner, 20)),
        change:
          creditE6 === 0n
            ? undefined
            : { removedAsset: 'USDC', removedAmount: creditE6, isCredited: true },
      });
      const performed = await transact(context, connection, await cureCall(venue, proof));
      context.printJson({
        account: index,
        tick: judged.tick.number,
        creditE6,
        ...transactionJson(performed),
      });
    } finally {
      provider.destroy();
    }
  },
};
