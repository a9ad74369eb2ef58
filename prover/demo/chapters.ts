// SPDX-License-Identifier: GPL-3.0-or-later
import { proofContext, type Action } from '../chain/context.ts';
import type { EventValues } from '../chain/events.ts';
import { openLiquidation, type ProvenAction } from '../chain/submit.ts';
import type { Venue } from '../chain/venue.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ParameterSet } from '../market/parameters-document.ts';
import type { Prover, Proven } from '../proving/prover.ts';
import type { Sample, SampleTick } from '../sample/sample.ts';
import { prepareStatement } from '../statements/prepare.ts';
import { actionOf, claimedFor, drawAndReadBack, openAndReadBack } from './actions.ts';
import type { Cast } from './cast.ts';
import { confirmRefused } from './confirm.ts';
import type { LocalChain } from './local-chain.ts';
import type { Remargined } from './remargin.ts';
import { proofReport, type DemoStatement, type DrawReport, type ProofReport } from './report.ts';
import type { Story } from './story.ts';
import { openTickWith, publishSnapshot } from './ticks.ts';

/** What every chapter plays on. */
export interface Stage {
  readonly chain: LocalChain;
  readonly venue: Venue;
  readonly prover: Prover;
  readonly parameters: ParameterSet;
  readonly sample: Sample;
  readonly ledgers: Readonly<Record<SampleTick, Ledger>>;
  readonly margins: Readonly<Record<SampleTick, Remargined>>;
  readonly story: Story;
  readonly note: (line: string) => void;
}

type Tick = EventValues<'TickOpened'>;

const USES: Readonly<
  Record<DemoStatement, { readonly action: Action; readonly contract: keyof Venue['addresses'] }>
> = {
  liquidation: { action: 'openLiquidation', contract: 'liquidationEngine' },
  bankruptcy: { action: 'drawInsurance', contract: 'insuranceFund' },
};

/** Publishes ledger and snapshot of one moment and tells what they did to the accounts. */
export async function playTick(stage: Stage, moment: SampleTick): Promise<Tick> {
  const { chain, venue, sample, ledgers, margins, story } = stage;
  const published = sample.snapshots[moment];
  const tick = await openTickWith(chain, venue, ledgers[moment], published);
  story.tick(tick, published.snapshot, margins[moment]);
  return tick;
}

/** The attack of a fresh index over an old surface, which must not open a tick. */
export async function playStaleSurface({ chain, venue, sample, story }: Stage): Promise<void> {
  await confirmRefused(publishSnapshot(chain, venue, sample.staleSurface), 'StaleComponent');
  story.say('A fresh index over the old volatility surface: refused, StaleComponent.');
}

/** A proof about an account of the crash, for the keeper. */
async function prove<Name extends DemoStatement>(
  stage: Stage,
  statement: Name,
  index: number,
): Promise<Proven<Name>> {
  const { chain, venue, prover, parameters, sample, ledgers, story, note } = stage;
  const { action, contract } = USES[statement];
  const beneficiary = await chain.keeper.getAddress();
  note(`proving ${statement} of ${story.nameOf(index)}`);
  const proven = await prover.prove(
    prepareStatement(statement, {
      opening: ledgers.crash.open(index),
      snapshot: sample.snapshots.crash.snapshot,
      parameters,
      context: proofContext(chain.chainId, venue.addresses[contract], action, beneficiary),
    }),
  );
  story.proven(proven);
  return proven;
}

export interface PlayedLiquidation {
  readonly proof: ProofReport;
  readonly action: ProvenAction;
}

export async function playLiquidation(
  stage: Stage,
  tick: Tick,
  { target, healthy }: Cast,
): Promise<PlayedLiquidation> {
  const { chain, venue, story } = stage;
  story.say(`${story.nameOf(target)} is below maintenance margin:`);
  const proven = await prove(stage, 'liquidation', target);
  const action = await actionOf(chain, proven, tick.number);
  await confirmRefused(openLiquidation(venue, claimedFor(action, proven, healthy)), 'InvalidProof');
  story.say(`  claimed for ${story.nameOf(healthy)}, which is healthy: refused, InvalidProof`);
  const opened = await openAndReadBack(chain, venue, action, proven);
  story.opened(opened);
  return { proof: proofReport(proven, opened.gas), action };
}

export interface PlayedDraw {
  readonly proof: ProofReport;
  readonly draw: DrawReport;
}

export async function playDraw(stage: Stage, tick: Tick, index: number): Promise<PlayedDraw> {
  const { chain, venue, story } = stage;
  story.say(`${story.nameOf(index)} is bankrupt:`);
  const proven = await prove(stage, 'bankruptcy', index);
  const action = await actionOf(chain, proven, tick.number);
  const drawn = await drawAndReadBack(chain, venue, action, proven);
  story.drawn(drawn);
  const { accountIndex, deficitE6, paidE6 } = drawn.event;
  return {
    proof: proofReport(proven, drawn.gas),
    draw: { account: Number(accountIndex), deficitE6, paidE6 },
  };
}

/** The proof of the crash, spent again under the ledger of the rebound. */
export async function playReplay(
  { venue, story }: Stage,
  tick: Tick,
  action: ProvenAction,
): Promise<void> {
  const replay = openLiquidation(venue, { ...action, tick: tick.number });
  await confirmRefused(replay, 'WrongLedgerRoot');
  story.say('The old proof under the new ledger: refused, WrongLedgerRoot.');
}
