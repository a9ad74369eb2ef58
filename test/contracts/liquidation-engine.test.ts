// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ZeroAddress,
  encodeBytes32String,
  type Contract,
  type ContractTransactionReceipt,
} from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { SCALAR_FIELD_ORDER, proofContext, type Action } from '../../prover/chain/context.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { SLOT_SECONDS } from '../../prover/chain/market-snapshot.ts';
import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { openLiquidation, type ProvenAction } from '../../prover/chain/submit.ts';
import type { Ledger } from '../../prover/commitments/ledger.ts';
import {
  as,
  deployContract,
  expectRefusal,
  guardianOf,
  minuteFrom,
  postRoot,
  type TestChain,
} from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import {
  CRASH_AT,
  CRASH_LEDGER,
  LATER_LEDGER,
  accountNamed,
  closeProver,
  crashVenue,
  liquidationProof,
  marginOf,
  postNextSnapshot,
  rerandomised,
  withSignal,
  claimOf,
  claiming,
  type ClaimedValues,
  type GatedProof,
} from '../support/proofs.ts';

const ACCOUNT = accountNamed('ordinary-liquidation');
const OTHER_ACCOUNT = accountNamed('separate-2');
const NONCE = CRASH_LEDGER.account(ACCOUNT).settlementNonce;
const MAX_AGE = BigInt(DEFAULT_VENUE_CONFIG.maxSnapshotAge);

const STRICT_LIMITS = {
  rewardBps: 100,
  rewardCapE6: 799n,
  windowSeconds: 60,
  openingsPerWindow: 1,
};

describe('LiquidationEngine.open', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let keeper: string;
  /** A second engine, with limits tight enough to meet. */
  let strict: LocalVenue;
  let proof: GatedProof;
  let otherProof: GatedProof;
  let laterProof: GatedProof;
  let drawingProof: GatedProof;
  let strictProof: GatedProof;
  let otherStrictProof: GatedProof;
  let untouched: unknown;

  beforeAll(async () => {
    ({ chain, venue } = await crashVenue());
    keeper = await chain.accounts[5]!.getAddress();
    strict = await strictVenue();
    // Made here, for the chain's clock runs on while a proof is made.
    proof = await proofOf(ACCOUNT);
    otherProof = await proofOf(OTHER_ACCOUNT);
    laterProof = await proofOf(ACCOUNT, { ledger: LATER_LEDGER });
    drawingProof = await proofOf(ACCOUNT, { action: 'drawInsurance' });
    strictProof = await proofOf(ACCOUNT, { on: strict });
    otherStrictProof = await proofOf(OTHER_ACCOUNT, { on: strict });
    untouched = await chain.save();
  });
  afterAll(async () => {
    await chain.close();
    await closeProver();
  });
  beforeEach(async () => {
    untouched = await chain.restore(untouched);
  });

  const proofOf = (
    account: number,
    {
      on = venue,
      ledger = CRASH_LEDGER,
      action = 'openLiquidation',
    }: { on?: LocalVenue; ledger?: Ledger; action?: Action } = {},
  ): Promise<GatedProof> => {
    const engine = on.addresses.liquidationEngine;
    return liquidationProof(ledger, account, proofContext(chain.chainId, engine, action, keeper));
  };
  const open = (
    overrides: Partial<ProvenAction> = {},
    on: LocalVenue = venue,
  ): Promise<ContractTransactionReceipt> =>
    openLiquidation(on, { tick: 1n, beneficiary: keeper, ...proof, ...overrides });
  const recordOf = (on: LocalVenue): Promise<readonly unknown[]> =>
    read(on.liquidationEngine, 'liquidation', [ACCOUNT, NONCE], z.array(z.unknown()));
  const engineOf = (verifiers: readonly string[], config: object): Promise<Contract> =>
    deployContract(chain.accounts[0]!, 'LiquidationEngine', [
      venue.addresses.marketFeed,
      [...verifiers],
      [ZeroAddress, venue.verifiers['account-margin']['16'], ZeroAddress],
      config,
    ]);
  const strictVenue = async (): Promise<LocalVenue> => {
    const { '7': smallest } = venue.verifiers.liquidation;
    const engine = await engineOf([smallest, ZeroAddress, ZeroAddress], STRICT_LIMITS);
    const liquidationEngine = await engine.getAddress();
    const addresses = { ...venue.addresses, liquidationEngine };
    return { ...venue, liquidationEngine: engine, addresses };
  };
  const publicSignals = (name: keyof ClaimedValues, value: bigint) => ({
    publicSignals: claiming(proof, { [name]: value }),
  });

  describe('with a valid proof', () => {
    it('records the liquidation and who is owed the reward, and says so', async () => {
      const margin = marginOf(ACCOUNT);
      const receipt = await open();
      const openedAt = BigInt((await receipt.getBlock()).timestamp);
      const rewardE6 = (margin.mmE6 / 100n / 100n) * 100n;
      expect(rewardE6).toBeLessThan(DEFAULT_VENUE_CONFIG.engine.rewardCapE6);

      const events = eventsNamed(await readEvents(venue, chain.provider), 'LiquidationOpened');
      expect(events.map((event) => event.values)).toEqual([
        {
          accountIndex: BigInt(ACCOUNT),
          settlementNonce: NONCE,
          beneficiary: keeper,
          tick: 1n,
          equityE6: margin.equityE6,
          requirementE6: margin.mmE6,
          rewardE6,
          clockAtOpen: openedAt - CRASH_AT,
        },
      ]);
      const OPEN = 1n;
      expect(await recordOf(venue)).toEqual([OPEN, keeper, 1n, openedAt - CRASH_AT, rewardE6]);
    });

    it('owes the reward to the beneficiary named in it, whoever submits', async () => {
      const frontRunner = as(venue.liquidationEngine, chain.accounts[9]!);
      await open({}, { ...venue, liquidationEngine: frontRunner });
      const [opened] = eventsNamed(await readEvents(venue, chain.provider), 'LiquidationOpened');
      expect(opened?.values.beneficiary).toBe(keeper);
    });

    it('still opens when its tick has become the one before the current', async () => {
      await postNextSnapshot(chain, venue, CRASH_AT + SLOT_SECONDS);
      await open({ tick: 1n });
    });

    it('may cite another tick that binds the very same root, snapshot and parameters', async () => {
      await postNextSnapshot(chain, venue, CRASH_AT + SLOT_SECONDS);
      await open({ tick: 2n });
    });

    it('starts the auction on the market clock', async () => {
      await open();
      const [opened] = eventsNamed(await readEvents(venue, chain.provider), 'LiquidationOpened');
      expect(opened?.values.clockAtOpen).toBe(
        await read(venue.marketFeed, 'marketClock', [], z.bigint()),
      );
    });

    it('stays within 340,000 gas, and costs what is recorded', async () => {
      for (const receipt of [await open(), await open(otherProof)]) {
        expect(receipt.gasUsed).toBeLessThanOrEqual(340_000n);
      }
      untouched = await chain.restore(untouched);
      await compareGas('open liquidation', await open());
    });
  });

  describe('tick', () => {
    it('refuses a proof of another ledger root', async () => {
      await postRoot(chain, venue, LATER_LEDGER.root, LATER_LEDGER.accountCount, CRASH_AT + 5n);
      await postNextSnapshot(chain, venue, CRASH_AT + SLOT_SECONDS);
      await expectRefusal(open({ tick: 2n }), 'WrongLedgerRoot', [
        LATER_LEDGER.root,
        CRASH_LEDGER.root,
      ]);
      await open({ tick: 1n });
    });

    it('refuses a proof of another snapshot', async () => {
      const at = CRASH_AT + SLOT_SECONDS;
      await postNextSnapshot(chain, venue, at, { snapshotHash: 5n });
      await expectRefusal(open({ tick: 2n }), 'WrongSnapshot');
      await open({ tick: 1n });
    });

    it('refuses a proof of other parameters', async () => {
      const publicSignals = withSignal(proof, 'parameterHash', 5n);
      await expectRefusal(open({ publicSignals }), 'WrongParameters');
    });

    it('refuses a tick older than the one before the current', async () => {
      for (const n of [1n, 2n]) {
        await postNextSnapshot(chain, venue, CRASH_AT + n * SLOT_SECONDS);
      }
      await expectRefusal(open({ tick: 1n }), 'StaleTick', [1n, 3n]);
    });

    it('refuses a tick whose snapshot is too old', async () => {
      const last = CRASH_AT - (CRASH_AT % SLOT_SECONDS) + MAX_AGE;
      await chain.setNextTime(last + 1n);
      await expectRefusal(open(), 'TickTooOld');
      await chain.setNextTime(last);
      await open();
    });

    it('refuses a tick that does not exist', () =>
      expectRefusal(open({ tick: 2n }), 'UnknownTick', [2n]));

    it('refuses to open while the market is halted', async () => {
      await send(as(venue.marketFeed, guardianOf(chain)), 'halt', []);
      await expectRefusal(open(), 'MarketHalted');
    });
  });

  describe('context', () => {
    it('refuses a proof made for another beneficiary', async () => {
      const thief = await chain.accounts[9]!.getAddress();
      await expectRefusal(open({ beneficiary: thief }), 'WrongContext');
    });

    it('refuses a proof made for another contract', async () => {
      await expectRefusal(open({}, strict), 'WrongContext');
    });

    it('refuses a proof made for another chain', async () => {
      const { liquidationEngine } = venue.addresses;
      const context = proofContext(1n, liquidationEngine, 'openLiquidation', keeper);
      const publicSignals = withSignal(proof, 'context', context);
      await expectRefusal(open({ publicSignals }), 'WrongContext');
    });

    it('refuses a proof made for another action', async () => {
      await expectRefusal(open(drawingProof), 'WrongContext');
    });

    it('refuses to reward nobody', () =>
      expectRefusal(open({ beneficiary: ZeroAddress }), 'BeneficiaryIsZero'));
  });

  describe('signals', () => {
    it('refuses any signal that is not below the scalar field, though it proves the same', async () => {
      for (const [position, signal] of proof.publicSignals.entries()) {
        const spoiled = proof.publicSignals.with(position, signal + SCALAR_FIELD_ORDER);
        await expectRefusal(open({ publicSignals: spoiled }), 'SignalNotInField', [
          signal + SCALAR_FIELD_ORDER,
        ]);
      }
    });

    it('refuses a missing and a surplus signal', async () => {
      const short = proof.publicSignals.slice(0, -1);
      await expectRefusal(open({ publicSignals: short }), 'WrongSignalCount', [7n, 6n]);
      const long = [...proof.publicSignals, 0n];
      await expectRefusal(open({ publicSignals: long }), 'WrongSignalCount', [7n, 8n]);
    });

    it('refuses equity equal to the requirement, whatever the proof says', async () => {
      const { mmE6 } = marginOf(ACCOUNT);
      await expectRefusal(open(publicSignals('equityE6', mmE6)), 'NotBelowMaintenance', [
        mmE6,
        mmE6,
      ]);
    });

    it('reads the upper half of the field as negative equity', async () => {
      const debt = SCALAR_FIELD_ORDER - 1n;
      await expectRefusal(
        open({ publicSignals: withSignal(proof, 'equityE6', debt) }),
        'InvalidProof',
      );
    });

    it('refuses amounts no account can have', async () => {
      const outOfRange = 1n << 127n;
      for (const name of ['equityE6', 'requirementE6']) {
        const publicSignals = withSignal(proof, name, outOfRange);
        await expectRefusal(open({ publicSignals }), 'AmountOutOfRange');
      }
    });

    it('refuses an account beyond the count of the ledger', async () => {
      const count = CRASH_LEDGER.accountCount;
      await expectRefusal(open(publicSignals('accountIndex', count)), 'AccountNotInLedger', [
        count,
        count,
      ]);
    });

    it.each(['accountIndex', 'settlementNonce', 'owner', 'equityE6', 'requirementE6'] as const)(
      'refuses a proof whose %s was changed by one',
      async (name) => {
        const honest = claimOf(proof)[name]!;
        await expectRefusal(open(publicSignals(name, honest + 1n)), 'InvalidProof');
      },
    );

    it.each(['frozen', 'riskReducingOnly'] as const)(
      'refuses a proof whose bit %s was turned',
      async (name) => {
        const turned = 1n - claimOf(proof)[name]!;
        await expectRefusal(open(publicSignals(name, turned)), 'InvalidProof');
      },
    );
  });

  describe('proof', () => {
    it('refuses a proof with a point moved', async () => {
      const [x, y] = proof.proof.c;
      const moved = { ...proof.proof, c: [x, y + 1n] as [bigint, bigint] };
      await expectRefusal(open({ proof: moved }), 'InvalidProof');
    });

    it('refuses the proof of another account under these signals', async () => {
      await expectRefusal(open({ proof: otherProof.proof }), 'InvalidProof');
    });

    it('refuses a proof of another profile', async () => {
      const profile = proof.profile === '7' ? '16' : '7';
      await expectRefusal(open({ profile }), 'InvalidProof');
    });

    it('refuses a profile without a verifier', async () => {
      await expectRefusal(open({ profile: '64' }), 'UnknownProfile', [64n]);
      const { proof: points } = proof;
      const args = [1n, 3, points, [...proof.publicSignals], keeper];
      await expectRefusal(send(venue.liquidationEngine, 'open', args), 'UnknownProfile', [3n]);
    });

    it('cannot be deployed with verifiers of another statement', async () => {
      const { '7': smallest } = venue.verifiers.bankruptcy;
      const engine = engineOf([smallest, ZeroAddress, ZeroAddress], DEFAULT_VENUE_CONFIG.engine);
      await expectRefusal(engine, 'WrongStatement', [
        smallest,
        encodeBytes32String('liquidation'),
        encodeBytes32String('bankruptcy'),
      ]);
    });
  });

  describe('replay', () => {
    it('refuses a second opening by the same proof', async () => {
      await open();
      await expectRefusal(open(), 'AlreadyOpen', [ACCOUNT, NONCE]);
    });

    it('refuses a re-randomised copy of a used proof, valid as it is', async () => {
      const copy = await rerandomised(proof.proof);
      expect(copy).not.toEqual(proof.proof);
      await open();
      await expectRefusal(open({ proof: copy }), 'AlreadyOpen', [ACCOUNT, NONCE]);
    });

    it('accepts the re-randomised copy first: bytes of a proof mean nothing', async () => {
      await open({ proof: await rerandomised(proof.proof) });
      await expectRefusal(open(), 'AlreadyOpen');
    });

    it('refuses a new proof of the same account under the next root', async () => {
      await open();
      await postRoot(chain, venue, LATER_LEDGER.root, LATER_LEDGER.accountCount, CRASH_AT + 20n);
      await postNextSnapshot(chain, venue, CRASH_AT + SLOT_SECONDS);
      await expectRefusal(open({ tick: 2n, ...laterProof }), 'AlreadyOpen', [ACCOUNT, NONCE]);
    });
  });

  describe('limits', () => {
    it('cap the reward, in whole units of 10⁻⁴ USD', async () => {
      await open(strictProof, strict);
      expect((await recordOf(strict)).at(-1)).toBe(700n);
    });

    it('open no more than the window allows, and more in the next window', async () => {
      const minute = minuteFrom((await chain.now()) + 1n);
      await postNextSnapshot(chain, venue, minute);
      const windowStarts = minute + 1n;
      const windowEnds = windowStarts + BigInt(STRICT_LIMITS.windowSeconds);
      const openOther = () => open({ ...otherStrictProof, tick: 2n }, strict);
      await chain.setNextTime(windowStarts);
      await open({ ...strictProof, tick: 2n }, strict);
      await chain.setNextTime(windowEnds - 1n);
      await expectRefusal(openOther(), 'RateLimited', [windowEnds]);
      await chain.setNextTime(windowEnds);
      await openOther();
    });
  });
});
