// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { biased, packFields, unbiased, unpackFields } from '../commitments/pack.ts';
import type { StatementName, StatementSignals } from './generated/public-signals.ts';
import { PUBLIC_SIGNALS } from './generated/public-signals.ts';
import { fromFieldElement, toFieldElement } from './field-element.ts';

export interface SignalValue {
  readonly name: string;
  readonly unit: string;
  readonly type: 'field' | 'uint' | 'signed' | 'hash';
  /** Of a packed one. */
  readonly bits?: number;
}

type PackedField = SignalValue & { readonly bits: number };

/** What stands in one field element: a value, or several packed from the lowest bit up. */
type Signal =
  | SignalValue
  | { readonly name: string; readonly type: 'packed'; readonly fields: readonly PackedField[] };

const signalsOf = (statement: StatementName): readonly Signal[] => PUBLIC_SIGNALS[statement];

/** The values of a statement as readers see them, in order: those of a packed signal one by one. */
export function namedSignals(statement: StatementName): readonly SignalValue[] {
  return signalsOf(statement).flatMap((signal): readonly SignalValue[] =>
    signal.type === 'packed' ? signal.fields : [signal],
  );
}

function decodeSignal(signal: Signal, element: bigint): readonly (readonly [string, bigint])[] {
  if (signal.type === 'packed') {
    const widths = signal.fields.map(({ bits }) => bits);
    const width = widths.reduce((sum, bits) => sum + bits, 0);
    if (element < 0n || element >> BigInt(width) !== 0n) {
      throw new PlimsollError('PUBLIC_SIGNALS', `${signal.name}: must fit its ${width} bits`);
    }
    const values = unpackFields(element, widths);
    return signal.fields.map(({ name, type, bits }, index) => {
      const raw = values[index] as bigint;
      return [name, type === 'signed' ? unbiased(raw, bits) : raw];
    });
  }
  return [[signal.name, signal.type === 'signed' ? fromFieldElement(element) : element]];
}

/** Public signals, in the order of the verifier, by name; signed ones decoded, packed ones split. */
export function decodePublicSignals<Name extends StatementName>(
  statement: Name,
  signals: readonly bigint[],
): StatementSignals[Name] {
  const described = signalsOf(statement);
  if (signals.length !== described.length) {
    throw new PlimsollError(
      'PUBLIC_SIGNALS',
      `${statement} has ${described.length} public signals, got ${signals.length}`,
    );
  }
  const named = described.flatMap((signal, index) =>
    decodeSignal(signal, signals[index] as bigint),
  );
  return Object.fromEntries(named) as unknown as StatementSignals[Name];
}

/** The inverse: what the circuit must publish for these values. */
export function encodePublicSignals<Name extends StatementName>(
  statement: Name,
  values: StatementSignals[Name],
): readonly bigint[] {
  const byName = values as unknown as Readonly<Record<string, bigint>>;
  const value = (name: string): bigint => byName[name] as bigint;
  return signalsOf(statement).map((signal) => {
    if (signal.type === 'packed') {
      return packFields(
        signal.fields.map(({ name, type, bits }) => [
          name,
          bits,
          type === 'signed' ? biased(value(name), bits) : value(name),
        ]),
      );
    }
    return signal.type === 'signed' ? toFieldElement(value(signal.name)) : value(signal.name);
  });
}
