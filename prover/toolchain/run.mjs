// SPDX-License-Identifier: GPL-3.0-or-later

/** Entry of the npm scripts: prepares the runtime, then runs the task under it. */
import { join } from 'node:path';

import { ROOT, bootstrap, execute, runtimeEnvironment, runtimePath } from './bootstrap.mjs';
import { say } from './progress.mjs';

/** @type {Record<string, readonly (readonly string[])[]>} */
const TASKS = {
  setup: [['prover/toolchain/setup.ts']],
  start: [['prover/toolchain/setup.ts'], ['prover/cli/main.ts', 'demo']],
  test: [['prover/toolchain/setup.ts', '--test'], ['prover/toolchain/check.ts']],
  check: [['prover/toolchain/check.ts', '--fast']],
  package: [['prover/toolchain/package.ts']],
  'package:checker': [['prover/toolchain/package-checker.ts']],
  reference: [['node_modules/typedoc/bin/typedoc']],
  format: [['prover/toolchain/format.ts']],
  'fuzz:api': [['scripts/fuzz-api.ts']],
  torture: [['prover/cli/main.ts', 'torture']],
  bundle: [['prover/receipt/bundle.ts']],
  coverage: [['prover/toolchain/setup.ts', '--test'], ['scripts/solidity-coverage.ts']],
  'prove-gadgets': [['scripts/prove-gadgets.ts']],
  reproduce: [['scripts/reproduce.ts']],
  'audit-tampering': [['prover/toolchain/setup.ts'], ['scripts/audit-tampering.ts']],
};

/** @param {readonly string[]} argv */
async function run([task = '', ...args]) {
  const stages = TASKS[task];
  if (stages === undefined) {
    say(`unknown task "${task}"; tasks are ${Object.keys(TASKS).join(', ')}`);
    return 2;
  }
  await bootstrap();
  for (const [index, stage] of stages.entries()) {
    const [script = '', ...fixed] = stage;
    // The arguments of the user belong to the last stage, which is the task proper.
    const extra = index === stages.length - 1 ? args : [];
    const { code } = await execute(runtimePath(), [join(ROOT, script), ...fixed, ...extra], {
      cwd: ROOT,
      env: runtimeEnvironment(),
      stdio: 'inherit',
    });
    if (code !== 0) return code;
  }
  return 0;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  say(`plimsoll: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
