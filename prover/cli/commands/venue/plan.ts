// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress } from 'ethers';

import { NEW, defaultPlan, formatPlan } from '../../../chain/deployment/plan-document.ts';
import { requireSoundPlan } from '../../../chain/deployment/plan-rules.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { writeFileAtomically } from '../../../core/files.ts';
import { integer, parseValue, pattern } from '../../../core/schema.ts';
import { loadArtifactManifest } from '../../../proving/artifacts.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { outputPath } from '../../options/output-path.ts';
import { decimal, shape, text } from '../../../core/json-output.ts';
import { RPC_OPTION, addressOption, connectRpc } from '../../options/rpc-input.ts';

function oraclesOf(context: CommandContext): readonly string[] {
  const form = pattern(
    /^0x[0-9a-fA-F]{40}(,0x[0-9a-fA-F]{40})*$/,
    'must be addresses, with commas',
  );
  const text = parseValue(form, stringOption(context, 'oracles'), '--oracles');
  return text.split(',').map((address) => {
    try {
      return getAddress(address);
    } catch {
      throw new InvalidInput('--oracles', `${address}: must carry a right checksum`);
    }
  });
}

const optionalAddress = (context: CommandContext, name: string): string =>
  stringOption(context, name) === undefined ? NEW : addressOption(context, name);

export const command: Command = {
  name: 'venue plan',
  description:
    'Writes what a venue is to be: roles, token, verifiers of everything that is built here, and every\n' +
    'number as in docs/contracts.md. Edit it, then deploy it with venue deploy. Without --asset and\n' +
    '--transition-verifier it deploys a test dollar and a verifier that accepts everything, which\n' +
    'exist on local chains only.',
  example:
    'npx plimsoll venue plan --rpc http://127.0.0.1:8545 --owner 0x… --guardian 0x… --oracles 0x…,0x…,0x… --threshold 2 --out plan.json',
  positionals: [],
  options: {
    rpc: RPC_OPTION,
    owner: {
      type: 'string',
      placeholder: 'address',
      describe: 'governs feed and parameters, within the timelocks',
    },
    guardian: { type: 'string', placeholder: 'address', describe: 'may halt the market once' },
    oracles: { type: 'string', placeholder: 'address,…', describe: 'who signs snapshots' },
    threshold: {
      type: 'string',
      placeholder: 'number',
      describe: 'how many of them make a quorum: at least two, and more than half',
    },
    asset: { type: 'string', placeholder: 'address', describe: 'the dollar token, of 6 decimals' },
    'transition-verifier': {
      type: 'string',
      placeholder: 'address',
      describe: "the verifier of the rollup's validity proof",
    },
    out: { type: 'string', placeholder: 'file', describe: 'the plan to write' },
  },
  needsSetup: false,
  output: { version: 1, schema: shape({ out: text, chainId: decimal }) },
  run: async (context) => {
    const out = outputPath(context, 'the plan');
    const threshold = pattern(/^[0-9]{1,3}$/, 'must be a number');
    const oracles = {
      signers: oraclesOf(context),
      threshold: parseValue(
        integer(1, 255),
        Number(parseValue(threshold, stringOption(context, 'threshold'), '--threshold')),
        '--threshold',
      ),
    };
    const roles = {
      owner: addressOption(context, 'owner'),
      guardian: addressOption(context, 'guardian'),
    };
    const { provider, chainId } = await connectRpc(context);
    provider.destroy();
    const { artifacts } = loadArtifactManifest();
    const profiles: Record<string, string[]> = {};
    for (const { statement, profile } of artifacts) (profiles[statement] ??= []).push(profile);
    const plan = defaultPlan(
      {
        chainId,
        ...roles,
        oracles,
        asset: optionalAddress(context, 'asset'),
        transitionVerifier: optionalAddress(context, 'transition-verifier'),
      },
      profiles,
    );
    requireSoundPlan(plan);
    writeFileAtomically(out, formatPlan(plan));
    context.print(`wrote ${out}: a venue on chain ${chainId}; read it before you deploy it`);
    context.printJson({ out, chainId });
  },
};
