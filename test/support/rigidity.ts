// SPDX-License-Identifier: GPL-3.0-or-later
import { SCALAR_FIELD, type R1cs } from '../../prover/proving/formats/r1cs.ts';

const SIDES = ['a', 'b', 'c'] as const;

const mod = (value: bigint): bigint => {
  const rest = value % SCALAR_FIELD;
  return rest < 0n ? rest + SCALAR_FIELD : rest;
};

/** Inverse of a non-zero field element by Euclid's algorithm. */
function inverse(value: bigint): bigint {
  let [r0, r1] = [SCALAR_FIELD, mod(value)];
  let [t0, t1] = [0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [t0, t1] = [t1, t0 - quotient * t1];
  }
  return mod(t0);
}

/**
 * How a constraint answers when a wire of a satisfying witness moves by d and nothing else does:
 * a·b − c becomes linear·d + quadratic·d².
 */
interface Answer {
  readonly constraint: number;
  readonly wire: number;
  readonly linear: bigint;
  readonly quadratic: bigint;
}

/** Every constraint's answer to every wire in it; `witness` must satisfy them all. */
function* answers(r1cs: R1cs, witness: readonly bigint[]): Generator<Answer[]> {
  for (let constraint = 0; constraint < r1cs.constraints; constraint += 1) {
    const values = [0n, 0n, 0n];
    const ofWire = new Map<number, [bigint, bigint, bigint]>();
    SIDES.forEach((side, index) => {
      const { start, wire, coefficient } = r1cs[side];
      for (let term = start[constraint]!; term < start[constraint + 1]!; term += 1) {
        const factor = r1cs.coefficients[coefficient[term]!]!;
        values[index]! += factor * witness[wire[term]!]!;
        const sides = ofWire.get(wire[term]!) ?? [0n, 0n, 0n];
        sides[index]! += factor;
        ofWire.set(wire[term]!, sides);
      }
    });
    const [a, b] = [mod(values[0]!), mod(values[1]!)];
    ofWire.delete(0);
    yield [...ofWire].map(([wire, [inA, inB, inC]]) => ({
      constraint,
      wire,
      linear: mod(inA * b + inB * a - inC),
      quadratic: mod(inA * inB),
    }));
  }
}

/**
 * Wires that could hold another value while all others keep theirs, over the whole field: a
 * constraint lets a wire move by any d, by none, or (where the wire is squared in it) by one other
 * root, and a wire is loose when some d ≠ 0 is a root of every constraint that it is in.
 */
export function looseWires(r1cs: R1cs, witness: readonly bigint[]): number[] {
  // Per wire the deltas still allowed: none yet denied, a single one, or (0) no delta but 0.
  const allowed = new Array<bigint | undefined>(r1cs.wires).fill(undefined);
  allowed[0] = 0n;
  for (const constraint of answers(r1cs, witness)) {
    for (const { wire, linear, quadratic } of constraint) {
      const known = allowed[wire];
      if (known === 0n || (linear === 0n && quadratic === 0n)) continue;
      if (linear === 0n || quadratic === 0n) allowed[wire] = 0n;
      else if (known === undefined) allowed[wire] = mod(-linear * inverse(quadratic));
      else if (mod(linear + quadratic * known) !== 0n) allowed[wire] = 0n;
    }
  }
  return allowed.flatMap((delta, wire) => (delta === 0n ? [] : [wire]));
}

type Row = Map<number, bigint>;

/** A linear system in which rows and columns lose entries until nothing is left to move. */
class Elimination {
  readonly #rows: readonly Row[];
  readonly #rowsOf: readonly Set<number>[];
  readonly #bySize: number[][] = [];

  constructor(rows: readonly Row[], wires: number) {
    this.#rows = rows;
    this.#rowsOf = Array.from({ length: wires }, () => new Set<number>());
    rows.forEach((row, index) => {
      for (const wire of row.keys()) this.#rowsOf[wire]!.add(index);
      this.#note(index);
    });
  }

  /** Expresses one wire after the other by the rest; what is never expressed is free. */
  expressAll(): Set<number> {
    const expressed = new Set<number>();
    for (let index = this.#shortest(); index !== undefined; index = this.#shortest()) {
      const row = this.#rows[index]!;
      const [pivot] = [...row.keys()].sort((x, y) => this.#rowsOf[x]!.size - this.#rowsOf[y]!.size);
      this.#substitute(pivot!, index);
      expressed.add(pivot!);
    }
    return expressed;
  }

  #substitute(pivot: number, index: number): void {
    const row = this.#rows[index]!;
    const scale = row.size === 1 ? 0n : inverse(row.get(pivot)!);
    for (const other of [...this.#rowsOf[pivot]!]) {
      const target = this.#rows[other]!;
      if (target === row) continue;
      const factor = (target.get(pivot)! * scale) % SCALAR_FIELD;
      target.delete(pivot);
      for (const [wire, coefficient] of row) {
        if (wire === pivot) continue;
        const sum = mod((target.get(wire) ?? 0n) - factor * coefficient);
        if (sum === 0n) {
          target.delete(wire);
          this.#rowsOf[wire]!.delete(other);
        } else {
          target.set(wire, sum);
          this.#rowsOf[wire]!.add(other);
        }
      }
      this.#note(other);
    }
    for (const wire of row.keys()) this.#rowsOf[wire]!.delete(index);
    this.#rowsOf[pivot]!.clear();
    row.clear();
  }

  #note(index: number): void {
    const { size } = this.#rows[index]!;
    if (size > 0) (this.#bySize[size] ??= []).push(index);
  }

  /** Short rows first: they fill the others least. */
  #shortest(): number | undefined {
    for (const [size, bucket] of this.#bySize.entries()) {
      for (let index = bucket?.pop(); index !== undefined; index = bucket.pop()) {
        if (this.#rows[index]!.size === size) return index;
      }
    }
    return undefined;
  }
}

/**
 * In how many independent ways the witness could move while its inputs stay, any number of wires
 * together: the kernel of the constraints' derivative, as the wires that nothing determines. No such
 * wire means that no curve of witnesses goes through this one: no value lacks its constraint. (A
 * range that is a bit too wide would not show: that is a jump, not a movement.)
 */
export function freeWires(
  r1cs: R1cs,
  witness: readonly bigint[],
  inputs: ReadonlySet<number>,
): number[] {
  const moves = (wire: number): boolean => !inputs.has(wire);
  const rows: Row[] = [];
  for (const constraint of answers(r1cs, witness)) {
    rows.push(
      new Map(
        constraint.flatMap(({ wire, linear }): [number, bigint][] =>
          linear !== 0n && moves(wire) ? [[wire, linear]] : [],
        ),
      ),
    );
  }
  const expressed = new Elimination(rows, r1cs.wires).expressAll();
  return Array.from({ length: r1cs.wires }, (_, wire) => wire).filter(
    (wire) => wire !== 0 && moves(wire) && !expressed.has(wire),
  );
}
