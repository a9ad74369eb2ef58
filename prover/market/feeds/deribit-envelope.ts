// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from '../../core/errors.ts';

const failure = z.looseObject({ error: z.looseObject({ message: z.string() }) });

/** What a `ticker.*` subscription sends. */
const notification = z.looseObject({ params: z.looseObject({ data: z.unknown() }) });

/** The rows of a response, a notification, a bare result, or a list of any of them. */
export function responseRows(value: unknown, file: string): unknown[] {
  const refused = failure.safeParse(value);
  if (refused.success) {
    throw new InvalidInput(
      file,
      `the venue answered "${refused.data.error.message}"; ask it again`,
    );
  }
  if (Array.isArray(value)) return value.flatMap((item: unknown) => responseRows(item, file));
  const notified = notification.safeParse(value);
  if (notified.success) return responseRows(notified.data.params.data, file);
  if (hasField(value, 'result') || hasField(value, 'jsonrpc')) {
    const { result } = value as { result?: unknown };
    if (result === undefined || result === null) {
      throw new InvalidInput(`${file}: result`, 'is required');
    }
    return responseRows(result, file);
  }
  return [value];
}

export function hasField(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

/** JSON has no NaN, but some writers print one: read it as a string, so that its row is named. */
export function parseJsonNaming(source: string, file: string): unknown {
  try {
    return JSON.parse(source.replaceAll(/([:,[]\s*)(NaN|-?Infinity)\b/g, '$1"$2"'));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new InvalidInput(file, `is not complete, valid JSON (${detail})`, { cause: error });
  }
}
