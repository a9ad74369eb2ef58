// SPDX-License-Identifier: GPL-3.0-or-later
// Properties P1 to P9, P19 to P21 and P24 to P26 of docs/properties.md under random calls. PLIMSOLL_MONEY_RUNS and
// PLIMSOLL_MONEY_DEPTH ask for more; PLIMSOLL_MONEY_REPORT names a file for what was tried.
import { writeFileSync } from 'node:fs';

import { Contract, encodeBytes32String } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { contractArtifact } from '../../prover/chain/artifact.ts';
import { deployLocalVenue } from '../../prover/chain/deploy.ts';
import { ContractRefused, send } from '../../prover/chain/refusal.ts';
import { PUBLIC_SIGNALS } from '../../prover/statements/generated/public-signals.ts';
import {
  ARTIFACTS,
  CHAIN_START,
  ORACLES,
  as,
  deployContract,
  startChain,
  type TestChain,
} from '../support/chain.ts';
import { HANDLERS } from '../support/money/handlers.ts';
import { KIND } from '../support/money/model.ts';
import { aheadOfLosses } from '../support/money/redemptions.ts';
import { deployRegister } from '../support/registers.ts';
import { MONEY_CONFIG, MoneyRun, PARAMETERS, SIZES, type Deployed } from '../support/money/run.ts';
import { SESSION_CIRCUITS } from '../support/solvency-session.ts';

const RUNS = Number(process.env['PLIMSOLL_MONEY_RUNS'] ?? 256);
const DEPTH = Number(process.env['PLIMSOLL_MONEY_DEPTH'] ?? 100);
const SEED = BigInt(process.env['PLIMSOLL_SEED'] ?? 1);
const REPORT = process.env['PLIMSOLL_MONEY_REPORT'];
const START = CHAIN_START - (CHAIN_START % 60n);
const FUND_START_E6 = 5_000_000_000n;
const BUFFER_START_E6 = 1_500_000_000n;

let chain: TestChain;
let deployed: Deployed;
let saved: unknown;

/**
 * Every run begins here: five accounts of as many owners, filled by deposits but for the dust account,
 * which is below maintenance from the start; a fund with one depositor; a first tick.
 */
async function begin(run: MoneyRun): Promise<void> {
  const [depositor, ...owners] = run.actors as readonly [string, ...string[]];
  const accounts = SIZES.map((_, index) => ({
    owner: owners[index % owners.length]!,
    nonce: 0n,
    quoteE6: 0n,
    frozen: false,
    restricted: false,
  }));
  const nothing = {
    engineCount: 0,
    userCount: 0,
    clock: 0n,
    forced: false,
    outcomes: [],
    releasedE6: 0n,
  };
  await run.postRoot({ root: 1_000_000n, accounts, ...nothing });
  for (const [account, { initialE6 }] of SIZES.entries()) {
    const amountE6 = initialE6 * 2n;
    if (amountE6 < MONEY_CONFIG.vault.minDepositE6) continue;
    run.now += 1n;
    await run.call(depositor, 'vault', 'deposit', [account, 0n, amountE6]);
    run.heldE6 += amountE6;
    run.append('user', { kind: KIND.deposit, account, nonce: 0n, amountE6, named: depositor });
  }
  run.now += 1n;
  await run.call(depositor, 'insuranceFund', 'deposit', [FUND_START_E6, depositor]);
  await run.refresh();
  run.redemptions.enter(FUND_START_E6, run.standing);
  run.fund.depositedE6 += FUND_START_E6;
  run.flowed.inE6 += FUND_START_E6;
  run.now += 1n;
  await run.call(depositor, 'insuranceFund', 'raiseBuffer', [BUFFER_START_E6]);
  await run.refresh();
  run.fund.bufferE6 += BUFFER_START_E6;
  run.flowed.inE6 += BUFFER_START_E6;
  run.now += 1n;
  await run.postRoot(run.consume(0, run.lanes.user.length));
  await run.postTick();
}

/** What must hold after every call; the numbers are those of docs/properties.md. */
async function check(run: MoneyRun): Promise<void> {
  const money = await run.refresh();
  // An epoch ends with the loss that ended it, which the model has booked by now.
  if (run.redemptions.endIfWipedOut(run.standing)) {
    run.fund.bufferE6 += run.fund.depositedE6;
    run.fund.depositedE6 = 0n;
    run.reached.add('epoch ended');
  }
  const claimable = [...run.claimable.values()].reduce((sum, amount) => sum + amount, 0n);
  const queued = run.queue.reduce((sum, { amountE6 }) => sum + amountE6, 0n);
  // P1: the vault has what it owes, and only what came by direct transfer beside it.
  expect(money.vaultBalanceE6).toBe(
    money.heldE6 + money.escrowedE6 + money.claimableE6 + run.strayE6,
  );
  // P2: held, escrowed and claimable are what the model says.
  expect(money).toMatchObject({
    heldE6: run.heldE6,
    escrowedE6: run.escrowedE6,
    claimableE6: claimable,
  });
  // P3: held backs the ledger to the unit: balances, deposits in flight or refused, withdrawals taken off.
  expect(money.heldE6).toBe(owedByLedger(run));
  // P26: what came in and the latest ledger neither lacks nor has released is what its accounts have.
  expect(money.releasedE6).toBe(run.ledger.releasedE6);
  expect(money.receivedE6 - money.releasedE6 - inFlight(run)).toBe(
    balancesOf(run) - run.unclosedE6,
  );
  // P4: the fund has its buffer and its depositors' assets.
  expect(money.fundBalanceE6).toBe(
    money.bufferE6 + money.depositedE6 + money.owedE6 + run.fund.strayE6,
  );
  expect(money).toMatchObject({
    bufferE6: run.fund.bufferE6,
    depositedE6: run.fund.depositedE6,
    reservedE6: run.reservedE6,
    queuedE6: queued,
    uncoveredE6: run.uncoveredE6,
    guaranteedE6: run.guaranteedE6,
  });
  // P19: leaving follows the rule: who is paid, how much, and when.
  const { owedE6, supply, epoch, settledThrough } = run.redemptions;
  expect(money).toMatchObject({
    owedE6,
    supply,
    epoch,
    settledThrough: BigInt(settledThrough),
  });
  // P20: the fund's assets are deposits + income − claims − paid.
  expect(money.bufferE6 + money.depositedE6 + money.owedE6).toBe(
    run.flowed.inE6 - run.flowed.outE6,
  );
  // P24: depositors earn what the buffer has to spare, as time goes by, and at no other moment.
  expect(money.assetsE6).toBe(
    aheadOfLosses(run.standing, queued) + run.incomeE6(money.time, run.standing),
  );
  // P21: what the buffer guarantees is there, and is the buffer's.
  expect(money.guaranteedE6).toBeLessThanOrEqual(money.bufferE6);
  // P5: what is held back is there.
  expect(money.bufferE6 + money.depositedE6).toBeGreaterThanOrEqual(
    money.reservedE6 + money.queuedE6,
  );
  // P6: the fund pays proven deficits and bounded incentives, no more.
  expect(run.paidByFundE6).toBeLessThanOrEqual(run.provenDeficitsE6 + run.incentivesE6);
  // P7: ether prepaid is owed to somebody or still waits for its message.
  const owed = [...run.etherOwed.values()].reduce((sum, wei) => sum + wei, 0n);
  const forced = run.ledgers.filter((ledger) => ledger.forced).length;
  const waiting = BigInt(run.lanes.engine.length - run.refunded.size - forced);
  expect(money.engineWei).toBe(owed + waiting * MONEY_CONFIG.engine.prepaidWei);
}

const balancesOf = ({ ledger: { accounts } }: MoneyRun): bigint =>
  accounts.reduce((sum, { quoteE6 }) => sum + quoteE6, 0n);

/** Deposits and credits of cures that no ledger has consumed. */
function inFlight({ ledger: { engineCount, userCount }, lanes }: MoneyRun): bigint {
  return [...lanes.user.slice(userCount), ...lanes.engine.slice(engineCount)].reduce(
    (sum, { kind, amountE6 }) =>
      sum + (kind === KIND.deposit || kind === KIND.unfreeze ? amountE6 : 0n),
    0n,
  );
}

function owedByLedger(run: MoneyRun): bigint {
  const { userCount } = run.ledger;
  const refused = run.lanes.user.slice(0, userCount).reduce((sum, { kind, amountE6 }, index) => {
    const isRefused = kind === KIND.deposit && run.outcomeE6(index) === 0n;
    return sum + (isRefused && !run.refundedDeposits.has(index) ? amountE6 : 0n);
  }, 0n);
  const taken = [...run.pending.values()].reduce(
    (sum, index) => sum + (run.outcomeE6(index) ?? 0n),
    0n,
  );
  return balancesOf(run) + inFlight(run) + refused + taken - run.unclosedE6;
}

type Totals = ReadonlyMap<string, { readonly tried: number; readonly done: number }>;

function sums(totals: Totals): { readonly tried: number; readonly done: number } {
  return [...totals.values()].reduce(
    (sum, entry) => ({ tried: sum.tried + entry.tried, done: sum.done + entry.done }),
    { tried: 0, done: 0 },
  );
}

beforeAll(async () => {
  chain = await startChain({ startAt: START - 1_000n });
  const deployer = chain.accounts[0]!;
  const standIn = async (statement: keyof typeof PUBLIC_SIGNALS, profile: string) => {
    const args = [
      encodeBytes32String(statement),
      PUBLIC_SIGNALS[statement].length,
      profile === 'any' ? 0 : Number(profile),
    ];
    return String((await deployContract(deployer, 'AcceptingVerifier', args)).target);
  };
  const venue = await deployLocalVenue({
    deployer,
    artifactsDirectory: ARTIFACTS,
    parameterHash: PARAMETERS,
    oracleSigners: ORACLES.map(({ address }) => address),
    oracleThreshold: 2,
    profiles: { liquidation: ['16'], 'account-margin': ['16'], takeover: ['any'] },
    standIn,
    config: MONEY_CONFIG,
  });
  const lens = await deployContract(deployer, 'MoneyLens');
  const verifiers = await Promise.all(
    SESSION_CIRCUITS.map(([statement, profile]) => standIn(statement, profile)),
  );
  const register = await deployRegister(deployer, venue.addresses.marketFeed, verifiers);
  const signers = chain.accounts.slice(0, 5);
  const actors = await Promise.all(signers.map((signer) => signer.getAddress()));
  const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
  const asset = new Contract(venue.addresses.asset, abi, deployer);
  for (const signer of signers) {
    await send(asset, 'mint', [await signer.getAddress(), 10n ** 15n]);
    const { vault, insuranceFund, marginGuarantee } = venue.addresses;
    for (const spender of [vault, insuranceFund, marginGuarantee]) {
      await send(as(asset, signer), 'approve', [spender, 2n ** 255n]);
    }
  }
  deployed = { chain, venue, register, lens: String(lens.target), actors };
  saved = await chain.save();
});

afterAll(() => chain.close());

describe('the money of a venue under random calls', () => {
  it(`keeps properties P1 to P9, P19 to P21 and P24 to P26 over ${RUNS} runs of ${DEPTH} calls`, async () => {
    const names = Object.keys(HANDLERS);
    const ballot = names.flatMap((name) => Array<string>(HANDLERS[name]!.weight).fill(name));
    const reached = new Set<string>();
    const totals = new Map<string, { tried: number; done: number }>();
    const refusals = new Map<string, number>();
    for (let number = 0; number < RUNS; number += 1) {
      saved = await chain.restore(saved);
      const run = new MoneyRun(deployed, SEED * 1_000_003n + BigInt(number), await chain.now());
      run.now += 1n;
      await begin(run);
      const trace: string[] = [];
      for (let depth = 0; depth < DEPTH;) {
        run.now += run.dice.amount(1n, 12n);
        const name = run.dice.pick(ballot);
        try {
          if (!(await HANDLERS[name]!.handler(run))) continue;
          run.count(name);
          trace.push(name);
        } catch (error) {
          if (!(error instanceof ContractRefused)) {
            throw new Error(`run ${number}: ${[...trace, name].join(' ')}`, { cause: error });
          }
          run.count(name, error.errorName);
        }
        depth += 1;
        try {
          await check(run);
        } catch (error) {
          throw new Error(`run ${number}: after ${trace.join(' ')}`, { cause: error });
        }
      }
      for (const state of run.reached) reached.add(state);
      for (const [name, { tried, done, refusals: refused }] of run.counts) {
        const total = totals.get(name) ?? { tried: 0, done: 0 };
        totals.set(name, { tried: total.tried + tried, done: total.done + done });
        for (const [error, count] of refused) {
          const id = `${name}: ${error}`;
          refusals.set(id, (refusals.get(id) ?? 0) + count);
        }
      }
      // After every run, so that who stops it knows what ran.
      if (REPORT !== undefined) {
        const told = {
          runs: number + 1,
          ...sums(totals),
          totals: [...totals],
          refusals: [...refusals],
          reached: [...reached],
        };
        writeFileSync(REPORT, `${JSON.stringify(told, null, 1)}\n`);
      }
    }
    const { tried, done } = sums(totals);
    expect(done / tried).toBeGreaterThan(0.2);
    if (RUNS * DEPTH >= 25_600) {
      expect([...reached].sort()).toEqual([
        'backstopped',
        'bid paid by the fund',
        'cured',
        'deposit refunded',
        'epoch ended',
        'escrowed',
        'forced',
        'guarantee called',
        'guaranteed',
        'hash kept within a run',
        'income earned',
        'open',
        'penalties collected',
        'pinned',
        'queue paid',
        'queued',
        'redeemed',
        'restriction lifted',
        'settled',
        'uncovered',
        'withdrawal claimed',
        'withdrawal settled',
      ]);
      for (const name of names) expect(totals.get(name)?.done ?? 0, name).toBeGreaterThan(0);
    }
  }, 86_400_000);
});
