// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Profile } from '../../../prover/chain/config.ts';
import { proofContext } from '../../../prover/chain/context.ts';
import type { LocalVenue } from '../../../prover/chain/deploy.ts';
import { eventsNamed, readEvents } from '../../../prover/chain/events.ts';
import { rebuildTick } from '../../../prover/chain/published-tick.ts';
import { openLiquidation } from '../../../prover/chain/submit.ts';
import { DEFAULT_PARAMETERS_PATH } from '../../../prover/documents/default-parameters.ts';
import { parameterHash } from '../../../prover/commitments/parameters-words.ts';
import { snapshotHash } from '../../../prover/commitments/snapshot-words.ts';
import { toSolidity } from '../../../prover/proving/formats/proof-file.ts';
import { loadProof } from '../../../prover/proving/formats/saved-proof.ts';
import { plimsoll } from '../../support/cli.ts';
import type { TestChain } from '../../support/chain.ts';
import {
  CRASH_LEDGER,
  accountNamed,
  closeProver,
  crashVenue,
  liquidationProof,
} from '../../support/proofs.ts';

/**
 * The operator publishes a ledger file and roots, the quorum a snapshot in calldata. The stranger of
 * these tests has nothing but that file, the chain and the shipped parameter set.
 */
let chain: TestChain;
let venue: LocalVenue;
let folder: string;
let publishedLedger: string;
let parameters: string;

beforeAll(async () => {
  ({ chain, venue } = await crashVenue());
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-published-'));
  publishedLedger = join(folder, 'published-ledger.json');
  parameters = readFileSync(DEFAULT_PARAMETERS_PATH, 'utf8');
  const exported = await plimsoll('ledger', 'export', '--tick', 'crash', '--out', publishedLedger);
  expect(exported.stderr).toBe('');
  expect(exported.status).toBe(0);
});

afterAll(async () => {
  await closeProver();
  await chain.close();
  rmSync(folder, { recursive: true, force: true });
});

async function latestTick(): Promise<bigint> {
  const ticks = eventsNamed(await readEvents(venue, chain.provider), 'TickOpened');
  return ticks.at(-1)!.values.number;
}

async function rebuild(overrides: { ledger?: string; parameters?: string } = {}) {
  const ledger = readFileSync(publishedLedger, 'utf8');
  const published = { ledger, parameters, ...overrides };
  return rebuildTick(venue, chain.provider, await latestTick(), published);
}

describe('data availability', () => {
  it('rebuilds leaf, path, snapshot and parameters from what is public', async () => {
    const account = accountNamed('ordinary-liquidation');
    const { ledger, snapshot, parameters: set, tick } = await rebuild();
    expect(ledger.leaf(account)).toBe(CRASH_LEDGER.leaf(account));
    expect(ledger.path(account)).toEqual(CRASH_LEDGER.path(account));
    expect(ledger.root).toBe(tick.ledgerRoot);
    expect(snapshotHash(snapshot)).toBe(tick.snapshotHash);
    expect(parameterHash(set)).toBe(tick.parameterHash);
  });

  it('lets a stranger make the operator’s proof, and the contract takes it', async () => {
    const account = accountNamed('ordinary-liquidation');
    const beneficiary = await chain.accounts[5]!.getAddress();
    const engine = venue.addresses.liquidationEngine;
    const context = proofContext(chain.chainId, engine, 'openLiquidation', beneficiary);
    const operators = await liquidationProof(CRASH_LEDGER, account, context);

    const { snapshotDocument, tick } = await rebuild();
    const file = (name: string): string => join(folder, name);
    writeFileSync(file('snapshot.json'), snapshotDocument);
    writeFileSync(file('parameters.json'), parameters);
    const root = tick.ledgerRoot.toString();
    const imported = await plimsoll(
      'ledger',
      'import',
      publishedLedger,
      '--root',
      root,
      '--out',
      file('ledger.json'),
    );
    expect(imported.status).toBe(0);
    const proven = await plimsoll(
      ...['prove', 'liquidation', '--account', String(account), '--out', file('proof.json')],
      ...['--ledger', file('ledger.json'), '--snapshot', file('snapshot.json')],
      ...['--parameters', file('parameters.json'), '--chain', chain.chainId.toString()],
      ...['--contract', engine, '--beneficiary', beneficiary, '--json'],
    );
    expect(proven.stderr).toBe('');
    expect(proven.status).toBe(0);

    const strangers = loadProof(file('proof.json'));
    const { proof, publicSignals } = toSolidity(strangers);
    expect(publicSignals).toEqual(operators.publicSignals);
    expect(strangers.profile).toBe(operators.profile);
    expect((await plimsoll('verify', file('proof.json'))).status).toBe(0);

    const profile = strangers.profile as Profile;
    await openLiquidation(venue, { tick: tick.number, profile, proof, publicSignals, beneficiary });
    const [opened] = eventsNamed(await readEvents(venue, chain.provider), 'LiquidationOpened');
    expect(opened?.values).toMatchObject({ accountIndex: BigInt(account), beneficiary });
  });

  it('names what is not what the chain committed to', async () => {
    const ledger = readFileSync(publishedLedger, 'utf8');
    const altered = ledger.replace(/"USDC":"(-?\d+)\d"/, '"USDC":"$17"');
    expect(altered).not.toBe(ledger);
    await expect(rebuild({ ledger: altered })).rejects.toThrow(
      /^ledger: must have the ledger root/,
    );
    const other = parameters.replace('"mmBps": 30', '"mmBps": 31');
    expect(other).not.toBe(parameters);
    await expect(rebuild({ parameters: other })).rejects.toThrow(/^parameters: must have the hash/);
    const published = { ledger, parameters };
    await expect(rebuildTick(venue, chain.provider, 99n, published)).rejects.toThrow(
      'tick: no tick 99 on this chain',
    );
  });
});
