// SPDX-License-Identifier: GPL-3.0-or-later
import { closeCall, linkCalls, solvencyRegister } from '../../../chain/solvency-register.ts';
import { tryCall } from '../../../chain/refusal.ts';
import { decimal, flag, shape, whole } from '../../../core/json-output.ts';
import { decimalBigint, parseValue } from '../../../core/schema.ts';
import { toSolidity } from '../../../proving/formats/proof-file.ts';
import type { Command } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { FOLDER_POSITIONAL, readSession, requireProofs } from '../../options/session-folder.ts';
import { SENDING_OPTIONS, connectToSend, transact } from '../../options/transaction.ts';

export const command: Command = {
  name: 'solvency submit',
  description:
    'Hands a whole session to the venue’s register and closes it against a pin of its tick (solvency\n' +
    'pin). Proofs that are there already are not sent again: after an interruption the same command\n' +
    'goes on where it was. A dry run tries the first transaction, on which the others rest.',
  example: 'npx plimsoll solvency submit session --pin 1 --rpc http://127.0.0.1:8545',
  positionals: [FOLDER_POSITIONAL],
  options: {
    pin: { type: 'string', placeholder: 'number', describe: 'the pin to close it against' },
    ...SENDING_OPTIONS,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      isDryRun: flag,
      session: decimal,
      pin: decimal,
      transactions: whole,
      gas: decimal,
    }),
  },
  run: async (context) => {
    const pin = parseValue(
      decimalBigint(1n, 2n ** 64n - 1n),
      stringOption(context, 'pin'),
      '--pin',
    );
    const { folder, session } = readSession(context);
    const proofs = requireProofs(folder, session).map((file) => ({
      statement: file.statement,
      profile: file.profile,
      ...toSolidity(file),
    }));
    const connection = await connectToSend(context);
    const { provider, document, venue, isDryRun } = connection;
    try {
      const register = solvencyRegister(document, venue.vault.runner!);
      const links = proofs.flatMap(({ statement, ...link }) =>
        statement === 'risk-arrays' || statement === 'solvency-batch'
          ? [{ statement, ...link }]
          : [],
      );
      const last = proofs.find(({ statement }) => statement === 'solvency-close')!;
      const calls = [...(await linkCalls(register, links)), closeCall(register, pin, last)];
      let gas = 0n;
      if (isDryRun) {
        gas = await tryCall(calls[0]!);
        context.print(`${calls[0]!.method}: would be taken, for ${gas} gas; nothing was sent`);
      } else {
        for (const call of calls) {
          const { receipt } = await transact(context, connection, call);
          gas += receipt!.gasUsed;
        }
        context.print(
          `session closed against pin ${pin}: ${calls.length} transactions, ${gas} gas`,
        );
      }
      const transactions = isDryRun ? 0 : calls.length;
      context.printJson({ isDryRun, session: session.session, pin, transactions, gas });
    } finally {
      provider.destroy();
    }
  },
};
