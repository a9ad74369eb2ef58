// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The one base class of every error Plimsoll raises on purpose. `code` is stable and meant for
 * programs; `message` is meant for people.
 */
export class PlimsollError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Where in a text: both from 1, the column in UTF-16 units as editors count. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/**
 * Input from outside (file, flag, document) that breaks a rule. Names the field and the rule so
 * that the sender can mend it; the command line turns it into exit code 2.
 */
export class InvalidInput extends PlimsollError {
  readonly field: string;
  readonly rule: string;
  /** Where in the document the field stands; absent for flags, and for what is in no one place. */
  readonly place: TextPlace | undefined;
  /** The steps to the field, where its name may not spell them. */
  readonly path: readonly PropertyKey[] | undefined;

  constructor(
    field: string,
    rule: string,
    options: ErrorOptions & {
      place?: TextPlace | undefined;
      path?: readonly PropertyKey[];
    } = {},
  ) {
    super('INVALID_INPUT', `${field}: ${rule}`, options);
    this.field = field;
    this.rule = rule;
    this.place = options.place;
    this.path = options.path;
  }
}

/** Throws `InvalidInput` unless the rule holds. */
export function requireRule(holds: boolean, field: string, rule: string): void {
  if (!holds) throw new InvalidInput(field, rule);
}

/** The message, and where in its document stands what it speaks of. */
export function messageWithPlace(error: PlimsollError): string {
  const place = error instanceof InvalidInput ? error.place : undefined;
  if (place === undefined) return error.message;
  return `${error.message} (line ${place.line}, column ${place.column})`;
}

/** What was said of whatever was thrown. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
