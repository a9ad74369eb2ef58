// SPDX-License-Identifier: GPL-3.0-or-later
import { chromium, type Browser } from 'playwright-core';

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
