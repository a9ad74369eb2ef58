// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { eventsNamed, eventsOf } from '../../../chain/events.ts';
import type { Profile } from '../../../chain/config.ts';
import { openingCall, openingsCall, type CitedProof } from '../../../chain/submit.ts';
import { proveForEngine } from '../../../keeper/act.ts';
import { formatUsd } from '../../../model/format.ts';
import { Prover } from '../../../proving/prover.ts';
import type { Command } from '../../command.ts';
import { buildWhereMissing } from '../../options/circuit-build.ts';
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
  name: 'venue open',
  description:
    'Proves at the newest tick that the accounts are below maintenance margin and opens their\n' +
    'liquidations: one alone, several in a batch for each size. Whoever sends is the keeper and\n' +
    'prepays the messages; of a batch, what is stale or open already is skipped.',
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
    }),
  },
  run: async (context) => {
    const connection = await connectToSend(context);
    const { provider, document, venue, sender } = connection;
    try {
      const judged = await readJudgedTick(context, connection);
      const indices = accountIndices(context.positionals, judged);
      const byProfile = new Map<Profile, { index: number; proof: CitedProof }[]>();
      await using prover = new Prover();
      for (const accountIndex of indices) {
        context.note(`proving liquidation of account ${accountIndex}`);
        const proof = await proveForEngine(
          prover,
          document,
          judged,
          {
            statement: 'liquidation',
            accountIndex,
            action: 'openLiquidation',
            beneficiary: sender,
          },
          (statement, profile) => buildWhereMissing(context, statement, profile),
        );
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
      context.printJson({ tick: judged.tick.number, transactions, opened });
    } finally {
      provider.destroy();
    }
  },
};
