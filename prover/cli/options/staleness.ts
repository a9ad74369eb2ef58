// SPDX-License-Identifier: GPL-3.0-or-later
import type { StaleComponent } from '../../analysis/staleness.ts';
import { staleComponents } from '../../analysis/staleness.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import type { CommandContext } from '../command.ts';

const one = ({ component, ageSeconds, allowedSeconds }: StaleComponent): string =>
  `${component} ${ageSeconds} s old (at most ${allowedSeconds} s)`;

/**
 * Says which components of a snapshot are older than the parameter set's heartbeats allow, and what
 * the chain would do; gives them back for the JSON.
 */
export function noteStale(
  { note }: CommandContext,
  snapshot: MarketSnapshot,
  { document }: ParameterSet,
): readonly StaleComponent[] {
  const stale = staleComponents(snapshot, document.heartbeatsSeconds);
  if (stale.length > 0) {
    note(
      `stale: ${stale.map(one).join(', ')}. A feed with these heartbeats refuses this snapshot ` +
        '(StaleComponent): no tick, no liquidation and no withdrawal would be decided by it',
    );
  }
  return stale;
}
