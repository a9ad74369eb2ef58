// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * House rules for circom that the compiler does not know. Each guards against a defect that was
 * found in deployed circuits: an `assert` on a signal constrains nothing, and a hint that the next
 * lines do not pin down lets the prover choose it.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ROOT } from './bootstrap.mjs';
import { closing, codeOnly, lineOf } from './circom-text.ts';
import { circuitSources, missingProofs, readLedger } from './gadgets/ledger.ts';
import { parseTemplates, type BadClaim, type Template } from './gadgets/templates.ts';

export interface Finding {
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

const SPDX = '// SPDX-License-Identifier: GPL-3.0-or-later';
const MAX_LINES = 220;
/** How far from a hint its uniqueness argument may stand. */
const ARGUMENT_DISTANCE = 6;

/** The reverse: only the comments left. */
function commentsOnly(text: string): string {
  let comments = '';
  let end = 0;
  for (const match of text.matchAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g)) {
    comments += text.slice(end, match.index).replace(/[^\n]/g, ' ') + match[0];
    end = match.index + match[0].length;
  }
  return comments + text.slice(end).replace(/[^\n]/g, ' ');
}

const words = (expression: string): string[] => expression.match(/[A-Za-z_$]\w*/g) ?? [];

/** Names in a template whose value depends on a signal: signals, components, buses, tainted vars. */
function signalNames(body: string): Set<string> {
  const names = new Set<string>();
  for (const [, declared] of body.matchAll(
    /\b(?:signal|component)\b(?:\s+(?:input|output))?(?:\s*\{[^}]*\})?\s+([^;]*)/g,
  )) {
    // Initialisers mention other names; only what stands left of them is declared.
    for (const part of declared!.split(',')) {
      const [name] = words(part);
      if (name !== undefined) names.add(name);
    }
  }
  for (let size = -1; size !== names.size;) {
    size = names.size;
    for (const [, target, value] of body.matchAll(
      /(?:\bvar\s+)?\b([A-Za-z_$]\w*)\s*(?:\[[^\]]*\]\s*)*(?:[-+*/%\\&|^]|<<|>>|\*\*)?=(?!=)([^;]*)/g,
    )) {
      if (words(value!).some((word) => names.has(word))) names.add(target!);
    }
  }
  return names;
}

function assertsOnSignals(text: string, code: string, templates: readonly Template[]): Finding[] {
  const findings: Finding[] = [];
  for (const template of templates) {
    const body = code.slice(template.open, template.close + 1);
    const signals = signalNames(body);
    for (const match of body.matchAll(/\bassert\s*\(/g)) {
      const open = match.index + match[0].length - 1;
      const condition = body.slice(open, closing(body, open, '(', ')') + 1);
      // A tag's value is a number of the compiler's, not a signal.
      const culprit = words(condition.replace(/[\w$]+\.maxbit\b/g, '')).find((word) =>
        signals.has(word),
      );
      if (culprit === undefined) continue;
      findings.push({
        line: lineOf(text, template.open + match.index),
        rule: 'no-assert-on-signals',
        message: `assert on "${culprit}" constrains nothing; use === or a comparator`,
      });
    }
  }
  return findings;
}

function hintsWithoutArgument(text: string, code: string): Finding[] {
  const comments = commentsOnly(text).split('\n');
  const findings: Finding[] = [];
  code.split('\n').forEach((line, index) => {
    if (!/<--|-->/.test(line)) return;
    const near = comments.slice(
      Math.max(0, index - ARGUMENT_DISTANCE),
      index + ARGUMENT_DISTANCE + 1,
    );
    if (near.some((comment) => /unique/i.test(comment))) return;
    findings.push({
      line: index + 1,
      rule: 'hint-needs-argument',
      message: `say in a comment within ${ARGUMENT_DISTANCE} lines why the hint is unique`,
    });
  });
  return findings;
}

function badIncludes(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(/^\s*include\s+"([^"]+)"/gm)) {
    if (!/\.\.\/|node_modules/.test(match[1]!)) continue;
    findings.push({
      line: lineOf(text, match.index + match[0].indexOf('include')),
      rule: 'library-includes',
      message: `include "${match[1]}" by library path (-l), not by place on disk`,
    });
  }
  return findings;
}

/** `@assumes` and `@ensures` are read by a machine, or are prose that nobody checks. */
function unreadableClaims(bad: readonly BadClaim[]): Finding[] {
  return bad.map(({ line, text: claim }) => ({
    line,
    rule: 'readable-claim',
    message: `"${claim}" is not "@assumes name in [low, high)"`,
  }));
}

function undocumentedTemplates(text: string, templates: readonly Template[]): Finding[] {
  return templates
    .filter(({ start }) => !/(?:\*\/|\/\/[^\n]*\n[^\n]*\/\/[^\n]*)\s*$/.test(text.slice(0, start)))
    .map(({ name, start }) => ({
      line: lineOf(text, start),
      rule: 'doc-block',
      message: `template ${name} needs a comment block right above: what it takes, assumes, guarantees`,
    }));
}

/** `div-constant` is named for `DivConstant` and for a family such as `DivFloorConstant`. */
function isNamedFor(file: string, template: string): boolean {
  const stem = basename(file, '.circom').split(/[^A-Za-z0-9]+/);
  return new RegExp(stem.join('.*'), 'i').test(template);
}

/** What is wrong with one file; `library` files also need documentation and a telling name. */
export function lintCircom(file: string, text: string, library: boolean): Finding[] {
  const code = codeOnly(text);
  const { templates, bad } = parseTemplates(file, text);
  const findings = [
    ...assertsOnSignals(text, code, templates),
    ...hintsWithoutArgument(text, code),
    ...badIncludes(text),
    ...unreadableClaims(bad),
  ];
  if (!text.startsWith(SPDX)) {
    findings.push({ line: 1, rule: 'spdx', message: `the first line must be "${SPDX}"` });
  }
  const lines = text.trimEnd().split('\n').length;
  if (lines > MAX_LINES) {
    findings.push({
      line: lines,
      rule: 'max-lines',
      message: `${lines} lines, at most ${MAX_LINES}`,
    });
  }
  if (library) {
    findings.push(...undocumentedTemplates(text, templates));
    if (templates.length > 0 && !templates.some(({ name }) => isNamedFor(file, name))) {
      findings.push({
        line: 1,
        rule: 'file-name',
        message: `no template is named for the file (found ${templates.map(({ name }) => name).join(', ')})`,
      });
    }
  }
  return findings.sort((left, right) => left.line - right.line);
}

function circomFiles(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.circom'))
    .sort()
    .map((file) => join(folder, file));
}

function main(): void {
  let count = 0;
  for (const [folder, library] of [
    ['circuits', true],
    ['test', false],
  ] as const) {
    for (const file of circomFiles(folder)) {
      for (const { line, rule, message } of lintCircom(
        file,
        readFileSync(join(ROOT, file), 'utf8'),
        library,
      )) {
        count++;
        console.error(`${file}:${line} ${rule}: ${message}`);
      }
    }
  }
  for (const missing of missingProofs(readLedger(), circuitSources())) {
    count++;
    console.error(`${missing}; run npm run prove-gadgets`);
  }
  if (count > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
