// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const IMPORT = /^import\s[^;]*?["']([^"']+)["'];/gm;
/** Stand-ins for tests are none of the venue's code, and generated verifiers are one template. */
const LEFT_OUT = /^contracts\/(test\/|verifiers\/\w+Verifier\.sol$)/;

/** Compiler input with every source in it, so that no import has to be resolved by anybody else. */
export function standardInput(root: string): string {
  const sources: Record<string, { content: string }> = {};
  const add = (name: string): void => {
    if (sources[name] !== undefined) return;
    const inside = join(root, name);
    const path = existsSync(inside) ? inside : join(root, 'node_modules', name);
    const content = readFileSync(path, 'utf8');
    sources[name] = { content };
    for (const [, target = ''] of content.matchAll(IMPORT)) {
      add(target.startsWith('.') ? posix.join(dirname(name), target) : target);
    }
  };
  for (const file of readdirSync(join(root, 'contracts'), { recursive: true, encoding: 'utf8' })) {
    const name = `contracts/${file}`;
    if (name.endsWith('.sol') && !LEFT_OUT.test(name)) add(name);
  }
  return JSON.stringify({
    language: 'Solidity',
    sources,
    settings: {
      // Unoptimised: what is looked for is in the source, and the tree is all that is read.
      optimizer: { enabled: false, runs: 200 },
      viaIR: false,
      evmVersion: 'cancun',
      outputSelection: {
        '*': {
          '*': ['abi', 'metadata', 'evm.bytecode', 'evm.deployedBytecode', 'userdoc', 'devdoc'],
          '': ['ast'],
        },
      },
    },
  });
}
