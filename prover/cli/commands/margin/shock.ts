// SPDX-License-Identifier: GPL-3.0-or-later
import { SHOCK_PARTS, shockOf } from '../../../analysis/figures/shock-text.ts';
import { noShock, type MarketShock } from '../../../analysis/shock.ts';
import { InvalidInput } from '../../../core/errors.ts';
import type { MarketSnapshot } from '../../../model/types.ts';

export const SHOCK_FLAG = '--shock';
const RULE =
  'must be btc=, eth= (a move such as -10% or a price such as 60000), vol=, btc-vol=, eth-vol= ' +
  '(such as +20%) or time= (such as 6h), several with commas';

/** Reads `btc=-10%,vol=+20%,time=6h`; throws `InvalidInput` naming the flag and the part. */
export function parseShock(text: string | undefined, snapshot: MarketSnapshot): MarketShock {
  if (text === undefined) return noShock(snapshot);
  const parts = text.split(',').map((entry) => {
    const part = entry.trim();
    const equals = part.indexOf('=');
    const name = SHOCK_PARTS.find((known) => known === part.slice(0, Math.max(0, equals)));
    if (name === undefined) throw new InvalidInput(SHOCK_FLAG, `${RULE}, got "${part}"`);
    return { source: `${SHOCK_FLAG} ${name}`, name, value: part.slice(equals + 1) };
  });
  return shockOf(parts, snapshot, SHOCK_FLAG);
}
