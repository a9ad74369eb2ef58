// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from 'ethers';
import { z } from 'zod';

import { sourcesHash } from '../../../commitments/report-words.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { parseSnapshot, snapshotDocument } from '../../../documents/snapshot-document.ts';
import { medianRequest, placed, withMedians } from '../../../oracle/medians.ts';
import { parseReport } from '../../../oracle/price-report.ts';
import { saveProof } from '../../../proving/formats/saved-proof.ts';
import { Prover } from '../../../proving/prover.ts';
import { prepareStatement } from '../../../statements/prepare.ts';
import type { Command } from '../../command.ts';
import { buildWhereMissing } from '../../options/circuit-build.ts';
import { REPORT_PLACE_OPTIONS, priceSources, reportPlace } from '../../options/median-gate.ts';
import { optionalOutputPath, outputPath } from '../../options/output-path.ts';
import { decimal, shape, text } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'oracle medians',
  description:
    'Puts the medians of what the sources reported into the snapshot, in the place of its index\n' +
    'prices, perpetual marks and redemption rates, and proves that they are: what is written with\n' +
    '--snapshot-out is then signed and combined as ever, and submitted with the proof. Needs the\n' +
    'report of every source of the set that is not suspended: which are heard is public.',
  example:
    'npx plimsoll oracle medians combined.json report-1.json report-2.json report-3.json --snapshot-out snapshot.json --out medians.json',
  positionals: [
    { name: 'snapshot', required: true, describe: 'the snapshot document, of the same minute' },
    { name: 'report', required: true, repeated: true, describe: 'reports of the sources' },
  ],
  options: {
    sources: {
      type: 'string',
      placeholder: 'file',
      describe: 'the set of sources, as the gate has it (default: the venue’s)',
    },
    ...REPORT_PLACE_OPTIONS,
    'snapshot-out': {
      type: 'string',
      placeholder: 'file',
      describe: 'the snapshot with the medians, to be signed',
    },
    out: { type: 'string', placeholder: 'file', describe: 'the proof to write' },
  },
  // The circuit is no part of the set-up; it is built when it is first needed.
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      out: text,
      snapshotOut: text,
      snapshotHash: decimal,
      sourcesHash: decimal,
      heard: z.array(text),
      absent: z.array(text),
    }),
  },
  run: async (context) => {
    const out = outputPath(context, 'the proof');
    const snapshotOut = optionalOutputPath(context, 'snapshot-out');
    if (snapshotOut === undefined) {
      throw new InvalidInput('--snapshot-out', 'is required: the file to write the snapshot to');
    }
    const sources = priceSources(context);
    const place = reportPlace(context);
    const [snapshotPath = '', ...files] = context.positionals;
    const reports = placed(
      sources,
      files.map((file) => [file, parseReport(readTextFile(file, '<report>'), file)]),
      place,
    );
    const given = parseSnapshot(readTextFile(snapshotPath, '<snapshot>'));
    const snapshot = withMedians(given, reports);
    // Written, then read again: what is proven is what the document says.
    const text = JSON.stringify(snapshotDocument(snapshot));
    const request = medianRequest(parseSnapshot(text), sources, reports, place);
    const instance = prepareStatement('oracle-median', request);
    await buildWhereMissing(context, 'oracle-median', 'any');
    await using prover = new Prover();
    const { file } = await prover.prove(instance);
    writeFileAtomically(snapshotOut, text);
    saveProof(out, {
      ...file,
      use: {
        chainId: place.chainId,
        contract: place.medianGate,
        action: 'reportMedians',
        beneficiary: ZeroAddress,
      },
    });

    const [heard, absent] = [true, false].map((wanted) =>
      sources.flatMap(({ name }, at) => ((reports[at] !== undefined) === wanted ? [name] : [])),
    ) as [string[], string[]];
    context.print(`heard          ${heard.join(', ')}`);
    if (absent.length > 0) context.print(`absent         ${absent.join(', ')}`);
    context.print(`snapshot hash  ${file.publicSignals.snapshotHash}`);
    context.print(`sources hash   ${sourcesHash(sources)}`);
    context.print(`wrote ${snapshotOut} and ${out}`);
    context.printJson({
      out,
      snapshotOut,
      snapshotHash: file.publicSignals.snapshotHash,
      sourcesHash: sourcesHash(sources),
      heard,
      absent,
    });
  },
};
