// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { chromium, type Browser, type Page } from 'playwright-core';

import { findProgram } from '../../prover/core/programs.ts';

const executablePath = findProgram(['chromium', 'chromium-browser', 'google-chrome']);
/** Where it could have been installed, continuous integration must not pass without it. */
const isRequired = process.env['CI'] === 'true' && findProgram(['apt-get']) !== undefined;

/** Tests of a page are skipped, and say so. */
export const noBrowser = executablePath === undefined && !isRequired;

/** One that asks nobody for anything by itself. */
export async function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('no Chromium is installed: see .ci/run');
  return await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds serious or critical in the page as it stands, each with the elements it is about. */
export async function seriousFindings(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  return await page.evaluate(
    "axe.run().then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))",
  );
}
