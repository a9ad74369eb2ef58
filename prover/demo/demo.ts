// SPDX-License-Identifier: GPL-3.0-or-later
import type { VenueDocument } from '../chain/venue-document.ts';
import { loadDefaultParameters } from '../documents/parameters-document.ts';
import { parameterHash } from '../commitments/parameters-words.ts';
import { Prover } from '../proving/prover.ts';
import type { Sample, SampleTick } from '../sample/sample.ts';
import { Sequencer, provingNothing } from '../sequencer/sequencer.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { admitted } from './admission.ts';
import { castOf } from './cast.ts';
import {
  letPass,
  playBackstop,
  playBatch,
  playBid,
  playClose,
  playCure,
  playForced,
  playOpening,
  playReplay,
  playStaleSurface,
} from './chapters.ts';
import { DEMO_CONFIG, FUND_DEPOSIT_E6, deployVenue } from './deployment.ts';
import { startLocalChain, type LocalChain } from './local-chain.ts';
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

type Margins = Readonly<Record<SampleTick, Remargined>>;

function byTick<T>(make: (moment: SampleTick) => T): Readonly<Record<SampleTick, T>> {
  return { calm: make('calm'), crash: make('crash'), rebound: make('rebound') };
}

async function play(stage: Stage, margins: Margins): Promise<DemoReport> {
  const { chain, sample, sequencer, story } = stage;
  const { calm, crash } = sample.snapshots;

  story.chapter('Calm');
  await chain.setNextTime(calm.snapshot.time - 1n);
  await sequencer.postGenesis(sample.ledgers.calm, calm.snapshot.bookedThrough);
  story.tick((await stage.tick(calm)).tick, calm.snapshot, margins.calm);

  story.chapter('Crash');
  await playStaleSurface(stage);
  await chain.setNextTime(crash.snapshot.time - 1n);
  await sequencer.post({ ownTransactions: () => sample.ledgers.crash });
  const crashed = await stage.tick(crash);
  story.tick(crashed.tick, crash.snapshot, margins.crash);
  const cast = castOf(sample.labels, margins.crash, margins.rebound);
  const { bankrupt } = margins.crash;
  const shown = new Set([...cast.fated, cast.target, ...bankrupt, cast.healthy]);
  story.accounts([...shown], margins.calm, margins.crash);

  story.chapter('Liquidations, opened by proofs');
  const { opening, action } = await playOpening(stage, crashed, cast.target, cast);
  const helped = cast.recovering === undefined ? [] : [cast.recovering];
  story.say('And the others in one batch:');
  const batch = await playBatch(stage, crashed, [...helped, ...bankrupt]);

  story.chapter('Frozen by the ledger: cured with payment, or bid for');
  // At the end of the minute: the auction's clock starts with this ledger.
  await chain.setNextTime(crash.snapshot.time + MINUTE - 3n);
  await sequencer.post();
  const frozen = await stage.tick(later(crash, crash.snapshot.time + MINUTE));
  await playReplay(stage, frozen, action);
  const cures = [];
  for (const index of helped) cures.push(await playCure(stage, frozen, index));
  const { bid, terms } = await playBid(stage, frozen, cast.target, FREEZE_SEQUENCE);

  story.chapter('A silent sequencer, overtaken');
  const waiting = helped.length + 1;
  await playForced(stage, HEARTBEAT + 1n);
  for (let done = 1; done < waiting; done += 1) await playForced(stage, 1n);
  await playClose(stage, terms);

  story.chapter('Nobody buys the bankrupt: the Backstop, and the fund');
  await stage.after();
  await sequencer.post();
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
  await sequencer.post();
  for (const each of taken) await playClose(stage, each);

  return {
    accounts: Number(crashed.tick.accountCount),
    breached: margins.crash.breached.length,
    bankrupt: bankrupt.length,
    openings: [opening, ...batch.opened.map((account) => ({ account, gas: batch.gasEach }))],
    openMany: { n: batch.opened.length, gasEach: batch.gasEach },
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
  const margins = byTick((moment) => {
    const { snapshot } = sample.snapshots[moment];
    return remargin(sample.ledgers[moment], new MarketTick(snapshot, parameters));
  });

  note('starting a local chain and deploying the venue');
  await using prover = new Prover();
  const chain = await startLocalChain(sample.snapshots.calm.snapshot.time - HEAD_START_SECONDS);
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
    const own = { chain, venue, prover, parameters, sample, sequencer, story, note };
    const report = await play(new Stage(own), margins);
    await ended?.(chain, document);
    return report;
  } finally {
    await chain.close();
  }
}
