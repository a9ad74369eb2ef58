// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { writeFileAtomically } from '../../core/files.ts';
import { findProfile, loadManifest, profilesBySize } from '../../statements/manifest.ts';
import type { CircuitManifest, Profile, PublicSignal } from '../../statements/manifest.ts';
import { parseDocument } from '../../core/schema.ts';

export const SNAPSHOT_PATH = 'circuits/constraints.json';
export const DOCUMENTATION_PATH = 'docs/circuits.md';

const snapshotSchema = z.record(z.string(), z.number().int().positive());
/** Measured constraints by `statement-profile`, kept in git so that growth shows in review. */
export type ConstraintSnapshot = z.infer<typeof snapshotSchema>;

export function readSnapshot(root: string): ConstraintSnapshot {
  const path = join(root, SNAPSHOT_PATH);
  if (!existsSync(path)) return {};
  return parseDocument(snapshotSchema, readFileSync(path, 'utf8'), SNAPSHOT_PATH);
}

function domainPower(rows: number): number {
  return Math.ceil(Math.log2(rows));
}

function thousands(value: number): string {
  return value.toLocaleString('en-US');
}

const BUILT: Readonly<Record<Profile['build'], string>> = {
  setup: 'by the set-up',
  test: 'by the tests',
  demand: 'on demand',
};

/** A packed signal is followed by its fields, named with the bits that they take. */
function signalRows(signal: PublicSignal, index: number): string[] {
  if (signal.type !== 'packed') {
    const { name, unit, type, doc } = signal;
    return [`| ${index} | \`${name}\` | ${unit} | ${type} | ${doc} |`];
  }
  let offset = 0;
  const fields = signal.fields.map(({ name, bits, unit, type, doc }) => {
    const place = bits === 1 ? `bit ${offset}` : `bits ${offset}–${offset + bits - 1}`;
    const row = `| | \`${name}\` | ${unit} | ${type}, ${place} | ${doc} |`;
    offset += bits;
    return row;
  });
  return [`| ${index} | \`${signal.name}\` | – | packed | ${signal.doc} |`, ...fields];
}

/** The page on the circuits: statements, profiles and public signals, from the manifest. */
export function circuitsDocument(circuits: CircuitManifest, snapshot: ConstraintSnapshot): string {
  const lines = [
    '# Circuits',
    '',
    '<!-- Generated from circuits/circuits.json and circuits/constraints.json by prover/toolchain/build-circuits.ts --snapshot. -->',
    '',
    'Constraints at full simplification (`--O2`), measured. The domain is the number of rows that',
    'decides the size of the key and the time of a proof.',
    '',
    '| statement | profile | parameters | constraints | budget | domain | built |',
    '|---|---|---|---:|---:|---|---|',
  ];
  for (const statement of circuits.statements) {
    for (const name of profilesBySize(statement)) {
      const profile = findProfile(statement, name);
      const measured = snapshot[`${statement.name}-${name}`];
      const rows =
        measured === undefined ? undefined : measured + statement.publicSignals.length + 1;
      lines.push(
        `| \`${statement.name}\` | ${name} | ${profile.parameters.join(', ')} | ` +
          `${measured === undefined ? 'not measured' : thousands(measured)} | ` +
          `${thousands(profile.constraintBudget)} | ${rows === undefined ? '–' : `2^${domainPower(rows)}`} | ` +
          `${BUILT[profile.build]} |`,
      );
    }
  }
  for (const statement of circuits.statements) {
    lines.push(
      '',
      `## \`${statement.name}\``,
      '',
      statement.description,
      '',
      `Template \`${statement.template}\` in \`${statement.file}\`. Public signals, in order:`,
      '',
      '| # | signal | unit | encoding | meaning |',
      '|---:|---|---|---|---|',
      ...statement.publicSignals.flatMap(signalRows),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Records the measured counts and rewrites the page. */
export function writeSnapshot(root: string, snapshot: ConstraintSnapshot): void {
  writeFileAtomically(join(root, SNAPSHOT_PATH), `${JSON.stringify(snapshot, null, 2)}\n`);
  const document = circuitsDocument(loadManifest(root), snapshot);
  writeFileAtomically(join(root, DOCUMENTATION_PATH), document);
}
