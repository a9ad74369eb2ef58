// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * A compiled template as constraints over named wires and a tree of components, each with its template,
 * parameters and claims. The interior of a component that is proven by itself can be left out: fewer
 * constraints prove less, never more.
 */
import { PlimsollError } from '../../core/errors.ts';
import { SCALAR_FIELD as P } from '../../core/scalar-field.ts';
import { readR1cs, type LinearTerms } from '../../proving/formats/r1cs.ts';
import {
  INSTANCE_PATH,
  MARK,
  PARAMETER_MARK,
  TEMPLATE_MARK,
  WIDTH_MARK,
  claimMark,
  partMark,
  timesMark,
  type Compiled,
} from './instrument.ts';
import type { Declared, Template } from './templates.ts';

/** Coefficients by wire, signed, none of them 0; wire 0 is the constant 1. */
export type Linear = Map<number, bigint>;

/** a · b = c; a linear constraint has a and b empty. */
export interface Constraint {
  readonly a: Linear;
  readonly b: Linear;
  readonly c: Linear;
}

/** Every one of `wires` lies in [low, high), as a signed number. */
export interface Claim {
  /** As the source says it: a line of the comment block, or a tag. */
  readonly text: string;
  readonly wires: readonly number[];
  readonly low: bigint;
  readonly high: bigint;
}

export interface Digits {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly bits: bigint;
}

export interface Component {
  readonly path: string;
  readonly template: Template;
  readonly parameters: readonly bigint[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly assumes: readonly Claim[];
  readonly ensures: readonly Claim[];
  /** The digits of signals of it, wire by wire: value = low + 2^bits · high, with value in [0, p). */
  readonly parts: readonly Digits[];
  /** Wires whose products with a factor are to be compared with 0. */
  readonly times: readonly { readonly factor: number; readonly wires: readonly number[] }[];
  readonly children: readonly Component[];
  /** Wires of it and of all below it. */
  readonly size: number;
}

export interface System {
  readonly root: Component;
  readonly constraints: readonly Constraint[];
  readonly wires: number;
  /** Of the template as it ships, without the marks. */
  readonly constraintCount: number;
  readonly nameOf: (wire: number) => string;
  readonly wiresOf: (name: string) => readonly number[];
}

const HALF = P / 2n;
export const signed = (value: bigint): bigint => {
  const element = ((value % P) + P) % P;
  return element > HALF ? element - P : element;
};

interface Node {
  path: string;
  marks: Map<string, number[]>;
  signals: Map<string, number[]>;
  children: Node[];
  template: string;
  size: number;
  owner: number;
}

const baseName = (signal: string): string => {
  const bracket = signal.indexOf('[');
  return bracket < 0 ? signal : signal.slice(0, bracket);
};

function readNodes(symbols: string): {
  nodes: Map<string, Node>;
  wireNode: Node[];
  names: string[];
} {
  const nodes = new Map<string, Node>();
  const wireNode: Node[] = [];
  const names: string[] = ['1'];
  const nodeAt = (path: string): Node => {
    let node = nodes.get(path);
    if (node === undefined) {
      node = {
        path,
        marks: new Map(),
        signals: new Map(),
        children: [],
        template: '',
        size: 0,
        owner: 0,
      };
      nodes.set(path, node);
      const dot = path.lastIndexOf('.');
      if (dot >= 0) nodeAt(path.slice(0, dot)).children.push(node);
    }
    return node;
  };
  for (const line of symbols.split('\n')) {
    if (line === '') continue;
    const [, wireText, , name] = line.split(',');
    const wire = Number(wireText);
    const dot = name!.lastIndexOf('.');
    const node = nodeAt(name!.slice(0, dot));
    const signal = baseName(name!.slice(dot + 1));
    if (signal.startsWith(TEMPLATE_MARK)) node.template = signal.slice(TEMPLATE_MARK.length);
    const store = signal.startsWith(MARK) ? node.marks : node.signals;
    const wires = store.get(signal);
    if (wires === undefined) store.set(signal, [wire]);
    else wires.push(wire);
    wireNode[wire] = node;
    names[wire] = name!.startsWith(`${INSTANCE_PATH}.`)
      ? name!.slice(INSTANCE_PATH.length + 1)
      : name!;
    node.size++;
  }
  return { nodes, wireNode, names };
}

const addSizes = (node: Node): number => {
  node.size += node.children.reduce((sum, child) => sum + addSizes(child), 0);
  return node.size;
};

/** Whether the interior of a component may be left out, by its template and parameters. */
export type Opaque = (template: string, parameters: readonly bigint[], size: number) => boolean;

export function readSystem(
  compiled: Compiled,
  templates: ReadonlyMap<string, Template>,
  opaque: Opaque,
): System {
  const r1cs = readR1cs(compiled.r1cs);
  const { nodes, wireNode, names } = readNodes(compiled.symbols);
  const main = nodes.get(INSTANCE_PATH)!;
  addSizes(main);
  // 1. What the marks say: constants, each fixed by a constraint of its own.
  const coefficients = r1cs.coefficients.map((value) => signed(value));
  const isMark = new Uint8Array(r1cs.wires);
  const isValue = new Uint8Array(r1cs.wires);
  for (const node of nodes.values()) {
    for (const [signal, wires] of node.marks) {
      for (const wire of wires) {
        if (signal.endsWith('_value')) isValue[wire] = 1;
        else isMark[wire] = 1;
      }
    }
  }
  const constants = new Map<number, bigint>();
  const marked = new Uint8Array(r1cs.constraints);
  let markedCount = 0;
  for (let index = 0; index < r1cs.constraints; index++) {
    const start = r1cs.c.start[index]!;
    const end = r1cs.c.start[index + 1]!;
    let mark = 0;
    let isAny = false;
    for (let term = start; term < end; term++) {
      const wire = r1cs.c.wire[term]!;
      if (isMark[wire]) mark = wire;
      if (isMark[wire] || isValue[wire]) isAny = true;
    }
    if (isAny) markedCount++;
    if (mark === 0) continue;
    marked[index] = 1;
    const linear = linearOf(r1cs.c, index, coefficients);
    const factor = linear.get(mark)!;
    const constant = linear.get(0) ?? 0n;
    if (linear.size > 2 || (factor !== 1n && factor !== -1n)) {
      throw new PlimsollError('GADGET_MARK', `mark ${names[mark]} is no constant`);
    }
    constants.set(mark, signed(-constant * factor));
  }
  const constantOf = (node: Node, mark: string): bigint =>
    constants.get(node.marks.get(mark)![0]!)!;

  // 2. The tree.
  let owners = 0;
  const build = (node: Node, owner: number): Component => {
    const template = templates.get(node.template);
    if (template === undefined) {
      throw new PlimsollError('GADGET_TEMPLATE', `${node.path}: unknown template ${node.template}`);
    }
    const parameters = template.parameters.flatMap((name) =>
      node.marks.has(PARAMETER_MARK + name) ? [constantOf(node, PARAMETER_MARK + name)] : [],
    );
    node.owner = owner;
    if (owner === 0 && node !== main && opaque(template.name, parameters, node.size)) {
      node.owner = ++owners;
    }
    const digitsNamed = (name: string): number[] | undefined => {
      const index = template.parts.findIndex(({ low, high }) => low === name || high === name);
      if (index < 0) return undefined;
      return node.marks.get(partMark(index, template.parts[index]!.low === name ? 'low' : 'high'));
    };
    const claims = (kind: 'assumes' | 'ensures'): Claim[] =>
      template[kind].map((text, index) => ({
        text: text.text,
        low: constantOf(node, claimMark(kind, index, 'low')),
        high: constantOf(node, claimMark(kind, index, 'high')),
        wires:
          text.names === undefined
            ? node.marks.get(claimMark(kind, index, 'value'))!
            : text.names.flatMap((name) => {
                const wires = node.signals.get(name) ?? digitsNamed(name);
                if (wires === undefined) {
                  throw new PlimsollError(
                    'GADGET_CLAIM',
                    `${template.file}:${text.line}: ${template.name} has no signal ${name}`,
                  );
                }
                return wires;
              }),
      }));
    const tagClaims = (signals: readonly Declared[]): Claim[] =>
      signals.flatMap(({ name, tag }) => {
        const width = node.marks.has(WIDTH_MARK + name)
          ? constantOf(node, WIDTH_MARK + name)
          : undefined;
        const bits = tag === 'binary' ? 1n : width;
        if (bits === undefined) return [];
        const text = `${name} in ${bits} bits (its tag)`;
        return [{ text, wires: node.signals.get(name) ?? [], low: 0n, high: 1n << bits }];
      });
    const wiresOf = (signals: readonly Declared[]): number[] =>
      signals.flatMap(({ name }) => node.signals.get(name) ?? []);
    return {
      path: node.path.slice(INSTANCE_PATH.length + 1),
      template,
      parameters,
      inputs: wiresOf(template.inputs),
      outputs: wiresOf(template.outputs),
      assumes: [...claims('assumes'), ...tagClaims(template.inputs)],
      ensures: [...claims('ensures'), ...tagClaims(template.outputs)],
      parts: template.parts.flatMap(({ signal, bits }, index) => {
        const wires = (part: 'low' | 'high') => node.marks.get(partMark(index, part))!;
        return node.signals.get(signal)!.map((value, place) => ({
          value,
          low: wires('low')[place]!,
          high: wires('high')[place]!,
          bits: BigInt(bits),
        }));
      }),
      times: template.times.map(({ expressions }, index) => ({
        factor: node.marks.get(timesMark(index, 'factor'))![0]!,
        wires: expressions.map((_, at) => node.marks.get(timesMark(index, at))![0]!),
      })),
      // What lies within an opaque one is its own affair.
      children: node.children.map((child) => build(child, node.owner)),
      size: node.size,
    };
  };
  const root = build(main, 0);

  // 3. The constraints that are not the interior of an opaque component.
  const ownerRoot = (node: Node): boolean =>
    node.owner !== 0 &&
    (nodes.get(node.path.slice(0, node.path.lastIndexOf('.')))?.owner ?? 0) === 0;
  const constraints: Constraint[] = [];
  const sides = [r1cs.a, r1cs.b, r1cs.c];
  for (let index = 0; index < r1cs.constraints; index++) {
    if (marked[index]) continue;
    let owner = -1;
    let value = 0;
    for (const side of sides) {
      for (let term = side.start[index]!; term < side.start[index + 1]!; term++) {
        const wire = side.wire[term]!;
        if (wire === 0) continue;
        if (isValue[wire]) value = wire;
        const own = wireNode[wire]!.owner;
        if (owner === -1) owner = own;
        else if (owner !== own) owner = 0;
      }
    }
    const isClaimOfOpaque = value !== 0 && ownerRoot(wireNode[value]!);
    if (owner > 0 && !isClaimOfOpaque) continue;
    constraints.push({
      a: linearOf(r1cs.a, index, coefficients),
      b: linearOf(r1cs.b, index, coefficients),
      c: linearOf(r1cs.c, index, coefficients),
    });
  }
  return {
    root,
    constraints,
    wires: r1cs.wires,
    constraintCount: r1cs.constraints - markedCount,
    nameOf: (wire) => names[wire]!,
    wiresOf: (name) => main.signals.get(name) ?? [],
  };
}

function linearOf(terms: LinearTerms, index: number, coefficients: readonly bigint[]): Linear {
  const linear: Linear = new Map();
  for (let term = terms.start[index]!; term < terms.start[index + 1]!; term++) {
    const coefficient = coefficients[terms.coefficient[term]!]!;
    if (coefficient === 0n) continue;
    const wire = terms.wire[term]!;
    const sum = signed((linear.get(wire) ?? 0n) + coefficient);
    if (sum === 0n) linear.delete(wire);
    else linear.set(wire, sum);
  }
  return linear;
}
