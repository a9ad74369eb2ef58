// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput } from './errors.ts';

/** A JSON number literal that has another, canonical spelling (`1e3`, `1.0`, `-0`, too large). */
class NonCanonicalNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

const CANONICAL_INTEGER = /^(0|-?[1-9][0-9]*)$/;
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

/** Throws `InvalidInput` unless the rule holds. */
export function requireRule(holds: boolean, field: string, rule: string): void {
  if (!holds) throw new InvalidInput(field, rule);
}

/** A JSON integer within [min, max]; both at most 2⁵³ − 1, beyond which JSON readers disagree. */
export function integer(min: number, max: number): z.ZodType<number> {
  return z
    .number({ error: requiredOr(INTEGER_RULE) })
    .refine((value) => Number.isSafeInteger(value) && !Object.is(value, -0), {
      error: INTEGER_RULE,
      abort: true,
    })
    .refine((value) => value >= min, { error: `must be at least ${min}`, abort: true })
    .refine((value) => value <= max, { error: `must be at most ${max}` });
}

/** An integer of any size within [min, max], as the one decimal string that spells it. */
export function decimalBigint(min: bigint, max: bigint): z.ZodType<bigint> {
  return z
    .string({ error: requiredOr(DECIMAL_RULE) })
    .regex(CANONICAL_INTEGER, { error: DECIMAL_RULE, abort: true })
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

/** `accounts[3].positions[1].strikeE4`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((prefix, key) => {
    if (typeof key === 'number') return `${prefix}[${key}]`;
    return prefix === '' ? String(key) : `${prefix}.${String(key)}`;
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
      return issue.keys.map(
        (key) => new InvalidInput(fieldPath([...issue.path, key]), 'unknown field'),
      );
    }
    const field = issue.path.length === 0 ? document : fieldPath(issue.path);
    return [new InvalidInput(field, ruleOf(issue))];
  });
}

/** Reads JSON in which every number is a canonical integer; anything else fails its field's rule. */
export function parseJson(source: string, document: string): unknown {
  // The third argument of a reviver (the literal's own text) is not in the ES2024 declarations.
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && !CANONICAL_INTEGER.test(context?.source ?? '')
      ? new NonCanonicalNumber(context?.source ?? '')
      : value;
  try {
    return JSON.parse(source, reviver as (key: string, value: unknown) => unknown);
  } catch (error) {
    throw new InvalidInput(document, 'is not complete, valid JSON', { cause: error });
  }
}

/** Parses a document from its text in one go. */
export function parseDocument<T>(schema: z.ZodType<T>, source: string, document: string): T {
  return parseValue(schema, parseJson(source, document), document);
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
