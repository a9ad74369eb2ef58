// SPDX-License-Identifier: GPL-3.0-or-later
import { Signature, Wallet, ZeroAddress, id } from 'ethers';
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
  guardianOf,
  minuteFrom,
  postRoot,
  snapshotAt,
  startChain,
  type TestChain,
} from '../support/chain.ts';

const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const DELAY = BigInt(DEFAULT_VENUE_CONFIG.quorumDelay);
const SHORT_DELAY = BigInt(DEFAULT_VENUE_CONFIG.tighteningDelay);
const LIFE = 14n * 86_400n;
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
    start = minuteFrom((await chain.now()) + 1_000n);
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
      'bookedThrough',
      'deadline',
    ] as const;
    it.each(FIELDS)(
      'binds %s: signatures over another value are not of the signers',
      async (field) => {
        const signed = snapshotAt(start);
        const signatures = await Promise.all(ORACLES.map((oracle) => sign(oracle, signed)));
        const altered = { ...signed, [field]: signed[field] + 1n };
        if (field.endsWith('Time')) altered[field] -= 2n;
        if (field === 'time') {
          start += 60n;
          await expectRefusal(submit(snapshotAt(start), signatures), 'UnknownSigner');
        } else {
          await expectRefusal(submit(altered, signatures), 'UnknownSigner');
        }
      },
    );

    it.each([
      ['indexPricesE4', 0],
      ['indexPricesE4', 1],
      ['perpetualMarksE4', 0],
      ['perpetualMarksE4', 1],
      ['redemptionRatesQ30', 0],
      ['redemptionRatesQ30', 1],
      ['redemptionRatesQ30', 2],
    ] as const)('binds number %2$d of %1$s', async (field, which) => {
      const signed = snapshotAt(start);
      const signatures = await Promise.all(ORACLES.map((oracle) => sign(oracle, signed)));
      const numbers = [...signed[field]];
      numbers[which]! += 1n;
      await expectRefusal(submit({ ...signed, [field]: numbers }, signatures), 'UnknownSigner');
    });

    it('binds the inputs of a margin rule to come', async () => {
      const signed = snapshotAt(start);
      const signatures = await Promise.all(ORACLES.map((oracle) => sign(oracle, signed)));
      await expectRefusal(
        submit({ ...signed, marginInputsHash: id('other') }, signatures),
        'UnknownSigner',
      );
    });

    it('refuses signatures made for another feed or another chain', async () => {
      const snapshot = snapshotAt(start);
      const other = await deployVenue(chain);
      start = minuteFrom((await chain.now()) + 1_000n);
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

  const ascending = (signers: readonly string[]): string[] =>
    [...signers].sort((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1));
  const strangers = (count: number): string[] =>
    ascending(Array.from({ length: count }, (_, n) => new Wallet(id(`stranger ${n}`)).address));
  const threshold = (): Promise<bigint> => read(venue.marketFeed, 'threshold', [], z.bigint());
  const count = (): Promise<bigint> => read(venue.marketFeed, 'signerCount', [], z.bigint());
  const propose = (signers: readonly string[], needed: number): Promise<unknown> =>
    send(venue.marketFeed, 'proposeQuorum', [[...signers], needed]);
  const activate = (signers: readonly string[], needed: number): Promise<unknown> =>
    send(as(venue.marketFeed, chain.accounts[3]!), 'activateQuorum', [[...signers], needed]);
  const wait = async (seconds: bigint): Promise<void> => {
    await chain.setNextTime((await chain.now()) + seconds);
    await chain.rpc('evm_mine', []);
  };
  const install = async (signers: readonly string[], needed: number): Promise<void> => {
    await propose(signers, needed);
    await wait(DELAY);
    await activate(signers, needed);
  };

  describe('rotation', () => {
    const next = ascending([addresses[0]!, stranger.address]);

    it('installs exactly the proposed set once its timelock has elapsed, and drops the old', async () => {
      await propose(next, 2);
      const activatableAt = (await chain.now()) + DELAY;
      await chain.setNextTime(activatableAt - 1n);
      await expectRefusal(activate(next, 2), 'TimelockNotElapsed', [activatableAt]);
      expect(await isSigner(stranger.address)).toBe(false);

      await chain.setNextTime(activatableAt);
      await activate(next, 2);
      expect(await isSigner(stranger.address)).toBe(true);
      expect(await isSigner(addresses[0]!)).toBe(true);
      expect(await isSigner(addresses[1]!)).toBe(false);
      expect([await threshold(), await count()]).toEqual([2n, 2n]);
    });

    it('refuses to install a set other than the proposed one', async () => {
      await propose(addresses, 2);
      await wait(DELAY);
      await expectRefusal(activate(addresses, 3), 'QuorumNotAsProposed');
    });

    it('refuses to install a set that was cancelled, or twice', async () => {
      await propose(next, 2);
      await send(venue.marketFeed, 'cancelQuorum', []);
      await wait(DELAY);
      await expectRefusal(activate(next, 2), 'NoProposal');
      await expectRefusal(send(venue.marketFeed, 'cancelQuorum', []), 'NoProposal');
      await install(next, 2);
      await expectRefusal(activate(next, 2), 'NoProposal');
    });

    it('forgets a proposal: none hangs over the venue for ever', async () => {
      await propose(next, 2);
      const expiresAt = (await chain.now()) + DELAY + LIFE;
      await chain.setNextTime(expiresAt);
      await expectRefusal(activate(next, 2), 'ProposalExpired', [expiresAt]);
    });

    it('restarts the timelock when a proposal is replaced', async () => {
      await propose(next, 2);
      await wait(DELAY);
      await propose(addresses, 3);
      await expectRefusal(activate(addresses, 3), 'TimelockNotElapsed');
    });

    it('is proposed and cancelled by the owner alone', async () => {
      const outsider = as(venue.marketFeed, chain.accounts[1]!);
      await expectRefusal(
        send(outsider, 'proposeQuorum', [[...next], 2]),
        'OwnableUnauthorizedAccount',
      );
      await propose(next, 2);
      await expectRefusal(send(outsider, 'cancelQuorum', []), 'OwnableUnauthorizedAccount');
    });

    it.each([
      [1, 1, 2],
      [2, 1, 2],
      [2, 0, 2],
      [4, 2, 3],
      [5, 2, 3],
      [6, 3, 4],
    ])(
      'refuses %d signers of whom %d are enough: no quorum of one, none without a majority',
      async (signers, needed, minimum) => {
        await expectRefusal(propose(strangers(signers), needed), 'ThresholdTooLow', [
          needed,
          minimum,
        ]);
      },
    );

    it('refuses a threshold above the number of signers', () =>
      expectRefusal(propose(next, 3), 'ThresholdAboveSigners', [3n, 2n]));

    it('refuses a duplicate signer', () =>
      expectRefusal(propose([next[0]!, next[0]!], 2), 'SignersNotAscending'));

    it('refuses the zero address, which a broken signature could recover to', () =>
      expectRefusal(propose([`0x${'0'.repeat(40)}`, next[0]!], 2), 'SignersNotAscending'));

    it('refuses more signers than can be checked', async () => {
      const many = Array.from(
        { length: 33 },
        (_, n) => `0x${(n + 1).toString(16).padStart(40, '0')}`,
      );
      await expectRefusal(propose(many, 17), 'TooManySigners', [33n, 32n]);
    });
  });

  describe('delays', () => {
    const five = strangers(5);
    const activatableIn = async (): Promise<bigint> => {
      const pending = z.tuple([z.string(), z.bigint()]);
      const [, at] = await read(venue.marketFeed, 'pendingQuorum', [], pending);
      return at - (await chain.now());
    };
    beforeEach(() => install(five, 3));

    it('are short for one signer fewer or one signature more', async () => {
      await propose(five.slice(1), 3);
      expect(await activatableIn()).toBe(SHORT_DELAY);
      await propose(five, 4);
      expect(await activatableIn()).toBe(SHORT_DELAY);
      await propose(five.slice(1), 4);
      expect(await activatableIn()).toBe(SHORT_DELAY);
      await wait(SHORT_DELAY);
      await activate(five.slice(1), 4);
      expect([await threshold(), await count()]).toEqual([4n, 4n]);
    });

    it('are long for anybody new, for fewer signatures, and for more than one step', async () => {
      const [, ...four] = five;
      const renewed = ascending([...four, stranger.address]);
      await install(five, 4);
      for (const [signers, needed] of [
        [renewed, 4],
        [ascending([...five, stranger.address]), 4],
        [five, 3],
        [four, 3],
        [four.slice(1), 4 - 1],
      ] as const) {
        await propose(signers, needed);
        expect(await activatableIn()).toBe(DELAY);
      }
    });

    it('keep five signers from being replaced under the short one', async () => {
      const others = ascending([1, 2, 3, 4, 5].map((n) => new Wallet(id(`other ${n}`)).address));
      await propose(others, 3);
      await wait(SHORT_DELAY);
      await expectRefusal(activate(others, 3), 'TimelockNotElapsed');
      // Nor one by one: with every step somebody new comes in.
      await propose(ascending([...five.slice(1), others[0]!]), 3);
      expect(await activatableIn()).toBe(DELAY);
    });

    it('are long for two steps of the threshold and for two signers fewer', async () => {
      await propose(five, 5);
      expect(await activatableIn()).toBe(DELAY);
      await propose(five.slice(2), 3);
      expect(await activatableIn()).toBe(DELAY);
    });
  });

  describe('guardian', () => {
    const five = strangers(5);
    const suspend = (signer: string): Promise<unknown> =>
      send(as(venue.marketFeed, guardianOf(chain)), 'suspendSigner', [signer]);
    beforeEach(() => install(five, 3));

    it('suspends a signer at once, and the owner reinstates it', async () => {
      await suspend(five[0]!);
      expect([await isSigner(five[0]!), await count()]).toEqual([false, 4n]);
      await expectRefusal(suspend(five[0]!), 'SuspensionTooSoon');
      await send(venue.marketFeed, 'reinstateSigner', [five[0]!]);
      expect([await isSigner(five[0]!), await count()]).toEqual([true, 5n]);
      await expectRefusal(send(venue.marketFeed, 'reinstateSigner', [five[0]!]), 'NotSuspended');
    });

    it('does not drop signers one by one: one a delay, and never below threshold + 1', async () => {
      await suspend(five[0]!);
      const nextAt = (await chain.now()) + DELAY;
      await expectRefusal(suspend(five[1]!), 'SuspensionTooSoon', [nextAt]);
      await chain.setNextTime(nextAt);
      await expectRefusal(suspend(five[1]!), 'TooFewWouldRemain', [3n, 4n]);
      expect(await count()).toBe(4n);
    });

    it('suspends nobody who is no signer, twice, or of an earlier set', async () => {
      await expectRefusal(suspend(stranger.address), 'UnknownSigner', [stranger.address]);
      await suspend(five[0]!);
      await install(five.slice(1), 3);
      await expectRefusal(send(venue.marketFeed, 'reinstateSigner', [five[0]!]), 'NotSuspended');
      await expectRefusal(suspend(five[0]!), 'UnknownSigner', [five[0]!]);
    });

    it('is the guardian, and no one else; the owner alone reinstates', async () => {
      await expectRefusal(send(venue.marketFeed, 'suspendSigner', [five[0]!]), 'NotTheGuardian');
      await suspend(five[0]!);
      await expectRefusal(
        send(as(venue.marketFeed, guardianOf(chain)), 'reinstateSigner', [five[0]!]),
        'OwnableUnauthorizedAccount',
      );
    });

    it('is replaced under the long delay, and never the owner', async () => {
      const owner = await chain.accounts[0]!.getAddress();
      const heir = await chain.accounts[4]!.getAddress();
      const proposeGuardian = (next: string) => send(venue.marketFeed, 'proposeGuardian', [next]);
      await expectRefusal(proposeGuardian(owner), 'GuardianIsOwner');
      await expectRefusal(proposeGuardian(ZeroAddress), 'GuardianIsZero');
      await expectRefusal(
        send(as(venue.marketFeed, guardianOf(chain)), 'proposeGuardian', [heir]),
        'OwnableUnauthorizedAccount',
      );
      await expectRefusal(send(venue.marketFeed, 'activateGuardian', []), 'NoProposal');
      await proposeGuardian(heir);
      const at = (await chain.now()) + DELAY;
      expect(
        await read(venue.marketFeed, 'pendingGuardian', [], z.tuple([z.string(), z.bigint()])),
      ).toEqual([heir, at]);
      await expectRefusal(send(venue.marketFeed, 'activateGuardian', []), 'TimelockNotElapsed', [
        at,
      ]);
      await chain.setNextTime(at);
      await send(as(venue.marketFeed, chain.accounts[6]!), 'activateGuardian', []);
      expect(await read(venue.marketFeed, 'guardian', [], z.string())).toBe(heir);
      // Nor by handing ownership to it.
      await send(venue.marketFeed, 'transferOwnership', [heir]);
      await expectRefusal(
        send(as(venue.marketFeed, chain.accounts[4]!), 'acceptOwnership', []),
        'GuardianIsOwner',
      );
    });
  });

  describe('deployment', () => {
    const deploy = (
      change: object,
      signers: readonly string[],
      needed: number,
      guardian: string,
      owner = addresses[0],
    ) =>
      deployContract(chain.accounts[0]!, 'MarketFeed', [
        venue.addresses.ledgerRegistry,
        venue.addresses.riskParameters,
        ZeroAddress,
        { ...DEFAULT_VENUE_CONFIG, ...change },
        [...signers],
        needed,
        owner,
        guardian,
      ]);

    it.each([
      { tighteningDelay: 0 },
      { quorumDelay: 0 },
      { tighteningDelay: DEFAULT_VENUE_CONFIG.quorumDelay + 1 },
    ])('is refused with %o', (fault) =>
      expectRefusal(deploy(fault, addresses, 2, stranger.address), 'InvalidQuorumDelays'),
    );

    it('is refused with a quorum of one, or a guardian who is the owner or nobody', async () => {
      await expectRefusal(
        deploy({}, addresses.slice(0, 1), 1, stranger.address),
        'ThresholdTooLow',
        [1n, 2n],
      );
      await expectRefusal(deploy({}, addresses, 2, addresses[0]!), 'GuardianIsOwner');
      await expectRefusal(deploy({}, addresses, 2, ZeroAddress), 'GuardianIsZero');
    });

    it('is refused without an owner', () =>
      expectRefusal(
        deploy({}, addresses, 2, stranger.address, ZeroAddress),
        'OwnableInvalidOwner',
        [ZeroAddress],
      ));
  });
});
