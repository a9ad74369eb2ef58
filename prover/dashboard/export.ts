// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { REPOSITORY_ROOT } from '../core/root.ts';
import { PAGE_STATEMENTS, localKeyDocument } from '../receipt/local-keys.ts';
import {
  bundleForBrowser,
  embeddable,
  embeddableJson,
  fillPage,
  policyOf,
  type PageParts,
} from '../toolchain/one-file-page.ts';
import { formatTickData, type TickData } from './tick-data.ts';

const SOURCES = join(import.meta.dirname, 'page');
/** What every page has. */
const LOOK = join(import.meta.dirname, '..', 'receipt', 'page', 'look.css');
const CHART_STYLE = join(REPOSITORY_ROOT, 'node_modules', 'uplot', 'dist', 'uPlot.min.css');

export interface DashboardPage {
  /** A page of one file: opens from a disk as well as from a server, and asks nobody for anything. */
  readonly page: string;
  /** What the page is without the tick, compressed. */
  readonly programBytes: number;
}

const bundled = async (file: string, globalName?: string): Promise<string> =>
  embeddable((await bundleForBrowser(join(SOURCES, file), globalName)).trim());

/** What draws charts. */
export const chartScript = async (): Promise<string> =>
  await bundled('chart-library.ts', 'PlimsollChart');

/** @param isWhole whether charts come with it, and nothing of a service, as they must where nothing can be fetched */
async function program(isWhole: boolean): Promise<Pick<PageParts, 'style' | 'scripts'>> {
  const script = await bundled(isWhole ? 'exported.ts' : 'served.ts');
  const style = [LOOK, join(SOURCES, 'page.css'), CHART_STYLE]
    .map((path) => readFileSync(path, 'utf8').trim())
    .join('\n');
  return { style, scripts: { CHART: isWhole ? await chartScript() : '', SCRIPT: script } };
}

const template = (): string => readFileSync(join(SOURCES, 'page.html'), 'utf8');

/** The whole page about a tick. Nothing runs but its one script, and nothing is fetched. */
export async function exportPage(data: TickData): Promise<DashboardPage> {
  const { style, scripts } = await program(true);
  const page = fillPage(template(), {
    style,
    scripts,
    data: { TICK: embeddableJson(formatTickData(data)) },
  });
  return { page, programBytes: gzipSync(Object.values(scripts).join('') + style).length };
}

/** The verifier that the page of receipts has. */
export const verifierScript = async (): Promise<string> =>
  await (await import('../receipt/bundle.ts')).bundleLibrary();

export interface ServedPage {
  readonly page: string;
  /** For the header, which also says who may frame it. */
  readonly policy: string;
}

/** The page that checks receipts, under the keys that are built here. */
export async function servedReceiptPage(): Promise<ServedPage> {
  const { bundleReceipt } = await import('../receipt/bundle.ts');
  const { page, policy } = await bundleReceipt(localKeyDocument(PAGE_STATEMENTS));
  return { page, policy: `${policy}; frame-ancestors 'none'` };
}

/** The page without a tick: it asks the service that serves it for the newest and for the verifier, and nobody else. */
export async function servedPage(): Promise<ServedPage> {
  const parts = { ...(await program(false)), connects: "'self'", loads: "'self'" };
  return {
    page: fillPage(template(), { ...parts, data: { TICK: 'null' } }),
    policy: `${policyOf(parts)}; frame-ancestors 'none'`,
  };
}
