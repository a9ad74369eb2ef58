// SPDX-License-Identifier: GPL-3.0-or-later
import { instrumentId } from '../../model/instrument.ts';
import type { Instrument } from '../../model/types.ts';

/** Small numbers for the instruments of a venue, in the order in which they were first seen. */
export class InstrumentTable {
  readonly #instruments: Instrument[] = [];
  readonly #numbers = new Map<string, number>();

  get instruments(): readonly Instrument[] {
    return this.#instruments;
  }

  numberOf(instrument: Instrument): number {
    const id = instrumentId(instrument);
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#instruments.length;
    this.#numbers.set(id, number);
    this.#instruments.push(instrument);
    return number;
  }
}
