// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * What a circom source says about its templates: their signals, their hints, and the ranges that they
 * assume and ensure in lines of their comment block:
 *
 *     @assumes divisor in [1, 2 ** DIVISOR_BITS)
 *     @assumes threshold[j + 1] - threshold[j] in [0, 2 ** BITS) for j < 2
 *     @ensures root in [0, 2 ** (BITS + 1))
 *     @free top
 *     @times scale: remainder, remainder - 8 * coarseQ20
 *     @parts slot = key + lots * 2 ** 79
 *
 * A bare name (or several, separated by commas) means every element of the signal; anything else is an
 * expression of circom's. Bounds are numbers of compile time, negative ones stand for signed values.
 *
 * `@parts` names the low and the high digits of a signal, for the claims after it to speak of: every number of the
 * field has them, so that this assumes nothing.
 */
import { createHash } from 'node:crypto';
import { lineOf, closingBrace, codeOnly } from '../circom-text.ts';

export interface ClaimText {
  /** Names when the claim is about whole signals, else one expression. */
  readonly names: readonly string[] | undefined;
  readonly expression: string;
  readonly low: string;
  readonly high: string;
  readonly index: { readonly name: string; readonly count: string } | undefined;
  readonly text: string;
  readonly line: number;
}

export interface TimesText {
  readonly factor: string;
  readonly expressions: readonly string[];
}

/** Digits of every element of a signal: below 2^bits and above. */
export interface PartsText {
  readonly signal: string;
  readonly low: string;
  readonly high: string;
  readonly bits: number;
  readonly text: string;
}

export interface HintText {
  readonly signal: string;
  readonly line: number;
}

/** An input or output as it is declared. */
export interface Declared {
  readonly name: string;
  readonly tag: 'maxbit' | 'binary' | undefined;
  /** `[32]` or empty; an expression of the parameters. */
  readonly dimensions: string;
}

export interface Template {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly parameters: readonly string[];
  /** Parameters that are arrays: such a template has no instance of its own to prove. */
  readonly arrayParameters: readonly string[];
  readonly inputs: readonly Declared[];
  readonly outputs: readonly Declared[];
  readonly assumes: readonly ClaimText[];
  readonly ensures: readonly ClaimText[];
  readonly hints: readonly HintText[];
  /** Hints whose choice changes no output: `@free top, rest`. */
  readonly free: readonly string[];
  /** Whose products with a positive factor the solver is to compare with 0. */
  readonly times: readonly TimesText[];
  readonly parts: readonly PartsText[];
  /** Offsets of the word `template` and of the braces of its body. */
  readonly start: number;
  readonly open: number;
  readonly close: number;
  /** Its code without comments, from `template` to the closing brace. */
  readonly code: string;
}

export interface BadClaim {
  readonly line: number;
  readonly text: string;
}

const CLAIM =
  /^\s*\*?\s*@(assumes|ensures)\s+(.+?)\s+in\s+\[(.+),\s*([^,]+)\)(?:\s+for\s+(\w+)\s*<\s*(.+?))?\s*$/;
const PARTS = /^\s*\*\s*@parts\s+(\w+)\s*=\s*(\w+)\s*\+\s*(\w+)\s*\*\s*2\s*\*\*\s*(\d+)\s*$/gm;
const NAME = /^[A-Za-z_]\w*$/;

function claimsOf(
  doc: string,
  firstLine: number,
): { assumes: ClaimText[]; ensures: ClaimText[]; bad: BadClaim[] } {
  const assumes: ClaimText[] = [];
  const ensures: ClaimText[] = [];
  const bad: BadClaim[] = [];
  doc.split('\n').forEach((text, offset) => {
    if (!/@(assumes|ensures)\b/.test(text)) return;
    const line = firstLine + offset;
    const match = CLAIM.exec(text);
    if (match === null) {
      bad.push({ line, text: text.trim() });
      return;
    }
    const [, kind, expression, low, high, index, count] = match;
    const names = expression!.split(',').map((part) => part.trim());
    (kind === 'assumes' ? assumes : ensures).push({
      names: names.every((name) => NAME.test(name)) ? names : undefined,
      expression: expression!,
      low: low!,
      high: high!,
      index: index === undefined ? undefined : { name: index, count: count! },
      text: text.trim().replace(/^\*\s*/, ''),
      line,
    });
  });
  return { assumes, ensures, bad };
}

function signalsOf(code: string, kind: 'input' | 'output'): Declared[] {
  const declared = new RegExp(
    `\\bsignal\\s+${kind}\\s+(?:\\{\\s*(\\w+)\\s*\\}\\s*)?([A-Za-z_]\\w*)\\s*((?:\\[[^\\]]*\\]\\s*)*)`,
    'g',
  );
  return [...code.matchAll(declared)].map(([, tag, name, dimensions]) => ({
    name: name!,
    tag: tag === 'maxbit' || tag === 'binary' ? tag : undefined,
    dimensions: dimensions!.trim(),
  }));
}

const HINT = /([A-Za-z_]\w*)(?:\s*\[[^\]]*\])*\s*<--|-->\s*([A-Za-z_]\w*)/g;

/** The comment block that ends right before `offset`, and where it begins. */
function docBefore(text: string, offset: number): { doc: string; start: number } {
  const before = text.slice(0, offset).trimEnd();
  if (!before.endsWith('*/')) return { doc: '', start: offset };
  const start = before.lastIndexOf('/*');
  return { doc: before.slice(start), start };
}

export function parseTemplates(
  file: string,
  text: string,
): { templates: Template[]; bad: BadClaim[] } {
  const code = codeOnly(text);
  const bad: BadClaim[] = [];
  const templates = [
    ...code.matchAll(/\btemplate\s+(?:(?:custom|parallel)\s+)*(\w+)\s*\(([^)]*)\)/g),
  ].map((match): Template => {
    const open = code.indexOf('{', match.index);
    const close = closingBrace(code, open);
    const body = code.slice(open, close + 1);
    const { doc, start } = docBefore(text, match.index);
    const claims = claimsOf(doc, lineOf(text, start));
    bad.push(...claims.bad);
    const parameters = match[2]!
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    return {
      name: match[1]!,
      file,
      line: lineOf(text, match.index),
      parameters,
      arrayParameters: parameters.filter(
        (name) =>
          // Indexed, or only handed on by a name that is never reckoned with.
          new RegExp(`\\b${name}\\s*\\[`).test(body) || /^(?:TABLE|WIDTHS|ROW)$/.test(name),
      ),
      inputs: signalsOf(body, 'input'),
      outputs: signalsOf(body, 'output'),
      assumes: claims.assumes,
      ensures: claims.ensures,
      hints: [...body.matchAll(HINT)].map((hint) => ({
        signal: (hint[1] ?? hint[2])!,
        line: lineOf(text, open + hint.index),
      })),
      free: [...doc.matchAll(/^\s*\*\s*@free\s+(.+)$/gm)].flatMap(([, names]) =>
        names!.split(',').map((name) => name.trim()),
      ),
      times: [...doc.matchAll(/^\s*\*\s*@times\s+(\w+):\s*(.+)$/gm)].map(
        ([, factor, expressions]) => ({
          factor: factor!,
          expressions: expressions!.split(',').map((expression) => expression.trim()),
        }),
      ),
      parts: [...doc.matchAll(PARTS)].map(([text, signal, low, high, bits]) => ({
        signal: signal!,
        low: low!,
        high: high!,
        bits: Number(bits),
        text: text.trim().replace(/^\*\s*/, ''),
      })),
      start: match.index,
      open,
      close,
      code: code.slice(match.index, close + 1),
    };
  });
  return { templates, bad };
}

/** Functions of a file by name, for the hashes of what calls them. */
export function parseFunctions(text: string): Map<string, string> {
  const code = codeOnly(text);
  return new Map(
    [...code.matchAll(/\bfunction\s+(\w+)\s*\(/g)].map((match) => {
      const open = code.indexOf('{', match.index);
      return [match[1]!, code.slice(match.index, closingBrace(code, open) + 1)] as const;
    }),
  );
}

const squeezed = (code: string): string => code.replace(/\s+/g, ' ').trim();

/**
 * A hash of each template that changes with its code, with what it assumes and ensures, and with all
 * that it calls; not with what its comments say besides.
 */
export function templateHashes(sources: ReadonlyMap<string, string>): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [file, text] of sources) {
    for (const [name, code] of parseFunctions(text)) texts.set(name, squeezed(code));
    for (const template of parseTemplates(file, text).templates) {
      const claims = [
        ...[...template.assumes, ...template.ensures, ...template.parts].map(
          ({ text: said }) => said,
        ),
        ...template.free,
      ];
      texts.set(template.name, [squeezed(template.code), ...claims].join('\n'));
    }
  }
  const calls = new Map(
    [...texts].map(([name, code]) => [
      name,
      [...new Set(code.match(/[A-Za-z_]\w*/g))].filter((word) => word !== name && texts.has(word)),
    ]),
  );
  const hashes = new Map<string, string>();
  for (const name of texts.keys()) {
    const reached = new Set<string>([name]);
    for (const next of reached) for (const called of calls.get(next)!) reached.add(called);
    const hash = createHash('sha256');
    for (const called of [...reached].sort()) hash.update(`${called}\n${texts.get(called)!}\n`);
    hashes.set(name, hash.digest('hex'));
  }
  return hashes;
}
