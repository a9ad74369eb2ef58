// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress, toBeHex } from 'ethers';

import { proofContext, type Action } from '../chain/context.ts';
import type { EventValues } from '../chain/events.ts';
import { openLiquidation, type ProvenAction } from '../chain/submit.ts';
import type { Venue } from '../chain/venue.ts';
import type { Ledger } from '../commitments/ledger.ts';
import type { MarketTick } from '../statements/market-tick.ts';
import type { Prover, Proven } from '../proving/prover.ts';
import type { Sample, SampleTick } from '../sample/sample.ts';
import { prepareStatement } from '../statements/prepare.ts';
import { actionOf, citing, claimedFor, drawAndReadBack, openAndReadBack } from './actions.ts';
import type { Cast } from './cast.ts';
import { confirmRefused } from './confirm.ts';
import { cureAndReadBack } from './cure.ts';
import type { LocalChain } from './local-chain.ts';
import type { Remargined } from './remargin.ts';
import {
  proofReport,
  type CureReport,
  type DemoStatement,
  type DrawReport,
  type ProofReport,
} from './report.ts';
import type { Story } from './story.ts';
import { openTickWith, publishSnapshot } from './ticks.ts';

/** What every chapter plays on. */
export interface Stage {
  readonly chain: LocalChain;
  readonly venue: Venue;
  readonly prover: Prover;
  readonly marketTicks: Readonly<Record<SampleTick, MarketTick>>;
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
  'account-margin': { action: 'cureLiquidation', contract: 'liquidationEngine' },
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

interface Subject {
  readonly moment: SampleTick;
  readonly index: number;
  readonly beneficiary: string;
}

/** A proof about an account at a moment, to the benefit of one address. */
async function prove<Name extends DemoStatement>(
  stage: Stage,
  statement: Name,
  { moment, index, beneficiary }: Subject,
): Promise<Proven<Name>> {
  const { chain, venue, prover, marketTicks, ledgers, story, note } = stage;
  const { action, contract } = USES[statement];
  note(`proving ${statement} of ${story.nameOf(index)}`);
  const proven = await prover.prove(
    prepareStatement(statement, {
      opening: ledgers[moment].open(index),
      tick: marketTicks[moment],
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
  index: number,
  { healthy }: Cast,
): Promise<PlayedLiquidation> {
  const { chain, venue, story } = stage;
  story.say(`${story.nameOf(index)} is below maintenance margin:`);
  const beneficiary = await chain.keeper.getAddress();
  const proven = await prove(stage, 'liquidation', { moment: 'crash', index, beneficiary });
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
  const beneficiary = await chain.keeper.getAddress();
  const proven = await prove(stage, 'bankruptcy', { moment: 'crash', index, beneficiary });
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

export interface PlayedCure {
  readonly proof: ProofReport;
  readonly cure: CureReport;
}

/** An account that recovered proves it, and its liquidation is over. */
export async function playCure(stage: Stage, tick: Tick, index: number): Promise<PlayedCure> {
  const { chain, venue, ledgers, story } = stage;
  story.say(`${story.nameOf(index)} has recovered:`);
  const { owner } = ledgers.rebound.account(index);
  const beneficiary = getAddress(toBeHex(owner, 20));
  const proven = await prove(stage, 'account-margin', { moment: 'rebound', index, beneficiary });
  const cured = await cureAndReadBack(chain, venue, citing(proven, tick.number), proven);
  story.cured(cured, proven.file.publicSignals.cureBufferBps);
  const { accountIndex, equityE6, maintenanceMarginE6 } = cured.event;
  return {
    proof: proofReport(proven, cured.gas),
    cure: { account: Number(accountIndex), equityE6, maintenanceMarginE6 },
  };
}
