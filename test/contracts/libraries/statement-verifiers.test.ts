// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress, encodeBytes32String } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SAMPLE_VENUE_CONFIG, type VenueConfig } from '../../../prover/chain/config.ts';
import type { DeployedProfiles } from '../../../prover/chain/deploy.ts';
import {
  GATED_PROFILES,
  deployContract,
  deployVenue,
  expectRefusal,
  startChain,
  type TestChain,
} from '../../support/chain.ts';

const venueOf = (maxPositions: number): VenueConfig => ({
  ...SAMPLE_VENUE_CONFIG,
  registry: { ...SAMPLE_VENUE_CONFIG.registry, maxPositions },
});

const takeover = ['any'] as const;

describe('a venue', () => {
  let chain: TestChain;

  beforeAll(async () => {
    chain = await startChain();
  });
  afterAll(() => chain.close());

  it.each<[number, DeployedProfiles]>([
    [4, { liquidation: ['7'], 'account-margin': ['4'], takeover }],
    [7, { liquidation: ['7'], 'account-margin': ['16'], takeover }],
    [16, { liquidation: ['16'], 'account-margin': ['16'], takeover }],
  ])('whose largest account has %i positions deploys with %o', async (size, profiles) => {
    const venue = await deployVenue(chain, { config: venueOf(size), profiles });
    expect(venue.addresses.liquidationEngine).not.toBe(ZeroAddress);
  });

  it.each<[number, DeployedProfiles, string]>([
    [5, { liquidation: ['7'], 'account-margin': ['4'], takeover }, 'account-margin'],
    [8, { liquidation: ['7'], 'account-margin': ['4', '16'], takeover }, 'liquidation'],
    [16, { liquidation: ['7', '16'], takeover }, 'account-margin'],
    [16, { 'account-margin': ['4', '16'], takeover }, 'liquidation'],
    [17, GATED_PROFILES, 'account-margin'],
    [64, GATED_PROFILES, 'account-margin'],
  ])(
    'whose largest account has %i positions, immune with %o, does not deploy',
    async (size, profiles, lacking) => {
      await expectRefusal(
        deployVenue(chain, { config: venueOf(size), profiles }),
        'SizeNotCovered',
        [encodeBytes32String(lacking), size],
      );
    },
  );

  it('has no gate that cannot tell the health of its largest account', async () => {
    const venue = await deployVenue(chain);
    const { '4': small } = venue.verifiers['account-margin'];
    const none = [ZeroAddress, ZeroAddress, ZeroAddress];
    await expectRefusal(
      deployContract(chain.accounts[0]!, 'HealthGate', [
        venue.addresses.marketFeed,
        [small, ZeroAddress, ZeroAddress],
        none,
      ]),
      'SizeNotCovered',
      [encodeBytes32String('account-margin'), 16],
    );
  });
});
