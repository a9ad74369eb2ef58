// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { requireWritable, writeFileAtomically } from '../../core/files.ts';
import { loadDefaultParameters } from '../../documents/parameters-document.ts';
import { loadSample } from '../../sample/sample.ts';
import { stringOption, type Command } from '../command.ts';
import { readSetupRecord } from '../../toolchain/setup-state.ts';
import { decimal, real, shape, whole } from '../../core/json-output.ts';

export const command: Command = {
  name: 'demo',
  description:
    'Publishes a calm and a crashing market of the sample venue. The operator’s service follows it: it\n' +
    're-margins every account, proves whoever is below maintenance and opens their liquidations. What\n' +
    'comes then is played to its end on chain: a cure, a bid, forced messages, the Backstop and the\n' +
    'fund; each step is read back. Ends with exit code 0 only if all of it happened.',
  example: 'npx plimsoll demo --json',
  positionals: [],
  options: {
    sample: {
      type: 'string',
      placeholder: 'directory',
      describe: 'another sample, laid out as prover/sample is',
    },
    export: {
      type: 'string',
      placeholder: 'file',
      describe: 'write down what an audit asks of the chain, for plimsoll audit --offline',
    },
  },
  needsSetup: true,
  output: {
    version: 1,
    schema: shape({
      accounts: whole,
      breached: whole,
      bankrupt: whole,
      openings: z.array(shape({ account: whole, gas: whole })),
      openMany: shape({ n: whole, gasEach: real }),
      cures: z.array(
        shape({
          account: whole,
          creditE6: decimal,
          equityE6: decimal,
          maintenanceMarginE6: decimal,
          gas: whole,
        }),
      ),
      bids: z.array(shape({ account: whole, priceE6: decimal, creditE6: decimal, gas: whole })),
      closed: whole,
      backstopped: z.array(
        shape({ account: whole, deficitE6: decimal, paidE6: decimal, uncoveredE6: decimal }),
      ),
      forced: whole,
      coldSetupMs: whole,
    }),
  },
  run: async (context) => {
    const sample = loadSample(stringOption(context, 'sample'));
    // Only now: it brings the chain with it, which a help text should not wait for.
    const { runDemo } = await import('../../demo/demo.ts');
    const { print, note, json } = context;
    // Under --json nobody is watching the steps.
    const target = stringOption(context, 'export');
    if (target !== undefined) requireWritable(target, '--export');
    const { exportChain } = await import('../../audit/export.ts');
    const report = await runDemo(sample, {
      print,
      note: json ? () => undefined : note,
      ...(target !== undefined && {
        ended: async ({ rpc }, venue) => {
          writeFileAtomically(target, await exportChain(rpc, venue, [loadDefaultParameters()]));
        },
      }),
    });
    const coldSetupMs = Math.round(readSetupRecord()?.coldSetupMs ?? 0);
    context.printJson({ ...report, coldSetupMs });
  },
};
