// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { parseSnapshot } from '../../../documents/snapshot-document.ts';
import { formatReport, reportSecret, signReport } from '../../../oracle/price-report.ts';
import type { Command } from '../../command.ts';
import { REPORT_PLACE_OPTIONS, reportPlace } from '../../options/median-gate.ts';
import { outputPath } from '../../options/output-path.ts';
import { KEYSTORE_OPTION, readSigner } from '../../options/signer-input.ts';
import { decimal, shape, text, whole } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'oracle report',
  description:
    'Signs the headline numbers of a source’s own snapshot (EdDSA over BabyJubJub): index prices,\n' +
    'perpetual marks, redemption rates, and how old they are. A proof of their medians, made of the\n' +
    'reports of at least three sources, is what a feed with a median gate takes them from. A source\n' +
    'signs one report a minute, for one gate; its key is derived from the keystore’s.',
  example: 'npx plimsoll oracle report snapshot.json --keystore source.json --out report-1.json',
  positionals: [
    { name: 'snapshot', required: true, describe: 'the snapshot document of this source alone' },
  ],
  options: {
    ...REPORT_PLACE_OPTIONS,
    keystore: KEYSTORE_OPTION,
    out: { type: 'string', placeholder: 'file', describe: 'the report to write' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ out: text, time: whole, key: z.tuple([decimal, decimal]) }),
  },
  run: async (context) => {
    const out = outputPath(context, 'the report');
    const snapshot = parseSnapshot(readTextFile(context.positionals[0] ?? '', '<snapshot>'));
    const place = reportPlace(context);
    const { privateKey } = await readSigner(context);
    const published = signReport(snapshot, place, reportSecret(privateKey));
    writeFileAtomically(out, formatReport(published));
    const { key, report } = published;
    context.print(`key            ${key[0]}`);
    context.print(`               ${key[1]}`);
    context.print(`minute         ${new Date(Number(report.time) * 1_000).toISOString()}`);
    context.print(`wrote ${out}`);
    context.printJson({ out, time: Number(report.time), key });
  },
};
