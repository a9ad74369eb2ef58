// SPDX-License-Identifier: GPL-3.0-or-later
import { runProgram } from './program.ts';
import { COMMANDS } from './registry.ts';

await runProgram(COMMANDS, process.argv.slice(2));
