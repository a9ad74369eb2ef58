// SPDX-License-Identifier: GPL-3.0-or-later
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export function isRunning(child: ChildProcess | undefined): child is ChildProcess {
  return child?.exitCode === null && child.signalCode === null;
}

/** Ends it without a word; what has ended already is left alone. */
export async function kill(child: ChildProcess | undefined): Promise<void> {
  if (!isRunning(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
