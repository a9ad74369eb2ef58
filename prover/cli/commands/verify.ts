// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { PlimsollError } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import { parseProof } from '../../proving/formats/proof-file.ts';
import { Prover } from '../../proving/prover.ts';
import type { Command } from '../command.ts';
import { printSignals } from '../options/signals.ts';
import { decimal, flag, shape, text } from '../../core/json-output.ts';

export const command: Command = {
  name: 'verify',
  description:
    'Exit code 0: the proof holds for its public signals. 1: it does not. 2: the file breaks a rule,\n' +
    'or names a circuit or key that was not built here. Whether the roots are those of a tick is for\n' +
    'the chain to say.',
  example: 'npx plimsoll verify proof.json',
  positionals: [{ name: 'file', required: true, describe: 'the proof file' }],
  options: {},
  // The artifact manifest says itself what is missing, and one circuit is enough.
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      valid: flag,
      statement: text,
      profile: text,
      key: text,
      publicSignals: z.record(text, decimal),
    }),
  },
  run: async (context) => {
    const path = context.positionals[0] ?? '';
    const file = parseProof(readTextFile(path, '<file>'));
    await using prover = new Prover();
    const valid = await prover.verify(file);
    const { statement, profile, artifact, publicSignals } = file;
    context.printJson({ valid, statement, profile, key: artifact.key, publicSignals });
    if (!valid) throw new PlimsollError('PROOF_INVALID', `${path}: the proof does not hold`);
    context.print(`valid: ${statement} (profile ${profile})`);
    printSignals(context, file);
  },
};
