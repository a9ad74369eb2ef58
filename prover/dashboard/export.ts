// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { REPOSITORY_ROOT } from '../core/root.ts';
import { formatTickData, type TickData } from './tick-data.ts';

const SOURCES = join(import.meta.dirname, 'page');
const CHART_STYLE = join(REPOSITORY_ROOT, 'node_modules', 'uplot', 'dist', 'uPlot.min.css');

export interface DashboardPage {
  /** A page of one file: opens from a disk as well as from a server, and asks nobody for anything. */
  readonly page: string;
  /** What the page is without the tick, compressed. */
  readonly programBytes: number;
}

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

async function scriptOf(): Promise<string> {
  // Only here: no other command has use for a bundler.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(SOURCES, 'main.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: '/* SPDX-License-Identifier: GPL-3.0-or-later */' },
    logLevel: 'silent',
  });
  // Inside a script element `</script` would end it, whatever the script is.
  return outputFiles[0]!.text.trim().replaceAll(/<\/(script)/gi, '<\\/$1');
}

/** The whole page about a tick. Nothing runs but its one script, and nothing is fetched. */
export async function exportPage(data: TickData): Promise<DashboardPage> {
  const script = await scriptOf();
  const style = [join(SOURCES, 'page.css'), CHART_STYLE]
    .map((path) => readFileSync(path, 'utf8').trim())
    .join('\n');
  const parts: Readonly<Record<string, string>> = {
    POLICY: [
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      // The chart places its parts by style attributes of its own, which no text of the data reaches.
      `style-src ${hashOf(style)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
    STYLE: style,
    TICK: formatTickData(data).replaceAll('<', '\\u003c'),
    SCRIPT: script,
  };
  const template = readFileSync(join(SOURCES, 'page.html'), 'utf8');
  const page = template.replaceAll(/\s*%([A-Z]+)%\s*/g, (_, name: string) => parts[name]!);
  return { page, programBytes: gzipSync(script + style).length };
}
