// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { decimalBigint } from '../core/schema.ts';
import { SCALAR_FIELD } from '../core/scalar-field.ts';

const chainTickSchema = z.object({
  number: decimalBigint(1n, 2n ** 64n),
  ledgerRoot: decimalBigint(0n, SCALAR_FIELD - 1n),
  parameterHash: decimalBigint(0n, SCALAR_FIELD - 1n),
});
const amount = decimalBigint(-(2n ** 64n), 2n ** 64n);
export const tickRecordSchema = z.object({
  name: z.string(),
  document: z.string(),
  /** Absent in records of earlier versions. */
  snapshotTime: z.string().optional(),
  /** Likewise: indices, and the moves of them that margin covered, fall and rise. */
  covered: z
    .array(z.tuple([amount, amount, amount]))
    .length(2)
    .optional(),
  /** Likewise; milliseconds. */
  takenAt: z.int().optional(),
  chain: chainTickSchema.optional(),
});

/** What a chain's tick binds beside its snapshot. */
export type ChainTick = Readonly<z.infer<typeof chainTickSchema>>;

/** A tick that was taken, under its number in the journal. */
export interface TickRecord {
  readonly sequence: number;
  readonly name: string;
  readonly snapshotTime: string | null;
}

/** The newest tick, and when its margins were published. */
export interface TickState {
  readonly name: string;
  readonly snapshotTime: bigint;
  /** Where a chain accepted it. */
  readonly chain?: ChainTick | undefined;
  readonly publishedAt: number;
  readonly publishMs: number;
}

export const chainRecord = ({ number, ledgerRoot, parameterHash: hash }: ChainTick): object => ({
  number: number.toString(),
  ledgerRoot: ledgerRoot.toString(),
  parameterHash: hash.toString(),
});

export const sameChainTick = (one: ChainTick | undefined, other: ChainTick | undefined): boolean =>
  one?.number === other?.number &&
  one?.ledgerRoot === other?.ledgerRoot &&
  one?.parameterHash === other?.parameterHash;
