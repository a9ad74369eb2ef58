#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later

/** What `npx plimsoll` runs: the command line under the pinned runtime. */
import { join } from 'node:path';

import {
  ROOT,
  bootstrap,
  execute,
  runtimeEnvironment,
  runtimePath,
} from '../toolchain/bootstrap.mjs';
import { say } from '../toolchain/progress.mjs';

try {
  await bootstrap();
  const { code } = await execute(
    runtimePath(),
    [join(ROOT, 'prover', 'cli', 'main.ts'), ...process.argv.slice(2)],
    { env: runtimeEnvironment(), stdio: 'inherit' },
  );
  process.exitCode = code;
} catch (error) {
  say(`plimsoll: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
