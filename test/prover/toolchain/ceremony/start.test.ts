// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { startCeremony } from '../../../../prover/toolchain/ceremony/start.ts';

const base = mkdtempSync(join(tmpdir(), 'plimsoll-start-'));
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

describe('powers of tau that are no file', () => {
  const at = (name: string): string => join(base, name);

  it.each([
    ['a pipe that nobody writes to', at('pipe.ptau'), 'must be a plain file'],
    ['a device that never ends', '/dev/zero', 'must be a plain file'],
    ['a folder', at('folder.ptau'), 'must be a plain file'],
    ['nothing', at('none.ptau'), 'no such file'],
  ])('are refused before a byte is read: %s', async (_, powers, rule) => {
    rmSync(at('pipe.ptau'), { force: true });
    execFileSync('mkfifo', [at('pipe.ptau')]);
    mkdirSync(at('folder.ptau'), { recursive: true });
    const folder = at('ceremony');
    const said: string[] = [];

    await expect(
      startCeremony({
        folder,
        name: 'never',
        powers,
        beacon: { chainId: 1, block: 1, iterations: 10 },
        note: (line) => said.push(line),
      }),
    ).rejects.toThrow(`--powers: ${powers}: ${rule}`);

    expect([said, readdirSync(folder)]).toEqual([[], []]);
  });
});
