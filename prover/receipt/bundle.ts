// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Builds the verifier of receipts for browsers: one script, and one page that needs nothing else.
 *
 *     node prover/receipt/bundle.ts [keys.json]
 *
 * The page trusts the keys of the given document, by default those built in this checkout.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

import { reasonOf } from '../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../core/files.ts';
import { RECEIPT_STATEMENTS } from './document.ts';
import { PAGE_STATEMENTS, localKeyDocument } from './local-keys.ts';
import { parseVerifyingKeys } from './verifying-keys.ts';
import { ROOT } from '../toolchain/bootstrap.mjs';
import { buildCircuits } from '../toolchain/build-circuits.ts';
import {
  bundleForBrowser,
  embeddable,
  embeddableJson,
  fillPage,
  policyOf,
} from '../toolchain/one-file-page.ts';
import { say } from '../toolchain/progress.mjs';

const SOURCES = join(ROOT, 'prover', 'receipt');
const OUTPUT = join(ROOT, '.plimsoll', 'receipt');
/** What every page of the project has. */
const LOOK = readFileSync(join(SOURCES, 'page', 'look.css'), 'utf8');
const LIBRARY_NAME = 'verify-receipt.js';
const PAGE_NAME = 'verify-receipt.html';

export interface ReceiptBundle {
  /** Defines the global `PlimsollReceipt`. */
  readonly library: string;
  /** A page of one file: opens from a disk as well as from a server. */
  readonly page: string;
  /** What the page says of itself, for a server's header. */
  readonly policy: string;
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
  return localKeyDocument(PAGE_STATEMENTS);
}

const bundle = (entry: string, globalName?: string): Promise<string> =>
  bundleForBrowser(join(SOURCES, entry), globalName);

/** The verifier alone: a script that defines the global `PlimsollReceipt`. */
export const bundleLibrary = (): Promise<string> => bundle('browser.ts', 'PlimsollReceipt');

/** `keys`: the text of a key document. Throws where it is none. */
export async function bundleReceipt(keys: string): Promise<ReceiptBundle> {
  parseVerifyingKeys(keys, 'keys');
  const library = await bundleLibrary();
  const [libraryScript, pageScript] = [library, await bundle('page/page.ts')].map(embeddable);
  const read = (name: string): string => readFileSync(join(SOURCES, 'page', name), 'utf8');
  const parts = {
    style: LOOK + read('page.css'),
    scripts: { LIBRARY: libraryScript!, PAGE: pageScript! },
    connects: 'https: http:',
  };
  const page = fillPage(read('page.html'), { ...parts, data: { KEYS: embeddableJson(keys) } });
  return { library, page, policy: policyOf(parts) };
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
    say(`plimsoll bundle: ${reasonOf(error)}`);
    process.exitCode = 1;
  }
}
