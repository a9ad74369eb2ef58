// SPDX-License-Identifier: GPL-3.0-or-later
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT, npmCi } from '../bootstrap.mjs';
import { withLock } from '../lock.mjs';
import { say } from '../progress.mjs';
import { CASES, caseName, type Case } from './cases.ts';
import type { Proven } from './engine.ts';
import { writeInstrumented } from './instrument.ts';
import {
  LEDGER_FILE,
  circuitSources,
  readLedger,
  templatesByName,
  type GadgetLedger,
  type LedgerEntry,
} from './ledger.ts';
import { MUTANTS, mutated } from './mutants.ts';
import { prove, type Verdict } from './prove.ts';
import { templateHashes, type Template } from './templates.ts';

const MANIFEST = join(ROOT, 'prover', 'toolchain', 'gadgets', 'z3');
const TOOLS = join(ROOT, '.plimsoll', 'tools', 'z3');
const FOLDER = join(ROOT, '.plimsoll', 'gadgets');

/** The pinned solver, installed when first needed. */
export async function solverFolder(): Promise<string> {
  if (!existsSync(TOOLS)) {
    await withLock(join(ROOT, '.plimsoll', 'z3.lock'), async () => {
      if (existsSync(TOOLS)) return;
      const draft = `${TOOLS}-${process.pid}`;
      mkdirSync(draft, { recursive: true });
      for (const file of ['package.json', 'package-lock.json']) {
        copyFileSync(join(MANIFEST, file), join(draft, file));
      }
      await npmCi(draft, process.execPath, process.env);
      renameSync(draft, TOOLS);
    });
  }
  return TOOLS;
}

/** What cases tell those that are built on them. */
export class KnownGadgets {
  readonly #proven = new Map<string, Proven>();
  readonly #ensured = new Set<string>();
  readonly #templates: ReadonlyMap<string, Template>;

  constructor(templates: ReadonlyMap<string, Template>) {
    this.#templates = templates;
  }

  static #key(template: string, parameters: readonly (bigint | number)[]): string {
    return `${template}(${parameters.join()})`;
  }

  add(
    { template, parameters, opaque, visible }: Case,
    verdict: Pick<LedgerEntry, 'open' | 'notEnsured' | 'outputs'>,
  ): void {
    if (verdict.notEnsured.length === 0) this.#ensured.add(KnownGadgets.#key(template, parameters));
    if (!opaque || verdict.open.length > 0 || verdict.notEnsured.length > 0) return;
    const { free, outputs } = this.#templates.get(template)!;
    // Its inputs do not determine all that it puts out: whoever uses it must be proven with its interior.
    if (outputs.some(({ name }) => free.includes(name))) return;
    this.#proven.set(KnownGadgets.#key(template, parameters), {
      unique: true,
      visible,
      outputs: verdict.outputs.map((range) =>
        range === null ? undefined : [BigInt(range[0]), BigInt(range[1])],
      ),
    });
  }

  /** What of a template was shown by itself: that it keeps what it ensures. */
  readonly isEnsured = (template: string, parameters: readonly bigint[]): boolean =>
    this.#ensured.has(KnownGadgets.#key(template, parameters));

  readonly lookup = (template: string, parameters: readonly bigint[]): Proven | undefined =>
    this.#proven.get(KnownGadgets.#key(template, parameters));
}

export interface ProveAllOptions {
  /** Names of templates; all of them when empty. */
  readonly only: readonly string[];
  /** What is in the ledger already, too. */
  readonly all: boolean;
  readonly timeoutSeconds: number;
  readonly json: boolean;
}

function hintsOf(
  templates: ReadonlyMap<string, Template>,
  cases: readonly LedgerEntry[],
): GadgetLedger['hints'] {
  return [...templates.values()]
    .filter(({ file, hints }) => file.startsWith('circuits') && hints.length > 0)
    .flatMap(({ name, file, hints, free }) => {
      const isOpen = cases.some(({ template, open }) => template === name && open.length > 0);
      return [...new Set(hints.map(({ signal }) => signal))].map((signal) => ({
        file,
        template: name,
        signal,
        proved: isOpen
          ? ('by argument' as const)
          : free.includes(signal)
            ? ('free' as const)
            : ('unique' as const),
      }));
    });
}

interface Proving {
  readonly templates: ReadonlyMap<string, Template>;
  readonly folder: string;
  readonly timeoutSeconds: number;
}

async function proveCase(
  one: Case,
  known: KnownGadgets,
  { templates, folder, timeoutSeconds }: Proving,
): Promise<Verdict> {
  return prove({ ...one, template: templates.get(one.template)! }, templates, known.lookup, {
    folder,
    tools: await solverFolder(),
    timeoutSeconds,
  });
}

/** Marked sources in a folder of their own while `work` goes on. */
export async function withMarked<T>(
  sources: ReadonlyMap<string, string>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = `${FOLDER}-${process.pid}`;
  writeInstrumented(folder, sources);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function entryOf(one: Case, hash: string, verdict: Verdict): LedgerEntry {
  return {
    case: caseName(one),
    template: one.template,
    hash,
    constraints: verdict.constraints,
    by: verdict.open.length > 0 ? 'argument' : verdict.by,
    open: [...verdict.open],
    notEnsured: [...verdict.notEnsured],
    unmet: [...verdict.unmet],
    outputs: verdict.outputs.map((range) =>
      range === undefined ? null : [String(range[0]), String(range[1])],
    ),
  };
}

/** A line a case, and one for each thing that could not be shown. */
function told({ case: title, by, open, unmet, notEnsured }: LedgerEntry, answer: string): string {
  return [
    `${title}: ${open.length === 0 ? `proven by ${by}` : `open (${answer})`}`,
    ...unmet.map((text) => `  not shown to be met: ${text}`),
    ...notEnsured.map((text) => `  not shown: ${text}`),
  ].join('\n');
}

/** Writes circuits/proved.json after every case, so that nothing is lost; true when nothing is open. */
export async function proveAll(options: ProveAllOptions): Promise<boolean> {
  const sources = circuitSources();
  const templates = templatesByName(sources);
  const hashes = templateHashes(sources);
  const before = existsSync(LEDGER_FILE) ? readLedger().cases : [];
  const known = new KnownGadgets(templates);
  const entries = new Map<string, LedgerEntry>();
  const write = (): GadgetLedger => {
    const kept = CASES.flatMap((one) => {
      const title = caseName(one);
      return entries.get(title) ?? before.find((entry) => entry.case === title) ?? [];
    });
    const ledger: GadgetLedger = { hints: hintsOf(templates, kept), cases: kept };
    writeFileSync(LEDGER_FILE, `${JSON.stringify(ledger, null, 2)}\n`);
    return ledger;
  };
  await withMarked(sources, async (folder) => {
    for (const one of CASES) {
      const title = caseName(one);
      const hash = hashes.get(one.template)!;
      const old = before.find((entry) => entry.case === title);
      const isChosen = options.only.length === 0 || options.only.includes(one.template);
      const isStale = old === undefined || old.hash !== hash;
      const isWhole = !isStale && old.open.length + old.notEnsured.length === 0;
      if (!isChosen || (isWhole && !options.all)) {
        if (!isStale) known.add(one, old);
        continue;
      }
      const verdict = await proveCase(one, known, { ...options, templates, folder });
      const entry = entryOf(one, hash, verdict);
      entries.set(title, entry);
      known.add(one, entry);
      write();
      say(told(entry, verdict.answer ?? ''));
    }
  });
  const { hints, cases } = write();
  const count = (proved: string): number => hints.filter((hint) => hint.proved === proved).length;
  const summary = {
    hints: hints.length,
    unique: count('unique'),
    free: count('free'),
    byArgument: count('by argument'),
    cases: cases.length,
    notEnsured: cases.reduce((sum, { notEnsured }) => sum + notEnsured.length, 0),
    unmet: cases.reduce((sum, { unmet }) => sum + unmet.length, 0),
  };
  if (options.json) console.log(JSON.stringify(summary));
  else {
    say(
      `${summary.hints} hints: ${summary.unique} unique, ${summary.free} free, ` +
        `${summary.byArgument} by argument only; ${summary.unmet} assumptions not shown to be met`,
    );
  }
  return summary.byArgument === 0 && summary.notEnsured === 0;
}

/** Weakens templates one at a time; true when no proof goes through any more. */
export async function proveMutants({
  only,
  timeoutSeconds,
  json,
}: ProveAllOptions): Promise<boolean> {
  const sources = circuitSources();
  const cases = readLedger().cases;
  let caught = 0;
  const mutants = MUTANTS.filter(({ template }) => only.length === 0 || only.includes(template));
  for (const mutant of mutants) {
    const weakened = mutated(sources, mutant);
    const templates = templatesByName(weakened);
    const one = CASES.find(({ template }) => template === mutant.template)!;
    const honest = cases.find((entry) => entry.case === caseName(one))!;
    const known = new KnownGadgets(templates);
    for (const other of CASES) {
      const entry = cases.find(({ case: title }) => title === caseName(other));
      if (other.template !== mutant.template && entry !== undefined) known.add(other, entry);
    }
    const verdict = await withMarked(weakened, async (folder) =>
      proveCase(one, known, { templates, folder, timeoutSeconds }),
    );
    // One that is open anyway shows nothing by being open.
    const isCaught =
      honest.open.length === 0 &&
      verdict.open.length > 0 &&
      verdict.constraints === honest.constraints;
    if (isCaught) caught++;
    say(`${mutant.file}, ${mutant.to} ${isCaught ? 'caught' : 'NOT CAUGHT'} (${verdict.answer})`);
  }
  if (json) console.log(JSON.stringify({ mutants: mutants.length, caught }));
  else say(`${caught} of ${mutants.length} mutants caught`);
  return caught === mutants.length;
}
