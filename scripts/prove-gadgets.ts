// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `npm run prove-gadgets`: proves every hint of the circuits unique and writes what it found to
 * circuits/proved.json, which the lint compares with the sources. What was proven of the same code is not
 * proven again; `--all` does. Names of templates choose among them; `--timeout` is in seconds a question.
 * `--mutants` weakens templates instead, and says whether their proofs fail. `--callers` looks at whole statements,
 * or at those that are named: does whoever uses a template meet what it assumes?
 */
import { parseArgs } from 'node:util';

import { checkCallers } from '../prover/toolchain/gadgets/callers.ts';
import { proveAll, proveMutants } from '../prover/toolchain/gadgets/run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    callers: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    timeout: { type: 'string', default: '600' },
  },
});
const timeoutSeconds = Number(values.timeout);
if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1) {
  console.error('--timeout: must be a whole number of seconds, at least 1');
  process.exit(2);
}
const options = { only: positionals, all: values.all, timeoutSeconds, json: values.json };
const isComplete = values.callers
  ? await checkCallers(positionals, values.json)
  : await (values.mutants ? proveMutants : proveAll)(options);
process.exitCode = isComplete ? 0 : 1;
