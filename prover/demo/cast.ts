// SPDX-License-Identifier: GPL-3.0-or-later
import type { SampleLabel } from '../sample/labels.ts';
import { confirm } from './confirm.ts';
import type { Remargined } from './remargin.ts';

/** Which accounts the story is about: found by their margin, preferred by their label. */
export interface Cast {
  /** Below maintenance and solvent: its liquidation is proven. */
  readonly target: number;
  /** A healthy account, for the contract to refuse. */
  readonly healthy: number;
  /** Liquidated as well, and recovered on the rebound: it cures. Nobody, where nobody recovers. */
  readonly recovering: number | undefined;
  /** Whose fate the sample was written for. */
  readonly fated: readonly number[];
}

/** @param rebound who could cure once the market has recovered */
export function castOf(
  labels: readonly SampleLabel[],
  crash: Remargined,
  rebound: { readonly margins: readonly { readonly healthyForCure: boolean }[] },
): Cast {
  const prefer = (candidates: readonly number[], name: string): number | undefined => {
    const named = labels.find((label) => label.name === name)?.index;
    return named !== undefined && candidates.includes(named) ? named : candidates[0];
  };
  const breached = new Set(crash.breached);
  const solvent = crash.breached.filter((index) => !crash.bankrupt.includes(index));
  // One that has nothing at stake would show nothing.
  const healthy = crash.margins
    .map((_, index) => index)
    .filter((index) => !breached.has(index) && crash.margins[index]!.mmE6 > 0n);
  const target = confirm(prefer(solvent, 'ordinary-liquidation'), 'an account can be liquidated');
  const recovered = solvent.filter(
    (index) => index !== target && rebound.margins[index]?.healthyForCure === true,
  );
  return {
    target,
    recovering: prefer(recovered, 'wick-victim'),
    healthy: confirm(prefer(healthy, 'hedged-market-maker'), 'an account stays healthy'),
    fated: labels.filter(({ kind }) => kind === 'fate').map(({ index }) => index),
  };
}
