// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress, type Contract, type ContractTransactionReceipt } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { send } from '../../prover/chain/refusal.ts';
import { healthProof } from '../../prover/chain/submit.ts';
import {
  claimWithdrawal,
  depositQuote,
  refundDeposit,
  requestWithdrawal,
  settleWithdrawal,
} from '../../prover/chain/vault.ts';
import { as, deployContract, expectRefusal, impersonate, MUCH_GAS } from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import { startLife, termsIn, type Life, type Person } from '../support/life.ts';
import { accountNamed, claiming, closeProver, marginOf } from '../support/proofs.ts';

const MINE = accountNamed('together');
const BROKE = accountNamed('ordinary-liquidation');
const { vault: CONFIG, registry: REGISTRY } = DEFAULT_VENUE_CONFIG;
const DEPOSIT = 50_000_000n;

let life: Life;
let saved: Awaited<ReturnType<Life['save']>>;

beforeAll(async () => {
  life = await startLife({ owned: ['together', 'ordinary-liquidation'] });
  saved = await life.save();
});

afterEach(async () => {
  saved = await life.restore(saved);
});

afterAll(async () => {
  await life.chain.close();
  await closeProver();
});

const held = async (): Promise<bigint> =>
  ((await life.venue.vault.getFunction('totals').staticCall()) as bigint[])[0]!;

async function deposit(account: number, nonce: bigint, amountE6 = DEPOSIT): Promise<void> {
  await life.after();
  await depositQuote(life.by('depositor'), BigInt(account), nonce, amountE6);
}

async function request(account: number, amountE6: bigint, person: Person = 'owner'): Promise<void> {
  await life.after();
  await requestWithdrawal(life.by(person), BigInt(account), 0n, amountE6);
}

const dead = async (): Promise<void> => {
  await life.after(BigInt(REGISTRY.deadAfter) + 1n);
  await life.chain.rpc('evm_mine', []);
};

/** There is something to withdraw: the quote asset behind it has been deposited by somebody. */
async function fill(): Promise<void> {
  await deposit(MINE, 0n, 1_000_000_000_000n);
}

describe('deposits', () => {
  it('are credited by the ledger and held for it', async () => {
    const before = life.ledger.account(MINE).quoteE6;
    await deposit(MINE, 0n);
    expect(await held()).toBe(DEPOSIT);
    await life.root();
    expect(life.ledger.account(MINE).quoteE6).toBe(before + DEPOSIT);
    const consumed = await life.consumed(0n);
    await life.after();
    await expectRefusal(refundDeposit(life.by('stranger'), consumed), 'NothingToRefund');
  });

  it('for another nonce come back to the depositor, once (attack: a deposit across a takeover)', async () => {
    await deposit(MINE, 1n);
    await life.root();
    const consumed = await life.consumed(0n);
    expect(consumed.amountE6).toBe(0n);
    const lie = { ...consumed, amountE6: 1n };
    await life.after();
    await expectRefusal(refundDeposit(life.by('stranger'), lie), 'WrongOutcome');
    await life.after();
    await expectRefusal(
      refundDeposit(life.by('stranger'), { ...consumed, sequence: 1n }),
      'NotConsumedBy',
    );
    await life.after();
    await refundDeposit(life.by('stranger'), consumed);
    expect(await life.claimable('depositor')).toBe(DEPOSIT);
    await life.after();
    await expectRefusal(refundDeposit(life.by('stranger'), consumed), 'AlreadyRefunded');
    await life.after();
    await send(life.by('depositor').vault, 'collect', [life.addresses.depositor]);
    await life.after();
    await expectRefusal(
      send(life.by('depositor').vault, 'collect', [life.addresses.depositor]),
      'NothingToCollect',
    );
  });

  it('of dust, of too much, or for what no message can name are refused', async () => {
    const vault = life.by('depositor').vault;
    const tell = async (args: readonly bigint[], error: string) => {
      await life.after();
      await expectRefusal(send(vault, 'deposit', args), error);
    };
    await tell([1n, 0n, CONFIG.minDepositE6 - 1n], 'AmountOutOfRange');
    await tell([1n, 0n, 2n ** 63n], 'AmountOutOfRange');
    await tell([2n ** 24n, 0n, DEPOSIT], 'AccountIndexOutOfRange');
    await tell([1n, 2n ** 32n, DEPOSIT], 'SettlementNonceOutOfRange');
  });

  it('do not hold up a takeover, however many wait (attack: 3,000 dust deposits ahead of it)', async () => {
    await life.open(BROKE);
    const { vault } = life.venue.addresses;
    const spammer = await deployContract(life.signer('stranger'), 'DepositSpammer', [vault]);
    const dust = CONFIG.minDepositE6;
    await send(as(life.asset, life.signer('stranger')), 'transfer', [
      spammer.target,
      dust * 3_000n,
    ]);
    for (let sent = 0; sent < 3_000; sent += 250)
      await send(spammer, 'spam', [5n, dust, 250, MUCH_GAS]);
    await life.root({ maxMessages: REGISTRY.maxMessages });
    expect(life.sequencer.state.accounts[BROKE]!.frozen).toBe(true);
  });

  it('sent past it are counted for nobody until they are skimmed to the fund (attack: stuck transfers)', async () => {
    await life.after();
    await expectRefusal(send(life.venue.vault, 'skim', []), 'NothingToSkim');
    await send(life.asset, 'transfer', [life.venue.addresses.vault, 7n]);
    expect(await held()).toBe(0n);
    await life.after();
    await send(life.venue.vault, 'skim', []);
    await life.after();
    await send(life.venue.insuranceFund, 'collectPenalties', []);
    const buffer: unknown = await life.venue.insuranceFund.getFunction('bufferE6').staticCall();
    expect(buffer).toBe(7n);
    await life.after();
    await expectRefusal(send(life.venue.insuranceFund, 'collectPenalties', []), 'NothingToCollect');
    // More than a claim can say is no dollar.
    const excess = 2n ** 128n;
    await send(life.asset, 'mint', [life.venue.addresses.vault, excess]);
    await life.after();
    await expectRefusal(send(life.venue.vault, 'skim', []), 'SafeCastOverflowedUintDowncast', [
      128n,
      excess,
    ]);
  });
});

describe('withdrawals (P17)', () => {
  it('go from request to outcome to claim', async () => {
    await fill();
    await request(MINE, DEPOSIT);
    const pending = (): Promise<unknown> =>
      life.venue.vault.getFunction('pendingWithdrawal').staticCall(MINE, 0n, life.addresses.owner);
    // The index of the message and one more, for nobody waits on zero.
    expect(await pending()).toBe(2n);
    await life.root();
    const consumed = await life.consumed(1n);
    expect(consumed.amountE6).toBe(DEPOSIT);
    await life.nextTick();
    const proof = await life.claimProof(MINE);
    await life.after();
    const receipt = await claimWithdrawal(life.by('stranger'), consumed, proof);
    await compareGas('claim a withdrawal, first of an owner', receipt);
    expect(await pending()).toBe(0n);
    expect(await life.claimable('owner')).toBe(DEPOSIT);
    await life.after();
    await expectRefusal(claimWithdrawal(life.by('stranger'), consumed, proof), 'NotPending');
    await life.after();
    await send(life.by('owner').vault, 'collect', [life.addresses.bidder]);
  });

  it('need a ledger that has taken the amount off, and a proof of this account as it stands', async () => {
    await fill();
    await request(MINE, DEPOSIT);
    const early = await life.claimProof(MINE);
    await life.root();
    const consumed = await life.consumed(1n);
    await life.after();
    await expectRefusal(claimWithdrawal(life.by('owner'), consumed, early), 'LedgerTooOld', [
      2n,
      1n,
    ]);
    await life.nextTick();
    const other = await life.marginProof(BROKE, 'vault', 'claimWithdrawal', life.addresses.owner);
    await life.after();
    await expectRefusal(claimWithdrawal(life.by('owner'), consumed, other), 'WrongAccount');
    const proof = await life.claimProof(MINE);
    const claims = async (values: Parameters<typeof claiming>[1], error: string) => {
      const gated = { ...proof, statement: 'account-margin', names: [] } as never;
      await life.after();
      await expectRefusal(
        claimWithdrawal(life.by('owner'), consumed, {
          ...proof,
          publicSignals: claiming(gated, values),
        }),
        error,
      );
    };
    await claims({ settlementNonce: 1n }, 'WrongNonce');
    await claims({ owner: 5n }, 'NotTheOwner');
    await claims({ change: 5n }, 'NotAsItStands');
    await claims({ equityE6: 0n }, 'BelowInitialMargin');
    await claims({ equityE6: 10n ** 15n }, 'InvalidProof');
  });

  it('of a stranger take nothing and block nobody', async () => {
    await fill();
    await request(MINE, DEPOSIT, 'stranger');
    await request(MINE, DEPOSIT);
    await life.after();
    await expectRefusal(
      requestWithdrawal(life.by('owner'), BigInt(MINE), 0n, DEPOSIT),
      'WithdrawalPending',
      [2n],
    );
    await life.root();
    expect((await life.consumed(1n)).amountE6).toBe(0n);
    expect((await life.consumed(2n)).amountE6).toBe(DEPOSIT);
    await life.after();
    await settleWithdrawal(life.by('keeper'), await life.consumed(1n));
    expect(await life.claimable('stranger')).toBe(0n);
    await life.after();
    await expectRefusal(
      settleWithdrawal(life.by('keeper'), await life.consumed(2n)),
      'NotTakenOver',
    );
  });

  it('take no more than leaves initial margin', async () => {
    const { equityE6, imE6 } = marginOf(MINE);
    await request(MINE, 2n ** 62n);
    await life.root();
    expect((await life.consumed(0n)).amountE6).toBe(equityE6 - imE6);
  });

  it('wait while the nonce is under liquidation', async () => {
    await deposit(BROKE, 0n, 2n * marginOf(BROKE).imE6);
    await life.root();
    await request(BROKE, DEPOSIT);
    await life.root();
    const consumed = await life.consumed(1n);
    expect(consumed.amountE6).toBe(DEPOSIT);
    // Opened at the tick of the ledger before all this.
    await life.open(BROKE);
    await life.nextTick();
    const proof = await life.claimProof(BROKE);
    await life.after();
    await expectRefusal(claimWithdrawal(life.by('owner'), consumed, proof), 'UnderLiquidation', [
      BROKE,
      0,
    ]);
    await life.after();
    await expectRefusal(settleWithdrawal(life.by('owner'), consumed), 'NotTakenOver');
    // Nor when the venue dies with the account sold: what a takeover repays is known when it is closed.
    const lossE6 = 2n * marginOf(BROKE).imE6;
    await life.root({
      misbehaviour: { kind: 'hold', engine: 0 },
      ownTransactions: (accounts) =>
        accounts
          .with(BROKE, { ...accounts[BROKE]!, quoteE6: accounts[BROKE]!.quoteE6 - lossE6 })
          .with(MINE, { ...accounts[MINE]!, quoteE6: accounts[MINE]!.quoteE6 + lossE6 }),
    });
    await life.root();
    await life.nextTick();
    await life.bid(BROKE, life.sequence);
    await dead();
    await life.after();
    await expectRefusal(settleWithdrawal(life.by('owner'), consumed), 'NotTakenOver');
  });

  it('frozen in flight take nothing (attack: a withdrawal races the freeze)', async () => {
    // There is enough to withdraw: it is the freeze alone that is in the way.
    await deposit(BROKE, 0n, 2n * marginOf(BROKE).imE6);
    await life.root();
    const rich = await life.save();
    await request(BROKE, DEPOSIT);
    await life.root();
    expect((await life.consumed(1n)).amountE6).toBe(DEPOSIT);
    await life.restore(rich);
    // Opened at the tick of the ledger before all this.
    await life.open(BROKE);
    await request(BROKE, DEPOSIT);
    await life.root();
    expect((await life.consumed(1n)).amountE6).toBe(0n);
  });

  it('take the message they are about, and no other kind', async () => {
    await deposit(MINE, 0n);
    await life.root();
    const consumed = await life.consumed(0n);
    await life.after();
    await expectRefusal(settleWithdrawal(life.by('owner'), consumed), 'WrongKind', [16]);
    await request(MINE, DEPOSIT);
    await life.root();
    await life.after();
    await expectRefusal(
      refundDeposit(life.by('owner'), await life.consumed(1n)),
      'WrongKind',
      [17],
    );
  });
});

describe('the Backstop', () => {
  it('passes on to the buffer whatever it is sent or owed, by anybody', async () => {
    const { backstop, insuranceFund, addresses } = life.venue;
    const passOn = async (): Promise<ContractTransactionReceipt> => {
      await life.after();
      return send(as(backstop, life.signer('stranger')), 'passOn', []);
    };
    const buffer = async (): Promise<unknown> => insuranceFund.getFunction('bufferE6').staticCall();
    await expectRefusal(passOn(), 'NothingToPassOn');
    await send(life.asset, 'transfer', [addresses.backstop, 7n]);
    await passOn();
    expect(await buffer()).toBe(7n);
    // Owed by the vault: a deposit of its own that a ledger gave back, for another nonce than the account's.
    const own = await impersonate(life.chain, addresses.backstop);
    await send(life.asset, 'transfer', [addresses.backstop, DEPOSIT]);
    await send(as(life.asset, own), 'approve', [addresses.vault, DEPOSIT]);
    await life.after();
    await send(as(life.venue.vault, own), 'deposit', [MINE, 1n, DEPOSIT]);
    await life.root();
    const consumed = await life.consumed(0n);
    await life.after();
    await refundDeposit(life.by('stranger'), consumed);
    await compareGas('Backstop: pass on', await passOn());
    expect(await buffer()).toBe(7n + DEPOSIT);
    expect(await life.balance(addresses.backstop)).toBe(0n);
  });

  it('asks for what its accounts have, by anybody and for nobody else', async () => {
    const { backstop, vault, addresses } = life.venue;
    await life.after();
    const asked = [MINE, 0n, DEPOSIT];
    const receipt = await send(as(backstop, life.signer('stranger')), 'requestWithdrawal', asked);
    await compareGas('Backstop: request a withdrawal', receipt);
    const pending = (requester: string): Promise<unknown> =>
      vault.getFunction('pendingWithdrawal').staticCall(MINE, 0n, requester);
    expect([await pending(addresses.backstop), await pending(life.addresses.stranger)]).toEqual([
      1n,
      0n,
    ]);
    await life.root();
    // The account is not the Backstop's: nothing leaves it.
    expect((await life.consumed(0n)).amountE6).toBe(0n);
  });
});

describe('the engine’s and the fund’s part', () => {
  it('is theirs alone', async () => {
    const vault: Contract = life.by('stranger').vault;
    const tell = async (method: string, args: readonly unknown[], error: string) => {
      await life.after();
      await expectRefusal(send(vault, method, args), error, [life.addresses.stranger]);
    };
    await tell('escrowFrom', [life.addresses.owner, 1n], 'NotTheEngine');
    await tell('settle', [0n, []], 'NotTheEngine');
    await tell('returnCredit', [life.addresses.stranger, 1n], 'NotTheEngine');
    await tell('escrowFromFund', [1n], 'NotTheFund');
  });

  it('does not deploy with an asset of other decimals, no minimum, or too few sizes', async () => {
    const [deployer] = life.chain.accounts;
    const { asset, marketFeed } = life.venue.addresses;
    const margin = life.venue.verifiers['account-margin'];
    const verifiers = [ZeroAddress, margin['16'], ZeroAddress];
    const deploy = (changes: {
      readonly asset?: string;
      readonly verifiers?: readonly string[];
      readonly config?: Partial<typeof CONFIG>;
    }) =>
      deployContract(deployer!, 'Vault', [
        changes.asset ?? asset,
        marketFeed,
        changes.verifiers ?? verifiers,
        { ...CONFIG, ...changes.config },
      ]);
    await expectRefusal(
      deploy({ asset: life.venue.addresses.insuranceFund }),
      'WrongDecimals',
      [12],
    );
    await expectRefusal(deploy({ config: { minDepositE6: 0n } }), 'InvalidVaultConfig');
    await expectRefusal(deploy({ config: { minDepositE6: 2n ** 63n } }), 'InvalidVaultConfig');
    expect(await life.venue.vault.getFunction('config').staticCall()).toEqual([
      CONFIG.minDepositE6,
      BigInt(CONFIG.exitWindow),
    ]);
    await expectRefusal(deploy({ config: { exitWindow: 0 } }), 'InvalidVaultConfig');
    await expectRefusal(
      deploy({ verifiers: [margin['4'], ZeroAddress, ZeroAddress] }),
      'SizeNotCovered',
    );
    await expectRefusal(
      deploy({ verifiers: [margin['16'], margin['4'], ZeroAddress] }),
      'WrongProfile',
    );
    await expectRefusal(
      deploy({ verifiers: [ZeroAddress, life.venue.verifiers.liquidation['16'], ZeroAddress] }),
      'WrongStatement',
    );
  });
});

describe('the end of the venue', () => {
  it('is not before it', async () => {
    await life.after();
    await expectRefusal(send(life.venue.vault, 'beginExit', []), 'VenueNotDead');
    await life.after();
    await expectRefusal(send(life.venue.vault, 'payExit', [MINE]), 'ExitNotBegun');
    const proof = await life.claimProof(MINE);
    await life.after();
    await expectRefusal(
      send(life.venue.vault, 'registerExit', [healthProof(proof)]),
      'ExitNotBegun',
    );
    await life.after();
    await expectRefusal(send(life.venue.liquidationEngine, 'abandon', [BROKE, 0]), 'VenueNotDead');
  });

  it('gives deposits that were never consumed back', async () => {
    await deposit(MINE, 0n);
    await dead();
    const [message] = await life.sequencer.messages('user', 0n);
    const { words } = await import('../support/life.ts');
    const unconsumed = {
      index: 0n,
      message: words(message!),
      amountE6: 0n,
      sequence: 0n,
      path: [],
    };
    await life.after();
    await refundDeposit(life.by('stranger'), unconsumed);
    expect(await life.claimable('depositor')).toBe(DEPOSIT);
  });

  it('gives no deposit back that a ledger has, whatever is said of it', async () => {
    await deposit(MINE, 0n);
    await life.root();
    const { index, message } = await life.consumed(0n);
    await dead();
    await life.after();
    const never = { index, message, amountE6: 0n, sequence: 0n, path: [] };
    await expectRefusal(refundDeposit(life.by('stranger'), never), 'NotConsumedBy');
  });

  it('pays what a ledger had taken off without a proof, as far as there is money', async () => {
    await request(MINE, DEPOSIT);
    await life.root();
    const consumed = await life.consumed(0n);
    expect(consumed.amountE6).toBe(DEPOSIT);
    // Nobody had brought what the sample's accounts begin with.
    await deposit(BROKE, 0n, DEPOSIT - 1n);
    await life.root();
    await dead();
    await life.after();
    await expectRefusal(settleWithdrawal(life.by('stranger'), consumed), 'HoldsTooLittle', [
      DEPOSIT - 1n,
      DEPOSIT,
    ]);
  });

  it('pays it to who asked for it, once', async () => {
    await fill();
    await request(MINE, DEPOSIT);
    await life.root();
    const consumed = await life.consumed(1n);
    await dead();
    await life.after();
    await settleWithdrawal(life.by('stranger'), consumed);
    expect(await life.claimable('owner')).toBe(DEPOSIT);
    await life.after();
    await expectRefusal(settleWithdrawal(life.by('stranger'), consumed), 'NotPending');
  });

  it('gives escrows back whose takeover was never consumed, and ends what is open', async () => {
    await life.open(BROKE);
    await life.open(accountNamed('bankrupt-paid-in-full'));
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    const terms = termsIn(life.venue, await life.bid(BROKE, frozenIn));
    await life.after();
    await expectRefusal(send(life.venue.liquidationEngine, 'reclaim', [terms]), 'VenueNotDead');
    await dead();
    await life.after();
    await send(life.venue.liquidationEngine, 'reclaim', [terms]);
    expect(await life.claimable('bidder')).toBe(terms.payerPaidE6);
    await life.after();
    await expectRefusal(send(life.venue.liquidationEngine, 'reclaim', [terms]), 'WrongTerms');
    await life.after();
    await send(life.venue.liquidationEngine, 'abandon', [accountNamed('bankrupt-paid-in-full'), 0]);
    const reserved: unknown = await life.venue.insuranceFund.getFunction('reservedE6').staticCall();
    expect(reserved).toBe(0n);
    await life.after();
    await expectRefusal(
      send(life.venue.liquidationEngine, 'abandon', [accountNamed('bankrupt-paid-in-full'), 0]),
      'NotOpen',
    );
  });

  it('shares what is held among those who register at one final tick', async () => {
    await fill();
    await life.root();
    await deposit(MINE, 0n);
    await dead();
    await life.after();
    await expectRefusal(send(life.venue.vault, 'beginExit', []), 'NotTheFinalLedger');
    await life.nextTick();
    await life.nextTick();
    await life.after();
    await send(life.venue.vault, 'beginExit', []);
    await life.after();
    await expectRefusal(send(life.venue.vault, 'beginExit', []), 'ExitAlreadyBegun');
    const proof = await life.marginProof(MINE, 'vault', 'registerExit', life.addresses.owner);
    const struct = {
      tick: proof.tick,
      profile: Number(proof.profile),
      proof: proof.proof,
      publicSignals: [...proof.publicSignals],
    };
    await life.after();
    await expectRefusal(
      send(life.venue.vault, 'registerExit', [{ ...struct, tick: struct.tick - 1n }]),
      'NotTheExitTick',
    );
    for (const [values, error] of [
      [{ change: 5n }, 'NotAsItStands'],
      [{ equityE6: 0n }, 'BelowInitialMargin'],
      [{ equityE6: 2n ** 96n }, 'BelowInitialMargin'],
    ] as const) {
      const given = { ...struct, publicSignals: claiming(proof, values) };
      await life.after();
      await expectRefusal(send(life.venue.vault, 'registerExit', [given]), error);
    }
    await life.after();
    await send(life.venue.vault, 'registerExit', [struct]);
    await life.after();
    await expectRefusal(send(life.venue.vault, 'registerExit', [struct]), 'AlreadyRegistered');
    await life.after();
    await expectRefusal(send(life.venue.vault, 'payExit', [MINE]), 'RegistrationOpen');
    await life.after(BigInt(CONFIG.exitWindow) + 1n);
    await expectRefusal(send(life.venue.vault, 'registerExit', [struct]), 'RegistrationEnded');
    // What is refused mines no block: the clock is set anew before every call until one does.
    await life.after(BigInt(CONFIG.exitWindow) + 1n);
    await expectRefusal(send(life.venue.vault, 'payExit', [BROKE]), 'NotRegistered');
    const all = await held();
    const { equityE6 } = marginOf(MINE);
    const registered = equityE6 + 1_000_000_000_000n;
    await life.after(BigInt(CONFIG.exitWindow) + 1n);
    await send(life.venue.vault, 'payExit', [MINE]);
    expect(await life.claimable('owner')).toBe(all < registered ? all : registered);
    // Who was to be refunded had all that time: what is shared is fixed now.
    const { words } = await import('../support/life.ts');
    const index = life.sequencer.state.userCount;
    const [message] = await life.sequencer.messages('user', index);
    const late = { index, message: words(message!), amountE6: 0n, sequence: 0n, path: [] };
    await life.after();
    await expectRefusal(refundDeposit(life.by('stranger'), late), 'SharesAreFixed');
    await life.after();
    await expectRefusal(send(life.venue.vault, 'payExit', [MINE]), 'NotRegistered');
  });
});
