// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { expiryOfName } from '../../market/feeds/instrument-name.ts';

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.0+)?)?Z)?$/;
const DELIVERY_HOUR = 'T08:00Z';

/** `2026-03-03T08:00Z`, `2026-03-03` or `3MAR26` (both at 08:00 UTC), or unix seconds. */
export function parseExpiry(text: string, field: string): number {
  const named = expiryOfName(text);
  if (named !== undefined) return named;
  const iso = ISO.test(text) ? (text.includes('T') ? text : text + DELIVERY_HOUR) : undefined;
  const seconds = iso === undefined ? Number(text) : Date.parse(iso) / 1000;
  const isTime = iso !== undefined || /^[1-9][0-9]{8,9}$/.test(text);
  if (isTime && Number.isInteger(seconds) && seconds >= 1 && seconds < 2 ** 32) return seconds;
  throw new InvalidInput(
    field,
    `must be a time such as 2026-03-03T08:00Z, 2026-03-03, 3MAR26 or unix seconds, got "${text.slice(0, 40)}"`,
  );
}
