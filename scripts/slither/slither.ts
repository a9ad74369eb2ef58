// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { sha256 } from '../../prover/core/hash.ts';
import { parseDocument } from '../../prover/core/schema.ts';
import { standardInput } from './input.ts';

export const TRIAGE_PATH = 'scripts/slither/triage.json';
const REQUIREMENTS = 'scripts/slither/requirements.txt';
const MINUTES = 60_000;

/**
 * What is not asked, and why. `timestamp`: deadlines, heartbeats and auctions are the matter of these
 * contracts, and each bound is tested to the second. `shadowing-local`: only parameters of interfaces, which
 * are named after what the functions beside them return.
 */
const EXCLUDED = ['timestamp', 'shadowing-local'];

const mapping = z.object({
  start: z.number(),
  length: z.number(),
  filename_relative: z.string(),
});
interface Element {
  readonly type: string;
  readonly name: string;
  readonly source_mapping: z.infer<typeof mapping>;
  readonly type_specific_fields?:
    { readonly signature?: string | undefined; readonly parent?: Element | undefined } | undefined;
}
const element: z.ZodType<Element> = z.lazy(() =>
  z.object({
    type: z.string(),
    name: z.string(),
    source_mapping: mapping,
    type_specific_fields: z
      .object({ signature: z.string().optional(), parent: element.optional() })
      .optional(),
  }),
);
const reportSchema = z.object({
  success: z.literal(true),
  results: z.object({
    detectors: z
      .array(
        z.object({
          check: z.string(),
          impact: z.string(),
          description: z.string(),
          elements: z.array(element),
        }),
      )
      .default([]),
  }),
});

/** Something that Slither says of a function or a variable of ours. */
export interface Finding {
  readonly check: string;
  readonly impact: string;
  /** `Vault.escrowFrom(address,uint256)`. */
  readonly where: string;
  /** Of the code that it is about, without comments and layout. */
  readonly codeHash: string;
  readonly description: string;
}

const triageSchema = z.array(
  z.strictObject({
    check: z.string(),
    where: z.string(),
    codeHash: z.string(),
    /** Why it is none. */
    reason: z.string().min(20),
  }),
);
export type Triage = z.infer<typeof triageSchema>;

export const readTriage = (root: string): Triage =>
  parseDocument(triageSchema, readFileSync(join(root, TRIAGE_PATH), 'utf8'), TRIAGE_PATH);

/** The function, or the variable, that an element is or is inside. */
function subject(of: Element): Element {
  const parent = of.type_specific_fields?.parent;
  return of.type === 'node' && parent !== undefined ? subject(parent) : of;
}

function nameOf(of: Element): string {
  const { signature, parent } = of.type_specific_fields ?? {};
  const own = signature ?? of.name;
  return parent === undefined ? own : `${parent.name}.${own}`;
}

function codeHashOf(root: string, { source_mapping: at }: Element): string {
  // Slither counts bytes.
  const bytes = readFileSync(join(root, at.filename_relative));
  const code = bytes
    .subarray(at.start, at.start + at.length)
    .toString('utf8')
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replaceAll(/\s+/g, ' ');
  return sha256(code).slice(0, 16);
}

/** A run of Slither, or why there was none. */
export type SlitherRun = { readonly findings: readonly Finding[] } | { readonly skipped: string };

function installed(root: string): { readonly slither: string } | { readonly skipped: string } {
  const requirements = readFileSync(join(root, REQUIREMENTS), 'utf8');
  const folder = join(root, '.plimsoll', `slither-${sha256(requirements).slice(0, 12)}`);
  const slither = join(folder, 'bin', 'slither');
  if (existsSync(slither)) return { slither };
  const steps = [
    ['python3', '-m', 'venv', folder],
    [
      join(folder, 'bin', 'pip'),
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--requirement',
      join(root, REQUIREMENTS),
    ],
  ];
  for (const [command = '', ...args] of steps) {
    const { status, error, stderr } = spawnSync(command, args, {
      encoding: 'utf8',
      timeout: 10 * MINUTES,
    });
    if (status === 0) continue;
    // Whole or not at all: half an environment would be taken for one.
    rmSync(folder, { recursive: true, force: true });
    const cause = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
    return { skipped: `Slither is not installed here (python3 with venv and pip): ${cause}` };
  }
  return { slither };
}

/** Runs Slither over the contracts, installed into `.plimsoll` where python3 can. */
export function runSlither(root: string): SlitherRun {
  const environment = installed(root);
  if ('skipped' in environment) return environment;
  const folder = join(root, '.plimsoll', 'slither');
  mkdirSync(folder, { recursive: true });
  const [input, output] = ['input.json', 'report.json'].map((name) => join(folder, name)) as [
    string,
    string,
  ];
  writeFileSync(input, standardInput(root));
  rmSync(output, { force: true });
  const { stderr, error } = spawnSync(
    environment.slither,
    [
      input,
      '--compile-force-framework',
      'Solc-json',
      '--solc',
      join(root, 'scripts/slither/solc.mjs'),
      '--exclude',
      EXCLUDED.join(),
      '--exclude-informational',
      '--exclude-optimization',
      '--json',
      output,
    ],
    { cwd: root, encoding: 'utf8', timeout: 10 * MINUTES, maxBuffer: 2 ** 28 },
  );
  // It ends with the number of findings; only without a report did it fail.
  if (!existsSync(output)) throw new Error(`Slither made no report: ${error?.message ?? stderr}`);
  const { results } = parseDocument(reportSchema, readFileSync(output, 'utf8'), 'slither');
  const found = new Map<string, Finding>();
  for (const { check, impact, description, elements } of results.detectors) {
    const own = elements.find(({ source_mapping }) =>
      source_mapping.filename_relative.startsWith('contracts/'),
    );
    if (own === undefined) continue;
    const about = subject(own);
    const where = nameOf(about);
    found.set(`${check} ${where}`, {
      check,
      impact,
      where,
      codeHash: codeHashOf(root, about),
      description: description.replaceAll(/\s+/g, ' ').trim(),
    });
  }
  return { findings: [...found.values()] };
}

/** What of the findings nobody has answered, or answered for other code; and answers to nothing. */
export function compareTriage(findings: readonly Finding[], triage: Triage) {
  const answer = ({ check, where }: Finding) =>
    triage.find((entry) => entry.check === check && entry.where === where);
  return {
    untriaged: findings.filter((finding) => answer(finding) === undefined),
    reopened: findings.filter((finding) => {
      const entry = answer(finding);
      return entry !== undefined && entry.codeHash !== finding.codeHash;
    }),
    stale: triage.filter(
      ({ check, where }) =>
        !findings.some((finding) => finding.check === check && finding.where === where),
    ),
  };
}
