// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loadDefaultMarginRule } from '../../../../prover/documents/margin-rule-document.ts';
import type { DynamicRule, UnderlyingState } from '../../../../prover/model/dynamic.ts';
import type { UnderlyingId } from '../../../../prover/model/types.ts';
import { exponentialQ20 } from '../../../../prover/risk/dynamic/exponential.ts';
import {
  dynamicStep,
  initialState,
  initialUnderlyingState,
  MAX_ELAPSED,
  stepUnderlying,
} from '../../../../prover/risk/dynamic/rule.ts';

interface Golden {
  readonly cases: readonly {
    readonly underlying: 0 | 1;
    readonly steps: readonly (readonly [number, string, string, string, string])[];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../../golden/dynamic-rule.json', import.meta.url), 'utf8'),
) as Golden;

const { rule: RULE } = loadDefaultMarginRule();
const DAY = 86_400;

/** Steps at hostile times with hostile inputs, nothing and a collapse among them. */
const hostile = fc.array(
  fc.record({
    elapsed: fc.oneof(fc.integer({ min: 1, max: 7200 }), fc.integer({ min: 1, max: 30 * DAY })),
    variance: fc.oneof(
      fc.constant(0n),
      fc.bigInt({ min: 0n, max: 1n << 36n }),
      fc.bigInt({ min: 0n, max: 1n << 52n }),
    ),
    implied: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: (1n << 48n) - 1n })),
    event: fc.oneof(fc.constant(0n), fc.constant(97n << 30n)),
  }),
  { minLength: 1, maxLength: 400 },
);
type Hostile = readonly {
  readonly elapsed: number;
  readonly variance: bigint;
  readonly implied: bigint;
  readonly event: bigint;
}[];

interface At extends UnderlyingState {
  readonly time: number;
}

function run(underlying: UnderlyingId, inputs: Hostile, rule: DynamicRule = RULE): At[] {
  let state = initialUnderlyingState(rule, underlying, 0n);
  let time = 0;
  const states: At[] = [{ ...state, time }];
  for (const { elapsed, variance, implied, event } of inputs) {
    time += elapsed;
    ({ state } = stepUnderlying(rule, underlying, state, {
      elapsed: BigInt(elapsed) < MAX_ELAPSED ? BigInt(elapsed) : MAX_ELAPSED,
      input: { counterQ48: state.counterQ48 + variance, impliedRateQ64: implied, fundingBps: 0n },
      eventQ40: event,
    }));
    states.push({ ...state, time });
  }
  return states;
}

const only = (elapsed: number, variance: bigint): Hostile[number] => ({
  elapsed,
  variance,
  implied: 0n,
  event: 0n,
});
const multiplier = ({ appliedLogQ40 }: UnderlyingState): number =>
  Number(exponentialQ20(appliedLogQ40)) / 2 ** 20;

describe('the dynamic rule', () => {
  it.each(golden.cases)(
    'takes 400 steps as the prototype did, underlying $underlying',
    ({ underlying, steps }) => {
      const states = run(
        underlying,
        steps.map(([elapsed, variance]) => only(elapsed, BigInt(variance))),
      );
      steps.forEach(([, , fast, long, log], index) => {
        const state = states[index + 1]!;
        // Its logarithm is made another way: the last bits may differ, the averages may not.
        expect(state.fastQ64).toBe(BigInt(fast));
        expect(state.longQ64).toBe(BigInt(long));
        expect(Math.abs(Number(state.logQ40 - BigInt(log))) / 2 ** 40).toBeLessThan(1e-9);
      });
    },
  );

  it('opens at the base set: near the multiplier its base volatility asks for', () => {
    const [btc, eth] = [0, 1].map((u) => multiplier(run(u as 0 | 1, [])[0]!));
    expect(btc).toBeCloseTo(72 / 74, 4);
    expect(eth).toBeCloseTo(92 / 84, 4);
  });

  it('P/T stays below 2.93 and margin rises by at most 23 % a day, 140 % in five, whatever is signed', () => {
    const margin = (state: At): number => Math.exp(0.166015625 * multiplier(state)) - 1;
    const hostileRule = { ...RULE, impliedWeightQ16: 65_536n };
    fc.assert(
      fc.property(
        fc.constantFrom(0 as const, 1 as const),
        fc.constantFrom(RULE, hostileRule),
        hostile,
        (underlying, rule, inputs) => {
          const states = run(underlying, inputs, rule);
          const margins = states.map(margin);
          expect(Math.max(...margins) / Math.min(...margins)).toBeLessThan(2.93);
          states.forEach((to, j) => {
            for (let i = j - 1; i >= 0; i -= 1) {
              const apart = to.time - states[i]!.time;
              const rise = margins[j]! / margins[i]! - 1;
              if (apart <= DAY) expect(rise).toBeLessThan(0.23);
              if (apart <= 5 * DAY) expect(rise).toBeLessThan(1.4);
              else break;
            }
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never moves further in many steps than the limits allow one, held or not', () => {
    fc.assert(
      fc.property(hostile, (inputs) => {
        const states = run(0, inputs);
        states.slice(1).forEach((state, index) => {
          const last = states[index]!;
          const elapsed = BigInt(state.time - last.time);
          const move = state.logQ40 - last.logQ40;
          expect(move <= RULE.risePerSecondQ40 * elapsed).toBe(true);
          expect(-move <= RULE.fallPerSecondQ40 * elapsed).toBe(true);
          const applied = state.appliedLogQ40 - last.appliedLogQ40;
          expect(applied <= RULE.risePerSecondQ40 * elapsed).toBe(true);
          expect(-applied <= RULE.fallPerSecondQ40 * elapsed + RULE.hysteresisQ40).toBe(true);
          // What is applied never understates, and overstates by less than the hysteresis.
          expect(state.appliedLogQ40 >= state.logQ40).toBe(true);
          expect(state.appliedLogQ40 - state.logQ40 < RULE.hysteresisQ40).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('reaches no higher by leaving inputs out than by taking them, as far as rise is limited', () => {
    const storm = Array.from({ length: 12 }, () => only(3600, 1n << 40n));
    const every = run(0, storm).at(-1)!;
    const skipped = run(0, [only(12 * 3600, 12n << 40n)]).at(-1)!;
    expect(skipped.logQ40 <= every.logQ40).toBe(true);
    expect(skipped.counterQ48).toBe(every.counterQ48);
  });

  it('earns no fall for silence: a day without a step lowers it by no more than an hour does', () => {
    const stormy = Array.from({ length: 48 }, () => only(3600, 1n << 38n));
    const calm = Array.from({ length: 12 }, () => only(3600, 0n));
    const states = run(0, [...stormy, ...calm, only(86_400, 0n)]);
    const [before, silent] = states.slice(-2) as [At, At];
    const fall = before.logQ40 - silent.logQ40;
    expect(fall > 0n).toBe(true);
    expect(fall <= RULE.fallPerSecondQ40 * 3600n).toBe(true);
  });

  it('never saturates an average into another number: the largest inputs keep every width', () => {
    const most = (1n << 48n) - 1n;
    const full = { counterQ48: 0n, fastQ64: most, longQ64: most, logQ40: 0n, appliedLogQ40: 0n };
    const { state, terms } = stepUnderlying(RULE, 0, full, {
      elapsed: 1n,
      input: { counterQ48: (1n << 64n) - 1n, impliedRateQ64: most, fundingBps: 0n },
      eventQ40: 0n,
    });
    expect(terms.rateQ64 < 1n << 65n).toBe(true);
    expect(state.fastQ64).toBe(most);
    expect(state.longQ64).toBe(most);
    expect(terms.targetLogQ40).toBe(RULE.capLogQ40);
  });
});

describe('a step of a venue', () => {
  const inputs = (time: bigint, counterQ48: bigint) => {
    const own = { counterQ48, impliedRateQ64: 0n, fundingBps: 3n };
    return { time, underlyings: [own, { ...own, fundingBps: 40n }] } as const;
  };
  const start = initialState(RULE, 7n, inputs(1000n, 5n));

  it('counts on, takes the time of its inputs and charges the larger funding up to the cap', () => {
    const step = dynamicStep(RULE, start, inputs(4600n, 6n));
    expect(step.state).toMatchObject({ ruleHash: 7n, sequence: 1n, time: 4600n });
    expect(step.state.underlyings.map(({ counterQ48 }) => counterQ48)).toEqual([6n, 6n]);
    expect(step.fundingBps).toBe(25n);
  });

  it.each([
    ['a time that does not advance', 1000n, 6n, /expected a time after 1000/],
    ['a counter that falls', 4600n, 4n, /expected at least 5, got 4/],
  ])('is refused for %s', (_, time, counter, message) => {
    expect(() => dynamicStep(RULE, start, inputs(time, counter))).toThrow(message);
  });

  it('raises the target while an event is in force, and not a second longer', () => {
    const rule = { ...RULE, events: [{ start: 4600n, seconds: 100n, raiseQ10: 97n }] };
    const raised = (time: bigint): bigint =>
      dynamicStep(rule, start, inputs(time, 5n)).terms[0].eventLogQ40;
    expect([4599n, 4600n, 4699n, 4700n].map(raised)).toEqual([0n, 97n << 30n, 97n << 30n, 0n]);
  });
});
