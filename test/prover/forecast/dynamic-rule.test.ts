// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  DYNAMIC_RULES,
  dynamicStep,
  initialState,
  multiplierOf,
  type DynamicState,
} from '../../../prover/forecast/dynamic-rule.ts';

interface Golden {
  readonly cases: readonly {
    readonly underlying: 0 | 1;
    readonly steps: readonly (readonly [number, string, string, string, string])[];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/dynamic-rule.json', import.meta.url), 'utf8'),
) as Golden;

const START = 1_600_000_000n;
const DAY = 86_400;

/** Steps at hostile times with hostile variances, nothing and a collapse among them. */
const hostile = fc.array(
  fc.tuple(
    fc.oneof(fc.integer({ min: 1, max: 7200 }), fc.integer({ min: 1, max: 30 * DAY })),
    fc.oneof(
      fc.constant(0n),
      fc.bigInt({ min: 0n, max: 1n << 36n }),
      fc.bigInt({ min: 0n, max: 1n << 52n }),
    ),
  ),
  { minLength: 1, maxLength: 400 },
);

function run(underlying: 0 | 1, inputs: readonly (readonly [number, bigint])[]): DynamicState[] {
  const step = dynamicStep(DYNAMIC_RULES[underlying]);
  const states = [initialState(DYNAMIC_RULES[underlying], START, 0n)];
  for (const [elapsed, variance] of inputs) {
    const last = states.at(-1)!;
    states.push(step(last, last.time + BigInt(elapsed), last.counterQ48 + variance));
  }
  return states;
}

describe('the dynamic rule', () => {
  it.each(golden.cases)(
    'takes 400 steps as the prototype did, underlying $underlying',
    ({ underlying, steps }) => {
      const states = run(
        underlying,
        steps.map(([elapsed, variance]) => [elapsed, BigInt(variance)]),
      );
      steps.forEach(([, , fast, long, log], index) => {
        const state = states[index + 1]!;
        // Tables and logarithm are made another way: the last bits may differ, the multiplier may not.
        const close = (left: bigint, right: string, share: number): void =>
          expect(Math.abs(Number(left - BigInt(right)))).toBeLessThanOrEqual(
            share * Math.abs(Number(right)) + 4,
          );
        close(state.fastQ64, fast, 1e-11);
        close(state.longQ64, long, 1e-11);
        expect(Math.abs(Number(state.logMultiplierQ40 - BigInt(log))) / 2 ** 40).toBeLessThan(1e-9);
      });
    },
  );

  it('opens at the base set: near the multiplier its base volatility asks for', () => {
    const [btc, eth] = [0, 1].map((u) => multiplierOf(run(u as 0 | 1, [])[0]!));
    expect(btc).toBeCloseTo(72 / 74, 4);
    expect(eth).toBeCloseTo(92 / 84, 4);
  });

  it('stays within 0.60 and 1.60, rises by at most 23 % a day and 140 % in five, whatever comes', () => {
    fc.assert(
      fc.property(fc.constantFrom(0 as const, 1 as const), hostile, (underlying, inputs) => {
        const states = run(underlying, inputs);
        const margins = states.map((state) => Math.exp(0.166015625 * multiplierOf(state)) - 1);
        for (const state of states) {
          expect(multiplierOf(state)).toBeGreaterThan(0.5999);
          expect(multiplierOf(state)).toBeLessThan(1.6001);
        }
        states.forEach((to, j) => {
          for (let i = j - 1; i >= 0; i -= 1) {
            const apart = Number(to.time - states[i]!.time);
            const rise = margins[j]! / margins[i]! - 1;
            if (apart <= DAY) expect(rise).toBeLessThan(0.23);
            if (apart <= 5 * DAY) expect(rise).toBeLessThan(1.4);
            else break;
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  it('never moves further in many steps than the limits allow one', () => {
    const rule = DYNAMIC_RULES[0];
    fc.assert(
      fc.property(hostile, (inputs) => {
        const states = run(0, inputs);
        states.slice(1).forEach((state, index) => {
          const last = states[index]!;
          const elapsed = state.time - last.time;
          const move = state.logMultiplierQ40 - last.logMultiplierQ40;
          expect(move <= rule.risePerSecondQ40 * elapsed).toBe(true);
          expect(-move <= rule.fallPerSecondQ40 * elapsed).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('earns no fall for silence: a day without a step lowers it by no more than an hour does', () => {
    const rule = DYNAMIC_RULES[0];
    const stormy = Array.from({ length: 48 }, () => [3600, 1n << 38n] as const);
    const calm = Array.from({ length: 12 }, () => [3600, 0n] as const);
    const before = run(0, [...stormy, ...calm]).at(-1)!;
    const silent = dynamicStep(rule)(before, before.time + 86_400n, before.counterQ48);
    const fall = before.logMultiplierQ40 - silent.logMultiplierQ40;
    expect(fall > 0n).toBe(true);
    expect(fall <= rule.fallPerSecondQ40 * 3600n).toBe(true);
  });
});
