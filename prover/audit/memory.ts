// SPDX-License-Identifier: GPL-3.0-or-later

/** What is costly and follows from its input alone is made once; a failure is not remembered. */
export class AuditMemory {
  readonly #known = new Map<string, Promise<unknown>>();

  once<T>(key: string, work: () => Promise<T>): Promise<T> {
    const found = this.#known.get(key);
    if (found !== undefined) return found as Promise<T>;
    const made = work();
    this.#known.set(key, made);
    made.catch(() => this.#known.delete(key));
    return made;
  }
}
