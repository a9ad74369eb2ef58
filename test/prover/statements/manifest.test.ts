// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { InvalidInput } from '../../../prover/core/errors.ts';
import { loadArtifactManifest } from '../../../prover/proving/artifacts.ts';
import {
  builtAt,
  findProfile,
  findStatement,
  loadManifest,
  parseManifest,
  profilesBySize,
} from '../../../prover/statements/manifest.ts';
import type { CircuitManifest } from '../../../prover/statements/manifest.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { SymbolTable } from '../../../prover/proving/formats/symbols.ts';
import { signalTypes } from '../../../prover/toolchain/circuits/accessors.ts';
import { assertBudget, assertPublicSignals } from '../../../prover/toolchain/circuits/build.ts';
import {
  circuitsDocument,
  DOCUMENTATION_PATH,
  readSnapshot,
} from '../../../prover/toolchain/circuits/documentation.ts';
import { SIGNAL_TYPES_PATH } from '../../../prover/toolchain/circuits/generate.ts';

const circuits = loadManifest(REPOSITORY_ROOT);
const read = (path: string): string => readFileSync(join(REPOSITORY_ROOT, path), 'utf8');
/** TypeScript without regard to how a formatter breaks its lines. */
const withoutLayout = (source: string): string => source.replace(/[\s,]+/g, '');

type Draft = { -readonly [Key in keyof CircuitManifest]: unknown[] };
function altered(
  change: (draft: Draft & { statements: Record<string, unknown>[] }) => void,
): unknown {
  const draft = structuredClone(circuits) as unknown as Draft & {
    statements: Record<string, unknown>[];
  };
  change(draft);
  return draft;
}

/** The `margins` of `account-margin`. */
const packed = (draft: { statements: Record<string, unknown>[] }): Record<string, unknown> => {
  const statement = draft.statements.find(({ name }) => name === 'account-margin')!;
  const signals = statement['publicSignals'] as Record<string, unknown>[];
  return signals.find(({ name }) => name === 'margins')!;
};

describe('the manifest', () => {
  // The close of a session is proven once a tick, and its totals are what it is for.
  test('keeps every statement within eight public signals, the close of a session within twenty', () => {
    for (const { name, publicSignals } of circuits.statements) {
      expect(publicSignals.length, name).toBeLessThanOrEqual(name === 'solvency-close' ? 20 : 8);
    }
  });

  test('orders profiles from the smallest circuit up', () => {
    expect(profilesBySize(findStatement(circuits, 'liquidation'))).toEqual(['7', '16', '64']);
  });

  test.each([
    ['an unknown field', altered((d) => (d.statements[0]!['extra'] = 1)), /extra/],
    ['a missing template', altered((d) => delete d.statements[0]!['template']), /template/],
    [
      'a file outside the circuits',
      altered((d) => (d.statements[0]!['file'] = '../x.circom')),
      /file/,
    ],
    [
      'a public input that is not a signal',
      altered((d) => (d.statements[0]!['publicInputs'] = ['other'])),
      /publicInputs/,
    ],
    [
      'a packed signal wider than a field element',
      altered((d) => ((packed(d)['fields'] as { bits: number }[])[0]!.bits = 200)),
      /publicSignals/,
    ],
    [
      'a field of a packed signal named like another signal',
      altered((d) => ((packed(d)['fields'] as { name: string }[])[0]!.name = 'context')),
      /names must be unique/,
    ],
    ['a name used twice', altered((d) => d.statements.push(d.statements[0]!)), /liquidation/],
  ])('refuses %s, naming the field', (_, document, message) => {
    expect(() => parseManifest(document)).toThrow(InvalidInput);
    expect(() => parseManifest(document)).toThrow(message);
  });

  test('names what exists when asked for what does not', () => {
    expect(() => findStatement(circuits, 'absent')).toThrow(/liquidation, bankruptcy/);
    expect(() => findProfile(findStatement(circuits, 'liquidation'), '17')).toThrow(/7, 16, 64/);
  });
});

describe('generated files in git', () => {
  test('public signal types follow the manifest', () => {
    expect(withoutLayout(read(SIGNAL_TYPES_PATH))).toBe(
      withoutLayout(signalTypes(circuits.statements)),
    );
  });

  test('the circuits page follows the manifest and the constraint snapshot', () => {
    expect(read(DOCUMENTATION_PATH)).toBe(
      circuitsDocument(circuits, readSnapshot(REPOSITORY_ROOT)),
    );
  });
});

describe('built circuits', () => {
  const { artifacts } = loadArtifactManifest();

  test('have exactly the constraints recorded in git', () => {
    const snapshot = readSnapshot(REPOSITORY_ROOT);
    for (const { statement, profile, constraints } of artifacts) {
      expect(snapshot[`${statement}-${profile}`], `${statement}-${profile}`).toBe(constraints);
    }
  });

  test('cover every profile that the tests build, within its budget', () => {
    const built = new Map(artifacts.map((entry) => [`${entry.statement}-${entry.profile}`, entry]));
    for (const statement of circuits.statements) {
      for (const [name, profile] of Object.entries(statement.profiles)) {
        if (!builtAt(profile, 'test')) continue;
        const entry = built.get(`${statement.name}-${name}`);
        expect(entry?.constraints, name).toBeLessThanOrEqual(profile.constraintBudget);
        expect(entry?.key).toBe('insecure-development');
        expect(entry?.files.zkey.path).toMatch(/INSECURE/);
      }
    }
  });
});

describe('the build stops', () => {
  test('at a circuit over its budget, with the numbers', () => {
    expect(() => assertBudget('x', 100, 100)).not.toThrow();
    expect(() => assertBudget('x', 101, 100)).toThrow(/101 constraints, 1 over its budget of 100/);
  });

  test('at public signals in another order than the circuit has them', () => {
    const statement = findStatement(circuits, 'bankruptcy');
    const names = statement.publicSignals.map((signal) => signal.name);
    const table = (order: readonly string[]): SymbolTable =>
      new SymbolTable(
        order.map((name, index) => `${index + 1},${index + 1},0,main.${name}`).join('\n'),
      );
    expect(() => assertPublicSignals(statement, table(names))).not.toThrow();
    expect(() => assertPublicSignals(statement, table(names.toReversed()))).toThrow(
      /lists ledgerRoot/,
    );
  });
});
