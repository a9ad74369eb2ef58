// SPDX-License-Identifier: GPL-3.0-or-later
import { Ledger } from '../commitments/ledger.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { loadDefaultParameters } from '../documents/parameters-document.ts';
import { parameterHash } from '../commitments/parameters-words.ts';
import { Prover } from '../proving/prover.ts';
import type { Sample, SampleTick } from '../sample/sample.ts';
import { castOf } from './cast.ts';
import {
  playCure,
  playDraw,
  playLiquidation,
  playReplay,
  playStaleSurface,
  playTick,
  type PlayedCure,
  type PlayedDraw,
  type Stage,
} from './chapters.ts';
import { FUND_DEPOSIT_E6, deployVenue } from './deployment.ts';
import { startLocalChain } from './local-chain.ts';
import { remargin } from './remargin.ts';
import type { DemoReport } from './report.ts';
import { Story } from './story.ts';
import { exactUsd } from './text.ts';
import { ORACLES, ORACLE_THRESHOLD } from './ticks.ts';

/** From the deployment to the first snapshot. */
const HEAD_START_SECONDS = 3_600n;

export interface DemoOutput {
  readonly print: (line?: string) => void;
  /** Progress: what takes a while and has begun. */
  readonly note: (line: string) => void;
}

function byTick<T>(make: (moment: SampleTick) => T): Readonly<Record<SampleTick, T>> {
  return { calm: make('calm'), crash: make('crash'), rebound: make('rebound') };
}

async function play(stage: Stage): Promise<DemoReport> {
  const { sample, margins, story } = stage;
  story.chapter('Calm');
  await playTick(stage, 'calm');

  story.chapter('Crash');
  await playStaleSurface(stage);
  const tick = await playTick(stage, 'crash');
  const cast = castOf(sample.labels, margins.crash, margins.rebound);
  const shown = new Set([...cast.fated, cast.target, ...margins.crash.bankrupt, cast.healthy]);
  story.accounts([...shown], margins.calm, margins.crash);

  const recovering = cast.recovering === undefined ? [] : [cast.recovering];

  story.chapter('Liquidations, opened by proofs');
  const liquidation = await playLiquidation(stage, tick, cast.target, cast);
  const liquidations = [liquidation];
  for (const index of recovering) {
    liquidations.push(await playLiquidation(stage, tick, index, cast));
  }

  story.chapter('Bankruptcies, drawn from the insurance fund');
  const played: PlayedDraw[] = [];
  // One after the other: each draw leaves less in the fund for the next, larger one.
  for (const index of margins.crash.bankrupt) played.push(await playDraw(stage, tick, index));

  story.chapter('Rebound');
  const rebound = await playTick(stage, 'rebound');
  await playReplay(stage, rebound, liquidation.action);
  story.accounts(cast.fated, margins.crash, margins.rebound);

  story.chapter('Cures, by proofs of health');
  if (recovering.length === 0) story.say('No account under liquidation has recovered.');
  const cures: PlayedCure[] = [];
  for (const index of recovering) cures.push(await playCure(stage, rebound, index));

  return {
    accounts: Number(tick.accountCount),
    breached: margins.crash.breached.length,
    bankrupt: margins.crash.bankrupt.length,
    proofs: [...liquidations, ...played, ...cures].map(({ proof }) => proof),
    draws: played.map(({ draw }) => draw),
    cures: cures.map(({ cure }) => cure),
  };
}

/**
 * A market crash from the sample, the draws from the insurance fund and the cure on the rebound, on
 * a chain inside this process. Throws `NotAsTold` as soon as a step did not happen on chain.
 */
export async function runDemo(sample: Sample, { print, note }: DemoOutput): Promise<DemoReport> {
  const story = new Story(print, sample.labels);
  const parameters = loadDefaultParameters();
  const marketTicks = byTick(
    (moment) => new MarketTick(sample.snapshots[moment].snapshot, parameters),
  );
  const margins = byTick((moment) => remargin(sample.ledgers[moment], marketTicks[moment]));
  const ledgers = byTick((moment) => new Ledger(sample.ledgers[moment]));

  note('starting a local chain and deploying the venue');
  await using prover = new Prover();
  const chain = await startLocalChain(sample.snapshots.calm.snapshot.time - HEAD_START_SECONDS);
  try {
    const venue = await deployVenue(chain, parameterHash(parameters));
    story.chapter('The venue');
    story.say(
      `Deployed on local chain ${chain.chainId}: registry, feed (${ORACLE_THRESHOLD} of ` +
        `${ORACLES.length} oracles), parameters, liquidation engine, insurance fund ` +
        `(${exactUsd(FUND_DEPOSIT_E6)}), custody vault, verifiers of INSECURE development keys.`,
    );
    return await play({
      chain,
      venue,
      prover,
      marketTicks,
      sample,
      ledgers,
      margins,
      story,
      note,
    });
  } finally {
    await chain.close();
  }
}
