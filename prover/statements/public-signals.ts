// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../errors.ts';
import type { Statement } from '../proving/manifest.ts';
import { fromFieldElement } from './field-element.ts';

/** Public signals by name, in the order of the manifest; signed ones decoded. */
export function decodePublicSignals(
  statement: Statement,
  signals: readonly bigint[],
): Readonly<Record<string, bigint>> {
  const { publicSignals } = statement;
  if (signals.length !== publicSignals.length) {
    throw new PlimsollError(
      'PUBLIC_SIGNALS',
      `${statement.name} has ${publicSignals.length} public signals, got ${signals.length}`,
    );
  }
  return Object.fromEntries(
    publicSignals.map(({ name, type }, index) => {
      const element = signals[index] as bigint;
      return [name, type === 'signed' ? fromFieldElement(element) : element];
    }),
  );
}
