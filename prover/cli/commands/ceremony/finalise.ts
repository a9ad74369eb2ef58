// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { isProduction } from '../../../proving/ceremony/transcript.ts';
import { finaliseCeremony } from '../../../toolchain/ceremony/finalise.ts';
import type { Command } from '../../command.ts';
import {
  BEACON_OPTIONS,
  FOLDER_POSITIONAL,
  beaconValueOf,
  ceremonyFolder,
} from '../../options/ceremony-inputs.ts';
import { flag, shape, text } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'ceremony finalise',
  description:
    'Verifies everything once more, writes the final keys, and the release manifest that pins\n' +
    'sources, compiler, circuits, powers, contributions, keys and verifier bytecode.',
  example: 'npx plimsoll ceremony finalise ceremony --rpc http://127.0.0.1:8545',
  positionals: [FOLDER_POSITIONAL],
  options: BEACON_OPTIONS,
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      release: text,
      sha256: text,
      forProduction: flag,
      circuits: z.array(shape({ name: text, zkey: text, verificationKey: text })),
    }),
  },
  run: async (context) => {
    const folder = ceremonyFolder(context);
    const { release, findings } = await finaliseCeremony(folder, {
      beaconValue: beaconValueOf(context),
      note: context.note,
    });
    const circuits = release.document.circuits.map(({ name, zkey, verificationKey }) => ({
      name,
      zkey,
      verificationKey,
    }));
    const forProduction = isProduction(findings);
    context.printJson({
      release: folder.releasePath,
      sha256: release.hash,
      forProduction,
      circuits,
    });
    context.print(`${folder.releasePath}: SHA-256 ${release.hash}`);
    for (const { name, zkey } of circuits) context.print(`  ${name}: ${zkey}`);
    context.print(forProduction ? 'for production' : 'NOT for production: see ceremony verify');
  },
};
