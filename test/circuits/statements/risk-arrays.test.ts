// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import {
  acceptArrays,
  FIRST_ARRAYS_STATE,
  type ArraysState,
} from '../../../prover/commitments/session/arrays-state.ts';
import { EMPTY_ROW } from '../../../prover/commitments/session/session-row.ts';
import {
  NET_COUNT,
  type SessionCommitments,
} from '../../../prover/commitments/session/session-words.ts';
import { SCALAR_FIELD } from '../../../prover/core/scalar-field.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import type { Instrument } from '../../../prover/model/types.ts';
import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { loadSample, SAMPLE_TICKS } from '../../../prover/sample/sample.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import type { RiskArraysRequest } from '../../../prover/statements/risk-arrays.ts';
import { riskArray } from '../../../prover/venue/remargin/risk-array.ts';
import { sessionRow } from '../../../prover/venue/session/rows.ts';
import { openSession, prepareSession } from '../../../prover/venue/session/session.ts';
import { sessionTerms } from '../../../prover/venue/session/terms.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import {
  committedSet,
  crashMarket,
  sessionRequest,
  smallVenue,
} from '../../support/session-venue.ts';

const PUBLIC = 3;
const sample = loadSample();
const set = loadDefaultParameters();
const ticks = SAMPLE_TICKS.map((tick) => new MarketTick(sample.snapshots[tick].snapshot, set));
const termsOf = ticks.map(({ market }) => sessionTerms(market));

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openStatement('risk-arrays', '1');
}, 900_000);

/** The chunk of one row of an honest session, with the state that it meets. */
const opened = openSession(prepareSession({ ...sessionRequest(smallVenue(9)), chunkSize: 1 }));
const { terms, table, nets, commitments, netsRoot } = opened;
const rates = { firstRateBps: terms.marginalMmBps[0] };
const crashTick = new MarketTick(crashMarket.snapshot, committedSet);
const states: ArraysState[] = [FIRST_ARRAYS_STATE];
table.rows.forEach((row, n) => {
  states.push(acceptArrays([row], [nets[n]!], opened.challenges, rates, states[n]!));
});
const chunk = (n: number): RiskArraysRequest => ({
  tick: crashTick,
  commitments,
  netsRoot,
  state: states[n]!,
  rows: [{ instrument: table.instruments[n], row: table.rows[n]! }],
  nets: [nets[n]!],
});
const rowOf = (kind: Instrument['kind']): number =>
  table.instruments.findIndex((instrument) => instrument?.kind === kind);
const inputsOf = (n: number): CircuitInputs => prepareStatement('risk-arrays', chunk(n)).inputs;
const published = (inputs: CircuitInputs): readonly bigint[] =>
  circuit.witness(inputs).slice(1, 1 + PUBLIC);

function expectAgreement(request: RiskArraysRequest): void {
  const { inputs, publicSignals } = prepareStatement('risk-arrays', request);
  expect(published(inputs)).toEqual(encodePublicSignals('risk-arrays', publicSignals));
}

describe('risk arrays agree with TypeScript, bit for bit', () => {
  test('on every kind of row of a session, and the empty one', () => {
    const kinds = ['perpetual', 'future', 'call', 'put'] as const;
    for (const n of [0, ...kinds.map(rowOf)]) {
      expect(n).toBeGreaterThanOrEqual(0);
      expectAgreement(chunk(n));
    }
  });

  const element = fc.bigInt({ min: 0n, max: SCALAR_FIELD - 1n });
  const anyInstrument = (tick: MarketTick): fc.Arbitrary<Instrument> => {
    const { time, underlyings } = tick.snapshot;
    return fc
      .record({
        underlying: fc.constantFrom(0 as const, 1 as const),
        kind: fc.constantFrom(
          'perpetual' as const,
          'future' as const,
          'call' as const,
          'put' as const,
        ),
        place: fc.nat(11),
        seconds: fc.integer({ min: -100_000, max: 3_000_000 }),
        strike: fc.double({ min: -6, max: 3, noNaN: true }),
      })
      .map(({ underlying, kind, place, seconds, strike }) => {
        const { indexE4, slices } = underlyings[underlying];
        if (kind === 'perpetual') return { underlying, kind, expiry: 0n, strikeE4: 0n };
        // A listed expiry, or one that the snapshot does not know, also a past one.
        const expiry = slices[place]?.expiry ?? time + BigInt(seconds);
        if (kind === 'future') return { underlying, kind, expiry, strikeE4: 0n };
        const strikeE4 = BigInt(Math.max(1, Math.round(Number(indexE4) * Math.exp(strike))));
        return { underlying, kind, expiry, strikeE4 };
      });
  };
  const anyRequest = fc.nat(ticks.length - 1).chain((place) => {
    const tick = ticks[place]!;
    return fc
      .record({
        instrument: anyInstrument(tick),
        net: fc.array(element, { minLength: NET_COUNT, maxLength: NET_COUNT }),
        poles: fc.array(element, { minLength: NET_COUNT, maxLength: NET_COUNT }),
        words: fc.array(element, { minLength: 9, maxLength: 9 }),
      })
      .map(({ instrument, net, poles, words }): RiskArraysRequest => {
        const [
          treeRoot,
          termsHash,
          rowsRoot,
          batchesRoot,
          root,
          rowsChain,
          netsChain,
          identity,
          keys,
        ] = words as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
        const own = termsOf[place]!;
        const array = riskArray(instrument, tick.market);
        const any: SessionCommitments = {
          accountCount: 7n,
          treeRoot,
          snapshotHash: tick.snapshotHash,
          parameterHash: tick.parameterHash,
          termsHash,
          largestLossQ24: [own.underlyings[0].largestLossQ24, own.underlyings[1].largestLossQ24],
          rowsRoot,
          batchesRoot,
        };
        return {
          tick,
          commitments: any,
          netsRoot: root,
          state: { rowsChain, netsChain, nextRow: 17n, identity, keys, poles },
          rows: [{ instrument, row: sessionRow(instrument, array, own, tick.market) }],
          nets: [net],
        };
      });
  });

  test('on any instrument, any nets and any state', () => {
    fc.assert(fc.property(anyRequest, expectAgreement), { numRuns: 12 });
  }, 600_000);
});

describe('what is forged is refused by the shipped constraints', () => {
  const put = rowOf('put');
  const inputs = inputsOf(put);

  test.each([
    ['another inverse at a pole', 'row[0].sums.inverse', 1n],
    ['a higher mark', 'row[0].array.mark.valueE4', 1n],
    ['a higher value in a fall', 'row[0].array.value[5].valueE4', 1n],
    ['a higher value where the index stands', 'row[0].array.value[26].valueE4', 1n],
    ['a lower value in units of a light rate', 'row[0].array.tail[0].units', -1n],
    ['a lower value of a tail', 'row[0].array.tail[3].valueE4', -1n],
    ['a bit of a value', 'row[0].array.value[5].bits.out[152]', 1n],
    ['a smaller dollar delta', 'row[0].array.dollars.out', 1n],
    ['a lower charge', 'row[0].charges.shortChargeE8', -1n],
    ['a lower rate of a long', 'row[0].rates.longRate', -1n],
    ['a smaller delta of a put', 'row[0].rates.absoluteDeltaE4', -1n],
    ['a wider first band', 'edge[1].out', 1n],
    ['another power of the challenge', 'opening.rho[25]', 1n],
    ['another identity', 'row[0].identity', 1n],
    ['other keys', 'row[0].keys', 1n],
    ['another pole sum', 'row[0].pole[3]', 1n],
  ] as const)('with %s', (_, name, shift) => {
    const honest = circuit.signals(inputs, [name])[name]!;
    const forgery = circuit.forge({ inputs, overrides: { [name]: honest + shift } });
    expect(forgery.witness).not.toEqual(circuit.witness(inputs));
    expect(forgery.violated.length).toBeGreaterThan(0);
  });

  test.each(['shortRate', 'bandShareQ40'] as const)('with a smaller %s', (name) => {
    const [least] = inputs[name] as readonly bigint[];
    expect(least).toBeGreaterThan(0n);
    const below = { ...inputs, [name]: [least! - 1n] };
    expect(() => circuit.witness(below)).toThrow(UnsatisfiedCircuit);
    expect(circuit.forge({ inputs: below }).violated.length).toBeGreaterThan(0);
    // A larger one is allowed, and another row: a session that committed to the least one has no such state.
    const above = published({ ...inputs, [name]: [least! + 1n] });
    expect(above[0]).toBe(published(inputs)[0]);
    expect(above[2]).not.toBe(published(inputs)[2]);
  });

  test('with a row that is empty and has a strike, or a second spelling of an instrument', () => {
    const empty = inputsOf(0);
    expect(() => circuit.witness({ ...empty, strikeE4: [1n] })).toThrow(UnsatisfiedCircuit);
    const perpetual = inputsOf(rowOf('perpetual'));
    expect(() => circuit.witness({ ...perpetual, expiry: [1n] })).toThrow(UnsatisfiedCircuit);
  });

  test('an empty row adds nothing, whatever its nets', () => {
    const after = acceptArrays(
      [EMPTY_ROW],
      [[5n, 6n, 7n, 8n, 0n, 0n]],
      opened.challenges,
      rates,
      FIRST_ARRAYS_STATE,
    );
    expect([after.identity, after.keys]).toEqual([0n, 0n]);
  });

  test('each input is bound by the word of the session, by a state, or by both', () => {
    const first = published(inputs);
    const changed = (name: string, value: CircuitInputs[string]): readonly boolean[] =>
      published({ ...inputs, [name]: value }).map((signal, place) => signal !== first[place]);
    const more = (name: string): bigint => (inputs[name] as bigint) + 1n;
    for (const name of ['treeRoot', 'accountCount', 'termsHash', 'rowsRoot', 'batchesRoot']) {
      expect(changed(name, more(name)), name).toEqual([true, false, true]);
    }
    expect(changed('netsRoot', more('netsRoot'))).toEqual([true, false, true]);
    expect(changed('documentWord', more('documentWord'))).toEqual([true, false, true]);
    for (const name of ['rowsChain', 'netsChain', 'nextRow', 'identity', 'keys']) {
      expect(changed(name, more(name)), name).toEqual([false, true, true]);
    }
    const [net] = inputs['net'] as readonly (readonly bigint[])[];
    expect(changed('net', [net!.with(5, net![5]! + 1n)])).toEqual([false, false, true]);
  });

  test('a row costs what the documentation says', () => {
    expect(circuit.constraints).toBe(24_377);
  });

  test('a chunk is of its tick, and of a size that there is a circuit for', () => {
    const other = { ...chunk(put), tick: ticks[0]! };
    expect(() => prepareStatement('risk-arrays', other)).toThrow(/another tick/);
    const two = { ...chunk(put), rows: [...chunk(put).rows, ...chunk(put).rows] };
    expect(() => prepareStatement('risk-arrays', two)).toThrow(/no profile for a chunk of 2 rows/);
  });
});
