// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import {
  combineAttestations,
  formatAttestation,
  parseAttestation,
} from '../../../oracle/attestation.ts';
import type { Command } from '../../command.ts';
import { outputPath } from '../../options/output-path.ts';
import { address, decimal, shape, text } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'oracle combine',
  description:
    'Checks every signature against document, chain and feed; all files must be about the same\n' +
    'document, byte for byte. Needs no node and no key.',
  example: 'npx plimsoll oracle combine signed-1.json signed-2.json --out attestation.json',
  positionals: [
    { name: 'file', required: true, repeated: true, describe: 'attestations that oracles signed' },
  ],
  options: {
    out: { type: 'string', placeholder: 'file', describe: 'the attestation to write' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ out: text, signers: z.array(address), chainId: decimal, marketFeed: address }),
  },
  run: async (context) => {
    const out = outputPath(context, 'the attestation');
    const combined = combineAttestations(
      context.positionals.map((path) => [
        path,
        parseAttestation(readTextFile(path, '<file>'), path),
      ]),
    );
    writeFileAtomically(out, formatAttestation(combined));
    const signers = combined.signatures.map(({ signer }) => signer);
    context.print(`signatures     ${signers.length}`);
    for (const signer of signers) context.print(`               ${signer}`);
    context.print(`wrote ${out}`);
    context.printJson({ out, signers, chainId: combined.chainId, marketFeed: combined.marketFeed });
    return Promise.resolve();
  },
};
