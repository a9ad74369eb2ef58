// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from './errors.ts';
import { JsonFault, placeOf, readJson, type JsonOptions } from './json.ts';
import { quoted } from './quoted.ts';

/** A JSON number literal that has another, canonical spelling (`1e3`, `1.0`, `-0`, too large). */
class NonCanonicalNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

const CANONICAL_INTEGER = /^(0|-?[1-9][0-9]*)$/;
const UNSIGNED_INTEGER = /^(0|[1-9][0-9]*)$/;
/** More than any word has; a number is read in more than linear time. */
const MAX_DIGITS = 100;
const INTEGER_RULE = 'must be an integer without leading zeros, fraction, exponent or "-0"';
const DECIMAL_RULE = 'must be a canonical decimal string (no leading zeros, "+", "-0" or exponent)';

/** The rule, or that there is nothing to hold it to. */
export function requiredOr(rule: string): (issue: { readonly input?: unknown }) => string {
  return (issue) => (issue.input === undefined ? 'is required' : rule);
}

/** Exactly this value: a format name, a version, the symbol that belongs in a place. */
export function constant<const T extends string | number | boolean | null>(value: T): z.ZodType<T> {
  return z.literal(value, { error: requiredOr(`must be ${JSON.stringify(value)}`) });
}

/** A string of the given form. */
export function pattern(form: RegExp, rule: string): z.ZodType<string> {
  return z.string({ error: requiredOr(rule) }).regex(form, { error: rule });
}

/** An address, its checksum not looked at. */
export const addressText = pattern(
  /^0x[0-9a-fA-F]{40}$/,
  'must be an address: 0x and 40 hexadecimal digits',
);
export const digestText = pattern(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest in lower-case hex');

/** A JSON integer within [min, max]; both at most 2⁵³ − 1, beyond which JSON readers disagree. */
export function integer(min: number, max: number): z.ZodType<number> {
  return z
    .number({ error: requiredOr(INTEGER_RULE) })
    .refine((value) => Number.isSafeInteger(value) && !Object.is(value, -0), {
      error: INTEGER_RULE,
      abort: true,
    })
    .refine((value) => value >= min, { error: `must be at least ${min}`, abort: true })
    .refine((value) => value <= max, { error: `must be at most ${max}` })
    .meta({ type: 'integer', minimum: min, maximum: max });
}

/** An integer of any size within [min, max], as the one decimal string that spells it. */
export function decimalBigint(min: bigint, max: bigint): z.ZodType<bigint> {
  return z
    .string({ error: requiredOr(DECIMAL_RULE) })
    .regex(CANONICAL_INTEGER, { error: DECIMAL_RULE, abort: true })
    .max(MAX_DIGITS, { error: `must have at most ${MAX_DIGITS} digits`, abort: true })
    .meta(min < 0n ? {} : { pattern: UNSIGNED_INTEGER.source })
    .transform((text) => BigInt(text))
    .refine((value) => value >= min, { error: `must be at least ${min}`, abort: true })
    .refine((value) => value <= max, { error: `must be at most ${max}` });
}

/** One of the given strings; the message lists them. */
export function oneOf<const T extends readonly string[]>(values: T): z.ZodType<T[number]> {
  const rule = `must be one of ${values.join(', ')}`;
  return z.enum(values as unknown as [string, ...string[]], {
    error: requiredOr(rule),
  }) as unknown as z.ZodType<T[number]>;
}

export function text(): z.ZodType<string> {
  return z.string({ error: requiredOr('must be a string') });
}

/** What a schema takes, as JSON Schema: what it refuses beyond that is told when it is checked. */
export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input' });
  return described;
}

const MAX_COMPLAINTS = 100;

/**
 * A list that stops reading after a hundred complaints: of millions of bad entries, as somebody may
 * send them, each would otherwise leave its own in memory. `least` to `most` entries are allowed.
 */
export function list<T>(entry: z.ZodType<T>, most?: number, least = 0): z.ZodType<T[]> {
  const values = z.array(z.unknown()).min(least, { abort: true });
  return (most === undefined ? values : values.max(most, { abort: true }))
    .meta({
      // Made where a description is: nobody who only reads pays for it.
      get items() {
        return jsonSchemaOf(entry);
      },
    })
    .transform((values, context) => {
      const read: T[] = [];
      for (const [index, value] of values.entries()) {
        const parsed = entry.safeParse(value, { reportInput: true });
        if (parsed.success) read.push(parsed.data);
        else {
          for (const issue of parsed.error.issues) {
            context.issues.push({ ...issue, path: [index, ...issue.path] } as never);
          }
        }
        if (context.issues.length >= MAX_COMPLAINTS) break;
      }
      return context.issues.length === 0 ? read : z.NEVER;
    });
}

/** `accounts[3].positions[1].strikeE4`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((prefix, key) => {
    if (typeof key === 'number') return `${prefix}[${key}]`;
    const name = quoted(String(key));
    return prefix === '' ? name : `${prefix}.${name}`;
  }, '');
}

/** Zod's own wording, which the schemas replace wherever they can, starts like this. */
const GENERIC_MESSAGE = /^(Invalid|Too|Unrecognized)/;

function ruleOf(issue: z.core.$ZodIssue): string {
  if (!GENERIC_MESSAGE.test(issue.message)) return issue.message;
  if (issue.input === undefined) return 'is required';
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    const bound = issue.code === 'too_small' ? `least ${issue.minimum}` : `most ${issue.maximum}`;
    const size = Array.isArray(issue.input) ? `, has ${issue.input.length}` : '';
    return `must have at ${bound} entries${size}`;
  }
  if (issue.code === 'invalid_type') {
    const names: Readonly<Record<string, string>> = {
      array: 'a list',
      tuple: 'a list',
      object: 'an object',
    };
    return `must be ${names[issue.expected] ?? `a ${issue.expected}`}`;
  }
  return issue.message;
}

/**
 * The value as the schema reads it; throws `InvalidInput` for the first field that breaks a rule.
 * `document` names the whole when the fault is not inside a field.
 */
export function parseValue<T>(schema: z.ZodType<T>, value: unknown, document: string): T {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [fault] = faultsOf(parsed.error, document);
  throw fault ?? new InvalidInput(document, 'is not valid');
}

/** The same for a value that need not hold: as the schema reads it, or every rule it breaks. */
export function readValue<T>(
  schema: z.ZodType<T>,
  value: unknown,
  document: string,
): { readonly data: T } | { readonly faults: readonly InvalidInput[] } {
  const parsed = schema.safeParse(value, { reportInput: true });
  return parsed.success ? { data: parsed.data } : { faults: faultsOf(parsed.error, document) };
}

function faultsOf({ issues }: z.core.$ZodError, document: string): InvalidInput[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        return new InvalidInput(fieldPath(path), 'unknown field', { path });
      });
    }
    const field = issue.path.length === 0 ? document : fieldPath(issue.path);
    return [new InvalidInput(field, ruleOf(issue), { path: issue.path })];
  });
}

const canonicalNumber = (literal: string): number | NonCanonicalNumber =>
  CANONICAL_INTEGER.test(literal) ? Number(literal) : new NonCanonicalNumber(literal);

/**
 * Reads JSON in which every number is a canonical integer; anything else fails its field's rule.
 * Throws `InvalidInput` naming the document, and the place, for what is no JSON or has a key twice.
 */
export function parseJson(source: string, document: string): unknown {
  return readDocument(source, document, { number: canonicalNumber });
}

/** Any JSON of others, numbers as doubles: `readJson` with the error of a document. */
export function readDocument(source: string, document: string, options?: JsonOptions): unknown {
  try {
    return readJson(source, options);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new InvalidInput(document, error.rule, { cause: error, place: error.place });
  }
}

/** The steps of a field's name: what `fieldPath` joined. */
function stepsOf(field: string): PropertyKey[] {
  return [...field.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([step, index]) =>
    index === undefined ? step : Number(index),
  );
}

/** Runs what judges a document; where it refuses a field, the error says where in the text it stands. */
export function withPlaces<T>(source: string, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof InvalidInput) || error.place !== undefined) throw error;
    const place = placeOf(source, error.path ?? stepsOf(error.field));
    if (place === undefined) throw error;
    throw new InvalidInput(error.field, error.rule, { cause: error, place });
  }
}

/** Parses a document from its text in one go; `build` applies the rules that join its fields. */
export function parseDocument<T>(schema: z.ZodType<T>, source: string, document: string): T;
export function parseDocument<T, R>(
  schema: z.ZodType<T>,
  source: string,
  document: string,
  build: (value: T) => R,
): R;
export function parseDocument<T, R>(
  schema: z.ZodType<T>,
  source: string,
  document: string,
  build?: (value: T) => R,
): T | R {
  const json = parseJson(source, document);
  return withPlaces(source, () => {
    const value = parseValue(schema, json, document);
    return build === undefined ? value : build(value);
  });
}

/**
 * JSON with sorted keys and no white space: one document, one text. Amounts (`bigint`) become
 * decimal strings, as in the documents they were read from.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'bigint') return `"${value}"`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
