// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress, getAddress, toBeHex, type ContractTransactionReceipt } from 'ethers';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { SCALAR_FIELD_ORDER, proofContext, type Action } from '../../prover/chain/context.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { SLOT_SECONDS } from '../../prover/chain/market-snapshot.ts';
import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import {
  cureLiquidation,
  openLiquidation,
  type CitedProof,
  type ProvenAction,
} from '../../prover/chain/submit.ts';
import { NO_CHANGE, type AccountChange } from '../../prover/commitments/account-change.ts';
import { packChange } from '../../prover/statements/change.ts';
import { decodePublicSignals } from '../../prover/statements/public-signals.ts';
import {
  as,
  deployContract,
  expectRefusal,
  guardianOf,
  postRoot,
  type TestChain,
} from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import {
  CRASH_AT,
  CRASH_LEDGER,
  REBOUND_LEDGER,
  accountMarginProof,
  accountNamed,
  claiming,
  closeProver,
  crashVenue,
  ledgerWith,
  liquidationProof,
  postNextSnapshot,
  rerandomised,
  withSignal,
  type GatedProof,
} from '../support/proofs.ts';

const VICTIM = accountNamed('wick-victim');
const HEALTHY = accountNamed('separate-1');
const { settlementNonce: NONCE, owner, positions } = CRASH_LEDGER.account(VICTIM);
const OWNER = getAddress(toBeHex(owner, 20));
const SECOND_TICK_AT = CRASH_AT + SLOT_SECONDS;
const THIRD_TICK_AT = SECOND_TICK_AT + SLOT_SECONDS;
const [NONE, OPEN, ESCROWED, CURED] = [0n, 1n, 2n, 3n];

/** The crash, with what cures the victim paid in: 40,000 USD. */
const DEPOSIT_LEDGER = ledgerWith('crash', VICTIM, (account) => ({
  ...account,
  quoteE6: account.quoteE6 + 40_000_000_000n,
}));
/** What would make the victim look well: its position twice, the second one unpaid. */
const UNPAID: AccountChange = { ...NO_CHANGE, addedPosition: positions[0]! };

describe('LiquidationEngine.cure', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let keeper: string;
  /** Another engine on the same feed, whose state a bid can be written into. */
  let other: LocalVenue;
  let opening: GatedProof;
  let otherOpening: GatedProof;
  /** Of the victim on the rebound, in the crash after a deposit, and in the crash after UNPAID. */
  let curing: GatedProof;
  let depositing: GatedProof;
  let unpaid: GatedProof;
  let untouched: unknown;

  beforeAll(async () => {
    ({ chain, venue } = await crashVenue());
    keeper = await chain.accounts[5]!.getAddress();
    other = await otherVenue();
    opening = await liquidationProof(CRASH_LEDGER, VICTIM, contextOf('openLiquidation', keeper));
    otherOpening = await liquidationProof(
      CRASH_LEDGER,
      VICTIM,
      contextOf('openLiquidation', keeper, other),
    );
    const claim = { account: VICTIM, context: contextOf('cureLiquidation', OWNER) };
    curing = await accountMarginProof({ ...claim, ledger: REBOUND_LEDGER, moment: 'rebound' });
    depositing = await accountMarginProof({ ...claim, ledger: DEPOSIT_LEDGER });
    unpaid = await accountMarginProof({ ...claim, ledger: CRASH_LEDGER, change: UNPAID });
    untouched = await chain.save();
  });
  afterAll(async () => {
    await chain.close();
    await closeProver();
  });
  beforeEach(async () => {
    untouched = await chain.restore(untouched);
  });

  const contextOf = (action: Action, beneficiary: string, on = venue): bigint =>
    proofContext(chain.chainId, on.addresses.liquidationEngine, action, beneficiary);
  const otherVenue = async (): Promise<LocalVenue> => {
    const inOrder = (statement: 'liquidation' | 'account-margin'): readonly string[] =>
      // By their size: names that are numbers come in their order.
      Object.values(venue.verifiers[statement]);
    const engine = await deployContract(chain.accounts[0]!, 'BidEscrowedEngine', [
      venue.addresses.marketFeed,
      inOrder('liquidation'),
      inOrder('account-margin'),
      DEFAULT_VENUE_CONFIG.engine,
    ]);
    const liquidationEngine = await engine.getAddress();
    return {
      ...venue,
      liquidationEngine: engine,
      addresses: { ...venue.addresses, liquidationEngine },
    };
  };
  const open = (
    overrides: Partial<ProvenAction> = {},
    on = venue,
  ): Promise<ContractTransactionReceipt> =>
    openLiquidation(on, { tick: 1n, beneficiary: keeper, ...opening, ...overrides });
  const cure = (
    overrides: Partial<CitedProof> = {},
    on = venue,
  ): Promise<ContractTransactionReceipt> =>
    cureLiquidation(on, { tick: 2n, ...curing, ...overrides });
  const postRebound = async (at: bigint): Promise<void> => {
    const { root, accountCount } = REBOUND_LEDGER;
    await postRoot(chain, venue, root, accountCount, at - 10n);
    await postNextSnapshot(chain, venue, at, {}, 'rebound');
  };
  const postCrash = async (at: bigint): Promise<void> => {
    await postRoot(chain, venue, CRASH_LEDGER.root, CRASH_LEDGER.accountCount, at - 10n);
    await postNextSnapshot(chain, venue, at);
  };
  const postDeposit = (at: bigint): Promise<unknown> =>
    postRoot(chain, venue, DEPOSIT_LEDGER.root, DEPOSIT_LEDGER.accountCount, at);
  const halt = (): Promise<unknown> => send(as(venue.marketFeed, guardianOf(chain)), 'halt', []);
  const recordOf = (on = venue): Promise<readonly unknown[]> =>
    read(on.liquidationEngine, 'liquidation', [VICTIM, NONCE], z.array(z.unknown()));
  const openThenRebound = async (): Promise<void> => {
    await open();
    await postRebound(SECOND_TICK_AT);
  };

  describe('with a valid proof at the current tick', () => {
    it('ends the liquidation, owes nothing for it, and says so', async () => {
      expect((await recordOf())[0]).toBe(NONE);
      await open();
      expect((await recordOf())[0]).toBe(OPEN);
      await postRebound(SECOND_TICK_AT);
      await cure();
      expect(await recordOf()).toEqual([CURED, ZeroAddress, 2n, 0n, 0n]);

      const { equityE6, maintenanceMarginE6 } = decodePublicSignals(
        'account-margin',
        curing.publicSignals,
      );
      const [cured] = eventsNamed(await readEvents(venue, chain.provider), 'LiquidationCured');
      expect(cured?.values).toEqual({
        accountIndex: BigInt(VICTIM),
        settlementNonce: NONCE,
        owner: OWNER,
        tick: 2n,
        equityE6,
        maintenanceMarginE6,
      });
    });

    it('takes it from anyone: a copy from the mempool does what its maker wanted', async () => {
      await openThenRebound();
      const stranger = as(venue.liquidationEngine, chain.accounts[9]!);
      await cure(
        { proof: await rerandomised(curing.proof) },
        {
          ...venue,
          liquidationEngine: stranger,
        },
      );
      expect((await recordOf())[0]).toBe(CURED);
    });

    it('costs what is recorded', async () => {
      await openThenRebound();
      await compareGas('cure a liquidation', await cure());
    });
  });

  describe('account', () => {
    it('refuses one whose liquidation was never opened', async () => {
      await postRebound(SECOND_TICK_AT);
      await expectRefusal(cure(), 'NotOpen', [VICTIM, NONCE]);
    });

    it('refuses one that is cured already, also by a re-randomised copy', async () => {
      await openThenRebound();
      await cure();
      await expectRefusal(cure(), 'NotOpen', [VICTIM, NONCE]);
      const copy = await rerandomised(curing.proof);
      await expectRefusal(cure({ proof: copy }), 'NotOpen', [VICTIM, NONCE]);
    });

    it('refuses another account, and the same one at another settlement nonce', async () => {
      await openThenRebound();
      const ofAnother = claiming(curing, { accountIndex: BigInt(HEALTHY) });
      await expectRefusal(cure({ publicSignals: ofAnother }), 'NotOpen', [HEALTHY, NONCE]);
      const later = claiming(curing, { settlementNonce: NONCE + 1n });
      await expectRefusal(cure({ publicSignals: later }), 'NotOpen', [VICTIM, NONCE + 1n]);
    });

    it('refuses a proof of something else under the signals of the opened account', async () => {
      await openThenRebound();
      await expectRefusal(cure({ proof: depositing.proof }), 'InvalidProof');
    });

    it('refuses one for which a bid is escrowed', async () => {
      await open(otherOpening, other);
      await postRebound(SECOND_TICK_AT);
      await expectRefusal(cure({}, other), 'WrongContext');
      await send(other.liquidationEngine, 'escrowBid', [VICTIM, NONCE]);
      expect((await recordOf(other))[0]).toBe(ESCROWED);
      const bidder = await chain.accounts[0]!.getAddress();
      await expectRefusal(cure({}, other), 'BidIsEscrowed', [VICTIM, NONCE, bidder]);
    });
  });

  describe('tick', () => {
    it('refuses the tick before the current one, though a liquidation could cite it', async () => {
      await openThenRebound();
      await postNextSnapshot(chain, venue, THIRD_TICK_AT, {}, 'rebound');
      await expectRefusal(cure({ tick: 2n }), 'NotCureTick', [3n, 2n]);
      await cure({ tick: 3n });
    });

    it('refuses a tick that does not exist yet', async () => {
      await openThenRebound();
      await expectRefusal(cure({ tick: 3n }), 'NotCureTick', [2n, 3n]);
    });

    it('refuses the tick the liquidation was opened at', async () => {
      await open();
      await expectRefusal(cure({ tick: 1n }), 'NotNewerThanOpening', [1n, 1n]);
      // Nor does a ledger that came after it, before a tick binds it.
      await postDeposit(CRASH_AT + 20n);
      await expectRefusal(cure({ tick: 1n, ...depositing }), 'NotNewerThanOpening', [1n, 1n]);
      await postNextSnapshot(chain, venue, SECOND_TICK_AT);
      await cure({ tick: 2n, ...depositing });
    });

    it('takes the current tick however old: in silence a deposit must still cure', async () => {
      await openThenRebound();
      await chain.setNextTime(SECOND_TICK_AT + 10n * BigInt(DEFAULT_VENUE_CONFIG.maxSnapshotAge));
      await cure();
    });

    it('refuses a proof of another ledger, snapshot or parameter set', async () => {
      await open();
      const { root, accountCount } = REBOUND_LEDGER;
      await postNextSnapshot(chain, venue, SECOND_TICK_AT, {}, 'rebound');
      await expectRefusal(cure(), 'WrongLedgerRoot', [CRASH_LEDGER.root, root]);
      await postRoot(chain, venue, root, accountCount, SECOND_TICK_AT + 5n);
      await postNextSnapshot(chain, venue, THIRD_TICK_AT);
      await expectRefusal(cure({ tick: 3n }), 'WrongSnapshot');
      await postNextSnapshot(chain, venue, THIRD_TICK_AT + SLOT_SECONDS, {}, 'rebound');
      const others = claiming(curing, { parameterHash: 5n });
      await expectRefusal(cure({ tick: 4n, publicSignals: others }), 'WrongParameters');
      await cure({ tick: 4n });
    });
  });

  describe('margin', () => {
    it('refuses what would remain after a change, however well it looks', async () => {
      await open();
      await postNextSnapshot(chain, venue, SECOND_TICK_AT);
      const proven = decodePublicSignals('account-margin', unpaid.publicSignals);
      expect(proven.equityE6 * 10_000n).toBeGreaterThan(proven.maintenanceMarginE6 * 11_000n);
      await expectRefusal(cure(unpaid), 'NotAsItStands', [packChange(UNPAID)]);
      const claimed = claiming(unpaid, { change: packChange(NO_CHANGE) });
      await expectRefusal(cure({ ...unpaid, publicSignals: claimed }), 'InvalidProof');
    });

    it('takes the buffer from the parameter set, and exactly', async () => {
      await openThenRebound();
      const attempt = (publicSignals: readonly bigint[]): Promise<unknown> =>
        read(
          venue.liquidationEngine,
          'cure',
          [2n, Number(curing.profile), curing.proof, [...publicSignals]],
          z.unknown(),
        );
      const amounts = fc.bigInt({ min: 0n, max: (1n << 96n) - 1n });
      const buffers = fc.bigInt({ min: 0n, max: (1n << 16n) - 1n });
      const nearTheEdge = fc
        .tuple(amounts, buffers, fc.bigInt({ min: -2n, max: 2n }))
        .map(([margin, buffer, off]) => ({
          maintenanceMarginE6: margin,
          cureBufferBps: buffer,
          equityE6: (margin * (10_000n + buffer)) / 10_000n + off,
        }));
      await fc.assert(
        fc.asyncProperty(nearTheEdge, async (claimed) => {
          const { maintenanceMarginE6, cureBufferBps, equityE6 } = claimed;
          const cures = 10_000n * equityE6 >= (10_000n + cureBufferBps) * maintenanceMarginE6;
          // What would cure is refused for the proof alone, which does not say so.
          await expectRefusal(
            attempt(claiming(curing, claimed)),
            cures ? 'InvalidProof' : 'BelowCureMargin',
            cures ? [] : [equityE6, maintenanceMarginE6, cureBufferBps],
          );
        }),
        { numRuns: 100 },
      );
      const debt = claiming(curing, { equityE6: -1n, maintenanceMarginE6: 0n });
      await expectRefusal(attempt(debt), 'BelowCureMargin', [-1n, 0n, 1_000n]);
    });

    it('refuses signals that are not in the field, not in their words, too many or too few', async () => {
      await openThenRebound();
      for (const [position, signal] of curing.publicSignals.entries()) {
        const spoiled = curing.publicSignals.with(position, signal + SCALAR_FIELD_ORDER);
        await expectRefusal(cure({ publicSignals: spoiled }), 'SignalNotInField');
      }
      const beyond = (name: string, bit: bigint): readonly bigint[] => {
        const word = curing.publicSignals[curing.names.indexOf(name)]!;
        return withSignal(curing, name, word + (1n << bit));
      };
      const { names } = curing;
      await expectRefusal(cure({ publicSignals: beyond('account', 218n) }), 'MalformedSignal', [
        names.indexOf('account'),
      ]);
      await expectRefusal(cure({ publicSignals: beyond('margins', 220n) }), 'MalformedSignal', [
        names.indexOf('margins'),
      ]);
      await expectRefusal(cure({ publicSignals: beyond('change', 252n) }), 'MalformedSignal', [
        names.indexOf('change'),
      ]);
      const outOfRange = withSignal(curing, 'equityE6', 1n << 127n);
      await expectRefusal(cure({ publicSignals: outOfRange }), 'AmountOutOfRange');
      const short = curing.publicSignals.slice(1);
      await expectRefusal(cure({ publicSignals: short }), 'WrongSignalCount', [8n, 7n]);
    });

    it.each([
      'owner',
      'equityE6',
      'maintenanceMarginE6',
      'initialMarginE6',
      'cureBufferBps',
    ] as const)('refuses a proof whose %s was changed by one', async (name) => {
      await openThenRebound();
      const proven = decodePublicSignals('account-margin', curing.publicSignals);
      const publicSignals = claiming(curing, { [name]: proven[name] - 1n });
      // Another owner would need another context.
      const error = name === 'owner' ? 'WrongContext' : 'InvalidProof';
      await expectRefusal(cure({ publicSignals }), error);
    });
  });

  describe('proof', () => {
    it('refuses one made for another action', async () => {
      await openThenRebound();
      const context = contextOf('openLiquidation', OWNER);
      await expectRefusal(cure({ publicSignals: claiming(curing, { context }) }), 'WrongContext', [
        contextOf('cureLiquidation', OWNER),
        context,
      ]);
    });

    it('refuses one made for another engine', async () => {
      await open(otherOpening, other);
      await postRebound(SECOND_TICK_AT);
      await expectRefusal(cure({}, other), 'WrongContext');
    });

    it('refuses one made for another chain', async () => {
      await openThenRebound();
      const { liquidationEngine } = venue.addresses;
      const context = proofContext(1n, liquidationEngine, 'cureLiquidation', OWNER);
      await expectRefusal(cure({ publicSignals: claiming(curing, { context }) }), 'WrongContext', [
        contextOf('cureLiquidation', OWNER),
        context,
      ]);
    });

    it('refuses a profile without a verifier and verifiers of another statement', async () => {
      await openThenRebound();
      await expectRefusal(cure({ profile: '64' }), 'UnknownProfile', [64n]);
      const { '7': smallest } = venue.verifiers.liquidation;
      const mistaken = deployContract(chain.accounts[0]!, 'LiquidationEngine', [
        venue.addresses.marketFeed,
        [smallest, ZeroAddress, ZeroAddress],
        [smallest, ZeroAddress, ZeroAddress],
        DEFAULT_VENUE_CONFIG.engine,
      ]);
      await expectRefusal(mistaken, 'WrongStatement');
    });

    it('is of no engine that liquidates accounts which could not be cured', async () => {
      const { liquidation, 'account-margin': margin } = venue.verifiers;
      const engineOf = (liquidations: readonly string[], margins: readonly string[]) =>
        deployContract(chain.accounts[0]!, 'LiquidationEngine', [
          venue.addresses.marketFeed,
          [...liquidations],
          [...margins],
          DEFAULT_VENUE_CONFIG.engine,
        ]);
      const none = ZeroAddress;
      // Seven positions are liquidated by the smallest profile, cured by that for 16.
      const seven = engineOf([liquidation['7'], none, none], [margin['4'], none, none]);
      await expectRefusal(seven, 'NotCurable', [7n]);
      const sixteen = engineOf([none, liquidation['16'], none], [margin['4'], none, none]);
      await expectRefusal(sixteen, 'NotCurable', [16n]);
      await engineOf([liquidation['7'], liquidation['16'], none], [none, margin['16'], none]);
    });

    it('takes every verifier in the place of its own size only', async () => {
      const { liquidation, 'account-margin': margin } = venue.verifiers;
      const none = ZeroAddress;
      const misplaced = deployContract(chain.accounts[0]!, 'LiquidationEngine', [
        venue.addresses.marketFeed,
        [none, none, liquidation['16']],
        [none, margin['16'], none],
        DEFAULT_VENUE_CONFIG.engine,
      ]);
      await expectRefusal(misplaced, 'WrongProfile', [liquidation['16'], 64n, 16n]);
    });
  });

  describe('afterwards', () => {
    it('refuses the proof that opened the cured liquidation, at its tick and the one of the cure', async () => {
      await openThenRebound();
      await cure();
      await expectRefusal(open({ tick: 1n }), 'PriceMoved', [1n, 2n]);
      await expectRefusal(open({ tick: 2n }), 'WrongLedgerRoot');
    });

    it('refuses any opening at the tick of the cure', async () => {
      await open();
      await postDeposit(SECOND_TICK_AT - 10n);
      await postNextSnapshot(chain, venue, SECOND_TICK_AT);
      await cure(depositing);
      const claimed = withSignal(opening, 'ledgerRoot', DEPOSIT_LEDGER.root);
      await expectRefusal(open({ tick: 2n, publicSignals: claimed }), 'NotNewerThanCure', [2n, 2n]);
    });

    it('can be liquidated again when it falls again, and the old cure is no cure then', async () => {
      await openThenRebound();
      await cure();
      await postCrash(THIRD_TICK_AT);
      await open({ tick: 3n });
      expect((await recordOf()).slice(0, 3)).toEqual([OPEN, keeper, 3n]);
      await expectRefusal(cure({ tick: 2n }), 'NotCureTick', [3n, 2n]);
      await expectRefusal(cure({ tick: 3n }), 'NotNewerThanOpening', [3n, 3n]);
      await postNextSnapshot(chain, venue, THIRD_TICK_AT + SLOT_SECONDS);
      await expectRefusal(cure({ tick: 4n }), 'WrongLedgerRoot');
    });

    it('can be cured again when the market is where it was', async () => {
      await openThenRebound();
      await cure();
      await postCrash(THIRD_TICK_AT);
      await open({ tick: 3n });
      await postRebound(THIRD_TICK_AT + SLOT_SECONDS);
      await cure({ tick: 4n });
      expect((await recordOf()).slice(0, 3)).toEqual([CURED, ZeroAddress, 4n]);
    });
  });

  describe('while the market is halted', () => {
    it('takes what recovered at a tick after the opening and before the halt', async () => {
      await openThenRebound();
      await halt();
      await cure({ tick: 2n });
    });

    it('takes no newer ledger at the last snapshot', async () => {
      await open();
      await halt();
      await postDeposit(CRASH_AT + 10_000n);
      await expectRefusal(cure({ tick: 1n, ...depositing }), 'NotNewerThanOpening', [1n, 1n]);
    });

    it('lets nobody pick a snapshot', async () => {
      await openThenRebound();
      await halt();
      await expectRefusal(cure({ tick: 2n, ...depositing }), 'WrongLedgerRoot');
      await expectRefusal(cure({ tick: 1n, ...depositing }), 'NotCureTick', [2n, 1n]);
    });

    it('still takes no opening', async () => {
      await openThenRebound();
      await halt();
      await expectRefusal(open({ tick: 2n }), 'MarketHalted');
    });
  });
});
