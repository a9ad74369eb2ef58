// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  hashParameterWords,
  parameterWords,
} from '../../../../prover/commitments/parameters-words.ts';
import {
  loadDefaultMarginRule,
  requireMovable,
} from '../../../../prover/documents/margin-rule-document.ts';
import {
  loadDefaultParameters,
  parseParameters,
} from '../../../../prover/documents/parameters-document.ts';
import type { DynamicRule, UnderlyingState } from '../../../../prover/model/dynamic.ts';
import type { RiskParameters } from '../../../../prover/model/types.ts';
import {
  effectiveParameters,
  scaledParameters,
} from '../../../../prover/risk/dynamic/effective-set.ts';
import type { DynamicStep } from '../../../../prover/risk/dynamic/rule.ts';

const BASE = loadDefaultParameters();
const { rule: RULE } = loadDefaultMarginRule();
const AHEAD: DynamicRule = { ...RULE, leadMaxQ40: 1n << 38n, fundingCapBps: 100n };

/** A step of which only what the effective set reads is set. */
function stepAt(
  logs: readonly [bigint, bigint],
  leads: readonly [bigint, bigint],
  fundingBps: bigint,
) {
  const state = (appliedLogQ40: bigint) => ({ appliedLogQ40 }) as UnderlyingState;
  return {
    state: { underlyings: [state(logs[0]), state(logs[1])] },
    terms: leads.map((leadQ40) => ({ leadQ40 })),
    fundingBps,
  } as unknown as DynamicStep;
}

/** The set as a document, so that the loader can judge it. */
function reloaded(effective: RiskParameters): RiskParameters {
  const { document } = BASE;
  const { perpetual } = document.contingencies;
  const text = JSON.stringify(
    {
      ...document,
      factors: { ...document.factors, imFactorBps: Number(effective.imFactorBps) },
      contingencies: {
        ...document.contingencies,
        perpetual: {
          ...perpetual,
          mmBps: Number(effective.perpetual.mmBps),
          imBps: Number(effective.perpetual.imBps),
        },
      },
      underlyings: document.underlyings.map((own, u) => ({
        ...own,
        scenarios: own.scenarios.map((scenario, index) => {
          const { multiplierQ24, logMoveQ10, dampingQ16 } =
            effective.underlyings[u as 0 | 1].scenarios[index]!;
          return {
            ...scenario,
            multiplierQ24: Number(multiplierQ24),
            logMoveQ10: Number(logMoveQ10),
            dampingQ16: Number(dampingQ16),
          };
        }),
      })),
    },
    (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
  );
  return parseParameters(text).parameters;
}

const { floorLogQ40: FLOOR, capLogQ40: CAP } = RULE;

describe('an effective set', () => {
  it.each([
    ['at the floor', FLOOR, FLOOR, 0n, 0n],
    ['at the cap', CAP, CAP, 0n, 0n],
    [
      'at opposite ends, the initial margin ahead and funding at its cap',
      FLOOR,
      CAP,
      1n << 38n,
      100n,
    ],
    ['beyond any rule, the widest state there is', (1n << 41n) - 1n, -(1n << 41n), 1n << 38n, 100n],
  ])('obeys every rule of a parameter set %s', (_, btc, eth, lead, funding) => {
    const effective = effectiveParameters(BASE.parameters, stepAt([btc, eth], [lead, 0n], funding));
    expect(reloaded(effective)).toEqual(effective);
  });

  it('obeys them wherever the state is', () => {
    const log = fc.bigInt({ min: -(1n << 41n), max: (1n << 41n) - 1n });
    const lead = fc.bigInt({ min: 0n, max: AHEAD.leadMaxQ40 });
    fc.assert(
      fc.property(
        log,
        log,
        lead,
        lead,
        fc.bigInt({ min: 0n, max: 100n }),
        (b, e, lb, le, funding) => {
          const effective = effectiveParameters(BASE.parameters, stepAt([b, e], [lb, le], funding));
          expect(reloaded(effective)).toEqual(effective);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is the base set, word for word, at a multiplier of 1', () => {
    const effective = effectiveParameters(BASE.parameters, stepAt([0n, 0n], [0n, 0n], 0n));
    const hash = (parameters: RiskParameters): bigint =>
      hashParameterWords(parameterWords({ parameters, documentWord: BASE.documentWord }));
    expect(hash(effective)).toBe(hash(BASE.parameters));
  });

  it('moves scenarios 3 to 20 and weighs the tails, and nothing else', () => {
    const scaled = scaledParameters(BASE.parameters, [3n << 19n, 1n << 20n]);
    BASE.parameters.underlyings[0].scenarios.forEach((scenario, index) => {
      const id = index + 1;
      const now = scaled.underlyings[0].scenarios[index]!;
      const size = (move: bigint): number => Math.abs(Number(move));
      const { logMoveQ10, dampingQ16 } = scenario;
      if (id >= 3 && id <= 20) {
        expect(size(now.logMoveQ10)).toBe(Math.round(size(logMoveQ10) * 1.5));
        expect(Math.sign(Number(now.logMoveQ10))).toBe(Math.sign(Number(logMoveQ10)));
        expect(now.dampingQ16).toBe(dampingQ16);
      } else if (id >= 21 && id <= 26) {
        expect(now).toEqual({
          ...scenario,
          dampingQ16: BigInt(Math.round(Number(dampingQ16) * 1.5)),
        });
      } else {
        expect(now).toEqual(scenario);
      }
    });
    expect(scaled.underlyings[1]).toEqual(BASE.parameters.underlyings[1]);
  });

  it('is refused over a base set in which one group has two moves', () => {
    requireMovable(BASE.parameters, RULE);
    const [btc, eth] = BASE.parameters.underlyings;
    const scenarios = btc.scenarios.with(8, { ...btc.scenarios[8]!, logMoveQ10: 87n });
    const torn = { ...BASE.parameters, underlyings: [{ ...btc, scenarios }, eth] as const };
    expect(() => requireMovable(torn, RULE)).toThrow(
      'underlyings[0].scenarios[8].logMoveQ10: must be that of scenario 7',
    );
  });
});
