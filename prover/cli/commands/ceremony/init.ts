// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import { integer, parseValue } from '../../../core/schema.ts';
import { startCeremony } from '../../../toolchain/ceremony/start.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { FOLDER_POSITIONAL } from '../../options/ceremony-inputs.ts';
import { text, shape, whole } from '../../../core/json-output.ts';
import { z } from 'zod';

const DEFAULT_ITERATIONS = 10;

function required(context: CommandContext, name: string, what: string): string {
  const value = stringOption(context, name);
  if (value === undefined) throw new InvalidInput(`--${name}`, `is required: ${what}`);
  return value;
}

function whole53(context: CommandContext, name: string, what: string): number {
  const value = Number(required(context, name, what));
  return parseValue(integer(1, Number.MAX_SAFE_INTEGER), value, `--${name}`);
}

export const command: Command = {
  name: 'ceremony init',
  description:
    'Hashes the powers of tau, checks their structure, compiles the circuits and makes the key of\n' +
    'each before any contribution. The beacon is fixed here, before anybody contributes: the hash\n' +
    'of a block that does not exist yet, of a chain that nobody here controls. Interrupted, it goes\n' +
    'on where it was. docs/ceremony.md is the runbook.',
  example:
    'npx plimsoll ceremony init ceremony --name plimsoll-1 --powers powersOfTau28_hez_final_18.ptau --beacon-block 24000000',
  positionals: [FOLDER_POSITIONAL],
  options: {
    name: { type: 'string', placeholder: 'text', describe: 'what the ceremony is called' },
    powers: { type: 'string', placeholder: 'file', describe: 'prepared powers of tau (.ptau)' },
    'beacon-block': {
      type: 'string',
      placeholder: 'number',
      describe: 'the block whose hash ends the ceremony',
    },
    'beacon-chain': {
      type: 'string',
      placeholder: 'id',
      describe: 'the chain of that block (default: 1, Ethereum)',
    },
    circuits: {
      type: 'string',
      placeholder: 'a,b',
      describe: 'of which circuits (default: all that the set-up builds)',
    },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      folder: text,
      name: text,
      powers: shape({ name: text, power: whole, blake2b: text }),
      beacon: shape({ chainId: whole, block: whole, iterations: whole }),
      circuits: z.array(shape({ name: text, constraints: whole, circuitHash: text })),
    }),
  },
  run: async (context) => {
    const folder = context.positionals[0]!;
    const chain = stringOption(context, 'beacon-chain') ?? '1';
    const plan = await startCeremony({
      folder,
      name: required(context, 'name', 'what the ceremony is called'),
      powers: required(context, 'powers', 'the prepared powers of tau'),
      beacon: {
        chainId: parseValue(integer(1, Number.MAX_SAFE_INTEGER), Number(chain), '--beacon-chain'),
        block: whole53(context, 'beacon-block', 'a block that does not exist yet'),
        iterations: DEFAULT_ITERATIONS,
      },
      ...(stringOption(context, 'circuits') !== undefined && {
        targets: stringOption(context, 'circuits')!.split(','),
      }),
      note: context.note,
    });
    const circuits = plan.circuits.map(({ name, constraints, circuitHash }) => ({
      name,
      constraints,
      circuitHash,
    }));
    context.printJson({
      folder,
      name: plan.name,
      powers: plan.powers,
      beacon: plan.beacon,
      circuits,
    });
    context.print(
      `${folder}: ${plan.name} begins, over ${plan.powers.name} (2^${plan.powers.power})`,
    );
    for (const { name, constraints, circuitHash } of circuits) {
      context.print(
        `  ${name}: ${constraints} constraints, circuit hash ${circuitHash.slice(0, 32)}…`,
      );
    }
    const { chainId, block } = plan.beacon;
    context.print(`  it ends with the hash of block ${block} of chain ${chainId}`);
  },
};
