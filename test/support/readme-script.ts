// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { onTestFinished } from 'vitest';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';

/** The commands between the README's marks of that name; a test of nothing fails. */
export function commandsOf(name: string): string {
  const readme = readFileSync(join(REPOSITORY_ROOT, 'README.md'), 'utf8');
  const found = new RegExp(
    `<!-- BEGIN ${name} example -->\\n\`\`\`sh\\n(.*?)\`\`\`\\n<!-- END ${name} example -->`,
    's',
  ).exec(readme)?.[1];
  if (found === undefined) throw new Error(`the README has no ${name} example`);
  return found;
}

export interface RunningScript {
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  /** What `look` finds while the script runs; throws with its output where it ends before. */
  until<T>(look: () => T | undefined): Promise<T>;
}

/** In a shell of its own, which goes with everything it started when the test is over. */
export function runScript(text: string): RunningScript {
  const child = spawn('bash', ['-c', text], { detached: true });
  onTestFinished(() => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of it has ended.
    }
  });
  const parts: string[] = [];
  const keep = (data: Buffer): void => void parts.push(data.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('exit', (code) => resolve({ code, output: parts.join('') }));
  });
  return {
    ended,
    until: async (look) => {
      for (;;) {
        const found = look();
        if (found !== undefined) return found;
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`the script ended: ${(await ended).output}`);
        }
        await sleep(200);
      }
    },
  };
}
