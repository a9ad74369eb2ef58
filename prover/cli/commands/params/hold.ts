// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from 'ethers';

import {
  proposeMarginState,
  readMarginProposal,
  readMarginState,
  riskParametersAt,
} from '../../../chain/parameter-proposal.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { decimal, shape, text } from '../../../core/json-output.ts';
import type { Command } from '../../command.ts';
import { PARAMETER_CHAIN_OPTIONS } from '../../options/parameter-sets.ts';
import { connectRpc, venueAddress } from '../../options/rpc-input.ts';
import { KEYSTORE_OPTION, readSigner } from '../../options/signer-input.ts';

export const command: Command = {
  name: 'params hold',
  description:
    'Starts the long timelock that takes the margin state out of force: once it has elapsed,\n' +
    'params activate has margin stand still at the base set, without canaries. Only the owner of\n' +
    'RiskParameters can. Until then steps go on, and the rule can be proposed again afterwards.',
  example:
    'npx plimsoll params hold --rpc http://127.0.0.1:8545 --venue venue.json --keystore owner.json',
  positionals: [],
  options: { ...PARAMETER_CHAIN_OPTIONS, keystore: KEYSTORE_OPTION },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      transaction: text,
      marginState: text.describe('the one in force, which is taken out'),
      activatableAt: decimal,
    }),
  },
  run: async (context) => {
    const address = venueAddress(context, 'contract', 'riskParameters');
    const owner = await readSigner(context);
    const { provider } = await connectRpc(context);
    try {
      const contract = riskParametersAt(address, owner.connect(provider));
      const marginState = await readMarginState(contract);
      if (marginState === ZeroAddress) {
        throw new PlimsollError(
          'NO_MARGIN_STATE',
          'no margin state is in force: margin stands still',
        );
      }
      const { hash } = await proposeMarginState(contract, ZeroAddress);
      const { activatableAt } = await readMarginProposal(contract);
      context.print(`transaction    ${hash}`);
      context.print(`to be taken out of force  ${marginState}`);
      context.print(
        `can be activated from ${new Date(Number(activatableAt) * 1_000).toISOString()}: params activate`,
      );
      context.printJson({ transaction: hash, marginState, activatableAt });
    } finally {
      provider.destroy();
    }
  },
};
