// SPDX-License-Identifier: GPL-3.0-or-later
import { ContractRefused } from '../chain/refusal.ts';
import { PlimsollError } from '../core/errors.ts';

/** What the demo says happened did not: it ends there, and not with exit code 0. */
export class NotAsTold extends PlimsollError {
  constructor(expected: string, found?: unknown) {
    super(
      'NOT_AS_TOLD',
      `expected that ${expected}${found === undefined ? '' : `: ${String(found)}`}`,
    );
  }
}

/** Passes on what is there; throws `NotAsTold` when it is false or missing. */
export function confirm<T>(fact: T | false | undefined, expected: string): T {
  if (fact === undefined || fact === false) throw new NotAsTold(expected);
  return fact;
}

/** Waits for a contract to refuse with exactly this custom error. */
export async function confirmRefused(
  action: Promise<unknown>,
  errorName: string,
): Promise<ContractRefused> {
  const outcome: unknown = await action.then(
    () => 'accepted',
    (error: unknown) => error,
  );
  if (outcome instanceof ContractRefused && outcome.errorName === errorName) return outcome;
  throw new NotAsTold(`the contract refuses with ${errorName}`, outcome);
}
