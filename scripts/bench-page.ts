// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * How long the venue view of a service takes in Chromium: to load, and to be painted again after a tick.
 *
 *   node scripts/bench-page.ts [--accounts 100000] [--updates 9] [--calm]
 *
 * Ticks swing between a calm market, a crash and a rebound, which changes the state of a sixth of all accounts each
 * time and keeps a service on the same machine busy while the page is painted; with --calm they stay calm.
 * A whole service on a synthetic venue answers; the browser is the one that the tests take.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import type { CDPSession, Page } from 'playwright-core';

import { OPERATOR, ServedVenue } from '../prover/bench/served-venue.ts';
import { machineLine } from '../prover/bench/measure.ts';
import { VenueFeed, venueAccounts } from '../prover/bench/venue-feed.ts';
import { PlimsollError } from '../prover/core/errors.ts';
import { median } from '../prover/core/statistics.ts';
import { fastestHasher } from '../prover/proving/backends/native-hasher.ts';
import { loadSample } from '../prover/sample/sample.ts';
import { launchBrowser } from '../test/support/browser.ts';

/** From the start of the navigation, and from the last byte of an answer, to the frame that shows it; milliseconds. */
interface Painted {
  readonly loadMs: number;
  readonly repaintMs: number;
  readonly tick: string;
}

/** In the page: notes when the frame after a change of the tick in the header was painted. */
const WATCH = `
  let shown = '';
  const look = () => {
    const time = document.querySelector('header time')?.textContent ?? '';
    if (time === shown || document.querySelector('#count-bankrupt') === null) return;
    shown = time;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const answers = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/page/tick'));
        const now = performance.now();
        globalThis.painted = { loadMs: now, repaintMs: now - answers.at(-1).responseEnd, tick: time };
        performance.clearResourceTimings();
      };
      channel.port2.postMessage(0);
    });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
`;

const LOOK_MS = 100;
const LOOKS = 1_200;

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '100000' },
    updates: { type: 'string', default: '9' },
    calm: { type: 'boolean', default: false },
  },
});
const [accounts, updates] = [Number(values.accounts), Number(values.updates)];

/** What was painted last, once it is of another tick than the one given. */
async function paintedAfter(page: Page, tick: string): Promise<Painted> {
  for (let look = 0; look < LOOKS; look += 1) {
    const painted = await page.evaluate<Painted | undefined>('globalThis.painted');
    if (painted !== undefined && painted.tick !== tick) return painted;
    await sleep(LOOK_MS);
  }
  throw new PlimsollError('BENCHMARK', 'the page shows no other tick');
}

/** Processor time of the page's own thread since it was opened, in milliseconds. */
async function workedMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
}

const told = (what: string, ms: readonly number[]): void => {
  console.log(
    `${what}: median ${median([...ms]).toFixed(0)} ms, most ${Math.max(...ms).toFixed(0)} ms, of ${ms.length}`,
  );
};

const { calm, crash, rebound } = loadSample().snapshots;
const feed = await VenueFeed.start(
  (values.calm ? [calm] : [calm, crash, rebound]).map(({ snapshot }) => snapshot),
  venueAccounts(calm.snapshot, accounts),
  fastestHasher(),
);
const subject = ServedVenue.unlimited(false);
await subject.start();
const browser = await launchBrowser();
try {
  await subject.ask('PUT', '/ledger', feed.wholeLedger());
  await subject.ask('PUT', '/snapshot', feed.snapshot());
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${subject.url}/page`);
  await page.evaluate(`sessionStorage.setItem('plimsoll-token', ${JSON.stringify(OPERATOR)})`);
  await page.addInitScript(WATCH);
  const session = await page.context().newCDPSession(page);
  // Processor time, which other programs of the machine do not lengthen.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const loads: number[] = [];
  // The first after a tick has the service reckon; the others are answered at once.
  for (let load = 0; load < updates; load += 1) {
    if (load > 0) await page.goto('about:blank');
    await page.goto(`${subject.url}/page`);
    loads.push((await paintedAfter(page, '')).loadMs);
  }
  const [repaints, worked]: [number[], number[]] = [[], []];
  for (let update = 0; update < updates; update += 1) {
    const { tick } = await page.evaluate<Painted>('globalThis.painted');
    const before = await workedMs(session);
    await subject.ask('PUT', '/snapshot', feed.snapshot());
    repaints.push((await paintedAfter(page, tick)).repaintMs);
    worked.push((await workedMs(session)) - before);
  }
  console.log(`${machineLine()}; Chromium ${browser.version()}; ${accounts} accounts`);
  console.log(`the first load after a tick: ${loads[0]!.toFixed(0)} ms`);
  told('from navigation to the venue painted', loads);
  told('from the last byte of an update to its paint', repaints);
  told('processor time of the page’s thread an update', worked);
} finally {
  await browser.close();
  await subject.kill();
}
