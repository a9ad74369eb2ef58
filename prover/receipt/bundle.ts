// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Builds the verifier of receipts for browsers: one script, and one page that needs nothing else.
 *
 *     node prover/receipt/bundle.ts [keys.json]
 *
 * The page trusts the keys of the given document, by default those built in this checkout.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { build, type Plugin } from 'esbuild';

import { readTextFile, writeFileAtomically } from '../core/files.ts';
import { RECEIPT_STATEMENTS } from './document.ts';
import { localKeyDocument } from './local-keys.ts';
import { parseVerifyingKeys } from './verifying-keys.ts';
import { ROOT } from '../toolchain/bootstrap.mjs';
import { buildCircuits } from '../toolchain/build-circuits.ts';
import { say } from '../toolchain/progress.mjs';

const SOURCES = join(ROOT, 'prover', 'receipt');
const OUTPUT = join(ROOT, '.plimsoll', 'receipt');
const LIBRARY_NAME = 'verify-receipt.js';
const PAGE_NAME = 'verify-receipt.html';

/** More than half of zod is its messages in fifty languages, of which the project speaks none. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: 'export { default as en } from "./en.js";',
      resolveDir: join(path, '..'),
    }));
  },
};

/** Fails for whatever needs Node: its built-in modules do not resolve for a browser. */
async function bundle(entry: string, globalName?: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(SOURCES, entry)],
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
    plugins: [englishOnly],
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

export interface ReceiptBundle {
  /** Defines the global `PlimsollReceipt`. */
  readonly library: string;
  /** A page of one file: opens from a disk as well as from a server. */
  readonly page: string;
}

/** Inside a script element `</script` would end it, whatever the script is. */
function embeddable(script: string): string {
  return script.replaceAll(/<\/(script)/gi, '<\\/$1');
}

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Nothing runs but the two scripts; nothing is fetched but a node's answers. */
function policyOf(style: string, scripts: readonly string[]): string {
  return [
    "default-src 'none'",
    `script-src ${scripts.map(sourceOf).join(' ')}`,
    `style-src ${sourceOf(style)}`,
    'connect-src https: http:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The profiles whose keys a page is given unless told otherwise; the largest is built on demand. */
const PROFILES = ['4', '16'];

/** The keys of this checkout, built where they are not yet. */
async function builtKeys(): Promise<string> {
  const targets = RECEIPT_STATEMENTS.flatMap((name) =>
    PROFILES.map((profile) => `${name}-${profile}`),
  );
  let last = 0;
  await buildCircuits({
    targets,
    progress: ({ message, done, total }) => {
      if (done !== last) say(`${done}/${total} ${message}`);
      last = done;
    },
  });
  return localKeyDocument();
}

/** `keys`: the text of a key document. Throws where it is none. */
export async function bundleReceipt(keys: string): Promise<ReceiptBundle> {
  parseVerifyingKeys(keys, 'keys');
  const library = await bundle('browser.ts', 'PlimsollReceipt');
  const [libraryScript, pageScript] = [library, await bundle('page/page.ts')].map(embeddable);
  const style = readFileSync(join(SOURCES, 'page', 'page.css'), 'utf8');
  const parts: Readonly<Record<string, string>> = {
    POLICY: policyOf(style, [libraryScript!, pageScript!]),
    STYLE: style,
    KEYS: keys.replaceAll('<', '\\u003c'),
    LIBRARY: libraryScript!,
    PAGE: pageScript!,
  };
  const template = readFileSync(join(SOURCES, 'page', 'page.html'), 'utf8');
  const page = template.replaceAll(/\s*%([A-Z]+)%\s*/g, (_, name: string) => parts[name]!);
  return { library, page };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const given = process.argv[2];
    const keys = given === undefined ? await builtKeys() : readTextFile(given, 'keys');
    const { library, page } = await bundleReceipt(keys);
    mkdirSync(OUTPUT, { recursive: true });
    for (const [name, content] of [
      [LIBRARY_NAME, library],
      [PAGE_NAME, page],
    ] as const) {
      writeFileAtomically(join(OUTPUT, name), content);
      const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`;
      const packed = kib(gzipSync(content).length);
      say(`.plimsoll/receipt/${name}: ${kib(Buffer.byteLength(content))}, ${packed} compressed`);
    }
  } catch (error) {
    say(`plimsoll bundle: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
