// SPDX-License-Identifier: GPL-3.0-or-later
// Coins in custody: through the inbox, against a real sequencer, with real proofs where a proof gates.
import { ZeroAddress, type Contract, type ContractTransactionReceipt } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { send } from '../../prover/chain/refusal.ts';
import { healthProof } from '../../prover/chain/submit.ts';
import type { ConsumedMessage } from '../../prover/chain/vault.ts';
import { amountOf } from '../../prover/commitments/inbox-message.ts';
import { applyMessages } from '../../prover/sequencer/apply-messages.ts';
import { decodePublicSignals } from '../../prover/statements/public-signals.ts';
import { as, deployContract, deployVenue, expectRefusal, guardianOf } from '../support/chain.ts';
import { coinVaultOf, deployCoins, type DeployedCoin } from '../support/coins.ts';
import { compareGas } from '../support/gas.ts';
import { startLife, termsIn, words, type Life, type Person } from '../support/life.ts';
import { accountNamed, claiming, closeProver } from '../support/proofs.ts';
import {
  deployRegister,
  latestPin,
  sessionVerifiers,
  unconsumedAt,
  type Unconsumed,
} from '../support/registers.ts';

const MINE = accountNamed('together');
const BROKE = accountNamed('ordinary-liquidation');
const BANKRUPT = accountNamed('bankrupt-paid-in-full');
const { registry: REGISTRY } = DEFAULT_VENUE_CONFIG;
const [BTC, ETH, STETH] = [0, 1, 2];
const COINS = [BTC, ETH, STETH];
const ONE = 100_000_000n;
/** Of every coin, in everybody's pocket. */
const POCKET = 1_000n * ONE;

let life: Life;
let coins: readonly DeployedCoin[];
let register: Contract;
let saved: Awaited<ReturnType<Life['save']>>;

beforeAll(async () => {
  life = await startLife({
    owned: ['together', 'ordinary-liquidation', 'bankrupt-paid-in-full'],
    coins: async (deployer) => {
      coins = await deployCoins(deployer);
      return coins.map(({ terms }) => ({ ...terms, minDepositE8: 10n }));
    },
  });
  const { coinVault } = life.venue.addresses;
  for (const person of ['owner', 'depositor'] as const) {
    for (const { token, give } of coins) {
      await give(life.addresses[person], POCKET);
      await send(as(token, life.signer(person)), 'approve', [coinVault, 2n ** 255n]);
    }
  }
  register = await deployRegister(
    life.signer('deployer'),
    life.venue.addresses.marketFeed,
    await sessionVerifiers(life.signer('deployer')),
  );
  await life.nextTick();
  saved = await life.save();
}, 600_000);

afterEach(async () => {
  saved = await life.restore(saved);
});

afterAll(async () => {
  await life.chain.close();
  await closeProver();
});

const vault = (person: Person = 'stranger'): Contract => coinVaultOf(life.by(person));
const call = async (
  person: Person,
  method: string,
  args: readonly unknown[],
): Promise<ContractTransactionReceipt> => {
  await life.after();
  return send(vault(person), method, args);
};
const deposit = (coin: number, amountE8 = ONE, account = MINE, nonce = 0n) =>
  call('depositor', 'deposit', [coin, account, nonce, amountE8]);
const request = (coin: number, amountE8 = ONE, account = MINE, person: Person = 'owner') =>
  call(person, 'requestWithdrawal', [coin, account, 0n, amountE8]);
const outcome = (consumed: ConsumedMessage) => ({ ...consumed, path: [...consumed.path] });
const refund = async (coin: number, consumed: ConsumedMessage) =>
  call('stranger', 'refundDeposit', [coin, outcome(consumed)]);
const settle = async (coin: number, consumed: ConsumedMessage) =>
  call('stranger', 'settleWithdrawal', [coin, outcome(consumed)]);
const claimProof = (account = MINE) =>
  life.marginProof(account, 'coinVault', 'claimWithdrawal', life.addresses.owner);
const claim = async (
  coin: number,
  consumed: ConsumedMessage,
  proof: Awaited<ReturnType<typeof claimProof>>,
) => call('stranger', 'claimWithdrawal', [coin, outcome(consumed), healthProof(proof)]);

const ask = (method: string, ...args: readonly unknown[]): Promise<unknown> =>
  vault()
    .getFunction(method)
    .staticCall(...args) as Promise<unknown>;
/** Held, claimable, missing. */
const totals = async (coin: number): Promise<readonly bigint[]> => [
  ...((await ask('totals', coin)) as bigint[]),
];
const claimable = (coin: number, person: Person) =>
  ask('claimableE8', coin, life.addresses[person]);
const pocket = async (coin: number, person: Person): Promise<bigint> => {
  const { token, terms } = coins[coin]!;
  const units: bigint = await token
    .getFunction(terms.byShares ? 'sharesOf' : 'balanceOf')
    .staticCall(life.addresses[person]);
  return coin === BTC ? units : units / 10n ** 10n;
};
const balanceOf = (account: number): readonly bigint[] =>
  life.sequencer.state.accounts[account]!.collateralE8;
const allOfIt = {
  withdrawable: (_: unknown, message: Parameters<typeof amountOf>[0]) => amountOf(message),
};

const dead = async (): Promise<void> => {
  await life.after(BigInt(REGISTRY.deadAfter) + 1n);
  await life.chain.rpc('evm_mine', []);
};

const unconsumed = (lane: 'engine' | 'user'): Promise<Unconsumed> => unconsumedAt(life, lane);
const pin = async (user?: Unconsumed): Promise<readonly bigint[]> => {
  const lanes = [await unconsumed('engine'), user ?? (await unconsumed('user'))];
  await life.after();
  await send(register, 'pinTick', lanes);
  return (await latestPin(register)).coinsE8;
};

describe('deposits of coins', () => {
  it.each(COINS)('of coin %i are credited by the ledger and held for it', async (coin) => {
    const before = balanceOf(MINE)[coin]!;
    await compareGas(`deposit coin ${coin}, first`, await deposit(coin));
    expect(await totals(coin)).toEqual([ONE, 0n, 0n]);
    expect(await pocket(coin, 'depositor')).toBe(POCKET - ONE);
    await life.root();
    expect(balanceOf(MINE)[coin]).toBe(before + ONE);
    await expectRefusal(refund(coin, await life.consumed(0n)), 'NothingToRefund');
  });

  it('for another nonce come back to the depositor, once, and as no other coin (attack: refunded in another coin)', async () => {
    await deposit(BTC, ONE, MINE, 1n);
    await deposit(ETH, ONE);
    await life.root();
    const consumed = await life.consumed(0n);
    expect(consumed.amountE6).toBe(0n);
    await expectRefusal(refund(ETH, consumed), 'WrongKind', [18]);
    await expectRefusal(refund(BTC, { ...consumed, amountE6: 1n }), 'WrongOutcome');
    await compareGas('refund a deposit of a coin', await refund(BTC, consumed));
    await expectRefusal(refund(BTC, consumed), 'AlreadyRefunded');
    expect(await claimable(BTC, 'depositor')).toBe(ONE);
    expect(await totals(BTC)).toEqual([0n, ONE, 0n]);
    // Nor does the vault of the quote asset know it.
    await life.after();
    await expectRefusal(
      send(life.by('stranger').vault, 'refundDeposit', [outcome(consumed)]),
      'WrongKind',
      [18],
    );
    await compareGas(
      'collect a coin',
      await call('depositor', 'collect', [BTC, life.addresses.depositor]),
    );
    expect(await pocket(BTC, 'depositor')).toBe(POCKET);
    await expectRefusal(
      call('depositor', 'collect', [BTC, life.addresses.depositor]),
      'NothingToCollect',
    );
  });

  it('beyond the top of a balance come back in part', async () => {
    const top = (1n << 56n) - 1n;
    const full = life.sequencer.state.accounts[MINE]!;
    const short = { ...full, collateralE8: [top - 4n, 0n, 0n] as const };
    const { consumed } = applied(short, 10n);
    expect(consumed).toBe(4n);
  });

  it('of dust, of too much, of no coin, or for what no message can name are refused', async () => {
    await expectRefusal(deposit(BTC, 9n), 'AmountOutOfRange', [9, 10, 2n ** 47n - 1n]);
    await expectRefusal(deposit(BTC, 2n ** 47n), 'AmountOutOfRange');
    await expectRefusal(request(BTC, 9n), 'AmountOutOfRange');
    await expectRefusal(deposit(3), 'NoSuchCoin', [3]);
    await expectRefusal(request(3), 'NoSuchCoin', [3]);
    await expectRefusal(deposit(BTC, ONE, 2 ** 24), 'AccountIndexOutOfRange');
    await expectRefusal(deposit(BTC, ONE, MINE, 2n ** 32n), 'SettlementNonceOutOfRange');
  });
});

/** What a ledger credits of a deposit to such an account. */
function applied(
  account: Life['sequencer']['state']['accounts'][number],
  amountE8: bigint,
): { readonly consumed: bigint } {
  const message = {
    kind: 'coinDeposit',
    coin: 0,
    accountIndex: 0n,
    settlementNonce: account.settlementNonce,
    amountE8,
    address: 1n,
  } as const;
  return { consumed: applyMessages([account], [message]).outcomes[0]!.applied };
}

describe('withdrawals of coins (P17)', () => {
  it.each(COINS)('of coin %i go from request to outcome to claim', async (coin) => {
    await deposit(coin);
    await life.root();
    await compareGas(`request coin ${coin}`, await request(coin));
    const pending = (): Promise<unknown> =>
      ask('pendingWithdrawal', coin, MINE, 0n, life.addresses.owner);
    expect(await pending()).toBe(2n);
    await expectRefusal(request(coin), 'WithdrawalPending', [1n]);
    await life.root();
    const consumed = await life.consumed(1n);
    expect(consumed.amountE6).toBe(ONE);
    const early = await claimProof();
    await expectRefusal(claim(coin, consumed, early), 'LedgerTooOld');
    await life.nextTick();
    const proof = await claimProof();
    const other = (coin + 1) % COINS.length;
    await expectRefusal(claim(other, consumed, proof), 'WrongKind');
    await compareGas(`claim coin ${coin}`, await claim(coin, consumed, proof));
    await expectRefusal(claim(coin, consumed, proof), 'NotPending');
    expect(await pending()).toBe(0n);
    expect(await totals(coin)).toEqual([0n, ONE, 0n]);
    await call('owner', 'collect', [coin, life.addresses.owner]);
    expect(await pocket(coin, 'owner')).toBe(POCKET + ONE);
    expect(await totals(coin)).toEqual([0n, 0n, 0n]);
  });

  it('need a proof of this account as it stands, for this vault', async () => {
    await deposit(BTC);
    await request(BTC);
    await life.root();
    await life.nextTick();
    const consumed = await life.consumed(1n);
    const proof = await claimProof();
    const gated = { ...proof, statement: 'account-margin', names: [] } as never;
    for (const [values, error] of [
      [{ settlementNonce: 1n }, 'WrongNonce'],
      [{ owner: 5n }, 'NotTheOwner'],
      [{ change: 5n }, 'NotAsItStands'],
      [{ equityE6: 0n }, 'BelowInitialMargin'],
      [{ equityE6: 10n ** 15n }, 'InvalidProof'],
    ] as const) {
      const lie = { ...proof, publicSignals: claiming(gated, values) };
      await expectRefusal(claim(BTC, consumed, lie), error);
    }
    // A proof for the vault of the quote asset is for no other.
    await expectRefusal(claim(BTC, consumed, await life.claimProof(MINE)), 'WrongContext');
  });

  it('of a stranger take nothing and block nobody', async () => {
    await deposit(BTC);
    await request(BTC, ONE, MINE, 'stranger');
    await request(BTC);
    await life.root();
    expect((await life.consumed(1n)).amountE6).toBe(0n);
    expect((await life.consumed(2n)).amountE6).toBe(ONE);
    await settle(BTC, await life.consumed(1n));
    expect(await claimable(BTC, 'stranger')).toBe(0n);
    await expectRefusal(settle(BTC, await life.consumed(2n)), 'NotTakenOver');
  });

  it('wait while the nonce is under liquidation, and frozen in flight take nothing', async () => {
    await deposit(BTC, 20n * ONE, BROKE);
    await life.root();
    const rich = await life.save();
    await request(BTC, ONE, BROKE);
    await life.root();
    const consumed = await life.consumed(1n);
    expect(consumed.amountE6).toBe(ONE);
    // Opened at the tick of the ledger before all this.
    await life.open(BROKE);
    await life.nextTick();
    const proof = await claimProof(BROKE);
    await expectRefusal(claim(BTC, consumed, proof), 'UnderLiquidation', [BROKE, 0]);
    await expectRefusal(settle(BTC, consumed), 'NotTakenOver');
    await life.restore(rich);
    await life.open(BROKE);
    await request(BTC, ONE, BROKE);
    await life.root();
    expect((await life.consumed(1n)).amountE6).toBe(0n);
  });

  it('go with the leaf to who takes it over, and to nobody under the old nonce', async () => {
    await deposit(BTC, ONE / 1_000n, BROKE);
    await life.root();
    await life.nextTick();
    await life.open(BROKE);
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    await life.bid(BROKE, frozenIn);
    await request(BTC, 10n, BROKE);
    await life.root(allOfIt);
    expect((await life.consumed(1n)).amountE6).toBe(0n);
    const before = balanceOf(BROKE)[BTC]!;
    await call('bidder', 'requestWithdrawal', [BTC, BROKE, 1n, 10n]);
    await life.root(allOfIt);
    expect((await life.consumed(2n)).amountE6).toBe(10n);
    expect(balanceOf(BROKE)[BTC]).toBe(before - 10n);
  });

  it('taken off a nonce that cost the fund are free once it is paid back, by anybody (attack: coins out, the debt to the fund)', async () => {
    await deposit(BTC, ONE, BANKRUPT);
    await life.root();
    await request(BTC, ONE, BANKRUPT);
    await life.root(allOfIt);
    const consumed = await life.consumed(1n);
    expect(consumed.amountE6).toBe(ONE);
    await life.nextTick();
    await life.open(BANKRUPT);
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    const terms = termsIn(life.venue, await life.bid(BANKRUPT, frozenIn));
    await life.root();
    await life.close(terms);
    const quote = life.by('stranger').vault;
    const owed = (): Promise<bigint> =>
      quote.getFunction('unrepaidE6').staticCall(BANKRUPT, 0n) as Promise<bigint>;
    const fundPaidE6 = await owed();
    expect(fundPaidE6).toBeGreaterThan(1n);
    await expectRefusal(settle(BTC, consumed), 'FundUnrepaid', [BANKRUPT, 0, fundPaidE6]);
    const repay = async (amountE6: bigint) => {
      await life.after();
      return send(quote, 'repayFund', [BANKRUPT, 0n, amountE6]);
    };
    await expectRefusal(repay(0n), 'AmountOutOfRange');
    await expectRefusal(repay(fundPaidE6 + 1n), 'AmountOutOfRange', [
      fundPaidE6 + 1n,
      1,
      fundPaidE6,
    ]);
    await compareGas('repay the fund', await repay(fundPaidE6 - 1n));
    await expectRefusal(settle(BTC, consumed), 'FundUnrepaid', [BANKRUPT, 0, 1]);
    await compareGas('repay the fund, again', await repay(1n));
    await expectRefusal(repay(1n), 'AmountOutOfRange');
    await compareGas('settle a withdrawal of a coin', await settle(BTC, consumed));
    expect(await claimable(BTC, 'owner')).toBe(ONE);
    const { insuranceFund } = life.venue.addresses;
    expect(await quote.getFunction('claimableE6').staticCall(insuranceFund)).toBe(fundPaidE6);
  });
});

describe('a pin of coins (P26)', () => {
  it('is without deposits that the ledger of the tick has not booked, and with those that it has', async () => {
    await deposit(BTC);
    await deposit(STETH, 3n * ONE);
    expect(await pin()).toEqual([0n, 0n, 0n]);
    await life.root();
    expect(await pin()).toEqual([0n, 0n, 0n]);
    await life.nextTick();
    await deposit(ETH);
    expect(await pin()).toEqual([ONE, 0n, 3n * ONE]);
  });

  it('is without what was taken off, claimed or not, and with a message counted twice or left out it is refused', async () => {
    await deposit(BTC);
    await life.root();
    await request(BTC, ONE - 1n);
    await life.root();
    await life.nextTick();
    expect(await pin()).toEqual([1n, 0n, 0n]);
    await claim(BTC, await life.consumed(1n), await claimProof());
    expect(await pin()).toEqual([1n, 0n, 0n]);
    await call('owner', 'collect', [BTC, life.addresses.owner]);
    expect(await pin()).toEqual([1n, 0n, 0n]);
    await deposit(BTC, 2n * ONE);
    const user = await unconsumed('user');
    const [message] = user.messages;
    await expectRefusal(
      pin({ ...user, messages: [message!, message!] }),
      'WrongMessageCount',
      [1, 1, 2],
    );
    await expectRefusal(pin({ ...user, messages: [] }), 'WrongMessageCount', [1, 1, 0]);
    // The same amount as another coin's.
    const asEther = { ...message!, w0: message!.w0 + 2n };
    await expectRefusal(pin({ ...user, messages: [asEther] }), 'MessageMismatch');
    expect(await pin(user)).toEqual([1n, 0n, 0n]);
  });

  it('is without a deposit that the ledger refused, refunded or not', async () => {
    await deposit(ETH);
    await deposit(ETH, ONE, MINE, 1n);
    await life.root();
    await life.nextTick();
    expect(await pin()).toEqual([0n, ONE, 0n]);
    await refund(ETH, await life.consumed(1n));
    expect(await pin()).toEqual([0n, ONE, 0n]);
  });

  it('cannot be had with a ledger that says less of a coin was released than messages did, or more', async () => {
    await deposit(BTC);
    await life.root();
    await request(BTC);
    for (const byE8 of [-ONE, -1n, 1n]) {
      const attempt = life.root({ misbehaviour: { kind: 'miscount-coin', coin: 0, byE8 } });
      await expect(attempt).rejects.toMatchObject({ rule: 'T11' });
    }
    const beyond = life.root({ misbehaviour: { kind: 'miscount-coin', coin: 1, byE8: 1n } });
    await expect(beyond).rejects.toMatchObject({ rule: 'T11' });
  });

  it('counts no coin that was sent past the vault, and none that is missing', async () => {
    await deposit(BTC);
    await deposit(STETH);
    await life.root();
    await life.nextTick();
    const { coinVault } = life.venue.addresses;
    await send(coins[BTC]!.token, 'mint', [coinVault, 5n * ONE]);
    expect(await pin()).toEqual([ONE, 0n, ONE]);
    expect(await totals(BTC)).toEqual([ONE, 0n, 0n]);
    await send(coins[BTC]!.token, 'burn', [coinVault, 5n * ONE + 1n]);
    expect(await pin()).toEqual([ONE - 1n, 0n, ONE]);
    expect(await totals(BTC)).toEqual([ONE, 0n, 1n]);
    // What a share is worth is its owner's; a share that is taken away is missing.
    await send(coins[STETH]!.token, 'rebase', [10n ** 17n]);
    expect(await pin()).toEqual([ONE - 1n, 0n, ONE]);
    await send(coins[STETH]!.token, 'burnShares', [coinVault, 1n]);
    expect(await pin()).toEqual([ONE - 1n, 0n, ONE - 1n]);
    // A token that answers nothing holds up no other asset.
    await send(coins[BTC]!.token, 'fallSilent', []);
    expect(await pin()).toEqual([0n, 0n, ONE - 1n]);
  });
});

describe('coins while the venue is not as it should be', () => {
  it('come in, are asked for, refunded and collected during a halt, and a claim and a pin wait for a tick', async () => {
    await deposit(BTC);
    await deposit(ETH, ONE, MINE, 1n);
    await request(BTC);
    await life.root();
    await life.nextTick();
    const proof = await claimProof();
    await life.after();
    await send(as(life.venue.marketFeed, guardianOf(life.chain)), 'halt', []);
    await expectRefusal(claim(BTC, await life.consumed(2n), proof), 'MarketHalted');
    await expectRefusal(pin(), 'MarketHalted');
    await refund(ETH, await life.consumed(1n));
    await call('depositor', 'collect', [ETH, life.addresses.depositor]);
    await deposit(STETH);
    await request(STETH, 10n);
    expect(await totals(STETH)).toEqual([ONE, 0n, 0n]);
    expect(await totals(ETH)).toEqual([0n, 0n, 0n]);
    expect(await totals(BTC)).toEqual([ONE, 0n, 0n]);
  });

  it('wait out a forced root, which credits and releases nothing of them, and are credited by the next', async () => {
    await deposit(BTC);
    await life.root();
    await request(BTC, 10n);
    await life.root();
    await life.open(BROKE);
    await deposit(ETH);
    await life.after(BigInt(REGISTRY.deadline) + 1n);
    await life.chain.rpc('evm_mine', []);
    const releasedE8 = async (): Promise<readonly bigint[]> => {
      const { ledgerRegistry } = life.venue;
      const { sequence } = (await ledgerRegistry.getFunction('latest').staticCall()) as {
        readonly sequence: bigint;
      };
      return [...(await ledgerRegistry.getFunction('releasedE8').staticCall(sequence))] as bigint[];
    };
    expect(await releasedE8()).toEqual([10n, 0n, 0n]);
    const before = balanceOf(MINE);
    await life.force();
    expect(await releasedE8()).toEqual([10n, 0n, 0n]);
    expect(balanceOf(MINE)).toEqual(before);
    await life.root();
    expect(balanceOf(MINE)).toEqual(before.with(ETH, before[ETH]! + ONE));
    expect((await life.consumed(2n)).amountE6).toBe(ONE);
    await life.nextTick();
    await claim(BTC, await life.consumed(1n), await claimProof());
    expect(await claimable(BTC, 'owner')).toBe(10n);
  });
});

describe('a token of a coin', () => {
  it('that says no in place of reverting brings and pays nothing, and nothing is lost', async () => {
    await deposit(BTC, ONE, MINE, 1n);
    await life.root();
    await refund(BTC, await life.consumed(0n));
    const { token } = coins[BTC]!;
    await send(token, 'refuse', [true]);
    await expectRefusal(deposit(BTC), 'SafeERC20FailedOperation', [token.target]);
    await expectRefusal(
      call('depositor', 'collect', [BTC, life.addresses.depositor]),
      'SafeERC20FailedOperation',
      [token.target],
    );
    expect(await totals(BTC)).toEqual([0n, ONE, 0n]);
    await send(token, 'refuse', [false]);
    await call('depositor', 'collect', [BTC, life.addresses.depositor]);
    expect(await pocket(BTC, 'depositor')).toBe(POCKET);
  });

  it('that keeps a fee is refused as it comes in', async () => {
    await send(coins[ETH]!.token, 'takeFee', [1n]);
    await expectRefusal(deposit(ETH), 'NotExactCoin', [
      ETH,
      ONE * 10n ** 10n,
      (ONE * 10n ** 10n * 9_999n) / 10_000n,
    ]);
    expect(await totals(ETH)).toEqual([0n, 0n, 0n]);
    await deposit(BTC);
  });

  it('that blocks somebody holds up nobody else: what is owed goes wherever its owner says', async () => {
    await deposit(BTC, ONE, MINE, 1n);
    await life.root();
    await send(coins[BTC]!.token, 'blockAccount', [life.addresses.depositor]);
    await refund(BTC, await life.consumed(0n));
    // Of a token's error the vault knows no name.
    await expect(call('depositor', 'collect', [BTC, life.addresses.depositor])).rejects.toThrow();
    expect(await claimable(BTC, 'depositor')).toBe(ONE);
    await call('depositor', 'collect', [BTC, life.addresses.stranger]);
    expect(await pocket(BTC, 'stranger')).toBe(ONE);
  });

  it('that calls back enters nothing a second time', async () => {
    await deposit(BTC, ONE, MINE, 1n);
    await life.root();
    await refund(BTC, await life.consumed(0n));
    const { coinVault } = life.venue.addresses;
    const inner = vault().interface;
    for (const data of [
      inner.encodeFunctionData('deposit', [BTC, MINE, 0n, ONE]),
      inner.encodeFunctionData('collect', [BTC, life.addresses.stranger]),
    ]) {
      const before = await life.save();
      await send(coins[BTC]!.token, 'arm', [coinVault, data]);
      await expect(deposit(BTC)).rejects.toThrow();
      await expect(call('depositor', 'collect', [BTC, life.addresses.depositor])).rejects.toThrow();
      expect(await totals(BTC)).toEqual([0n, ONE, 0n]);
      await life.restore(before);
    }
    await call('depositor', 'collect', [BTC, life.addresses.depositor]);
  });

  it('that calls back hides no unit that is missing from a pin (attack: pinned while a claim is paid)', async () => {
    await deposit(BTC);
    await deposit(BTC, ONE, MINE, 1n);
    await life.root();
    await life.nextTick();
    await refund(BTC, await life.consumed(1n));
    const { token } = coins[BTC]!;
    const collect = () => call('depositor', 'collect', [BTC, life.addresses.depositor]);
    const lanes = [await unconsumed('engine'), await unconsumed('user')];
    const data = register.interface.encodeFunctionData('pinTick', lanes);
    await send(token, 'burn', [life.venue.addresses.coinVault, ONE / 2n]);
    expect(await pin()).toEqual([ONE / 2n, 0n, 0n]);
    await send(token, 'arm', [register.target, data]);
    await expectRefusal(collect(), 'ReentrancyGuardReentrantCall');
    // Control: with a callback to what does not look into the vault it is paid.
    const harmless = register.interface.encodeFunctionData('latestPin', []);
    await send(token, 'arm', [register.target, harmless]);
    await collect();
    expect(await pin()).toEqual([ONE / 2n, 0n, 0n]);
  });

  it('stands for one coin, has eight decimals or more, and a least deposit', async () => {
    const [deployer] = life.chain.accounts;
    const margins = life.venue.verifiers['account-margin'];
    const deploy = (terms: readonly unknown[]) =>
      deployContract(deployer!, 'CoinVault', [
        terms,
        life.venue.addresses.marketFeed,
        [ZeroAddress, margins['16'], ZeroAddress],
      ]);
    const none = { token: ZeroAddress, byShares: false, minDepositE8: 0n };
    const [btc, eth] = coins.map(({ terms }) => terms);
    await expectRefusal(deploy([btc, eth, { ...btc!, byShares: true }]), 'CoinTwice', [btc!.token]);
    await expectRefusal(deploy([none, { ...btc!, minDepositE8: 0n }, none]), 'InvalidCoin', [1]);
    const much = { ...btc!, minDepositE8: 2n ** 47n };
    await expectRefusal(deploy([much, none, none]), 'InvalidCoin', [0]);
    const dollar = { ...btc!, token: life.venue.addresses.asset };
    await expectRefusal(deploy([none, none, dollar]), 'WrongCoinDecimals', [2, 6]);
    // Coins that a venue does not hold are as good as none.
    const bare = await deploy([none, btc, none]);
    await life.after();
    await expectRefusal(send(bare, 'deposit', [BTC, MINE, 0n, ONE]), 'NoSuchCoin', [BTC]);
    await expectRefusal(send(bare, 'deposit', [ETH, MINE, 0n, ONE]), 'NotTheVault');
    expect(await bare.getFunction('coinTerms').staticCall(ETH)).toEqual([
      btc!.token,
      false,
      btc!.minDepositE8,
    ]);
  });

  it('is held by a vault of the venue that it is bound to', async () => {
    const other = await deployVenue(life.chain);
    const { marketFeed, liquidationEngine, vault: quote } = other.addresses;
    const { marginGuarantee } = other.addresses;
    const { coinVault } = life.venue.addresses;
    // A venue that is bound is bound before its parts are looked at; this one's own parts are told apart first.
    const registry = await deployContract(life.chain.accounts[0]!, 'LedgerRegistry', [
      life.venue.transitionVerifier,
      life.venue.verifiers.takeover.any,
      REGISTRY,
    ]);
    await expectRefusal(
      send(registry, 'bind', [marketFeed, liquidationEngine, quote, marginGuarantee, coinVault]),
      'NotOfThisVenue',
    );
    expect(await life.venue.ledgerRegistry.getFunction('coinVault').staticCall()).toBe(coinVault);
    expect(await other.ledgerRegistry.getFunction('coinVault').staticCall()).toBe(ZeroAddress);
  });
});

describe('the end of a venue with coins', () => {
  it('gives deposits that were never consumed back, and none that a ledger has', async () => {
    await deposit(BTC);
    await life.root();
    const booked = await life.consumed(0n);
    await deposit(ETH);
    const [message] = await life.sequencer.messages('user', 1n);
    await dead();
    const never = { amountE6: 0n, sequence: 0n, path: [] };
    await refund(ETH, { ...never, index: 1n, message: words(message!) });
    expect(await claimable(ETH, 'depositor')).toBe(ONE);
    await expectRefusal(
      refund(BTC, { ...never, index: 0n, message: booked.message }),
      'NotConsumedBy',
    );
    await expectRefusal(deposit(BTC), 'VenueIsDead');
  });

  it('pays what a ledger had taken off without a proof, as far as there is any, once', async () => {
    await deposit(BTC);
    await life.root();
    await request(BTC);
    await life.root();
    const consumed = await life.consumed(1n);
    await dead();
    await settle(BTC, consumed);
    expect(await claimable(BTC, 'owner')).toBe(ONE);
    await expectRefusal(settle(BTC, consumed), 'NotPending');
  });

  it('shares what is held in proportion to proven equity, coin by coin, once (attack: out of the coins before all are registered)', async () => {
    await deposit(BTC, 2n * ONE);
    await deposit(STETH);
    await life.root();
    await deposit(BTC, ONE, MINE, 1n);
    const index = life.sequencer.state.userCount;
    const [message] = await life.sequencer.messages('user', index);
    const never = { index, message: words(message!), amountE6: 0n, sequence: 0n, path: [] };
    await dead();
    const pay = (coin: number, account = MINE) => call('stranger', 'payExit', [coin, account]);
    await expectRefusal(pay(BTC), 'ExitNotBegun');
    await life.nextTick();
    await life.nextTick();
    await life.after();
    await send(life.by('stranger').vault, 'beginExit', []);
    const equities: bigint[] = [];
    for (const account of [MINE, BROKE]) {
      const proof = await life.marginProof(account, 'vault', 'registerExit', life.addresses.owner);
      await life.after();
      await send(life.by('stranger').vault, 'registerExit', [healthProof(proof)]);
      equities.push(decodePublicSignals('account-margin', proof.publicSignals).equityE6);
    }
    await expectRefusal(pay(BTC), 'RegistrationOpen');
    const later = BigInt(DEFAULT_VENUE_CONFIG.vault.exitWindow) + 1n;
    await life.after(later);
    await life.chain.rpc('evm_mine', []);
    await expectRefusal(pay(BTC, BANKRUPT), 'NotRegistered');
    await expectRefusal(pay(ETH), 'HoldsTooLittle');
    // A unit that is missing is shared by all; the quote asset is no business of the coins.
    await send(coins[BTC]!.token, 'burn', [life.venue.addresses.coinVault, 1n]);
    const sharedE8 = 3n * ONE - 1n;
    const [mine, broke] = equities as [bigint, bigint];
    const share = (equityE6: bigint): bigint => (equityE6 * sharedE8) / (mine + broke);
    await compareGas('pay an exit in a coin, first', await pay(BTC));
    expect(await claimable(BTC, 'owner')).toBe(share(mine));
    await expectRefusal(pay(BTC), 'NotRegistered');
    // Who was to be refunded had all that time: what is shared is fixed now.
    await expectRefusal(refund(BTC, never), 'SharesAreFixed');
    await compareGas('pay an exit in a coin', await pay(BTC, BROKE));
    expect(await claimable(BTC, 'owner')).toBe(share(mine) + share(broke));
    await call('stranger', 'payExit', [STETH, MINE]);
    expect(await claimable(STETH, 'owner')).toBe((mine * ONE) / (mine + broke));
    // Nobody brought quote: that nothing of it can be shared holds up no coin.
    await life.after();
    await expectRefusal(send(life.by('stranger').vault, 'payExit', [MINE]), 'HoldsTooLittle');
    await call('owner', 'collect', [BTC, life.addresses.owner]);
    expect(await pocket(BTC, 'owner')).toBe(POCKET + share(mine) + share(broke));
  });
});
