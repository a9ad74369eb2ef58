// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: installs Slither where it is not, and runs it for half a minute.
import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import { compareTriage, readTriage, runSlither } from '../../scripts/slither/slither.ts';

describe('Slither', () => {
  it('finds nothing that is not answered for this very code', (context) => {
    const run = runSlither(REPOSITORY_ROOT);
    if ('skipped' in run) {
      context.skip(run.skipped);
      return;
    }
    // Detectors that see nothing at all would be no check.
    expect(run.findings.length).toBeGreaterThan(10);
    const { untriaged, reopened, stale } = compareTriage(run.findings, readTriage(REPOSITORY_ROOT));
    expect({
      untriaged: untriaged.map(({ check, description }) => `${check}: ${description}`),
      reopened: reopened.map(({ check, description }) => `${check}: ${description}`),
      stale,
    }).toEqual({ untriaged: [], reopened: [], stale: [] });
  }, 900_000);

  it('reopens an answer when the code that it is about changes, and forgets none', () => {
    const finding = {
      check: 'reentrancy-eth',
      impact: 'High',
      where: 'Vault.claim()',
      codeHash: 'a',
      description: 'of a test',
    };
    const entry = { check: 'reentrancy-eth', where: 'Vault.claim()', reason: 'guarded by a lock' };
    expect(compareTriage([finding], [])).toMatchObject({ untriaged: [finding] });
    expect(compareTriage([finding], [{ ...entry, codeHash: 'b' }])).toMatchObject({
      untriaged: [],
      reopened: [finding],
    });
    expect(compareTriage([], [{ ...entry, codeHash: 'a' }]).stale).toHaveLength(1);
  });
});
