// SPDX-License-Identifier: GPL-3.0-or-later
import { Agent, request } from 'node:http';

/**
 * Asks a service for the margin of one account after another, so many a second whether it answers or
 * not, and tells its parent how long each answer took once the parent says anything.
 */
const [url = '', token = '', perSecond = '0', accounts = '1'] = process.argv.slice(2);
const BETWEEN_MS = 1000 / Number(perSecond);

/** How long each answer took; what was no answer. */
export interface LoadReport {
  readonly answersMs: readonly number[];
  readonly failed: number;
}

const agent = new Agent({ keepAlive: true });
const answersMs: number[] = [];
let failed = 0;
let sent = 0;
let open = 0;
let isEnding = false;

const finish = (): void => {
  if (isEnding && open === 0) process.send?.({ answersMs, failed } satisfies LoadReport);
};

function ask(): void {
  const path = `/accounts/${(sent * 7919) % Number(accounts)}`;
  sent += 1;
  open += 1;
  const started = performance.now();
  const done = (isAnswer: boolean): void => {
    if (isAnswer) answersMs.push(performance.now() - started);
    else failed += 1;
    open -= 1;
    finish();
  };
  const headers = { authorization: `Bearer ${token}` };
  const asked = request(new URL(path, url), { agent, headers }, (answer) => {
    answer.resume();
    answer.on('end', () => done(answer.statusCode === 200));
  });
  asked.on('error', () => done(false));
  asked.end();
}

const started = performance.now();
const clock = setInterval(() => {
  const due = (performance.now() - started) / BETWEEN_MS;
  while (sent < due) ask();
}, BETWEEN_MS);
process.on('message', () => {
  clearInterval(clock);
  isEnding = true;
  finish();
});
process.on('disconnect', () => process.exit());
