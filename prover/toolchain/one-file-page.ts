// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import type { Plugin } from 'esbuild';

/** More than half of zod is its messages in fifty languages, of which the project speaks none. */
export const englishOnly: Plugin = {
  name: 'english-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: join(path, '..'),
    }));
  },
};

/** As `browser` of package.json has it for those who bundle the package: the other hasher needs Node. */
const hashesInBigint: Plugin = {
  name: 'hashes-in-bigint',
  setup: ({ onResolve }) => {
    onResolve({ filter: /[\\/]poseidon-wasm\.ts$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace(/wasm\.ts$/, 'bigint.ts')),
    }));
  },
};

/** One script for browsers. Fails for whatever needs Node: its built-in modules do not resolve there. */
export async function bundleForBrowser(entry: string, globalName?: string): Promise<string> {
  // Only here: whoever asks for no page has no use for a bundler.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    ...(globalName !== undefined && { globalName }),
    platform: 'browser',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: '/* SPDX-License-Identifier: GPL-3.0-or-later */' },
    plugins: [englishOnly, hashesInBigint],
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

/** Inside a script element `</script` would end it, whatever the script is. */
export const embeddable = (script: string): string => script.replaceAll(/<\/(script)/gi, '<\\/$1');

/** JSON for a script element, which then holds no markup. */
export const embeddableJson = (json: string): string => json.replaceAll('<', '\\u003c');

const sourceOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export interface PageParts {
  readonly style: string;
  /** Embeddable, in the page's words for them. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Embeddable, likewise. */
  readonly data: Readonly<Record<string, string>>;
  /** Sources that the page may ask; none without. */
  readonly connects?: string;
  /** Sources of further scripts, loaded when they are needed; none without. */
  readonly loads?: string;
}

/** What a page may do: nothing runs but its scripts, and nothing is fetched but from where it says. */
export const policyOf = ({ style, scripts, connects, loads }: Omit<PageParts, 'data'>): string =>
  [
    "default-src 'none'",
    `script-src ${[...Object.values(scripts).map(sourceOf), ...(loads === undefined ? [] : [loads])].join(' ')}`,
    `style-src ${sourceOf(style)}`,
    ...(connects === undefined ? [] : [`connect-src ${connects}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

/** A page of one file, under its own policy. */
export function fillPage(template: string, pieces: PageParts): string {
  const { style, scripts, data } = pieces;
  const parts: Readonly<Record<string, string>> = {
    POLICY: policyOf(pieces),
    STYLE: style,
    ...scripts,
    ...data,
  };
  return template.replaceAll(/\s*%([A-Z]+)%\s*/g, (_, name: string) => parts[name]!);
}
