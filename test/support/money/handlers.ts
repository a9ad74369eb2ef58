// SPDX-License-Identifier: GPL-3.0-or-later
// What anybody can do to a venue, each with what the model makes of it.
import { Interface, ZeroAddress } from 'ethers';

import {
  CURE_BPS,
  GUARANTEE,
  MAX_BID,
  MONEY_CONFIG,
  PROOF,
  SIZES,
  key,
  termsHash,
  termsTuple,
  type MoneyRun,
} from './run.ts';
import {
  KIND,
  max,
  min,
  type ModelMargin,
  type ModelMessage,
  type ModelRecord,
  type Terms,
} from './model.ts';

const PREPAID = MONEY_CONFIG.engine.prepaidWei;
const CURE_FEE = MONEY_CONFIG.engine.cureFeeE6;
const HORIZON = BigInt(MONEY_CONFIG.engine.horizonSeconds);

const usd = (dollars: number): bigint => BigInt(dollars) * 1_000_000n;

/** Does one thing and follows it in the model; false where there is nothing to do it to. */
export type Handler = (run: MoneyRun) => Promise<boolean>;

const someone = (run: MoneyRun): string => run.dice.pick(run.actors);

/** Mostly the account as it is now, sometimes as it was at another tick: refused or skipped. */
function someMargin(run: MoneyRun): ModelMargin {
  return run.marginAt(run.tick, run.dice.below(SIZES.length));
}

const isBackstops = (run: MoneyRun, { owner }: ModelMargin): boolean =>
  owner === run.addresses.backstop;

function openable(run: MoneyRun, margin: ModelMargin): boolean {
  const record = run.records.get(key(margin.index, margin.nonce));
  const guarantee = run.guarantees.get(key(margin.index, margin.nonce));
  const isCovered = guarantee !== undefined && run.money.clock <= guarantee.dueAt;
  const coveredE6 = isCovered && !guarantee.isCalled ? guarantee.amountE6 : 0n;
  if (margin.equityE6 + coveredE6 >= margin.maintenanceE6 || isBackstops(run, margin)) return false;
  if (record === undefined) return true;
  const seen = run.ledgers[run.tick.sequence - 1]!.engineCount;
  return record.status === 'cured' && seen > record.messageIndex;
}

function recordOpening(run: MoneyRun, margin: ModelMargin, keeper: string): void {
  const messageIndex = run.append('engine', {
    kind: KIND.freeze,
    account: margin.index,
    nonce: margin.nonce,
    amountE6: 0n,
    named: keeper,
  });
  const id = key(margin.index, margin.nonce);
  const guarantee = run.guarantees.get(id);
  const calledE6 = guarantee === undefined || guarantee.isCalled ? 0n : guarantee.amountE6;
  const reservedE6 = calledE6 + min(max(0n, -margin.equityE6 - calledE6), run.freeE6);
  if (calledE6 > 0n) {
    run.guarantees.set(id, { ...guarantee!, isCalled: true });
    run.reached.add('guarantee called');
  }
  run.setRecord(key(margin.index, margin.nonce), {
    status: 'open',
    keeper,
    tick: run.tick.number,
    clockAtOpen: run.money.clock,
    messageIndex,
    reservedE6,
    fundPaidE6: 0n,
    closed: false,
  });
}

const open: Handler = async (run) => {
  const candidates = SIZES.map((_, index) => run.marginAt(run.tick, index));
  const good = candidates.filter((margin) => openable(run, margin));
  if (good.length === 0 && run.dice.below(4) > 0) return false;
  const margin = good.length > 0 && run.dice.below(8) > 0 ? run.dice.pick(good) : someMargin(run);
  const keeper = someone(run);
  const signals = run.liquidationSignals(run.tick, margin, keeper);
  await run.call(
    someone(run),
    'liquidationEngine',
    'open',
    [run.tick.number, 16, PROOF, signals, keeper],
    PREPAID,
  );
  await run.refresh();
  if (!openable(run, margin)) throw new Error(`account ${margin.index} was opened`);
  recordOpening(run, margin, keeper);
  return true;
};

const openMany: Handler = async (run) => {
  const members = [0, 1, 2].map(() => someMargin(run));
  if (!members.some((margin) => openable(run, margin)) && run.dice.below(8) > 0) return false;
  const keeper = someone(run);
  await run.call(
    someone(run),
    'liquidationEngine',
    'openMany',
    [
      {
        tick: run.tick.number,
        profile: 16,
        proofs: members.map(() => PROOF),
        publicSignals: members.flatMap((margin) => [
          ...run.liquidationSignals(run.tick, margin, keeper),
        ]),
        beneficiary: keeper,
      },
    ],
    3n * PREPAID,
  );
  await run.refresh();
  const before = run.lanes.engine.length;
  for (const margin of members) {
    if (openable(run, margin)) recordOpening(run, margin, keeper);
  }
  run.appendedInOneRun(before);
  return true;
};

/** An open record and its account at the current tick. */
function someOpen(run: MoneyRun): { record: ModelRecord; margin: ModelMargin } | undefined {
  const open = [...run.records].filter(([, { status }]) => status === 'open');
  if (open.length === 0) return undefined;
  const [id, record] = run.dice.pick(open);
  return { record, margin: run.marginAt(run.tick, Number(id.split('/')[0])) };
}

const isExpired = (run: MoneyRun, record: ModelRecord): boolean =>
  run.money.clock > record.clockAtOpen + HORIZON;

const cure: Handler = async (run) => {
  const chosen = someOpen(run);
  if (chosen === undefined) return false;
  const { record, margin } = chosen;
  await run.refresh();
  const bps = isExpired(run, record) ? 10_000n : CURE_BPS;
  const neededE6 = (margin.maintenanceE6 * bps + 9_999n) / 10_000n;
  const missing = max(0n, neededE6 - margin.equityE6);
  const creditE6 = run.dice.below(4) === 0 ? missing / 2n : missing;
  const payer = someone(run);
  const owner = margin.owner;
  const proof = run.marginProof(run.tick, margin, run.engine, 'cureLiquidation', owner, creditE6);
  await run.call(payer, 'liquidationEngine', 'cure', [proof], PREPAID);
  if (creditE6 < missing) throw new Error('a cure passed without its credit');
  const messageIndex = run.append('engine', {
    kind: KIND.unfreeze,
    account: margin.index,
    nonce: margin.nonce,
    amountE6: creditE6,
    named: payer,
  });
  if (creditE6 > 0n) {
    run.heldE6 += creditE6;
    run.owe(record.keeper, CURE_FEE);
  }
  run.setRecord(key(margin.index, margin.nonce), {
    ...record,
    status: 'cured',
    keeper: ZeroAddress,
    tick: run.tick.number,
    messageIndex,
    reservedE6: 0n,
  });
  return true;
};

const NO_TERMS = {
  rewardE6: 0n,
  penaltyE6: 0n,
  proceedsE6: 0n,
  changeE6: 0n,
  payerPaidE6: 0n,
};

function recordTakeover(run: MoneyRun, record: ModelRecord, terms: Omit<Terms, 'messageIndex'>) {
  const { accountIndex, settlementNonce, newOwner, creditE6 } = terms;
  const messageIndex = run.append('engine', {
    kind: KIND.takeover,
    account: Number(accountIndex),
    nonce: settlementNonce,
    amountE6: creditE6,
    named: newOwner,
  });
  const { payerPaidE6, fundPaidE6 } = terms;
  run.escrowedE6 += payerPaidE6 + fundPaidE6;
  run.spend(fundPaidE6);
  run.paidByFundE6 += fundPaidE6;
  run.setRecord(key(accountIndex, settlementNonce), {
    ...record,
    status: newOwner === run.addresses.backstop ? 'backstopped' : 'escrowed',
    keeper: terms.keeper,
    reservedE6: 0n,
    fundPaidE6,
    terms: {
      accountIndex,
      settlementNonce,
      messageIndex: BigInt(messageIndex),
      newOwner,
      payer: terms.payer,
      formerOwner: terms.formerOwner,
      keeper: terms.keeper,
      creditE6,
      rewardE6: terms.rewardE6,
      penaltyE6: terms.penaltyE6,
      proceedsE6: terms.proceedsE6,
      changeE6: terms.changeE6,
      payerPaidE6,
      fundPaidE6,
    },
  });
}

const bid: Handler = async (run) => {
  const chosen = someOpen(run);
  if (chosen === undefined) return false;
  const { record, margin } = chosen;
  const bidder = someone(run);
  const frozenIn = run.consumedAt('engine', record.messageIndex) ?? run.sequence;
  const proof = run.marginProof(run.tick, margin, run.engine, 'bidForAccount', bidder);
  await run.call(bidder, 'liquidationEngine', 'bid', [proof, frozenIn, MAX_BID], PREPAID);
  await run.refresh();
  if (!margin.frozen || margin.equityE6 * 10_000n >= margin.maintenanceE6 * CURE_BPS) {
    throw new Error(`account ${margin.index} was sold`);
  }
  const elapsed = run.money.clock - run.ledgers[frozenIn - 1]!.clock;
  const money = run.bid(margin, elapsed, record.reservedE6);
  run.provenDeficitsE6 += max(0n, -margin.grossE6);
  run.incentivesE6 += (margin.maintenanceE6 * 50n) / 10_000n;
  if (money.fundPaidE6 > 0n) run.reached.add('bid paid by the fund');
  recordTakeover(run, record, {
    accountIndex: BigInt(margin.index),
    settlementNonce: margin.nonce,
    newOwner: bidder,
    payer: bidder,
    formerOwner: margin.owner,
    keeper: record.keeper,
    ...money,
  });
  return true;
};

const expire: Handler = async (run) => {
  const chosen = someOpen(run);
  if (chosen === undefined) return false;
  const { record, margin } = chosen;
  const caller = someone(run);
  const { backstop } = run.addresses;
  const proof = run.marginProof(run.tick, margin, run.engine, 'expireLiquidation', backstop);
  await run.call(caller, 'liquidationEngine', 'expire', [proof], PREPAID);
  const before = run.money;
  const money = await run.refresh();
  if (!isExpired(run, record) || margin.equityE6 >= margin.maintenanceE6) {
    throw new Error(`account ${margin.index} was expired`);
  }
  const deficitE6 = max(0n, -margin.grossE6);
  const fundPaidE6 = money.escrowedE6 - before.escrowedE6;
  const backedE6 = min(deficitE6, run.freeE6 + record.reservedE6);
  const laterE6 = money.queuedE6 - before.queuedE6;
  if (fundPaidE6 + laterE6 !== backedE6)
    throw new Error('a backed deficit is neither paid nor queued');
  if (laterE6 > 0n) {
    run.queue.push({ account: margin.index, nonce: margin.nonce + 1n, amountE6: laterE6 });
    run.reached.add('queued');
  }
  run.uncoveredE6 += deficitE6 - backedE6;
  if (deficitE6 > backedE6) run.reached.add('uncovered');
  run.provenDeficitsE6 += deficitE6;
  recordTakeover(run, record, {
    accountIndex: BigInt(margin.index),
    settlementNonce: margin.nonce,
    newOwner: backstop,
    payer: ZeroAddress,
    formerOwner: margin.owner,
    keeper: caller,
    creditE6: fundPaidE6,
    fundPaidE6,
    ...NO_TERMS,
  });
  return true;
};

const close: Handler = async (run) => {
  const waiting = [...run.records].filter(([, { terms, closed }]) => terms && !closed);
  if (waiting.length === 0) return false;
  const [id, record] = run.dice.pick(waiting);
  const terms = record.terms!;
  const consumed = run.ledger.engineCount > Number(terms.messageIndex);
  try {
    await run.call(someone(run), 'liquidationEngine', 'close', [termsTuple(terms)]);
  } catch (error) {
    if (consumed) throw new Error(`close of ${id} (${termsHash(terms)}) failed`, { cause: error });
    throw error;
  }
  if (!consumed) throw new Error('closed before its takeover');
  run.escrowedE6 -= terms.payerPaidE6 + terms.fundPaidE6;
  run.heldE6 += terms.creditE6;
  run.owe(terms.keeper, terms.rewardE6);
  run.owe(run.addresses.insuranceFund, terms.penaltyE6);
  run.owe(terms.formerOwner, terms.proceedsE6);
  run.owe(terms.payer, terms.changeE6);
  const status = record.status === 'backstopped' ? 'backstopped' : 'settled';
  run.setRecord(id, { ...record, status, closed: true });
  return true;
};

const root: Handler = async (run) => {
  const { engineCount, userCount } = run.ledger;
  const left = {
    engine: run.lanes.engine.length - engineCount,
    user: run.lanes.user.length - userCount,
  };
  const lag = run.dice.below(3) === 0;
  const engine = lag ? run.dice.below(left.engine + 1) : left.engine;
  const user = lag ? run.dice.below(left.user + 1) : left.user;
  await run.postRoot(run.consume(engine, user));
  if (run.dice.below(2) === 0) {
    run.now += 1n;
    await run.postTick();
  }
  return true;
};

const force: Handler = async (run) => {
  const head = run.lanes.engine[run.ledger.engineCount];
  if (head === undefined) return false;
  const next = { ...run.consume(1, 0), forced: true };
  const beneficiary = someone(run);
  const words = run.words(head);
  await run.keepHash(next.engineCount);
  await run.call(someone(run), 'ledgerRegistry', 'applyMessage', [
    run.engineHash(run.ledger.engineCount),
    PROOF,
    next.root,
    words.w0,
    words.w1,
    beneficiary,
  ]);
  await run.accept(next);
  run.oweEther(beneficiary);
  run.reached.add('forced');
  return true;
};

const tick: Handler = async (run) => {
  await run.postTick();
  return true;
};

const shock: Handler = async (run) => {
  run.shock();
  await run.postTick();
  return true;
};

const deposit: Handler = async (run) => {
  const account = run.dice.below(SIZES.length);
  const live = run.ledger.accounts[account]!;
  const nonce = run.dice.below(6) === 0 ? live.nonce + 1n : live.nonce;
  const amountE6 = run.dice.amount(usd(10), usd(1_000));
  const depositor = someone(run);
  await run.call(depositor, 'vault', 'deposit', [account, nonce, amountE6]);
  run.heldE6 += amountE6;
  run.append('user', { kind: KIND.deposit, account, nonce, amountE6, named: depositor });
  return true;
};

const refundDeposit: Handler = async (run) => {
  const refused = run.lanes.user.flatMap(({ kind }, index) => {
    const isRefused = kind === KIND.deposit && run.outcomeE6(index) === 0n;
    return isRefused && !run.refundedDeposits.has(index) ? [index] : [];
  });
  if (refused.length === 0) return false;
  const index = run.dice.pick(refused);
  const { amountE6, named } = run.lanes.user[index]!;
  await run.call(someone(run), 'vault', 'refundDeposit', [run.outcome(index)]);
  run.refundedDeposits.add(index);
  run.heldE6 -= amountE6;
  run.owe(named, amountE6);
  run.reached.add('deposit refunded');
  return true;
};

const requestWithdrawal: Handler = async (run) => {
  const account = run.dice.below(SIZES.length);
  const { owner, nonce } = run.ledger.accounts[account]!;
  const isActor = run.actors.includes(owner) && run.dice.below(5) > 0;
  const named = isActor ? owner : someone(run);
  const amountE6 = run.dice.amount(usd(10), usd(3_000));
  await run.call(named, 'vault', 'requestWithdrawal', [account, nonce, amountE6]);
  const index = run.append('user', { kind: KIND.withdrawal, account, nonce, amountE6, named });
  run.pending.set(`${key(account, nonce)}/${named}`, index);
  return true;
};

function somePending(run: MoneyRun, wanted: (amountE6: bigint) => boolean) {
  const consumed = [...run.pending].filter(([, index]) => {
    const amountE6 = run.outcomeE6(index);
    return amountE6 !== undefined && wanted(amountE6);
  });
  if (consumed.length === 0) return undefined;
  const [id, index] = run.dice.pick(consumed);
  return { id, index, outcome: run.outcome(index) };
}

const claimWithdrawal: Handler = async (run) => {
  const chosen = somePending(run, (amountE6) => amountE6 > 0n);
  if (chosen === undefined) return false;
  const message = run.lanes.user[chosen.index]!;
  const margin = run.marginAt(run.tick, message.account);
  const record = run.records.get(key(message.account, message.nonce));
  const { vault } = run.addresses;
  const proof = run.marginProof(run.tick, margin, vault, 'claimWithdrawal', message.named);
  await run.call(someone(run), 'vault', 'claimWithdrawal', [chosen.outcome, proof]);
  const isFree = record === undefined || record.status === 'cured';
  const isOwners = margin.owner === message.named && margin.nonce === message.nonce;
  if (!isFree || !isOwners || margin.equityE6 < margin.initialE6) {
    throw new Error('a withdrawal was claimed that must wait');
  }
  run.pending.delete(chosen.id);
  run.heldE6 -= chosen.outcome.amountE6;
  run.owe(message.named, chosen.outcome.amountE6);
  run.reached.add('withdrawal claimed');
  return true;
};

/** P25: has hashes within a run kept, or tries to have others kept in their place. */
const keepHashes: Handler = async (run) => {
  const gaps = run.lanes.engine.flatMap((_, count) => (run.kept.has(count) ? [] : [count]));
  if (gaps.length === 0) return false;
  const count = run.dice.pick(gaps);
  const end = run.keptFrom(count);
  const following = run.lanes.engine.slice(count, end).map((message) => run.words(message));
  const kept = run.dice.below(following.length) + 1;
  const honest = { hash: run.engineHash(count), following };
  const before = run.words(run.lanes.engine[count - 1]!);
  const shown = run.dice.pick([
    honest,
    { hash: run.engineHash(count - 1), following },
    { hash: honest.hash, following: following.with(0, before) },
    { hash: run.engineHash(count - 1), following: following.with(0, before) },
  ]);
  const args = [0n, count, shown.hash, shown.following, kept];
  await run.call(someone(run), 'ledgerRegistry', 'keepHashes', args);
  if (shown !== honest) throw new Error(`hashes that are not the lane's were kept at ${count}`);
  for (let place = 0; place < kept; place += 1) run.kept.add(count + place);
  return true;
};

const settleWithdrawal: Handler = async (run) => {
  const chosen = somePending(run, () => true);
  if (chosen === undefined) return false;
  const { account, nonce, named } = run.lanes.user[chosen.index]!;
  const record = run.records.get(key(account, nonce));
  const { amountE6 } = chosen.outcome;
  await run.call(someone(run), 'vault', 'settleWithdrawal', [chosen.outcome]);
  run.pending.delete(chosen.id);
  if (amountE6 === 0n) return true;
  if (record?.status !== 'settled' && record?.status !== 'backstopped') {
    throw new Error('a withdrawal was settled without a takeover');
  }
  const repaidE6 = min(amountE6, record.fundPaidE6);
  run.heldE6 -= amountE6;
  run.owe(run.addresses.insuranceFund, repaidE6);
  run.owe(named, amountE6 - repaidE6);
  run.reached.add('withdrawal settled');
  return true;
};

const refundMessages: Handler = async (run) => {
  const ready = run.lanes.engine.flatMap((_, index) => {
    const sequence = run.consumedAt('engine', index);
    if (sequence === undefined || run.refunded.has(index)) return [];
    return [{ index, sequence }];
  });
  if (ready.length === 0) return false;
  const { index, sequence } = run.dice.pick(ready);
  const { forced } = run.ledgers[sequence - 1]!;
  // Within a run the rest is shown, too, as far as the same ledger has it.
  const end = run.keptFrom(index + 1);
  const messages = run.lanes.engine.slice(index, end);
  await run.call(someone(run), 'liquidationEngine', 'refundMessages', [
    index,
    run.engineHash(index),
    messages.map((one) => run.words(one)),
    sequence,
  ]);
  if (forced) throw new Error('a forced message was refunded');
  messages.forEach((one, place) => {
    if (run.refunded.has(index + place)) return;
    run.refunded.add(index + place);
    run.oweEther(prepaidBy(run, one));
  });
  return true;
};

function prepaidBy(run: MoneyRun, { kind, named, account, nonce }: ModelMessage): string {
  const isBackstops_ = kind === KIND.takeover && named === run.addresses.backstop;
  return isBackstops_ ? run.records.get(key(account, nonce))!.keeper : named;
}

const collectEther: Handler = async (run) => {
  const owed = [...run.etherOwed].filter(([to, wei]) => wei > 0n && run.actors.includes(to));
  if (owed.length === 0) return false;
  const [to] = run.dice.pick(owed);
  await run.call(to, 'liquidationEngine', 'collectEther', [to]);
  run.etherOwed.set(to, 0n);
  return true;
};

const collect: Handler = async (run) => {
  const owed = [...run.claimable].filter(([to, amount]) => amount > 0n && run.actors.includes(to));
  if (owed.length === 0) return false;
  const [to] = run.dice.pick(owed);
  await run.call(to, 'vault', 'collect', [to]);
  run.claimable.set(to, 0n);
  return true;
};

const collectPenalties: Handler = async (run) => {
  const { insuranceFund } = run.addresses;
  if ((run.claimable.get(insuranceFund) ?? 0n) === 0n && run.dice.below(4) > 0) return false;
  await run.call(someone(run), 'insuranceFund', 'collectPenalties', []);
  run.fund.bufferE6 += run.claimable.get(insuranceFund) ?? 0n;
  run.flowed.inE6 += run.claimable.get(insuranceFund) ?? 0n;
  run.claimable.set(insuranceFund, 0n);
  run.reached.add('penalties collected');
  return true;
};

const fundDeposit: Handler = async (run) => {
  const amountE6 = run.dice.amount(usd(1), usd(5_000));
  const depositor = someone(run);
  const { queuedE6, bufferE6 } = run.standing;
  await run.call(depositor, 'insuranceFund', 'deposit', [amountE6, depositor]);
  await run.refresh();
  if (queuedE6 > bufferE6) throw new Error('a deposit entered between a loss and its payment');
  run.redemptions.enter(amountE6, run.standing);
  run.fund.depositedE6 += amountE6;
  run.flowed.inE6 += amountE6;
  return true;
};

const requestRedeem: Handler = async (run) => {
  const owner = run.dice.below(4) === 0 ? someone(run) : run.actors[0]!;
  const shares = run.dice.amount(1n, usd(1_000) * 1_000_000n);
  await run.call(owner, 'insuranceFund', 'requestRedeem', [shares]);
  await run.refresh();
  run.redemptions.request(owner, shares, run.now, run.standing);
  return true;
};

const claimRedeem: Handler = async (run) => {
  const owners = [...run.redemptions.requests.keys()];
  if (owners.length === 0) return false;
  const owner = run.dice.pick(owners);
  await run.call(someone(run), 'insuranceFund', 'claimRedeem', [owner]);
  await run.refresh();
  const { paidE6, leftE6 } = run.redemptions.claim(owner);
  run.fund.bufferE6 += leftE6;
  run.flowed.outE6 += paidE6;
  if (paidE6 > 0n) run.reached.add('redeemed');
  return true;
};

const settleRedemptions: Handler = async (run) => {
  if (run.redemptions.settledThrough === run.redemptions.batches.length) return false;
  await run.call(someone(run), 'insuranceFund', 'settleRedemptions', []);
  await run.refresh();
  return true;
};

const RESTRICTING = 10_000n - BigInt(GUARANTEE.floorBps);

/** Falls a little below maintenance, which by chance alone is rare; another wins what it loses. */
async function nearMaintenance(run: MoneyRun): Promise<ModelMargin | undefined> {
  const margins = SIZES.map((_, index) => run.marginAt(run.tick, index));
  const fit = margins.filter(
    ({ owner, index, nonce, frozen }) =>
      run.actors.includes(owner) && !frozen && !run.records.has(key(index, nonce)),
  );
  if (fit.length === 0) return undefined;
  const { index, equityE6, maintenanceE6 } = run.dice.pick(fit);
  const fallE6 = equityE6 - run.dice.amount((maintenanceE6 * 55n) / 100n, maintenanceE6);
  run.marksE6[index]! -= fallE6;
  run.marksE6[(index + 1) % SIZES.length]! += fallE6;
  await run.postTick();
  return run.marginAt(run.tick, index);
}

const takeGuarantee: Handler = async (run) => {
  const margin = await nearMaintenance(run);
  if (margin === undefined) return false;
  run.now += 1n;
  const { owner, index, nonce } = margin;
  const { marginGuarantee } = run.addresses;
  const proof = run.marginProof(run.tick, margin, marginGuarantee, 'takeGuarantee', owner);
  await run.call(owner, 'marginGuarantee', 'take', [proof], PREPAID);
  await run.refresh();
  const record = run.records.get(key(index, nonce));
  if (margin.frozen || (record !== undefined && record.status !== 'cured')) {
    throw new Error(`account ${index} was guaranteed while it was open`);
  }
  const amountE6 = (margin.maintenanceE6 * RESTRICTING + 9_999n) / 10_000n;
  const feeE6 = max(GUARANTEE.minFeeE6, (amountE6 * BigInt(GUARANTEE.feeBps) + 9_999n) / 10_000n);
  const dueAt = run.money.clock + BigInt(GUARANTEE.termSeconds);
  run.guarantees.set(key(index, nonce), { owner, amountE6, dueAt, isCalled: false });
  run.fund.bufferE6 += feeE6;
  run.flowed.inE6 += feeE6;
  run.append('engine', { kind: KIND.restrict, account: index, nonce, amountE6: 0n, named: owner });
  run.reached.add('guaranteed');
  return true;
};

const releaseGuarantee: Handler = async (run) => {
  const held = SIZES.map((_, index) => run.marginAt(run.tick, index)).filter(
    ({ restricted }) => restricted,
  );
  if (held.length === 0) return false;
  const margin = run.dice.pick(held);
  const { owner, index, nonce } = margin;
  const { marginGuarantee } = run.addresses;
  const proof = run.marginProof(run.tick, margin, marginGuarantee, 'releaseGuarantee', owner);
  const named = someone(run);
  await run.call(named, 'marginGuarantee', 'release', [proof], PREPAID);
  if (margin.equityE6 * 10_000n < margin.maintenanceE6 * CURE_BPS) {
    throw new Error(`account ${index} was released`);
  }
  run.guarantees.delete(key(index, nonce));
  run.append('engine', { kind: KIND.unfreeze, account: index, nonce, amountE6: 0n, named });
  run.reached.add('restriction lifted');
  return true;
};

const endGuarantee: Handler = async (run) => {
  const ids = [...run.guarantees.keys()];
  if (ids.length === 0) return false;
  const id = run.dice.pick(ids);
  const { dueAt, isCalled } = run.guarantees.get(id)!;
  await run.call(someone(run), 'marginGuarantee', 'end', id.split('/'));
  await run.refresh();
  if (!isCalled && run.money.clock <= dueAt) throw new Error('a guarantee ended before it was due');
  run.guarantees.delete(id);
  return true;
};

const payQueued: Handler = async (run) => {
  const [head] = run.queue;
  if (head === undefined) return false;
  await run.call(someone(run), 'insuranceFund', 'payQueued', []);
  await run.refresh();
  const amountE6 = min(head.amountE6, MONEY_CONFIG.fund.coverPerWindowE6);
  head.amountE6 -= amountE6;
  if (head.amountE6 === 0n) run.queue.shift();
  run.spend(amountE6);
  run.paidByFundE6 += amountE6;
  run.heldE6 += amountE6;
  run.append('user', {
    kind: KIND.deposit,
    account: head.account,
    nonce: head.nonce,
    amountE6,
    named: run.addresses.insuranceFund,
  });
  run.reached.add('queue paid');
  return true;
};

const TOKEN = new Interface(['function transfer(address,uint256)']);

const stray: Handler = async (run) => {
  const amountE6 = run.dice.amount(1n, usd(5));
  const toVault = run.dice.below(2) === 0;
  const { vault, insuranceFund, asset } = run.addresses;
  const data = TOKEN.encodeFunctionData('transfer', [toVault ? vault : insuranceFund, amountE6]);
  await run.send(someone(run), asset, data);
  if (toVault) run.strayE6 += amountE6;
  else run.fund.strayE6 += amountE6;
  return true;
};

const skim: Handler = async (run) => {
  if (run.strayE6 + run.fund.strayE6 === 0n && run.dice.below(4) > 0) return false;
  if (run.dice.below(2) === 0) {
    await run.call(someone(run), 'vault', 'skim', []);
    run.owe(run.addresses.insuranceFund, run.strayE6);
    run.strayE6 = 0n;
  } else {
    await run.call(someone(run), 'insuranceFund', 'skim', []);
    run.fund.bufferE6 += run.fund.strayE6;
    run.flowed.inE6 += run.fund.strayE6;
    run.fund.strayE6 = 0n;
  }
  return true;
};

/** Nothing, for a while: deadlines pass, and the market's clock goes on by ticks alone. */
const wait: Handler = async (run) => {
  for (let minutes = run.dice.below(8); minutes >= 0; minutes -= 1) {
    run.now += 60n;
    await run.postTick();
  }
  return true;
};

/** P26: what backs the ledger of a tick is what its accounts have, but for takeovers that nobody has closed. */
const pin: Handler = async (run) => {
  const backingE6 = await run.pinTick();
  const { accounts } = run.ledgers[run.tick.sequence - 1]!;
  const balancesE6 = accounts.reduce((sum, { quoteE6 }) => sum + quoteE6, 0n);
  if (backingE6 !== balancesE6 - run.unclosedE6) {
    throw new Error(`a pin says that ${backingE6} back ${balancesE6}, ${run.unclosedE6} in escrow`);
  }
  run.reached.add('pinned');
  return true;
};

/** By name, with how often each is chosen. */
export const HANDLERS: Readonly<
  Record<string, { readonly weight: number; readonly handler: Handler }>
> = {
  root: { weight: 14, handler: root },
  tick: { weight: 8, handler: tick },
  shock: { weight: 8, handler: shock },
  open: { weight: 10, handler: open },
  openMany: { weight: 4, handler: openMany },
  cure: { weight: 4, handler: cure },
  bid: { weight: 10, handler: bid },
  expire: { weight: 6, handler: expire },
  close: { weight: 8, handler: close },
  force: { weight: 4, handler: force },
  wait: { weight: 4, handler: wait },
  deposit: { weight: 4, handler: deposit },
  refundDeposit: { weight: 4, handler: refundDeposit },
  requestWithdrawal: { weight: 5, handler: requestWithdrawal },
  claimWithdrawal: { weight: 4, handler: claimWithdrawal },
  settleWithdrawal: { weight: 5, handler: settleWithdrawal },
  refundMessages: { weight: 3, handler: refundMessages },
  keepHashes: { weight: 6, handler: keepHashes },
  collectEther: { weight: 2, handler: collectEther },
  collect: { weight: 3, handler: collect },
  collectPenalties: { weight: 2, handler: collectPenalties },
  fundDeposit: { weight: 3, handler: fundDeposit },
  requestRedeem: { weight: 2, handler: requestRedeem },
  claimRedeem: { weight: 3, handler: claimRedeem },
  settleRedemptions: { weight: 1, handler: settleRedemptions },
  takeGuarantee: { weight: 6, handler: takeGuarantee },
  releaseGuarantee: { weight: 4, handler: releaseGuarantee },
  endGuarantee: { weight: 2, handler: endGuarantee },
  payQueued: { weight: 3, handler: payQueued },
  stray: { weight: 1, handler: stray },
  skim: { weight: 1, handler: skim },
  pin: { weight: 3, handler: pin },
};
