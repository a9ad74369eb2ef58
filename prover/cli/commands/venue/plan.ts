// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress } from 'ethers';

import {
  DEFAULT_SOLVENCY,
  SESSION_STATEMENTS,
  type OptionalParts,
} from '../../../chain/deployment/optional-parts.ts';
import { NEW, defaultPlan, formatPlan } from '../../../chain/deployment/plan-document.ts';
import { requireSoundPlan } from '../../../chain/deployment/plan-rules.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { integer, parseDocument, parseJson, parseValue, pattern } from '../../../core/schema.ts';
import { marginInputsSchema } from '../../../documents/margin-inputs-document.ts';
import { DEFAULT_MARGIN_RULE } from '../../../documents/margin-rule-document.ts';
import { parsePriceSources } from '../../../documents/price-sources-document.ts';
import { loadArtifactManifest } from '../../../proving/artifacts.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { outputPath } from '../../options/output-path.ts';
import { decimal, shape, text } from '../../../core/json-output.ts';
import { RPC_OPTION, addressOption, connectRpc } from '../../options/rpc-input.ts';

const isOfSession = (statement: string): boolean =>
  (SESSION_STATEMENTS as readonly string[]).includes(statement);

/** A step may be taken in ten minutes, and one that changes nothing in an hour: docs/dynamic-margin.md. */
const MIN_STEP_SECONDS = 600;
const KEEP_ALIVE_SECONDS = 3_600;

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

/** Sources of a median gate, and a rule for margin to move by, where they are asked for. */
function optionalParts(context: CommandContext): OptionalParts {
  const sources = stringOption(context, 'sources');
  const inputs = stringOption(context, 'margin-inputs');
  const rule = stringOption(context, 'margin-rule');
  if (rule !== undefined && inputs === undefined) {
    throw new InvalidInput(
      '--margin-inputs',
      'is required with --margin-rule: where counters begin',
    );
  }
  return {
    ...(sources !== undefined && {
      medianSources: parsePriceSources(readTextFile(sources, '--sources'), sources),
    }),
    ...(inputs !== undefined && {
      movingMargin: {
        rule:
          rule === undefined
            ? DEFAULT_MARGIN_RULE
            : parseJson(readTextFile(rule, '--margin-rule'), rule),
        inputs: parseDocument(marginInputsSchema, readTextFile(inputs, '--margin-inputs'), inputs),
        minStepSeconds: MIN_STEP_SECONDS,
        keepAliveSeconds: KEEP_ALIVE_SECONDS,
      },
    }),
    ...(context.options['solvency'] === true && { solvency: DEFAULT_SOLVENCY }),
  };
}

const optionalAddress = (context: CommandContext, name: string): string =>
  stringOption(context, name) === undefined ? NEW : addressOption(context, name);

export const command: Command = {
  name: 'venue plan',
  description:
    'Writes what a venue is to be: roles, token, verifiers of everything that is built here, and every\n' +
    'number as in docs/contracts.md. Edit it, then deploy it with venue deploy. Without --asset and\n' +
    '--transition-verifier it deploys a test dollar and a verifier that accepts everything, which\n' +
    'exist on local chains only. With --sources the feed takes headline numbers only with a proof of\n' +
    'their medians (docs/oracle.md); with --margin-inputs a margin state is deployed that its owner can\n' +
    'propose to bring into force (docs/dynamic-margin.md); with --solvency a register that accepts\n' +
    'solvency sessions (docs/solvency.md). Coins can be deposited once the plan names their tokens in\n' +
    '`coins` (docs/venue.md).',
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
    sources: {
      type: 'string',
      placeholder: 'file',
      describe:
        'plimsoll.price-sources whose reports a median gate takes medians of: three to five',
    },
    'margin-inputs': {
      type: 'string',
      placeholder: 'file',
      describe: 'margin inputs that a margin state opens with',
    },
    'margin-rule': {
      type: 'string',
      placeholder: 'file',
      describe: 'the rule it moves by, in place of the default one',
    },
    solvency: { type: 'boolean', describe: 'with a register of solvency sessions' },
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
    const parts = optionalParts(context);
    for (const { statement, profile } of artifacts) {
      // Nothing else takes a proof of a session.
      if (parts.solvency === undefined && isOfSession(statement)) continue;
      (profiles[statement] ??= []).push(profile);
    }
    const plan = defaultPlan(
      {
        chainId,
        ...roles,
        oracles,
        asset: optionalAddress(context, 'asset'),
        transitionVerifier: optionalAddress(context, 'transition-verifier'),
        ...parts,
      },
      profiles,
    );
    requireSoundPlan(plan);
    writeFileAtomically(out, formatPlan(plan));
    context.print(`wrote ${out}: a venue on chain ${chainId}; read it before you deploy it`);
    context.printJson({ out, chainId });
  },
};
