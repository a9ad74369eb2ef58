// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: the commands of the README's venue, as they stand there, against the node they start.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { freePort } from '../../prover/bench/free-port.ts';
import { parseVenue } from '../../prover/chain/venue-document.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import { commandsOf, runScript } from '../support/readme-script.ts';

const example = commandsOf('venue');

/** The same commands without npx, in a folder of their own, at a port of their own. */
function script(folder: string, port: number): string {
  const root = JSON.stringify(REPOSITORY_ROOT);
  const node = JSON.stringify(process.execPath);
  return [
    'set -eu',
    `cd ${root}`,
    `HERE=${JSON.stringify(folder)}`,
    "trap 'kill $(jobs -p) 2>/dev/null' EXIT",
    example
      .replaceAll('npx plimsoll', `${node} prover/cli/main.ts`)
      .replaceAll(
        'npx hardhat node',
        `${node} node_modules/hardhat/dist/src/cli.js node --port ${port}`,
      )
      .replaceAll('127.0.0.1:8545', `127.0.0.1:${port}`)
      .replaceAll(
        /(?<![\w/-])((?:plan|venue|attestation|signed-[12]|signed-\$N)\.json|node\.log)/g,
        '$HERE/$1',
      ),
  ].join('\n');
}

it('is deployed, gets a ledger and a tick, and opens a liquidation, by the README’s own commands', async () => {
  expect(example).toContain('npx hardhat node --network sample');
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-readme-'));
  try {
    const text = script(folder, await freePort()).replaceAll(
      /main\.ts (venue (?:root|open|status))/g,
      'main.ts $1 --venue $HERE/venue.json',
    );
    const { code, output } = await runScript(text).ended;
    expect(code, output).toBe(0);
    expect(parseVenue(readFileSync(join(folder, 'venue.json'), 'utf8')).chainId).toBe(31_337n);
    expect(output).toMatch(/margin tick {4}1/);
    expect(output).toMatch(/23 of them below maintenance/);
    expect(output).toMatch(/account 1: opened, equity .* < requirement/);
    expect(output).toMatch(/^ +1 +0 +open /m);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
