// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a process for each transaction of a deployment, against a node over HTTP.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { formatPlan } from '../../../../../prover/chain/deployment/plan-document.ts';
import { parseVenue } from '../../../../../prover/chain/venue-document.ts';
import { REPOSITORY_ROOT } from '../../../../../prover/core/root.ts';
import { DEPLOYER } from '../../../../support/deployments.ts';
import { tellingNode } from '../../../../support/faulty-node.ts';
import { planWithParts } from '../../../../support/plans.ts';
import { startRpcChain } from '../../../../support/rpc-chain.ts';

const MAIN = join(REPOSITORY_ROOT, 'prover', 'cli', 'main.ts');

it('is deployed once and whole, though the process is killed after every transaction', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-killed-'));
  const chain = await startRpcChain();
  let kill = (): void => undefined;
  const node = await tellingNode(chain.url, () => kill());
  try {
    const [plan, out] = [join(folder, 'plan.json'), join(folder, 'venue.json')];
    writeFileSync(plan, formatPlan(planWithParts()));
    const run = (): Promise<NodeJS.Signals | number | null> =>
      new Promise((resolve) => {
        const argv = [MAIN, 'venue', 'deploy', plan, '--rpc', node.url, '--out', out];
        const env = { ...process.env, PLIMSOLL_SIGNER_KEY: DEPLOYER.privateKey };
        const child = spawn(process.execPath, argv, { env, stdio: 'ignore' });
        kill = () => child.kill('SIGKILL');
        child.on('exit', (code, signal) => resolve(signal ?? code));
      });
    let killed = 0;
    let end = await run();
    while (end === 'SIGKILL' && killed < 100) {
      killed += 1;
      end = await run();
    }
    expect(end).toBe(0);
    const sent = await chain.provider.getTransactionCount(DEPLOYER.address);
    expect(killed).toBe(sent);
    const { contracts, verifiers } = parseVenue(readFileSync(out, 'utf8'));
    const made = Object.values(verifiers).reduce((sum, by) => sum + Object.keys(by).length, 0);
    // Two to bind, three to hand over; every other transaction made one contract that is used.
    expect(sent).toBe(Object.keys(contracts).length + made + 5);
    const codes = Object.values(contracts).map((address) => chain.provider.getCode(address));
    for (const code of await Promise.all(codes)) expect(code).not.toBe('0x');
  } finally {
    await node.close();
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
