// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { writeFileAtomically } from '../../../core/files.ts';
import { ALL_STATEMENTS, localKeyDocument } from '../../../receipt/local-keys.ts';
import { parseVerifyingKeys } from '../../../receipt/verifying-keys.ts';
import type { Command } from '../../command.ts';
import { outputPath } from '../../options/output-path.ts';
import { shape, text } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'receipt keys',
  description:
    'Whoever takes the file trusts whoever gave it: a key decides what a valid receipt is. Compare\n' +
    'the hashes with those that the verifier contracts of the venue tell. With --all, keys of every\n' +
    'statement are written, for plimsoll verify --keys.',
  example: 'npx plimsoll receipt keys --out keys.json',
  positionals: [],
  options: {
    out: { type: 'string', placeholder: 'file', describe: 'the key document to write' },
    all: { type: 'boolean', describe: 'the keys of all statements, not of receipts alone' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      out: text,
      keys: z.array(
        shape({
          statement: text,
          profile: text,
          setup: text,
          r1cs: text,
          zkey: text,
          verificationKey: text,
        }),
      ),
    }),
  },
  run: async (context) => {
    const out = outputPath(context, 'the keys');
    const source = localKeyDocument(context.options['all'] === true ? ALL_STATEMENTS : undefined);
    writeFileAtomically(out, source);
    const keys = parseVerifyingKeys(source, out).map(({ key: _points, ...named }) => named);
    context.print(`wrote ${out}`);
    for (const { statement, profile, zkey, setup } of keys) {
      context.print(`  ${statement} (profile ${profile})  key ${zkey}  ${setup}`);
    }
    context.printJson({ out, keys });
  },
};
