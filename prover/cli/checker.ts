// SPDX-License-Identifier: GPL-3.0-or-later

/** The command line of those who only check: what the small package holds (prover/toolchain/package-checker.ts). */
import { CHECKS } from './checks.ts';
import { runProgram } from './program.ts';

await runProgram(CHECKS, process.argv.slice(2));
