// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { writeFileAtomically } from '../../../core/files.ts';
import { localKeyDocument } from '../../../receipt/local-keys.ts';
import { parseVerifyingKeys } from '../../../receipt/verifying-keys.ts';
import type { Command } from '../../command.ts';
import { outputPath } from '../../options/output-path.ts';
import { shape, text } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'receipt keys',
  description:
    'Whoever takes the file trusts whoever gave it: a key decides what a valid receipt is. Compare\n' +
    'the hashes with those that the verifier contracts of the venue tell.',
  example: 'npx plimsoll receipt keys --out keys.json',
  positionals: [],
  options: { out: { type: 'string', placeholder: 'file', describe: 'the key document to write' } },
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
    const source = localKeyDocument();
    writeFileAtomically(out, source);
    const keys = parseVerifyingKeys(source, out).map(({ key: _points, ...named }) => named);
    context.print(`wrote ${out}`);
    for (const { statement, profile, zkey, setup } of keys) {
      context.print(`  ${statement} (profile ${profile})  key ${zkey}  ${setup}`);
    }
    context.printJson({ out, keys });
  },
};
