// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: builds a circuit, its key and the package twice.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';

it('builds circuit, key, verifier and package to the same bytes, whoever builds them and where', () => {
  const script = join(REPOSITORY_ROOT, 'scripts', 'reproduce.ts');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, 'takeover-any'], {
    encoding: 'utf8',
  });
  expect(stdout, stderr).toMatch(
    /^\d{3} files built twice, by (two users|one user), .*: all the same\n$/,
  );
  expect(status).toBe(0);
}, 900_000);
