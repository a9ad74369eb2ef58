// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { InvalidInput, messageWithPlace, PlimsollError, reasonOf } from '../core/errors.ts';
import { escapeUnseen } from '../core/quoted.ts';
import type { CommandEntry } from './checks.ts';
import type { Command, CommandContext } from './command.ts';
import { helpText, parseArguments } from './command.ts';
import { meant } from './suggestion.ts';

/** What a program offers, by the one or two words that name it. */
type Commands = ReadonlyMap<string, CommandEntry>;

const EXIT_FAILURE = 1;
const EXIT_INVALID_INPUT = 2;

/** Loaded when JSON is printed or a command runs: the schema library is half of what `--help` would cost. */
async function outputs() {
  const [{ outputLine }, processOutput] = await Promise.all([
    import('./output.ts'),
    import('./process-output.ts'),
  ]);
  return { outputLine, ...processOutput };
}

/** All commands, or those that share the first word. */
function overview(commands: Commands, noun?: string): string {
  const chosen = [...commands].filter(
    ([name]) => noun === undefined || name.startsWith(`${noun} `),
  );
  const width = Math.max(...chosen.map(([name]) => name.length));
  return [
    'plimsoll: portfolio margin and liquidation, proven and enforced on chain',
    '',
    'Usage: npx plimsoll <command> [options]',
    '',
    ...chosen.map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Every command has --help and --json.',
    '',
    `Example: npx plimsoll ${[...commands.keys()][0]}`,
  ].join('\n');
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function version(json: boolean): Promise<string> {
  const { node, v8 } = process.versions;
  const plimsoll = packageVersion();
  if (!json) return plimsoll;
  const { outputLine, versionOutput } = await outputs();
  return outputLine('version', versionOutput, { plimsoll, node, v8 }).line;
}

/** A line of output: names and texts of documents reach a terminal through here only. */
function put(stream: NodeJS.WriteStream, line: string): void {
  stream.write(`${escapeUnseen(line)}\n`);
}

const LEAST_WIDTH = 40;

/** Of the terminal, or as COLUMNS says where a program that knows reads the output. */
function terminalWidth(): number {
  const width = process.stdout.columns ?? Number(process.env['COLUMNS'] ?? NaN);
  return Number.isInteger(width) && width > 0 ? Math.max(width, LEAST_WIDTH) : Infinity;
}

async function contextFor(
  { name, output }: Command,
  parsed: ReturnType<typeof parseArguments>,
): Promise<CommandContext> {
  const { outputLine } = await outputs();
  const json = parsed.options['json'] === true;
  const note = (line: string): void => put(process.stderr, line);
  return {
    ...parsed,
    json,
    width: terminalWidth(),
    print: (line = '') => {
      if (!json) put(process.stdout, line);
    },
    printJson: (value) => {
      if (!json) return;
      const { line, faults } = outputLine(name, output, value);
      put(process.stdout, line);
      // The result is there and may be what somebody's margin hangs on: the defect is told beside it.
      for (const fault of faults) note(`this output does not keep its schema (a defect): ${fault}`);
    },
    note,
  };
}

/** The command that the first word, or the first two, name; `undefined` when none does. */
function commandIn(
  commands: Commands,
  argv: readonly string[],
): readonly [string | undefined, readonly string[]] {
  const [first, second] = argv;
  const pair = `${first} ${second}`;
  return commands.has(pair) ? [pair, argv.slice(2)] : [first, argv.slice(1)];
}

async function run(commands: Commands, argv: readonly string[]): Promise<void> {
  const [name, rest] = commandIn(commands, argv);
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(`${overview(commands)}\n`);
    return;
  }
  if (name === '--version') {
    process.stdout.write(`${await version(rest.includes('--json'))}\n`);
    return;
  }
  const entry = commands.get(name);
  const isNoun = [...commands.keys()].some((key) => key.startsWith(`${name} `));
  if (isNoun && (rest.length === 0 || rest[0] === '--help')) {
    process.stdout.write(`${overview(commands, name)}\n`);
    return;
  }
  if (entry === undefined) {
    if (name.startsWith('-')) throw new InvalidInput(name, 'unknown flag; see plimsoll --help');
    const given = isNoun ? `${name} ${rest[0]}` : name;
    throw new InvalidInput(
      'command',
      `unknown command "${given}"${meant(given, [...commands.keys()])}; see plimsoll --help`,
    );
  }
  const command = await entry.load();
  const parsed = parseArguments(command, rest);
  if (parsed.options['help'] === true) {
    process.stdout.write(`${helpText(command, entry.summary)}\n`);
    return;
  }
  if (command.needsSetup) (await import('../toolchain/setup-state.ts')).assertSetUp();
  await command.run(await contextFor(command, parsed));
}

async function report(error: unknown, json: boolean): Promise<number> {
  const known = error instanceof PlimsollError;
  const message = reasonOf(error);
  if (json) {
    const detail =
      error instanceof InvalidInput ? { field: error.field, rule: error.rule, ...error.place } : {};
    const code = known ? error.code : 'INTERNAL';
    const { outputLine, errorOutput } = await outputs();
    put(
      process.stderr,
      outputLine('error', errorOutput, { error: { code, message, ...detail } }).line,
    );
  } else if (known) {
    put(process.stderr, `plimsoll: ${messageWithPlace(error)} [${error.code}]`);
  } else {
    // Not one of ours: a defect, of which the stack is the useful part.
    put(process.stderr, `plimsoll: ${error instanceof Error ? error.stack : message}`);
  }
  return error instanceof InvalidInput ? EXIT_INVALID_INPUT : EXIT_FAILURE;
}

/** A whole program: runs what the arguments name, prints, and ends the process with its exit code. */
export async function runProgram(commands: Commands, argv: readonly string[]): Promise<void> {
  let exitCode = 0;
  try {
    await run(commands, argv);
  } catch (error) {
    exitCode = await report(error, argv.includes('--json'));
  }
  // Proving libraries keep worker threads alive; what was printed is flushed before they are cut.
  process.stdout.write('', () => process.exit(exitCode));
}
