// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { Command } from '../command.ts';
import { readSetupRecord } from '../../toolchain/setup-state.ts';
import { real, shape, text, whole } from '../../core/json-output.ts';

export const command: Command = {
  name: 'setup',
  description:
    'Idempotent: what is built and unchanged is kept, what was interrupted is resumed.\n' +
    'The keys are development keys with a known trapdoor; never use them for value.',
  example: 'npx plimsoll setup',
  positionals: [],
  options: {},
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      tookMs: whole,
      stepsMs: z.record(text, real).optional(),
      coldSetupMs: real.optional(),
    }),
  },
  run: async (context) => {
    // Only now: it brings the circuit tools with it, which a help text should not wait for.
    const { setUp } = await import('../../toolchain/setup.ts');
    const started = performance.now();
    await setUp();
    const tookMs = Math.round(performance.now() - started);
    const record = readSetupRecord();
    context.print(`set up in ${(tookMs / 1000).toFixed(1)} s`);
    for (const [step, ms] of Object.entries(record?.stepsMs ?? {})) {
      context.print(`  ${step.padEnd(14)}${(ms / 1000).toFixed(1).padStart(8)} s from nothing`);
    }
    context.printJson({ tookMs, ...record });
  },
};
