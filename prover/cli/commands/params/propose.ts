// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { plannedRule } from '../../../chain/deployment/planned-rule.ts';
import {
  proposeMarginState,
  proposeParameters,
  readMarginProposal,
  readParameterState,
  riskParametersAt,
} from '../../../chain/parameter-proposal.ts';
import { parameterHash } from '../../../commitments/parameters-words.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { parseJson } from '../../../core/schema.ts';
import {
  MARGIN_RULE_FORMAT,
  parseMarginRule,
  requireMovable,
  type MarginRuleDocument,
} from '../../../documents/margin-rule-document.ts';
import { formatParameters, parseParameters } from '../../../documents/parameters-document.ts';
import type { Command, CommandContext } from '../../command.ts';
import { readParameters } from '../../options/market-inputs.ts';
import { optionalOutputPath } from '../../options/output-path.ts';
import {
  ACTIVE_OPTION,
  PARAMETER_CHAIN_OPTIONS,
  PENDING_ARGUMENT,
  readBothSets,
  requireActive,
} from '../../options/parameter-sets.ts';
import { connectRpc, venueAddress } from '../../options/rpc-input.ts';
import { readVenue } from '../../options/venue-file.ts';
import { KEYSTORE_OPTION, readSigner } from '../../options/signer-input.ts';
import { decimal, flag, shape, text } from '../../../core/json-output.ts';

const whenOf = (activatableAt: bigint): string =>
  new Date(Number(activatableAt) * 1_000).toISOString();

/** The rule that the document is, if it is one. */
function proposedRule(context: CommandContext): MarginRuleDocument | undefined {
  const path = context.positionals[0] ?? '';
  const source = readTextFile(path, '<pending>');
  const isRule = z.looseObject({ format: z.literal(MARGIN_RULE_FORMAT) });
  return isRule.safeParse(parseJson(source, path)).success ? parseMarginRule(source) : undefined;
}

/** A rule is in the state of the contract that was deployed with it: that contract is proposed. */
async function proposeRule(context: CommandContext, rule: MarginRuleDocument): Promise<void> {
  const { movingMargin, contracts } = readVenue(context);
  const { marginState } = contracts;
  if (movingMargin === undefined || marginState === undefined) {
    throw new InvalidInput('--venue', 'has no margin state: a rule comes with the one it opened');
  }
  const deployed = plannedRule(movingMargin).hash;
  if (deployed !== rule.hash) {
    throw new InvalidInput(
      '<pending>',
      `has the hash ${rule.hash}, the venue's margin state was deployed with ${deployed}`,
    );
  }
  const active = readParameters(context);
  requireMovable(active.parameters, rule.rule);
  const address = venueAddress(context, 'contract', 'riskParameters');
  const owner = await readSigner(context);
  const { provider } = await connectRpc(context);
  try {
    const contract = riskParametersAt(address, owner.connect(provider));
    requireActive((await readParameterState(contract)).activeHash, active);
    const receipt = await proposeMarginState(contract, marginState);
    const { activatableAt } = await readMarginProposal(contract);
    context.print(`transaction    ${receipt.hash}`);
    context.print(`proposed       ${rule.name}, ${rule.hash}, in ${marginState}`);
    context.print(`can be activated from ${whenOf(activatableAt)}, on canaries: params activate`);
    context.printJson({
      transaction: receipt.hash,
      ruleHash: rule.hash,
      marginState,
      activatableAt,
    });
  } finally {
    provider.destroy();
  }
}

export const command: Command = {
  name: 'params propose',
  description:
    'Starts the timelock of a set, its whole document in calldata. Only the owner of RiskParameters\n' +
    'can. --tightening takes the short timelock and says that no account has a lower margin or a\n' +
    'higher equity under the set, and none a maintenance margin higher by more than the step:\n' +
    'anybody refutes it with two proofs of one account. Look at params impact first. Of a margin rule\n' +
    'it starts the long timelock of the MarginState that the venue has of it: margin then moves.',
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
    schema: z.union([
      shape({
        transaction: text,
        parameterHash: decimal,
        tightening: flag,
        activatableAt: decimal,
      }),
      shape({
        transaction: text,
        ruleHash: decimal,
        marginState: text,
        activatableAt: decimal,
      }).describe('of a margin rule'),
    ]),
  },
  run: async (context) => {
    const out = optionalOutputPath(context);
    const rule = proposedRule(context);
    if (rule !== undefined) return proposeRule(context, rule);
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
      context.print(`transaction    ${receipt.hash}`);
      context.print(`proposed       ${pending.document.name}, ${hash}`);
      context.print(`can be activated from ${whenOf(activatableAt)}, on canaries: params activate`);
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
