// SPDX-License-Identifier: GPL-3.0-or-later
import {
  ZeroAddress,
  ZeroHash,
  keccak256,
  toBeHex,
  toQuantity,
  toUtf8Bytes,
  type Contract,
  type Signer,
} from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { eventsNamed, readEvents } from '../../prover/chain/events.ts';
import { laneHash as laneHashOf, laneSeed } from '../../prover/chain/inbox-lane.ts';
import {
  applicationArgs,
  firstLedger,
  submitRoot,
  type NextLedger,
} from '../../prover/chain/ledger-update.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import {
  packMessage,
  type InboxMessage,
  type QuoteMessage,
} from '../../prover/commitments/inbox-message.ts';
import { Ledger } from '../../prover/commitments/ledger.ts';
import { UnlawfulTransition } from '../../prover/sequencer/transition-rule.ts';
import {
  as,
  deployContract,
  deployVenue,
  expectRefusal,
  guardianOf,
  impersonate,
  MUCH_GAS,
  NO_DATA,
  ORACLES,
} from '../support/chain.ts';
import { compareGas, expectGasAtMost } from '../support/gas.ts';
import { startLife, type Life } from '../support/life.ts';
import { closeProver } from '../support/proofs.ts';
import { proveTakeover } from '../support/takeover-proofs.ts';
import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';

const { registry: CONFIG } = DEFAULT_VENUE_CONFIG;
const DEADLINE = BigInt(CONFIG.deadline);
const HEARTBEAT = BigInt(CONFIG.heartbeat);
const DEAD_AFTER = BigInt(CONFIG.deadAfter);
const K = BigInt(CONFIG.maxMessages);
const MODE = { normal: 0n, forced: 1n, dead: 2n };
const MIN_DEPOSIT = DEFAULT_VENUE_CONFIG.vault.minDepositE6;

let life: Life;
let saved: Awaited<ReturnType<Life['save']>>;
let engine: Contract;

beforeAll(async () => {
  life = await startLife();
  // Its own hand, where a test is about its lane and not about what fills it.
  const { liquidationEngine } = life.venue.addresses;
  engine = as(life.venue.ledgerRegistry, await impersonate(life.chain, liquidationEngine));
  saved = await life.save();
});

afterEach(async () => {
  saved = await life.restore(saved);
});

afterAll(async () => {
  await life.chain.close();
  await closeProver();
});

const freeze = (accountIndex: bigint): QuoteMessage => ({
  kind: 'freeze',
  accountIndex,
  settlementNonce: 0n,
  amountE6: 0n,
  address: BigInt(life.addresses.keeper),
});

const wordsOf = (message: InboxMessage): readonly [bigint, bigint] => packMessage(message);

async function post(message: InboxMessage): Promise<void> {
  await life.after();
  await send(engine, 'appendEngine', [wordsOf(message)]);
}

async function deposits(count: number): Promise<void> {
  const { vault } = life.venue.addresses;
  const spammer = await deployContract(life.signer('stranger'), 'DepositSpammer', [vault]);
  await send(as(life.asset, life.signer('stranger')), 'transfer', [
    spammer.target,
    MIN_DEPOSIT * BigInt(count),
  ]);
  for (let left = count; left > 0; left -= 250) {
    await send(spammer, 'spam', [5n, MIN_DEPOSIT, Math.min(left, 250), MUCH_GAS]);
  }
}

const mode = async (): Promise<bigint> =>
  (await life.venue.ledgerRegistry.getFunction('mode').staticCall()) as bigint;

/** The mode as of a block then. */
async function modeAfter(seconds: bigint): Promise<bigint> {
  await life.after(seconds);
  await life.chain.rpc('evm_mine', []);
  return mode();
}

/** The latest ledger, with what a test says otherwise. */
async function next(changes: Partial<NextLedger>): Promise<NextLedger> {
  const { engineCount, userCount, bookedThrough, releasedE6, releasedE8 } = life.sequencer.state;
  const { root, accountCount } = life.ledger;
  return {
    root,
    accountCount,
    engineCount,
    userCount,
    bookedThrough,
    outcomesRoot: ZeroHash,
    releasedE6,
    releasedE8,
    ...changes,
  };
}

async function refuseRoot(
  changes: Partial<NextLedger>,
  error: string,
  values?: readonly unknown[],
  data: Uint8Array = NO_DATA,
): Promise<void> {
  const ledger = await next(changes);
  await life.after();
  await expectRefusal(submitRoot(life.venue, ledger, data), error, values);
}

describe('the inbox', () => {
  it('chains the messages of a lane from a seed of its own, as the sequencer does', async () => {
    const { chainId } = life.chain;
    const registry = life.venue.addresses.ledgerRegistry;
    const hash = (lane: number, count: number) =>
      life.venue.ledgerRegistry.getFunction('laneHash').staticCall(lane, count);
    expect(await hash(0, 0)).toBe(laneSeed(chainId, registry, 'engine'));
    expect(await hash(1, 0)).toBe(laneSeed(chainId, registry, 'user'));
    const sent = [freeze(1n), freeze(2n)];
    for (const message of sent) await post(message);
    expect(await hash(0, 2)).toBe(laneHashOf(laneSeed(chainId, registry, 'engine'), sent));
    await expectRefusal(send(life.venue.ledgerRegistry, 'laneHash', [0, 3]), 'UnknownMessage', [
      0n,
      3n,
    ]);
  });

  it('keeps the time of each message, eight to a slot', async () => {
    const times: bigint[] = [];
    for (let index = 0n; index < 17n; index += 1n) {
      await post(freeze(index));
      times.push(await life.chain.now());
    }
    for (const [index, time] of times.entries()) {
      const posted: unknown = await life.venue.ledgerRegistry
        .getFunction('postedAt')
        .staticCall(0, index);
      expect(posted).toBe(time);
    }
  });

  it('takes engine messages from the engine and user messages from the vault alone', async () => {
    const words = wordsOf(freeze(1n));
    await life.after();
    await expectRefusal(send(life.venue.ledgerRegistry, 'appendEngine', [words]), 'NotTheEngine', [
      life.addresses.deployer,
    ]);
    await life.after();
    await expectRefusal(send(life.venue.ledgerRegistry, 'appendUser', [words]), 'NotTheVault', [
      life.addresses.deployer,
    ]);
  });

  it('is full after 2^32 − 1 messages of a lane, and says so', async () => {
    const { ledgerRegistry } = life.venue.addresses;
    /** Writer and count of a lane share a slot: it goes on as if so many had been sent. */
    const sent = async (lane: number, count: bigint): Promise<void> => {
      const word = BigInt(await life.chain.provider.getStorage(ledgerRegistry, lane));
      const others = word & ~(0xffff_ffffn << 160n);
      await life.chain.rpc('hardhat_setStorageAt', [
        ledgerRegistry,
        toQuantity(lane),
        toBeHex(others | (count << 160n), 32),
      ]);
      expect(await life.venue.ledgerRegistry.getFunction('laneCount').staticCall(lane)).toBe(count);
    };
    const most = 2n ** 32n - 1n;
    const words = [1n, 2n, 3n].map((account) => wordsOf(freeze(account)));
    await sent(0, most - 2n);
    await expectRefusal(send(engine, 'appendEngineRun', [words]), 'LaneFull', [0]);
    await send(engine, 'appendEngineRun', [words.slice(1)]);
    await expectRefusal(post(freeze(1n)), 'LaneFull', [0]);
    await sent(1, most - 1n);
    await deposits(1);
    await life.after();
    await expectRefusal(
      send(life.by('depositor').vault, 'deposit', [5n, 0n, MIN_DEPOSIT]),
      'LaneFull',
      [1],
    );
  });

  it('knows a message by its words alone', async () => {
    await post(freeze(1n));
    const registry = life.venue.ledgerRegistry;
    await registry.getFunction('requireMessage').staticCall(0, 0, wordsOf(freeze(1n)));
    await expectRefusal(
      send(registry, 'requireMessage', [0, 0, wordsOf(freeze(2n))]),
      'MessageMismatch',
    );
    await expectRefusal(
      send(registry, 'requireMessage', [0, 1, wordsOf(freeze(1n))]),
      'UnknownMessage',
    );
  });
});

describe('binding a venue', () => {
  it('is done once, by the deployer, to parts that name each other', async () => {
    const { marketFeed, liquidationEngine, vault, marginGuarantee } = life.venue.addresses;
    const parts = [marketFeed, liquidationEngine, vault, marginGuarantee, ZeroAddress];
    await expectRefusal(send(life.venue.ledgerRegistry, 'bind', parts), 'AlreadyBound');
    const stranger = life.by('stranger').ledgerRegistry;
    await expectRefusal(send(stranger, 'bind', parts), 'NotTheDeployer');
  });

  it('refuses the parts of another venue, and roots before it is done', async () => {
    const { takeover } = life.venue.verifiers;
    const registry = await deployContract(life.chain.accounts[0]!, 'LedgerRegistry', [
      life.venue.transitionVerifier,
      takeover.any,
      CONFIG,
    ]);
    const { marketFeed, liquidationEngine, vault, marginGuarantee } = life.venue.addresses;
    await expectRefusal(
      send(registry, 'bind', [marketFeed, liquidationEngine, vault, marginGuarantee, ZeroAddress]),
      'NotOfThisVenue',
      [marketFeed],
    );
    const root = firstLedger(5n, 1n);
    await expectRefusal(send(registry, 'submitRoot', [root, '0x01', '0x']), 'NotBound');
    // Nothing is overdue where nothing was ever due.
    expect(await registry.getFunction('mode').staticCall()).toBe(MODE.normal);
  });

  it('takes no engine, fund, Backstop or guarantee that names parts of another venue', async () => {
    const { addresses, verifiers } = life.venue;
    const [deployer] = life.chain.accounts as [Signer];
    const registry = await deployContract(deployer, 'LedgerRegistry', [
      life.venue.transitionVerifier,
      verifiers.takeover.any,
      CONFIG,
    ]);
    const feed = await deployContract(deployer, 'MarketFeed', [
      registry.target,
      addresses.riskParameters,
      ZeroAddress,
      DEFAULT_VENUE_CONFIG,
      ORACLES.map(({ address }) => address),
      2,
      await deployer.getAddress(),
      await guardianOf(life.chain).getAddress(),
    ]);
    const sizes = (of: Readonly<Record<string, string>>) =>
      ['4', '7', '16'].map((size) => of[size]).filter((one) => one !== undefined);
    const liquidations = [...sizes(verifiers.liquidation), ZeroAddress];
    const margins = [...sizes(verifiers['account-margin']), ZeroAddress];
    const vault = await deployContract(deployer, 'Vault', [
      addresses.asset,
      feed.target,
      margins,
      DEFAULT_VENUE_CONFIG.vault,
    ]);
    const fund = await deployContract(deployer, 'InsuranceFund', [
      addresses.asset,
      vault.target,
      DEFAULT_VENUE_CONFIG.fund,
    ]);
    const backstop = await deployContract(deployer, 'Backstop', [fund.target]);
    const engineOf = (parts: readonly unknown[]): Promise<Contract> =>
      deployContract(deployer, 'LiquidationEngine', [
        feed.target,
        ...parts,
        liquidations,
        margins,
        DEFAULT_VENUE_CONFIG.engine,
      ]);
    const { insuranceFund, backstop: otherBackstop, vault: otherVault } = addresses;
    for (const [parts, stranger] of [
      [[otherVault, fund.target, backstop.target], otherVault],
      [[vault.target, insuranceFund, backstop.target], insuranceFund],
      [[vault.target, fund.target, otherBackstop], otherBackstop],
    ] as const) {
      await expectRefusal(engineOf(parts), 'NotOfThisVenue', [stranger]);
    }
    const own = await engineOf([vault.target, fund.target, backstop.target]);
    const { liquidationEngine, marginGuarantee } = addresses;
    for (const [parts, stranger] of [
      [[liquidationEngine, otherVault, marginGuarantee], liquidationEngine],
      [[own.target, otherVault, marginGuarantee], own.target],
      [[own.target, vault.target, marginGuarantee], marginGuarantee],
    ] as const) {
      await expectRefusal(
        send(registry, 'bind', [feed.target, ...parts, ZeroAddress]),
        'NotOfThisVenue',
        [stranger],
      );
    }
  });

  it('tells who writes, what is overdue, and nothing of a message or a ledger that is not there', async () => {
    const { ledgerRegistry: registry, addresses } = life.venue;
    const ask = (method: string, ...args: readonly unknown[]): Promise<unknown> =>
      registry.getFunction(method).staticCall(...args);
    expect(await ask('vault')).toBe(addresses.vault);
    expect([await ask('overdueAt', 0), await ask('overdueAt', 1)]).toEqual([0n, 0n]);
    await post(freeze(1n));
    const frozenAt = await life.chain.now();
    await deposits(1);
    const depositedAt = await life.chain.now();
    expect([await ask('overdueAt', 0), await ask('overdueAt', 1)]).toEqual([
      frozenAt + DEADLINE,
      depositedAt + DEADLINE,
    ]);
    expect(await ask('consumption', 0, 0n, 0n)).toEqual([false, 0n, false]);
    await expectRefusal(read(registry, 'postedAt', [0, 1n], z.bigint()), 'UnknownMessage', [
      0n,
      1n,
    ]);
  });

  it.each([
    ['deadline', { deadline: CONFIG.batchInterval + CONFIG.provingTime + CONFIG.l1Slack - 1 }],
    ['heartbeat', { heartbeat: 1 }],
    ['provingTime', { provingTime: 0 }],
    ['forcedRound', { forcedRound: 0 }],
    ['deadAfter', { deadAfter: CONFIG.heartbeat + CONFIG.deadline }],
    ['maxMessages', { maxMessages: 0 }],
    ['maxPositions', { maxPositions: 65 }],
    ['maxPositions', { maxPositions: 0 }],
  ])('does not deploy with a %s that cannot work', async (field, changes) => {
    const args = [life.venue.transitionVerifier, life.venue.verifiers.takeover.any];
    const deployed = deployContract(life.chain.accounts[0]!, 'LedgerRegistry', [
      ...args,
      { ...CONFIG, ...changes },
    ]);
    const name = `0x${Buffer.from(field).toString('hex').padEnd(64, '0')}`;
    await expectRefusal(deployed, 'InvalidRegistryConfig', [name]);
  });

  it('does not deploy with a verifier of another statement or without a transition verifier', async () => {
    const { takeover, liquidation } = life.venue.verifiers;
    const [deployer] = life.chain.accounts as readonly [Signer];
    const deploy = (transition: string, verifier: string) =>
      deployContract(deployer, 'LedgerRegistry', [transition, verifier, CONFIG]);
    await expectRefusal(deploy(life.venue.transitionVerifier, liquidation['16']), 'WrongStatement');
    await expectRefusal(deploy(ZeroAddress, takeover.any), 'NotOfThisVenue', [ZeroAddress]);
  });
});

describe('roots (P11, P12)', () => {
  it('are refused where they are no root of a ledger', async () => {
    await refuseRoot({ root: 0n }, 'RootIsZero');
    await refuseRoot({ root: 2n ** 255n }, 'RootNotInField');
    await refuseRoot({ accountCount: 2n ** 24n + 1n }, 'TooManyAccounts');
  });

  it('consume no message that nobody sent, and none twice', async () => {
    await refuseRoot({ engineCount: 1n }, 'CountOutOfRange', [0n, 0n, 1n, 0n]);
    await post(freeze(1n));
    await life.root();
    await refuseRoot({ engineCount: 0n }, 'CountOutOfRange', [0n, 1n, 0n, 1n]);
  });

  it('book expiries forward only and up to now', async () => {
    const venue = await deployVenue(life.chain);
    const now = await life.chain.now();
    const booking = (bookedThrough: bigint) =>
      submitRoot(venue, { ...firstLedger(5n, 1n), bookedThrough }, NO_DATA);
    await booking(now - 100n);
    await expectRefusal(booking(now - 101n), 'BookedThroughWentBackwards', [
      now - 100n,
      now - 101n,
    ]);
    await expectRefusal(booking(now + 10_000n), 'BookedThroughFromTheFuture');
    await booking(now - 50n);
  });

  it('state outcomes exactly where they consume user messages', async () => {
    await refuseRoot({ outcomesRoot: keccak256('0x01') }, 'OutcomesMismatch');
    await life.after();
    await send(life.by('depositor').vault, 'deposit', [5n, 0n, MIN_DEPOSIT]);
    await refuseRoot({ userCount: 1n }, 'OutcomesMismatch');
  });

  it('release of each coin no less than before, nothing without user messages, and no more than they can carry', async () => {
    const venue = await deployVenue(life.chain);
    const most = 2n ** 47n - 1n;
    await life.after();
    await send(venue.vault, 'requestWithdrawal', [0n, 0n, MIN_DEPOSIT]);
    const releasing = async (
      userCount: bigint,
      ...releasedE8: readonly [bigint, bigint, bigint]
    ) => {
      const outcomesRoot = userCount === 0n ? ZeroHash : keccak256('0x01');
      await life.after();
      const next = { ...firstLedger(5n, 1n), userCount, outcomesRoot, releasedE8 };
      return submitRoot(venue, next, NO_DATA);
    };
    const refused = (attempt: Promise<unknown>, values: readonly bigint[]) =>
      expectRefusal(attempt, 'CoinReleasedOutOfRange', values);
    await refused(releasing(0n, 0n, 1n, 0n), [1n, 0n, 1n, 0n]);
    await refused(releasing(1n, 0n, 0n, most + 1n), [2n, 0n, most + 1n, most]);
    await releasing(1n, most, 7n, 0n);
    const { ledgerRegistry } = venue;
    expect([
      ...((await ledgerRegistry.getFunction('releasedE8').staticCall(1n)) as bigint[]),
    ]).toEqual([most, 7n, 0n]);
    await life.after();
    await send(venue.vault, 'requestWithdrawal', [1n, 0n, MIN_DEPOSIT]);
    await refused(releasing(2n, most, 6n, 0n), [1n, 7n, 6n, most + 7n]);
  });

  it('release no less than before, nothing without user messages, and no more than messages can carry', async () => {
    const venue = await deployVenue(life.chain);
    const most = 2n ** 63n - 1n;
    for (let sent = 0; sent < 3; sent += 1) {
      await life.after();
      await send(venue.vault, 'requestWithdrawal', [BigInt(sent), 0n, most]);
    }
    const releasing = async (userCount: bigint, releasedE6: bigint, engineCount = 0n) => {
      const outcomesRoot = keccak256('0x01');
      const ledger = { ...firstLedger(5n, 1n), userCount, outcomesRoot, engineCount, releasedE6 };
      await life.after();
      return submitRoot(venue, ledger, NO_DATA);
    };
    const idle = async (userCount: bigint, releasedE6: bigint) => {
      await life.after();
      return submitRoot(venue, { ...firstLedger(5n, 1n), userCount, releasedE6 }, NO_DATA);
    };
    const refused = (attempt: Promise<unknown>, values: readonly bigint[]) =>
      expectRefusal(attempt, 'ReleasedOutOfRange', values);
    const released = (sequence: bigint): Promise<unknown> =>
      venue.ledgerRegistry.getFunction('releasedE6').staticCall(sequence);

    await refused(idle(0n, 1n), [0n, 1n, 0n]);
    await idle(0n, 0n);
    await refused(releasing(2n, 2n * most + 1n), [0n, 2n * most + 1n, 2n * most]);
    await compareGas('submit a root with two user messages', await releasing(2n, 2n * most));
    await refused(idle(2n, 2n * most + 1n), [2n * most, 2n * most + 1n, 2n * most]);
    await refused(idle(2n, 2n * most - 1n), [2n * most, 2n * most - 1n, 2n * most]);
    await idle(2n, 2n * most);
    await refused(releasing(3n, 2n * most - 1n), [2n * most, 2n * most - 1n, 3n * most]);
    await refused(releasing(3n, 2n ** 96n - 1n), [2n * most, 2n ** 96n - 1n, 3n * most]);
    await releasing(3n, 2n * most);
    const accepted = eventsNamed(await readEvents(venue, life.chain.provider), 'RootAccepted');
    const said = accepted.map(({ values }) => values.releasedE6);
    expect(said).toEqual([0n, 2n * most, 2n * most, 2n * most]);
    expect(await Promise.all([0n, 1n, 2n, 3n, 4n, 5n].map(released))).toEqual([
      0n,
      0n,
      2n * most,
      2n * most,
      2n * most,
      0n,
    ]);
  });

  it('come with their data, in calldata or in blobs', async () => {
    await refuseRoot({}, 'DataMissing', undefined, new Uint8Array());
  });

  it('count only with a proof of this very transition (attack: data withheld, lies, another venue)', async () => {
    await refuseRoot({ root: 5n }, 'TransitionRejected');
    // What was right for other data is not right for these.
    const proposal = await life.sequencer.propose();
    const lying = {
      ...proposal,
      data: toUtf8Bytes('withheld'),
    };
    await expect(life.sequencer.submit(lying)).rejects.toThrow(UnlawfulTransition);
  });

  it('may be unchanged: a heartbeat is a root (attack: the same root refused, the venue stuck)', async () => {
    const { root } = life.ledger;
    await life.root({ misbehaviour: { kind: 'lag' } });
    expect(life.ledger.root).toBe(root);
    const latest = (await life.venue.ledgerRegistry.getFunction('latest').staticCall()) as {
      sequence: bigint;
      root: bigint;
    };
    expect([latest.sequence, latest.root]).toEqual([2n, root]);
  });

  it('may consume nothing but what does nothing (attack: no-ops that cannot be consumed)', async () => {
    const { root } = life.ledger;
    await post({ ...freeze(1n), settlementNonce: 7n });
    await life.after();
    await send(life.by('stranger').vault, 'requestWithdrawal', [5n, 0n, MIN_DEPOSIT]);
    const { outcomes } = await life.root();
    expect(outcomes).toEqual([{ index: 0n, applied: 0n }]);
    expect(life.ledger.root).toBe(root);
  });

  it('records what a root costs', async () => {
    await life.root({ misbehaviour: { kind: 'lag' } });
    await life.after();
    const proposal = await life.sequencer.propose();
    await compareGas(
      'submit a heartbeat, its transition attested',
      await life.sequencer.submit(proposal),
    );
  });

  it('obeys its transition verifier', async () => {
    const refusing = await deployContract(life.chain.accounts[0]!, 'RefusingTransitionVerifier');
    const venue = await deployVenue(life.chain, { transitionVerifier: String(refusing.target) });
    await expectRefusal(submitRoot(venue, firstLedger(5n, 1n), NO_DATA), 'TransitionRejected', [
      0n,
      5n,
    ]);
  });
});

describe('what a root owes to the inbox (P11)', () => {
  it('is every message older than the deadline', async () => {
    await post(freeze(1n));
    const posted = await life.chain.now();
    await life.after(DEADLINE);
    await life.sequencer.submit(await life.sequencer.propose({ misbehaviour: { kind: 'lag' } }));
    await life.after();
    await expectRefusal(life.root({ misbehaviour: { kind: 'lag' } }), 'MessagesOverdue', [
      0n,
      0n,
      posted + DEADLINE,
    ]);
    await life.root();
  });

  it('is never more than K of a lane (attack: 10⁴ overdue messages, then a root)', async () => {
    await deposits(10_000);
    await life.after(DEADLINE + 1n);
    await life.chain.rpc('evm_mine', []);
    await life.after();
    const held = { kind: 'hold', user: Number(K) - 1 } as const;
    await expectRefusal(life.root({ misbehaviour: held }), 'MessagesOverdue');
    const { outcomes } = await life.root({ maxMessages: Number(K) });
    expect(outcomes).toHaveLength(Number(K));
    // Working off a backlog is not silence: the venue stays in the sequencer's hands.
    expect(await modeAfter(HEARTBEAT - 10n)).toBe(MODE.normal);
    await life.root({ maxMessages: Number(K) });
  });
});

describe('the mode (P13)', () => {
  it('is Normal while roots come and messages are consumed', async () => {
    await life.root();
    expect(await mode()).toBe(MODE.normal);
    await post(freeze(1n));
    expect(await modeAfter(DEADLINE - 1n)).toBe(MODE.normal);
  });

  it('is Forced once the head of the engine lane is overdue, until it is consumed', async () => {
    await life.root({}, 1_000n);
    await post(freeze(1n));
    await life.root({ misbehaviour: { kind: 'lag' } }, 1_000n);
    expect(await modeAfter(DEADLINE - 1_000n + 1n)).toBe(MODE.forced);
    await life.root();
    expect(await mode()).toBe(MODE.normal);
  });

  it('is not Forced by anything users send (attack: dust that keeps a venue in Forced)', async () => {
    await deposits(3);
    await life.root({ misbehaviour: { kind: 'lag' } }, DEADLINE - 10n);
    expect(await modeAfter(20n)).toBe(MODE.normal);
  });

  it('is Forced where roots miss their heartbeat', async () => {
    await life.root();
    expect(await modeAfter(HEARTBEAT)).toBe(MODE.normal);
    expect(await modeAfter(1n)).toBe(MODE.forced);
  });

  it('is Dead after a long silence, for ever, and takes no message any more', async () => {
    await life.root();
    expect(await modeAfter(DEAD_AFTER)).toBe(MODE.forced);
    expect(await modeAfter(1n)).toBe(MODE.dead);
    await life.after();
    await expectRefusal(life.root(), 'VenueIsDead');
    await life.after();
    await expectRefusal(send(engine, 'appendEngine', [wordsOf(freeze(1n))]), 'VenueIsDead');
    await life.after();
    const deposit = send(life.by('depositor').vault, 'deposit', [5n, 0n, MIN_DEPOSIT]);
    await expect(deposit).rejects.toThrow(/VenueIsDead/);
  });
});

describe('forced application (P13)', () => {
  it('is refused while the sequencer works, and where nothing waits', async () => {
    const message = freeze(1n);
    await post(message);
    const application = await life.application({ ...message, kind: 'freeze' }, 'stranger');
    const apply = () =>
      send(life.by('stranger').ledgerRegistry, 'applyMessage', applicationArgs(application));
    await life.after();
    await expectRefusal(apply(), 'NotForced');
    await life.root();
    await modeAfter(HEARTBEAT + 1n);
    await life.after();
    await expectRefusal(apply(), 'NothingToApply');
  });

  it('applies the head and nothing else, for whom the proof names, and says so', async () => {
    await post(freeze(1n));
    await post(freeze(2n));
    await modeAfter(HEARTBEAT + 1n);
    const head = { ...freeze(1n), kind: 'freeze' as const };
    const good = await life.application(head, 'stranger');
    const second = await life.application({ ...head, accountIndex: 2n }, 'stranger');
    const apply = async (application: typeof good) => {
      await life.after();
      return send(life.by('keeper').ledgerRegistry, 'applyMessage', applicationArgs(application));
    };
    await expectRefusal(apply(second), 'MessageMismatch');
    await expectRefusal(apply({ ...good, publicSignals: second.publicSignals }), 'MessageMismatch');
    await expectRefusal(apply({ ...good, hashBefore: ZeroHash }), 'MessageMismatch');
    await expectRefusal(
      apply({ ...good, beneficiary: life.addresses.keeper }),
      'InvalidTakeoverProof',
    );
    await expectRefusal(apply({ ...good, beneficiary: ZeroAddress }), 'ApplicantIsZero');
    const forged = good.publicSignals.with(1, good.publicSignals[1]! + 1n);
    await expectRefusal(apply({ ...good, publicSignals: forged }), 'InvalidTakeoverProof');
    // Of no other ledger: the proof is verified for the root that the registry has.
    const elsewhere = new Ledger(
      life.ledger.accounts.with(7, { ...life.ledger.account(7), quoteE6: 0n }),
    );
    const context = life.context('ledgerRegistry', 'applyMessage', good.beneficiary);
    const other = { ...good, ...(await proveTakeover(elsewhere, head, context)) };
    await expectRefusal(apply(other), 'InvalidTakeoverProof');
    const receipt = await apply(good);
    await life.sequencer.follow();
    expect(life.sequencer.state.engineCount).toBe(1n);
    expect(life.sequencer.state.accounts[1]!.frozen).toBe(true);
    await compareGas('apply a message, first of a beneficiary', receipt);
    const owed: unknown = await life.venue.liquidationEngine
      .getFunction('etherOwed')
      .staticCall(life.addresses.stranger);
    expect(owed).toBe(DEFAULT_VENUE_CONFIG.engine.prepaidWei);
  });

  it('leaves the sequencer a proving time after every round (attack: a dust message per proof)', async () => {
    for (const account of [1n, 2n, 3n]) await post(freeze(account));
    await modeAfter(HEARTBEAT + 1n);
    await life.force();
    await life.after(BigInt(CONFIG.forcedRound) - 10n);
    await life.chain.rpc('evm_mine', []);
    const second = await life.force();
    expectGasAtMost(second, 320_000n);
    await compareGas('apply a message', second);
    await modeAfter(20n);
    await expectRefusal(life.force(), 'SequencersTurn');
    await modeAfter(BigInt(CONFIG.provingTime + CONFIG.l1Slack));
    await life.force();
  });

  it('does not postpone the end of the venue (attack: Dead postponed by forced dust)', async () => {
    await life.root();
    await post(freeze(1n));
    await modeAfter(DEAD_AFTER - 10n);
    await life.force();
    expect(await modeAfter(20n)).toBe(MODE.dead);
  });
});

describe('the ledger as of a time', () => {
  it('is the newest one accepted no later, however many came since', async () => {
    const times: bigint[] = [await life.chain.now()];
    const genesis = (await life.venue.ledgerRegistry.getFunction('latest').staticCall()) as {
      acceptedAt: bigint;
    };
    times[0] = genesis.acceptedAt;
    for (let count = 0; count < 20; count += 1) {
      await life.root({ misbehaviour: { kind: 'lag' } }, 7n);
      times.push(await life.chain.now());
    }
    const at = async (time: bigint) =>
      (
        (await life.venue.ledgerRegistry.getFunction('ledgerAt').staticCall(time)) as {
          sequence: bigint;
        }
      ).sequence;
    for (const [place, time] of times.entries()) {
      expect(await at(time)).toBe(BigInt(place + 1));
      expect(await at(time - 1n)).toBe(BigInt(place));
    }
  });
});
