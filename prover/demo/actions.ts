// SPDX-License-Identifier: GPL-3.0-or-later
import { Result } from 'ethers';
import { z } from 'zod';

import type { Profile } from '../chain/config.ts';
import { eventsNamed, readEvents, type EventValues } from '../chain/events.ts';
import { read } from '../chain/refusal.ts';
import {
  drawInsurance,
  openLiquidation,
  type CitedProof,
  type ProvenAction,
} from '../chain/submit.ts';
import type { Venue } from '../chain/venue.ts';
import { toSolidity } from '../proving/formats/proof-file.ts';
import type { Proven } from '../proving/prover.ts';
import { encodePublicSignals } from '../statements/public-signals.ts';
import { confirm, confirmRefused } from './confirm.ts';
import type { LocalChain } from './local-chain.ts';
import type { DemoStatement } from './report.ts';

const amount = z.bigint().nonnegative();
/** By name: what a struct has besides is not the demo's business. */
const liquidationStatus = z
  .instanceof(Result)
  .transform((struct): unknown => struct.toObject())
  .pipe(z.object({ status: z.bigint() }))
  .transform(({ status }) => status);

/** As `ILiquidationEngine.Status` numbers them. */
export const STATUS = { none: 0n, open: 1n, bidEscrowed: 2n, cured: 3n } as const;

/** What the engine holds of the liquidation of an account. */
export function statusOf(
  venue: Venue,
  account: { readonly accountIndex: bigint; readonly settlementNonce: bigint },
): Promise<bigint> {
  const { accountIndex, settlementNonce } = account;
  return read(
    venue.liquidationEngine,
    'liquidation',
    [accountIndex, settlementNonce],
    liquidationStatus,
  );
}

/** A proof with the tick it cites. */
export function citing({ file }: Proven<DemoStatement>, tick: bigint): CitedProof {
  return { tick, profile: file.profile as Profile, ...toSolidity(file) };
}

/** The same as an action that rewards the keeper. */
export async function actionOf(
  chain: LocalChain,
  proven: Proven<DemoStatement>,
  tick: bigint,
): Promise<ProvenAction> {
  return { ...citing(proven, tick), beneficiary: await chain.keeper.getAddress() };
}

/** The same proof, claimed for another account: what a contract without the binding would take. */
export function claimedFor(
  action: ProvenAction,
  { file }: Proven<'liquidation'>,
  index: number,
): ProvenAction {
  const claimed = { ...file.publicSignals, accountIndex: BigInt(index) };
  return { ...action, publicSignals: encodePublicSignals('liquidation', claimed) };
}

export interface Opened {
  readonly event: EventValues<'LiquidationOpened'>;
  readonly gas: bigint;
}

/** Opens the liquidation and reads back that it is open, for the account and amounts proven. */
export async function openAndReadBack(
  chain: LocalChain,
  venue: Venue,
  action: ProvenAction,
  { file: { publicSignals: proven } }: Proven<'liquidation'>,
): Promise<Opened> {
  confirm((await statusOf(venue, proven)) === STATUS.none, 'no liquidation is open before');
  const receipt = await openLiquidation(venue, action);
  const events = await readEvents(venue, chain.provider, receipt.blockNumber);
  const [opened] = eventsNamed(events, 'LiquidationOpened');
  const event = confirm(opened, 'the engine announces the liquidation').values;
  confirm((await statusOf(venue, proven)) === STATUS.open, 'the engine holds it as open');
  confirm(event.accountIndex === proven.accountIndex, 'it is the proven account');
  confirm(event.equityE6 === proven.equityE6, 'it is the proven equity');
  confirm(event.requirementE6 === proven.requirementE6, 'it is the proven requirement');
  await confirmRefused(openLiquidation(venue, action), 'AlreadyOpen');
  return { event, gas: receipt.gasUsed };
}

export interface Drawn {
  readonly event: EventValues<'Drawn'>;
  readonly gas: bigint;
  readonly fundLeftE6: bigint;
}

/** Draws the deficit and reads back that exactly what was paid moved from fund to vault. */
export async function drawAndReadBack(
  chain: LocalChain,
  venue: Venue,
  action: ProvenAction,
  { file: { publicSignals: proven } }: Proven<'bankruptcy'>,
): Promise<Drawn> {
  const fundE6 = (): Promise<bigint> => read(venue.insuranceFund, 'totalAssets', [], amount);
  const vaultE6 = (): Promise<bigint> => read(venue.custodyVault, 'heldE6', [], amount);
  const [fundBefore, vaultBefore] = [await fundE6(), await vaultE6()];
  const receipt = await drawInsurance(venue, action);
  const events = await readEvents(venue, chain.provider, receipt.blockNumber);
  const [drawn] = eventsNamed(events, 'Drawn');
  const event = confirm(drawn, 'the fund announces the draw').values;
  const fundLeftE6 = await fundE6();
  confirm(event.accountIndex === proven.accountIndex, 'it is the proven account');
  confirm(event.deficitE6 === proven.deficitE6, 'it is the proven deficit');
  confirm(event.paidE6 + event.uncoveredE6 === event.deficitE6, 'all of the deficit is told');
  confirm((await vaultE6()) - vaultBefore === event.paidE6, 'the vault received what was paid');
  confirm(
    fundBefore - fundLeftE6 === event.paidE6 + event.rewardE6,
    'the fund lost what was paid and the reward',
  );
  await confirmRefused(drawInsurance(venue, action), 'AlreadyDrawn');
  return { event, gas: receipt.gasUsed, fundLeftE6 };
}
