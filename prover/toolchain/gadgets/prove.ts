// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Proves of a template, with its parameters, that its inputs determine its outputs and its hints
 * wherever its assumptions hold, and that it meets the assumptions of what it is made of: by propagation
 * where that is enough, else by a solver of integer arithmetic.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { ROOT } from '../bootstrap.mjs';
import { Analysis, type Interval, type Lookup } from './engine.ts';
import { compileMarked, type Instance } from './instrument.ts';
import { Query } from './query.ts';
import { readSystem } from './system.ts';
import type { Template } from './templates.ts';

const SOLVER = join(ROOT, 'prover', 'toolchain', 'gadgets', 'solver.mjs');

export interface Verdict {
  /** Constraints without simplification: of the template as it is written. */
  readonly constraints: number;
  readonly by: 'propagation' | 'solver';
  /** Outputs and hints that a prover may perhaps choose; empty when proven. */
  readonly open: readonly string[];
  /** What its comment block ensures and could not be shown. */
  readonly notEnsured: readonly string[];
  /** Assumptions of its components that could not be shown to be met. */
  readonly unmet: readonly string[];
  /** Ranges of the outputs, as far as known: what a caller may build on. */
  readonly outputs: readonly (Interval | undefined)[];
  /** What the solver said last, where it was asked: `sat` is no defect by itself, it may know too little. */
  readonly answer?: string;
}

/** The answer in SMT-LIB's words, or `timeout`; of several questions the first that is not `unsat`. */
export async function askSolver(
  question: string,
  tools: string,
  timeoutSeconds: number,
): Promise<string> {
  const child = spawn(process.execPath, [SOLVER, tools], { stdio: ['pipe', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutSeconds * 1000);
  child.stdin.end(question);
  const [answer, errors, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  clearTimeout(timer);
  if (code === null) return 'timeout';
  if (code !== 0) throw new Error(`the solver ended with ${code}: ${errors.slice(0, 500)}`);
  return (
    answer
      .trim()
      .split('\n')
      .find((one) => one !== 'unsat') ?? 'unsat'
  );
}

export interface ProvingOptions {
  /** The folder of the marked sources. */
  readonly folder: string;
  /** Where the solver is installed; undefined to do without. */
  readonly tools: string | undefined;
  readonly timeoutSeconds: number;
}

export async function prove(
  instance: Instance,
  templates: ReadonlyMap<string, Template>,
  lookup: Lookup,
  { folder, tools, timeoutSeconds }: ProvingOptions,
): Promise<Verdict> {
  const compiled = await compileMarked(folder, `case-${instance.template.name}`, instance);
  const system = readSystem(
    compiled,
    templates,
    (name, parameters) => lookup(name, parameters)?.visible === false,
  );
  const analysis = new Analysis(system, lookup);
  analysis.ranges();
  analysis.propagate();
  const free = new Set(instance.template.free);
  const wires = [
    ...instance.template.outputs
      .filter(({ name }) => !free.has(name))
      .flatMap(({ name }) => system.wiresOf(name)),
    ...instance.template.hints
      .filter(({ signal }) => !free.has(signal))
      .flatMap(({ signal }) => system.wiresOf(signal)),
  ];
  const undetermined = (): number[] =>
    [...new Set(wires)].filter((wire) => !analysis.isKnown(wire));
  const query = new Query(analysis);
  analysis.ranges();
  analysis.propagate();
  let by: Verdict['by'] = 'propagation';
  let answer: string | undefined;
  let open = undetermined();
  if (open.length > 0 && tools !== undefined) {
    by = 'solver';
    // The hints first, which are often enough for the rest to follow; then what is still open.
    const hinted = new Set(instance.template.hints.flatMap(({ signal }) => system.wiresOf(signal)));
    const hints = open.filter((wire) => hinted.has(wire));
    for (const targets of hints.length > 0 && hints.length < open.length ? [hints, open] : [open]) {
      const asked = targets.filter((wire) => !analysis.isKnown(wire));
      if (asked.length === 0) continue;
      for (const question of query.uniqueness(asked)) {
        answer = await askSolver(question, tools, timeoutSeconds);
        if (answer !== 'unsat') break;
      }
      if (answer !== 'unsat') continue;
      analysis.learn(asked);
      analysis.propagate();
    }
    open = undetermined();
  }
  const notEnsured: string[] = [];
  for (const claim of system.root.ensures) {
    if (analysis.holds(claim)) continue;
    answer = tools && (await askSolver(query.ensured(claim), tools, timeoutSeconds));
    if (answer !== 'unsat') notEnsured.push(claim.text);
    // Each is proven of the same constraints, so the later may build on the earlier.
    else analysis.suppose(claim);
  }
  analysis.ranges();
  return {
    constraints: system.constraintCount,
    by,
    open: open.map((wire) => system.nameOf(wire)),
    notEnsured,
    unmet: analysis.unmet().map(({ component, claim }) => `${component.path}: ${claim.text}`),
    outputs: system.root.outputs.map((wire) => analysis.rangeOf(wire)),
    ...(answer === undefined ? {} : { answer }),
  };
}
