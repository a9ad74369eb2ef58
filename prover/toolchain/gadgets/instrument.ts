// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The compiler says in no output which template a component is of, with which parameters, and what its
 * claims come to. So a copy of the sources is compiled in which every template says so itself, in
 * signals that take part in nothing else.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { PlimsollError } from '../../core/errors.ts';
import {
  parseTemplates,
  type ClaimText,
  type Declared,
  type PartsText,
  type Template,
} from './templates.ts';

const require = createRequire(import.meta.url);

/** Begins the name of every signal added here. */
export const MARK = 'zz_';
export const TEMPLATE_MARK = `${MARK}template_`;
export const PARAMETER_MARK = `${MARK}parameter_`;
/** Of an input or output whose tag `maxbit` says a width. */
export const WIDTH_MARK = `${MARK}width_`;
export const claimMark = (kind: 'assumes' | 'ensures', index: number, part: string): string =>
  `${MARK}${kind}_${index}_${part}`;

/** Begins the name of what is multiplied by a factor. */
export const TIMES_MARK = `${MARK}times_`;
/** Expression `at` of the `index`-th list of what is multiplied by a factor. */
export const timesMark = (index: number, part: 'factor' | number): string =>
  `${TIMES_MARK}${index}_${part}_value`;

/** The low or the high digits of a signal: a wire for each of its elements. */
export const partMark = (index: number, part: 'low' | 'high'): string =>
  `${MARK}parts_${index}_${part}_value`;

const said = (name: string, value: string): string => `signal ${name}; ${name} <== ${value};`;

/** Digits are given by a hint, which is sound here alone: whoever reads the marks knows the ranges that make it one. */
function saidParts({ signal, bits }: PartsText, index: number, { dimensions }: Declared): string[] {
  const [low, high] = [partMark(index, 'low'), partMark(index, 'high')];
  const base = `(2 ** ${bits})`;
  const at = dimensions === '' ? '' : '[zz_i]';
  const lines = [
    `${low}${at} <-- ${signal}${at} % ${base};`,
    `${high}${at} <-- ${signal}${at} \\ ${base};`,
    `${signal}${at} === ${low}${at} + ${high}${at} * ${base};`,
  ].join(' ');
  return [
    `signal ${low}${dimensions}; signal ${high}${dimensions};`,
    dimensions === ''
      ? lines
      : `for (var zz_i = 0; zz_i < ${dimensions.slice(1, -1)}; zz_i++) { ${lines} }`,
  ];
}

/** An expression in which the digits go by the names of their wires. */
const withParts = (expression: string, parts: readonly PartsText[]): string =>
  parts.reduce(
    (text, { low, high }, index) =>
      text
        .replace(new RegExp(`\\b${low}\\b`, 'g'), partMark(index, 'low'))
        .replace(new RegExp(`\\b${high}\\b`, 'g'), partMark(index, 'high')),
    expression,
  );

function saidClaim(
  kind: 'assumes' | 'ensures',
  claim: ClaimText,
  index: number,
  parts: readonly PartsText[],
): string[] {
  const lines = [
    said(claimMark(kind, index, 'low'), claim.low),
    said(claimMark(kind, index, 'high'), claim.high),
  ];
  if (claim.names !== undefined) return lines;
  const value = claimMark(kind, index, 'value');
  const expression = withParts(claim.expression, parts);
  lines.push(
    claim.index === undefined
      ? said(value, expression)
      : `signal ${value}[${claim.index.count}]; for (var ${claim.index.name} = 0; ` +
          `${claim.index.name} < ${claim.index.count}; ${claim.index.name}++) ` +
          `{ ${value}[${claim.index.name}] <== ${expression}; }`,
  );
  return lines;
}

function declaredIn({ file, inputs, outputs }: Template, { signal, text }: PartsText): Declared {
  const declared = [...inputs, ...outputs].find(({ name }) => name === signal);
  if (declared === undefined || declared.dimensions.split('[').length > 2) {
    throw new PlimsollError(
      'GADGET_PARTS',
      `${file}: "${text}" must name an input or output of one dimension at most`,
    );
  }
  return declared;
}

/** The text with the marks of its templates; lines stay where they are. */
export function instrumented(file: string, text: string): string {
  const { templates } = parseTemplates(file, text);
  const isOurs = !file.includes('node_modules');
  let result = '';
  let end = 0;
  for (const template of templates) {
    const scalars = template.parameters.filter((name) => !template.arrayParameters.includes(name));
    const head = [
      said(TEMPLATE_MARK + template.name, '0'),
      // circomlib hands arrays about in parameters that it never indexes itself.
      ...(isOurs ? scalars.map((name) => said(PARAMETER_MARK + name, name)) : []),
    ];
    const widths = isOurs
      ? [...template.inputs, ...template.outputs].filter(({ tag }) => tag === 'maxbit')
      : [];
    const tail = [
      ...widths.map(({ name }) => said(WIDTH_MARK + name, `${name}.maxbit`)),
      ...template.parts.flatMap((parts, index) =>
        saidParts(parts, index, declaredIn(template, parts)),
      ),
      ...template.assumes.flatMap((claim, index) =>
        saidClaim('assumes', claim, index, template.parts),
      ),
      ...template.ensures.flatMap((claim, index) =>
        saidClaim('ensures', claim, index, template.parts),
      ),
      ...template.times.flatMap(({ factor, expressions }, index) => [
        said(timesMark(index, 'factor'), factor),
        ...expressions.map((expression, at) => said(timesMark(index, at), expression)),
      ]),
    ];
    result += `${text.slice(end, template.open + 1)} ${head.join(' ')} `;
    result += `${text.slice(template.open + 1, template.close)} ${tail.join(' ')} `;
    end = template.close;
  }
  return result + text.slice(end);
}

/** Writes the marked copy of `sources` (by path) under `folder`. */
export function writeInstrumented(folder: string, sources: ReadonlyMap<string, string>): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [file, text] of sources) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, instrumented(file, text));
  }
}

export interface Compiled {
  readonly r1cs: Uint8Array;
  readonly symbols: string;
}

/** A template with its parameters and the widths that the tags of its inputs say. */
export interface Instance {
  readonly template: Template;
  readonly parameters: readonly (bigint | number)[];
  readonly widths: Readonly<Record<string, number>>;
}

/** The instance is this component of the main one, which only hands on inputs: those of a main component cannot be tagged. */
export const INSTANCE_PATH = 'main.zz_instance';

function mainOf({ template, parameters, widths }: Instance): string {
  const names = template.parameters.join(', ');
  // Numbers of the template's own that its inputs have as dimensions.
  const constants = [...template.code.matchAll(/\bvar\s+([A-Z][A-Z_0-9]*)\s*=\s*[^;]+;/g)].flatMap(
    ([line, name]) =>
      template.inputs.some(({ dimensions }) => new RegExp(`\\b${name}\\b`).test(dimensions))
        ? [line]
        : [],
  );
  const handed = template.inputs.flatMap(({ name, tag, dimensions }) => {
    const lines = [`signal input ${name}${dimensions};`];
    if (tag === undefined) return [...lines, `zz_instance.${name} <== ${name};`];
    const width = widths[name];
    if (tag === 'maxbit' && width === undefined) {
      throw new PlimsollError('GADGET_WIDTH', `${template.name}: no width given for ${name}`);
    }
    return [
      ...lines,
      `signal {${tag}} zz_tagged_${name}${dimensions};`,
      ...(tag === 'maxbit' ? [`zz_tagged_${name}.maxbit = ${width};`] : []),
      `zz_tagged_${name} <== ${name};`,
      `zz_instance.${name} <== zz_tagged_${name};`,
    ];
  });
  return [
    'pragma circom 2.2.0;',
    `include "${template.file}";`,
    `template ZzMain(${names}) {`,
    ...constants,
    `component zz_instance = ${template.name}(${names});`,
    ...handed,
    '}',
    `component main = ZzMain(${parameters.join(', ')});`,
    '',
  ].join('\n');
}

/** Compiles an instance over the copy, without simplification: a constraint per source line. */
export async function compileMarked(
  folder: string,
  name: string,
  instance: Instance,
): Promise<Compiled> {
  const cli = join(dirname(require.resolve('circom2/package.json')), 'cli.js');
  writeFileSync(join(folder, `${name}.circom`), mainOf(instance));
  const args = ['--O0', '--r1cs', '--sym', '-l', 'circuits', '-l', 'node_modules', '-l', '.'];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args, '-o', '.', `${name}.circom`], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    }
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new PlimsollError('CIRCUIT_COMPILE', `${name}: circom failed\n${text}`));
    });
  });
  const r1cs = readFileSync(join(folder, `${name}.r1cs`));
  const symbols = readFileSync(join(folder, `${name}.sym`), 'utf8');
  for (const extension of ['circom', 'r1cs', 'sym']) rmSync(join(folder, `${name}.${extension}`));
  return { r1cs, symbols };
}
