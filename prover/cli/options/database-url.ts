// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { parseValue, pattern } from '../../core/schema.ts';

const databaseAddress = pattern(/^postgres(ql)?:\/\/\S+$/, 'must begin with postgresql://');

/** `DATABASE_URL`, which has a password and is no flag; throws `InvalidInput` where it is missing or no PostgreSQL. */
export function databaseUrl(what: string): string {
  const { DATABASE_URL: given } = process.env;
  if (given === undefined) throw new InvalidInput('DATABASE_URL', `is required: ${what}`);
  return parseValue(databaseAddress, given, 'DATABASE_URL');
}
