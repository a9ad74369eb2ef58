// SPDX-License-Identifier: GPL-3.0-or-later
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { say } from './progress.mjs';

/**
 * Names a process so that a later one with the same number is not taken for it: process numbers
 * repeat quickly in containers. `undefined` when no such process runs.
 *
 * @param {number} pid
 */
function identityOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM means that it runs, as somebody else.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPERM') return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, start time since boot; counted from the last bracket, as a name may hold spaces.
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${pid} ${startTime} ${boot}`;
  } catch {
    return `${pid}`;
  }
}

/** @param {string} path */
function readHolder(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Runs `work` while no other process of this checkout holds `path`; waits for one that does, and
 * takes over from one that has died.
 *
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = identityOf(process.pid) ?? `${process.pid}`;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    let announced = false;
    for (;;) {
      try {
        // A link appears complete or not at all, so no reader sees a lock without its holder.
        linkSync(draft, path);
        break;
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(path);
      if (holder !== undefined && identityOf(Number.parseInt(holder, 10)) !== holder) {
        breakLock(path, holder);
        continue;
      }
      if (!announced)
        say(
          `waiting for another set-up of this checkout (process ${holder?.split(' ')[0] ?? '?'})`,
        );
      announced = true;
      await sleep(300);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {string} holder
 */
function breakLock(path, holder) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    // Somebody else may have broken it first and taken it: then it goes back.
    if (readHolder(aside) !== holder) linkSync(aside, path);
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}
