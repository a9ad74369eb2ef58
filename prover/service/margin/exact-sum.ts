// SPDX-License-Identifier: GPL-3.0-or-later
/** A sum of whole numbers, of which doubles that are safe integers are added as such: exact, and mostly without bigint. */
export class ExactSum {
  #whole = 0n;
  #part = 0;

  get value(): bigint {
    return this.#whole + BigInt(this.#part);
  }

  add(term: number | bigint): void {
    if (typeof term === 'bigint') {
      this.#whole += term;
      return;
    }
    const next = this.#part + term;
    if (Number.isSafeInteger(next)) {
      this.#part = next;
      return;
    }
    this.#whole += BigInt(this.#part);
    this.#part = term;
  }

  subtract(term: number | bigint): void {
    this.add(-term);
  }
}
