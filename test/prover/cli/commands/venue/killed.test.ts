// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a process for each transaction of a deployment, against a node over HTTP.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { verifierArtifact } from '../../../../../prover/chain/artifact.ts';
import { deployVerifier } from '../../../../../prover/chain/deploy.ts';
import {
  formatPlan,
  type VenuePlan,
} from '../../../../../prover/chain/deployment/plan-document.ts';
import { parseVenue } from '../../../../../prover/chain/venue-document.ts';
import { REPOSITORY_ROOT } from '../../../../../prover/core/root.ts';
import type { StatementName } from '../../../../../prover/statements/generated/public-signals.ts';
import { verifierName } from '../../../../../prover/toolchain/circuits/verifier.ts';
import { ARTIFACTS, deployContract } from '../../../../support/chain.ts';
import { DEPLOYER } from '../../../../support/deployments.ts';
import { tellingNode } from '../../../../support/faulty-node.ts';
import { planWithParts } from '../../../../support/plans.ts';
import { startRpcChain, type RpcChain } from '../../../../support/rpc-chain.ts';

const MAIN = join(REPOSITORY_ROOT, 'prover', 'cli', 'main.ts');

/** Of a plan what others have deployed already: every process costs seconds, and one verifier shows it. */
async function mostlyStanding({ accounts }: RpcChain): Promise<VenuePlan> {
  const plan = planWithParts();
  const other = accounts[1]!;
  const stub = async (name: 'TestDollar' | 'InsecureTransitionVerifier') =>
    String((await deployContract(other, name, [])).target);
  const verifiers: Record<string, Record<string, string>> = {};
  for (const [statement, places] of Object.entries(plan.verifiers)) {
    verifiers[statement] = { ...(places as Record<string, string>) };
    if (statement === 'takeover') continue;
    for (const profile of Object.keys(verifiers[statement])) {
      const name = verifierName(statement as StatementName, profile);
      const artifact = verifierArtifact(ARTIFACTS, name);
      verifiers[statement][profile] = await deployVerifier(other, name, artifact);
    }
  }
  return {
    ...plan,
    verifiers: verifiers as unknown as VenuePlan['verifiers'],
    asset: await stub('TestDollar'),
    transitionVerifier: await stub('InsecureTransitionVerifier'),
  };
}

it('is deployed once and whole, though the process is killed after every transaction', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-killed-'));
  const chain = await startRpcChain();
  let kill = (): void => undefined;
  const node = await tellingNode(chain.url, () => kill());
  try {
    const [plan, out] = [join(folder, 'plan.json'), join(folder, 'venue.json')];
    writeFileSync(plan, formatPlan(await mostlyStanding(chain)));
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
    const { contracts } = parseVenue(readFileSync(out, 'utf8'));
    // Two to bind, three to hand over; every other made one contract that is used: a verifier, and all
    // of the venue but token and transition verifier.
    expect(sent).toBe(Object.keys(contracts).length - 2 + 1 + 5);
    const codes = Object.values(contracts).map((address) => chain.provider.getCode(address));
    for (const code of await Promise.all(codes)) expect(code).not.toBe('0x');
  } finally {
    await node.close();
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
