// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { withLock } from '../../../prover/toolchain/lock.mjs';

const MODULE = new URL('../../../prover/toolchain/lock.mjs', import.meta.url).href;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that writes "in" and "out" around a pause while it holds the lock. */
function worker(lock: string, log: string): ReturnType<typeof spawn> {
  const program = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(MODULE)};
    await withLock(${JSON.stringify(lock)}, async () => {
      appendFileSync(${JSON.stringify(log)}, 'in ');
      await sleep(150);
      appendFileSync(${JSON.stringify(log)}, 'out ');
    });`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
}

describe('set-up lock', () => {
  it('lets one process in at a time', async () => {
    const log = join(folder, 'log');
    const workers = Array.from({ length: 4 }, () => worker(join(folder, 'lock'), log));
    const codes = await Promise.all(workers.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(4));
  });

  it('takes over from a process that has died', async () => {
    const lock = join(folder, 'lock');
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(lock, `${pid} 1 dead`);
    expect(await withLock(lock, async () => 'done')).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not fooled by a new process that has the number of the dead one', async () => {
    const lock = join(folder, 'lock');
    writeFileSync(lock, `${process.pid} 1 another-boot`);
    expect(await withLock(lock, async () => 'done')).toBe('done');
  });

  it('is released when the work fails', async () => {
    const lock = join(folder, 'lock');
    await expect(withLock(lock, async () => Promise.reject(new Error('sunk')))).rejects.toThrow(
      'sunk',
    );
    expect(existsSync(lock)).toBe(false);
  });
});
