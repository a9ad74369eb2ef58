// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import { SCALAR_FIELD } from '../../../prover/core/scalar-field.ts';
import { hashWords, TAG } from '../../../prover/commitments/hash-words.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { fromFieldElement } from '../../../prover/statements/field-element.ts';
import { openStatement, type CircuitUnderTest } from '../../support/circuit.ts';
import type { Overrides } from '../../support/forge.ts';
import {
  BTC_ONLY,
  changed,
  inputsOf,
  ledger,
  market,
  POOR,
  POSITIONS,
  slotOf,
  stretch,
  stretchRange,
  TARGET,
  TWICE,
  WORST,
} from './attacks.ts';

const PUBLIC = ['ledgerRoot', 'snapshotHash', 'parameterHash', 'account'];
/** What the statement publishes of an account whose limbs may be outside their widths. */
function accountWord(inputs: CircuitInputs): bigint {
  const { leafIndex, nonce, owner, frozen, riskReducingOnly } = inputs as Record<string, bigint>;
  const word =
    leafIndex! +
    nonce! * 2n ** 24n +
    owner! * 2n ** 56n +
    frozen! * 2n ** 216n +
    riskReducingOnly! * 2n ** 217n;
  return word % SCALAR_FIELD;
}

const CALL = slotOf('call');
const CALL_SLICES = `margin.position[${CALL}].slice`;
const sliceOf = (slot: number): number =>
  market.snapshot.underlyings[0].slices.findIndex(
    ({ expiry }) => expiry === POSITIONS[slot]!.instrument.expiry,
  );

let circuit: CircuitUnderTest;
/** The one component below `parent` whose anonymous name starts so. */
const anonymous = (parent: string, template: string): string => {
  const escaped = parent.replace(/[[\]]/g, '\\$&');
  const [first] = circuit.symbols.matching(new RegExp(`^${escaped}\\.${template}_\\d+_\\d+\\.in$`));
  if (first === undefined) throw new Error(`no ${template} in ${parent}`);
  return first.slice(0, -'.in'.length);
};

beforeAll(async () => {
  circuit = await openStatement('liquidation', '7');
}, 900_000);

interface Attack {
  readonly inputs?: CircuitInputs;
  readonly overrides?: Overrides;
  /** What the statement would publish if the forgery passed; by default the safe account's. */
  readonly published?: Partial<Record<(typeof PUBLIC)[number], bigint>>;
}

const publishedBy = (witness: readonly bigint[]): Record<string, bigint> =>
  Object.fromEntries(PUBLIC.map((name, index) => [name, witness[index + 1]!]));

/**
 * The forgery claims, under the commitments of the real tick, that an account is below maintenance,
 * and satisfies the whole shipped R1CS but for the constraints that `stoppedBy` names: without those
 * it would be accepted, which is the negative control.
 */
function expectStopped({ inputs, overrides, published }: Attack, stoppedBy: RegExp): void {
  const honest = circuit.forge({ inputs: inputsOf(TARGET) });
  const forgery = circuit.forge({ inputs: inputs ?? inputsOf(TARGET), overrides: overrides ?? {} });
  expect(publishedBy(forgery.witness)).toEqual({ ...publishedBy(honest.witness), ...published });
  expect(fromFieldElement(forgery.read('margin.equityE6'))).toBeLessThan(
    fromFieldElement(forgery.read('margin.requirementE6')),
  );
  expect(forgery.reasons.length).toBeGreaterThan(0);
  expect(forgery.reasons.filter((reason) => !stoppedBy.test(reason))).toEqual([]);
}

describe('the boundary', () => {
  test('equity = MM has no witness, and only the comparison objects', () => {
    const forgery = circuit.forge({ inputs: inputsOf(TARGET) });
    expect(forgery.read('margin.equityE6')).toBe(forgery.read('margin.requirementE6'));
    expect(forgery.reasons).toHaveLength(1);
    expect(forgery.reasons[0]).toMatch(/shortfall\.bits/);
    expect(() => circuit.witness(inputsOf(TARGET))).toThrow(UnsatisfiedCircuit);
  });

  test('equity = MM − 1 unit has one', () => {
    expect(circuit.check(circuit.witness(inputsOf(POOR)))).toEqual([]);
  });

  test.each([33, 34, 64, -1])('scenario id %d has none', (id) => {
    const inputs = changed(inputsOf(POOR), 'scenarioId', (ids) => {
      ids[0] = BigInt(id);
    });
    expect(() => circuit.witness(inputs)).toThrow(/ScenarioSelection/);
  });

  test('the context is bound to the proof', () => {
    const witness = circuit.witness(inputsOf(POOR));
    const { wire } = circuit.symbols.get('context');
    expect(circuit.check(witness.with(wire, witness[wire]! + 1n)).length).toBeGreaterThan(0);
  });
});

describe('a healthy account has no satisfying witness', () => {
  test('with its debt understated below 64 bits, carried into the next balance', () => {
    const inputs = changed(
      { ...inputsOf(), quoteE6: (inputsOf()['quoteE6'] as bigint) - 2n ** 64n },
      'balanceE8',
      (balances) => {
        balances[0]! += 1n;
      },
    );
    const quoteRange = 'margin.account.account.quoteRange';
    expectStopped({ inputs, overrides: stretchRange(quoteRange, 64) }, /quoteRange\.bits/);
  });

  test('with lots wrapped below 27 bits, carried into the next slot', () => {
    const lots = changed(inputsOf(), 'lots', (all) => {
      all[CALL]! -= 2n ** 27n;
    });
    // The neighbour in the same word: its strike takes the carry and stays canonical.
    expect(CALL % 2).toBe(0);
    const inputs = changed(lots, 'strikeE4', (all) => {
      all[CALL + 1]! += 1n;
    });
    const bits = `margin.account.slot[${CALL}].lotsBits`;
    expectStopped({ inputs, overrides: stretch(bits, 27) }, /slot\[2\]\.lotsBits/);
  });

  test('with the owner carried into the settlement nonce', () => {
    const { owner, nonce } = inputsOf(POOR) as Record<string, bigint>;
    const inputs = { ...inputsOf(POOR), owner: owner! + 2n ** 160n, nonce: nonce! - 1n };
    const overrides = stretchRange('margin.account.account.ownerRange', 160);
    const published = { account: accountWord(inputs) };
    expectStopped({ inputs, overrides, published }, /ownerRange\.bits/);
  });

  test('with its freeze taken off, carried into the settlement nonce', () => {
    const { nonce, frozen } = inputsOf(POOR) as Record<string, bigint>;
    expect(frozen).toBe(1n);
    const inputs = { ...inputsOf(POOR), frozen: 0n, nonce: nonce! + 2n ** 32n };
    const overrides = stretchRange('margin.account.account.nonceRange', 32);
    expectStopped(
      { inputs, overrides, published: { account: accountWord(inputs) } },
      /nonceRange\.bits/,
    );
  });

  test('with a state bit of 2 for the bit above it', () => {
    const inputs = { ...inputsOf(POOR), frozen: 3n, riskReducingOnly: SCALAR_FIELD - 1n };
    expectStopped(
      { inputs, published: { account: accountWord(inputs) } },
      /account\.account\.|frozen|riskReducingOnly/,
    );
  });

  test('with the path of another account', () => {
    const inputs = { ...inputsOf(POOR), leafIndex: BigInt(TARGET) };
    expectStopped({ inputs }, /account\.path\.(even|odd)|children\[0\]/);
  });

  test('beyond the account count', () => {
    const accountCount = 2n;
    const inputs = { ...inputsOf(POOR), accountCount };
    const published = {
      ledgerRoot: hashWords(TAG.ledger, [accountCount, ledger.treeRoot]),
      account: accountWord(inputs),
    };
    const overrides = stretchRange('margin.account.path.remaining', 24);
    expectStopped({ inputs, overrides, published }, /path\.remaining\.bits/);
  });

  test('with one instrument twice', () => {
    const order = `margin.account.order.increasing[${CALL + 1}]`;
    const published = { account: accountWord(inputsOf(TWICE)) };
    expectStopped(
      { inputs: inputsOf(TWICE), overrides: stretchRange(order, 76), published },
      /order\.increasing\[3\]\.bits/,
    );
  });

  test('with the slice of another expiry', () => {
    const own = `${CALL_SLICES}.selection.match[${sliceOf(CALL)}]`;
    const other = `${CALL_SLICES}.selection.match[${sliceOf(slotOf('put'))}]`;
    const overrides = { [`${own}.out`]: 0n, [`${other}.out`]: 1n };
    expectStopped({ overrides }, new RegExp(`position\\[${CALL}\\].*selection\\.match`));
  });

  test('with a listed expiry called unlisted', () => {
    const put = slotOf('put');
    const own = `margin.position[${put}].slice.selection.match[${sliceOf(put)}]`;
    expectStopped({ overrides: { [`${own}.out`]: 0n } }, /position\[3\].*selection\.match/);
  });

  test('with a slice field carried into its neighbour', () => {
    const bits = `${CALL_SLICES}.fields.raw.bits`;
    // 2 in the forward ratio's top bit is 1 in the lowest bit of the next field.
    const overrides: Overrides = {
      [`${bits}.out[31]`]: (bit) => bit + 2n,
      [`${bits}.out[32]`]: (bit) => bit - 1n,
    };
    expectStopped({ overrides }, /fields\.raw\.bits\.out\[3[12]\]/);
  });

  test('with selectors that are no booleans: a scenario beyond the grid', () => {
    const selection = 'margin.scenarios.scenario[0]';
    const inputs = changed(inputsOf(), 'scenarioId', (ids) => {
      ids[0] = 17n;
    });
    // 8 × id 3 − 7 × id 1 is a move eight times that of id 3; and 8 · 3 − 7 · 1 = 17.
    const overrides = {
      [`${selection}.isWord[4]`]: 0n,
      [`${selection}.isWord[0]`]: 1n,
      [`${selection}.isLane[0]`]: -7n,
      [`${selection}.isLane[2]`]: 8n,
    };
    expectStopped({ inputs, overrides }, /scenario\[0\]\.isLane\[[02]\]/);
  });

  test('with a scenario of the other underlying', () => {
    const word = Math.floor((WORST[0] - 1) / 4);
    const other = (inputsOf()['scenarioWord'] as bigint[][])[1]![word]!;
    const overrides = { [`margin.scenarios.scenario[0].part[${word}]`]: other };
    expectStopped({ overrides }, new RegExp(`scenario\\[0\\]\\.isWord\\[${word}\\]`));
  });

  test('with a collateral price understated by a remainder beyond its divisor', () => {
    const value = 'margin.collateral.value[2]';
    const overrides: Overrides = {
      [`${value}.priceRemainder`]: (_, read) => read(`${value}.scaledPriceE4`),
      ...stretchRange(`${value}.priceRemainderRange`, 30),
    };
    expectStopped({ overrides }, /value\[2\]\.priceRemainderRange/);
  });

  test('with a balance valued at less, the rest called a remainder', () => {
    const value = 'margin.collateral.value[2]';
    // 10^6 more of remainder is one unit less of value, which is all that is missing.
    const overrides: Overrides = {
      [`${value}.remainder`]: (remainder) => remainder + 10n ** 6n * 10_000n,
      [`${value}.fractionE6`]: (fraction) => fraction - 10_000n,
      ...stretchRange(`${value}.remainderRange`, 20),
      ...stretchRange(`${value}.remainderBelow`, 20),
      ...stretchRange(`${value}.fractionRange`, 20),
    };
    expectStopped({ overrides }, /value\[2\]\.(remainder(Range|Below)|fractionRange)/);
  });

  test('with a haircut value floored too far, the rest called a remainder', () => {
    const left = 'margin.collateral.haircut[2].left';
    const overrides: Overrides = {
      [`${left}.remainder`]: (remainder) => remainder + 10n ** 4n * 1_000_000n,
      ...stretchRange(`${left}.remainderRange`, 14),
      ...stretchRange(`${left}.roomRange`, 14),
    };
    expectStopped({ overrides }, /haircut\[2\]\.left\.(remainder|room)Range/);
  });

  test('with a second zero: a dollar delta of nothing called negative', () => {
    const fold = 'margin.contingencies.bases.dollarDelta[1].fold';
    const bits = anonymous(fold, 'Num2Bits');
    // The fold of 0 as a negative number is −1: written with one bit far up, and a 0th "bit" for the rest.
    const overrides = {
      [`${fold}.negative`]: 1n,
      ...Object.fromEntries(Array.from({ length: 198 }, (_, i) => [`${bits}.out[${i}]`, 0n])),
      [`${bits}.out[175]`]: 1n,
      [`${bits}.out[0]`]: -1n - 2n ** 175n,
    };
    const published = { account: accountWord(inputsOf(BTC_ONLY)) };
    expectStopped({ inputs: inputsOf(BTC_ONLY), overrides, published }, /dollarDelta\[1\]\.fold/);
  });
});
