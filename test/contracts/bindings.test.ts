// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ZeroAddress, encodeBytes32String } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { EXPORTED_INTERFACES } from '../../prover/chain/abi.ts';
import { contractArtifact } from '../../prover/chain/artifact.ts';
import { ACTIONS, proofContext } from '../../prover/chain/context.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { read } from '../../prover/chain/refusal.ts';
import { readSubmission } from '../../prover/chain/snapshot.ts';
import { venueAddressesSchema } from '../../prover/chain/venue.ts';
import { InvalidInput } from '../../prover/core/errors.ts';
import { parseValue } from '../../prover/core/schema.ts';
import {
  ARTIFACTS,
  DOCUMENT,
  deployVenue,
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

  it.each(['liquidationEngine', 'vault'] as const)(
    '%s names no verifier of a statement that it takes no proofs of',
    async (contract) => {
      const args = [encodeBytes32String('takeover'), 16];
      expect(await read(venue[contract], 'verifierOf', args, z.string())).toBe(ZeroAddress);
    },
  );

  it.each([
    ['liquidationEngine', 'openLiquidation'],
    ['liquidationEngine', 'cureLiquidation'],
    ['liquidationEngine', 'bidForAccount'],
    ['liquidationEngine', 'expireLiquidation'],
    ['vault', 'claimWithdrawal'],
    ['vault', 'registerExit'],
    ['marginGuarantee', 'takeGuarantee'],
    ['marginGuarantee', 'releaseGuarantee'],
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
      expect(onChain).toBeLessThan(SCALAR_FIELD);
    }
  });

  it('gives every contract, action, chain and beneficiary a context of its own', async () => {
    const [one, two] = await Promise.all(
      chain.accounts.slice(0, 2).map((account) => account.getAddress()),
    );
    const { liquidationEngine, vault } = venue.addresses;
    const contexts = [
      proofContext(31_337n, liquidationEngine, 'openLiquidation', one!),
      proofContext(1n, liquidationEngine, 'openLiquidation', one!),
      proofContext(31_337n, vault, 'openLiquidation', one!),
      proofContext(31_337n, liquidationEngine, 'bidForAccount', one!),
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
    expect(eventsNamed(events, 'RootAccepted')[0]?.values).toMatchObject({
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

  it('computes the same context as the registry for a forced message', async () => {
    const beneficiary = await chain.accounts[1]!.getAddress();
    const onChain = await read(venue.ledgerRegistry, 'applyContext', [beneficiary], z.bigint());
    const { ledgerRegistry } = venue.addresses;
    expect(proofContext(chain.chainId, ledgerRegistry, 'applyMessage', beneficiary)).toBe(onChain);
  });

  it('finds no artifact for a contract that was not compiled', () => {
    expect(() => contractArtifact(join(ARTIFACTS, 'nowhere'), 'MarketFeed')).toThrow(InvalidInput);
  });
});
