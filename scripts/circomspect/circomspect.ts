// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { parseDocument } from '../../prover/core/schema.ts';

export const TRIAGE_PATH = 'scripts/circomspect/triage.json';
const MINUTES = 60_000;

const reportSchema = z.object({
  runs: z.array(
    z.object({
      results: z.array(
        z.object({
          ruleId: z.string(),
          message: z.object({ text: z.string() }),
          locations: z
            .array(
              z.object({
                physicalLocation: z.object({
                  artifactLocation: z.object({ uri: z.string() }),
                  region: z.object({ startLine: z.int(), endLine: z.int() }),
                }),
              }),
            )
            .min(1),
        }),
      ),
    }),
  ),
});

/** Something that circomspect says of a place in a circuit. */
export interface Finding {
  readonly rule: string;
  /** What of: `out of Range` for an output that nobody uses, else what the rule says, without names. */
  readonly what: string;
  /** `circuits/arithmetic/range.circom: component bits = Num2Bits(BITS);`, whatever line it stands on. */
  readonly where: string;
}

const triageSchema = z.strictObject({
  circomspect: z.string(),
  answers: z.array(
    z.strictObject({
      rule: z.string(),
      what: z.string(),
      /** Why none of them is a defect. */
      reason: z.string().min(20),
      /** As often as each is found. */
      findings: z.array(z.string()),
    }),
  ),
});
export type Triage = z.infer<typeof triageSchema>;

export const readTriage = (root: string): Triage =>
  parseDocument(triageSchema, readFileSync(join(root, TRIAGE_PATH), 'utf8'), TRIAGE_PATH);

function whatOf(message: string): string {
  const [, signal, template] =
    /output signal `(\w+)` defined by the template `(\w+)`/.exec(message) ?? [];
  return signal === undefined
    ? message.replace(/ ?`(?!Num2Bits`|<--`)\w+`/, '')
    : `${signal} of ${template}`;
}

function codeOf(text: string, from: number, to: number): string {
  return text
    .split('\n')
    .slice(from - 1, to)
    .join(' ')
    .replace(/\/\/.*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

export function installedAt(root: string, version: string): string {
  return join(root, '.plimsoll', 'tools', `circomspect-${version}`, 'bin', 'circomspect');
}

/** Builds the pinned version with the cargo that is on the PATH: minutes. Why not, where it could not. */
export function install(root: string, version: string): string | undefined {
  if (existsSync(installedAt(root, version))) return undefined;
  const folder = join(root, '.plimsoll', 'tools', `circomspect-${version}`);
  const args = ['install', 'circomspect', '--version', version, '--locked', '--root', folder];
  const { status, error } = spawnSync('cargo', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 60 * MINUTES,
  });
  return status === 0
    ? undefined
    : `circomspect needs cargo: ${error?.message ?? `exit code ${status}`}`;
}

/**
 * What circomspect finds in these files under `root`, each looked at by itself: given all at once it drops
 * templates of the same name without a word. What it says of included files it says when they are looked at.
 */
export function analyse(root: string, binary: string, files: readonly string[]): Finding[] {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-circomspect-'));
  try {
    return files.flatMap((file) => {
      const report = join(folder, 'report.sarif');
      rmSync(report, { force: true });
      const libraries = ['circuits', 'node_modules'].flatMap((path) => ['--library', path]);
      const { status, stdout, error } = spawnSync(
        binary,
        [...libraries, '--sarif-file', report, file],
        { cwd: root, encoding: 'utf8', timeout: MINUTES },
      );
      // 1 where it finds something. Without a report nothing was looked at.
      if ((status !== 0 && status !== 1) || !existsSync(report)) {
        throw new Error(`circomspect failed on ${file}: ${error?.message ?? stdout}`);
      }
      const { runs } = parseDocument(reportSchema, readFileSync(report, 'utf8'), file);
      return runs.flatMap(({ results }) =>
        results.map(({ ruleId, message, locations }) => {
          const { artifactLocation, region } = locations[0]!.physicalLocation;
          const text = readFileSync(fileURLToPath(artifactLocation.uri), 'utf8');
          const code = codeOf(text, region.startLine, region.endLine);
          return { rule: ruleId, what: whatOf(message.text), where: `${file}: ${code}` };
        }),
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every circuit, by path. */
export function circuitFiles(root: string): string[] {
  return readdirSync(join(root, 'circuits'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.circom'))
    .map((file) => `circuits/${file}`)
    .sort();
}

const keyOf = ({ rule, what, where }: Finding): string => `${rule} ${what}\n  ${where}`;

function surplus(of: readonly string[], over: readonly string[]): string[] {
  const rest = [...over];
  return of.filter((key) => {
    const at = rest.indexOf(key);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** Findings that nobody has answered, and answers to what is no longer found. */
export function compareTriage(
  findings: readonly Finding[],
  { answers }: Triage,
): { readonly unanswered: readonly string[]; readonly stale: readonly string[] } {
  const found = findings.map(keyOf);
  const answered = answers.flatMap(({ rule, what, findings: places }) =>
    places.map((where) => keyOf({ rule, what, where })),
  );
  return { unanswered: surplus(found, answered), stale: surplus(answered, found) };
}

/** The same reasons, given to the findings as they are now; those that no reason fits are left out. */
export function retriaged(findings: readonly Finding[], { circomspect, answers }: Triage): Triage {
  return {
    circomspect,
    answers: answers.flatMap((answer) => {
      const places = findings
        .filter(({ rule, what }) => rule === answer.rule && what === answer.what)
        .map(({ where }) => where)
        .sort();
      return places.length === 0 ? [] : [{ ...answer, findings: places }];
    }),
  };
}
