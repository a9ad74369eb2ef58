// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { SUBGROUP_ORDER, signElement, type CurvePoint } from '../../../prover/commitments/eddsa.ts';
import {
  headlinesWord,
  reportHash,
  sourceWords,
} from '../../../prover/commitments/report-words.ts';
import { SCALAR_FIELD } from '../../../prover/core/scalar-field.ts';
import { medianFloor } from '../../../prover/market/consensus/robust-median.ts';
import type { MarketSnapshot } from '../../../prover/model/types.ts';
import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import {
  medianHeadlines,
  oracleMedianInputs,
  type OracleMedianRequest,
  type SignedReport,
} from '../../../prover/statements/oracle-median.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import {
  REPORT_VENUE,
  SECRETS,
  SOURCES,
  reportsOf,
  signed,
  snapshotOf,
  validRequest,
} from '../../support/reports.ts';
import { freeWires, looseWires } from '../../support/rigidity.ts';
import { validSnapshot } from '../../support/venue.ts';

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openStatement('oracle-median', 'any');
}, 900_000);

/** Every constraint that refuses these inputs; none where they have a proof. */
const refusals = (inputs: CircuitInputs): readonly string[] => circuit.forge({ inputs }).reasons;

/** The inputs are refused, and by nothing but what is named: without that they would pass. */
function expectStopped(inputs: CircuitInputs, by: RegExp): void {
  const reasons = refusals(inputs);
  expect(reasons.length).toBeGreaterThan(0);
  expect(reasons.filter((reason) => !by.test(reason))).toEqual([]);
}

/** The honest inputs of a request with one signed report in the place of another. */
const withReport = (
  request: OracleMedianRequest,
  place: number,
  report: SignedReport | undefined,
): OracleMedianRequest => ({ ...request, reports: request.reports.with(place, report) });

const resigned = (
  request: OracleMedianRequest,
  place: number,
  change: Partial<SignedReport['report']>,
): OracleMedianRequest =>
  withReport(
    request,
    place,
    signed({ ...request.reports[place]!.report, ...change }, SECRETS[place]!),
  );

const LISTS = {
  'five sources': undefined,
  'four sources, an even number': [0n, undefined, 51n, 200n, -300n],
  'three sources': [7n, undefined, undefined, 7n, -1n],
  'five that say the same': [0n, 0n, 0n, 0n, 0n],
} as const;

describe('medians', () => {
  test.each(Object.entries(LISTS))('are proven of %s', (_, offsets) => {
    const { inputs, publicSignals } = prepareStatement('oracle-median', validRequest(offsets));
    const witness = circuit.witness(inputs);
    expect(circuit.check(witness)).toEqual([]);
    const expected = encodePublicSignals('oracle-median', publicSignals);
    expect(witness.slice(1, expected.length + 1)).toEqual([...expected]);
  });

  test('are those of market combine', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(-1_000n, 1_000n), { minLength: 3, maxLength: 5 }),
        (offsets) => {
          const reports = reportsOf(validSnapshot(), offsets).filter((one) => one !== undefined);
          const { indexPricesE4 } = medianHeadlines(reports);
          expect(indexPricesE4[0]).toBe(
            medianFloor(reports.map(({ indexPricesE4: [btc] }) => btc)),
          );
        },
      ),
    );
  });

  test('of any reports are proven, and nothing beside them is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.bigInt(-999n, 999n), { nil: undefined, freq: 4 }), {
          minLength: 5,
          maxLength: 5,
        }),
        fc.constantFrom(-1n, 1n),
        (offsets, error) => {
          fc.pre(offsets.filter((offset) => offset !== undefined).length >= 3);
          const request = validRequest(offsets);
          expect(refusals(oracleMedianInputs(request))).toEqual([]);
          const [btc, eth] = request.snapshot.underlyings;
          const other: MarketSnapshot = {
            ...request.snapshot,
            underlyings: [{ ...btc, indexE4: btc.indexE4 + error }, eth],
          };
          // One off, lower + upper − 2·median is −2, −1, 2 or 3: no bit.
          const reasons = refusals(oracleMedianInputs({ ...request, snapshot: other }));
          expect(reasons.length).toBeGreaterThan(0);
          expect(reasons.filter((reason) => !/median\[0\]/.test(reason))).toEqual([]);
        },
      ),
      { numRuns: 6 },
    );
  });

  test('leave nothing loose', () => {
    const { inputs } = prepareStatement('oracle-median', validRequest(LISTS['three sources']));
    const names = looseWires(circuit.r1cs, circuit.witness(inputs)).map((wire) =>
      circuit.symbols.nameOfWire(wire),
    );
    // But for what an absent source would have said, and inverses of zero.
    const places = /^(report|said|when|fresh|reportValueWord|signature|isLess|isGreater).*\[[12]\]/;
    expect(
      names.filter((name) => !places.test(name) && !/\.inv$|\.order\[[12]\]/.test(name)),
    ).toEqual([]);
  });

  test('leave no set of wires that moves together, circomlib’s slopes among them', () => {
    const { inputs } = prepareStatement('oracle-median', validRequest());
    const wiresOf = (name: string, value: CircuitInputs[string]): number[] =>
      Array.isArray(value)
        ? value.flatMap((part: CircuitInputs[string], at) => wiresOf(`${name}[${at}]`, part))
        : [circuit.symbols.get(name).wire];
    const given = new Set(Object.entries(inputs).flatMap(([name, value]) => wiresOf(name, value)));
    const free = freeWires(circuit.r1cs, circuit.witness(inputs), given).map((wire) =>
      circuit.symbols.nameOfWire(wire),
    );
    expect(free.filter((name) => !name.endsWith('.inv'))).toEqual([]);
  });
});

describe('the middle two cannot be others', () => {
  const inputs = oracleMedianInputs(validRequest());
  const sorted = (n: number): bigint[] =>
    (inputs['reportValueWord'] as bigint[])
      .map((word) => BigInt.asUintN(38, word >> BigInt(38 * n)))
      .sort((left, right) => (left < right ? -1 : 1));

  test.each([0, 1, 3, 4])('but the third of five: value %d', (rank) => {
    const value = sorted(0)[rank]!;
    const chosen = {
      ...inputs,
      lower: (inputs['lower'] as bigint[]).with(0, value),
      upper: (inputs['upper'] as bigint[]).with(0, value),
    };
    expectStopped(chosen, /median\[0\]/);
  });

  test('and not one on each side, whose mean it is', () => {
    const median = sorted(0)[2]!;
    const around = {
      ...inputs,
      lower: (inputs['lower'] as bigint[]).with(0, median - 5n),
      upper: (inputs['upper'] as bigint[]).with(0, median + 5n),
    };
    expectStopped(around, /median\[0\]\.(low|high)/);
  });

  test('nor one beyond the field, which would wrap the order', () => {
    for (const value of [SCALAR_FIELD - 1n, 1n << 60n]) {
      const wrapped = { ...inputs, lower: (inputs['lower'] as bigint[]).with(0, value) };
      expectStopped(wrapped, /median\[0\]/);
    }
  });
});

describe('attacks', () => {
  const request = validRequest();

  test('a repeated source: one that stands in two places of a set is heard once', () => {
    const sources = SOURCES.with(1, { ...SOURCES[1]!, key: SOURCES[0]!.key });
    const reports = [0n, 0n, 900n, undefined, undefined];
    const said = reportsOf(validSnapshot(), reports);
    const twice: OracleMedianRequest = {
      ...request,
      sources,
      snapshot: snapshotOf(said),
      reports: said.map((report, place) =>
        report === undefined ? undefined : signed(report, SECRETS[place === 1 ? 0 : place]!),
      ),
    };
    expectStopped(oracleMedianInputs(twice), /twin\[1\]\[0\]|both\[0\]/);
  });

  test('a repeated source: its report does not stand for another’s', () => {
    const copied = withReport(request, 1, request.reports[0]);
    const snapshot = snapshotOf(copied.reports.map((one) => one?.report));
    expectStopped(oracleMedianInputs({ ...copied, snapshot }), /report\[1\]\.verifier/);
  });

  test.each(['index', 'perpetual', 'collateral'] as const)(
    'a stale report: %s older than its source’s rule allows',
    (component) => {
      const age = SOURCES[2]!.maxAges[component] + 1n;
      const ages = { ...request.reports[2]!.report.ages, [component]: age };
      const stale = resigned(request, 2, { ages });
      const snapshot = snapshotOf(stale.reports.map((one) => one?.report));
      const at = ['index', 'perpetual', 'collateral'].indexOf(component);
      expect(() => prepareStatement('oracle-median', { ...stale, snapshot })).toThrow(
        /rule allows/,
      );
      expectStopped(
        oracleMedianInputs({ ...stale, snapshot }),
        new RegExp(`fresh\\[2\\]\\[${at}\\]\\.allowed`),
      );
    },
  );

  test('a stale report: the snapshot calls its components younger than they are', () => {
    const aged = { ...request.snapshot, indexTime: request.snapshot.time - 3n };
    expectStopped(
      oracleMedianInputs({ ...request, snapshot: aged }),
      /fresh\[\d\]\[0\]\.claimed|claimedAge/,
    );
  });

  test.each([60n, -60n])('a report of another minute, %d s away', (seconds) => {
    const other = resigned(request, 4, { time: request.snapshot.time + seconds });
    expectStopped(oracleMedianInputs(other), /reportTimeWord\[4\]|when\[4\]/);
  });

  test('a report for another venue', () => {
    const other = resigned(request, 3, { venue: REPORT_VENUE + 1n });
    expect(() => prepareStatement('oracle-median', other)).toThrow(/another venue/);
    expectStopped(oracleMedianInputs(other), /report\[3\]\.verifier/);
  });

  test('a chosen subset: two sources, or one called three, are too few', () => {
    const few = { ...validRequest([0n, 0n, 0n, undefined, undefined]) };
    const two = withReport(few, 2, undefined);
    expect(() => prepareStatement('oracle-median', two)).toThrow(/2 sources were heard/);
    expectStopped(oracleMedianInputs(two), /enough/);
    const three = { ...oracleMedianInputs(two), isIncluded: [3n, 0n, 0n, 0n, 0n] };
    expect(refusals(three).some((reason) => /isIncluded\[0\]/.test(reason))).toBe(true);
  });

  test('a chosen subset: who is left out is public, and cannot be said to be heard', () => {
    const { publicSignals } = prepareStatement(
      'oracle-median',
      validRequest([undefined, 0n, 10n, 20n, undefined]),
    );
    expect(publicSignals.included).toBe(0b01110n);
    const inputs = oracleMedianInputs(validRequest([undefined, 0n, 10n, 20n, undefined]));
    const claimed = { ...inputs, isIncluded: [1n, 1n, 1n, 1n, 0n] };
    expect(refusals(claimed).some((reason) => /report\[0\]\.verifier/.test(reason))).toBe(true);
  });

  test('an empty place of a set of three is nobody’s', () => {
    const three = SOURCES.slice(0, 3);
    const reports = validRequest([0n, 0n, 0n, undefined, undefined]);
    const inputs = oracleMedianInputs({ ...reports, sources: three });
    expect(refusals(inputs)).toEqual([]);
    const forged = { ...inputs, isIncluded: [1n, 1n, 1n, 1n, 0n] };
    expect(refusals(forged).some((reason) => /report\[3\]\.keyOnCurve/.test(reason))).toBe(true);
  });

  test('a price moved after it was signed', () => {
    const { reports } = request;
    const report = { ...reports[0]!.report, redemptionRatesQ30: [1n, 2n, 3n] as const };
    const moved = withReport(request, 0, { ...reports[0]!, report });
    const snapshot = snapshotOf(moved.reports.map((one) => one?.report));
    expectStopped(oracleMedianInputs({ ...moved, snapshot }), /report\[0\]\.verifier/);
  });

  test('another signature of the same words: a scalar beyond the order', () => {
    const inputs = oracleMedianInputs(request);
    const signatures = inputs['signature'] as bigint[][];
    const [x, y, scalar] = signatures[0]!;
    const beyond = { ...inputs, signature: signatures.with(0, [x!, y!, scalar! + SUBGROUP_ORDER]) };
    expectStopped(beyond, /verifier\.(compConstant|mulFix|eqCheck)|compConstant/);
  });

  test('a nonce off the curve', () => {
    const inputs = oracleMedianInputs(request);
    const signatures = inputs['signature'] as bigint[][];
    const off: CurvePoint = [3n, 5n];
    const forged = { ...inputs, signature: signatures.with(0, [...off, signatures[0]![2]!]) };
    const reasons = refusals(forged);
    expect(reasons.some((reason) => /nonceOnCurve/.test(reason))).toBe(true);
  });

  test('a key of small order, under which zeros sign everything', () => {
    // (0, −1): eight times it is the neutral point, so R = S·B holds for any message.
    const small: CurvePoint = [0n, SCALAR_FIELD - 1n];
    const inputs = oracleMedianInputs(request);
    const { nonce } = signElement(SECRETS[0]!, reportHash(request.reports[0]!.report));
    expect(nonce).toHaveLength(2);
    const forged = {
      ...inputs,
      key: (inputs['key'] as bigint[][]).with(0, [...small]),
      signature: (inputs['signature'] as bigint[][]).with(0, [0n, 1n, 0n]),
    };
    const reasons = refusals(forged);
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => !/report\[0\]\.verifier/.test(reason))).toEqual([]);
  });

  test('a report that nobody signed is no witness for an honest prover either', () => {
    const unsigned = withReport(request, 0, {
      ...request.reports[0]!,
      signature: { nonce: [0n, 1n], scalar: 0n },
    });
    expect(() => circuit.witness(oracleMedianInputs(unsigned))).toThrow(UnsatisfiedCircuit);
  });
});

test('the words of a set and of a report are those of docs/spec.md', () => {
  const [report] = reportsOf(validSnapshot());
  const widths = [38, 38, 40, 40, 32, 32, 32];
  let rest = headlinesWord(report!);
  const numbers = widths.map((bits) => {
    const value = BigInt.asUintN(bits, rest);
    rest >>= BigInt(bits);
    return value;
  });
  expect(numbers).toEqual([
    ...report!.indexPricesE4,
    ...report!.perpetualMarksE4,
    ...report!.redemptionRatesQ30,
  ]);
  expect(sourceWords(SOURCES.slice(0, 3)).slice(3)).toEqual([
    [0n, 0n, 0n],
    [0n, 0n, 0n],
  ]);
});
