// SPDX-License-Identifier: GPL-3.0-or-later
import { createInterface } from 'node:readline/promises';

import { z } from 'zod';

import { InvalidInput } from '../../../core/errors.ts';
import { contribute } from '../../../toolchain/ceremony/contribute.ts';
import type { Command } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { FOLDER_POSITIONAL, ceremonyFolder } from '../../options/ceremony-inputs.ts';
import { KEYSTORE_OPTION, readSigner } from '../../options/signer-input.ts';
import { address, shape, text, whole } from '../../../core/json-output.ts';

/** From the terminal or a pipe, never from a flag, which every process sees. */
async function askEntropy(): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question('Type anything that nobody can guess, then Enter: ');
    if (answer.trim() === '') {
      throw new InvalidInput('standard input', 'must hold a line of your own randomness');
    }
    return answer;
  } finally {
    lines.close();
  }
}

export const command: Command = {
  name: 'ceremony contribute',
  description:
    'Multiplies the secret of every key by one of yours, drawn from the system and from a line that\n' +
    'you type, in a process that ends with it, and signs a receipt. Interrupted, the same command\n' +
    'goes on with the circuits that are missing.',
  example: 'npx plimsoll ceremony contribute ceremony --name "Ada Lovelace" --keystore ada.json',
  positionals: [FOLDER_POSITIONAL],
  options: {
    name: {
      type: 'string',
      placeholder: 'text',
      describe: 'who you are, in the keys and the receipt',
    },
    keystore: KEYSTORE_OPTION,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      number: whole,
      name: text,
      contributor: address,
      circuits: z.array(shape({ name: text, before: text, after: text, hash: text })),
    }),
  },
  run: async (context) => {
    const name = stringOption(context, 'name');
    if (name === undefined) throw new InvalidInput('--name', 'is required: who contributes');
    const signer = await readSigner(context);
    const folder = ceremonyFolder(context);
    const entropy = await askEntropy();
    const receipt = await contribute(folder, { name, entropy, signer }, { note: context.note });
    const { number, circuits } = receipt;
    context.printJson({ number, name, contributor: signer.address, circuits });
    context.print(
      `contribution ${number}, signed by ${signer.address}: ${folder.receiptPath(number)}`,
    );
    for (const circuit of circuits)
      context.print(`  ${circuit.name}: ${circuit.hash.slice(0, 32)}…`);
    context.print('Publish the hashes: whoever verifies finds them in the keys.');
  },
};
