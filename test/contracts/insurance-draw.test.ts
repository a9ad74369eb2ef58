// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, ZeroAddress, type ContractTransactionReceipt, type Signer } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { contractArtifact } from '../../prover/chain/artifact.ts';
import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { SCALAR_FIELD_ORDER, proofContext, type Action } from '../../prover/chain/context.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { SLOT_SECONDS } from '../../prover/chain/market-snapshot.ts';
import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { depositTestDollars } from '../../prover/chain/fund.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { drawInsurance, type ProvenAction } from '../../prover/chain/submit.ts';
import type { Ledger } from '../../prover/commitments/ledger.ts';
import {
  ARTIFACTS,
  as,
  expectRefusal,
  guardianOf,
  postRoot,
  type TestChain,
} from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import {
  CRASH_AT,
  CRASH_LEDGER,
  LATER_LEDGER,
  accountNamed,
  bankruptcyProof,
  closeProver,
  crashVenue,
  liquidationProof,
  marginOf,
  postNextSnapshot,
  rerandomised,
  claimOf,
  claiming,
  type ClaimedValues,
  type GatedProof,
} from '../support/proofs.ts';

const ACCOUNT = accountNamed('bankrupt-paid-in-full');
const BY_ONE_UNIT = accountNamed('gross-equity-minus-one');
const NONCE = CRASH_LEDGER.account(ACCOUNT).settlementNonce;
const DEFICIT = marginOf(ACCOUNT).deficitE6;
const { fund: FUND } = DEFAULT_VENUE_CONFIG;
const FULL_REWARD = (DEFICIT * BigInt(FUND.rewardBps)) / 10_000n;
const AMPLE = 100n * DEFICIT;

describe('InsuranceFund.draw', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let token: Contract;
  let keeper: string;
  let proof: GatedProof;
  let proofByOneUnit: GatedProof;
  let laterProof: GatedProof;
  let openingProof: GatedProof;
  let engineProof: GatedProof;
  let liquidation: GatedProof;
  let untouched: unknown;
  let alice: Signer;
  let bob: Signer;
  let aliceAddress: string;
  let bobAddress: string;

  beforeAll(async () => {
    ({ chain, venue } = await crashVenue());
    [, alice, bob] = chain.accounts as [Signer, Signer, Signer];
    aliceAddress = await alice.getAddress();
    bobAddress = await bob.getAddress();
    keeper = await chain.accounts[5]!.getAddress();
    const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
    token = new Contract(venue.addresses.asset, abi, chain.accounts[0]!);
    // Made here, for the chain's clock runs on while a proof is made.
    proof = await proofOf(ACCOUNT);
    proofByOneUnit = await proofOf(BY_ONE_UNIT);
    laterProof = await proofOf(ACCOUNT, { ledger: LATER_LEDGER });
    openingProof = await proofOf(ACCOUNT, { action: 'openLiquidation' });
    engineProof = await proofOf(ACCOUNT, { contract: venue.addresses.liquidationEngine });
    const { insuranceFund } = venue.addresses;
    const context = proofContext(chain.chainId, insuranceFund, 'drawInsurance', keeper);
    liquidation = await liquidationProof(CRASH_LEDGER, ACCOUNT, context);
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
      contract = venue.addresses.insuranceFund,
      ledger = CRASH_LEDGER,
      action = 'drawInsurance',
    }: { contract?: string; ledger?: Ledger; action?: Action } = {},
  ): Promise<GatedProof> =>
    bankruptcyProof(ledger, account, proofContext(chain.chainId, contract, action, keeper));
  const draw = (
    overrides: Partial<ProvenAction> = {},
    on: LocalVenue = venue,
  ): Promise<ContractTransactionReceipt> =>
    drawInsurance(on, { tick: 1n, beneficiary: keeper, ...proof, ...overrides });
  const deposit = (who: Signer, amountE6: bigint): Promise<unknown> =>
    depositTestDollars(venue, ARTIFACTS, who, amountE6);
  const balance = (owner: string): Promise<bigint> => read(token, 'balanceOf', [owner], z.bigint());
  const fundView = (method: string, ...args: readonly unknown[]): Promise<bigint> =>
    read(venue.insuranceFund, method, args, z.bigint());
  const drawn = async () => eventsNamed(await readEvents(venue, chain.provider), 'Drawn');
  const drawOf = (account: number, nonce: bigint): Promise<unknown> =>
    read(venue.insuranceFund, 'drawOf', [account, nonce], z.array(z.bigint()));
  const publicSignals = (name: keyof ClaimedValues, value: bigint) => ({
    publicSignals: claiming(proof, { [name]: value }),
  });

  describe('payment', () => {
    it('pays the proven deficit to the unit to the custody vault, and the capped reward', async () => {
      await deposit(alice, AMPLE);
      await draw();
      const vault = venue.addresses.custodyVault;
      expect(await balance(vault)).toBe(DEFICIT);
      expect(await read(venue.custodyVault, 'heldE6', [], z.bigint())).toBe(DEFICIT);
      expect(await balance(keeper)).toBe(FULL_REWARD);
      expect(await balance(venue.addresses.insuranceFund)).toBe(AMPLE - DEFICIT - FULL_REWARD);
      expect(await fundView('totalAssets')).toBe(AMPLE - DEFICIT - FULL_REWARD);
      expect(await fundView('uncoveredE6')).toBe(0n);
      expect(await drawOf(ACCOUNT, NONCE)).toEqual([DEFICIT, DEFICIT]);
      expect((await drawn()).map((event) => event.values)).toEqual([
        {
          accountIndex: BigInt(ACCOUNT),
          settlementNonce: NONCE,
          beneficiary: keeper,
          tick: 1n,
          deficitE6: DEFICIT,
          paidE6: DEFICIT,
          uncoveredE6: 0n,
          rewardE6: FULL_REWARD,
        },
      ]);
    });

    it('pays at most what the fund holds, records the remainder and rewards nothing', async () => {
      const held = DEFICIT / 3n;
      await deposit(alice, held);
      await draw();
      expect(await balance(venue.addresses.custodyVault)).toBe(held);
      expect(await balance(keeper)).toBe(0n);
      expect(await fundView('totalAssets')).toBe(0n);
      expect(await fundView('uncoveredE6')).toBe(DEFICIT - held);
      expect(await drawOf(ACCOUNT, NONCE)).toEqual([DEFICIT, held]);
    });

    it('rewards no more than what is left after the deficit is paid', async () => {
      await deposit(alice, DEFICIT + 1n);
      await draw();
      expect(await balance(venue.addresses.custodyVault)).toBe(DEFICIT);
      expect(await balance(keeper)).toBe(1n);
    });

    it('records the whole deficit as uncovered when the fund is empty', async () => {
      await draw();
      expect(await fundView('uncoveredE6')).toBe(DEFICIT);
      expect(await drawOf(ACCOUNT, NONCE)).toEqual([DEFICIT, 0n]);
    });

    it('pays out of accounted holdings: a donation is not the fund’s to lose', async () => {
      await send(token, 'mint', [venue.addresses.insuranceFund, AMPLE]);
      await draw();
      expect(await balance(venue.addresses.custodyVault)).toBe(0n);
      expect(await balance(venue.addresses.insuranceFund)).toBe(AMPLE);
    });

    it('pays an account bankrupt by one unit exactly that unit', async () => {
      await deposit(alice, AMPLE);
      await draw(proofByOneUnit);
      expect(await balance(venue.addresses.custodyVault)).toBe(1n);
      expect(await balance(keeper)).toBe(0n);
    });

    it('rewards the beneficiary named in the proof, whoever submits', async () => {
      await deposit(alice, AMPLE);
      const frontRunner = chain.accounts[9]!;
      const insuranceFund = as(venue.insuranceFund, frontRunner);
      await draw({}, { ...venue, insuranceFund });
      expect(await balance(keeper)).toBe(FULL_REWARD);
      expect(await balance(await frontRunner.getAddress())).toBe(0n);
    });

    it('costs what is recorded', async () => {
      await deposit(alice, AMPLE);
      await compareGas('draw insurance, first of a fund', await draw());
    });
  });

  describe('depositors', () => {
    const request = async (who: Signer, owner: string): Promise<bigint> => {
      const shares = await fundView('balanceOf', owner);
      await send(as(venue.insuranceFund, who), 'requestRedeem', [shares]);
      return shares;
    };
    const redeem = (who: Signer, owner: string, shares: bigint): Promise<unknown> =>
      send(as(venue.insuranceFund, who), 'redeem', [shares, owner, owner]);

    it('share a loss in proportion, those in their cooldown included', async () => {
      await deposit(alice, AMPLE);
      await deposit(bob, 3n * AMPLE);
      const aliceShares = await request(alice, aliceAddress);
      await draw();
      const left = 4n * AMPLE - DEFICIT - FULL_REWARD;
      await chain.setNextTime((await chain.now()) + BigInt(FUND.cooldown));
      await redeem(alice, aliceAddress, aliceShares);
      const paid = await balance(aliceAddress);
      expect(paid).toBeLessThanOrEqual(left / 4n);
      expect(paid).toBeGreaterThanOrEqual(left / 4n - 1n);
      expect(await fundView('totalAssets')).toBe(left - paid);
    });

    it('who come after a loss do not pay for it', async () => {
      await deposit(alice, AMPLE);
      await draw();
      await deposit(bob, AMPLE);
      const shares = await fundView('balanceOf', bobAddress);
      expect(await fundView('previewRedeem', shares)).toBeGreaterThanOrEqual(AMPLE - 1n);
    });

    it('who come after a total loss own what they bring', async () => {
      await deposit(alice, DEFICIT / 2n);
      await draw();
      await deposit(bob, AMPLE);
      const shares = await fundView('balanceOf', bobAddress);
      // One part in the number of units deposited is lost to the virtual unit at most.
      expect(await fundView('previewRedeem', shares)).toBeGreaterThanOrEqual(AMPLE - 2n);
      expect(await fundView('previewRedeem', await fundView('balanceOf', aliceAddress))).toBe(0n);
    });
  });

  describe('replay', () => {
    beforeEach(() => deposit(alice, AMPLE));

    it('refuses a second draw by the same proof', async () => {
      await draw();
      await expectRefusal(draw(), 'AlreadyDrawn', [ACCOUNT, NONCE]);
    });

    it('refuses a re-randomised copy of a used proof, valid as it is', async () => {
      const copy = await rerandomised(proof.proof);
      expect(copy).not.toEqual(proof.proof);
      const beforeEither = await chain.save();
      await draw({ proof: copy });
      await chain.restore(beforeEither);
      await draw();
      await expectRefusal(draw({ proof: copy }), 'AlreadyDrawn', [ACCOUNT, NONCE]);
    });

    it('refuses a fresh proof of the same deficit under the next root', async () => {
      await draw();
      await postRoot(chain, venue, LATER_LEDGER.root, LATER_LEDGER.accountCount, CRASH_AT + 20n);
      await postNextSnapshot(chain, venue, CRASH_AT + SLOT_SECONDS);
      await expectRefusal(draw({ tick: 2n, ...laterProof }), 'AlreadyDrawn', [ACCOUNT, NONCE]);
      expect(await balance(venue.addresses.custodyVault)).toBe(DEFICIT);
    });

    it('has a nullifier of chain, contract, account and nonce alone', async () => {
      const nullifier = (account: number, nonce: bigint): Promise<string> =>
        read(venue.insuranceFund, 'nullifier', [account, nonce], z.string());
      const before = await nullifier(ACCOUNT, NONCE);
      await postRoot(chain, venue, LATER_LEDGER.root, LATER_LEDGER.accountCount, CRASH_AT + 20n);
      await postNextSnapshot(chain, venue, CRASH_AT + SLOT_SECONDS, { snapshotHash: 5n });
      expect(await nullifier(ACCOUNT, NONCE)).toBe(before);
      expect(await nullifier(ACCOUNT, NONCE + 1n)).not.toBe(before);
      expect(await nullifier(ACCOUNT + 1, NONCE)).not.toBe(before);
    });
  });

  describe('bindings', () => {
    beforeEach(() => deposit(alice, AMPLE));

    it('refuses a proof of another ledger root', async () => {
      await postRoot(chain, venue, LATER_LEDGER.root, LATER_LEDGER.accountCount, CRASH_AT + 20n);
      await postNextSnapshot(chain, venue, CRASH_AT + SLOT_SECONDS);
      await expectRefusal(draw({ tick: 2n }), 'WrongLedgerRoot');
    });

    it('refuses a proof of another snapshot', async () => {
      const at = CRASH_AT + SLOT_SECONDS;
      await postNextSnapshot(chain, venue, at, { snapshotHash: 5n });
      await expectRefusal(draw({ tick: 2n }), 'WrongSnapshot');
    });

    it('refuses a proof of other parameters', async () => {
      const parameterHash = proof.publicSignals[proof.names.indexOf('parameterHash')]!;
      await expectRefusal(
        draw(publicSignals('parameterHash', parameterHash + 1n)),
        'WrongParameters',
        [parameterHash, parameterHash + 1n],
      );
    });

    it('refuses a stale tick', async () => {
      for (const n of [1n, 2n]) {
        await postNextSnapshot(chain, venue, CRASH_AT + n * SLOT_SECONDS);
      }
      await expectRefusal(draw({ tick: 1n }), 'StaleTick');
    });

    it('refuses to pay while the market is halted', async () => {
      await send(as(venue.marketFeed, guardianOf(chain)), 'halt', []);
      await expectRefusal(draw(), 'MarketHalted');
    });

    it('refuses a proof made for another beneficiary', () =>
      expectRefusal(draw({ beneficiary: aliceAddress }), 'WrongContext'));

    it('refuses to reward nobody', () =>
      expectRefusal(draw({ beneficiary: ZeroAddress }), 'BeneficiaryIsZero'));

    it('refuses a proof made for another action', () =>
      expectRefusal(draw(openingProof), 'WrongContext'));

    it('refuses a proof made for another contract', () =>
      expectRefusal(draw(engineProof), 'WrongContext'));

    it('refuses a proof made for another chain', async () => {
      const { insuranceFund } = venue.addresses;
      const context = proofContext(1n, insuranceFund, 'drawInsurance', keeper);
      await expectRefusal(draw(publicSignals('context', context)), 'WrongContext');
    });

    it('refuses a liquidation proof in place of a bankruptcy proof', async () => {
      await expectRefusal(draw(liquidation), 'WrongSignalCount', [6n, 7n]);
      const { proof: points, profile } = liquidation;
      await expectRefusal(draw({ proof: points, profile }), 'InvalidProof');
    });

    it('refuses an account beyond the count of the ledger', () =>
      expectRefusal(
        draw(publicSignals('accountIndex', CRASH_LEDGER.accountCount)),
        'AccountNotInLedger',
      ));

    it('refuses a profile without a verifier', () =>
      expectRefusal(draw({ profile: '64' }), 'UnknownProfile', [64n]));

    it('refuses any signal that is not below the scalar field, though it proves the same', async () => {
      for (const [position, signal] of proof.publicSignals.entries()) {
        const spoiled = proof.publicSignals.with(position, signal + SCALAR_FIELD_ORDER);
        await expectRefusal(draw({ publicSignals: spoiled }), 'SignalNotInField');
      }
    });

    it('refuses a deficit of zero and a negative one', async () => {
      await expectRefusal(draw(publicSignals('deficitE6', 0n)), 'DeficitIsZero');
      const negative = SCALAR_FIELD_ORDER - 1n;
      await expectRefusal(draw(publicSignals('deficitE6', negative)), 'AmountOutOfRange');
    });

    it.each(['accountIndex', 'settlementNonce', 'owner', 'deficitE6'] as const)(
      'refuses a proof whose %s was changed by one',
      async (name) => {
        const honest = claimOf(proof)[name]!;
        await expectRefusal(draw(publicSignals(name, honest + 1n)), 'InvalidProof');
      },
    );
  });
});
