// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: the commands make and send proofs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { LocalVenue } from '../../../prover/chain/deploy.ts';
import { feedSnapshotOf } from '../../../prover/chain/market-snapshot.ts';
import { readParameterState } from '../../../prover/chain/parameter-proposal.ts';
import { formatVenue } from '../../../prover/chain/venue-document.ts';
import { parameterHash } from '../../../prover/commitments/parameters-words.ts';
import { parametersWith } from '../../../prover/documents/parameter-proposal.ts';
import {
  formatParameters,
  loadDefaultParameters,
} from '../../../prover/documents/parameters-document.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { deployVenue, postRoot, postSnapshot } from '../../support/chain.ts';
import { plimsoll, type CliResult } from '../../support/cli.ts';
import { venueDocumentOf } from '../../support/plans.ts';
import { CRASH_AT, CRASH_LEDGER, accountNamed } from '../../support/proofs.ts';
import { startRpcChain, type RpcChain } from '../../support/rpc-chain.ts';

/** The first funded account of a local Hardhat chain, whose key everybody knows. */
const OWNER = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const DAY = 86_400n;
const current = loadDefaultParameters();
const pending = parametersWith(current, [
  { path: 'name', to: 'tighter' },
  { path: 'factors.mmFactorBps', to: current.document.factors.mmFactorBps + 100 },
]);

describe('params propose and activate', () => {
  let chain: RpcChain;
  let venue: LocalVenue;
  let folder: string;
  const home = process.cwd();
  const at = (name: string): string => join(folder, name);
  // Node, chain and contract are those of the venue.json where the commands are run.
  const propose = (...more: string[]): Promise<CliResult> =>
    plimsoll('params propose', at('pending.json'), ...more);
  const activate = (...canaries: string[]): Promise<CliResult> =>
    plimsoll('params activate', ...canaries, '--json');
  const canary = async (account: string): Promise<string> => {
    const out = at(`canary-${account}.json`);
    const result = await plimsoll(
      'prove',
      'account-margin',
      ...['--account', String(accountNamed(account)), '--parameters', at('set.json')],
      ...['--for', 'canary', '--out', out],
    );
    expect(result.status).toBe(0);
    return out;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-params-'));
    writeFileSync(at('pending.json'), formatParameters(pending));
    const { snapshot, document } = loadSample().snapshots.crash;
    chain = await startRpcChain({ startAt: snapshot.time - 1_000n });
    venue = await deployVenue(chain, { parameterHash: parameterHash(current) });
    const { root, accountCount } = CRASH_LEDGER;
    await postRoot(chain, venue, root, accountCount, snapshot.time - 10n, snapshot.bookedThrough);
    const bytes = new TextEncoder().encode(document);
    await postSnapshot(chain, venue, feedSnapshotOf(snapshot, document), CRASH_AT, bytes);
    vi.stubEnv('PLIMSOLL_SIGNER_KEY', OWNER);
    const written = venueDocumentOf(venue.addresses, { rpc: chain.url });
    writeFileSync(at('venue.json'), formatVenue(written));
    process.chdir(folder);
  });
  afterAll(async () => {
    process.chdir(home);
    vi.unstubAllEnvs();
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  it('refuse where another set is active, or nothing is proposed', async () => {
    const other = await propose('--parameters', at('pending.json'));
    expect(other.stderr).toContain(`the chain has ${parameterHash(current)} active`);
    expect(await activate()).toMatchObject({
      status: 1,
      stderr: 'no parameter set is proposed',
    });
  });

  it('are looked at beforehand, where a node is given, beside the set that is active there', async () => {
    const other = ['--parameters', at('pending.json'), '--rpc', chain.url];
    for (const name of ['params diff', 'params impact']) {
      const shown = await plimsoll(name, at('pending.json'), ...other);
      expect(shown.stderr).toContain(`the chain has ${parameterHash(current)} active`);
    }
    const shown = await plimsoll('params diff', at('pending.json'), '--rpc', chain.url);
    expect(shown).toMatchObject({ status: 0, stderr: '' });
  });

  it('carry a set from its document to being active, on canaries that the commands proved', async () => {
    const proposed = await propose('--tightening', '--out', at('set.json'), '--json');
    expect(proposed.stderr).toBe('');
    expect(JSON.parse(proposed.stdout)).toMatchObject({
      parameterHash: String(parameterHash(pending)),
      tightening: true,
    });
    const canaries = [await canary('wick-victim'), await canary('concentration-eth-band-0')];
    // Shown, and not due yet: it says so and activates nothing.
    const early = JSON.parse((await activate(...canaries)).stdout) as Record<string, unknown>;
    expect(early).toMatchObject({ canaryProven: true, activated: false });
    await chain.setNextTime((await chain.now()) + 2n * DAY);
    await chain.rpc('evm_mine', []);
    const done = await activate();
    expect(done.stderr).toBe('');
    expect(JSON.parse(done.stdout)).toMatchObject({ activated: true });
    expect(await readParameterState(venue.riskParameters)).toMatchObject({
      activeHash: parameterHash(pending),
      pendingHash: 0n,
    });
  });

  it('take a proof of another use for no canary', async () => {
    const wrong = await plimsoll(
      'prove',
      'liquidation',
      ...['--account', String(accountNamed('wick-victim')), '--for', 'canary'],
      ...['--chain', '31337', '--contract', venue.addresses.riskParameters],
      ...['--out', at('wrong.json')],
    );
    expect(wrong).toMatchObject({ status: 2 });
    expect(wrong.stderr).toContain('must be account-margin for a canary');
    const both = await plimsoll(
      'prove',
      'account-margin',
      ...['--account', '0', '--for', 'canary', '--action', 'requireHealthy'],
      ...['--out', at('wrong.json')],
    );
    expect(both.stderr).toContain('--for: excludes --action');
  });
});
