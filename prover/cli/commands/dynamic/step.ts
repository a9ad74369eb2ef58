// SPDX-License-Identifier: GPL-3.0-or-later
import { inputsHash, stateHash } from '../../../commitments/dynamic-words.ts';
import { parameterHash } from '../../../commitments/parameters-words.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { writeFileAtomically } from '../../../core/files.ts';
import { addressText, decimalBigint, parseValue } from '../../../core/schema.ts';
import {
  formatMarginState,
  marginStateDocument,
} from '../../../documents/margin-state-document.ts';
import { formatUtc } from '../../../model/format.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import { multipliersQ20 } from '../../../risk/dynamic/effective-set.ts';
import type { MarginStepRequest } from '../../../statements/margin-step.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { MARKET_OPTIONS, readParameters } from '../../options/market-inputs.ts';
import { openState, readInputs, readRule, takeStep } from '../../options/margin-step.ts';
import { STEP_OPTIONS } from '../../options/margin-step-options.ts';
import { decimal, real, shape } from '../../../core/json-output.ts';
import { documentOf } from '../../../documents/document-shapes.ts';

/** A step is for whoever sends it: nobody gains by it. */
const NOBODY = '0x0000000000000000000000000000000000000000';

/** Where `--prove` says so. */
async function writeProof(
  context: CommandContext,
  request: Omit<MarginStepRequest, 'context'>,
): Promise<void> {
  const path = stringOption(context, 'prove');
  if (path === undefined) return;
  const required = (name: string): string => {
    const value = stringOption(context, name);
    if (value === undefined) throw new InvalidInput(`--${name}`, 'is required with --prove');
    return value;
  };
  const chainId = parseValue(decimalBigint(1n, 2n ** 64n - 1n), required('chain-id'), '--chain-id');
  const contract = parseValue(addressText, required('contract'), '--contract');
  // Contracts and the prover are loaded only by who proves.
  const [
    { getAddress },
    { proofContext },
    { prepareStatement },
    { Prover },
    { formatProof },
    { buildWhereMissing },
  ] = await Promise.all([
    import('ethers'),
    import('../../../chain/context.ts'),
    import('../../../statements/prepare.ts'),
    import('../../../proving/prover.ts'),
    import('../../../proving/formats/proof-file.ts'),
    import('../../options/circuit-build.ts'),
  ]);
  const instance = prepareStatement('margin-step', {
    ...request,
    context: proofContext(chainId, contract, 'stepMargin', NOBODY),
  });
  await buildWhereMissing(context, instance.statement, instance.profile);
  await using prover = new Prover();
  const { file } = await prover.prove(instance);
  const use = {
    chainId,
    contract: getAddress(contract.toLowerCase()),
    action: 'stepMargin',
    beneficiary: NOBODY,
  };
  writeFileAtomically(path, formatProof({ ...file, use }));
  context.print(`  proof      ${path}`);
}

export const command: Command = {
  name: 'dynamic step',
  description:
    'The next margin state and the hash of the parameter set that then holds, of the last state and\n' +
    'signed inputs (docs/dynamic-margin.md). Without --state the inputs open a state: both averages at\n' +
    'the base variance. What it says is what the circuit margin-step proves.',
  example: 'npx plimsoll dynamic step --state state.json --inputs inputs.json --out next.json',
  positionals: [],
  options: {
    ...STEP_OPTIONS,
    parameters: MARKET_OPTIONS.parameters,
    out: { type: 'string', placeholder: 'file', describe: 'where the next state is written' },
    prove: {
      type: 'string',
      placeholder: 'file',
      describe: 'the proof of the step to write; builds its circuit and key, once, where missing',
    },
    'chain-id': { type: 'string', placeholder: 'id', describe: 'chain that the proof is for' },
    contract: { type: 'string', placeholder: 'address', describe: 'MarginState that takes it' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      stateHash: decimal,
      state: documentOf('plimsoll.margin-state'),
      step: shape({
        baseHash: decimal,
        effectiveHash: decimal,
        marginInputsHash: decimal,
        previousStateHash: decimal,
        multipliers: shape({ BTC: real, ETH: real }),
        imFactorBps: decimal,
        perpetualMmBps: decimal,
      })
        .describe('absent where a state was opened')
        .optional(),
    }),
  },
  run: async (context) => {
    const { print, printJson } = context;
    const out = stringOption(context, 'out');
    if (stringOption(context, 'state') === undefined) {
      const state = openState(readRule(context), readInputs(context));
      if (out !== undefined) writeFileAtomically(out, formatMarginState(state));
      print(`Opened at ${formatUtc(state.time)} UTC: state ${stateHash(state)}`);
      printJson({ stateHash: stateHash(state), state: marginStateDocument(state) });
      return;
    }
    const base = readParameters(context);
    const { rule, before, inputs, step, set } = takeStep(context, base, {
      state: 'state',
      inputs: 'inputs',
    });
    if (out !== undefined) writeFileAtomically(out, formatMarginState(step.state));
    const multipliers = multipliersQ20(step).map((value) => Number(value) / 2 ** 20);
    const effectiveHash = parameterHash(set);
    print(`Step ${step.state.sequence}, inputs of ${formatUtc(step.state.time)} UTC`);
    for (const u of UNDERLYINGS) {
      print(`  ${UNDERLYING_SYMBOLS[u]}  moves x ${multipliers[u]!.toFixed(4)}`);
    }
    print(`  state      ${stateHash(step.state)}`);
    print(`  effective  ${effectiveHash}`);
    await writeProof(context, { rule: rule.rule, base, state: before, inputs });
    printJson({
      stateHash: stateHash(step.state),
      state: marginStateDocument(step.state),
      step: {
        baseHash: parameterHash(base),
        effectiveHash,
        marginInputsHash: inputsHash(inputs),
        previousStateHash: stateHash(before),
        multipliers: { BTC: multipliers[0], ETH: multipliers[1] },
        imFactorBps: set.parameters.imFactorBps,
        perpetualMmBps: set.parameters.perpetual.mmBps,
      },
    });
  },
};
