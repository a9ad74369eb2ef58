// SPDX-License-Identifier: GPL-3.0-or-later
import { defineConfig } from 'vitest/config';

import { testsOf } from './test/lanes.ts';
import { LongFirst } from './test/sequencer.ts';

// `npm run check` sets it; everything is run without it.
const lane = process.env['PLIMSOLL_LANE'] === 'check' ? 'check' : 'full';

export default defineConfig({
  test: {
    include: [...testsOf(lane)],
    globalSetup: lane === 'full' ? ['test/global-setup.ts'] : [],
    // A test left on `.only` would silence all the others.
    allowOnly: false,
    setupFiles: ['test/support/seed.ts'],
    pool: 'forks',
    // Libraries start threads of their own that run WebAssembly: prover/core/wasm-code.ts says why.
    execArgv: ['--no-wasm-code-gc'],
    // What the fast lane imports is imported once a worker, not once a file: half of its processor time. The
    // full lane's files hold circuits and chains, each in a process that gives them back.
    isolate: lane === 'full',
    maxWorkers: 2,
    // A proof on a busy two-core machine takes tens of seconds, a thousand witnesses minutes.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // One seed for every property test; PLIMSOLL_SEED overrides it to explore.
    sequence: {
      seed: Number(process.env['PLIMSOLL_SEED'] ?? 20_260_205),
      ...(lane === 'full' ? { sequencer: LongFirst } : {}),
    },
    env: { PLIMSOLL_SEED: process.env['PLIMSOLL_SEED'] ?? '20260205' },
  },
});
