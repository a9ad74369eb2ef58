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
  const go = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run(tool!, args, { cwd, env });
    return stdout + stderr;
  };

  test('passes its own tests and the seeds of its fuzz targets', async () => {
    expect(await go('test', '-mod=readonly', './...')).toMatch(/^ok\s/m);
  });

  test('has nothing that vet objects to', async () => {
    expect(await go('vet', '-mod=readonly', './...')).toBe('');
  });
});
