// SPDX-License-Identifier: GPL-3.0-or-later
import { eventsNamed, readEvents, type EventValues } from '../chain/events.ts';
import { cureLiquidation, type CitedProof } from '../chain/submit.ts';
import type { Venue } from '../chain/venue.ts';
import type { Proven } from '../proving/prover.ts';
import { STATUS, statusOf } from './actions.ts';
import { confirm, confirmRefused } from './confirm.ts';
import type { LocalChain } from './local-chain.ts';

export interface Cured {
  readonly event: EventValues<'LiquidationCured'>;
  readonly gas: bigint;
}

/** Cures the liquidation and reads back that it is over, on the amounts proven. */
export async function cureAndReadBack(
  chain: LocalChain,
  venue: Venue,
  cure: CitedProof,
  { file: { publicSignals: proven } }: Proven<'account-margin'>,
): Promise<Cured> {
  confirm((await statusOf(venue, proven)) === STATUS.open, 'the liquidation is open before');
  const earlier = { ...cure, tick: cure.tick - 1n };
  await confirmRefused(cureLiquidation(venue, earlier), 'NotCureTick');
  const receipt = await cureLiquidation(venue, cure);
  const events = await readEvents(venue, chain.provider, receipt.blockNumber);
  const [cured] = eventsNamed(events, 'LiquidationCured');
  const event = confirm(cured, 'the engine announces the cure').values;
  confirm((await statusOf(venue, proven)) === STATUS.cured, 'the engine holds it as cured');
  confirm(event.accountIndex === proven.accountIndex, 'it is the proven account');
  confirm(event.equityE6 === proven.equityE6, 'it is the proven equity');
  confirm(
    event.maintenanceMarginE6 === proven.maintenanceMarginE6,
    'it is the proven maintenance margin',
  );
  await confirmRefused(cureLiquidation(venue, cure), 'NotOpen');
  return { event, gas: receipt.gasUsed };
}
