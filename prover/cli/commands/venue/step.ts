// SPDX-License-Identifier: GPL-3.0-or-later
import { stateHash } from '../../../commitments/dynamic-words.ts';
import { parameterHash } from '../../../commitments/parameters-words.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { writeFileAtomically } from '../../../core/files.ts';
import { decimal, flag, shape, text } from '../../../core/json-output.ts';
import { formatMarginState } from '../../../documents/margin-state-document.ts';
import { MarginSteps, marginStepCall } from '../../../keeper/margin-steps.ts';
import { toSolidity } from '../../../proving/formats/proof-file.ts';
import { Prover } from '../../../proving/prover.ts';
import { dynamicStep } from '../../../risk/dynamic/rule.ts';
import { effectiveSet } from '../../../statements/margin-step.ts';
import { prepareStatement } from '../../../statements/prepare.ts';
import type { Command } from '../../command.ts';
import { buildWhereMissing } from '../../options/circuit-build.ts';
import { MARKET_OPTIONS, readParameters } from '../../options/market-inputs.ts';
import { MARGIN_START_OPTION, readMarginStart } from '../../options/margin-start.ts';
import { optionalOutputPath } from '../../options/output-path.ts';
import {
  SENDING_OPTIONS,
  TRANSACTION_OUTPUT,
  connectToSend,
  transact,
  transactionJson,
} from '../../options/transaction.ts';

export const command: Command = {
  name: 'venue step',
  description:
    'Takes the next margin step of the venue, if one is due: follows its margin state from the chain\n' +
    'alone, proves what the rule makes of the inputs that the feed took last, and sends it. Anybody\n' +
    'may; a service does it by itself (stepping, docs/service.md). Of a long chain --out keeps the state to\n' +
    'follow from next time, with --margin-state: it is believed only where a step of the chain came to it.',
  example: 'npx plimsoll venue step --rpc http://127.0.0.1:8545 --keystore anyone.json',
  positionals: [],
  options: {
    ...SENDING_OPTIONS,
    parameters: MARKET_OPTIONS.parameters,
    ...MARGIN_START_OPTION,
    out: {
      type: 'string',
      placeholder: 'file',
      describe: 'where the state to follow from next time is written',
    },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      sequence: decimal.describe('of the last step that was taken before'),
      isDue: flag,
      waits: text.describe('why no step is due; empty where one is'),
      step: shape({
        stateHash: decimal,
        effectiveHash: decimal,
        ...TRANSACTION_OUTPUT,
      })
        .describe('null where none is due')
        .nullable(),
    }),
  },
  run: async (context) => {
    const base = readParameters(context);
    const start = readMarginStart(context);
    const out = optionalOutputPath(context);
    const connection = await connectToSend(context);
    const { provider, document, venue } = connection;
    try {
      const steps = MarginSteps.of(document, provider, [base], start);
      if (steps === undefined) {
        throw new InvalidInput('--venue', 'has no margin state: its margin does not move');
      }
      const next = await steps.next();
      if (out !== undefined) writeFileAtomically(out, formatMarginState(steps.resumable));
      const { sequence } = steps.state;
      if (next.request === undefined) {
        context.print(`step ${sequence} was the last; none is due: ${next.waits}`);
        context.printJson({ sequence, isDue: false, waits: next.waits, step: null });
        return;
      }
      const { request } = next;
      const instance = prepareStatement('margin-step', request);
      await buildWhereMissing(context, 'margin-step', instance.profile);
      context.note(`proving margin step ${sequence + 1n}`);
      await using prover = new Prover();
      const { file } = await prover.prove(instance);
      const call = marginStepCall(venue, toSolidity(file));
      const performed = await transact(context, connection, call);
      const taken = dynamicStep(request.rule, request.state, request.inputs);
      const effectiveHash = parameterHash(effectiveSet(request.base, taken));
      context.print(`step ${sequence + 1n}: effective ${effectiveHash}`);
      context.printJson({
        sequence,
        isDue: true,
        waits: '',
        step: {
          stateHash: stateHash(taken.state),
          effectiveHash,
          ...transactionJson(performed),
        },
      });
    } finally {
      provider.destroy();
    }
  },
};
