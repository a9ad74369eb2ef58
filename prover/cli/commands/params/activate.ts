// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import {
  activateParameters,
  proveCanary,
  readParameterState,
  riskParametersAt,
} from '../../../chain/parameter-proposal.ts';
import { InvalidInput, PlimsollError } from '../../../core/errors.ts';
import { nextBlockTime } from '../../../oracle/feed-state.ts';
import { loadProof, type ProofFile } from '../../../proving/formats/proof-file.ts';
import type { Command } from '../../command.ts';
import { PARAMETER_CHAIN_OPTIONS } from '../../options/parameter-sets.ts';
import { connectRpc, venueAddress } from '../../options/rpc-input.ts';
import { KEYSTORE_OPTION, readSigner } from '../../options/signer-input.ts';
import { decimal, flag, shape, text } from '../../../core/json-output.ts';

function canaryAt(path: string): ProofFile<'account-margin'> {
  const file = loadProof(path);
  if (file.statement !== 'account-margin') {
    throw new InvalidInput(path, `must be a proof of account-margin, is of ${file.statement}`);
  }
  return file as ProofFile<'account-margin'>;
}

export const command: Command = {
  name: 'params activate',
  description:
    'Shows the chain canaries of the pending set, where some are given, and activates it once its\n' +
    'timelock has elapsed and accounts of both underlyings were shown. Anybody can. A canary is a\n' +
    'proof of an account as it stands at a tick of the last hour:\n' +
    'prove account-margin --parameters pending.json --for canary --venue venue.json.',
  example:
    'npx plimsoll params activate canary-btc.json canary-eth.json --rpc http://127.0.0.1:8545 --venue venue.json --keystore anyone.json',
  positionals: [
    { name: 'canary', required: false, repeated: true, describe: 'proofs under the pending set' },
  ],
  options: { ...PARAMETER_CHAIN_OPTIONS, keystore: KEYSTORE_OPTION },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      parameterHash: decimal,
      canaries: z.array(text),
      canaryProven: flag,
      activatableAt: decimal,
      activated: flag,
    }),
  },
  run: async (context) => {
    const canaries = context.positionals.map(canaryAt);
    const address = venueAddress(context, 'contract', 'riskParameters');
    const sender = await readSigner(context);
    const { provider } = await connectRpc(context);
    try {
      const contract = riskParametersAt(address, sender.connect(provider));
      const { pendingHash, activatableAt } = await readParameterState(contract);
      if (pendingHash === 0n) {
        throw new PlimsollError('NOTHING_PROPOSED', 'no parameter set is proposed');
      }
      const sent: string[] = [];
      for (const canary of canaries) {
        const { hash } = await proveCanary(contract, canary);
        context.print(`canary         ${hash}`);
        sent.push(hash);
      }
      const { canaryProven } = await readParameterState(contract);
      const isDue = (await nextBlockTime(provider)) >= activatableAt;
      const activated = canaryProven && isDue;
      if (activated) {
        const { hash } = await activateParameters(contract);
        context.print(`transaction    ${hash}`);
        context.print(`active         ${pendingHash}, from the next snapshot on`);
      } else {
        const when = new Date(Number(activatableAt) * 1_000).toISOString();
        if (!canaryProven) context.print('not yet shown: an account of each underlying that loses');
        if (!isDue) context.print(`not before ${when}`);
      }
      context.printJson({
        parameterHash: pendingHash,
        canaries: sent,
        canaryProven,
        activatableAt,
        activated,
      });
    } finally {
      provider.destroy();
    }
  },
};
