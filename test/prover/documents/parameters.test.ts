// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { multiplierOfLogMoveQ24 } from '../../../prover/risk/pricing/log-grid.ts';
import { DEFAULT_PARAMETERS_PATH } from '../../../prover/documents/default-parameters.ts';
import {
  loadDefaultParameters,
  parseParameters,
} from '../../../prover/documents/parameters-document.ts';
import {
  parameterHash,
  parameterWords,
  scenarioLane,
} from '../../../prover/commitments/parameters-words.ts';
import { referenceHashWords } from '../commitments/reference.ts';
import { casesOf, someOf } from '../../support/cases.ts';

// The document is walked by path here, so a loose type is the useful one.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

const SOURCE = readFileSync(DEFAULT_PARAMETERS_PATH, 'utf8');

function changed(change: (document: Json) => void): string {
  const document: Json = JSON.parse(SOURCE);
  change(document);
  return JSON.stringify(document);
}

/** Paths of every number and string of the document. */
function leafPaths(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, item]) =>
    leafPaths(item, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

describe('multiplier on the log grid', () => {
  it('is round(2^24·e^(g/1024)) for every g, no tie being near', () => {
    for (let g = -2047; g <= 2047; g += 1) {
      const value = 2 ** 24 * Math.exp(g / 1024);
      expect(Math.abs(value - Math.floor(value) - 0.5)).toBeGreaterThan(1e-6);
      expect(multiplierOfLogMoveQ24(g)).toBe(BigInt(Math.round(value)));
    }
  });
});

describe('parameter set', () => {
  it('is loaded from the copy the project ships', () => {
    const { parameters } = loadDefaultParameters();
    expect(parameters.mmFactorBps).toBe(8000n);
    expect(parameters.underlyings[1].scenarios).toHaveLength(32);
    expect(parameters.underlyings[0].scenarios[30]?.roll).toBe('up');
    expect(parameters.underlyings[0].floorVarianceRateQ64).toBe(
      (2n ** 64n * 16n) / (100n * 31_536_000n),
    );
  });

  const refusals: readonly (readonly [string, (document: Json) => void, string])[] = [
    ['an unknown field', (d) => (d.colour = 1), 'colour: unknown field'],
    ...[1, 3].map((version): [string, (document: Json) => void, string] => [
      `version ${version}`,
      (d) => (d.version = version),
      'version: must be 2: a set of version 1 charges short options otherwise, and is moved by hand ' +
        '(docs/spec.md, "From version 1")',
    ]),
    ['a missing factor', (d) => delete d.factors.mmFactorBps, 'factors.mmFactorBps: is required'],
    [
      'a negative factor',
      (d) => (d.factors.mmFactorBps = -1),
      'factors.mmFactorBps: must be at least 0',
    ],
    [
      'a factor of 17 bits',
      (d) => (d.factors.imFactorBps = 65_536),
      'factors.imFactorBps: must be at most 65535',
    ],
    [
      '31 scenarios',
      (d) => d.underlyings[1].scenarios.pop(),
      'underlyings[1].scenarios: must have at least 32 entries, has 31',
    ],
    [
      'scenarios out of order',
      (d) => d.underlyings[0].scenarios.reverse(),
      'underlyings[0].scenarios[0].id: must be 1 at this place',
    ],
    [
      'an unknown vol shock',
      (d) => (d.underlyings[0].scenarios[3].vol = 'sideways'),
      'underlyings[0].scenarios[3].vol: must be one of unchanged, up, down, skewLinear+, skewLinear-, skewAbs+, skewAbs-',
    ],
    [
      'a multiplier off the log grid',
      (d) => (d.underlyings[0].scenarios[2].multiplierQ24 += 1),
      'underlyings[0].scenarios[2].multiplierQ24: must be round(2^24*e^(logMoveQ10/1024)) = 17530936',
    ],
    [
      'a log move beyond the grid',
      (d) => (d.underlyings[0].scenarios[2].logMoveQ10 = 2048),
      'underlyings[0].scenarios[2].logMoveQ10: must be at most 2047',
    ],
    [
      'damping above 1',
      (d) => (d.underlyings[1].scenarios[2].dampingQ16 = 65_537),
      'underlyings[1].scenarios[2].dampingQ16: must be at most 65536',
    ],
    [
      'a rolled scenario that moves the index',
      (d) => (d.underlyings[0].scenarios[2].forwardRoll = 1),
      'underlyings[0].scenarios[2].forwardRoll: must be 0 in a scenario that moves the index',
    ],
    [
      'a rolled scenario that shocks volatility',
      (d) => (d.underlyings[0].scenarios[30].vol = 'up'),
      'underlyings[0].scenarios[30].vol: must be unchanged in a scenario that rolls the forward',
    ],
    [
      'another vol shock than the layout has at its place',
      (d) => (d.underlyings[1].scenarios[7].vol = 'up'),
      'underlyings[1].scenarios[7].vol: must be unchanged at id 8 of the scenario layout',
    ],
    [
      'a roll at another place than 31 and 32',
      (d) => (d.underlyings[0].scenarios[30].forwardRoll = -1),
      'underlyings[0].scenarios[30].forwardRoll: must be 1 at id 31 of the scenario layout',
    ],
    [
      'a move of the index where the layout has none',
      (d) =>
        Object.assign(d.underlyings[0].scenarios[0], { logMoveQ10: 45, multiplierQ24: 17530936 }),
      'underlyings[0].scenarios[0].logMoveQ10: must be 0 at id 1 of the scenario layout',
    ],
    [
      'damping where the layout has none',
      (d) => (d.underlyings[1].scenarios[19].dampingQ16 = 65_535),
      'underlyings[1].scenarios[19].dampingQ16: must be 65536 at id 20 of the scenario layout',
    ],
    ['13 knots', (d) => d.tenorTable.pop(), 'tenorTable: must have at least 14 entries, has 13'],
    [
      'a first knot at 0',
      (d) => (d.tenorTable[0].tauSeconds = 0),
      'tenorTable[0].tauSeconds: must be at least 1',
    ],
    [
      'a first knot too far from now',
      (d) => (d.tenorTable[0].tauSeconds = 2 ** 26),
      'tenorTable[0].tauSeconds: must be less than 67108864',
    ],
    [
      'knots that do not increase',
      (d) => (d.tenorTable[3].tauSeconds = d.tenorTable[2].tauSeconds),
      'tenorTable[3].tauSeconds: must be above the knot before it',
    ],
    [
      'knots too far apart',
      (d) => (d.tenorTable[13].tauSeconds = d.tenorTable[12].tauSeconds + 2 ** 26),
      'tenorTable[13].tauSeconds: must be less than 67108864 above the knot before it',
    ],
    [
      'a vol shock that rises with the tenor',
      (d) => (d.tenorTable[5].volUpQ10 = 1422),
      'tenorTable[5].volUpQ10: must not be above the knot before it',
    ],
    [
      'a down shock that rises',
      (d) => (d.tenorTable[5].volDownQ10 = 900),
      'tenorTable[5].volDownQ10: must not be above the knot before it',
    ],
    [
      'a down shock of 1',
      (d) => (d.tenorTable[0].volDownQ10 = 1024),
      'tenorTable[0].volDownQ10: must be at most 1023',
    ],
    [
      'a skew cap of 1',
      (d) => (d.tenorTable[0].skewCapQ10 = 1024),
      'tenorTable[0].skewCapQ10: must be at most 1023',
    ],
    [
      'a skew cap that rises',
      (d) => (d.tenorTable[2].skewCapQ10 = 300),
      'tenorTable[2].skewCapQ10: must not be above the knot before it',
    ],
    [
      'a skew slope that rises',
      (d) => (d.tenorTable[2].skewSlopeQ10 = 5000),
      'tenorTable[2].skewSlopeQ10: must not be above the knot before it',
    ],
    [
      'a roll that falls',
      (d) => (d.tenorTable[2].rollLogQ10 = 9),
      'tenorTable[2].rollLogQ10: must not be below the knot before it',
    ],
    [
      'a roll of 8 bits',
      (d) => (d.tenorTable[13].rollLogQ10 = 128),
      'tenorTable[13].rollLogQ10: must be at most 127',
    ],
    [
      'bands that do not increase',
      (d) => (d.contingencies.concentration.bandsOfDepthQ10[1] = 256),
      'contingencies.concentration.bandsOfDepthQ10[1]: must be above the band before it',
    ],
    [
      'a marginal rate that falls',
      (d) => (d.contingencies.concentration.marginalImBps[2] = 100),
      'contingencies.concentration.marginalImBps[2]: must not be below the band before it',
    ],
    [
      'a haircut that falls',
      (d) => (d.collateral[1].tiers[1].haircutBps = 1000),
      'collateral[1].tiers[1].haircutBps: must not be below the tier before it',
    ],
    [
      'a haircut above 100 %',
      (d) => (d.collateral[1].tiers[3].haircutBps = 10_001),
      'collateral[1].tiers[3].haircutBps: must be at most 10000',
    ],
    [
      'tiers that do not increase',
      (d) => (d.collateral[2].tiers[1].upToQuote = 1_000_000),
      'collateral[2].tiers[1].upToQuote: must be above the tier before it',
    ],
    [
      'three tiers',
      (d) => d.collateral[3].tiers.shift(),
      'collateral[3].tiers: must have at least 4 entries, has 3',
    ],
    [
      'a last tier that is closed',
      (d) => (d.collateral[3].tiers[3].upToQuote = 99),
      'collateral[3].tiers[3].upToQuote: must be null',
    ],
    [
      'a haircut on the quote asset',
      (d) => (d.collateral[0].tiers[0].haircutBps = 1),
      'collateral[0].tiers[0].haircutBps: must be 0',
    ],
    [
      'an unknown asset',
      (d) => (d.collateral[3].asset = 'DOGE'),
      'collateral[3].asset: must be "stETH"',
    ],
    [
      'a confidence charge in MM',
      (d) => (d.contingencies.oracleConfidence.mmBps = 1),
      'contingencies.oracleConfidence.mmBps: must be 0',
    ],
    [
      'a latency charge in MM',
      (d) => (d.contingencies.oracleLatency.mmBps = 1),
      'contingencies.oracleLatency.mmBps: must be 0',
    ],
    [
      'a confidence threshold of 0',
      (d) => (d.contingencies.oracleConfidence.thresholdQ10 = 0),
      'contingencies.oracleConfidence.thresholdQ10: must be at least 1',
    ],
    [
      'a contract size unlike the coin that is collateral',
      (d) => (d.underlyings[1].contractSizeE8 = 1e7),
      'underlyings[1].contractSizeE8: must be 100000000: ETH is collateral of this underlying',
    ],
    [
      'another lot size',
      (d) => (d.underlyings[1].lotsPerContract = 10),
      'underlyings[1].lotsPerContract: must be 100',
    ],
    [
      'a discount factor other than 1',
      (d) => (d.discount.allowedDiscountQ30[0] = 1),
      'discount.allowedDiscountQ30[0]: must be 1073741824',
    ],
    [
      'a maintenance factor above the whole scan',
      (d) => Object.assign(d.factors, { mmFactorBps: 10_001, imFactorBps: 20_000 }),
      'factors.mmFactorBps: must be at most 10000',
    ],
    [
      'an initial factor below maintenance and the cure buffer',
      (d) => (d.factors.imFactorBps = 8_799),
      'factors.imFactorBps: must be at least 8000, the maintenance rate, and the cure buffer on it',
    ],
    [
      'a cure buffer that an initial rate does not cover',
      (d) => (d.factors.cureBufferBpsOfMM = 2_501),
      'factors.imFactorBps: must be at least 8000, the maintenance rate, and the cure buffer on it',
    ],
    [
      'an initial contingency below maintenance and the cure buffer',
      (d) => (d.contingencies.perpetual.imBps = 329),
      'contingencies.perpetual.imBps: must be at least 300, the maintenance rate, and the cure buffer on it',
    ],
    [
      'an initial marginal rate below maintenance and the cure buffer',
      (d) => (d.contingencies.concentration.marginalMmBps[3] = 1_100),
      'contingencies.concentration.marginalImBps[3]: must be at least 1100, the maintenance rate, and the cure buffer on it',
    ],
    [
      'a stress list that leaves a scenario out',
      (d) => d.stress.disclosedOnlyIds.pop(),
      'stress: coverScenarioIds and disclosedOnlyIds must name each of the 32 scenarios once',
    ],
  ];

  it.each(refusals)('refuses %s', (_name, change, message) => {
    expect(() => parseParameters(changed(change))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message }),
    );
  });

  it('takes initial rates that just cover maintenance and the cure buffer', () => {
    const just = changed((d) => {
      d.factors.imFactorBps = 8_800;
      d.contingencies.perpetual.imBps = 330;
    });
    expect(parseParameters(just).parameters.imFactorBps).toBe(8_800n);
  });

  it('refuses numbers in a second spelling', () => {
    const text = SOURCE.replace('"mmFactorBps": 8000', '"mmFactorBps": 8e3');
    expect(() => parseParameters(text)).toThrow(
      'factors.mmFactorBps: must be an integer without leading zeros, fraction, exponent or "-0"',
    );
  });
});

describe('parameter hash', () => {
  const base = loadDefaultParameters();

  it('does not depend on white space or on the order of keys', () => {
    const document: Json = JSON.parse(SOURCE);
    const reordered = Object.fromEntries(Object.entries(document).reverse());
    expect(parameterHash(parseParameters(JSON.stringify(reordered)))).toBe(parameterHash(base));
  });

  it('changes with every single field that may change alone', () => {
    const hash = parameterHash(base);
    let accepted = 0;
    for (const path of someOf(leafPaths(JSON.parse(SOURCE)))) {
      const text = changed((document) => {
        const parent = path.slice(0, -1).reduce((node, key) => node[key], document);
        const key = path.at(-1) as string | number;
        parent[key] = typeof parent[key] === 'number' ? parent[key] + 1 : `${parent[key]}.`;
      });
      let other: bigint;
      try {
        other = parameterHash(parseParameters(text));
      } catch {
        // A change that breaks a rule has no hash at all.
        continue;
      }
      accepted += 1;
      expect(other, path.join('.')).not.toBe(hash);
    }
    expect(accepted).toBeGreaterThan(casesOf(150));
  });

  it('binds through the words, not only through the document digest', () => {
    const document = { ...base, documentWord: 0n };
    const { parameters } = base;
    const [btc, eth] = parameters.underlyings;
    const variants = [
      { ...parameters, mmFactorBps: 8001n },
      { ...parameters, cureBufferBps: 1n },
      { ...parameters, latency: { ...parameters.latency, maxImBps: 1n } },
      {
        ...parameters,
        concentration: { ...parameters.concentration, bandsQ10: [1n, 2n, 3n] as const },
      },
      {
        ...parameters,
        tenor: parameters.tenor.with(13, { ...parameters.tenor[0]!, tauSeconds: 9n }),
      },
      { ...parameters, underlyings: [btc, { ...eth, volFloorUpBps: 1n }] as const },
      {
        ...parameters,
        underlyings: [
          { ...btc, scenarios: btc.scenarios.with(31, btc.scenarios[0]!) },
          eth,
        ] as const,
      },
    ];
    for (const variant of variants) {
      expect(parameterHash({ ...document, parameters: variant })).not.toBe(parameterHash(document));
    }
  });

  it('packs a scenario as the specification says', () => {
    const scenario = base.parameters.underlyings[0].scenarios[20]!;
    expect(scenarioLane(scenario)).toBe(
      5_702_589n + 2n ** 27n * (-1105n + 2n ** 11n) + 2n ** 39n * 13_763n + 2n ** 56n * 1n,
    );
    const roll = base.parameters.underlyings[0].scenarios[31]!;
    expect(scenarioLane(roll)).toBe(2n ** 24n + 2n ** 38n + 2n ** 55n + 2n ** 59n * 2n);
  });

  it('agrees with the specification written a second time, and is frozen', () => {
    const words = parameterWords(base);
    const lanes = base.parameters.underlyings[1].scenarios.map(scenarioLane);
    expect(words.scenarioWords[1][7]).toBe(
      lanes[28]! + 2n ** 61n * lanes[29]! + 2n ** 122n * lanes[30]! + 2n ** 183n * lanes[31]!,
    );
    expect(words.tenorWords[0]).toBe(
      21_600n +
        2n ** 32n *
          (1421n + 2n ** 12n * (853n + 2n ** 10n * (254n + 2n ** 10n * (4034n + 2n ** 13n * 10n)))),
    );
    expect(words.assetWords[2]).toBe(
      500_000n +
        2n ** 40n * 2_500_000n +
        2n ** 80n * 10_000_000n +
        2n ** 120n * 1200n +
        2n ** 134n * 2000n +
        2n ** 148n * 4000n +
        2n ** 162n * 10_000n +
        2n ** 176n +
        2n ** 177n * 150n,
    );
    const hash = referenceHashWords(9, [
      words.generalWord,
      words.concentrationWord,
      ...words.assetWords,
      ...words.volatilityWords,
      referenceHashWords(7, words.tenorWords),
      referenceHashWords(8, words.scenarioWords[0]),
      referenceHashWords(8, words.scenarioWords[1]),
      words.documentWord,
    ]);
    expect(parameterHash(base)).toBe(hash);
    expect(hash).toMatchInlineSnapshot(
      `1012588421980898098628623857629448611858130909999452584831686120928508043232n`,
    );
  });
});
