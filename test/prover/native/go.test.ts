// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';

import { findGo } from '../../../prover/proving/backends/native-build.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { NEEDS_WORKER } from './support.ts';

const run = promisify(execFile);
const cwd = join(REPOSITORY_ROOT, 'prover', 'native');
const env = { ...process.env, CGO_ENABLED: '0' };

const tool = findGo();
const reason = NEEDS_WORKER || (tool === undefined ? ' (SKIPPED: Go is not on the PATH)' : '');

// Where the worker was built its modules are there: a failure is then a failure.
describe.skipIf(reason !== '')(`the worker in Go${reason}`, () => {
  const go = async (...args: string[]): Promise<string> => await goIn(env, ...args);
  const goIn = async (env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run(tool!, args, { cwd, env });
    return stdout + stderr;
  };

  test('passes its own tests and the seeds of its fuzz targets', async () => {
    expect(await go('test', '-mod=readonly', './...')).toMatch(/^ok\s/m);
  });

  test("passes those of sums, keys and proofs in the library's arithmetic and on one processor too", async () => {
    // Go does not know that what it keeps of tests depends on the variable.
    const tests = ['test', '-mod=readonly', '-count=1', './internal/msm', './internal/groth16'];
    const library = { ...env, PLIMSOLL_NATIVE_ARITHMETIC: 'library' };
    expect(await goIn(library, ...tests, './internal/devkey')).toMatch(/^ok\s/m);
    expect(await go(...tests, './internal/fourier', '-cpu=1')).toMatch(/^ok\s/m);
  });

  test('has nothing that vet objects to', async () => {
    expect(await go('vet', '-mod=readonly', './...')).toBe('');
    // Where there are no kernels.
    expect(await goIn({ ...env, GOARCH: 'arm64' }, 'vet', '-mod=readonly', './...')).toBe('');
  });
});
