// SPDX-License-Identifier: GPL-3.0-or-later
import { parseArgs } from 'node:util';

import { InvalidInput } from '../core/errors.ts';
import type { OutputSchema } from './output.ts';
import { meant } from './suggestion.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help text, e.g. `file`; only for strings. */
  readonly placeholder?: string;
  readonly describe: string;
}

export interface PositionalSpec {
  readonly name: string;
  readonly required: boolean;
  /** True for a last positional that takes every further argument too. */
  readonly repeated?: true;
  readonly describe: string;
}

export interface CommandContext {
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
  /** True under `--json`: standard output then carries JSON and nothing else. */
  readonly json: boolean;
  /** Characters in a line of the terminal; Infinity where the output goes to a file or a program. */
  readonly width: number;
  /** A line of the result, for people; silent under `--json`. */
  readonly print: (line?: string) => void;
  /**
   * The result as one line of JSON (`bigint` as decimal string), under the name of the command's
   * output schema; silent without `--json`.
   */
  readonly printJson: (value: object) => void;
  /** Progress and remarks, on standard error, so that they never mix with the result. */
  readonly note: (line: string) => void;
}

/** One command of `plimsoll`; lives in `commands/<name>.ts` and is exported as `command`. */
export interface Command {
  /** One word, or two (`market import`, in `commands/market/import.ts`) where commands share a noun. */
  readonly name: string;
  readonly description?: string;
  /** A complete line that can be pasted. */
  readonly example: string;
  readonly positionals: readonly PositionalSpec[];
  /** Besides `--json` and `--help`, which every command has. */
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** True when circuits, keys and contracts must have been built before `run`. */
  readonly needsSetup: boolean;
  /** What `--json` prints: published as docs/schemas/<name>.json and by `plimsoll schema`. */
  readonly output: OutputSchema;
  /** Rejects with a `PlimsollError`; `InvalidInput` ends the process with exit code 2. */
  readonly run: (context: CommandContext) => Promise<void>;
}

const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  json: { type: 'boolean', describe: 'print the result as JSON, and nothing else' },
  help: { type: 'boolean', describe: 'show this text' },
};

export interface ParsedArguments {
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/** Throws `InvalidInput` naming the flag or argument that is unknown, missing or malformed. */
export function parseArguments(command: Command, argv: readonly string[]): ParsedArguments {
  const specs = { ...command.options, ...COMMON_OPTIONS };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, { type: spec.type }]),
  );
  // Not strict: the strict messages of parseArgs do not name the command, nor suggest its help.
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, string | boolean | undefined> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) {
      const flags = Object.keys(specs).map((name) => `--${name}`);
      throw new InvalidInput(
        token.rawName,
        `unknown flag${meant(token.rawName, flags)}; see plimsoll ${command.name} --help`,
      );
    }
    if (spec.type === 'boolean') {
      if (token.value !== undefined) throw new InvalidInput(token.rawName, 'takes no value');
      values[token.name] = true;
    } else {
      if (token.value === undefined || token.value === '') {
        throw new InvalidInput(token.rawName, `needs a value <${spec.placeholder ?? 'value'}>`);
      }
      if (Object.hasOwn(values, token.name)) {
        throw new InvalidInput(token.rawName, 'may be given only once');
      }
      values[token.name] = token.value;
    }
  }
  if (values['help'] !== true) checkPositionals(command, positionals);
  return { options: values, positionals };
}

function checkPositionals(command: Command, positionals: readonly string[]): void {
  const missing = command.positionals[positionals.length];
  if (missing?.required === true) {
    throw new InvalidInput(
      `<${missing.name}>`,
      `is required (${missing.describe}); example: ${command.example}`,
    );
  }
  if (command.positionals.at(-1)?.repeated === true) return;
  const surplus = positionals[command.positionals.length];
  if (surplus !== undefined) {
    throw new InvalidInput(
      surplus,
      `unexpected argument; plimsoll ${command.name} takes ${command.positionals.length}`,
    );
  }
}

/** The string given for an option, or `undefined`. */
export function stringOption(context: CommandContext, name: string): string | undefined {
  const value = context.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** @param summary the command's line in the overview */
export function helpText(command: Command, summary: string): string {
  const words = command.positionals.map(
    ({ name, required, repeated }) =>
      (required ? `<${name}>` : `[${name}]`) + (repeated === true ? '...' : ''),
  );
  const rows: [string, string][] = [];
  for (const { name, describe } of command.positionals) rows.push([`<${name}>`, describe]);
  for (const [name, spec] of Object.entries({ ...command.options, ...COMMON_OPTIONS })) {
    const value = spec.type === 'string' ? ` <${spec.placeholder ?? 'value'}>` : '';
    rows.push([`--${name}${value}`, spec.describe]);
  }
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `plimsoll ${command.name}: ${summary}`,
    ...(command.description === undefined ? [] : ['', command.description]),
    '',
    `Usage: npx plimsoll ${[command.name, ...words, '[options]'].join(' ')}`,
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    `Example: ${command.example}`,
  ].join('\n');
}
