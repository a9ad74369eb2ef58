// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Progress of the set-up, always on standard error: standard output belongs to results.
 * A terminal gets a line that is rewritten; anything else (CI, a log) one line per finished step.
 *
 * @typedef {{ message: string, done?: number, total?: number }} ProgressEvent
 */

const interactive = process.stderr.isTTY === true && process.env['CI'] === undefined;

/** @param {number} milliseconds */
export function formatDuration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs one step while showing how far it is and for how long.
 *
 * @template T
 * @param {string} name
 * @param {(report: (event: ProgressEvent) => void) => Promise<T>} work
 * @returns {Promise<{ result: T, ms: number }>}
 */
export async function withProgress(name, work) {
  const started = performance.now();
  /** @type {ProgressEvent} */
  let latest = { message: '' };
  const draw = () => {
    const count = latest.total === undefined ? '' : ` ${latest.done ?? 0}/${latest.total}`;
    const line = `… ${name}${count}  ${formatDuration(performance.now() - started)}  ${latest.message}`;
    process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
  };
  if (!interactive) say(`… ${name}`);
  const timer = interactive ? setInterval(draw, 200) : undefined;
  const clear = () => {
    clearInterval(timer);
    if (interactive) process.stderr.write('\r\x1b[2K');
  };
  try {
    const result = await work((event) => {
      latest = event;
      if (interactive) draw();
    });
    const ms = performance.now() - started;
    clear();
    say(`✓ ${name}  ${formatDuration(ms)}`);
    return { result, ms };
  } catch (error) {
    clear();
    say(`✗ ${name}  after ${formatDuration(performance.now() - started)}`);
    throw error;
  }
}
