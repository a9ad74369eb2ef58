// SPDX-License-Identifier: GPL-3.0-or-later
import { parseArguments } from '../../prover/cli/command.ts';
import { outputLine } from '../../prover/cli/output.ts';
import { COMMANDS } from '../../prover/cli/registry.ts';
import { InvalidInput, reasonOf } from '../../prover/core/errors.ts';

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was remarked before the end, of a command that failed too. */
  readonly notes: readonly string[];
}

function describe(error: unknown): Pick<CliResult, 'status' | 'stderr'> {
  const message = reasonOf(error);
  return { status: error instanceof InvalidInput ? 2 : 1, stderr: message };
}

/**
 * Runs a command in this process, as the command line does, with what it prints captured:
 * test/prover/cli/main.test.ts covers the process itself, which takes seconds to start.
 */
export const plimsoll = async (name: string, ...argv: string[]): Promise<CliResult> =>
  plimsollAt(Infinity, name, ...argv);

/** The same on a terminal of so many characters a line. */
export async function plimsollAt(
  width: number,
  name: string,
  ...argv: string[]
): Promise<CliResult> {
  const lines: string[] = [];
  const notes: string[] = [];
  try {
    const command = await COMMANDS.get(name)!.load();
    const parsed = parseArguments(command, argv);
    const json = parsed.options['json'] === true;
    await command.run({
      ...parsed,
      json,
      width,
      print: (line = '') => {
        if (!json) lines.push(line);
      },
      printJson: (value) => {
        // Without --json too: what a test runs keeps its schema, whether anybody reads it or not.
        const { line, faults } = outputLine(name, command.output, value);
        if (faults.length > 0) throw new Error(`${name} --json: ${faults.join('; ')}`);
        if (json) lines.push(line);
      },
      note: (line) => notes.push(line),
    });
    return { status: 0, stdout: lines.join('\n'), stderr: notes.join('\n'), notes };
  } catch (error) {
    return { ...describe(error), stdout: lines.join('\n'), notes };
  }
}
