// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: the README's commands of the service, as they stand there, in an empty folder.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { JsonRpcProvider } from 'ethers';
import { expect, it, onTestFinished } from 'vitest';

import { freePort } from '../../prover/bench/free-port.ts';
import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { parseVenue } from '../../prover/chain/venue-document.ts';
import { connectVenue } from '../../prover/chain/venue.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import { commandsOf, runScript } from '../support/readme-script.ts';

const example = commandsOf('service');

it('is integrated in ten commands from an empty folder, to liquidations that it opens on a node', async () => {
  // Ten, counted as they are numbered.
  expect([...example.matchAll(/^# (\d+)\./gm)].map(([, number]) => Number(number))).toEqual([
    1, 2, 3, 4, 5, 6, 8, 9, 10,
  ]);
  expect(example).toContain('# 6. and 7.');
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-readme-service-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [port, api] = [await freePort(), await freePort()];
  const node = JSON.stringify(process.execPath);
  const hardhat = join(REPOSITORY_ROOT, 'node_modules/hardhat/dist/src/cli.js');
  const script = [
    'set -eu',
    "trap 'kill $(jobs -p) 2>/dev/null' EXIT",
    `cd ${JSON.stringify(REPOSITORY_ROOT)}`,
    `${node} ${JSON.stringify(hardhat)} node --network sample --port ${port} > ${JSON.stringify(join(folder, 'node.log'))} &`,
    `cd ${JSON.stringify(folder)}`,
    'until grep -q Started node.log; do sleep 1; done',
    `export PLIMSOLL_PORT=${api}`,
    example
      .replaceAll('/path/to/plimsoll', REPOSITORY_ROOT)
      .replaceAll('127.0.0.1:8545', `127.0.0.1:${port}`)
      .replaceAll('127.0.0.1:8645', `127.0.0.1:${api}`)
      // Without the set-up's own look at the runtime, which costs a second a command.
      .replaceAll(
        /\bplimsoll (venue|serve|oracle)\b/g,
        `${node} ${join(REPOSITORY_ROOT, 'prover/cli/main.ts')} $1`,
      ),
    'touch done',
    // The node stays until the test has looked.
    'until [ -e looked ]; do sleep 0.2; done',
  ].join('\n');
  const ran = runScript(script);
  const { chain } = await ran.until(() => {
    try {
      readFileSync(join(folder, 'done'));
      return { chain: parseVenue(readFileSync(join(folder, 'venue.json'), 'utf8')) };
    } catch {
      return undefined;
    }
  });
  const provider = new JsonRpcProvider(`http://127.0.0.1:${port}`, chain.chainId, {
    staticNetwork: true,
  });
  onTestFinished(() => provider.destroy());
  const opened = eventsNamed(
    await readEvents(connectVenue(chain.contracts, provider), provider),
    'LiquidationOpened',
  );
  expect(opened.length).toBeGreaterThan(0);
  expect(opened[0]!.values.tick).toBe(1n);
}, 240_000);
