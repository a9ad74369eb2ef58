// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

/** `bigint`: an integer of any size, as a decimal string. */
export const decimal = z.string().regex(/^(0|-?[1-9][0-9]*)$/);
/** A JSON integer. */
export const whole = z.int();
export const real = z.number();
export const text = z.string();
export const flag = z.boolean();
export const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
/** 32 bytes in hex. */
export const bytes32 = z.string().regex(/^0x[0-9a-f]{64}$/);
/** An object whose fields are these and no others. */
export const shape = z.strictObject;

/** JSON in one line; amounts are `bigint`, which JSON lacks, and travel as decimal strings. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? item.toString() : item,
  );
}
