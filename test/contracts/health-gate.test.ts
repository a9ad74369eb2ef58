// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress, encodeBytes32String, getAddress, toBeHex } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { proofContext } from '../../prover/chain/context.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import { contractChange } from '../../prover/chain/contract-change.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { SLOT_SECONDS } from '../../prover/chain/market-snapshot.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { healthProof, type CitedProof } from '../../prover/chain/submit.ts';
import { NO_CHANGE, type AccountChange } from '../../prover/commitments/account-change.ts';
import { PROFILES } from '../../prover/statements/generated/public-signals.ts';
import { packChange } from '../../prover/statements/change.ts';
import { decodePublicSignals } from '../../prover/statements/public-signals.ts';
import { as, deployContract, expectRefusal, guardianOf, type TestChain } from '../support/chain.ts';
import {
  CRASH_AT,
  CRASH_LEDGER,
  CRASH_PERPETUALS_E4,
  accountMarginProof,
  accountNamed,
  claiming,
  closeProver,
  crashVenue,
  postNextSnapshot,
  rerandomised,
  type GatedProof,
} from '../support/proofs.ts';

const ACCOUNT = accountNamed('separate-1');
const ANOTHER = accountNamed('separate-2');
const { owner, settlementNonce } = CRASH_LEDGER.account(ACCOUNT);
const MAX_AGE = BigInt(DEFAULT_VENUE_CONFIG.maxSnapshotAge);

/** An order: ETH perpetuals, sold at the mark for what that brings. */
const orderOf = (lots: bigint): AccountChange => ({
  removedAsset: 'USDC',
  removedAmount: lots * CRASH_PERPETUALS_E4[1],
  isCredited: true,
  addedPosition: {
    instrument: { underlying: 1, kind: 'perpetual', expiry: 0n, strikeE4: 0n },
    lots: -lots,
  },
});
const ORDER = orderOf(1_000n);

describe('HealthGate', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  /** Who asks: here the desk that takes orders, by read-only calls. */
  let desk: string;
  let healthy: GatedProof;
  let ordering: GatedProof;
  let untouched: unknown;

  beforeAll(async () => {
    ({ chain, venue } = await crashVenue());
    desk = await chain.accounts[6]!.getAddress();
    const claim = { ledger: CRASH_LEDGER, account: ACCOUNT, context: contextFor(desk) };
    healthy = await accountMarginProof(claim);
    ordering = await accountMarginProof({ ...claim, change: ORDER });
    untouched = await chain.save();
  });
  afterAll(async () => {
    await chain.close();
    await closeProver();
  });
  beforeEach(async () => {
    untouched = await chain.restore(untouched);
  });

  const contextFor = (consumer: string): bigint =>
    proofContext(chain.chainId, venue.addresses.healthGate, 'requireHealthy', consumer);
  const gateFor = (consumer: number) => as(venue.healthGate, chain.accounts[consumer]!);
  const struct = z.array(z.unknown());
  const require = (
    overrides: Partial<CitedProof> = {},
    { account = ACCOUNT, consumer = 6 } = {},
  ): Promise<readonly unknown[]> => {
    const proof = healthProof({ tick: 1n, ...healthy, ...overrides });
    return read(gateFor(consumer), 'requireHealthy', [account, proof], struct);
  };
  const requireAfter = (
    change: AccountChange = ORDER,
    overrides: Partial<CitedProof> = {},
  ): Promise<readonly unknown[]> => {
    const proof = healthProof({ tick: 1n, ...ordering, ...overrides });
    return read(
      gateFor(6),
      'requireHealthyAfter',
      [ACCOUNT, contractChange(change), proof],
      struct,
    );
  };
  const factsOf = ({ publicSignals }: GatedProof, tick: bigint): readonly unknown[] => {
    const proven = decodePublicSignals('account-margin', publicSignals);
    const LEDGER_SEQUENCE = 1n;
    return [
      getAddress(toBeHex(owner, 20)),
      settlementNonce,
      tick,
      LEDGER_SEQUENCE,
      proven.equityE6,
      proven.initialMarginE6,
      proven.maintenanceMarginE6,
    ];
  };

  describe('with a valid proof', () => {
    it('tells whose account it is, of which ledger, and its margins', async () => {
      expect(await require()).toEqual(factsOf(healthy, 1n));
    });

    it('lets an order through that leaves the initial margin, and tells what would remain', async () => {
      expect(await requireAfter()).toEqual(factsOf(ordering, 1n));
      const [before, after] = [healthy, ordering].map(({ publicSignals }) =>
        decodePublicSignals('account-margin', publicSignals),
      );
      expect(after!.equityE6).toBe(before!.equityE6);
      expect(after!.initialMarginE6).toBeGreaterThan(before!.initialMarginE6);
    });

    it('takes the tick before the current one too, and says which it is', async () => {
      await postNextSnapshot(chain, venue, CRASH_AT + SLOT_SECONDS);
      expect(await require({ tick: 1n })).toEqual(factsOf(healthy, 1n));
      expect(await require({ tick: 2n })).toEqual(factsOf(healthy, 2n));
    });

    it('passes a proof as often as it is asked: spending it is for the consumer to count', async () => {
      expect(await require()).toEqual(await require({ proof: await rerandomised(healthy.proof) }));
    });

    it('takes "no change" as the account as it stands', async () => {
      expect(await requireAfter(NO_CHANGE, healthy)).toEqual(factsOf(healthy, 1n));
    });
  });

  describe('what the proof was made for', () => {
    it('refuses another consumer', () =>
      expectRefusal(require({}, { consumer: 7 }), 'WrongContext'));

    it('refuses another account', () =>
      expectRefusal(require({}, { account: ANOTHER }), 'WrongAccount', [ANOTHER, ACCOUNT]));

    it('refuses another change: a larger order, none, or one where none was asked about', async () => {
      const larger = orderOf(1_001n);
      await expectRefusal(requireAfter(larger), 'WrongChange', [
        packChange(larger),
        packChange(ORDER),
      ]);
      await expectRefusal(requireAfter(ORDER, healthy), 'WrongChange');
      await expectRefusal(require(ordering), 'WrongChange');
    });

    it('refuses the same order at another price, or at none', async () => {
      const dearer = { ...ORDER, removedAmount: ORDER.removedAmount + 1n };
      await expectRefusal(requireAfter(dearer), 'WrongChange');
      await expectRefusal(requireAfter({ ...ORDER, isCredited: false }), 'WrongChange');
      const unpaid = { ...NO_CHANGE, addedPosition: ORDER.addedPosition };
      await expectRefusal(requireAfter(unpaid), 'WrongChange');
    });

    it('refuses a change that is not canonical', async () => {
      const change = { ...contractChange(NO_CHANGE), asset: 1 };
      const args = [ACCOUNT, change, healthProof({ tick: 1n, ...healthy })];
      const asked = read(gateFor(6), 'requireHealthyAfter', args, struct);
      await expectRefusal(asked, 'AssetWithoutAmount', [1]);
    });

    it('refuses a proof for another gate, chain or action', async () => {
      const { healthGate, liquidationEngine } = venue.addresses;
      for (const context of [
        proofContext(chain.chainId, liquidationEngine, 'requireHealthy', desk),
        proofContext(1n, healthGate, 'requireHealthy', desk),
        proofContext(chain.chainId, healthGate, 'cureLiquidation', desk),
      ]) {
        const publicSignals = claiming(healthy, { context });
        await expectRefusal(require({ publicSignals }), 'WrongContext', [
          contextFor(desk),
          context,
        ]);
      }
    });
  });

  describe('margin', () => {
    it('refuses one unit below initial margin, and no more than that', async () => {
      const { initialMarginE6 } = decodePublicSignals('account-margin', healthy.publicSignals);
      const short = claiming(healthy, { equityE6: initialMarginE6 - 1n });
      await expectRefusal(require({ publicSignals: short }), 'BelowInitialMargin', [
        initialMarginE6 - 1n,
        initialMarginE6,
      ]);
      const level = claiming(healthy, { equityE6: initialMarginE6 });
      await expectRefusal(require({ publicSignals: level }), 'InvalidProof');
      const debt = claiming(healthy, { equityE6: -1n, initialMarginE6: 0n });
      await expectRefusal(require({ publicSignals: debt }), 'BelowInitialMargin', [-1n, 0n]);
    });

    it.each(['owner', 'settlementNonce', 'equityE6', 'initialMarginE6', 'haircutE6'] as const)(
      'refuses a proof whose %s was changed by one',
      async (name) => {
        const proven = decodePublicSignals('account-margin', healthy.publicSignals);
        const publicSignals = claiming(healthy, { [name]: proven[name] + 1n });
        await expectRefusal(require({ publicSignals }), 'InvalidProof');
      },
    );

    it('refuses signals that are not below the scalar field', async () => {
      for (const [position, signal] of healthy.publicSignals.entries()) {
        const publicSignals = healthy.publicSignals.with(position, signal + SCALAR_FIELD);
        await expectRefusal(require({ publicSignals }), 'SignalNotInField');
      }
    });

    it('refuses the proof of another claim, and a profile without a verifier', async () => {
      await expectRefusal(require({ proof: ordering.proof }), 'InvalidProof');
      await expectRefusal(require({ profile: '64' }), 'UnknownProfile', [64n]);
    });
  });

  describe('tick', () => {
    it('refuses one that is stale, too old, or does not exist', async () => {
      await expectRefusal(require({ tick: 2n }), 'UnknownTick', [2n]);
      for (const n of [1n, 2n]) {
        await postNextSnapshot(chain, venue, CRASH_AT + n * SLOT_SECONDS);
      }
      await expectRefusal(require({ tick: 1n }), 'StaleTick', [1n, 3n]);
      await chain.setNextTime(CRASH_AT + 2n * SLOT_SECONDS + MAX_AGE + 1n);
      await chain.rpc('evm_mine', []);
      await expectRefusal(require({ tick: 3n }), 'TickTooOld');
    });

    it('refuses another ledger, snapshot or parameter set, and an account the ledger lacks', async () => {
      const { accountCount } = CRASH_LEDGER;
      const claim = (values: Parameters<typeof claiming>[1]): Promise<unknown> =>
        require({ publicSignals: claiming(healthy, values) });
      await expectRefusal(claim({ ledgerRoot: 5n }), 'WrongLedgerRoot');
      await expectRefusal(claim({ snapshotHash: 5n }), 'WrongSnapshot');
      await expectRefusal(claim({ parameterHash: 5n }), 'WrongParameters');
      await expectRefusal(claim({ accountIndex: accountCount }), 'AccountNotInLedger');
    });

    it('lets nothing through while the market is halted', async () => {
      await send(as(venue.marketFeed, guardianOf(chain)), 'halt', []);
      await expectRefusal(require(), 'MarketHalted');
    });
  });

  describe('verifiers', () => {
    it('are named by statement and profile, and none for other statements', async () => {
      const verifierOf = (statement: string, profile: number): Promise<string> =>
        read(venue.healthGate, 'verifierOf', [encodeBytes32String(statement), profile], z.string());
      for (const profile of PROFILES['account-margin']) {
        const id = Number(profile);
        expect(await verifierOf('account-margin', id)).toBe(
          venue.verifiers['account-margin'][profile],
        );
        expect(await verifierOf('solvency-receipt', id)).toBe(
          venue.verifiers['solvency-receipt'][profile],
        );
        expect(await verifierOf('liquidation', id)).toBe(ZeroAddress);
      }
      expect(await verifierOf('account-margin', 3)).toBe(ZeroAddress);
    });

    it('must be of the statements they are given for', async () => {
      const { '4': margin, '16': margin16 } = venue.verifiers['account-margin'];
      const { '7': liquidation } = venue.verifiers.liquidation;
      const none = [ZeroAddress, ZeroAddress, ZeroAddress];
      const deploy = (margins: readonly string[], receipts: readonly string[]): Promise<unknown> =>
        deployContract(chain.accounts[0]!, 'HealthGate', [
          venue.addresses.marketFeed,
          [...margins],
          [...receipts],
        ]);
      await expectRefusal(deploy([liquidation, ...none.slice(1)], none), 'WrongStatement', [
        liquidation,
        encodeBytes32String('account-margin'),
        encodeBytes32String('liquidation'),
      ]);
      const margins = [margin, margin16, ZeroAddress];
      await expectRefusal(deploy(margins, [margin, ...none.slice(1)]), 'WrongStatement', [
        margin,
        encodeBytes32String('solvency-receipt'),
        encodeBytes32String('account-margin'),
      ]);
    });
  });
});
