// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import {
  deployVenue,
  deploymentDigest,
  requireDeployable,
  type VenueDeployment,
} from '../../../chain/deployment/deploy-venue.ts';
import { JournaledTransactor } from '../../../chain/deployment/journal.ts';
import { parsePlan } from '../../../chain/deployment/plan-document.ts';
import { requireMovableBy } from '../../../chain/deployment/parts-rules.ts';
import { requireSoundPlan } from '../../../chain/deployment/plan-rules.ts';
import type { Transactor } from '../../../chain/deployment/transactor.ts';
import { VENUE_FORMAT, formatVenue } from '../../../chain/venue-document.ts';
import { parameterHash } from '../../../commitments/parameters-words.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { REPOSITORY_ROOT } from '../../../core/root.ts';
import { loadArtifactManifest } from '../../../proving/artifacts.ts';
import type { Command } from '../../command.ts';
import { MARKET_OPTIONS, readParameters } from '../../options/market-inputs.ts';
import { outputPath } from '../../options/output-path.ts';
import { flag, shape, text } from '../../../core/json-output.ts';
import { documentOf } from '../../../documents/document-shapes.ts';
import { RPC_OPTION, connectRpc } from '../../options/rpc-input.ts';
import { KEYSTORE_OPTION, readSigner } from '../../options/signer-input.ts';

/** Tells each step when it is done. */
function told(transactor: Transactor, note: (line: string) => void): Transactor {
  return {
    address: transactor.address,
    create: async (name, artifact, args) => {
      const address = await transactor.create(name, artifact, args);
      note(`${name} at ${address}`);
      return address;
    },
    call: async (name, to, method, args) => {
      await transactor.call(name, to, method, args);
      note(name);
    },
  };
}

export const command: Command = {
  name: 'venue deploy',
  description:
    'Refuses a plan that breaks a rule, naming it, before anything is sent. Every transaction is\n' +
    'written to <out>.journal before it is sent: broken off at any point, the same command goes on\n' +
    'where it was and deploys nothing twice. The key must not be used for anything else meanwhile.',
  example:
    'npx plimsoll venue deploy plan.json --rpc http://127.0.0.1:8545 --keystore deployer.json --out venue.json',
  positionals: [{ name: 'plan', required: true, describe: 'the file of venue plan' }],
  options: {
    rpc: RPC_OPTION,
    keystore: KEYSTORE_OPTION,
    parameters: MARKET_OPTIONS.parameters,
    out: { type: 'string', placeholder: 'file', describe: 'the venue document to write' },
    'dry-run': { type: 'boolean', describe: 'check everything that can be checked, send nothing' },
  },
  needsSetup: true,
  output: {
    version: 1,
    schema: shape({
      isDryRun: flag,
      out: text.nullable(),
      venue: documentOf(VENUE_FORMAT).nullable(),
    }),
  },
  run: async (context) => {
    const out = outputPath(context, 'the venue');
    const journalPath = `${out}.journal`;
    if (existsSync(out) && !existsSync(journalPath)) {
      throw new InvalidInput('--out', `${out}: exists, without the journal of its deployment`);
    }
    const path = context.positionals[0] ?? '';
    const plan = parsePlan(readTextFile(path, '<plan>'), path);
    requireSoundPlan(plan);
    const parameters = readParameters(context);
    requireMovableBy(plan, parameters.parameters);
    const wallet = await readSigner(context);
    const { provider, chainId } = await connectRpc(context);
    try {
      const deployment: VenueDeployment = {
        plan,
        parametersHash: parameterHash(parameters),
        artifactsDirectory: join(REPOSITORY_ROOT, 'artifacts'),
        built: loadArtifactManifest(),
        provider,
      };
      await requireDeployable(deployment, wallet.address);
      if (context.options['dry-run'] === true) {
        context.print(`${path}: can be deployed on chain ${chainId} by ${wallet.address}`);
        context.printJson({ isDryRun: true, out: null, venue: null });
        return;
      }
      const transactor = await JournaledTransactor.begin({
        path: journalPath,
        digest: deploymentDigest(deployment),
        chainId,
        provider,
        wallet,
        note: context.note,
      });
      const venue = await deployVenue(deployment, told(transactor, context.note), transactor.block);
      const written = formatVenue(venue);
      writeFileAtomically(out, written);
      context.print(`wrote ${out}: a venue on chain ${chainId}, from block ${transactor.block} on`);
      if (venue.roles.owner !== wallet.address) {
        context.print(`its owner ${venue.roles.owner} has to accept the ownership of`);
        context.print(
          `  feed ${venue.contracts.marketFeed}, parameters ${venue.contracts.riskParameters}` +
            (venue.contracts.medianGate ? `, gate ${venue.contracts.medianGate}` : ''),
        );
      }
      if (venue.contracts.marginState !== undefined) {
        context.print(`margin state ${venue.contracts.marginState}: not in force before the owner`);
        context.print('  proposes it (proposeMarginState), and its timelock has elapsed');
      }
      context.printJson({ isDryRun: false, out, venue: JSON.parse(written) as unknown });
    } finally {
      provider.destroy();
    }
  },
};
