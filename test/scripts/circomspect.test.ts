// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: runs circomspect over every circuit, where it has been built.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import {
  analyse,
  circuitFiles,
  compareTriage,
  installedAt,
  readTriage,
  retriaged,
} from '../../scripts/circomspect/circomspect.ts';

const triage = readTriage(REPOSITORY_ROOT);
const binary = installedAt(REPOSITORY_ROOT, triage.circomspect);

describe.skipIf(!existsSync(binary))(
  'circomspect (built by node scripts/circomspect.ts, which takes cargo and minutes)',
  () => {
    it('finds nothing that is not answered, file by file', () => {
      const findings = analyse(REPOSITORY_ROOT, binary, circuitFiles(REPOSITORY_ROOT));
      // One that sees nothing at all would be no check.
      expect(findings.length).toBeGreaterThan(100);
      expect(compareTriage(findings, triage)).toEqual({ unanswered: [], stale: [] });
    }, 600_000);

    it('finds a hint that nothing constrains, and one that it cannot read', () => {
      const root = mkdtempSync(join(tmpdir(), 'plimsoll-circomspect-'));
      try {
        mkdirSync(join(root, 'circuits'));
        const lines = ['pragma circom 2.0.0;', 'template Free() {', 'signal input a;'];
        const text = [...lines, 'signal output b;', 'b <-- a + 1;', '}', ''].join('\n');
        writeFileSync(join(root, 'circuits/free.circom'), text);
        const found = analyse(root, binary, ['circuits/free.circom']);
        expect(found).toContainEqual(
          expect.objectContaining({ rule: 'CS0013', where: 'circuits/free.circom: b <-- a + 1;' }),
        );
        expect(compareTriage(found, triage).unanswered).toHaveLength(found.length);
        writeFileSync(join(root, 'circuits/free.circom'), 'template {');
        const broken = analyse(root, binary, ['circuits/free.circom']);
        expect(compareTriage(broken, triage).unanswered).not.toEqual([]);
      } finally {
        rmSync(root, { recursive: true });
      }
    });
  },
);

describe('answers to circomspect', () => {
  const finding = {
    rule: 'CS0018',
    what: 'out of Range',
    where: 'a.circom: component r = Range(8);',
  };
  const answer = (...findings: string[]) => ({
    circomspect: '0',
    answers: [{ rule: 'CS0018', what: 'out of Range', reason: 'as good as any', findings }],
  });

  it('are of one place each, as often as it is found', () => {
    expect(compareTriage([finding], answer(finding.where))).toEqual({ unanswered: [], stale: [] });
    expect(compareTriage([finding, finding], answer(finding.where)).unanswered).toHaveLength(1);
    expect(compareTriage([], answer(finding.where)).stale).toHaveLength(1);
    const elsewhere = { ...finding, where: 'b.circom: component r = Range(8);' };
    const compared = compareTriage([elsewhere], answer(finding.where));
    expect([compared.unanswered.length, compared.stale.length]).toEqual([1, 1]);
  });

  it('are handed on only to findings of their kind', () => {
    const other = { ...finding, what: 'in of Range' };
    const next = retriaged([finding, other], answer('gone.circom: x'));
    expect(next.answers).toEqual([{ ...answer(finding.where).answers[0] }]);
    expect(compareTriage([finding, other], next).unanswered).toHaveLength(1);
  });
});
