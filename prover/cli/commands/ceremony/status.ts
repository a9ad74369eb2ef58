// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { Command } from '../../command.ts';
import { FOLDER_POSITIONAL, ceremonyFolder } from '../../options/ceremony-inputs.ts';
import { flag, shape, text, whole } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'ceremony status',
  description: 'Reads the documents only and believes them: "ceremony verify" judges.',
  example: 'npx plimsoll ceremony status ceremony',
  positionals: [FOLDER_POSITIONAL],
  options: {},
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      name: text,
      powers: text,
      circuits: z.array(text),
      contributions: z.array(shape({ number: whole, name: text, receipt: text })),
      beacon: shape({ chainId: whole, block: whole, isApplied: flag }),
      release: text.nullable(),
    }),
  },
  run: async (context) => {
    const folder = ceremonyFolder(context);
    const { document: plan } = folder.plan();
    const receipts = folder.receipts();
    const isApplied = receipts.at(-1)?.document.beacon !== undefined;
    const { chainId, block } = plan.beacon;
    const contributions = receipts.map(({ document: { number, name }, hash: receipt }) => ({
      number,
      name,
      receipt,
    }));
    const release = folder.release()?.hash ?? null;
    context.printJson({
      name: plan.name,
      powers: plan.powers.name,
      circuits: plan.circuits.map(({ name }) => name),
      contributions,
      beacon: { chainId, block, isApplied },
      release,
    });
    context.print(`${plan.name}: ${plan.circuits.length} circuits over ${plan.powers.name}`);
    for (const { number, name, receipt } of contributions) {
      context.print(`  ${number}  ${name}  ${receipt}`);
    }
    context.print(
      `  beacon: block ${block} of chain ${chainId}, ${isApplied ? 'applied' : 'to come'}`,
    );
    context.print(release === null ? '  not finalised' : `  release ${release}`);
  },
};
