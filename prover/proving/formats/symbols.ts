// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../../core/errors.ts';

export interface SignalSymbol {
  /** Position among all signals before simplification: where the witness generator keeps it. */
  readonly label: number;
  /** Position in the witness, or −1 when simplification eliminated the signal. */
  readonly wire: number;
}

/** Signal names of a compiled circuit without the leading `main.`, from circom's `.sym` file. */
export class SymbolTable {
  readonly #byName = new Map<string, SignalSymbol>();
  readonly #nameOfWire = new Map<number, string>();

  #lastLabel = 0;

  constructor(text: string) {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const first = line.indexOf(',');
      const second = line.indexOf(',', first + 1);
      const third = line.indexOf(',', second + 1);
      const label = Number(line.slice(0, first));
      const wire = Number(line.slice(first + 1, second));
      const name = line.slice(third + 1 + 'main.'.length);
      this.#byName.set(name, { label, wire });
      if (label > this.#lastLabel) this.#lastLabel = label;
      if (wire >= 0 && !this.#nameOfWire.has(wire)) this.#nameOfWire.set(wire, name);
    }
  }

  /** How many signals the generator's memory holds, the constant 1 included. */
  get labels(): number {
    return this.#lastLabel + 1;
  }

  get(name: string): SignalSymbol {
    const symbol = this.#byName.get(name);
    if (symbol === undefined) {
      throw new PlimsollError('UNKNOWN_SIGNAL', `signal ${name}: the circuit has no such signal`);
    }
    return symbol;
  }

  nameOfWire(wire: number): string {
    if (wire === 0) return '1';
    return this.#nameOfWire.get(wire) ?? `wire ${wire}`;
  }

  /** Names that match, in the order of the circuit: for tests that sweep over many signals. */
  matching(pattern: RegExp): string[] {
    return [...this.#byName.keys()].filter((name) => pattern.test(name));
  }
}
