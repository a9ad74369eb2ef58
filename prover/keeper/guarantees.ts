// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress, type Provider } from 'ethers';
import { z } from 'zod';

import { eventsNamed, readEvents } from '../chain/events.ts';
import { asObject, read } from '../chain/refusal.ts';
import type { Venue } from '../chain/venue.ts';
import { formatUsd } from '../model/format.ts';
import type { AccountMargin } from '../risk/margin/margin.ts';

const uint = z.bigint().nonnegative();
const guaranteeSchema = asObject(z.object({ owner: z.string(), amountE6: uint, dueAt: uint }));

/** What the fund's buffer guarantees to an account at a settlement nonce. */
export interface Guarantee {
  readonly accountIndex: bigint;
  readonly settlementNonce: bigint;
  readonly owner: string;
  readonly amountE6: bigint;
  /** The market clock after which it holds off no opening. */
  readonly dueAt: bigint;
  /** Whether an opening has called on it. */
  readonly isCalled: boolean;
}

/** The guarantee of an account at a nonce; undefined where there is none, or it was ended. */
export async function readGuarantee(
  venue: Venue,
  accountIndex: bigint,
  settlementNonce: bigint,
): Promise<Guarantee | undefined> {
  const args = [accountIndex, settlementNonce];
  const { marginGuarantee, liquidationEngine } = venue;
  const given = await read(marginGuarantee, 'guaranteeOf', args, guaranteeSchema);
  if (given.owner === ZeroAddress) return undefined;
  const heldE6 = await read(liquidationEngine, 'guaranteedE6', args, uint);
  return { accountIndex, settlementNonce, ...given, isCalled: heldE6 === 0n };
}

/** Every guarantee that was not ended yet, oldest first. */
export async function readGuarantees(
  venue: Venue,
  provider: Provider,
  fromBlock: number,
): Promise<readonly Guarantee[]> {
  const events = await readEvents(venue, provider, fromBlock);
  const taken = new Map(
    eventsNamed(events, 'GuaranteeTaken').map(({ values }) => {
      const { accountIndex, settlementNonce } = values;
      return [`${accountIndex}/${settlementNonce}`, [accountIndex, settlementNonce] as const];
    }),
  );
  const found = await Promise.all(
    [...taken.values()].map(([account, nonce]) => readGuarantee(venue, account, nonce)),
  );
  return found.filter((guarantee) => guarantee !== undefined);
}

/** Whether the engine refuses to open the account at these margins (`GuaranteedByBuffer`). */
export function holdsOff(
  { amountE6, dueAt, isCalled }: Guarantee,
  clock: bigint,
  { equityE6, mmE6 }: Pick<AccountMargin, 'equityE6' | 'mmE6'>,
): boolean {
  return !isCalled && clock <= dueAt && equityE6 + amountE6 >= mmE6;
}

/** Why an account below maintenance is left alone. */
export function guaranteeInWords(
  { accountIndex, amountE6, dueAt }: Pick<Guarantee, 'accountIndex' | 'amountE6' | 'dueAt'>,
  clock: bigint,
): string {
  return (
    `the buffer guarantees ${formatUsd(amountE6, 2)} USD of account ${accountIndex}’s maintenance ` +
    `margin, and it lacks no more; it may be opened once it does, or when the guarantee is due: ` +
    `after market clock ${dueAt} (now ${clock})`
  );
}
