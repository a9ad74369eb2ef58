// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { EXPORTED_INTERFACES } from '../../prover/chain/abi.ts';
import { contractArtifact } from '../../prover/chain/artifact.ts';
import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { ACTIONS, SCALAR_FIELD_ORDER, proofContext } from '../../prover/chain/context.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { readSubmission } from '../../prover/chain/snapshot.ts';
import { venueAddressesSchema } from '../../prover/chain/venue.ts';
import { InvalidInput } from '../../prover/core/errors.ts';
import { parseValue } from '../../prover/core/schema.ts';
import {
  ARTIFACTS,
  DOCUMENT,
  deployVenue,
  expectRefusal,
  minuteFrom,
  postRoot,
  postSnapshot,
  snapshotAt,
  startChain,
  type TestChain,
} from '../support/chain.ts';

describe('chain bindings', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let start: bigint;

  beforeAll(async () => {
    chain = await startChain();
    venue = await deployVenue(chain);
    start = minuteFrom((await chain.now()) + 1_000n);
    await postRoot(chain, venue, 11n, 200n, start - 100n);
    await postSnapshot(chain, venue, snapshotAt(start));
  });
  afterAll(() => chain.close());

  it.each(EXPORTED_INTERFACES)('abi/%s.json is what the compiler makes of it today', (name) => {
    const root = join(import.meta.dirname, '..', '..');
    const folder = /^I[A-Z]/.test(name) ? 'interfaces' : '';
    const path = join(ARTIFACTS, 'contracts', folder, `${name}.sol`, `${name}.json`);
    const compiled = JSON.parse(readFileSync(path, 'utf8')) as { abi: unknown };
    const exported: unknown = JSON.parse(readFileSync(join(root, 'abi', `${name}.json`), 'utf8'));
    expect(exported).toEqual(compiled.abi);
  });

  it.each([
    ['liquidationEngine', 'openLiquidation'],
    ['liquidationEngine', 'cureLiquidation'],
    ['insuranceFund', 'drawInsurance'],
    ['healthGate', 'requireHealthy'],
  ] as const)('computes the same context as %s for %s', async (name, action) => {
    for (const account of chain.accounts.slice(0, 5)) {
      const beneficiary = await account.getAddress();
      const onChain = await read(
        venue[name],
        'proofContext',
        [ACTIONS[action], beneficiary],
        z.bigint(),
      );
      const address = venue.addresses[name];
      expect(proofContext(chain.chainId, address, action, beneficiary)).toBe(onChain);
      expect(onChain).toBeLessThan(SCALAR_FIELD_ORDER);
    }
  });

  it('gives every contract, action, chain and beneficiary a context of its own', async () => {
    const [one, two] = await Promise.all(
      chain.accounts.slice(0, 2).map((account) => account.getAddress()),
    );
    const { liquidationEngine, insuranceFund } = venue.addresses;
    const contexts = [
      proofContext(31_337n, liquidationEngine, 'openLiquidation', one!),
      proofContext(1n, liquidationEngine, 'openLiquidation', one!),
      proofContext(31_337n, insuranceFund, 'openLiquidation', one!),
      proofContext(31_337n, liquidationEngine, 'drawInsurance', one!),
      proofContext(31_337n, liquidationEngine, 'openLiquidation', two!),
    ];
    expect(new Set(contexts).size).toBe(contexts.length);
  });

  it('reads every event of the venue in chain order', async () => {
    const events = await readEvents(venue, chain.provider);
    expect(events.map((event) => event.name)).toEqual([
      'ParametersActivated',
      'RootAccepted',
      'SnapshotAccepted',
      'TickOpened',
    ]);
    expect(eventsNamed(events, 'RootAccepted')[0]?.values).toEqual({
      sequence: 1n,
      root: 11n,
      accountCount: 200n,
    });
  });

  it('rebuilds a snapshot and its whole document from calldata alone', async () => {
    const events = await readEvents(venue, chain.provider);
    const { transactionHash } = eventsNamed(events, 'SnapshotAccepted')[0]!;
    const feed = venue.addresses.marketFeed;
    const submission = await readSubmission(chain.provider, feed, transactionHash);
    expect(submission.snapshot).toEqual(snapshotAt(start));
    expect(Buffer.from(submission.document)).toEqual(Buffer.from(DOCUMENT));
    expect(submission.signatures).toHaveLength(2);
  });

  it('refuses to read a document from a transaction that carries none', async () => {
    const events = await readEvents(venue, chain.provider);
    const { transactionHash } = eventsNamed(events, 'RootAccepted')[0]!;
    const feed = venue.addresses.marketFeed;
    const reading = readSubmission(chain.provider, feed, transactionHash);
    await expect(reading).rejects.toThrow(/transactionHash: .*not a call to the market feed/);
  });

  it('refuses addresses that are misspelt, naming the field', () => {
    const { addresses } = venue;
    expect(parseValue(venueAddressesSchema, addresses, 'venue')).toEqual(addresses);
    const misspelt = { ...addresses, asset: addresses.asset.slice(0, -1) };
    expect(() => parseValue(venueAddressesSchema, misspelt, 'venue')).toThrow(InvalidInput);
    expect(() => parseValue(venueAddressesSchema, misspelt, 'venue')).toThrow(/^asset: /);
  });

  it.each([
    ['bid', [0n, 0n, 0n, `0x${'1'.repeat(40)}`]],
    ['close', [1n, 0n, emptyProof(), []]],
  ] as const)('%s exists in the interface and is not yet available', async (method, args) => {
    await expectRefusal(send(venue.liquidationEngine, method, args), 'NotYetAvailable');
  });

  it.each([
    { windowSeconds: 0 },
    { openingsPerWindow: 0 },
    { rewardBps: 10_001 },
    { rewardCapE6: 100n << 32n },
  ])('refuses to deploy a liquidation engine with %o', async (fault) => {
    const engine = { ...DEFAULT_VENUE_CONFIG.engine, ...fault };
    const config = { ...DEFAULT_VENUE_CONFIG, engine };
    await expectRefusal(deployVenue(chain, { config }), 'InvalidEngineConfig');
  });

  it('finds no artifact for a contract that was not compiled', () => {
    expect(() => contractArtifact(join(ARTIFACTS, 'nowhere'), 'MarketFeed')).toThrow(InvalidInput);
  });
});

function emptyProof(): { a: bigint[]; b: bigint[][]; c: bigint[] } {
  return {
    a: [0n, 0n],
    b: [
      [0n, 0n],
      [0n, 0n],
    ],
    c: [0n, 0n],
  };
}
