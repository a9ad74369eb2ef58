// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import { loadDefaultMarginRule } from '../../../../prover/documents/margin-rule-document.ts';
import { combineMarginSources } from '../../../../prover/market/consensus/margin-sources.ts';
import { exponentialQ20 } from '../../../../prover/risk/dynamic/exponential.ts';
import { initialUnderlyingState, stepUnderlying } from '../../../../prover/risk/dynamic/rule.ts';

const DOCUMENT = readFileSync(join(REPOSITORY_ROOT, 'docs/dynamic-margin.md'), 'utf8');
const { rule: RULE } = loadDefaultMarginRule();

/** A calm market: 60 % a year, evenly. The fault comes on the third day. */
const VOLATILITY = 0.6;
const HOURS = 120;
const FAULT_HOUR = 72;
const toQ48 = (variance: number): bigint => BigInt(Math.round(variance * 2 ** 48));

interface Fault {
  readonly stepSeconds: number;
  /** Variance that a step adds to what happened, by how many steps after the fault it is. */
  readonly extra?: (after: number) => number;
  /** Hours for which nothing is signed. */
  readonly silent?: number;
}

/** The multiplier in force after every whole step; where none was taken, the last. */
function multipliers({ stepSeconds, extra = () => 0, silent = 0 }: Fault): number[] {
  const perStep = (VOLATILITY ** 2 / 31_536_000) * stepSeconds;
  let state = initialUnderlyingState(RULE, 0, 0n);
  let waiting = 0;
  let elapsed = 0;
  return Array.from({ length: (HOURS * 3600) / stepSeconds }, (_, index) => {
    const after = index + 1 - (FAULT_HOUR * 3600) / stepSeconds;
    waiting += perStep + extra(after);
    elapsed += stepSeconds;
    if (after <= 0 || after * stepSeconds >= silent * 3600) {
      ({ state } = stepUnderlying(RULE, 0, state, {
        elapsed: BigInt(elapsed),
        input: {
          counterQ48: state.counterQ48 + toQ48(waiting),
          impliedRateQ64: 0n,
          fundingBps: 0n,
        },
        eventQ40: 0n,
      }));
      [waiting, elapsed] = [0, 0];
    }
    return Number(exponentialQ20(state.appliedLogQ40)) / 2 ** 20;
  });
}

/** Up and back: two moves of that size in a row. */
const print = (factor: number) => (after: number) =>
  after === 0 || after === 1 ? Math.log(factor) ** 2 : 0;

/** Two honest sources and one that says a hundred times what happened, as they are combined. */
function lied(stepSeconds: number): (after: number) => number {
  const perStep = toQ48((VOLATILITY ** 2 / 31_536_000) * stepSeconds);
  const at = (source: string, time: bigint, counterQ48: bigint) => ({
    source,
    time,
    counterQ48,
    impliedRateQ64: 0n,
    fundingBps: 0n,
  });
  const { input } = combineMarginSources({
    last: { counterQ48: 0n, time: 0n },
    before: ['a', 'b', 'liar'].map((source) => at(source, 0n, 0n)),
    now: [
      at('a', BigInt(stepSeconds), (perStep * 98n) / 100n),
      at('b', BigInt(stepSeconds), (perStep * 102n) / 100n),
      at('liar', BigInt(stepSeconds), perStep * 100n),
    ],
    time: BigInt(stepSeconds),
    staleAfter: 60n,
    quorum: 3,
  });
  const more = Number(input.counterQ48 - perStep) / 2 ** 48;
  return (after) => (after >= 0 && after * stepSeconds <= 24 * 3600 ? more : 0);
}

const MINUTE = 60;
const HOUR = 3600;
const FAULTS: readonly (readonly [name: string, fault: Fault])[] = [
  ['a print ×1.1, up and back, steps a minute apart', { stepSeconds: MINUTE, extra: print(1.1) }],
  ['a print ×10, steps a minute apart', { stepSeconds: MINUTE, extra: print(10) }],
  ['a print ×1.1, steps an hour apart', { stepSeconds: HOUR, extra: print(1.1) }],
  ['a print ×10, steps an hour apart', { stepSeconds: HOUR, extra: print(10) }],
  ['nothing signed for two hours', { stepSeconds: 600, silent: 2 }],
  ['nothing signed for six hours', { stepSeconds: 600, silent: 6 }],
  [
    'one source of three says 100 times the variance for a day, the honest ones differ by 4 %',
    { stepSeconds: 600, extra: lied(600) },
  ],
];

const percent = (share: number): string =>
  `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)} %`;

describe('what a fault does to margins is what docs/dynamic-margin.md says', () => {
  it.each(FAULTS)('%s', (name, fault) => {
    const undisturbed = multipliers({ stepSeconds: fault.stepSeconds });
    const disturbed = multipliers(fault);
    const changes = disturbed.map((value, index) => value / undisturbed[index]! - 1);
    const largest = changes.reduce(
      (most, change) => (Math.abs(change) > Math.abs(most) ? change : most),
      0,
    );
    const day = changes[((FAULT_HOUR + 24) * 3600) / fault.stepSeconds - 1]!;
    const row = `| ${name} | ${percent(largest)} | ${percent(day)} |`;
    expect(DOCUMENT).toContain(row);
  });
});
