// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { parseDocument } from '../../prover/core/schema.ts';
import type { Probe } from './instrument.ts';

export const UNREACHED_PATH = 'scripts/solidity-coverage/unreached.json';

const unreachedSchema = z.array(
  z.strictObject({
    where: z.string(),
    kind: z.enum(['statement', 'true', 'false']),
    text: z.string(),
    /** Why no test reaches it. */
    reason: z.string().min(20),
  }),
);
export type Unreached = z.infer<typeof unreachedSchema>;

export const readUnreached = (root: string): Unreached =>
  parseDocument(unreachedSchema, readFileSync(join(root, UNREACHED_PATH), 'utf8'), UNREACHED_PATH);

const keyOf = ({ where, kind, text }: Omit<Unreached[number], 'reason'>): string =>
  `${where} ${kind} ${text}`;

/** Reached of all: lines on which a statement begins, and outcomes of conditions. */
export interface Tally {
  readonly file: string;
  readonly lines: readonly [reached: number, all: number];
  readonly branches: readonly [reached: number, all: number];
}

function tallyOf(file: string, probes: readonly Probe[], reached: ReadonlySet<number>): Tally {
  const [statements, outcomes] = [true, false].map((isStatement) =>
    probes.filter(({ kind }) => (kind === 'statement') === isStatement),
  ) as [Probe[], Probe[]];
  const lines = new Set(statements.map(({ line }) => line));
  // A line is reached when all that begins on it is.
  const missed = new Set(statements.filter(({ id }) => !reached.has(id)).map(({ line }) => line));
  return {
    file,
    lines: [lines.size - missed.size, lines.size],
    branches: [outcomes.filter(({ id }) => reached.has(id)).length, outcomes.length],
  };
}

export interface CoverageReport {
  /** One a file, and the sum of all. */
  readonly tallies: readonly Tally[];
  /** Not reached, and nobody says why. */
  readonly unexplained: readonly Probe[];
  /** Explained, and reached or gone. */
  readonly stale: Unreached;
}

const sum = (
  tallies: readonly Tally[],
  of: (tally: Tally) => readonly [number, number],
): readonly [number, number] =>
  tallies.reduce<readonly [number, number]>(
    ([reached, all], tally) => [reached + of(tally)[0], all + of(tally)[1]],
    [0, 0],
  );

export function coverageReport(
  probes: readonly Probe[],
  reached: ReadonlySet<number>,
  explained: Unreached,
): CoverageReport {
  const files = [...new Set(probes.map(({ file }) => file))];
  const tallies = files.map((file) =>
    tallyOf(
      file,
      probes.filter((probe) => probe.file === file),
      reached,
    ),
  );
  const missed = probes.filter(({ id }) => !reached.has(id));
  const reasons = new Set(explained.map(keyOf));
  const open = new Set(missed.map(keyOf));
  return {
    tallies: [
      ...tallies,
      {
        file: 'all',
        lines: sum(tallies, ({ lines }) => lines),
        branches: sum(tallies, ({ branches }) => branches),
      },
    ],
    unexplained: missed.filter((probe) => !reasons.has(keyOf(probe))),
    stale: explained.filter((entry) => !open.has(keyOf(entry))),
  };
}

const share = ([reached, all]: readonly [number, number]): string =>
  all === 0 ? '–' : `${reached} of ${all}, ${((100 * reached) / all).toFixed(1)} %`;

/** As docs/contracts.md has it. */
export const coverageTable = ({ tallies }: CoverageReport): string =>
  [
    '| contract | lines | branches |',
    '|---|---|---|',
    ...tallies.map(({ file, lines, branches }) => {
      const name = file.replace(/^contracts\//, '').replace(/\.sol$/, '');
      return `| ${name === 'all' ? '**all**' : `\`${name}\``} | ${share(lines)} | ${share(branches)} |`;
    }),
  ].join('\n');
