// SPDX-License-Identifier: GPL-3.0-or-later
import {
  proposeParameters,
  readParameterState,
  riskParametersAt,
} from '../../../chain/parameter-proposal.ts';
import { parameterHash } from '../../../commitments/parameters-words.ts';
import { writeFileAtomically } from '../../../core/files.ts';
import { formatParameters, parseParameters } from '../../../documents/parameters-document.ts';
import type { Command } from '../../command.ts';
import { optionalOutputPath } from '../../options/output-path.ts';
import {
  ACTIVE_OPTION,
  PARAMETER_CHAIN_OPTIONS,
  PENDING_ARGUMENT,
  readBothSets,
  requireActive,
} from '../../options/parameter-sets.ts';
import { connectRpc, venueAddress } from '../../options/rpc-input.ts';
import { KEYSTORE_OPTION, readSigner } from '../../options/signer-input.ts';
import { decimal, flag, shape, text } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'params propose',
  description:
    'Starts the timelock of a set, its whole document in calldata. Only the owner of RiskParameters\n' +
    'can. --tightening takes the short timelock and says that no account has a lower margin or a\n' +
    'higher equity under the set, and none a maintenance margin higher by more than the step:\n' +
    'anybody refutes it with two proofs of one account. Look at params impact first.',
  example:
    'npx plimsoll params propose pending.json --rpc http://127.0.0.1:8545 --venue venue.json --keystore owner.json',
  positionals: [PENDING_ARGUMENT],
  options: {
    parameters: ACTIVE_OPTION,
    ...PARAMETER_CHAIN_OPTIONS,
    keystore: KEYSTORE_OPTION,
    tightening: {
      type: 'boolean',
      describe: 'take the short timelock of a set that only tightens',
    },
    out: {
      type: 'string',
      placeholder: 'file',
      describe: 'also write the proposed set, which canaries are proven under',
    },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      transaction: text,
      parameterHash: decimal,
      tightening: flag,
      activatableAt: decimal,
    }),
  },
  run: async (context) => {
    const out = optionalOutputPath(context);
    const { active, pending } = readBothSets(context);
    const address = venueAddress(context, 'contract', 'riskParameters');
    const owner = await readSigner(context);
    const isTightening = context.options['tightening'] === true;
    const document = formatParameters(pending);
    // What is proposed is what everybody will read, not what was read here.
    const hash = parameterHash(parseParameters(document));
    const { provider } = await connectRpc(context);
    try {
      const contract = riskParametersAt(address, owner.connect(provider));
      const { activeHash } = await readParameterState(contract);
      requireActive(activeHash, active);
      const receipt = await proposeParameters(contract, hash, document, isTightening);
      const { activatableAt } = await readParameterState(contract);
      if (out !== undefined) writeFileAtomically(out, document);
      const when = new Date(Number(activatableAt) * 1_000).toISOString();
      context.print(`transaction    ${receipt.hash}`);
      context.print(`proposed       ${pending.document.name}, ${hash}`);
      context.print(`can be activated from ${when}, on canaries: params activate`);
      context.printJson({
        transaction: receipt.hash,
        parameterHash: hash,
        tightening: isTightening,
        activatableAt,
      });
    } finally {
      provider.destroy();
    }
  },
};
