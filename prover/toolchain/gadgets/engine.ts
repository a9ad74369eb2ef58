// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * What follows from the constraints of a template without a search: in which range of signed integers
 * a wire lies, and which wires are determined by the inputs. Every rule is sound on its own; none is
 * complete, and what they leave goes to the solver (smt.ts).
 *
 * A range [low, high] says that the wire's value, read as a signed number in (−p/2, p/2), lies in it.
 */
import { fieldInverse } from '../../core/field.ts';
import { SCALAR_FIELD as P } from '../../core/scalar-field.ts';
import { divCeil, divFloor } from '../../risk/pricing/fixed-point.ts';
import {
  signed,
  type Claim,
  type Component,
  type Constraint,
  type Digits,
  type Linear,
  type System,
} from './system.ts';

export type Interval = readonly [low: bigint, high: bigint];

const HALF = P / 2n;
/** How often one wire's range may be narrowed; a chase after the last bit proves nothing. */
const NARROWINGS = 40;
/** Cases of so many switches are looked at together, in sums of so many wires. */
const MOST_SWITCHES = 3;
const MOST_SWITCHED_WIRES = 24;
const MOST_SWEEPS = 3;
/** Flags of which one is 1, and products of a sum over them. */
const MOST_CHOICES = 70;
/** Flags of which every combination is looked up. */
const MOST_FLAGS = 4;
/** Constraints that are looked at for one combination. */
const MOST_STEPS = 5_000;

/** What is known of a template that was proven by itself. */
export interface Proven {
  /** Its outputs are functions of its inputs wherever its assumptions hold. */
  readonly unique: boolean;
  /** Ranges of its outputs there, in their order; undefined where nothing is known. */
  readonly outputs: readonly (Interval | undefined)[];
  /** Whether its interior stays where it is used. */
  readonly visible: boolean;
}

export type Lookup = (template: string, parameters: readonly bigint[]) => Proven | undefined;
/** Whether what a template ensures was proven of it. */
export type Ensured = (template: string, parameters: readonly bigint[]) => boolean;

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

function scaled(linear: Linear, factor: bigint): Linear {
  return new Map([...linear].map(([wire, value]) => [wire, signed(value * factor)]));
}

/** left·x + right·y. */
function combined(left: Linear, x: bigint, right: Linear, y: bigint): Linear {
  const sum: Linear = new Map();
  for (const [form, factor] of [
    [left, x],
    [right, y],
  ] as const) {
    for (const [wire, value] of form) {
      const total = signed((sum.get(wire) ?? 0n) + factor * value);
      if (total === 0n) sum.delete(wire);
      else sum.set(wire, total);
    }
  }
  return sum;
}

/** The form where one of its wires has this value. */
function given(form: Linear, wire: number, value: bigint): Linear {
  const amount = form.get(wire);
  if (amount === undefined) return form;
  const rest = new Map(form);
  rest.delete(wire);
  return combined(rest, 1n, new Map([[0, amount * value]]), 1n);
}

interface Switch {
  readonly flag: number;
  readonly values: readonly [off: bigint, on: bigint];
}

/** The multiple of a linear form with the smallest largest coefficient, among the obvious ones. */
export function smallest(linear: Linear): { form: Linear; factor: bigint } {
  let best = { form: linear, factor: 1n, size: -1n };
  const factors = new Set<bigint>([1n]);
  for (const value of linear.values()) {
    if (factors.size > 12) break;
    factors.add(signed(fieldInverse(value)));
  }
  for (const factor of factors) {
    const form = factor === 1n ? linear : scaled(linear, factor);
    let size = 0n;
    for (const value of form.values()) if (abs(value) > size) size = abs(value);
    if (best.size < 0n || size < best.size) best = { form, factor, size };
  }
  return best;
}

/** The largest coefficient of a constraint. */
function largest({ a, b, c }: Constraint): bigint {
  let size = 0n;
  for (const form of [a, b, c]) {
    for (const value of form.values()) if (abs(value) > size) size = abs(value);
  }
  return size;
}

export interface Unmet {
  readonly component: Component;
  readonly claim: Claim;
  readonly wire: number;
  readonly found: Interval | undefined;
}

export class Analysis {
  readonly system: System;
  readonly constraints: Constraint[] = [];
  readonly known = new Set<number>([0]);
  /** Components that are proven by themselves and lie in no other such one. */
  readonly units: { component: Component; proven: Proven; met: boolean }[] = [];

  readonly #rep: number[];
  readonly #constant = new Map<number, bigint>();
  readonly #ranges = new Map<number, Interval>([[0, [1n, 1n]]]);
  readonly #narrowed = new Map<number, number>();
  #uses = new Map<number, number[]>();
  /** So many times a range was narrowed. */
  #narrowings = 0;
  #pending: number[] = [];
  #isPending = new Set<number>();
  /** Flags that are 1 exactly where a number is 0. */
  readonly zeroTests: { readonly number: number; readonly flag: number }[] = [];
  readonly #scaled = new Set<number>();
  /** The first constraint whose product a wire is the result of. */
  readonly #resultOf = new Map<number, number>();
  /** Components that keep what they ensure, as long as it is not known that what they assume is met. */
  readonly #ensuring = new Set<Component>();
  /** Components that are looked up as soon as their few inputs are known to be flags. */
  readonly #tabulated = new Set<Component>();
  readonly #digits: readonly Digits[];
  /** Every component but the root that lies in no unit, and the units. */
  readonly #visible: Component[] = [];

  constructor(system: System, lookup: Lookup, isEnsured: Ensured = () => false) {
    this.system = system;
    this.#rep = Array.from({ length: system.wires }, (_, wire) => wire);
    this.#reduce(system.constraints);
    this.#indexUses();
    const collect = (component: Component): void => {
      for (const child of component.children) {
        this.#visible.push(child);
        const { inputs, outputs } = child;
        if (inputs.length <= MOST_FLAGS && outputs.length > 2 && outputs.length <= MOST_CHOICES) {
          this.#tabulated.add(child);
        }
        if (child.ensures.length > 0 && isEnsured(child.template.name, child.parameters)) {
          this.#ensuring.add(child);
        }
        const proven =
          child.template.arrayParameters.length > 0
            ? undefined
            : lookup(child.template.name, child.parameters);
        if (proven === undefined) collect(child);
        else this.units.push({ component: child, proven, met: false });
      }
    };
    collect(system.root);
    this.#digits = [system.root, ...this.#visible].flatMap(({ parts }) => parts);
    for (const wire of system.root.inputs) this.known.add(this.find(wire));
    for (const claim of system.root.assumes) this.suppose(claim);
    this.#findBooleans();
    this.#findZeroTests();
  }

  /** A new wire, for a number that the constraints do not name. */
  fresh([low, high]: Interval, isKnown: boolean): number {
    const wire = this.#rep.length;
    this.#rep.push(wire);
    this.#ranges.set(wire, [low, high]);
    if (isKnown) this.known.add(wire);
    return wire;
  }

  find(wire: number): number {
    let root = wire;
    while (this.#rep[root] !== root) root = this.#rep[root]!;
    for (let at = wire; this.#rep[at] !== root;) {
      const next = this.#rep[at]!;
      this.#rep[at] = root;
      at = next;
    }
    return root;
  }

  constantOf(wire: number): bigint | undefined {
    return this.#constant.get(this.find(wire));
  }

  rangeOf(wire: number): Interval | undefined {
    const root = this.find(wire);
    const constant = this.#constant.get(root);
    return constant === undefined ? this.#ranges.get(root) : [constant, constant];
  }

  isKnown(wire: number): boolean {
    const root = this.find(wire);
    return this.known.has(root) || this.#constant.has(root);
  }

  isBoolean(wire: number): boolean {
    const range = this.rangeOf(wire);
    return range !== undefined && range[0] >= 0n && range[1] <= 1n;
  }

  suppose(claim: Claim): void {
    for (const wire of claim.wires) {
      const root = this.find(wire);
      // However often it was narrowed before: this is no chase.
      this.#narrowed.delete(root);
      this.narrow(root, claim.low, claim.high - 1n);
    }
  }

  narrow(root: number, low: bigint, high: bigint): boolean {
    if (root === 0 || this.#constant.has(root)) return false;
    if (low <= -HALF && high >= HALF) return false;
    const old = this.#ranges.get(root);
    const next: Interval =
      old === undefined
        ? [low, high]
        : [low > old[0] ? low : old[0], high < old[1] ? high : old[1]];
    if (old !== undefined && old[0] === next[0] && old[1] === next[1]) return false;
    if (next[0] > next[1]) {
      // Nothing satisfies the constraints in these ranges; a claim about nothing is no proof.
      throw new Error(`contradiction at ${this.system.nameOf(root)}`);
    }
    const count = (this.#narrowed.get(root) ?? 0) + 1;
    if (count > NARROWINGS) return false;
    this.#narrowed.set(root, count);
    this.#narrowings += 1;
    this.#ranges.set(root, next);
    for (const use of this.#uses.get(root) ?? []) this.#push(use);
    return true;
  }

  #push(index: number): void {
    if (this.#isPending.has(index)) return;
    this.#isPending.add(index);
    this.#pending.push(index);
  }

  substituted(linear: Linear): Linear {
    const result: Linear = new Map();
    for (const [wire, value] of linear) {
      const root = wire === 0 ? 0 : this.find(wire);
      const constant = this.#constant.get(root);
      const target = constant === undefined ? root : 0;
      const amount = constant === undefined ? value : value * constant;
      const sum = signed((result.get(target) ?? 0n) + amount);
      if (sum === 0n) result.delete(target);
      else result.set(target, sum);
    }
    return result;
  }

  /** Equal wires become one, constants numbers, and products with a constant linear. */
  #reduce(source: readonly Constraint[]): void {
    const inputs = new Set(this.system.root.inputs);
    const outputs = new Set(this.system.root.outputs);
    const rank = (wire: number): number => (inputs.has(wire) ? 0 : outputs.has(wire) ? 1 : 2);
    let work: readonly Constraint[] = source;
    for (let changed = true; changed;) {
      changed = false;
      const next: Constraint[] = [];
      for (const { a: a0, b: b0, c: c0 } of work) {
        const a = this.substituted(a0);
        const b = this.substituted(b0);
        const c = this.substituted(c0);
        const isConstant = (linear: Linear): boolean =>
          linear.size === 0 || (linear.size === 1 && linear.has(0));
        if (!isConstant(a) && !isConstant(b)) {
          next.push({ a, b, c });
          continue;
        }
        const [factor, other] = isConstant(a) ? [a.get(0) ?? 0n, b] : [b.get(0) ?? 0n, a];
        const sum: Linear = new Map(c);
        for (const [wire, value] of other) {
          const total = signed((sum.get(wire) ?? 0n) - factor * value);
          if (total === 0n) sum.delete(wire);
          else sum.set(wire, total);
        }
        const wires = [...sum.keys()].filter((wire) => wire !== 0);
        if (wires.length === 0) {
          if (sum.size > 0) throw new Error('contradiction: a constant is not 0');
          continue;
        }
        if (wires.length === 1) {
          const [wire] = wires;
          const value = signed(-(sum.get(0) ?? 0n) * fieldInverse(sum.get(wire!)!));
          this.#constant.set(wire!, value);
          changed = true;
          continue;
        }
        if (wires.length === 2 && !sum.has(0)) {
          const [x, y] = wires as [number, number];
          if (signed(sum.get(x)! + sum.get(y)!) === 0n) {
            const [keep, drop] =
              rank(x) < rank(y) || (rank(x) === rank(y) && x < y) ? [x, y] : [y, x];
            this.#rep[drop] = keep;
            changed = true;
            continue;
          }
        }
        next.push({ a: new Map(), b: new Map(), c: sum });
      }
      work = next;
    }
    const products = new Map<string, Linear>();
    // Up to the sign, which is that of the first wire's coefficient.
    const keyOf = (linear: Linear): { key: string; sign: bigint } => {
      const terms = [...linear].sort(([x], [y]) => x - y);
      const sign = terms[0]![1] < 0n ? -1n : 1n;
      return { key: terms.map(([wire, value]) => `${wire}:${value * sign}`).join(), sign };
    };
    for (const { a, b, c } of work) {
      if (a.size === 0) {
        this.constraints.push({ a, b, c: smallest(c).form });
        continue;
      }
      // a·b = c with a and b brought to small coefficients; c is scaled with them.
      const left = smallest(a);
      const right = smallest(b);
      const product = { a: left.form, b: right.form, c: scaled(c, left.factor * right.factor) };
      // That can make fractions of c, x = y − 2·z·y say, which are small as they are written.
      const written = { a, b, c };
      this.constraints.push(largest(written) < largest(product) ? written : product);
      // The same product twice: what the two equal is equal.
      const [ofLeft, ofRight] = [keyOf(product.a), keyOf(product.b)];
      const key = [ofLeft.key, ofRight.key].sort().join('|');
      const result = scaled(product.c, ofLeft.sign * ofRight.sign);
      const other = products.get(key);
      if (other === undefined) {
        products.set(key, result);
        continue;
      }
      const difference: Linear = new Map(result);
      for (const [wire, value] of other) {
        const total = signed((difference.get(wire) ?? 0n) - value);
        if (total === 0n) difference.delete(wire);
        else difference.set(wire, total);
      }
      if (difference.size > 0) {
        this.constraints.push({ a: new Map(), b: new Map(), c: smallest(difference).form });
      }
    }
  }

  #indexUses(): void {
    this.#uses = new Map();
    this.constraints.forEach(({ a, b, c }, index) => {
      for (const wire of new Set([...a.keys(), ...b.keys(), ...c.keys()])) {
        const list = this.#uses.get(wire);
        if (list === undefined) this.#uses.set(wire, [index]);
        else list.push(index);
      }
      this.#push(index);
      if (a.size === 0) return;
      for (const wire of c.keys()) if (!this.#resultOf.has(wire)) this.#resultOf.set(wire, index);
    });
  }

  /** Wires that a constraint x·(x − 1) = 0, in any multiple, makes boolean. */
  #findBooleans(): void {
    for (const { a, b, c } of this.constraints) {
      if (a.size === 0 || c.size > 0) continue;
      const left = [...a.keys()].filter((wire) => wire !== 0);
      const right = [...b.keys()].filter((wire) => wire !== 0);
      if (left.length !== 1 || right.length !== 1 || left[0] !== right[0]) continue;
      const wire = left[0]!;
      const roots = [a, b].map((side) =>
        signed(-(side.get(0) ?? 0n) * fieldInverse(side.get(wire)!)),
      );
      const [low, high] = roots[0]! < roots[1]! ? roots : [roots[1], roots[0]];
      if (high! - low! === 1n) this.narrow(wire, low!, high!);
    }
  }

  /** x·y = 0 and x·z = 1 − y: y is 1 exactly when x is 0, whatever z is. */
  #findZeroTests(): void {
    const zeroes = new Map<number, Set<number>>();
    const single = (linear: Linear): number | undefined =>
      linear.size === 1 && !linear.has(0) ? [...linear.keys()][0] : undefined;
    for (const { a, b, c } of this.constraints) {
      if (a.size === 0 || c.size > 0) continue;
      const [x, y] = [single(a), single(b)];
      if (x === undefined || y === undefined) continue;
      for (const [from, to] of [
        [x, y],
        [y, x],
      ] as const) {
        const set = zeroes.get(from) ?? new Set();
        set.add(to);
        zeroes.set(from, set);
      }
    }
    // The number may be an expression: then circom has given it a wire, `in` of IsZero.
    for (const { a, b, c } of this.constraints) {
      if (a.size === 0 || c.size !== 2 || !c.has(0)) continue;
      const flag = [...c.keys()].find((wire) => wire !== 0)!;
      const scale = signed(c.get(0)! * fieldInverse(c.get(flag)!));
      if (scale !== -1n) continue;
      for (const number of [single(a), single(b)]) {
        if (number === undefined || !(zeroes.get(number)?.has(flag) ?? false)) continue;
        this.zeroTests.push({ number, flag });
        this.narrow(flag, 0n, 1n);
      }
    }
  }

  /** Range of a linear form over the integers; undefined when a wire of it has none. */
  linearRange(linear: Linear, except = -1): Interval | undefined {
    let low = 0n;
    let high = 0n;
    for (const [wire, value] of linear) {
      if (wire === except) continue;
      const range = this.rangeOf(wire);
      if (range === undefined) return undefined;
      const [x, y] = [range[0] * value, range[1] * value];
      low += x < y ? x : y;
      high += x < y ? y : x;
    }
    return [low, high];
  }

  /** The range of a sum without one wire of it, which is still as it was when the sum was taken. */
  #without([low, high]: Interval, wire: number, factor: bigint): Interval {
    const [least, most] = this.rangeOf(wire)!;
    const [x, y] = [least * factor, most * factor];
    return x < y ? [low - x, high - y] : [low - y, high - x];
  }

  productRange(a: Linear, b: Linear): Interval | undefined {
    if (a.size === 0) return [0n, 0n];
    const left = this.linearRange(a);
    const right = this.linearRange(b);
    if (left === undefined || right === undefined) return undefined;
    const corners = left.flatMap((x) => right.map((y) => x * y));
    let low = corners.reduce((x, y) => (x < y ? x : y));
    const high = corners.reduce((x, y) => (x > y ? x : y));
    const isSquare = a.size === b.size && [...a].every(([wire, value]) => b.get(wire) === value);
    if (isSquare && low < 0n) {
      const [x, y] = [left[0] * left[0], left[1] * left[1]];
      low = left[0] < 0n && left[1] > 0n ? 0n : x < y ? x : y;
    }
    return [low, high];
  }

  /** The only wire of a form that is boolean, with what the form is where the wire is 0 and 1. */
  #switchOf(form: Linear): Switch | undefined {
    const wires = [...form.keys()].filter((wire) => wire !== 0);
    const [flag] = wires;
    if (wires.length !== 1 || flag === undefined || !this.isBoolean(flag)) return undefined;
    const off = form.get(0) ?? 0n;
    return { flag, values: [off, off + form.get(flag)!] };
  }

  /** What a constraint says where its factor that is a switch is 0 and where it is 1: two forms that are 0. */
  #switched(index: number): { flag: number; cases: readonly [Linear, Linear] } | undefined {
    const { a, b, c } = this.constraints[index]!;
    if (a.size === 0) return undefined;
    const [left, right] = [this.#switchOf(a), this.#switchOf(b)];
    const [found, other] = left === undefined ? [right, a] : [left, b];
    if (found === undefined) return undefined;
    const { flag, values } = found;
    const caseOf = (value: 0 | 1): Linear =>
      given(combined(other, values[value], c, -1n), flag, BigInt(value));
    return { flag, cases: [caseOf(0), caseOf(1)] };
  }

  /**
   * A switch between two sums, out = b + flag·(a − b), where each case by itself is narrower than what the
   * terms can come to: the sum itself, or one with results of switches in it.
   */
  #propagateCases(index: number): void {
    const { a, c } = this.constraints[index]!;
    if (c.size > MOST_SWITCHED_WIRES) return;
    let forms: readonly Linear[] = [c];
    if (a.size > 0) {
      const switched = this.#switched(index);
      if (switched === undefined) return;
      forms = switched.cases;
    }
    let flags = 0;
    for (const wire of c.keys()) {
      const at = this.#resultOf.get(wire);
      const switched = at === undefined || at === index ? undefined : this.#switched(at);
      if (switched === undefined || (flags += 1) > MOST_SWITCHES) continue;
      forms = forms.flatMap((form) =>
        switched.cases.flatMap((definition, value) => {
          const factor = definition.get(wire);
          if (factor === undefined || abs(factor) !== 1n) return [form];
          const amount = form.get(wire) ?? 0n;
          return [
            given(combined(form, 1n, definition, -amount * factor), switched.flag, BigInt(value)),
          ];
        }),
      );
    }
    if (forms.length > 1) this.#narrowToCases(c.keys(), forms);
  }

  /** One of these forms is 0: a wire is in the smallest range that holds what each of them says of it. */
  #narrowToCases(wires: Iterable<number>, forms: readonly Linear[]): void {
    for (const wire of wires) {
      if (wire === 0) continue;
      let hull: Interval | undefined;
      for (const form of forms) {
        const factor = form.get(wire) ?? 0n;
        const rest = abs(factor) === 1n ? this.linearRange(form, wire) : undefined;
        if (rest === undefined) {
          hull = undefined;
          break;
        }
        const [low, high] = factor === 1n ? [-rest[1], -rest[0]] : rest;
        hull =
          hull === undefined
            ? [low, high]
            : [low < hull[0] ? low : hull[0], high > hull[1] ? high : hull[1]];
      }
      if (hull !== undefined && hull[0] > -HALF && hull[1] < HALF) this.narrow(wire, ...hull);
    }
  }

  /** Sets of boolean wires whose sum is 1: exactly one of each set is. By wire, the largest that it is in. */
  #oneHots(): Map<number, readonly number[]> {
    const sets = new Map<number, readonly number[]>();
    for (const { a, c } of this.constraints) {
      if (a.size > 0 || !c.has(0) || c.size < 3 || c.size > MOST_CHOICES) continue;
      const one = c.get(0)!;
      const flags = [...c.keys()].filter((wire) => wire !== 0);
      if (!flags.every((wire) => c.get(wire) === -one && this.isBoolean(wire))) continue;
      for (const wire of flags) {
        if (flags.length > (sets.get(wire)?.length ?? 0)) sets.set(wire, flags);
      }
    }
    return sets;
  }

  /** What a product says for each choice out of a set that one of its factors is a sum over; forms that are 0. */
  #choices(index: number, set: readonly number[]): Linear[] | undefined {
    const { a, b, c } = this.constraints[index]!;
    for (const [selector, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const flags = [...selector.keys()].filter((wire) => wire !== 0);
      if (flags.length === 0 || !flags.every((wire) => set.includes(wire))) continue;
      return set.map((chosen) => {
        const value = (selector.get(0) ?? 0n) + (selector.get(chosen) ?? 0n);
        return this.#chosen(combined(other, value, c, -1n), set, chosen);
      });
    }
    return undefined;
  }

  #chosen(form: Linear, set: readonly number[], chosen: number): Linear {
    return set.reduce((rest, flag) => given(rest, flag, flag === chosen ? 1n : 0n), form);
  }

  /** Sums of products with the flags of one set: each choice leaves one of them. */
  #propagateChoices(): void {
    const sets = this.#oneHots();
    if (sets.size === 0) return;
    this.constraints.forEach(({ a, c }, index) => {
      if (c.size > MOST_CHOICES) return;
      const products = [...c.keys()].flatMap((wire) => {
        const at = this.#resultOf.get(wire);
        if (at === undefined || at === index) return [];
        const { a: left, b: right } = this.constraints[at]!;
        const flag = [...left.keys(), ...right.keys()].find((factor) => sets.has(factor));
        return flag === undefined ? [] : [{ wire, at, set: sets.get(flag)! }];
      });
      const flags = [...a.keys(), ...c.keys()].filter((wire) => sets.has(wire));
      const own = [...products.map(({ set }) => set), ...flags.map((wire) => sets.get(wire)!)];
      for (const set of new Set(own)) {
        let forms =
          a.size > 0 ? this.#choices(index, set) : set.map((one) => this.#chosen(c, set, one));
        if (forms === undefined) continue;
        for (const { wire, at } of products) {
          const cases = this.#choices(at, set);
          forms = forms.map((form, choice) => {
            const definition = cases?.[choice];
            const factor = definition?.get(wire);
            if (definition === undefined || factor === undefined || abs(factor) !== 1n) return form;
            return combined(form, 1n, definition, -(form.get(wire) ?? 0n) * factor);
          });
        }
        this.#narrowToCases(c.keys(), forms);
      }
    });
  }

  #propagateRange(index: number): void {
    this.#propagateCases(index);
    const { a, b, c } = this.constraints[index]!;
    const missing = [...c.keys()].filter((wire) => this.rangeOf(wire) === undefined);
    if (missing.length > 1) return;
    const product = this.productRange(a, b);
    if (product === undefined) return;
    // What the other wires of the sum come to: all of it without this one's part, and not a sum a wire.
    const total = missing.length === 0 ? this.linearRange(c) : undefined;
    for (const wire of missing.length === 1 ? missing : c.keys()) {
      if (wire === 0) continue;
      const factor = c.get(wire)!;
      const rest =
        total === undefined ? this.linearRange(c, wire) : this.#without(total, wire, factor);
      if (rest === undefined) return;
      // factor·wire = product − rest as integers, if that cannot be off by p.
      const [low, high] = [product[0] - rest[1], product[1] - rest[0]];
      const range = this.rangeOf(wire);
      if (range !== undefined) {
        const ends = [range[0] * factor, range[1] * factor];
        const [least, most] = ends[0]! < ends[1]! ? ends : [ends[1], ends[0]];
        if (most! - low < P && high - least! < P) {
          const quotients =
            factor > 0n
              ? [divCeil(low, factor), divFloor(high, factor)]
              : [divCeil(-high, -factor), divFloor(-low, -factor)];
          this.narrow(wire, quotients[0]!, quotients[1]!);
        }
      } else if (factor === 1n || factor === -1n) {
        const [least, most] = factor === 1n ? [low, high] : [-high, -low];
        if (least > -HALF && most < HALF) this.narrow(wire, least, most);
      } else {
        // In the field: wire = (a·b − rest) / factor, with whatever coefficients that gives.
        const unit = signed(fieldInverse(factor));
        const others: Linear = new Map([...scaled(c, unit)].filter(([other]) => other !== wire));
        const otherRange = this.linearRange(others);
        const products = a.size === 0 ? ([0n, 0n] as const) : this.productRange(scaled(a, unit), b);
        if (otherRange === undefined || products === undefined) continue;
        const [least, most] = [products[0] - otherRange[1], products[1] - otherRange[0]];
        if (least > -HALF && most < HALF) this.narrow(wire, least, most);
      }
    }
  }

  /**
   * What a component of a few flags comes to is looked up: with each of their values its outputs are computed, as
   * those of OneHot are. Each output is in the range of what was found, and where one of them is 1 and the others
   * are 0 every time, their sum is 1.
   */
  #tabulate(): boolean {
    let isNew = false;
    for (const component of this.#tabulated) {
      const inputs = [...new Set(component.inputs.map((wire) => this.find(wire)))];
      const outputs = component.outputs.map((wire) => this.find(wire));
      const flags = inputs.filter((wire) => this.constantOf(wire) === undefined);
      if (!flags.every((wire) => this.isBoolean(wire))) continue;
      this.#tabulated.delete(component);
      const table: (readonly bigint[])[] = [];
      for (let row = 0; row < 1 << flags.length; row++) {
        const given = new Map(flags.map((wire, place) => [wire, BigInt((row >> place) & 1)]));
        const values = this.#computed(given, outputs, MOST_STEPS);
        if (values === undefined) break;
        table.push(values);
      }
      if (table.length !== 1 << flags.length) continue;
      outputs.forEach((wire, place) => {
        const column = table.map((row) => row[place]!);
        const [low, high] = [column, column].map((all, end) =>
          all.reduce((x, y) => ((end === 0 ? x < y : x > y) ? x : y)),
        );
        if (this.narrow(wire, low!, high!)) isNew = true;
      });
      const isOneHot = table.every(
        (row) =>
          row.every((value) => value === 0n || value === 1n) && row.filter(Boolean).length === 1,
      );
      if (!isOneHot) continue;
      const sum = outputs.reduce<Linear>(
        (rest, wire) => combined(rest, 1n, this.substituted(new Map([[wire, 1n]])), 1n),
        new Map([[0, -1n]]),
      );
      if (sum.size < 3) continue;
      this.constraints.push({ a: new Map(), b: new Map(), c: sum });
      this.#indexUses();
      isNew = true;
    }
    return isNew;
  }

  /** Values that the constraints give wires once some have theirs; undefined where not all follow in so many steps. */
  #computed(
    given: ReadonlyMap<number, bigint>,
    wanted: readonly number[],
    steps: number,
  ): readonly bigint[] | undefined {
    const values = new Map(given);
    const valueOf = (wire: number): bigint | undefined =>
      wire === 0 ? 1n : (this.constantOf(wire) ?? values.get(wire));
    const evaluated = (form: Linear): { sum: bigint; open: readonly number[] } => {
      let sum = 0n;
      const open: number[] = [];
      for (const [wire, factor] of form) {
        const value = valueOf(wire);
        if (value === undefined) open.push(wire);
        else sum += factor * value;
      }
      return { sum, open };
    };
    const waiting = [...given.keys()].flatMap((wire) => this.#uses.get(wire) ?? []);
    for (let step = 0; step < steps; step++) {
      const index = waiting.shift();
      if (index === undefined) break;
      const { a, b, c } = this.constraints[index]!;
      const [left, right, result] = [evaluated(a), evaluated(b), evaluated(c)];
      const [wire] = result.open;
      // A factor of 0 makes the product 0, whatever the other is.
      const isZero = [left, right].some(({ sum, open }) => open.length === 0 && sum === 0n);
      const isOpen = left.open.length + right.open.length > 0;
      if (wire === undefined || result.open.length > 1 || (isOpen && !isZero)) continue;
      const product = isZero ? 0n : left.sum * right.sum;
      values.set(wire, signed((product - result.sum) * fieldInverse(c.get(wire)!)));
      if (wanted.every((one) => valueOf(one) !== undefined)) break;
      waiting.push(...(this.#uses.get(wire) ?? []));
    }
    const found = wanted.map(valueOf);
    return found.every((value) => value !== undefined) ? found : undefined;
  }

  /** Whether a claim's wires are all proven to be in its range. */
  holds(claim: Claim): boolean {
    return claim.wires.every((wire) => this.#within(wire, claim));
  }

  #within(wire: number, claim: Claim): boolean {
    const range = this.rangeOf(wire);
    return range !== undefined && range[0] >= claim.low && range[1] < claim.high;
  }

  /**
   * Replaces each wire that is known only as a multiple of something in range, 2·root = s, by a new wire
   * that is that something: then what else is said of it is about integers too.
   */
  #scaleWires(): boolean {
    let changed = false;
    for (const { a, c } of [...this.constraints]) {
      if (a.size > 0) continue;
      const missing = [...c.keys()].filter((wire) => this.rangeOf(wire) === undefined);
      const [wire] = missing;
      if (missing.length !== 1 || wire === undefined || this.#scaled.has(wire)) continue;
      const factor = c.get(wire)!;
      if (factor === 1n || factor === -1n) continue;
      const rest: Linear = new Map([...c].filter(([other]) => other !== wire));
      const range = this.linearRange(rest);
      if (range === undefined || range[1] - range[0] >= HALF) continue;
      const fresh = this.#rep.length;
      this.#rep.push(fresh);
      this.#scaled.add(wire);
      const unit = fieldInverse(factor);
      const replaced = (linear: Linear): Linear => {
        const amount = linear.get(wire);
        if (amount === undefined) return linear;
        const result: Linear = new Map(linear);
        result.delete(wire);
        result.set(fresh, signed(amount * unit));
        return result;
      };
      this.constraints.forEach((constraint, index) => {
        if (constraint.c === c) return;
        const left = smallest(replaced(constraint.a));
        const right = smallest(replaced(constraint.b));
        const product = scaled(replaced(constraint.c), left.factor * right.factor);
        this.constraints[index] =
          constraint.a.size > 0
            ? { a: left.form, b: right.form, c: product }
            : { a: left.form, b: right.form, c: smallest(replaced(constraint.c)).form };
      });
      // fresh + rest = 0, and what it has to do with the wire itself.
      const definition: Linear = new Map([...rest, [fresh, 1n]]);
      this.constraints.push({ a: new Map(), b: new Map(), c: definition });
      changed = true;
    }
    if (changed) this.#indexUses();
    return changed;
  }

  #drain(): void {
    for (let index = this.#pending.pop(); index !== undefined; index = this.#pending.pop()) {
      this.#isPending.delete(index);
      this.#propagateRange(index);
    }
  }

  /**
   * Digits are what division leaves of a number in [0, p), and so in its range over 2^bits. Where the number is
   * packed from others, of which one is below 2^bits and the rest are multiples of it, that one is the low digits.
   */
  #narrowDigits(): boolean {
    let isNew = false;
    const same: (readonly [digits: number, packed: number])[] = [];
    for (const { value, low, high, bits } of this.#digits) {
      const [least, most] = this.rangeOf(value) ?? [-1n, 0n];
      const [from, to] = least < 0n ? [0n, P - 1n] : [least, most];
      if (this.narrow(this.find(low), 0n, (1n << bits) - 1n)) isNew = true;
      if (this.narrow(this.find(high), from >> bits, to >> bits)) isNew = true;
      const packed = this.#packedIn(this.find(value), bits, this.find(low));
      if (packed !== undefined) same.push([this.find(low), packed]);
    }
    if (same.length === 0) return isNew;
    for (const [digits, packed] of same) {
      const [least, most] = this.rangeOf(digits)!;
      this.narrow(packed, least, most);
      if (this.known.has(digits)) this.known.add(packed);
      this.#rep[digits] = packed;
    }
    this.#reduce(this.constraints.splice(0));
    this.#pending = [];
    this.#isPending = new Set();
    this.#resultOf.clear();
    this.#indexUses();
    return true;
  }

  /** The wire that is value mod 2^bits, where a sum of integers says so, besides the one that is called that. */
  #packedIn(value: number, bits: bigint, low: number): number | undefined {
    const base = 1n << bits;
    for (const index of this.#uses.get(value) ?? []) {
      const { a, c } = this.constraints[index]!;
      const unit = c.get(value);
      if (a.size > 0 || c.has(low) || (unit !== 1n && unit !== -1n)) continue;
      // value = rest, with nothing that p is taken off of.
      const rest = scaled(new Map([...c].filter(([wire]) => wire !== value)), -unit);
      const range = this.linearRange(rest);
      if (range === undefined || range[0] < 0n || range[1] >= P) continue;
      const [[wire, factor] = [0, 0n], ...others] = [...rest].filter(
        ([, term]) => term % base !== 0n,
      );
      const own = this.rangeOf(wire);
      if (wire === 0 || factor !== 1n || others.length > 0 || own === undefined) continue;
      if (own[0] >= 0n && own[1] < base) return wire;
    }
    return undefined;
  }

  /** Ranges to their fixed point, with what proven components ensure where their assumptions are met. */
  ranges(): void {
    for (let changed = true; changed;) {
      this.#drain();
      // What a switch comes to may have been narrowed without the sum that it is in being told.
      for (
        let sweep = 0, before = -1;
        sweep < MOST_SWEEPS && before !== this.#narrowings;
        sweep++
      ) {
        before = this.#narrowings;
        this.constraints.forEach(({ c }, index) => {
          if (c.size <= MOST_SWITCHED_WIRES) this.#push(index);
        });
        this.#propagateChoices();
        this.#drain();
      }
      changed = this.#scaleWires();
      if (this.#tabulate()) changed = true;
      if (this.#narrowDigits()) changed = true;
      for (const component of this.#ensuring) {
        if (!component.assumes.every((claim) => this.holds(claim))) continue;
        this.#ensuring.delete(component);
        changed = true;
        for (const claim of component.ensures) this.suppose(claim);
      }
      for (const unit of this.units) {
        if (unit.met || !unit.component.assumes.every((claim) => this.holds(claim))) continue;
        unit.met = true;
        changed = true;
        for (const claim of unit.component.ensures) this.suppose(claim);
        unit.component.outputs.forEach((wire, index) => {
          const range = unit.proven.outputs[index];
          if (range !== undefined) this.narrow(this.find(wire), range[0], range[1]);
        });
      }
    }
  }

  /** How many components there are outside of what is proven by itself, and wires that they assume something of. */
  assumptions(): { readonly components: number; readonly assumptions: number } {
    const claims = this.#visible.flatMap(({ assumes }) => assumes);
    const assumptions = claims.reduce((sum, { wires }) => sum + wires.length, 0);
    return { components: this.#visible.length, assumptions };
  }

  /** Assumptions of components that the ranges do not show to be met. */
  unmet(): Unmet[] {
    return this.#visible.flatMap((component) =>
      component.assumes.flatMap((claim) =>
        claim.wires
          .filter((wire) => !this.#within(wire, claim))
          .map((wire) => ({ component, claim, wire, found: this.rangeOf(wire) })),
      ),
    );
  }

  #learn(wire: number): boolean {
    const root = this.find(wire);
    if (this.known.has(root)) return false;
    this.known.add(root);
    return true;
  }

  #unknown(linear: Linear): number[] {
    return [...linear.keys()].filter((wire) => !this.isKnown(wire));
  }

  /** Whether two solutions could differ in these wires of one linear equation at all. */
  #isMixedRadix(c: Linear, wires: readonly number[]): boolean {
    const widths: [coefficient: bigint, width: bigint][] = [];
    for (const wire of wires) {
      const range = this.rangeOf(wire);
      if (range === undefined) return false;
      widths.push([abs(c.get(wire)!), range[1] - range[0]]);
    }
    widths.sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0));
    let total = 0n;
    for (const [coefficient, width] of widths) {
      if (coefficient <= total) return false;
      total += coefficient * width;
    }
    return total < P;
  }

  #determine({ a, b, c }: Constraint): boolean {
    const unknownA = this.#unknown(a);
    const unknownB = this.#unknown(b);
    const unknownC = this.#unknown(c);
    if (unknownA.length === 0 && unknownB.length === 0) {
      if (unknownC.length === 0) return false;
      if (unknownC.length === 1) return this.#learn(unknownC[0]!);
      const forms = [
        c,
        ...(unknownC.length <= 8
          ? unknownC.map((wire) => scaled(c, fieldInverse(c.get(wire)!)))
          : []),
      ];
      if (!forms.some((form) => this.#isMixedRadix(form, unknownC))) return false;
      return unknownC.map((wire) => this.#learn(wire)).some(Boolean);
    }
    if (unknownC.length > 0) return false;
    // One factor is known and not 0, by its range or because the product is not: the other is a quotient.
    const isProductNonzero = c.size === 1 && c.has(0);
    for (const [known, other, count] of [
      [a, unknownB, unknownA.length],
      [b, unknownA, unknownB.length],
    ] as const) {
      if (count > 0 || other.length !== 1) continue;
      if (isProductNonzero) return this.#learn(other[0]!);
      const range = this.linearRange(known);
      if (range !== undefined && (range[0] > 0n || range[1] < 0n) && range[1] - range[0] < P) {
        return this.#learn(other[0]!);
      }
    }
    return false;
  }

  /** The wires that the inputs determine, to the fixed point. */
  propagate(): void {
    for (let changed = true; changed;) {
      changed = false;
      for (const constraint of this.constraints) {
        if (this.#determine(constraint)) changed = true;
      }
      for (const { number, flag } of this.zeroTests) {
        if (this.isKnown(number) && this.#learn(flag)) changed = true;
      }
      for (const { component, proven, met } of this.units) {
        if (!met || !proven.unique) continue;
        if (!component.inputs.every((wire) => this.isKnown(wire))) continue;
        for (const wire of component.outputs) if (this.#learn(wire)) changed = true;
      }
    }
  }

  /** Takes for determined what was proven so elsewhere. */
  learn(wires: readonly number[]): void {
    for (const wire of wires) this.#learn(wire);
  }
}
