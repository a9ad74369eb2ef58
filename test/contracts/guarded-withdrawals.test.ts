// SPDX-License-Identifier: GPL-3.0-or-later
import {
  Contract,
  Interface,
  ZeroAddress,
  getCreateAddress,
  type ContractTransactionReceipt,
} from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { proofContext } from '../../prover/chain/context.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { SLOT_SECONDS } from '../../prover/chain/market-snapshot.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import {
  cureLiquidation,
  healthProof,
  openLiquidation,
  type CitedProof,
} from '../../prover/chain/submit.ts';
import type { AccountChange } from '../../prover/commitments/account-change.ts';
import type { Ledger } from '../../prover/commitments/ledger.ts';
import { decodePublicSignals } from '../../prover/statements/public-signals.ts';
import {
  as,
  deployContract,
  expectRefusal,
  guardianOf,
  postRoot,
  type TestChain,
} from '../support/chain.ts';
import {
  CRASH_AT,
  CRASH_LEDGER,
  accountMarginProof,
  accountNamed,
  closeProver,
  crashVenue,
  ledgerWith,
  liquidationProof,
  marginOf,
  postNextSnapshot,
  rerandomised,
  type GatedProof,
} from '../support/proofs.ts';

const ACCOUNT = accountNamed('wick-victim');
const NONCE = CRASH_LEDGER.account(ACCOUNT).settlementNonce;
const SECOND_TICK_AT = CRASH_AT + SLOT_SECONDS;
const THIRD_TICK_AT = SECOND_TICK_AT + SLOT_SECONDS;
const [QUOTE, BTC, STETH, NO_ASSET] = [0, 1, 3, 4];

/** What is paid in before anything is taken out: enough for health, and for something to take. */
const PAID_IN_E6 = 100_000_000_000n;
const { equityE6, imE6 } = marginOf(ACCOUNT);
/** To the last unit: what is left is the initial margin. */
const MOST_E6 = equityE6 + PAID_IN_E6 - imE6;
const LATER_E6 = 5_000_000_000n;

const taking = (removedAmount: bigint): AccountChange => ({ removedAsset: 'USDC', removedAmount });

describe('GuardedWithdrawals', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let guard: Contract;
  let token: Contract;
  let owner: string;
  let bridge: Contract;
  /** The crash with the victim owned by `owner` and paid in; then with MOST_E6 taken off and more paid in. */
  let paidIn: Ledger;
  let takenOff: Ledger;
  let most: GatedProof;
  let tooMuch: GatedProof;
  let later: GatedProof;
  let opening: GatedProof;
  let curing: GatedProof;
  let untouched: unknown;

  beforeAll(async () => {
    ({ chain, venue } = await crashVenue());
    owner = await chain.accounts[8]!.getAddress();
    const keeper = await chain.accounts[5]!.getAddress();
    await deployGuard();
    const ownedWith = (quoteE6: bigint): Ledger =>
      ledgerWith('crash', ACCOUNT, (account) => ({
        ...account,
        owner: BigInt(owner),
        quoteE6: account.quoteE6 + quoteE6,
      }));
    paidIn = ownedWith(PAID_IN_E6);
    takenOff = ownedWith(PAID_IN_E6 - MOST_E6 + LATER_E6);

    const { healthGate, liquidationEngine } = venue.addresses;
    const context = proofContext(chain.chainId, healthGate, 'requireHealthy', String(guard.target));
    const claim = { account: ACCOUNT, context };
    most = await accountMarginProof({ ...claim, ledger: paidIn, change: taking(MOST_E6) });
    tooMuch = await accountMarginProof({ ...claim, ledger: paidIn, change: taking(MOST_E6 + 1n) });
    later = await accountMarginProof({ ...claim, ledger: takenOff, change: taking(LATER_E6) });
    const toOpen = proofContext(chain.chainId, liquidationEngine, 'openLiquidation', keeper);
    opening = await liquidationProof(CRASH_LEDGER, ACCOUNT, toOpen);
    const toCure = proofContext(chain.chainId, liquidationEngine, 'cureLiquidation', owner);
    curing = await accountMarginProof({ account: ACCOUNT, context: toCure, ledger: paidIn });

    untouched = await chain.save();
  });
  afterAll(async () => {
    await chain.close();
    await closeProver();
  });
  beforeEach(async () => {
    untouched = await chain.restore(untouched);
  });

  /** Vaults of a token each, owned by the guard that is deployed after them. */
  const deployGuard = async (): Promise<void> => {
    const deployer = chain.accounts[0]!;
    token = await deployContract(deployer, 'TestDollar');
    const from = await deployer.getAddress();
    const nonce = (await chain.provider.getTransactionCount(from)) + 2;
    const expected = getCreateAddress({ from, nonce });
    const quote = await deployContract(deployer, 'CustodyVault', [token.target, expected]);
    const stEth = await deployContract(deployer, 'CustodyVault', [token.target, expected]);
    const deployed = await deployContract(deployer, 'GuardedWithdrawals', [
      venue.addresses.healthGate,
      venue.addresses.liquidationEngine,
      [quote.target, ZeroAddress, ZeroAddress, stEth.target],
      await chain.accounts[3]!.getAddress(),
    ]);
    expect(deployed.target).toBe(expected);
    // What the gate and the vaults refuse with passes through it.
    const errors = [venue.healthGate, venue.custodyVault].flatMap(({ interface: { fragments } }) =>
      fragments.filter(({ type }) => type === 'error'),
    );
    const readable = new Interface([...deployed.interface.fragments, ...errors]);
    guard = new Contract(deployed.target, readable, deployer);
    bridge = as(guard, chain.accounts[3]!);
    await send(token, 'mint', [from, MOST_E6 + LATER_E6]);
    await send(token, 'approve', [quote.target, MOST_E6 + LATER_E6]);
    await send(quote, 'deposit', [MOST_E6 + LATER_E6]);
  };
  const postLedger = async (ledger: Ledger, at: bigint): Promise<void> => {
    await postRoot(chain, venue, ledger.root, ledger.accountCount, at - 10n);
    await postNextSnapshot(chain, venue, at);
  };
  const withdraw = (
    amount: bigint,
    cited: Partial<CitedProof>,
    { caller = 8, asset = QUOTE } = {},
  ): Promise<ContractTransactionReceipt> => {
    const proof = healthProof({ tick: 2n, ...most, ...cited });
    return send(as(guard, chain.accounts[caller]!), 'withdraw', [ACCOUNT, asset, amount, proof]);
  };
  const takeOff = (): Promise<unknown> => send(bridge, 'takeOff', [ACCOUNT]);
  const balance = (): Promise<bigint> => read(token, 'balanceOf', [owner], z.bigint());
  const recordOf = (): Promise<readonly unknown[]> =>
    read(guard, 'recordOf', [ACCOUNT], z.array(z.unknown()));

  it('pays its owner what leaves the initial margin, to the last unit', async () => {
    await postLedger(paidIn, SECOND_TICK_AT);
    const left = decodePublicSignals('account-margin', most.publicSignals);
    expect(left.equityE6).toBe(left.initialMarginE6);
    await expectRefusal(withdraw(MOST_E6 + 1n, tooMuch), 'BelowInitialMargin', [
      left.initialMarginE6 - 1n,
      left.initialMarginE6,
    ]);
    await withdraw(MOST_E6, most);
    expect(await balance()).toBe(MOST_E6);
    expect(await recordOf()).toEqual([2n, true]);
  });

  it('pays again when the ledger lacks what was paid, and no sooner', async () => {
    await postLedger(paidIn, SECOND_TICK_AT);
    await withdraw(MOST_E6, most);
    await postLedger(takenOff, THIRD_TICK_AT);
    await expectRefusal(withdraw(LATER_E6, { ...later, tick: 3n }), 'StillPending', [ACCOUNT]);
    await takeOff();
    await withdraw(LATER_E6, { ...later, tick: 3n });
    expect(await balance()).toBe(MOST_E6 + LATER_E6);
    expect(await recordOf()).toEqual([3n, true]);
  });

  describe('spends no proof twice', () => {
    beforeEach(async () => {
      await postLedger(paidIn, SECOND_TICK_AT);
      await withdraw(MOST_E6, most);
    });

    it('while the withdrawal is to be taken off, nor a re-randomised copy of it', async () => {
      await expectRefusal(withdraw(MOST_E6, most), 'StillPending', [ACCOUNT]);
      const copy = await rerandomised(most.proof);
      await expectRefusal(withdraw(MOST_E6, { ...most, proof: copy }), 'StillPending', [ACCOUNT]);
    });

    it('while the current tick is about the ledger from before it', async () => {
      const { root, accountCount } = takenOff;
      await postRoot(chain, venue, root, accountCount, SECOND_TICK_AT + 5n);
      await takeOff();
      await expectRefusal(withdraw(MOST_E6, most), 'NotTheNewestLedger', [3n, 2n]);
    });

    it('under the ledger in which it is taken off', async () => {
      await postLedger(takenOff, THIRD_TICK_AT);
      await takeOff();
      await expectRefusal(withdraw(MOST_E6, { ...most, tick: 3n }), 'WrongLedgerRoot');
      await expectRefusal(withdraw(MOST_E6, { ...most, tick: 2n }), 'NotTheCurrentTick', [3n, 2n]);
    });
  });

  describe('refuses', () => {
    beforeEach(() => postLedger(paidIn, SECOND_TICK_AT));

    it('whoever does not own the account, proof or not', async () => {
      const stranger = await chain.accounts[9]!.getAddress();
      const stolen = withdraw(MOST_E6, most, { caller: 9 });
      await expectRefusal(stolen, 'NotTheOwner', [owner, stranger]);
    });

    it('another amount or asset than the one proven', async () => {
      await expectRefusal(withdraw(MOST_E6 + 1n, most), 'WrongChange');
      await expectRefusal(withdraw(MOST_E6 - 1n, most), 'WrongChange');
      await expectRefusal(withdraw(MOST_E6, most, { asset: STETH }), 'WrongChange');
    });

    it('to pay nothing, or an asset it does not hold', async () => {
      await expectRefusal(withdraw(0n, most), 'NothingAsked');
      await expectRefusal(withdraw(MOST_E6, most, { asset: BTC }), 'AssetNotHeld', [BTC]);
      await expectRefusal(withdraw(MOST_E6, most, { asset: NO_ASSET }), 'AssetNotHeld', [NO_ASSET]);
    });

    it('the kinder of two ticks', async () => {
      await postNextSnapshot(chain, venue, THIRD_TICK_AT);
      await expectRefusal(withdraw(MOST_E6, most), 'NotTheCurrentTick', [3n, 2n]);
      await withdraw(MOST_E6, { ...most, tick: 3n });
    });

    it('what a newer ledger may have spent already', async () => {
      await postRoot(chain, venue, 5n, paidIn.accountCount, SECOND_TICK_AT + 5n);
      await expectRefusal(withdraw(MOST_E6, most), 'NotTheNewestLedger', [3n, 2n]);
    });

    it('anything while the market is halted', async () => {
      await send(as(venue.marketFeed, guardianOf(chain)), 'halt', []);
      await expectRefusal(withdraw(MOST_E6, most), 'MarketHalted');
    });
  });

  it('refuses an account under liquidation, until it is cured', async () => {
    const beneficiary = await chain.accounts[5]!.getAddress();
    await openLiquidation(venue, { tick: 1n, beneficiary, ...opening });
    await postLedger(paidIn, SECOND_TICK_AT);
    await expectRefusal(withdraw(MOST_E6, most), 'UnderLiquidation', [ACCOUNT, NONCE]);
    await cureLiquidation(venue, { tick: 2n, ...curing });
    await withdraw(MOST_E6, most);
  });

  describe('the bridge', () => {
    it('alone says when a withdrawal is taken off', async () => {
      const stranger = send(as(guard, chain.accounts[9]!), 'takeOff', [ACCOUNT]);
      await expectRefusal(stranger, 'NotTheBridge');
    });

    it('can say so only of one that is pending, and once there is a newer ledger', async () => {
      await expectRefusal(takeOff(), 'NothingPending', [ACCOUNT]);
      await postLedger(paidIn, SECOND_TICK_AT);
      await withdraw(MOST_E6, most);
      await expectRefusal(takeOff(), 'NoNewerLedger', [2n]);
      await postLedger(takenOff, THIRD_TICK_AT);
      await takeOff();
      expect(await recordOf()).toEqual([2n, false]);
      await expectRefusal(takeOff(), 'NothingPending', [ACCOUNT]);
    });
  });
});
