// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { InvalidInput, PlimsollError } from '../core/errors.ts';
import type { CommandContext } from './command.ts';
import { helpText, parseArguments } from './command.ts';
import { COMMANDS } from './registry.ts';
import { assertSetUp } from '../toolchain/setup-state.ts';

const EXIT_FAILURE = 1;
const EXIT_INVALID_INPUT = 2;

/** JSON in one line; amounts are `bigint`, which JSON lacks, and travel as decimal strings. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? item.toString() : item,
  );
}

/** All commands, or those that share the first word. */
async function overview(noun?: string): Promise<string> {
  const chosen = [...COMMANDS].filter(
    ([name]) => noun === undefined || name.startsWith(`${noun} `),
  );
  const commands = await Promise.all(chosen.map(async ([, load]) => load()));
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'plimsoll: portfolio margin and liquidation, proven and enforced on chain',
    '',
    'Usage: npx plimsoll <command> [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Every command has --help and --json.',
    '',
    'Example: npx plimsoll demo',
  ].join('\n');
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function contextFor(parsed: ReturnType<typeof parseArguments>): CommandContext {
  const json = parsed.options['json'] === true;
  return {
    ...parsed,
    json,
    print: (line = '') => {
      if (!json) process.stdout.write(`${line}\n`);
    },
    printJson: (value) => {
      if (json) process.stdout.write(`${toJsonLine(value)}\n`);
    },
    note: (line) => process.stderr.write(`${line}\n`),
  };
}

/** The command that the first word, or the first two, name; `undefined` when none does. */
function commandIn(argv: readonly string[]): readonly [string | undefined, readonly string[]] {
  const [first, second] = argv;
  const pair = `${first} ${second}`;
  return COMMANDS.has(pair) ? [pair, argv.slice(2)] : [first, argv.slice(1)];
}

async function run(argv: readonly string[]): Promise<void> {
  const [name, rest] = commandIn(argv);
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(`${await overview()}\n`);
    return;
  }
  if (name === '--version') {
    process.stdout.write(`${version()}\n`);
    return;
  }
  const load = COMMANDS.get(name);
  const isNoun = [...COMMANDS.keys()].some((key) => key.startsWith(`${name} `));
  if (isNoun && (rest.length === 0 || rest[0] === '--help')) {
    process.stdout.write(`${await overview(name)}\n`);
    return;
  }
  if (load === undefined) {
    throw new InvalidInput(
      name.startsWith('-') ? name : 'command',
      `unknown ${name.startsWith('-') ? 'flag' : `command "${isNoun ? `${name} ${rest[0]}` : name}"`}; commands are ${[...COMMANDS.keys()].join(', ')}`,
    );
  }
  const command = await load();
  const parsed = parseArguments(command, rest);
  if (parsed.options['help'] === true) {
    process.stdout.write(`${helpText(command)}\n`);
    return;
  }
  if (command.needsSetup) assertSetUp();
  await command.run(contextFor(parsed));
}

function report(error: unknown, json: boolean): number {
  const known = error instanceof PlimsollError;
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const detail = error instanceof InvalidInput ? { field: error.field, rule: error.rule } : {};
    const code = known ? error.code : 'INTERNAL';
    process.stderr.write(`${toJsonLine({ error: { code, message, ...detail } })}\n`);
  } else if (known) {
    process.stderr.write(`plimsoll: ${message} [${error.code}]\n`);
  } else {
    // Not one of ours: a defect, of which the stack is the useful part.
    process.stderr.write(`plimsoll: ${error instanceof Error ? error.stack : message}\n`);
  }
  return error instanceof InvalidInput ? EXIT_INVALID_INPUT : EXIT_FAILURE;
}

async function main(argv: readonly string[]): Promise<void> {
  let exitCode = 0;
  try {
    await run(argv);
  } catch (error) {
    exitCode = report(error, argv.includes('--json'));
  }
  // Proving libraries keep worker threads alive; what was printed is flushed before they are cut.
  process.stdout.write('', () => process.exit(exitCode));
}

await main(process.argv.slice(2));
