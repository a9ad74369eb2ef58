// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { PlimsollError } from '../../../core/errors.ts';
import { makeFolder, writeFileAtomically } from '../../../core/files.ts';
import { spelled } from '../../../proving/ceremony/documents.ts';
import { isProduction, verifyTranscript } from '../../../proving/ceremony/transcript.ts';
import type { Command } from '../../command.ts';
import {
  BEACON_OPTIONS,
  FOLDER_POSITIONAL,
  beaconValueOf,
  ceremonyFolder,
  findingsOutput,
} from '../../options/ceremony-inputs.ts';
import { KEYSTORE_OPTION, readSigner } from '../../options/signer-input.ts';
import { address, shape, text } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'ceremony attest',
  description:
    'Verifies a finalised ceremony on this machine and signs what was found about its release\n' +
    'manifest. Nothing is signed where something fails or stays unchecked.',
  example: 'npx plimsoll ceremony attest ceremony --rpc http://127.0.0.1:8545 --keystore me.json',
  positionals: [FOLDER_POSITIONAL],
  options: { ...BEACON_OPTIONS, keystore: KEYSTORE_OPTION },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ attestation: text, release: text, signer: address, findings: findingsOutput }),
  },
  run: async (context) => {
    const folder = ceremonyFolder(context);
    const release = folder.release();
    if (release === undefined) throw new PlimsollError('CEREMONY', 'nothing has been finalised');
    const signer = await readSigner(context);
    const findings = await verifyTranscript(folder, {
      beaconValue: beaconValueOf(context),
      note: context.note,
    });
    if (!isProduction(findings)) {
      const fault = findings.find(({ outcome }) => outcome !== 'holds');
      const what = fault === undefined ? '' : `${fault.subject}: ${fault.check}: ${fault.detail}`;
      throw new PlimsollError('CEREMONY', `nothing is signed: ${what}`);
    }
    const statement = {
      format: 'plimsoll.ceremony-attestation',
      version: 1,
      release: release.hash,
      verified: findings.map(({ check, subject }) => `${subject}: ${check}`),
      signer: signer.address,
    };
    const signature = await signer.signMessage(spelled(statement));
    makeFolder(folder.attestationsPath, '<folder>');
    const attestation = join(folder.attestationsPath, `${signer.address}.json`);
    writeFileAtomically(attestation, spelled({ ...statement, signature }));
    context.printJson({ attestation, release: release.hash, signer: signer.address, findings });
    context.print(`${attestation}: ${findings.length} findings, signed by ${signer.address}`);
  },
};
