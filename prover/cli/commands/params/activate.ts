// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from 'ethers';
import { z } from 'zod';

import {
  activateMarginState,
  activateParameters,
  proveCanary,
  readMarginProposal,
  readParameterState,
  riskParametersAt,
} from '../../../chain/parameter-proposal.ts';
import { InvalidInput, PlimsollError } from '../../../core/errors.ts';
import { nextBlockTime } from '../../../oracle/feed-state.ts';
import type { ProofFile } from '../../../proving/formats/proof-file.ts';
import { loadProof } from '../../../proving/formats/saved-proof.ts';
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

interface Timelock {
  readonly activatableAt: bigint;
  readonly canaryProven: boolean;
}

export const command: Command = {
  name: 'params activate',
  description:
    'Shows the chain canaries of the pending set, where some are given, and activates it once its\n' +
    'timelock has elapsed and accounts of both underlyings were shown. Anybody can. A canary is a\n' +
    'proof of an account as it stands at a tick of the last hour:\n' +
    'prove account-margin --parameters pending.json --for canary --venue venue.json. A margin state\n' +
    'that is proposed is shown and activated alike, its canaries proven under --effective.',
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
      marginState: shape({
        address: text,
        effectiveHash: decimal,
        canaryProven: flag,
        activatableAt: decimal,
        activated: flag,
      })
        .describe(
          'what is proposed, of address zero to have margin stand still; null where none is',
        )
        .nullable(),
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
      const margin = await readMarginProposal(contract);
      if (pendingHash === 0n && margin.activatableAt === 0n) {
        throw new PlimsollError('NOTHING_PROPOSED', 'no parameter set is proposed');
      }
      const sent: string[] = [];
      for (const canary of canaries) {
        const isOfSteps =
          margin.activatableAt !== 0n &&
          canary.publicSignals.parameterHash === margin.effectiveHash;
        const of = isOfSteps ? 'marginState' : 'set';
        const { hash } = await proveCanary(contract, canary, of);
        context.print(`canary         ${hash}`);
        sent.push(hash);
      }
      const now = await nextBlockTime(provider);
      /** Activates what is shown and due, and says what is missing of what is not. */
      const activateWhere = async (
        { activatableAt: at, canaryProven: isShown }: Timelock,
        what: string,
        activate: typeof activateParameters,
      ): Promise<boolean> => {
        if (at === 0n) return false;
        if (isShown && now >= at) {
          const { hash } = await activate(contract);
          context.print(`transaction    ${hash}`);
          context.print(`active         ${what}, from the next snapshot on`);
          return true;
        }
        if (!isShown) context.print('not yet shown: an account of each underlying that loses');
        if (now < at) context.print(`not before ${new Date(Number(at) * 1_000).toISOString()}`);
        return false;
      };
      const set = await readParameterState(contract);
      const steps = await readMarginProposal(contract);
      const activated = await activateWhere(set, String(pendingHash), activateParameters);
      const what =
        steps.address === ZeroAddress ? 'no margin state: margin stands still' : steps.address;
      const moves = await activateWhere(steps, what, activateMarginState);
      context.printJson({
        parameterHash: pendingHash,
        canaries: sent,
        canaryProven: set.canaryProven,
        activatableAt,
        activated,
        marginState: margin.activatableAt === 0n ? null : { ...steps, activated: moves },
      });
    } finally {
      provider.destroy();
    }
  },
};
