// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';

/** Why a batch or a session is refused; `rule` is stable and meant for programs. */
export class SessionRefused extends PlimsollError {
  readonly rule: string;

  constructor(rule: string, message: string) {
    super('SESSION_REFUSED', `${rule}: ${message}`);
    this.rule = rule;
  }
}

export function requireSession(holds: boolean, rule: string, message: string): void {
  if (!holds) throw new SessionRefused(rule, message);
}
