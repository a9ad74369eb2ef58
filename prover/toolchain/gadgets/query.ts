// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The question that propagation leaves open, for a solver of integer arithmetic: may two solutions with
 * the same inputs differ in one of the target wires? In SMT-LIB 2, so that any solver can be asked.
 *
 * Every constraint a·b = c mod p becomes a·b − c = k·p over the integers, with k bounded by the ranges of
 * its wires (and so mostly 0). Whatever is left out, or said of a product without being its definition,
 * only lets more solutions through: `unsat` is a proof, `sat` need not be a defect.
 */
import { SCALAR_FIELD as P } from '../../core/scalar-field.ts';
import { type Analysis, type Interval } from './engine.ts';
import { TIMES_MARK } from './instrument.ts';
import { type Claim, type Constraint, type Linear } from './system.ts';

/** Of a polynomial in boolean wires: the coefficient by the wires that must be 1, joined by commas. */
type BooleanPolynomial = ReadonlyMap<string, bigint>;

const MOST_MONOMIALS = 80;
const MOST_ROOTS = 14;
/** From so many flags on, of which one is 1, every pair of choices is a question of its own. */
const LEAST_CHOICES = 16;
/** Up to here a polynomial's range is taken over all its points, not from its coefficients. */
const ENUMERATED_ROOTS = 8;

const rootsOf = (monomial: string): number[] =>
  monomial === '' ? [] : monomial.split(',').map(Number);
const monomialOf = (roots: Iterable<number>): string =>
  [...new Set(roots)].sort((x, y) => x - y).join();

function plus(terms: BooleanPolynomial, more: BooleanPolynomial, factor: bigint) {
  const result = new Map(terms);
  for (const [monomial, value] of more) {
    const sum = (result.get(monomial) ?? 0n) + value * factor;
    if (sum === 0n) result.delete(monomial);
    else result.set(monomial, sum);
  }
  return result;
}

function times(left: BooleanPolynomial, right: BooleanPolynomial): Map<string, bigint> {
  let result = new Map<string, bigint>();
  for (const [x, a] of left) {
    const product = new Map<string, bigint>();
    for (const [y, b] of right) {
      const monomial = monomialOf([...rootsOf(x), ...rootsOf(y)]);
      product.set(monomial, (product.get(monomial) ?? 0n) + a * b);
    }
    result = plus(result, product, 1n);
  }
  return result;
}

/** Least and largest value over boolean roots. */
function rangeOfPolynomial(terms: BooleanPolynomial, roots: readonly number[]): Interval {
  if (roots.length > ENUMERATED_ROOTS) {
    let [low, high] = [0n, 0n];
    for (const [monomial, value] of terms) {
      if (monomial === '' || value < 0n) low += value;
      if (monomial === '' || value > 0n) high += value;
    }
    return [low, high];
  }
  const monomials = [...terms].map(([monomial, value]) => {
    const mask = rootsOf(monomial).reduce((sum, root) => sum | (1 << roots.indexOf(root)), 0);
    return [mask, value] as const;
  });
  let [low, high]: [bigint | undefined, bigint | undefined] = [undefined, undefined];
  for (let point = 0; point < 1 << roots.length; point++) {
    let value = 0n;
    for (const [mask, factor] of monomials) if ((mask & point) === mask) value += factor;
    if (low === undefined || value < low) low = value;
    if (high === undefined || value > high) high = value;
  }
  return [low ?? 0n, high ?? 0n];
}

/** A wire that is exactly the number that these boolean wires spell, least significant first. */
interface Decomposition {
  readonly wire: number;
  readonly bits: readonly number[];
  /** The bits, or numbers that stand for several that are only ever used together; each with its weight. */
  parts: readonly (readonly [wire: number, weight: bigint])[];
}

/** flag · on + base, with forms of known wires. */
interface Switched {
  readonly flag: number;
  readonly on: Linear;
  readonly base: Linear;
}

/** factor · form, with a factor that is known. */
interface Multiple {
  readonly factor: number;
  readonly form: Linear;
}

/** A term of an equation, and how far it can lie from the same term of the other solution. */
interface Term {
  readonly factor: bigint;
  readonly wires: readonly [number, number];
  readonly distance: bigint;
}

export class Query {
  readonly #analysis: Analysis;
  #constraints: readonly Constraint[];
  readonly #polynomials = new Map<number, BooleanPolynomial>();
  readonly #decompositions: Decomposition[] = [];
  readonly #switched = new Map<number, Switched>();
  readonly #multiples = new Map<number, Multiple>();

  constructor(analysis: Analysis) {
    this.#analysis = analysis;
    const spelt = new Set<number>();
    const found = analysis.constraints.flatMap((constraint) => {
      const decomposition = this.#decompositionOf(constraint);
      return decomposition === undefined ? [] : [{ constraint, decomposition }];
    });
    const set = new Set<Constraint>();
    // Where a bit is one of two numbers, the longer one is spelt and the other is a sum like any.
    found.sort((x, y) => y.decomposition.bits.length - x.decomposition.bits.length);
    for (const { constraint, decomposition } of found) {
      if (decomposition.bits.some((bit) => spelt.has(bit))) continue;
      for (const bit of decomposition.bits) spelt.add(bit);
      this.#decompositions.push(decomposition);
      set.add(constraint);
    }
    this.#constraints = analysis.constraints.filter(
      (constraint) => !set.has(constraint) && !this.#isBooleanTest(constraint),
    );
    for (const decomposition of this.#decompositions) this.#joinBits(decomposition);
    this.#expand();
    this.#findSwitched();
    this.#findMultiples();
  }

  /**
   * Neighbouring bits whose coefficients double in every form become the one number that they spell: of 233
   * bits of which two parts are used two wires remain, and the same is said.
   */
  #joinBits(decomposition: Decomposition): void {
    const { bits } = decomposition;
    const analysis = this.#analysis;
    const { root } = analysis.system;
    const alone = new Set(
      [
        ...root.outputs,
        ...root.times.flatMap(({ factor, wires }) => [factor, ...wires]),
        ...root.ensures.flatMap(({ wires }) => wires),
        ...analysis.zeroTests.flatMap(({ number, flag }) => [number, flag]),
        ...analysis.units.flatMap(({ component }) => [...component.inputs, ...component.outputs]),
      ].map((wire) => analysis.find(wire)),
    );
    const forms = this.#constraints
      .flatMap(({ a, b, c }) => [a, b, c])
      .filter((form) => bits.some((bit) => form.has(bit)));
    const isJoined = (bit: number, next: number): boolean =>
      !alone.has(bit) &&
      !alone.has(next) &&
      analysis.isKnown(bit) === analysis.isKnown(next) &&
      forms.every((form) => (form.get(next) ?? 0n) === 2n * (form.get(bit) ?? 0n));
    const runs: number[][] = [];
    bits.forEach((bit, place) => {
      if (place > 0 && isJoined(bits[place - 1]!, bit)) runs.at(-1)!.push(bit);
      else runs.push([bit]);
    });
    let weight = 1n;
    const replaced = new Map<number, number>();
    decomposition.parts = runs.map((run) => {
      const [first] = run as [number, ...number[]];
      const own = weight;
      weight <<= BigInt(run.length);
      if (run.length === 1) return [first, own] as const;
      const joined = analysis.fresh([0n, (1n << BigInt(run.length)) - 1n], analysis.isKnown(first));
      for (const bit of run) replaced.set(bit, bit === first ? joined : 0);
      return [joined, own] as const;
    });
    if (replaced.size === 0) return;
    const touched = new Set(forms);
    const rewritten = (form: Linear): Linear =>
      touched.has(form)
        ? new Map(
            [...form].flatMap(([wire, value]) => {
              const joined = replaced.get(wire);
              return joined === undefined ? [[wire, value]] : joined === 0 ? [] : [[joined, value]];
            }) as [number, bigint][],
          )
        : form;
    this.#constraints = this.#constraints.map(({ a, b, c }) => ({
      a: rewritten(a),
      b: rewritten(b),
      c: rewritten(c),
    }));
  }

  /** Wires that a flag switches between two known numbers. */
  #findSwitched(): void {
    const isKnown = (form: Linear): boolean =>
      [...form.keys()].every((wire) => this.#analysis.isKnown(wire));
    for (const { a, b, c } of this.#constraints) {
      for (const [left, right] of [
        [a, b],
        [b, a],
      ] as const) {
        const [flag] = left.keys();
        if (left.size !== 1 || flag === undefined || !this.#isBoolean(flag)) continue;
        const unknown = [...c.keys()].filter((wire) => !this.#analysis.isKnown(wire));
        const [wire] = unknown;
        if (unknown.length !== 1 || wire === undefined || !isKnown(right)) continue;
        const factor = c.get(wire)!;
        if ((factor !== 1n && factor !== -1n) || this.#polynomials.has(wire)) continue;
        const scale = left.get(flag)! * factor;
        this.#switched.set(wire, {
          flag,
          on: new Map([...right].map(([known, value]) => [known, value * scale])),
          base: new Map(
            [...c].flatMap(([known, value]) =>
              known === wire ? [] : [[known, -value * factor] as const],
            ),
          ),
        });
      }
    }
  }

  /** Wires that are a known number times others: their product with a known one may be a multiple of a third. */
  #findMultiples(): void {
    for (const constraint of this.#constraints) {
      const { a, b, c } = constraint;
      const [[wire, unit] = [0, 0n], ...more] = c;
      if (!this.#isOfIntegers(constraint)) continue;
      if (more.length > 0 || !isUnit(unit) || this.#analysis.isKnown(wire)) continue;
      for (const [left, form] of [
        [a, b],
        [b, a],
      ] as const) {
        const [[factor, one] = [0, 0n], ...others] = left;
        if (others.length > 0 || !isUnit(one) || !this.#analysis.isKnown(factor)) continue;
        this.#multiples.set(wire, { factor, form: scaledForm(form, one * unit) });
      }
    }
  }

  /** The linear form of known wires that a constraint says a product to be. */
  #knownProduct(x: number, y: number): Linear | undefined {
    for (const constraint of this.#constraints) {
      const { a, b, c } = constraint;
      const [left, right] = a.has(x) && b.has(y) ? [x, y] : [y, x];
      const sign = (a.get(left) ?? 0n) * (b.get(right) ?? 0n);
      if (a.size !== 1 || b.size !== 1 || !isUnit(sign) || !this.#isOfIntegers(constraint))
        continue;
      if ([...c.keys()].every((wire) => this.#analysis.isKnown(wire))) return scaledForm(c, sign);
    }
    return undefined;
  }

  /** A product of two wires as terms; of a multiple and a known one, where their factor is known, those of its form. */
  #productTerms(x: number, y: number): readonly (readonly [bigint, number, number])[] {
    const multiplied = this.#multiples.has(x) ? x : this.#multiples.has(y) ? y : undefined;
    if (multiplied === undefined) return [[1n, x, y]];
    const { factor, form } = this.#multiples.get(multiplied)!;
    const joint = this.#knownProduct(factor, multiplied === x ? y : x);
    if (joint === undefined) return [[1n, x, y]];
    return [...form].flatMap(([wire, left]) =>
      [...joint].map(([known, right]) => [left * right, known, wire] as const),
    );
  }

  readonly #rangeOf = (wire: number): Interval =>
    wire === 0 ? [1n, 1n] : (this.#analysis.rangeOf(wire) ?? [0n, P - 1n]);

  /** Whether a constraint, which holds modulo p, is an equation of integers within the ranges of its wires. */
  #isOfIntegers({ a, b, c }: Constraint): boolean {
    const [low, high] = productsRange(a, b, this.#rangeOf);
    const [least, most] = linearRange(c, this.#rangeOf);
    return low - most > -P && high - least < P;
  }

  #termsOf({ a, b, c }: Constraint): readonly Term[] {
    const known = (wire: number): boolean => wire === 0 || this.#analysis.isKnown(wire);
    const term = (factor: bigint, x: number, y: number): Term => {
      const [low, high] = productsRange(new Map([[x, 1n]]), new Map([[y, 1n]]), this.#rangeOf);
      return { factor, wires: [x, y], distance: known(x) && known(y) ? 0n : high - low };
    };
    return [
      ...[...a].flatMap(([x, left]) =>
        [...b].flatMap(([y, right]) =>
          this.#productTerms(x, y).map(([factor, v, w]) => term(left * right * factor, v, w)),
        ),
      ),
      ...[...c].map(([wire, factor]) => term(-factor, 0, wire)),
    ];
  }

  /**
   * The terms of an equation of integers in parts, each of which is equal in both solutions: where all that comes
   * later is a multiple of 2^n and the part before differs by less than that, it does not differ at all.
   */
  static #limbs(terms: readonly Term[]): readonly (readonly Term[])[] {
    const places = terms
      .filter(({ distance }) => distance > 0n)
      .map((term) => ({ term, place: lowestBit(term.factor) }))
      .sort((x, y) => x.place - y.place);
    const limbs: Term[][] = [];
    let distance = 0n;
    for (const { term, place } of places) {
      if (limbs.length === 0 || distance < 1n << BigInt(place)) limbs.push([]);
      limbs.at(-1)!.push(term);
      const { factor } = term;
      distance += (factor < 0n ? -factor : factor) * term.distance;
    }
    return limbs;
  }

  #isBooleanTest({ a, b, c }: Constraint): boolean {
    const [x] = [...a.keys()].filter((wire) => wire !== 0);
    const [y] = [...b.keys()].filter((wire) => wire !== 0);
    return a.size > 0 && c.size === 0 && x === y && a.size + b.size <= 3 && this.#isBoolean(x ?? 0);
  }

  #isBoolean(wire: number): boolean {
    return wire !== 0 && this.#analysis.isBoolean(wire);
  }

  #decompositionOf({ a, c }: Constraint): Decomposition | undefined {
    if (a.size > 0 || c.has(0)) return undefined;
    const others = [...c.keys()].filter((wire) => !this.#isBoolean(wire));
    const [wire] = others;
    if (others.length !== 1 || wire === undefined || c.size < 2 || c.size > 254) return undefined;
    const factor = c.get(wire)!;
    if (factor !== 1n && factor !== -1n) return undefined;
    const bits: number[] = [];
    for (const [bit, value] of c) {
      if (bit === wire) continue;
      const weight = -value * factor;
      if (weight <= 0n || (weight & (weight - 1n)) !== 0n) return undefined;
      bits[weight.toString(2).length - 1] = bit;
    }
    return bits.length === c.size - 1 && !bits.includes(undefined as never)
      ? { wire, bits, parts: bits.map((bit, place) => [bit, 1n << BigInt(place)] as const) }
      : undefined;
  }

  /** Wires that are polynomials in a few unknown boolean ones: a one-hot's powers of two, say. */
  #expand(): void {
    const known = new Map<number, BooleanPolynomial>([[0, new Map([['', 1n]])]]);
    const polynomialOf = (wire: number): BooleanPolynomial | undefined =>
      known.get(wire) ??
      (this.#isBoolean(wire) && !this.#analysis.isKnown(wire)
        ? new Map([[String(wire), 1n]])
        : undefined);
    const linear = (form: Linear): BooleanPolynomial | undefined => {
      let sum: BooleanPolynomial = new Map();
      for (const [wire, value] of form) {
        const terms = polynomialOf(wire);
        if (terms === undefined) return undefined;
        sum = plus(sum, terms, value);
      }
      return sum;
    };
    for (let changed = true; changed;) {
      changed = false;
      for (const { a, b, c } of this.#constraints) {
        const missing = [...c.keys()].filter((wire) => polynomialOf(wire) === undefined);
        const [wire] = missing;
        if (missing.length !== 1 || wire === undefined || this.#analysis.isKnown(wire)) continue;
        const factor = c.get(wire)!;
        if (factor !== 1n && factor !== -1n) continue;
        const rest = linear(new Map([...c].filter(([other]) => other !== wire)));
        const [left, right] = [linear(a), linear(b)];
        if (rest === undefined || left === undefined || right === undefined) continue;
        if (left.size * right.size > 4_000) continue;
        const terms = plus(
          new Map([...times(left, right)].map(([monomial, value]) => [monomial, value * factor])),
          rest,
          -factor,
        );
        const roots = [...new Set([...terms.keys()].flatMap(rootsOf))];
        if (terms.size > MOST_MONOMIALS || roots.length > MOST_ROOTS) continue;
        const [low, high] = rangeOfPolynomial(terms, roots);
        if (low <= -P / 2n || high >= P / 2n) continue;
        this.#analysis.narrow(wire, low, high);
        known.set(wire, terms);
        changed = true;
      }
    }
    for (const [wire, terms] of known) {
      if (wire !== 0 && !this.#isBoolean(wire)) this.#polynomials.set(wire, terms);
    }
  }

  /** The wire itself, or the number whose bit it is. */
  targetOf(wire: number): number {
    const root = this.#analysis.find(wire);
    return this.#decompositions.find(({ bits }) => bits.includes(root))?.wire ?? root;
  }

  /** The most unknown flags that add up to 1. */
  #largestChoice(): readonly number[] {
    let largest: readonly number[] = [];
    for (const { a, c } of this.#constraints) {
      if (a.size > 0) continue;
      const flags = [...c.keys()].filter((wire) => wire !== 0);
      const unit = c.get(0) === -1n ? 1n : -1n;
      const isChoice = flags.every(
        (flag) => c.get(flag) === unit && this.#isBoolean(flag) && !this.#analysis.isKnown(flag),
      );
      if (isChoice && c.get(0) === -unit && flags.length > largest.length) largest = flags;
    }
    return largest.length < LEAST_CHOICES ? [] : largest;
  }

  /**
   * Questions in SMT-LIB 2; `unsat` to all of each says that the inputs determine every target. Of a choice among many
   * flags each pair is asked, what one solution chooses and what the other: which of the two comes first is no matter,
   * for a question treats them alike. A text holds the pairs of one choice with those after it.
   */
  uniqueness(targets: readonly number[]): readonly string[] {
    const asked = [...new Set(targets.map((wire) => this.targetOf(wire)))].filter(
      (wire) => !this.#analysis.isKnown(wire),
    );
    const choice = this.#largestChoice();
    return this.#texts((value) => {
      const differing = asked.map((wire) => `(not (= ${value(wire, 0)} ${value(wire, 1)}))`);
      const differs = `(or false ${differing.join(' ')})`;
      if (choice.length === 0) return [[differs]];
      const chosen = (flag: number, copy: 0 | 1): string => `(= ${value(flag, copy)} 1)`;
      return choice.map((one, place) =>
        choice
          .slice(place)
          .map((other) => `(and ${differs} ${chosen(one, 0)} ${chosen(other, 1)})`),
      );
    });
  }

  /** SMT-LIB 2; `unsat` says that every wire of the claim is in its range. */
  ensured({ wires, low, high }: Claim): string {
    const [question] = this.#texts((value) => {
      const outside = wires.map((wire) => {
        const name = value(this.#analysis.find(wire), 0);
        const within = (shift: bigint): string =>
          `(<= ${numeral(low + shift)} ${name} ${numeral(high - 1n + shift)})`;
        // A wire without a range is a number from 0 to p − 1 here, whose upper half is negative.
        return `(not (or ${within(0n)} ${within(P)}))`;
      });
      return [[`(or false ${outside.join(' ')})`]];
    }, true);
    return question!;
  }

  /** A text for each list of questions, about two solutions or about ranges of one. */
  #texts(
    questions: (value: (wire: number, copy: 0 | 1) => string) => readonly (readonly string[])[],
    isOfRanges = false,
  ): readonly string[] {
    const analysis = this.#analysis;
    const lines: string[] = [];
    const declared = new Set<string>();
    const say = (formula: string): void => void lines.push(`(assert ${formula})`);
    const sum = (terms: readonly string[]): string =>
      terms.length === 0 ? '0' : terms.length === 1 ? terms[0]! : `(+ ${terms.join(' ')})`;
    const scaled = (factor: bigint, term: string): string =>
      factor === 1n ? term : `(* ${numeral(factor)} ${term})`;
    const rangeOf = this.#rangeOf;
    const declare = (name: string, [low, high]: Interval): string => {
      if (!declared.has(name)) {
        declared.add(name);
        lines.push(`(declare-const ${name} Int)`);
        say(`(<= ${numeral(low)} ${name} ${numeral(high)})`);
      }
      return name;
    };
    const value = (wire: number, copy: 0 | 1): string =>
      wire === 0 ? '1' : declare(`w${wire}_${analysis.isKnown(wire) ? 0 : copy}`, rangeOf(wire));

    const products = new Map<string, string>();
    const product = (x: number, y: number, copy: 0 | 1): string => {
      if (x === 0) return value(y, copy);
      if (y === 0) return value(x, copy);
      const [a, b] = x < y ? [x, y] : [y, x];
      const shared = analysis.isKnown(a) && analysis.isKnown(b) ? 0 : copy;
      const key = `p${a}_${b}_${shared}`;
      const made = products.get(key);
      if (made !== undefined) return made;
      const term = productTerm(a, b, copy, key);
      products.set(key, term);
      return term;
    };
    const productTerm = (a: number, b: number, copy: 0 | 1, name: string): string => {
      const [isA, isB] = [this.#isBoolean(a), this.#isBoolean(b)];
      if (isA || isB) {
        if (a === b) return value(a, copy);
        const [flag, other] = isA ? [a, b] : [b, a];
        return `(ite (= ${value(flag, copy)} 1) ${value(other, copy)} 0)`;
      }
      const expanded = this.#polynomials.has(a) ? a : this.#polynomials.has(b) ? b : undefined;
      if (expanded !== undefined) {
        const other = value(expanded === a ? b : a, copy);
        return sum(
          [...this.#polynomials.get(expanded)!].map(([monomial, factor]) => {
            const flags = rootsOf(monomial).map((root) => `(= ${value(root, copy)} 1)`);
            if (flags.length === 0) return scaled(factor, other);
            const all = flags.length === 1 ? flags[0]! : `(and ${flags.join(' ')})`;
            return scaled(factor, `(ite ${all} ${other} 0)`);
          }),
        );
      }
      const switched = this.#switched.has(a) ? a : this.#switched.has(b) ? b : undefined;
      if (switched !== undefined) {
        const { flag, on, base } = this.#switched.get(switched)!;
        const other = switched === a ? b : a;
        const spread = (form: Linear): string =>
          sum([...form].map(([known, factor]) => scaled(factor, product(known, other, copy))));
        return `(+ ${spread(base)} (ite (= ${value(flag, copy)} 1) ${spread(on)} 0))`;
      }
      const terms = this.#productTerms(a, b);
      if (terms.length > 1 || terms[0]![1] !== a || terms[0]![2] !== b) {
        return sum(terms.map(([factor, x, y]) => scaled(factor, product(x, y, copy))));
      }
      const [[lowA, highA], [lowB, highB]] = [rangeOf(a), rangeOf(b)];
      const corners = [lowA * lowB, lowA * highB, highA * lowB, highA * highB];
      let low = corners.reduce((x, y) => (x < y ? x : y));
      const high = corners.reduce((x, y) => (x > y ? x : y));
      if (a === b && low < 0n) low = 0n;
      declare(name, [low, high]);
      if (a === b) {
        // A square is as even as its root: x = 2h + q has x² = 4z + q.
        const parity = declare(`q${name}`, [0n, 1n]);
        const half = declare(`h${name}`, [lowA / 2n - 1n, highA / 2n + 1n]);
        const quarter = declare(`z${name}`, [0n, high / 4n + 1n]);
        say(`(= ${value(a, copy)} (+ (* 2 ${half}) ${parity}))`);
        say(`(= ${name} (+ (* 4 ${quarter}) ${parity}))`);
      }
      // Not a definition but its hull (McCormick): multiplication itself is what such solvers fail at.
      const [u, v] = [value(a, copy), value(b, copy)];
      const hull = (x: bigint, y: bigint): string =>
        `(- (+ ${scaled(x, v)} ${scaled(y, u)}) ${numeral(x * y)})`;
      say(`(>= ${name} ${hull(lowA, lowB)})`);
      say(`(>= ${name} ${hull(highA, highB)})`);
      say(`(<= ${name} ${hull(highA, lowB)})`);
      say(`(<= ${name} ${hull(lowA, highB)})`);
      return name;
    };

    let quotients = 0;
    const wiresOf = ({ a, b, c }: Constraint): Set<number> =>
      new Set([...a.keys(), ...b.keys(), ...c.keys()]);
    for (const constraint of this.#constraints) {
      const { a, b, c } = constraint;
      const isShared = [...wiresOf(constraint)].every((wire) => analysis.isKnown(wire));
      const isOfIntegers = this.#isOfIntegers(constraint);
      const range = productsRange(a, b, rangeOf);
      const [low, high] = [
        range[0] - linearRange(c, rangeOf)[1],
        range[1] - linearRange(c, rangeOf)[0],
      ];
      for (const copy of isShared ? ([0] as const) : ([0, 1] as const)) {
        const terms: string[] = [];
        for (const [x, left] of a) {
          for (const [y, right] of b) terms.push(scaled(left * right, product(x, y, copy)));
        }
        for (const [wire, factor] of c) terms.push(scaled(-factor, value(wire, copy)));
        if (isOfIntegers) {
          say(`(= ${sum(terms)} 0)`);
          continue;
        }
        const quotient = declare(`k${quotients++}`, [-(-low / P) - 1n, high / P + 1n]);
        say(`(= ${sum(terms)} (* ${P} ${quotient}))`);
      }
      const isPacked = [...a.keys(), ...b.keys()].some((wire) => this.#multiples.has(wire));
      if (!isPacked || isShared || isOfRanges || !isOfIntegers) continue;
      const limbs = Query.#limbs(this.#termsOf(constraint));
      for (const limb of limbs.length > 1 ? limbs : []) {
        const of = (copy: 0 | 1): string =>
          sum(limb.map(({ factor, wires: [x, y] }) => scaled(factor, product(x, y, copy))));
        say(`(= ${of(0)} ${of(1)})`);
      }
    }
    const used = new Set(this.#constraints.flatMap((constraint) => [...wiresOf(constraint)]));
    for (const { wire, parts } of this.#decompositions) {
      // The bits of what both solutions share tell nothing of how they differ, but of how large something is.
      const isShared = analysis.isKnown(wire);
      if ((isShared && !isOfRanges) || !parts.some(([part]) => used.has(part))) continue;
      for (const copy of isShared ? ([0] as const) : ([0, 1] as const)) {
        const spelt = parts.map(([part, weight]) => scaled(weight, value(part, copy)));
        say(`(= ${value(wire, copy)} ${sum(spelt)})`);
      }
    }
    // The constraints of a test for zero hold a product with an inverse, of which nothing is said.
    for (const test of analysis.zeroTests) {
      const [number, flag] = [analysis.find(test.number), analysis.find(test.flag)];
      if (!used.has(number) || !used.has(flag)) continue;
      const isShared = analysis.isKnown(number) && analysis.isKnown(flag);
      for (const copy of isShared ? ([0] as const) : ([0, 1] as const)) {
        say(`(= (= ${value(number, copy)} 0) (= ${value(flag, copy)} 1))`);
      }
    }
    // What a component that is proven by itself makes of equal inputs is equal.
    for (const { component, proven, met } of analysis.units) {
      if (!met || !proven.unique) continue;
      const differing = (wires: readonly number[]): number[] =>
        [...new Set(wires.map((wire) => analysis.find(wire)))].filter(
          (wire) => !analysis.isKnown(wire),
        );
      const same = (wires: readonly number[]): string[] =>
        wires.map((wire) => `(= ${value(wire, 0)} ${value(wire, 1)})`);
      const outputs = same(differing(component.outputs));
      if (outputs.length === 0) continue;
      say(
        `(=> (and true ${same(differing(component.inputs)).join(' ')}) (and ${outputs.join(' ')}))`,
      );
    }
    this.#signs(value, rangeOf, (factor, wire, copy) => product(factor, wire, copy), say);
    this.#compareProducts(products, value, rangeOf, say);
    const asked = questions(value).map((list) => {
      // Of one question by itself a solver makes more than of one of several.
      if (list.length === 1) return [`(assert ${list[0]})`, '(check-sat)'];
      return list.map((question) => `(push) (assert ${question}) (check-sat) (pop)`);
    });
    return asked.map((list) => ['(set-logic ALL)', ...lines, ...list, ''].join('\n'));
  }

  /** Of products with a positive factor that a comment names: they have the sign of the other factor. */
  #signs(
    value: (wire: number, copy: 0 | 1) => string,
    rangeOf: (wire: number) => Interval,
    product: (factor: number, wire: number, copy: 0 | 1) => string,
    say: (formula: string) => void,
  ): void {
    const analysis = this.#analysis;
    for (const { factor: factorWire, wires } of analysis.system.root.times) {
      const factor = analysis.find(factorWire);
      if (rangeOf(factor)[0] < 1n) continue;
      for (const wire of wires.map((named) => analysis.find(named))) {
        const form = this.#definitionOf(wire) ?? new Map([[wire, 1n]]);
        for (const copy of [0, 1] as const) {
          const terms = [...form].map(
            ([part, amount]) => `(* ${numeral(amount)} ${product(factor, part, copy)})`,
          );
          const [number, whole, unit] = [
            value(wire, copy),
            `(+ 0 ${terms.join(' ')})`,
            value(factor, copy),
          ];
          say(`(=> (>= ${number} 1) (>= ${whole} ${unit}))`);
          say(`(=> (= ${number} 0) (= ${whole} 0))`);
          say(`(=> (< ${number} 0) (<= ${whole} (- ${unit})))`);
        }
      }
    }
  }

  /** The linear form that a mark stands for; undefined for a mark that is a wire of the template. */
  #definitionOf(wire: number): Linear | undefined {
    for (const { a, c } of this.#constraints) {
      const factor = c.get(wire);
      if (a.size > 0 || (factor !== 1n && factor !== -1n)) continue;
      if (!this.#analysis.system.nameOf(wire)?.includes(TIMES_MARK)) return undefined;
      return new Map(
        [...c].flatMap(([other, value]) =>
          other === wire ? [] : [[other, -value * factor] as const],
        ),
      );
    }
    return undefined;
  }

  /** How products of the two copies differ: by monotony, where a factor is shared or it is a square. */
  #compareProducts(
    products: ReadonlyMap<string, string>,
    value: (wire: number, copy: 0 | 1) => string,
    rangeOf: (wire: number) => Interval,
    say: (formula: string) => void,
  ): void {
    const analysis = this.#analysis;
    for (const [key, name] of products) {
      const match = /^p(\d+)_(\d+)_0$/.exec(key);
      if (match === null || name !== key) continue;
      const other = products.get(`p${match[1]}_${match[2]}_1`);
      if (other === undefined) continue;
      const [a, b] = [Number(match[1]), Number(match[2])];
      if (a === b) {
        if (rangeOf(a)[0] < 0n) continue;
        say(`(>= ${name} ${value(a, 0)})`);
        say(`(>= ${other} ${value(a, 1)})`);
        const [x, y] = [value(a, 0), value(a, 1)];
        say(`(=> (< ${x} ${y}) (>= ${other} (+ ${name} (* 2 ${x}) 1)))`);
        say(`(=> (< ${y} ${x}) (>= ${name} (+ ${other} (* 2 ${y}) 1)))`);
        say(`(=> (= ${x} ${y}) (= ${name} ${other}))`);
        say(`(=> (>= ${y} (+ ${x} 2)) (>= ${other} (+ ${name} (* 4 ${x}) 4)))`);
        say(`(=> (>= ${x} (+ ${y} 2)) (>= ${name} (+ ${other} (* 4 ${y}) 4)))`);
        continue;
      }
      for (const [moving, fixed] of [
        [a, b],
        [b, a],
      ] as const) {
        if (analysis.isKnown(moving) || !analysis.isKnown(fixed)) continue;
        const [x, y, d] = [value(moving, 0), value(moving, 1), value(fixed, 0)];
        say(`(=> (= ${x} ${y}) (= ${name} ${other}))`);
        if (rangeOf(fixed)[0] < 0n) continue;
        say(`(=> (< ${x} ${y}) (>= ${other} (+ ${name} ${d})))`);
        say(`(=> (< ${y} ${x}) (>= ${name} (+ ${other} ${d})))`);
      }
    }
  }
}

const isUnit = (value: bigint): boolean => value === 1n || value === -1n;

const scaledForm = (form: Linear, factor: bigint): Linear =>
  new Map([...form].map(([wire, value]) => [wire, value * factor]));

/** The place of the lowest 1 of a number that is not 0. */
const lowestBit = (value: bigint): number => (value & -value).toString(2).length - 1;

const numeral = (value: bigint): string => (value < 0n ? `(- ${-value})` : String(value));

function linearRange(form: Linear, rangeOf: (wire: number) => Interval): Interval {
  let [low, high] = [0n, 0n];
  for (const [wire, factor] of form) {
    const [x, y] = [rangeOf(wire)[0] * factor, rangeOf(wire)[1] * factor];
    low += x < y ? x : y;
    high += x < y ? y : x;
  }
  return [low, high];
}

/** Of the product, term by term, as the query states it: wider than that of the product itself. */
function productsRange(a: Linear, b: Linear, rangeOf: (wire: number) => Interval): Interval {
  let [low, high] = [0n, 0n];
  for (const [x, left] of a) {
    for (const [y, right] of b) {
      const corners = rangeOf(x).flatMap((u) => rangeOf(y).map((v) => u * v * left * right));
      low += corners.reduce((u, v) => (u < v ? u : v));
      high += corners.reduce((u, v) => (u > v ? u : v));
    }
  }
  return [low, high];
}
