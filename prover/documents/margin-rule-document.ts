// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { ruleHash } from '../commitments/dynamic-words.ts';
import { SECONDS_PER_YEAR } from '../core/year.ts';
import { requireRule } from '../core/errors.ts';
import {
  constant,
  decimalBigint,
  integer,
  list,
  parseJson,
  parseValue,
  text,
  withPlaces,
} from '../core/schema.ts';
import type { DynamicRule } from '../model/dynamic.ts';
import { MAX_RULE_EVENTS } from '../model/dynamic.ts';
import type { RiskParameters } from '../model/types.ts';
import { UNDERLYINGS } from '../model/types.ts';
import { SCALED_GROUPS } from '../risk/dynamic/effective-set.ts';
import { exponentialQ20 } from '../risk/dynamic/exponential.ts';
import { logarithmQ72 } from '../risk/pricing/logarithm.ts';
import defaultRule from './default-margin-rule.json' with { type: 'json' };

export const MARGIN_RULE_FORMAT = 'plimsoll.margin-rule';

/** A rule as read. */
export interface MarginRuleDocument {
  readonly name: string;
  readonly rule: DynamicRule;
  readonly hash: bigint;
}

const WEIGHTS_Q16 = 65_536;
const HOURS_OF_DAY = 24n;
/** ln 2 at Q40: no rule more than doubles a margin, or halves it. */
const LARGEST_LOG_Q40 = 762_123_384_786n;
/** What no rule exceeds, for then its bounds would not be those of docs/dynamic-margin.md. */
const LARGEST_RISE_A_DAY_Q40 = 219_902_325_555n; // 0.2

const logQ40 = decimalBigint(-LARGEST_LOG_Q40, LARGEST_LOG_Q40);
const perSecondQ40 = decimalBigint(1n, 2n ** 32n - 1n);

const schema = z.strictObject({
  format: constant(MARGIN_RULE_FORMAT),
  version: constant(1),
  name: text(),
  weightsQ16: z.strictObject({
    base: integer(0, WEIGHTS_Q16),
    long: integer(0, WEIGHTS_Q16),
    fast: integer(0, WEIGHTS_Q16),
  }),
  impliedWeightQ16: integer(0, WEIGHTS_Q16),
  underlyings: z.tuple([
    z.strictObject({
      symbol: constant('BTC'),
      baseVolatilityBps: integer(100, 100_000),
      unitVolatilityBps: integer(100, 100_000),
    }),
    z.strictObject({
      symbol: constant('ETH'),
      baseVolatilityBps: integer(100, 100_000),
      unitVolatilityBps: integer(100, 100_000),
    }),
  ]),
  clipSeconds: integer(1, 2 ** 16 - 1),
  clipFactor: integer(1, 2 ** 8 - 1),
  floorLogQ40: logQ40,
  capLogQ40: logQ40,
  risePerSecondQ40: perSecondQ40,
  riseSeconds: integer(1, 2 ** 16 - 1),
  fallPerSecondQ40: perSecondQ40,
  heartbeatSeconds: integer(1, 2 ** 16 - 1),
  silencePerSecondQ40: decimalBigint(0n, 2n ** 32n - 1n),
  silenceMaxQ40: decimalBigint(0n, 2n ** 40n - 1n),
  hysteresisQ40: decimalBigint(0n, 2n ** 34n),
  leadMaxQ40: decimalBigint(0n, 2n ** 40n - 1n),
  fundingCapBps: integer(0, 100),
  events: list(
    z.strictObject({
      name: text(),
      start: integer(0, 2 ** 32 - 1),
      seconds: integer(1, 2 ** 20 - 1),
      // ⌊1024·ln 1.1⌋: at most a tenth.
      raiseQ10: integer(1, 97),
    }),
    MAX_RULE_EVENTS,
  ),
});

type Parsed = z.infer<typeof schema>;

/** Variance per second at Q64 of an annual volatility. */
export const varianceRateQ64 = (volatilityBps: bigint): bigint =>
  ((volatilityBps ** 2n) << 64n) / (100_000_000n * BigInt(SECONDS_PER_YEAR));

function check(document: Parsed): void {
  const { base, long, fast } = document.weightsQ16;
  requireRule(
    base + long + fast === WEIGHTS_Q16,
    'weightsQ16',
    `must add up to ${WEIGHTS_Q16}, got ${base + long + fast}`,
  );
  requireRule(
    document.floorLogQ40 <= document.capLogQ40,
    'capLogQ40',
    'must be at least floorLogQ40',
  );
  requireRule(
    document.risePerSecondQ40 * 3600n * HOURS_OF_DAY <= LARGEST_RISE_A_DAY_Q40,
    'risePerSecondQ40',
    `must add up to at most ${LARGEST_RISE_A_DAY_Q40} a day`,
  );
}

function ruleOf(document: Parsed): DynamicRule {
  const [btc, eth] = document.underlyings;
  const own = (underlying: Parsed['underlyings'][number]) => ({
    baseRateQ64: varianceRateQ64(BigInt(underlying.baseVolatilityBps)),
    unitLogQ72: logarithmQ72(varianceRateQ64(BigInt(underlying.unitVolatilityBps)) >> 8n),
  });
  return {
    weightBaseQ16: BigInt(document.weightsQ16.base),
    weightLongQ16: BigInt(document.weightsQ16.long),
    impliedWeightQ16: BigInt(document.impliedWeightQ16),
    clipSeconds: BigInt(document.clipSeconds),
    clipFactor: BigInt(document.clipFactor),
    floorLogQ40: document.floorLogQ40,
    capLogQ40: document.capLogQ40,
    risePerSecondQ40: document.risePerSecondQ40,
    riseSeconds: BigInt(document.riseSeconds),
    fallPerSecondQ40: document.fallPerSecondQ40,
    heartbeatSeconds: BigInt(document.heartbeatSeconds),
    silencePerSecondQ40: document.silencePerSecondQ40,
    silenceMaxQ40: document.silenceMaxQ40,
    hysteresisQ40: document.hysteresisQ40,
    leadMaxQ40: document.leadMaxQ40,
    fundingCapBps: BigInt(document.fundingCapBps),
    underlyings: [own(btc), own(eth)],
    events: document.events.map(({ start, seconds, raiseQ10 }) => ({
      start: BigInt(start),
      seconds: BigInt(seconds),
      raiseQ10: BigInt(raiseQ10),
    })),
  };
}

/** The rule of a parsed document; throws `InvalidInput` naming field and rule. */
export function marginRuleOf(value: unknown): MarginRuleDocument {
  const document = parseValue(schema, value, 'margin rule');
  check(document);
  const rule = ruleOf(document);
  return { name: document.name, rule, hash: ruleHash(rule) };
}

/** Reads a rule; throws `InvalidInput` naming field and rule. */
export function parseMarginRule(source: string): MarginRuleDocument {
  const value = parseJson(source, 'margin rule');
  return withPlaces(source, () => marginRuleOf(value));
}

/** As it is written, for documents that contain one. */
export const DEFAULT_MARGIN_RULE: unknown = defaultRule;

/** The rule the project ships: rule A of docs/dynamic-margin.md. */
export function loadDefaultMarginRule(): MarginRuleDocument {
  return marginRuleOf(defaultRule);
}

const WORD_16 = (1n << 16n) - 1n;

/**
 * What a base set must be for margin to move over it by this rule; then every effective set obeys every
 * rule of a parameter set. Throws `InvalidInput` naming the field of the base set.
 */
export function requireMovable(base: RiskParameters, rule: DynamicRule): void {
  for (const underlying of UNDERLYINGS) {
    const { scenarios } = base.underlyings[underlying];
    for (const [first = 0, ...others] of SCALED_GROUPS) {
      for (const id of others) {
        requireRule(
          scenarios[id - 1]?.logMoveQ10 === scenarios[first - 1]?.logMoveQ10,
          `underlyings[${underlying}].scenarios[${id - 1}].logMoveQ10`,
          `must be that of scenario ${first}: they move together`,
        );
      }
    }
  }
  const ahead = exponentialQ20(rule.leadMaxQ40);
  requireRule(
    (base.imFactorBps * ahead) >> 20n < WORD_16,
    'factors.imFactorBps',
    'must fit 16 bits when it runs ahead as far as the rule allows',
  );
  const { mmBps, imBps } = base.perpetual;
  const surcharge = (rule.fundingCapBps * (10_000n + base.cureBufferBps)) / 10_000n + 1n;
  requireRule(
    mmBps + rule.fundingCapBps <= WORD_16 && imBps + surcharge <= WORD_16,
    'contingencies.perpetual',
    'must fit 16 bits with the funding that the rule allows',
  );
}
