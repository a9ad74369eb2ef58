// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { eventsNamed, eventsOf } from '../../../chain/events.ts';
import type { Profile } from '../../../chain/config.ts';
import { openingCall, openingsCall, type CitedProof } from '../../../chain/submit.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { marketClock } from '../../../keeper/auctions.ts';
import { guaranteeInWords, holdsOff, readGuarantee } from '../../../keeper/guarantees.ts';
import type { JudgedTick } from '../../../keeper/judged-tick.ts';
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
  type SigningConnection,
} from '../../options/transaction.ts';
import { decimal, shape, text, whole } from '../../../core/json-output.ts';

/** Of the accounts, those that the engine would not open, each with why: no proof is made of them. */
async function heldOff(
  { venue }: SigningConnection,
  { ledger, market }: JudgedTick,
  indices: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const clock = await marketClock(venue.marketFeed);
  const found = new Map<number, string>();
  for (const index of indices) {
    const account = ledger.account(index);
    const guarantee = await readGuarantee(venue, BigInt(index), account.settlementNonce);
    if (guarantee === undefined) continue;
    if (!holdsOff(guarantee, clock, marginPortfolio(account, market.market))) continue;
    found.set(index, guaranteeInWords(guarantee, clock));
  }
  return found;
}

export const command: Command = {
  name: 'venue open',
  description:
    'Proves at the newest tick that the accounts are below maintenance margin and opens their\n' +
    'liquidations: one alone, several in a batch for each size. Whoever sends is the keeper and\n' +
    'prepays the messages; of a batch, what is stale or open already is skipped. What the buffer\n' +
    'guarantees is left alone, with the reason.',
  example: 'npx plimsoll venue open 1 --rpc http://127.0.0.1:8545 --ledger ledger.json',
  positionals: [
    { name: 'account', required: true, repeated: true, describe: 'index in the ledger' },
  ],
  options: { ...SENDING_OPTIONS, ...JUDGED_OPTIONS },
  needsSetup: true,
  output: {
    version: 1,
    schema: shape({
      tick: decimal,
      transactions: z.array(shape({ accounts: z.array(whole), ...TRANSACTION_OUTPUT })),
      opened: z.array(
        shape({
          account: whole,
          settlementNonce: decimal,
          equityE6: decimal,
          requirementE6: decimal,
          reservedE6: decimal,
        }),
      ),
      guaranteed: z.array(shape({ account: whole, reason: text })),
    }),
  },
  run: async (context) => {
    const connection = await connectToSend(context);
    const { provider, document, venue, sender } = connection;
    try {
      const judged = await readJudgedTick(context, connection);
      const indices = accountIndices(context.positionals, judged);
      const guaranteed = await heldOff(connection, judged, indices);
      for (const words of guaranteed.values()) context.note(words);
      const openable = indices.filter((index) => !guaranteed.has(index));
      if (openable.length === 0) {
        throw new PlimsollError('GUARANTEED', [...guaranteed.values()].join('\n'));
      }
      const byProfile = new Map<Profile, { index: number; proof: CitedProof }[]>();
      await using prover = new Prover();
      for (const accountIndex of openable) {
        const proof = await proveJudged(context, prover, document, judged, {
          statement: 'liquidation',
          accountIndex,
          action: 'openLiquidation',
          beneficiary: sender,
        });
        const alike = byProfile.get(proof.profile) ?? [];
        byProfile.set(proof.profile, [...alike, { index: accountIndex, proof }]);
      }
      const transactions = [];
      const opened = [];
      for (const [profile, members] of byProfile) {
        const [first] = members;
        const call =
          members.length === 1
            ? await openingCall(venue, { ...first!.proof, beneficiary: sender })
            : await openingsCall(venue, {
                tick: judged.tick.number,
                profile,
                members: members.map(({ proof }) => proof),
                beneficiary: sender,
              });
        const performed = await transact(context, connection, call);
        const accounts = members.map(({ index }) => index);
        transactions.push({ accounts, ...transactionJson(performed) });
        const { receipt } = performed;
        if (receipt === undefined) continue;
        for (const { values } of eventsNamed(eventsOf(venue, receipt), 'LiquidationOpened')) {
          const account = Number(values.accountIndex);
          const { settlementNonce, equityE6, requirementE6, reservedE6 } = values;
          context.print(
            `account ${account}: opened, equity ${formatUsd(equityE6, 6)} < ` +
              `requirement ${formatUsd(requirementE6, 6)}`,
          );
          opened.push({ account, settlementNonce, equityE6, requirementE6, reservedE6 });
        }
      }
      const left = [...guaranteed].map(([account, reason]) => ({ account, reason }));
      context.printJson({ tick: judged.tick.number, transactions, opened, guaranteed: left });
    } finally {
      provider.destroy();
    }
  },
};
