// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import type { Command } from '../../../prover/cli/command.ts';
import { helpText, parseArguments } from '../../../prover/cli/command.ts';
import { shape } from '../../../prover/core/json-output.ts';
import { InvalidInput } from '../../../prover/core/errors.ts';

function sample(overrides: Partial<Command> = {}): Command {
  return {
    name: 'weigh',
    example: 'npx plimsoll weigh 7 --tick 2',
    positionals: [{ name: 'ship', required: true, describe: 'number of the ship' }],
    options: {
      tick: { type: 'string', placeholder: 'number', describe: 'margin tick' },
      loud: { type: 'boolean', describe: 'say more' },
    },
    needsSetup: false,
    output: { version: 1, schema: shape({}) },
    run: async () => undefined,
    ...overrides,
  };
}

function refusal(argv: readonly string[]): InvalidInput {
  try {
    parseArguments(sample(), argv);
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
  throw new Error(`accepted: ${argv.join(' ')}`);
}

describe('command-line arguments', () => {
  it('reads positionals, string options, switches and the common ones', () => {
    const parsed = parseArguments(sample(), ['7', '--tick=2', '--loud', '--json']);
    expect(parsed.positionals).toEqual(['7']);
    expect(parsed.options).toEqual({ tick: '2', loud: true, json: true });
  });

  it('takes the argument after a string option as its value', () => {
    expect(parseArguments(sample(), ['7', '--tick', '2']).options['tick']).toBe('2');
  });

  it.each([
    [['7', '--tock'], '--tock', /unknown flag/],
    [['7', '-x'], '-x', /unknown flag/],
    [['7', '--constructor'], '--constructor', /unknown flag/],
    [['7', '--loud=yes'], '--loud', /takes no value/],
    [['7', '--tick'], '--tick', /needs a value <number>/],
    [['7', '--tick', '1', '--tick', '2'], '--tick', /only once/],
    [[], '<ship>', /is required/],
    [['7', '8'], '8', /unexpected argument/],
  ])('refuses %j, naming %s', (argv, field, rule) => {
    const error = refusal(argv);
    expect(error.field).toBe(field);
    expect(error.rule).toMatch(rule);
    expect(error.code).toBe('INVALID_INPUT');
  });

  it('does not ask for positionals when help is asked for', () => {
    expect(parseArguments(sample(), ['--help']).options['help']).toBe(true);
  });

  it('shows every option, the positional and the example in the help', () => {
    const text = helpText(sample(), 'weigh a ship');
    for (const part of ['<ship>', '--tick <number>', '--loud', '--json', '--help']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('Example: npx plimsoll weigh 7 --tick 2');
  });
});
