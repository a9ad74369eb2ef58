// SPDX-License-Identifier: GPL-3.0-or-later
import { createRequire } from 'node:module';

import { z } from 'zod';

import { PlimsollError } from '../../prover/core/errors.ts';
import { parseValue } from '../../prover/core/schema.ts';

const require = createRequire(import.meta.url);

/** Something that an execution can reach. */
export interface Probe {
  readonly id: number;
  readonly file: string;
  readonly line: number;
  /** A statement, or one outcome of a condition. */
  readonly kind: 'statement' | 'true' | 'false';
  /** `Contract.function`. */
  readonly where: string;
  /** The statement or the condition, as it stands in the source with its spaces made one. */
  readonly text: string;
}

/** A source with a call to `Probes` wherever a probe is. */
export interface Instrumented {
  readonly source: string;
  readonly probes: readonly Probe[];
}

interface Node {
  readonly nodeType: string;
  readonly src: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value;

const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  sources: z.record(z.string(), z.object({ ast: z.unknown() })).default({}),
});

/** The syntax tree of a source. Throws `SOLIDITY` with what the compiler says. */
function parse(file: string, content: string): Node {
  const solc = require('solc') as { compile(input: string): string };
  const input = {
    language: 'Solidity',
    sources: { [file]: { content } },
    settings: { stopAfter: 'parsing', outputSelection: { '*': { '': ['ast'] } } },
  };
  const output = parseValue(outputSchema, JSON.parse(solc.compile(JSON.stringify(input))), 'solc');
  const ast = output.sources[file]?.ast;
  if (isNode(ast)) return ast;
  throw new PlimsollError('SOLIDITY', output.errors[0]?.formattedMessage ?? `no tree of ${file}`);
}

const IS_BLOCK: ReadonlySet<unknown> = new Set(['Block', 'UncheckedBlock']);
const CLOSING_BRACE = 0x7d;
const IS_LOGICAL: ReadonlySet<unknown> = new Set(['&&', '||']);

const isLogical = (node: Node): boolean =>
  node.nodeType === 'BinaryOperation' && IS_LOGICAL.has(node['operator']);

/** What decides where execution goes on: of `if`, loops and `?:`, what `require` asks, operands of `&&` and `||`. */
function conditionsOf(node: Node): readonly Node[] {
  const condition = node['condition'];
  if (isNode(condition)) return [condition];
  if (isLogical(node)) return [node['leftExpression'], node['rightExpression']].filter(isNode);
  if (node.nodeType !== 'FunctionCall') return [];
  const [callee, [asked]] = [node['expression'] as Node, node['arguments'] as Node[]];
  return callee.nodeType === 'Identifier' && callee['name'] === 'require' && asked !== undefined
    ? [asked]
    : [];
}

/** The same source, telling what of it is executed; `importPath` is where `Probes` is from there. */
export function instrument(
  file: string,
  content: string,
  importPath: string,
  firstId: number,
): Instrumented {
  const bytes = Buffer.from(content, 'utf8');
  const probes: Probe[] = [];
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const rangeOf = ({ src }: Node): readonly [number, number] => {
    const [start = 0, length = 0] = src.split(':').map(Number);
    return [start, start + length];
  };
  const probe = (node: Node, kind: Probe['kind'], where: string): number => {
    const [start, end] = rangeOf(node);
    const id = firstId + probes.length;
    const line = bytes.subarray(0, start).toString('utf8').split('\n').length;
    const text = bytes.subarray(start, end).toString('utf8').replaceAll(/\s+/g, ' ');
    probes.push({ id, file, line, kind, where, text });
    return id;
  };
  const insert = (at: number, text: string): void => {
    insertions.push({ at, text });
  };

  function visitStatement(statement: Node, where: string): void {
    const [start] = rangeOf(statement);
    // A block is its statements.
    if (!IS_BLOCK.has(statement.nodeType)) {
      insert(start, `Probes.hit(${probe(statement, 'statement', where)});`);
    }
    visit(statement, where);
  }

  /** Bodies without braces get some, so that what is told of them is told in them. */
  function visitBody(body: Node, where: string): void {
    if (IS_BLOCK.has(body.nodeType)) return visit(body, where);
    const [start, end] = rangeOf(body);
    insert(start, '{');
    visitStatement(body, where);
    // The end of a statement is before its semicolon, but of one that ends in a block, such as an `else if`.
    insert(bytes[end - 1] === CLOSING_BRACE ? end : bytes.indexOf(';', end - 1) + 1, '}');
  }

  function visit(node: Node, where: string): void {
    if (node.nodeType === 'InlineAssembly') return;
    for (const condition of conditionsOf(node)) {
      // An operator's outcome is that of its operands.
      if (isLogical(condition)) continue;
      const [start, end] = rangeOf(condition);
      const id = probe(condition, 'true', where);
      probe(condition, 'false', where);
      insert(start, `Probes.both(${id},`);
      insert(end, ')');
    }
    for (const [key, value] of Object.entries(node)) {
      if (key === 'statements') {
        (value as Node[]).forEach((statement) => visitStatement(statement, where));
      } else if (['trueBody', 'falseBody', 'body'].includes(key) && isNode(value)) {
        visitBody(value, where);
      } else if (Array.isArray(value)) {
        value.filter(isNode).forEach((child) => visit(child, where));
      } else if (isNode(value)) {
        visit(value, where);
      }
    }
  }

  /** Only what is executed: not the initial values of constants, nor what bases and modifiers are given. */
  function enter(node: Node, contract: string): void {
    const { nodeType } = node;
    const name = String(node['name'] ?? '') || String(node['kind'] ?? '');
    if (nodeType === 'FunctionDefinition' || nodeType === 'ModifierDefinition') {
      if (isNode(node['body'])) visit(node['body'], `${contract}.${name}`);
    } else {
      const within = nodeType === 'ContractDefinition' ? name : contract;
      (node['nodes'] as Node[] | undefined)?.forEach((child) => enter(child, within));
    }
  }
  enter(parse(file, content), '');

  // At one place the later of two insertions stands within the earlier.
  const ordered = insertions
    .map((insertion, order) => ({ ...insertion, order }))
    .sort((left, right) => left.at - right.at || left.order - right.order);
  const parts: Buffer[] = [];
  let done = 0;
  for (const { at, text } of ordered) {
    parts.push(bytes.subarray(done, at), Buffer.from(text));
    done = at;
  }
  parts.push(bytes.subarray(done));
  const source = `${Buffer.concat(parts).toString('utf8')}\nimport {Probes} from "${importPath}";\n`;
  return { source, probes };
}
