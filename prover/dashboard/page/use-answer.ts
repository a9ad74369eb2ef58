// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useState } from 'preact/hooks';

import { reasonOf } from '../../core/errors.ts';

/** What was answered last, which stays while it is asked again; and why it is not newer, or not there. */
export interface Asked<Answer> {
  readonly answer: Answer | undefined;
  readonly fault: string;
}

/**
 * Asks once the page stands, and again whenever something of `of` is another; what comes after that is of no use.
 *
 * @param ask is told whether anybody still waits
 * @param againMs asks so often besides; never where it is undefined
 */
export function useAnswer<Answer>(
  ask: (isGone: () => boolean) => Promise<Answer>,
  of: readonly unknown[],
  againMs?: number,
): Asked<Answer> {
  const [asked, setAsked] = useState<Asked<Answer>>({ answer: undefined, fault: '' });
  useEffect(() => {
    let isGone = false;
    const once = async (): Promise<void> => {
      try {
        const answer = await ask(() => isGone);
        if (!isGone) setAsked({ answer, fault: '' });
      } catch (error) {
        if (!isGone) setAsked((known) => ({ ...known, fault: reasonOf(error) }));
      }
    };
    void once();
    const timer = againMs === undefined ? undefined : setInterval(() => void once(), againMs);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [...of, againMs]);
  return asked;
}
