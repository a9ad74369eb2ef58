// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../errors.ts';
import type { StatementName, StatementSignals } from '../proving/generated/public-signals.ts';
import { PUBLIC_SIGNALS } from '../proving/generated/public-signals.ts';
import { fromFieldElement, toFieldElement } from './field-element.ts';

/** Public signals, in the order of the verifier, by name; signed ones decoded. */
export function decodePublicSignals<Name extends StatementName>(
  statement: Name,
  signals: readonly bigint[],
): StatementSignals[Name] {
  const described = PUBLIC_SIGNALS[statement];
  if (signals.length !== described.length) {
    throw new PlimsollError(
      'PUBLIC_SIGNALS',
      `${statement} has ${described.length} public signals, got ${signals.length}`,
    );
  }
  const named = described.map(({ name, type }, index) => {
    const element = signals[index] as bigint;
    return [name, type === 'signed' ? fromFieldElement(element) : element] as const;
  });
  return Object.fromEntries(named) as unknown as StatementSignals[Name];
}

/** The inverse: what the circuit must publish for these values. */
export function encodePublicSignals<Name extends StatementName>(
  statement: Name,
  values: StatementSignals[Name],
): readonly bigint[] {
  const byName = values as unknown as Readonly<Record<string, bigint>>;
  return PUBLIC_SIGNALS[statement].map(({ name, type }) => {
    const value = byName[name] as bigint;
    return type === 'signed' ? toFieldElement(value) : value;
  });
}
