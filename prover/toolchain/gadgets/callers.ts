// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Whether those who use a template meet what it assumes: a statement is compiled whole, and the ranges that its
 * constraints give are compared with every assumption of every component in it.
 */
import { ROOT } from '../bootstrap.mjs';
import { say } from '../progress.mjs';
import { loadManifest, findProfile, profilesBySize } from '../../statements/manifest.ts';
import { CASES, caseName } from './cases.ts';
import { Analysis } from './engine.ts';
import { compileMarked } from './instrument.ts';
import { circuitSources, readLedger, templatesByName } from './ledger.ts';
import { KnownGadgets, withMarked } from './run.ts';
import { readSystem, type Component } from './system.ts';
import { templateHashes } from './templates.ts';

export interface Callers {
  /** Components of the statement, and wires that they assume something of. */
  readonly components: number;
  readonly assumptions: number;
  /** `GridProbabilities > D1Cell: @assumes dividend in …`, once each; where, for the first of them. */
  readonly unmet: ReadonlyMap<string, string>;
}

/** What of a template, compiled with all that it is made of, is not shown to be met. */
export async function callersIn(
  template: string,
  parameters: readonly number[],
  sources: ReadonlyMap<string, string>,
  folder: string,
): Promise<Callers> {
  const templates = templatesByName(sources);
  const instance = { template: templates.get(template)!, parameters, widths: {} };
  const known = new KnownGadgets(templates);
  const hashes = templateHashes(sources);
  const { cases } = readLedger();
  for (const one of CASES) {
    const entry = cases.find(({ case: title }) => title === caseName(one));
    if (entry?.hash === hashes.get(one.template)) known.add(one, entry!);
  }
  const compiled = await compileMarked(folder, `whole-${template}`, instance);
  const system = readSystem(
    compiled,
    templates,
    (name, parameters) => known.lookup(name, parameters) !== undefined,
  );
  const analysis = new Analysis(system, known.lookup, known.isEnsured);
  analysis.ranges();
  const callerOf = new Map<Component, string>();
  const collect = (component: Component): void => {
    for (const child of component.children) {
      callerOf.set(child, component.template.name);
      collect(child);
    }
  };
  collect(system.root);
  const unmet = new Map<string, string>();
  for (const { component, claim, found } of analysis.unmet()) {
    const title = `${callerOf.get(component)} > ${component.template.name}: ${claim.text}`;
    if (!unmet.has(title))
      unmet.set(title, `${component.path}, found ${found?.join(' … ') ?? 'nothing'}`);
  }
  return { ...analysis.assumptions(), unmet };
}

/** An assumption for which the comments of the callers speak, and no range that a machine finds. */
export interface Argued {
  readonly claim: string;
  readonly reason: string;
}

const OF_PARAMETERS =
  'of the parameter set, whose hash governance activates: the loader refuses one that is not so';
const OF_SLOTS =
  'a slot has a strike exactly on an option, and no other bit of its kind when it is empty (Slot)';

export const ARGUED: readonly Argued[] = [
  { claim: 'MarkValuation > OptionSurface: strikeE4 in 40 bits (its tag)', reason: OF_SLOTS },
  {
    claim: 'LogarithmQ72 > LeadingShift: @assumes value in [0, 2 ** 40)',
    reason: 'a number of 40 bits, or 1 in the place of 0 (MarkValuation, MixedLog)',
  },
  { claim: 'MarginAtScenarios > Contingencies: isPerpetual in 1 bits (its tag)', reason: OF_SLOTS },
  { claim: 'Contingencies > ContingencyBases: isPerpetual in 1 bits (its tag)', reason: OF_SLOTS },
  { claim: 'ContingencyBases > PositionTerms: isPerpetual in 1 bits (its tag)', reason: OF_SLOTS },
  {
    claim: 'ContingencyBases > UncoveredOptions: isPerpetual in 1 bits (its tag)',
    reason: OF_SLOTS,
  },
  {
    claim: 'OptionSurface > SviStdDev: @assumes kQ30 in [0 - 2 ** 33, 2 ** 33)',
    reason:
      'k is kept between bounds of 14 bits by comparing its floor with them (ClampedLogMoneyness)',
  },
  {
    claim:
      'HaircutValue > Bands: @assumes threshold[j + 1] - threshold[j] in [0, 2 ** BITS) for j < 2',
    reason: OF_PARAMETERS,
  },
  {
    claim: 'PositionScenario > TenorInterval: @assumes tauSeconds[0] in [1, 2 ** 26)',
    reason: OF_PARAMETERS,
  },
  {
    claim:
      'PositionScenario > TenorInterval: @assumes tauSeconds[i + 1] - tauSeconds[i] in [1, 2 ** 26) for i < 13',
    reason: OF_PARAMETERS,
  },
];

/** Every statement in its smallest profile, or those that are named; true when nothing unargued is unmet. */
export async function checkCallers(only: readonly string[], json: boolean): Promise<boolean> {
  const sources = circuitSources();
  const statements = loadManifest(ROOT).statements.filter(
    ({ name }) => only.length === 0 || only.includes(name),
  );
  let isComplete = true;
  await withMarked(sources, async (folder) => {
    for (const statement of statements) {
      const [profile] = profilesBySize(statement);
      const { parameters } = findProfile(statement, profile!);
      const { components, assumptions, unmet } = await callersIn(
        statement.template,
        parameters,
        sources,
        folder,
      );
      const unargued = [...unmet].filter(([title]) => !ARGUED.some(({ claim }) => claim === title));
      if (unargued.length > 0) isComplete = false;
      const told = { statement: `${statement.name}-${profile}`, components, assumptions };
      if (json) {
        console.log(JSON.stringify({ ...told, argued: unmet.size - unargued.length, unargued }));
        continue;
      }
      say(
        `${told.statement}: ${assumptions} assumptions of ${components} components, ${unmet.size} kinds not shown ` +
          `by ranges, ${unargued.length} of them without an argument`,
      );
      for (const [title, where] of unargued) say(`  not shown to be met: ${title} (${where})`);
    }
  });
  return isComplete;
}
