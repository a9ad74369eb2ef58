// SPDX-License-Identifier: GPL-3.0-or-later
import { proofContext } from '../chain/context.ts';
import type { Profile } from '../chain/config.ts';
import type { EventValues } from '../chain/events.ts';
import { applyMessage } from '../chain/ledger-update.ts';
import {
  bidForAccount,
  closeLiquidation,
  cureLiquidation,
  expireLiquidation,
  openLiquidation,
  type ProvenAction,
} from '../chain/submit.ts';
import type { Terms } from '../chain/terms.ts';
import { parseProof, toSolidity } from '../proving/formats/proof-file.ts';
import { marginPortfolio } from '../risk/margin/margin.ts';
import { prepareStatement } from '../statements/prepare.ts';
import { decodePublicSignals, encodePublicSignals } from '../statements/public-signals.ts';
import type { Cast } from './cast.ts';
import { confirm, confirmRefused } from './confirm.ts';
import { addToFund } from './deployment.ts';
import type { BackstopReport, BidReport, CureReport, OpeningReport } from './report.ts';
import { ownerOf, type PlayedTick, type Stage } from './stage.ts';
import { exactUsd, seconds } from './text.ts';
import { later, publishSnapshot } from './ticks.ts';

/** More than any account of the sample costs. */
const PAYMENT_LIMIT_E6 = 10_000_000_000_000n;
const BPS = 10_000n;
/** How often it is told how far the service is with its proofs. */
const QUARTERS = 4;

/** The attack of a fresh index over an old surface, which must not open a tick. */
export async function playStaleSurface({ chain, venue, sample, story }: Stage): Promise<void> {
  await confirmRefused(publishSnapshot(chain, venue, sample.staleSurface), 'StaleComponent');
  story.say('A fresh index over the old volatility surface: refused, StaleComponent.');
}

/** The same proof, claimed for another account: what a contract without the binding would take. */
function claimedFor(action: ProvenAction, index: number): ProvenAction {
  const proven = decodePublicSignals('liquidation', action.publicSignals);
  const claimed = { ...proven, accountIndex: BigInt(index) };
  return { ...action, publicSignals: encodePublicSignals('liquidation', claimed) };
}

type Opened = EventValues<'LiquidationOpened'>;

/** `batch`: how many its transaction opened. */
interface BatchedOpening extends OpeningReport {
  readonly batch: number;
}

/**
 * What the service opens of itself, a block a second of the market's time: its first proof goes out alone, those
 * that are made meanwhile go together.
 */
export async function playOpenings(
  stage: Stage,
  due: number,
): Promise<{ readonly openings: readonly BatchedOpening[]; readonly events: readonly Opened[] }> {
  const { chain, operator, story } = stage;
  story.say(`The service proves each of the ${due} and opens it, asked by nobody:`);
  let told = -1;
  await operator.until('the service proves all who are due', async () => {
    const { made } = await operator.openings();
    const quarters = Math.floor((QUARTERS * made) / due);
    if (quarters !== told) stage.note(`the service has proven ${made} of ${due}`);
    told = quarters;
    return made === due;
  });
  const { workMs } = await operator.openings();
  story.say(
    `  ${due} proofs of liquidation: witness and proof ${seconds(workMs / due)} each, ` +
      'every one verified before it is stored',
  );
  const openings: BatchedOpening[] = [];
  const events: Opened[] = [];
  while (openings.length < due) {
    await operator.until('a transaction of the service waits for a block', () => stage.isAwaited());
    await chain.mine();
    // However long proofs take, the market's clock stands still.
    await stage.after();
    for (const receipt of await stage.newestReceipts()) {
      const opened = stage.events(receipt, 'LiquidationOpened');
      const batch = opened.length;
      const gas = Math.floor(Number(receipt.gasUsed) / batch);
      openings.push(
        ...opened.map(({ accountIndex }) => ({ account: Number(accountIndex), gas, batch })),
      );
      events.push(...opened);
      story.say(`  ${opened.length} opened in one transaction of ${receipt.gasUsed} gas`);
    }
  }
  confirm(new Set(openings.map(({ account }) => account)).size === due, 'each is opened once');
  return { openings, events };
}

/** One of those openings looked at: its proof opens nothing else, and nothing twice. */
export async function playOpening(
  stage: Stage,
  event: Opened,
  { healthy }: Cast,
): Promise<ProvenAction> {
  const { venue, story, operator } = stage;
  const index = Number(event.accountIndex);
  story.say(`${story.nameOf(index)} was below maintenance margin:`);
  await stage.confirmStatus(index, event.settlementNonce, 'open');
  await operator.confirmState(index, 'inLiquidation');
  story.say(
    `  open on chain: equity ${exactUsd(event.equityE6)} < ` +
      `requirement ${exactUsd(event.requirementE6)}`,
  );
  const file = parseProof(await operator.proofOf(index));
  await stage.verify(file);
  const action: ProvenAction = {
    tick: confirm(file.use?.tick, 'the proof says for which tick it is'),
    profile: file.profile as Profile,
    ...toSolidity(file),
    beneficiary: operator.sender,
  };
  await stage.after();
  await confirmRefused(openLiquidation(venue, claimedFor(action, healthy)), 'InvalidProof');
  story.say(`  claimed for ${story.nameOf(healthy)}, which is healthy: refused, InvalidProof`);
  await stage.after();
  await confirmRefused(openLiquidation(venue, action), 'AlreadyOpen');
  story.say('  the same proof again: refused, AlreadyOpen');
  return action;
}

/** The owner, or anybody, pays what an account is short of, and proves that it is enough. */
export async function playCure(stage: Stage, tick: PlayedTick, index: number): Promise<CureReport> {
  const { chain, story, parameters } = stage;
  const account = tick.ledger.account(index);
  const { equityE6, mmE6 } = marginPortfolio(account, tick.market.market);
  const { cureBufferBps } = parameters.parameters;
  const neededE6 = (mmE6 * (BPS + cureBufferBps) + BPS - 1n) / BPS;
  const creditE6 = neededE6 > equityE6 ? neededE6 - equityE6 : 0n;
  story.say(`${story.nameOf(index)} is helped out with ${exactUsd(creditE6)}:`);
  const proof = await stage.prove('account-margin', tick, index, {
    action: 'cureLiquidation',
    beneficiary: ownerOf(tick.ledger, index),
    ...(creditE6 === 0n
      ? {}
      : { change: { removedAsset: 'USDC', removedAmount: creditE6, isCredited: true } }),
  });
  await stage.after();
  const receipt = await cureLiquidation(stage.by(chain.bidder), proof);
  const event = stage.event(receipt, 'LiquidationCured');
  await stage.confirmStatus(index, event.settlementNonce, 'cured');
  story.say(
    `  cured on chain (${receipt.gasUsed} gas): equity ${exactUsd(event.equityE6)} ≥ ` +
      `${100n + cureBufferBps / 100n} % of the maintenance margin ` +
      exactUsd(event.maintenanceMarginE6),
  );
  return {
    account: index,
    creditE6: event.creditE6,
    equityE6: event.equityE6,
    maintenanceMarginE6: event.maintenanceMarginE6,
    gas: Number(receipt.gasUsed),
  };
}

/** Somebody buys the account as a whole, price and top-up escrowed. */
export async function playBid(
  stage: Stage,
  tick: PlayedTick,
  index: number,
  freezeSequence: bigint,
): Promise<{ readonly bid: BidReport; readonly terms: Terms }> {
  const { chain, story } = stage;
  story.say(`${story.nameOf(index)} is bid for:`);
  const beneficiary = await chain.bidder.getAddress();
  const use = { action: 'bidForAccount', beneficiary } as const;
  const proof = await stage.prove('account-margin', tick, index, use);
  await stage.after();
  const venue = stage.by(chain.bidder);
  const receipt = await bidForAccount(venue, proof, freezeSequence, PAYMENT_LIMIT_E6);
  const { terms, priceE6, settlementNonce } = stage.event(receipt, 'BidEscrowed');
  await stage.confirmStatus(index, settlementNonce, 'escrowed');
  story.say(
    `  escrowed on chain (${receipt.gasUsed} gas): price ${exactUsd(priceE6)}, ` +
      `top-up to initial margin ${exactUsd(terms.creditE6)}`,
  );
  const { creditE6 } = terms;
  return { bid: { account: index, priceE6, creditE6, gas: Number(receipt.gasUsed) }, terms };
}

/** So much later anybody applies what waits at the head of the engine lane: the sequencer is silent. */
export async function playForced(stage: Stage, seconds: bigint): Promise<void> {
  const { chain, venue, prover, sequencer, story } = stage;
  const { engineCount } = sequencer.state;
  const { message, hashBefore } = confirm(await sequencer.head(), 'a message waits');
  const beneficiary = await chain.keeper.getAddress();
  const { ledgerRegistry } = venue.addresses;
  const context = proofContext(chain.chainId, ledgerRegistry, 'applyMessage', beneficiary);
  stage.note(`proving takeover: ${message.kind} of account ${message.accountIndex}`);
  const proven = await prover.prove(
    prepareStatement('takeover', { ledger: sequencer.ledger, message, context }),
  );
  story.proven(proven);
  const application = { hashBefore, ...toSolidity(proven.file), beneficiary };
  await stage.after(seconds);
  const receipt = await applyMessage(venue, application);
  const { index } = stage.event(receipt, 'MessageForced');
  confirm(index === engineCount, 'the head of the lane was applied');
  await sequencer.follow();
  story.say(
    `  ${message.kind} of ${story.nameOf(Number(message.accountIndex))} applied by force ` +
      `(${receipt.gasUsed} gas); the sequencer has to build on it`,
  );
}

/** What was escrowed is paid out, for a ledger has the takeover. */
export async function playClose(stage: Stage, terms: Terms): Promise<void> {
  const { story, venue } = stage;
  await stage.after();
  const receipt = await closeLiquidation(venue, terms);
  const event = stage.event(receipt, 'LiquidationClosed');
  story.say(
    `  ${story.nameOf(Number(event.accountIndex))} closed (${receipt.gasUsed} gas): ` +
      `reward ${exactUsd(event.rewardE6)}, penalty ${exactUsd(event.penaltyE6)}, ` +
      `to the former owner ${exactUsd(event.proceedsE6)}`,
  );
}

/** Openings reserve what the fund has, in their order; what depositors add is for those that came after. */
export async function playFund({ chain, venue, operator, story }: Stage): Promise<void> {
  const { assetsE6, reservedE6 } = await operator.fund();
  const addedE6 = await addToFund(chain, venue);
  story.say(
    `Of ${exactUsd(assetsE6)} that the fund has, ${exactUsd(reservedE6)} are reserved for whom the ` +
      `service opened first, the largest shortfall; depositors add ${exactUsd(addedE6)}.`,
  );
}

/** Nobody bought it: the Backstop takes it over, and the fund pays what it is short of. */
export async function playBackstop(
  stage: Stage,
  tick: PlayedTick,
  index: number,
): Promise<{ readonly report: BackstopReport; readonly terms: Terms }> {
  const { venue, story } = stage;
  story.say(`${story.nameOf(index)} found no bidder within the horizon:`);
  const beneficiary = venue.addresses.backstop;
  const use = { action: 'expireLiquidation', beneficiary } as const;
  const proof = await stage.prove('account-margin', tick, index, use);
  await stage.after();
  const receipt = await expireLiquidation(venue, proof);
  const { terms, deficitE6, paidE6, settlementNonce } = stage.event(receipt, 'Backstopped');
  const [covered] = stage.events(receipt, 'Covered');
  await stage.confirmStatus(index, settlementNonce, 'backstopped');
  const uncoveredE6 = covered?.uncoveredE6 ?? 0n;
  story.say(
    `  taken over by the Backstop (${receipt.gasUsed} gas): deficit ${exactUsd(deficitE6)}, ` +
      `the fund pays ${exactUsd(paidE6)}, uncovered ${exactUsd(uncoveredE6)}`,
  );
  return { report: { account: index, deficitE6, paidE6, uncoveredE6 }, terms };
}

/** The proof of the crash, spent again at a later tick. */
export async function playReplay(
  stage: Stage,
  tick: PlayedTick,
  action: ProvenAction,
): Promise<void> {
  await stage.after();
  const replay = openLiquidation(stage.venue, { ...action, tick: tick.tick.number });
  await confirmRefused(replay, 'WrongLedgerRoot');
  stage.story.say('The old proof under the new ledger: refused, WrongLedgerRoot.');
}

/** Ticks of the same market, two minutes apart, until so many seconds of its clock have passed. */
export async function letPass(
  stage: Stage,
  from: PlayedTick,
  seconds: bigint,
): Promise<PlayedTick> {
  let last = from;
  for (let passed = 0n; passed < seconds; passed += 120n) {
    last = await stage.tick(later(from.published, last.published.snapshot.time + 120n));
  }
  return last;
}
