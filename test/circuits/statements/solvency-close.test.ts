// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import {
  batchStateHash,
  type BatchState,
} from '../../../prover/commitments/session/batch-state.ts';
import {
  COVERED_IDS,
  DAMPED_IDS,
  MOVED_IDS,
  PAIR_TOTALS,
} from '../../../prover/commitments/session/lanes.ts';
import type { Account } from '../../../prover/commitments/account.ts';
import { residue } from '../../../prover/core/field.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { rollMultiplierQ24 } from '../../../prover/risk/pricing/roll.ts';
import type { CircuitInput, CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import type { SolvencyCloseRequest } from '../../../prover/statements/solvency-close.ts';
import { closedShortfalls } from '../../../prover/venue/session/closed-shortfalls.ts';
import {
  closeSession,
  openSession,
  prepareSession,
  runArrays,
  runBatches,
} from '../../../prover/venue/session/session.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import {
  committedSet,
  crashMarket,
  sessionRequest,
  smallVenue,
} from '../../support/session-venue.ts';

const PUBLIC = 20;
const tick = new MarketTick(crashMarket.snapshot, committedSet);
const accounts = smallVenue(9);

function closing(of: readonly Account[]): SolvencyCloseRequest & { readonly end: BatchState } {
  const opened = openSession(prepareSession(sessionRequest(of)));
  const batches = runBatches(opened.claims, opened);
  return { ...opened, tick, batches, arrays: runArrays(opened), end: batches };
}
const request = closing(accounts);

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openStatement('solvency-close', 'any');
}, 900_000);

const { inputs, publicSignals } = prepareStatement('solvency-close', request);
const published = (of: CircuitInputs): readonly bigint[] =>
  circuit.witness(of).slice(1, 1 + PUBLIC);

describe('a close agrees with TypeScript, bit for bit', () => {
  test('on an honest session, of which it says what closeSession does', () => {
    expect(published(inputs)).toEqual(encodePublicSignals('solvency-close', publicSignals));
    const closed = closeSession(request.commitments, request.netsRoot, request);
    expect(publicSignals).toMatchObject({
      ledgerRoot: sessionRequest(accounts).ledger.root,
      accounts: closed.accounts,
      quoteE6: closed.quoteE6,
      uncovered: closed.uncovered,
      deficitE6: closed.deficitE6,
    });
    for (const id of COVERED_IDS) {
      const name = `shortfall${id}E6` as keyof typeof publicSignals;
      expect(publicSignals[name]).toBe(closed.shortfallsE6.get(id));
    }
    expect(publicSignals.shortfall22E6).toBeGreaterThan(0n);
    expect(
      closedShortfalls(publicSignals)
        .slice(COVERED_IDS.length)
        .map(({ shortfallE6 }) => shortfallE6),
    ).toEqual(closed.pairShortfallsE6);
    expect(new Set(closed.pairShortfallsE6).size).toBeGreaterThan(PAIR_TOTALS / 2);
  });

  test('on a state that owes less than nothing', () => {
    const batches = { ...request.batches, quoteE6: -(1n << 94n) };
    const owing = prepareStatement('solvency-close', { ...request, batches });
    expect(published(owing.inputs)).toEqual(
      encodePublicSignals('solvency-close', owing.publicSignals),
    );
  });

  test('on a venue in which nobody has an account', () => {
    const nobody = prepareStatement('solvency-close', closing([]));
    expect(published(nobody.inputs)).toEqual(
      encodePublicSignals('solvency-close', nobody.publicSignals),
    );
    expect(
      closedShortfalls(nobody.publicSignals).every(({ shortfallE6 }) => shortfallE6 === 0n),
    ).toBe(true);
    // One account that nobody has proven is one too many.
    const one = { ...nobody.inputs, accountCount: 1n };
    expect(() => published(one)).toThrow(UnsatisfiedCircuit);
  });

  test('costs what the documentation says', () => {
    expect(circuit.constraints).toBe(26_783);
  });

  test('knows the deepest roll', () => {
    const source = readFileSync(
      join(REPOSITORY_ROOT, 'circuits/session/close-moves.circom'),
      'utf8',
    );
    const [, written] = /DEEPEST_ROLL_LOSS_Q24\(\) \{ return (\d+);/.exec(source)!;
    expect(BigInt(written!)).toBe((1n << 24n) - rollMultiplierQ24(-127n));
  });
});

/** An input with one element changed, by its path. */
function changed(name: string, path: readonly number[], shift: bigint): CircuitInputs {
  const at = (value: CircuitInput, rest: readonly number[]): CircuitInput => {
    const [first, ...deeper] = rest;
    if (first === undefined) return residue((value as bigint) + shift);
    const list = value as readonly CircuitInput[];
    return list.with(first, at(list[first]!, deeper));
  };
  return { ...inputs, [name]: at(inputs[name]!, path) };
}

describe('terms that are not the tick’s', () => {
  /** The largest loss stands in the session's word as well. */
  const largest = (shift: bigint): CircuitInputs => {
    const [btc] = inputs['largestLossQ24'] as readonly bigint[];
    return {
      ...changed('largestLossQ24', [0], shift),
      // Its light shares follow, as strict as before.
      ...(shift > 0n && { lightBps: (inputs['lightBps'] as bigint[]).map((bps) => bps - 1n) }),
      lossesWord: (inputs['lossesWord'] as bigint) - btc! + btc! + shift,
    };
  };
  const refuses = (of: CircuitInputs): void => {
    const { violated } = circuit.forge({ inputs: of });
    expect(violated.length).toBeGreaterThan(0);
  };

  test.each<[string, string, readonly number[], readonly bigint[]]>([
    ['another loss', 'lossQ24', [1, 3], [1n, -1n]],
    ['another damping', 'dampingQ16', [0, 2], [1n, -1n, 2n]],
    ['another marginal rate', 'marginalBps', [2], [1n, -1n]],
    ['another factor', 'factorBps', [], [1n, -1n]],
    ['another underlying of an asset', 'assetUnderlying', [2], [-1n]],
    ['another rate of a tier', 'tierRateE8', [0, 1], [1n, -1n]],
    ['another price', 'priceE4', [1], [1n, -1n]],
  ])('are refused: %s', (_, name, path, shifts) => {
    for (const shift of shifts) refuses(changed(name, path, shift));
  });

  test.each<[string, string, readonly number[]]>([
    ['a band that begins later', 'bandEdgeE6', [0, 0]],
    ['a tier that begins later', 'tierEdgeE8', [1, 2]],
    ['a larger light share', 'lightBps', [0]],
    ['a higher light cap', 'lightCapE12', []],
  ])(
    'are refused where they are looser, and make another session where stricter: %s',
    (_, name, path) => {
      refuses(changed(name, path, 1n));
      const stricter = published(changed(name, path, -1n));
      expect(stricter[0]).not.toBe(published(inputs)[0]);
    },
  );

  test('likewise the largest loss', () => {
    refuses(largest(-1n));
    expect(published(largest(1n))[0]).not.toBe(published(inputs)[0]);
    // In one of its two places only.
    refuses(changed('largestLossQ24', [0], 1n));
    refuses(changed('lossesWord', [], 1n));
  });

  test('are refused where edges are out of order or below nothing', () => {
    const [edges] = inputs['bandEdgeE6'] as readonly (readonly bigint[])[];
    refuses(changed('bandEdgeE6', [0, 1], edges![0]! - edges![1]! - 1n));
    refuses(changed('bandEdgeE6', [0, 0], -edges![0]! - 1n));
    const [tiers] = inputs['tierEdgeE8'] as readonly (readonly bigint[])[];
    refuses(changed('tierEdgeE8', [0, 1], tiers![0]! - tiers![1]! - 1n));
    refuses(changed('tierEdgeE8', [0, 0], -tiers![0]! - 1n));
  });

  test('a damping of nothing counts as the least there is', () => {
    const id = DAMPED_IDS[0]!;
    const { scenarioWords } = tick.parameterWords;
    const word = Math.floor((id - 1) / 4);
    const lane = BigInt(61 * ((id - 1) % 4) + 39);
    const own = scenarioWords[0][word]!;
    const none = own - (((own >> lane) & 0x1ffffn) << lane);
    const [first, ...rest] = (inputs['dampingQ16'] as readonly (readonly bigint[])[])[0]!;
    expect(first).toBeGreaterThan(1n);
    const under = (damping: bigint): CircuitInputs => ({
      ...inputs,
      scenarioWord: [scenarioWords[0].with(word, none), scenarioWords[1]],
      dampingQ16: [[damping, ...rest], (inputs['dampingQ16'] as bigint[][])[1]!],
    });
    expect(published(under(1n))[3]).not.toBe(published(inputs)[3]);
    refuses(under(0n));
    refuses(under(2n));
    expect(MOVED_IDS).toContain(id);
  });
});

describe('what does not close', () => {
  test('a session in which an instrument is left over leads to another state', () => {
    const [first, ...rest] = accounts;
    const [held, ...others] = first!.positions;
    const positions = [{ ...held!, lots: held!.lots + 1n }, ...others];
    const phantom = closing([{ ...first!, positions }, ...rest]);
    expect(phantom.batches.balance).not.toBe(0n);
    const said = published(prepareStatement('solvency-close', phantom).inputs);
    expect(said[4]).not.toBe(batchStateHash(phantom.batches));
    // Control: with its balance at nothing the same state is closed.
    expect(said[4]).toBe(batchStateHash({ ...phantom.batches, balance: 0n }));
  });

  test.each<[string, Partial<BatchState>]>([
    ['the identity', { identity: residue(request.batches.identity + 1n) }],
    ['keys', { keys: residue(request.batches.keys + 1n) }],
    ['a pole sum', { poles: request.batches.poles.with(4, 1n) }],
  ])('sides that differ in %s have no two states of one close', (_, change) => {
    const batches = { ...request.batches, ...change };
    const said = published(prepareStatement('solvency-close', { ...request, batches }).inputs);
    const honest = published(inputs);
    // With the batches' side the rows' state is another one, and no close has both.
    expect(said[4]).toBe(batchStateHash(batches));
    expect(said[5]).not.toBe(honest[5]);
  });

  test('another chain of batches, rows or nets than was committed leads to another state', () => {
    for (const place of [0, 1, 2]) {
      const said = published(changed('root', [place], 1n));
      expect(said[0]).not.toBe(published(inputs)[0]);
      expect(said[4] === published(inputs)[4]).toBe(place !== 1);
      expect(said[5] === published(inputs)[5]).toBe(place === 1);
    }
  });

  test('an account beyond the last batch', () => {
    const { nextAccount } = request.batches;
    const at = (next: bigint): CircuitInputs => ({ ...inputs, nextAccount: next });
    const { accountCount } = request.commitments;
    expect(nextAccount).toBeGreaterThanOrEqual(accountCount);
    expect(published(at(accountCount))).toHaveLength(PUBLIC);
    const forgery = circuit.forge({ inputs: at(accountCount - 1n) });
    expect(forgery.violated.length).toBeGreaterThan(0);
  });

  test('totals that wrap around', () => {
    for (const name of ['heavy', 'uncovered', 'uncoveredNotionalE6', 'deficitE6']) {
      expect(() => circuit.witness({ ...inputs, [name]: residue(-1n) }), name).toThrow(
        UnsatisfiedCircuit,
      );
      const forgery = circuit.forge({ inputs: { ...inputs, [name]: residue(-1n) } });
      expect(forgery.violated.length, name).toBeGreaterThan(0);
    }
    const shortfalls = inputs['shortfallQ8'] as readonly bigint[];
    const wrapped = { ...inputs, shortfallQ8: shortfalls.with(21, residue(-256n)) };
    expect(circuit.forge({ inputs: wrapped }).violated.length).toBeGreaterThan(0);
    const pairs = inputs['pairShortfallQ8'] as readonly bigint[];
    for (let pair = 0; pair < PAIR_TOTALS; pair += 1) {
      const of = (shortfallQ8: bigint): CircuitInputs => ({
        ...inputs,
        pairShortfallQ8: pairs.with(pair, shortfallQ8),
      });
      expect(circuit.forge({ inputs: of(residue(-256n)) }).violated.length).toBeGreaterThan(0);
      // Control: another that fits is another state, which no batch leads to, and another total.
      const said = published(of(pairs[pair]! + 256n));
      expect(said[4]).not.toBe(published(inputs)[4]);
      expect(said.slice(6)).not.toEqual(published(inputs).slice(6));
    }
    // Control: of a disclosed tail nothing is said, whatever stands there.
    const tail = { ...inputs, shortfallQ8: shortfalls.with(20, residue(-256n)) };
    expect(published(tail).slice(6)).toEqual(published(inputs).slice(6));
  });

  test.each([
    ['a lower price after redemption', 'assets.price[2].redemption.out', -1n],
    ['another part of it', 'assets.price[2].excess.negativePart', -1n],
    ['the other sign of it', 'assets.price[0].excess.negative', 1n],
    ['a shortfall of one unit less', 'totals.whole[20].out', -1n],
    ['a shortfall after a pair of one unit less', 'totals.whole[34].out', -1n],
    ['another state of the batches', 'batchesState', 1n],
    ['another word of a shortfall', 'shortfalls7', 1n],
    ['another word of shortfalls after pairs', 'shortfalls10', 1n],
  ] as const)('%s', (_, name, shift) => {
    const honest = circuit.signals(inputs, [name])[name]!;
    const forgery = circuit.forge({ inputs, overrides: { [name]: residue(honest + shift) } });
    expect(forgery.violated.length).toBeGreaterThan(0);
  });
});
