#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later

// The compiler that the contracts are built with, behind the two calls that Slither makes of `solc`.
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const solc = createRequire(import.meta.url)('solc');

if (process.argv.includes('--version')) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
} else {
  process.stdout.write(solc.compile(await text(process.stdin)));
}
