// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Builds the witness generators of circuits as programs, which take a third of the time of those in
 * WebAssembly. Nothing needs them: proofs use one that is here.
 *
 *   node prover/toolchain/build-witness.ts                  of what the set-up builds
 *   node prover/toolchain/build-witness.ts liquidation-64   of one profile
 *
 * Needs a C++ compiler, nasm and GMP (Debian: g++ nasm libgmp-dev), and a minute of a processor for each.
 */
import { constants, setPriority } from 'node:os';

import { PlimsollError } from '../core/errors.ts';
import { REPOSITORY_ROOT } from '../core/root.ts';
import { loadManifest } from '../statements/manifest.ts';
import { selectTargets } from './circuits/build.ts';
import { compileStatementCircuit } from './circuits/open.ts';
import { buildWitnessProgram } from './circuits/witness-program.ts';
import { say } from './progress.mjs';

// Whoever waits for a proof comes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const names = process.argv.slice(2);
try {
  const targets = selectTargets(
    loadManifest(REPOSITORY_ROOT),
    names.length > 0 ? names : undefined,
    'setup',
  );
  for (const { statement, profile } of targets) {
    const circuit = await compileStatementCircuit(statement.name, profile);
    say(`${circuit.name}: ${await buildWitnessProgram(REPOSITORY_ROOT, circuit)}`);
  }
} catch (error) {
  if (!(error instanceof PlimsollError)) throw error;
  say(`witness: ${error.message}`);
  process.exitCode = 1;
}
