// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `npm run package:checker`: writes .plimsoll/checker, a package of `plimsoll verify` and `plimsoll receipt verify`
 * for those who only check. It is one file with all that it needs, and the ABIs: nothing is installed with it.
 *
 *   node prover/toolchain/package-checker.ts [folder]
 *   npm pack .plimsoll/checker
 */
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { build } from 'esbuild';

import { ROOT } from './bootstrap.mjs';
import { englishOnly } from './one-file-page.ts';
import { say } from './progress.mjs';

/** Where it is as deep below the package as `prover/cli` is below the checkout: files beside it are found alike. */
const PROGRAM = 'dist/cli/plimsoll.mjs';
const SCHEMAS = ['verify', 'receipt-verify', 'error', 'version'];
const README = `# plimsoll-verify

Checks proofs and receipts of a Plimsoll venue, with verifying keys from elsewhere; no circuit is compiled.

    npx plimsoll verify proof.json --keys keys.json --rpc URL --venue venue.json
    npx plimsoll receipt verify receipt.json --keys keys.json --rpc URL --venue venue.json

\`--keys\` is always needed: this package comes without keys. \`keys.json\` is written by \`npx plimsoll receipt keys
--all --out keys.json\` in a checkout where the circuits are built, your own or that of somebody you believe. It is as
good as whoever gave it, but the chain tells the hash of the key that it uses, and the two are compared.
`;

const folder = resolve(process.argv[2] ?? join(ROOT, '.plimsoll', 'checker'));
rmSync(folder, { recursive: true, force: true });
/** Modes do not depend on a umask. */
const write = (path: string, content: string): void => {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  chmodSync(join(folder, path), path === PROGRAM ? 0o755 : 0o644);
};

const { version, license, engines } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
) as Record<string, unknown>;
const { outputFiles } = await build({
  entryPoints: [join(ROOT, 'prover', 'cli', 'checker.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  charset: 'utf8',
  banner: { js: '#!/usr/bin/env node\n// SPDX-License-Identifier: GPL-3.0-or-later' },
  plugins: [englishOnly],
  logLevel: 'error',
});
write(PROGRAM, outputFiles[0]!.text);
for (const name of readdirSync(join(ROOT, 'abi'))) {
  write(`abi/${name}`, readFileSync(join(ROOT, 'abi', name), 'utf8'));
}
for (const name of SCHEMAS) {
  const path = `docs/schemas/${name}.json`;
  write(path, readFileSync(join(ROOT, path), 'utf8'));
}
write('LICENSE', readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
write('README.md', README);
write(
  'package.json',
  `${JSON.stringify(
    {
      name: 'plimsoll-verify',
      version,
      description: 'Checks proofs and receipts of a Plimsoll venue',
      license,
      type: 'module',
      engines,
      bin: { plimsoll: PROGRAM },
      files: ['dist', 'abi', 'docs/schemas'],
    },
    null,
    2,
  )}\n`,
);
say(`${folder}: ${(outputFiles[0]!.contents.length / 2 ** 20).toFixed(1)} MiB in one file`);
