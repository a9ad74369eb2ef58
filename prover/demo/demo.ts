// SPDX-License-Identifier: GPL-3.0-or-later
import type { VenueDocument } from '../chain/venue-document.ts';
import { loadDefaultParameters } from '../documents/parameters-document.ts';
import { parameterHash } from '../commitments/parameters-words.ts';
import { Prover } from '../proving/prover.ts';
import type { AccountMargin } from '../risk/margin/margin.ts';
import type { Sample } from '../sample/sample.ts';
import { Sequencer, provingNothing } from '../sequencer/sequencer.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { admitted } from './admission.ts';
import { castOf } from './cast.ts';
import { confirm } from './confirm.ts';
import {
  letPass,
  playBackstop,
  playBid,
  playClose,
  playCure,
  playForced,
  playFund,
  playOpening,
  playOpenings,
  playReplay,
  playStaleSurface,
} from './chapters.ts';
import { DEMO_CONFIG, FUND_DEPOSIT_E6, deployVenue } from './deployment.ts';
import { serveLocalChain, type LocalChain } from './local-chain.ts';
import { answerMarginCalls, marginCalls, type MarginCall } from './margin-calls.ts';
import { Operator } from './operator.ts';
import { remargin, type Remargined } from './remargin.ts';
import type { BackstopReport, DemoReport } from './report.ts';
import { Stage } from './stage.ts';
import { Story } from './story.ts';
import { exactUsd } from './text.ts';
import { ORACLES, ORACLE_THRESHOLD, later } from './ticks.ts';

/** From the deployment to the first snapshot. */
const HEAD_START_SECONDS = 3_600n;
const MINUTE = 60n;
/** Genesis, crash, then the ledger with the Freezes. */
const FREEZE_SEQUENCE = 3n;
const HORIZON = BigInt(DEMO_CONFIG.engine.horizonSeconds);
const HEARTBEAT = BigInt(DEMO_CONFIG.registry.heartbeat);

export interface DemoOutput {
  readonly print: (line?: string) => void;
  /** Progress: what takes a while and has begun. */
  readonly note: (line: string) => void;
  /** Told of chain and venue when all has happened, before the chain is gone. */
  readonly ended?: (chain: LocalChain, venue: VenueDocument) => Promise<void>;
}

/**
 * The margin calls of the crash that are answered: all but those of whom the story is about. To prove and open
 * everybody would be most of what the story takes, and nothing new.
 */
function callsToCome(
  { sample, parameters }: Stage,
  rebound: Remargined<AccountMargin>,
): readonly MarginCall[] {
  const accounts = sample.ledgers.crash;
  const tick = new MarketTick(sample.snapshots.crash.snapshot, parameters);
  const crash = remargin(accounts, tick);
  const { target, recovering = target, fated } = castOf(sample.labels, crash, rebound);
  return marginCalls(accounts, tick, new Set([target, recovering, ...fated, ...crash.bankrupt]));
}

async function play(stage: Stage, rebound: Remargined<AccountMargin>): Promise<DemoReport> {
  const { chain, sample, sequencer, operator, story } = stage;
  const { calm, crash } = sample.snapshots;

  story.chapter('Calm');
  await chain.setNextTime(calm.snapshot.time - 1n);
  await sequencer.postGenesis(sample.ledgers.calm, calm.snapshot.bookedThrough);
  await operator.take(sequencer.ledger);
  const calmed = await stage.tick(calm);
  const before = await operator.margins(calmed.tick.snapshotHash);
  story.tick(calmed.tick, calm.snapshot, before);

  story.chapter('Crash');
  await playStaleSurface(stage);
  await chain.setNextTime(crash.snapshot.time - MINUTE);
  await answerMarginCalls(stage, callsToCome(stage, rebound));
  await chain.setNextTime(crash.snapshot.time - 1n);
  await stage.post({ ownTransactions: () => sample.ledgers.crash });
  const crashed = await stage.tick(crash);
  // From here on the service sends, and the story says when there is a block.
  await chain.minesAtOnce(false);
  await stage.after();
  const after = await operator.margins(crashed.tick.snapshotHash);
  story.tick(crashed.tick, crash.snapshot, after);
  const cast = castOf(sample.labels, after, rebound);
  const { breached, bankrupt } = after;
  const shown = new Set([...cast.fated, cast.target, ...bankrupt, cast.healthy]);
  story.accounts([...shown], before, after);

  story.chapter('Liquidations, opened by the service');
  const { openings, events } = await playOpenings(stage, breached.length);
  await chain.minesAtOnce(true);
  const event = events.find(({ accountIndex }) => accountIndex === BigInt(cast.target));
  const action = await playOpening(
    stage,
    confirm(event, 'the service opens whom the story is about'),
    cast,
  );
  const helped = cast.recovering === undefined ? [] : [cast.recovering];

  story.chapter('Frozen by the ledger: cured with payment, or bid for');
  // At the end of the minute: the auction's clock starts with this ledger.
  await chain.setNextTime(crash.snapshot.time + MINUTE - 3n);
  await stage.post();
  const frozen = await stage.tick(later(crash, crash.snapshot.time + MINUTE));
  await playReplay(stage, frozen, action);
  const cures = [];
  for (const index of helped) cures.push(await playCure(stage, frozen, index));
  const { bid, terms } = await playBid(stage, frozen, cast.target, FREEZE_SEQUENCE);
  for (const index of helped) await operator.confirmState(index, 'cured');
  await operator.confirmState(cast.target, 'takenOver');

  story.chapter('A silent sequencer, overtaken');
  const waiting = helped.length + 1;
  await playForced(stage, HEARTBEAT + 1n);
  for (let done = 1; done < waiting; done += 1) await playForced(stage, 1n);
  await playClose(stage, terms);

  story.chapter('Nobody buys the bankrupt: the Backstop, and the fund');
  await playFund(stage);
  await stage.after();
  await stage.post();
  const time = ((await chain.now()) / MINUTE + 1n) * MINUTE;
  const resumed = await stage.tick(later(crash, time));
  const expired = await letPass(stage, resumed, HORIZON);
  const backstopped: BackstopReport[] = [];
  const taken = [];
  for (const index of bankrupt) {
    const played = await playBackstop(stage, expired, index);
    backstopped.push(played.report);
    taken.push(played.terms);
  }
  await stage.after();
  await stage.post();
  for (const each of taken) await playClose(stage, each);

  const batched = openings.filter(({ batch }) => batch > 1);
  const gas = batched.reduce((sum, opening) => sum + opening.gas, 0);
  return {
    accounts: Number(crashed.tick.accountCount),
    breached: breached.length,
    bankrupt: bankrupt.length,
    openings: openings.map(({ account, gas: of }) => ({ account, gas: of })),
    openMany: { n: batched.length, gasEach: Math.floor(gas / Math.max(1, batched.length)) },
    cures,
    bids: [bid],
    closed: 1 + taken.length,
    backstopped,
    forced: waiting,
  };
}

/**
 * A market crash from the sample and the whole life of the liquidations it causes, on a chain inside
 * this process. Throws `NotAsTold` as soon as a step did not happen on chain.
 */
export async function runDemo(
  whole: Sample,
  { print, note, ended }: DemoOutput,
): Promise<DemoReport> {
  const { maxPositions } = DEMO_CONFIG.registry;
  const { sample, refused } = admitted(whole, maxPositions);
  const story = new Story(print, sample.labels);
  const parameters = loadDefaultParameters();
  // Of a market that does not come: who could cure in it.
  const { ledgers, snapshots } = sample;
  const rebound = remargin(ledgers.rebound, new MarketTick(snapshots.rebound.snapshot, parameters));

  note('starting a local chain and deploying the venue');
  await using prover = new Prover();
  const chain = await serveLocalChain(snapshots.calm.snapshot.time - HEAD_START_SECONDS);
  try {
    const { venue, document } = await deployVenue(chain, parameterHash(parameters));
    story.chapter('The venue');
    story.say(
      `Deployed on local chain ${chain.chainId}: registry with its inbox, feed ` +
        `(${ORACLE_THRESHOLD} of ${ORACLES.length} oracles), parameters, vault, liquidation engine, ` +
        `insurance fund (${exactUsd(FUND_DEPOSIT_E6)}), Backstop, verifiers of INSECURE development ` +
        'keys. The rollup of this demonstration is trusted: its transitions are not proven.',
    );
    if (refused.length > 0) {
      story.say(
        `It takes no account of more than ${maxPositions} positions: ${refused.length} of the sample ` +
          'stand here without any.',
      );
    }
    const { ledgerRegistry } = venue;
    const identity = {
      chainId: chain.chainId,
      registry: venue.addresses.ledgerRegistry,
      maxPositions: BigInt(maxPositions),
    };
    const sequencer = new Sequencer(ledgerRegistry, identity, provingNothing);
    note('starting the service of its operator');
    const operator = await Operator.start(chain, document);
    try {
      const own = { chain, venue, prover, parameters, sample, sequencer, operator, story, note };
      const report = await play(new Stage(own), rebound);
      await ended?.(chain, document);
      return report;
    } finally {
      await operator.stop();
    }
  } finally {
    await chain.close();
  }
}
