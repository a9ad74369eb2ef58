// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../../core/errors.ts';
import { isProduction, verifyTranscript } from '../../../proving/ceremony/transcript.ts';
import type { Command } from '../../command.ts';
import {
  BEACON_OPTIONS,
  FOLDER_POSITIONAL,
  beaconValueOf,
  ceremonyFolder,
  findingsOutput,
  printFindings,
} from '../../options/ceremony-inputs.ts';
import { flag, shape } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'ceremony verify',
  description:
    'Judges a whole ceremony from its folder: the powers of tau, every key against its circuit, every\n' +
    'contribution, every receipt, the beacon. Exit code 0: nothing failed; "for production" says\n' +
    'whether nothing stayed unchecked either. 1: something failed.',
  example: 'npx plimsoll ceremony verify ceremony --rpc http://127.0.0.1:8545',
  positionals: [FOLDER_POSITIONAL],
  options: BEACON_OPTIONS,
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ holds: flag, forProduction: flag, findings: findingsOutput }),
  },
  run: async (context) => {
    const findings = await verifyTranscript(ceremonyFolder(context), {
      beaconValue: beaconValueOf(context),
      note: context.note,
    });
    const fault = findings.find(({ outcome }) => outcome === 'fails');
    const forProduction = isProduction(findings);
    printFindings(context, findings);
    context.printJson({ holds: fault === undefined, forProduction, findings });
    if (fault !== undefined) {
      throw new PlimsollError('CEREMONY', `${fault.subject}: ${fault.check}: ${fault.detail}`);
    }
    context.print(forProduction ? 'for production: everything holds' : 'not for production');
  },
};
