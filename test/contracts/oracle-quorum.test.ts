// SPDX-License-Identifier: GPL-3.0-or-later
import { Signature, Wallet, id } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { signSnapshot, submitSnapshot, type FeedSnapshot } from '../../prover/chain/snapshot.ts';
import {
  DOCUMENT,
  ORACLES,
  as,
  deployContract,
  deployVenue,
  expectRefusal,
  postRoot,
  snapshotAt,
  startChain,
  type TestChain,
} from '../support/chain.ts';

const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const DELAY = BigInt(DEFAULT_VENUE_CONFIG.quorumDelay);
const addresses = ORACLES.map((oracle) => oracle.address);
const stranger = new Wallet(id('plimsoll test stranger'));

describe('OracleQuorum', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let start: bigint;

  beforeAll(async () => {
    chain = await startChain();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    venue = await deployVenue(chain);
    start = (await chain.now()) + 1_000n;
    await postRoot(chain, venue, 11n, 200n, start - 100n);
  });

  const sign = (oracle: Wallet, snapshot: FeedSnapshot): Promise<string> =>
    signSnapshot(oracle, snapshot, chain.chainId, venue.addresses.marketFeed);
  const submit = async (snapshot: FeedSnapshot, signatures: readonly string[]): Promise<void> => {
    await chain.setNextTime(start);
    await submitSnapshot(venue, snapshot, DOCUMENT, signatures);
  };
  const isSigner = (address: string): Promise<boolean> =>
    read(venue.marketFeed, 'isSigner', [address], z.boolean());

  describe('signatures', () => {
    it('accepts any quorum of signers in ascending order', async () => {
      const snapshot = snapshotAt(start);
      await submit(snapshot, [
        await sign(ORACLES[0]!, snapshot),
        await sign(ORACLES[2]!, snapshot),
      ]);
      expect(await read(venue.marketFeed, 'latestTick', [], z.bigint())).toBe(1n);
    });

    it('accepts more signatures than the threshold', async () => {
      const snapshot = snapshotAt(start);
      await submit(snapshot, await Promise.all(ORACLES.map((oracle) => sign(oracle, snapshot))));
      expect(await read(venue.marketFeed, 'latestTick', [], z.bigint())).toBe(1n);
    });

    it('refuses fewer signatures than the threshold', async () => {
      const snapshot = snapshotAt(start);
      await expectRefusal(
        submit(snapshot, [await sign(ORACLES[0]!, snapshot)]),
        'NotEnoughSignatures',
        [1n, 2n],
      );
    });

    it('refuses one signer counted twice', async () => {
      const snapshot = snapshotAt(start);
      const signature = await sign(ORACLES[1]!, snapshot);
      await expectRefusal(submit(snapshot, [signature, signature]), 'SignersNotAscending', [
        addresses[1],
        addresses[1],
      ]);
    });

    it('refuses signers in descending order', async () => {
      const snapshot = snapshotAt(start);
      const signatures = [await sign(ORACLES[1]!, snapshot), await sign(ORACLES[0]!, snapshot)];
      await expectRefusal(submit(snapshot, signatures), 'SignersNotAscending');
    });

    it('refuses the signature of a stranger', async () => {
      const snapshot = snapshotAt(start);
      const signatures = [await sign(ORACLES[0]!, snapshot), await sign(stranger, snapshot)];
      await expectRefusal(submit(snapshot, signatures), 'UnknownSigner', [stranger.address]);
    });

    it('refuses the malleated twin (high s) of a good signature', async () => {
      const snapshot = snapshotAt(start);
      const good = [await sign(ORACLES[0]!, snapshot), await sign(ORACLES[1]!, snapshot)];
      const { r, s, yParity } = Signature.from(good[1]);
      const highS = (CURVE_ORDER - BigInt(s)).toString(16).padStart(64, '0');
      const malleated = `${r}${highS}${yParity === 0 ? '1c' : '1b'}`;
      await expectRefusal(submit(snapshot, [good[0]!, malleated]), 'ECDSAInvalidSignatureS');
      await submit(snapshot, good);
    });

    const FIELDS = [
      'snapshotHash',
      'time',
      'indexTime',
      'perpetualTime',
      'forwardTime',
      'surfaceTime',
      'collateralTime',
    ] as const;
    it.each(FIELDS)(
      'binds %s: signatures over another value are not of the signers',
      async (field) => {
        const signed = snapshotAt(start);
        const signatures = await Promise.all(ORACLES.map((oracle) => sign(oracle, signed)));
        const altered = { ...signed, [field]: signed[field] - 1n };
        await expectRefusal(
          submit(field === 'time' ? snapshotAt(start - 1n) : altered, signatures),
          'UnknownSigner',
        );
      },
    );

    it.each([0, 1])('binds the headline price of underlying %d', async (underlying) => {
      const signed = snapshotAt(start);
      const signatures = await Promise.all(ORACLES.map((oracle) => sign(oracle, signed)));
      const price = signed.indexPricesE4[underlying]!;
      const indexPricesE4 = signed.indexPricesE4.with(underlying, price + 1n) as [bigint, bigint];
      await expectRefusal(submit({ ...signed, indexPricesE4 }, signatures), 'UnknownSigner');
    });

    it('refuses signatures made for another feed or another chain', async () => {
      const snapshot = snapshotAt(start);
      const other = await deployVenue(chain);
      start = (await chain.now()) + 1_000n;
      const fresh = snapshotAt(start);
      for (const [chainId, feed] of [
        [chain.chainId, other.addresses.marketFeed],
        [1n, venue.addresses.marketFeed],
      ] as const) {
        const signatures = await Promise.all(
          ORACLES.map((oracle) => signSnapshot(oracle, fresh, chainId, feed)),
        );
        await expectRefusal(submit(fresh, signatures), 'UnknownSigner');
      }
      expect(snapshot.time).not.toBe(fresh.time);
    });

    it('computes the digest that wallets sign', async () => {
      const snapshot = snapshotAt(start);
      const digest = await read(venue.marketFeed, 'snapshotDigest', [snapshot], z.string());
      const signature = ORACLES[0]!.signingKey.sign(digest).serialized;
      expect(signature).toBe(await sign(ORACLES[0]!, snapshot));
    });
  });

  describe('rotation', () => {
    const next = [addresses[0]!, stranger.address].sort((left, right) =>
      BigInt(left) < BigInt(right) ? -1 : 1,
    );
    const propose = (signers: readonly string[], threshold: number): Promise<unknown> =>
      send(venue.marketFeed, 'proposeQuorum', [[...signers], threshold]);
    const activate = (signers: readonly string[], threshold: number): Promise<unknown> =>
      send(as(venue.marketFeed, chain.accounts[3]!), 'activateQuorum', [[...signers], threshold]);

    it('installs exactly the proposed set once its timelock has elapsed, and drops the old', async () => {
      await propose(next, 1);
      const activatableAt = (await chain.now()) + DELAY;
      await chain.setNextTime(activatableAt - 1n);
      await expectRefusal(activate(next, 1), 'QuorumTimelockNotElapsed', [activatableAt]);
      expect(await isSigner(stranger.address)).toBe(false);

      await chain.setNextTime(activatableAt);
      await activate(next, 1);
      expect(await isSigner(stranger.address)).toBe(true);
      expect(await isSigner(addresses[0]!)).toBe(true);
      expect(await isSigner(addresses[1]!)).toBe(false);
      expect(await read(venue.marketFeed, 'threshold', [], z.bigint())).toBe(1n);
    });

    it('refuses to install a set other than the proposed one', async () => {
      await propose(next, 2);
      await chain.setNextTime((await chain.now()) + DELAY);
      await expectRefusal(activate(next, 1), 'QuorumNotAsProposed');
    });

    it('refuses to install a set that was cancelled, or twice', async () => {
      await propose(next, 2);
      await send(venue.marketFeed, 'cancelQuorum', []);
      await chain.setNextTime((await chain.now()) + DELAY);
      await expectRefusal(activate(next, 2), 'NoQuorumProposal');
      await expectRefusal(send(venue.marketFeed, 'cancelQuorum', []), 'NoQuorumProposal');
    });

    it('restarts the timelock when a proposal is replaced', async () => {
      await propose(next, 2);
      await chain.setNextTime((await chain.now()) + DELAY);
      await propose(next, 1);
      await expectRefusal(activate(next, 1), 'QuorumTimelockNotElapsed');
    });

    it('is proposed and cancelled by the owner alone', async () => {
      const outsider = as(venue.marketFeed, chain.accounts[1]!);
      await expectRefusal(
        send(outsider, 'proposeQuorum', [[...next], 1]),
        'OwnableUnauthorizedAccount',
      );
      await propose(next, 2);
      await expectRefusal(send(outsider, 'cancelQuorum', []), 'OwnableUnauthorizedAccount');
    });

    it('refuses a threshold of zero', () => expectRefusal(propose(next, 0), 'ThresholdIsZero'));

    it('refuses a threshold above the number of signers', () =>
      expectRefusal(propose(next, 3), 'ThresholdAboveSigners', [3n, 2n]));

    it('refuses a duplicate signer', () =>
      expectRefusal(propose([next[0]!, next[0]!], 1), 'SignersNotAscending'));

    it('refuses the zero address, which a broken signature could recover to', () =>
      expectRefusal(propose([`0x${'0'.repeat(40)}`, next[0]!], 1), 'SignersNotAscending'));

    it('refuses more signers than can be checked', async () => {
      const many = Array.from(
        { length: 33 },
        (_, n) => `0x${(n + 1).toString(16).padStart(40, '0')}`,
      );
      await expectRefusal(propose(many, 1), 'TooManySigners', [33n, 32n]);
    });
  });

  it('cannot be deployed without a timelock for its signers', async () => {
    const config = { ...DEFAULT_VENUE_CONFIG, quorumDelay: 0 };
    await expectRefusal(
      deployContract(chain.accounts[0]!, 'MarketFeed', [
        venue.addresses.ledgerRegistry,
        venue.addresses.riskParameters,
        config,
        addresses,
        2,
        addresses[0],
      ]),
      'QuorumDelayIsZero',
    );
  });
});
