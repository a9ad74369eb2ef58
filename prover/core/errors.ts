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

/**
 * Input from outside (file, flag, document) that breaks a rule. Names the field and the rule so
 * that the sender can mend it; the command line turns it into exit code 2.
 */
export class InvalidInput extends PlimsollError {
  readonly field: string;
  readonly rule: string;

  constructor(field: string, rule: string, options?: ErrorOptions) {
    super('INVALID_INPUT', `${field}: ${rule}`, options);
    this.field = field;
    this.rule = rule;
  }
}
