// SPDX-License-Identifier: GPL-3.0-or-later
import { pinCall, pinnedIn, solvencyRegister } from '../../../chain/solvency-register.ts';
import { decimal, shape } from '../../../core/json-output.ts';
import { formatUtc } from '../../../model/format.ts';
import type { Command } from '../../command.ts';
import {
  SENDING_OPTIONS,
  TRANSACTION_OUTPUT,
  connectToSend,
  transact,
  transactionJson,
} from '../../options/transaction.ts';

export const command: Command = {
  name: 'solvency pin',
  description:
    'Pins the current tick in the venue’s register of solvency sessions: what is in custody and what of\n' +
    'the fund is free is read now, with every message that the tick’s ledger lacks. A session of the\n' +
    'tick can be closed against it until its deadline: pin first, then prove, then solvency submit.',
  example: 'npx plimsoll solvency pin --rpc http://127.0.0.1:8545',
  positionals: [],
  options: SENDING_OPTIONS,
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      pin: decimal.nullable(),
      tick: decimal.nullable(),
      deadline: decimal.nullable(),
      ...TRANSACTION_OUTPUT,
    }),
  },
  run: async (context) => {
    const connection = await connectToSend(context);
    const { provider, document, venue } = connection;
    try {
      const register = solvencyRegister(document, venue.vault.runner!);
      const call = await pinCall(register, venue, document);
      const performed = await transact(context, connection, call);
      const pinned = performed.receipt && pinnedIn(register, performed.receipt);
      if (pinned !== undefined) {
        const { pin, tick, deadline } = pinned;
        context.print(`pin ${pin} of tick ${tick}, to be closed by ${formatUtc(deadline)} UTC`);
      }
      context.printJson({
        pin: pinned?.pin ?? null,
        tick: pinned?.tick ?? null,
        deadline: pinned?.deadline ?? null,
        ...transactionJson(performed),
      });
    } finally {
      provider.destroy();
    }
  },
};
