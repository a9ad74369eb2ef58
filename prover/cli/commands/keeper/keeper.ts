// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout as sleep } from 'node:timers/promises';

import { Contract } from 'ethers';
import { z } from 'zod';

import { isNodeFailure } from '../../../chain/node-failure.ts';
import { read, tryCall } from '../../../chain/refusal.ts';
import type { Account } from '../../../commitments/account.ts';
import { InvalidInput, PlimsollError } from '../../../core/errors.ts';
import { integer, parseValue, pattern } from '../../../core/schema.ts';
import { readAuctions, marketClock, type Auction } from '../../../keeper/auctions.ts';
import { judgeTick, type JudgedTick } from '../../../keeper/judged-tick.ts';
import { valueBid, type Valuation } from '../../../keeper/valuation.ts';
import { formatUsd } from '../../../model/format.ts';
import { Prover } from '../../../proving/prover.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { allowPayment } from '../../options/allowance.ts';
import { provenBid } from '../../options/bidding.ts';
import { JUDGED_OPTIONS, publishedAccounts } from '../../options/judged-inputs.ts';
import { readParameters } from '../../options/market-inputs.ts';
import {
  SENDING_OPTIONS,
  connectToSend,
  transact,
  type SigningConnection,
} from '../../options/transaction.ts';
import { bytes32, decimal, flag, shape, text, whole } from '../../../core/json-output.ts';
import { LIMIT_OPTIONS, limitsOf } from './limits.ts';

/** A bid of any size, whole (docs/contracts.md); the trial before sending says it exactly. */
const EXPECTED_GAS = 460_000n;
const BALANCE_ABI = ['function balanceOf(address owner) view returns (uint256)'];

interface Decision {
  readonly account: number;
  readonly verdict: string;
  readonly elapsed: bigint;
  readonly valuation: Valuation | undefined;
  readonly transaction: string | null;
}

/** What this run has escrowed, or in a dry run would have: an inventory is spent once. */
interface Purse {
  spentE6: bigint;
}

async function gasPriceOf({ provider }: SigningConnection): Promise<bigint> {
  const { maxFeePerGas, gasPrice } = await provider.getFeeData();
  return gasPrice ?? maxFeePerGas ?? 0n;
}

async function heldBy({ document, provider, sender }: SigningConnection): Promise<bigint> {
  const token = new Contract(document.contracts.asset, BALANCE_ABI, provider);
  return read(token, 'balanceOf', [sender], z.bigint());
}

const usd = (amountE6: bigint): string => formatUsd(amountE6, 2);

function explain({ account, verdict, elapsed, valuation }: Decision): readonly string[] {
  if (valuation === undefined) return [`account ${account}: ${verdict}`];
  const { grossEquityE6, priceE6, topUpE6, unwind, gasE6, profitE6, paysIn } = valuation;
  const when =
    verdict === 'bid'
      ? ''
      : paysIn === undefined
        ? '; it will not pay at these prices'
        : `; it pays in ${paysIn} s at these prices`;
  return [
    `account ${account}, ${elapsed} s after its Freeze: ${verdict}${when}`,
    `  worth ${usd(grossEquityE6)}, price ${usd(priceE6)}, top-up ${usd(topUpE6)}`,
    `  unwinding ${usd(unwind.totalE6)} (spread ${usd(unwind.spreadE6)}, impact ` +
      `${usd(unwind.impactE6)}, volatility ${usd(unwind.volE6)}), gas ${usd(gasE6)}`,
    `  profit ${usd(profitE6)} USD`,
  ];
}

/** Decides about one account, and bids where it pays: proven, tried and valued anew at that moment. */
async function decide(
  context: CommandContext,
  connection: SigningConnection,
  prover: Prover,
  judged: JudgedTick,
  auction: Auction,
  purse: Purse,
): Promise<Decision> {
  const { document, venue, isDryRun } = connection;
  const { accountIndex: account, margin, freeze, backedE6 } = auction;
  if (freeze === undefined) {
    const verdict = 'its Freeze is in no ledger of a tick yet';
    return { account, verdict, elapsed: 0n, valuation: undefined, transaction: null };
  }
  const limits = limitsOf(context, await heldBy(connection), purse.spentE6);
  const valueNow = async (gasUsed: bigint) => {
    const elapsed = (await marketClock(venue.marketFeed)) - freeze.clock;
    const { snapshot } = judged.market;
    const { engine } = document.config;
    const gasPriceWei = await gasPriceOf(connection);
    const offer = { margin, snapshot, config: engine, elapsed, backedE6, gasUsed, gasPriceWei };
    return { elapsed, valuation: valueBid(offer, limits) };
  };
  const first = await valueNow(EXPECTED_GAS);
  const { verdict } = first.valuation;
  if (verdict !== 'bid') return { account, verdict, ...first, transaction: null };
  const { vault } = document.contracts;
  if (!isDryRun) await allowPayment(context, connection, vault, first.valuation.paymentE6);
  const callWith = await provenBid(context, connection, prover, judged, account, freeze);
  const call = await callWith(first.valuation.paymentE6);
  if (isDryRun) {
    purse.spentE6 += first.valuation.paymentE6;
    return { account, verdict, ...first, transaction: null };
  }
  const last = await valueNow(await tryCall(call));
  if (last.valuation.verdict !== 'bid') {
    return { account, verdict: last.valuation.verdict, ...last, transaction: null };
  }
  const { receipt } = await transact(context, connection, call);
  purse.spentE6 += last.valuation.paymentE6;
  return { account, verdict, ...last, transaction: receipt?.hash ?? null };
}

async function round(
  context: CommandContext,
  connection: SigningConnection,
  prover: Prover,
  accounts: readonly Account[],
  purse: Purse,
): Promise<readonly Account[]> {
  const { document, provider, venue } = connection;
  const parameters = readParameters(context);
  const judged = await judgeTick(venue, provider, document, { accounts, parameters });
  const decisions: Decision[] = [];
  for (const auction of await readAuctions(venue, provider, document, judged)) {
    const decision = await decide(context, connection, prover, judged, auction, purse);
    for (const line of explain(decision)) context.print(line);
    decisions.push(decision);
  }
  if (decisions.length === 0) context.print('nothing is under liquidation');
  context.printJson({
    tick: judged.tick.number,
    isDryRun: connection.isDryRun,
    decisions: decisions.map(({ valuation, ...decision }) => ({
      ...decision,
      valuation:
        valuation === undefined ? null : { ...valuation, paysIn: valuation.paysIn ?? null },
    })),
  });
  // The next round goes on from here, and not from a ledger that is long past.
  return judged.ledger.accounts;
}

function everySeconds(context: CommandContext): number {
  const form = pattern(/^[0-9]{1,5}$/, 'must be a number of seconds');
  const given = parseValue(form, stringOption(context, 'every') ?? '12', '--every');
  return parseValue(integer(1, 86_400), Number(given), '--every');
}

export const command: Command = {
  name: 'keeper',
  description:
    'Values every account under liquidation at the market clock: what it is worth, less what unwinding\n' +
    'it costs (spread, the depth of the snapshot, volatility points), less the auction’s price and\n' +
    'gas. Bids where that leaves --min-profit and --inventory reaches, and says why where not. The\n' +
    'verdicts are of this minute: a bid cannot be taken back, and the account may lose until the\n' +
    'takeover is in a ledger.',
  example:
    'npx plimsoll keeper --bid --rpc http://127.0.0.1:8545 --ledger ledger.json --inventory 250000 --dry-run',
  positionals: [],
  options: {
    bid: { type: 'boolean', describe: 'what to keep: bid for what is under liquidation' },
    ...SENDING_OPTIONS,
    ledger: JUDGED_OPTIONS.ledger,
    parameters: JUDGED_OPTIONS.parameters,
    ...LIMIT_OPTIONS,
    watch: { type: 'boolean', describe: 'go on, round after round, until it is interrupted' },
    every: { type: 'string', placeholder: 'seconds', describe: 'between rounds (default: 12)' },
  },
  needsSetup: true,
  output: {
    version: 1,
    schema: shape({
      tick: decimal,
      isDryRun: flag,
      decisions: z.array(
        shape({
          account: whole,
          verdict: text,
          elapsed: decimal,
          valuation: shape({
            verdict: text,
            grossEquityE6: decimal,
            priceE6: decimal,
            topUpE6: decimal,
            paymentE6: decimal,
            unwind: shape({
              spreadE6: decimal,
              impactE6: decimal,
              volE6: decimal,
              totalE6: decimal,
            }),
            gasE6: decimal,
            profitE6: decimal,
            paysIn: decimal.nullable(),
          }).nullable(),
          transaction: bytes32.nullable(),
        }),
      ),
    }),
  },
  run: async (context) => {
    if (context.options['bid'] !== true) {
      throw new InvalidInput('--bid', 'is required: it says what to keep');
    }
    const isWatching = context.options['watch'] === true;
    const pause = everySeconds(context);
    limitsOf(context, 0n, 0n);
    const purse: Purse = { spentE6: 0n };
    let accounts: readonly Account[] = publishedAccounts(context);
    const connection = await connectToSend(context);
    const stop = new AbortController();
    const interrupt = (): void => stop.abort();
    process.once('SIGINT', interrupt);
    process.once('SIGTERM', interrupt);
    try {
      await using prover = new Prover();
      while (!stop.signal.aborted) {
        try {
          accounts = await round(context, connection, prover, accounts, purse);
          // In a dry run nothing was spent: the next round decides anew.
          if (connection.isDryRun) purse.spentE6 = 0n;
        } catch (error) {
          // What one minute refuses, the next may take: a tick superseded, a node out of breath.
          const mayPass = error instanceof PlimsollError || isNodeFailure(error);
          if (!isWatching || !mayPass) throw error;
          context.note(`this round failed, and the next is tried: ${error.message}`);
        }
        if (!isWatching) return;
        await sleep(pause * 1_000, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    } finally {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      connection.provider.destroy();
    }
  },
};
