// SPDX-License-Identifier: GPL-3.0-or-later
import { instrumentId, isOption } from '../../model/instrument.ts';
import type { Instrument } from '../../model/types.ts';

/** Strikes are below its square. */
export const STRIKE_LIMB = 2 ** 20;

/** An option as the accounts' groups see it: the strike is strikeHigh·2²⁰ + strikeLow. */
export interface TableOption {
  /** Shared by the options of one underlying, kind and expiry. */
  readonly group: number;
  readonly isPut: boolean;
  readonly strikeHigh: number;
  readonly strikeLow: number;
}

/** Small numbers for the instruments of a venue, in the order in which they were first seen. */
export class InstrumentTable {
  readonly #instruments: Instrument[] = [];
  readonly #options: (TableOption | undefined)[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #groups = new Map<string, number>();

  get instruments(): readonly Instrument[] {
    return this.#instruments;
  }

  /** By number; absent for what is no option. */
  get options(): readonly (TableOption | undefined)[] {
    return this.#options;
  }

  numberOf(instrument: Instrument): number {
    const id = instrumentId(instrument);
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#instruments.length;
    this.#numbers.set(id, number);
    this.#instruments.push(instrument);
    this.#options.push(isOption(instrument) ? this.#optionOf(instrument) : undefined);
    return number;
  }

  #optionOf({ underlying, kind, expiry, strikeE4 }: Instrument): TableOption {
    const id = `${underlying}:${kind}:${expiry}`;
    const group = this.#groups.get(id) ?? this.#groups.size;
    this.#groups.set(id, group);
    const strike = Number(strikeE4);
    const strikeHigh = Math.floor(strike / STRIKE_LIMB);
    return {
      group,
      isPut: kind === 'put',
      strikeHigh,
      strikeLow: strike - strikeHigh * STRIKE_LIMB,
    };
  }
}
