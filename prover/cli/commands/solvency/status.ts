// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { decimal, flag, shape, text, whole } from '../../../core/json-output.ts';
import type { Command } from '../../command.ts';
import { FOLDER_POSITIONAL, findProof, readSession } from '../../options/session-folder.ts';

export const command: Command = {
  name: 'solvency status',
  description:
    'Which proofs of a session are made. A file that is no proof of its step counts as missing: the\n' +
    'next solvency prove makes it anew. Whether proofs hold, solvency verify says.',
  example: 'npx plimsoll solvency status session',
  positionals: [FOLDER_POSITIONAL],
  options: {},
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      session: decimal,
      ledgerRoot: decimal,
      accounts: whole,
      instruments: whole,
      made: whole,
      missing: z.array(text),
      isComplete: flag,
    }),
  },
  run: async (context) => {
    const { folder, session } = readSession(context);
    const isMade = session.steps.map((step) => {
      const signals = findProof(folder, step)?.publicSignals;
      return signals !== undefined && 'session' in signals && signals.session === session.session;
    });
    const missing = session.steps.filter((_, place) => !isMade[place]).map(({ name }) => name);
    const made = session.steps.length - missing.length;
    context.print(`session of ${session.accounts} accounts and ${session.instruments} instruments`);
    context.print(`proofs       ${made} of ${session.steps.length} made`);
    if (missing.length > 0) context.print(`missing      ${missing.join(', ')}`);
    context.printJson({
      session: session.session,
      ledgerRoot: session.ledgerRoot,
      accounts: session.accounts,
      instruments: session.instruments,
      made,
      missing,
      isComplete: missing.length === 0,
    });
    await Promise.resolve();
  },
};
