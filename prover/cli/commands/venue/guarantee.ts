// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress, toBeHex } from 'ethers';

import { guaranteeCall, releaseCall } from '../../../chain/submit.ts';
import type { VenueDocument } from '../../../chain/venue-document.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { formatUsd } from '../../../model/format.ts';
import { Prover } from '../../../proving/prover.ts';
import { marginPortfolio, type AccountMargin } from '../../../risk/margin/margin.ts';
import { divCeil } from '../../../risk/pricing/fixed-point.ts';
import type { Command } from '../../command.ts';
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

interface Terms {
  readonly amountE6: bigint;
  readonly feeE6: bigint;
}

/** What is guaranteed and what it costs, as the contract has it; throws why there is nothing to take. */
function termsFor(
  { equityE6, mmE6 }: Pick<AccountMargin, 'equityE6' | 'mmE6'>,
  { config: { guarantee } }: VenueDocument,
): Terms {
  const [floorBps, feeBps] = [BigInt(guarantee.floorBps), BigInt(guarantee.feeBps)];
  if (equityE6 >= mmE6) {
    throw new PlimsollError('NOTHING_TO_GUARANTEE', 'the account is at or above its maintenance');
  }
  const floorE6 = divCeil(mmE6 * floorBps, BPS);
  if (equityE6 < floorE6) {
    const [equity, floor] = [formatUsd(equityE6, 6), formatUsd(floorE6, 6)];
    throw new PlimsollError('BELOW_FLOOR', `equity ${equity} is below the floor, ${floor}`);
  }
  const amountE6 = divCeil(mmE6 * (BPS - floorBps), BPS);
  const proportional = divCeil(amountE6 * feeBps, BPS);
  return {
    amountE6,
    feeE6: proportional > guarantee.minFeeE6 ? proportional : guarantee.minFeeE6,
  };
}

export const command: Command = {
  name: 'venue guarantee',
  description:
    "Has the fund's buffer guarantee what an account of the sender lacks, where that is little: for\n" +
    'the guarantee’s term nobody opens it unless it lacks more. It costs a fee, and the account only\n' +
    'reduces risk until it is proven healthy again, which --release does. docs/contracts.md has the rules.',
  example:
    'npx plimsoll venue guarantee 12 --rpc http://127.0.0.1:8545 --ledger ledger.json --keystore me.json',
  positionals: [{ name: 'account', required: true, describe: 'index in the ledger' }],
  options: {
    ...SENDING_OPTIONS,
    ...JUDGED_OPTIONS,
    release: {
      type: 'boolean',
      describe: 'prove that the account is healthy again, and have the restriction lifted',
    },
  },
  needsSetup: true,
  output: {
    version: 1,
    schema: shape({
      account: whole,
      tick: decimal,
      guaranteedE6: decimal.describe('0 where a restriction is lifted'),
      feeE6: decimal,
      ...TRANSACTION_OUTPUT,
    }),
  },
  run: async (context) => {
    const isRelease = context.options['release'] === true;
    const connection = await connectToSend(context);
    const { provider, document, venue, sender } = connection;
    try {
      const judged = await readJudgedTick(context, connection);
      const [index] = accountIndices(context.positionals, judged) as [number];
      const account = judged.ledger.account(index);
      const owner = getAddress(toBeHex(account.owner, 20));
      if (!isRelease && owner !== sender) {
        throw new PlimsollError('NOT_THE_OWNER', `account ${index} is of ${owner}, not ${sender}`);
      }
      const margin = marginPortfolio(account, judged.market.market);
      const terms = isRelease ? { amountE6: 0n, feeE6: 0n } : termsFor(margin, document);
      const [amount, fee] = [formatUsd(terms.amountE6, 6), formatUsd(terms.feeE6, 6)];
      if (!isRelease) context.print(`account ${index}: ${amount} USD guaranteed, for ${fee} USD`);
      await allowPayment(context, connection, document.contracts.marginGuarantee, terms.feeE6);
      await using prover = new Prover();
      const proof = await proveJudged(context, prover, document, judged, {
        statement: 'account-margin',
        accountIndex: index,
        contract: 'marginGuarantee',
        action: isRelease ? 'releaseGuarantee' : 'takeGuarantee',
        beneficiary: owner,
      });
      const call = isRelease ? await releaseCall(venue, proof) : await guaranteeCall(venue, proof);
      const performed = await transact(context, connection, call);
      context.printJson({
        account: index,
        tick: judged.tick.number,
        guaranteedE6: terms.amountE6,
        feeE6: terms.feeE6,
        ...transactionJson(performed),
      });
    } finally {
      provider.destroy();
    }
  },
};
