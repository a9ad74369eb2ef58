// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { loadArtifactManifest } from '../../proving/artifacts.ts';
import {
  findProfile,
  findStatement,
  loadManifest,
  profilesBySize,
} from '../../statements/manifest.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';
import type { Command } from '../command.ts';
import { shape, text, whole } from '../../core/json-output.ts';
import { printRows } from '../table.ts';

interface CircuitRow {
  readonly statement: string;
  readonly profile: string;
  readonly constraints: number;
  readonly budget: number;
  /** How many; their names and units are in circuits/circuits.json. */
  readonly publicSignals: number;
  readonly zkeyBytes: number;
}

const COLUMNS = ['statement', 'profile', 'constraints', 'budget', 'public', 'zkey MB'] as const;

function builtCircuits(): CircuitRow[] {
  const manifest = loadManifest(REPOSITORY_ROOT);
  return loadArtifactManifest().artifacts.map((artifact) => {
    const statement = findStatement(manifest, artifact.statement);
    return {
      statement: artifact.statement,
      profile: artifact.profile,
      constraints: artifact.constraints,
      budget: findProfile(statement, artifact.profile).constraintBudget,
      publicSignals: statement.publicSignals.length,
      zkeyBytes: artifact.files.zkey.bytes,
    };
  });
}

function notBuilt(rows: readonly CircuitRow[]): string[] {
  const built = new Set(rows.map(({ statement, profile }) => `${statement}-${profile}`));
  return loadManifest(REPOSITORY_ROOT)
    .statements.flatMap((statement) =>
      profilesBySize(statement).map((profile) => `${statement.name}-${profile}`),
    )
    .filter((name) => !built.has(name));
}

const cellsOf = (row: CircuitRow): readonly string[] => [
  row.statement,
  row.profile,
  row.constraints.toLocaleString('en-US'),
  row.budget.toLocaleString('en-US'),
  String(row.publicSignals),
  (row.zkeyBytes / 1e6).toFixed(1),
];

export const command: Command = {
  name: 'circuits',
  example: 'npx plimsoll circuits --json',
  positionals: [],
  options: {},
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      circuits: z.array(
        shape({
          statement: text,
          profile: text,
          constraints: whole,
          budget: whole,
          publicSignals: whole,
          zkeyBytes: whole,
        }),
      ),
      notBuilt: z.array(text),
    }),
  },
  run: async (context) => {
    const rows = builtCircuits();
    printRows(context, COLUMNS, rows.map(cellsOf), '');
    const missing = notBuilt(rows);
    for (const name of missing) {
      context.print(
        `${name}: not built; node prover/toolchain/build-circuits.ts ${name} builds it`,
      );
    }
    context.print('keys: INSECURE development keys, never to be used for value');
    context.printJson({ circuits: rows, notBuilt: missing });
  },
};
