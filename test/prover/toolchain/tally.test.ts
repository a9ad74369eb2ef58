// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { closingLine, sumOf, tallyOf } from '../../../prover/toolchain/tally.ts';

function report(overrides: Record<string, unknown> = {}): unknown {
  return {
    numPassedTests: 7,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [{ status: 'passed', assertionResults: [{}] }],
    ...overrides,
  };
}

describe('tally of a test run', () => {
  it('counts passed, failed and skipped tests', () => {
    const counted = tallyOf(report({ numFailedTests: 2, numPendingTests: 3, numTodoTests: 1 }), 1);
    expect(counted).toEqual({ passed: 7, failed: 2, skipped: 4 });
  });

  it('counts a file that does not load as a failure', () => {
    const testResults = [{ status: 'failed', assertionResults: [] }];
    expect(tallyOf(report({ testResults }), 1).failed).toBe(1);
  });

  it('never reports success for a run that ended otherwise', () => {
    expect(tallyOf(report(), 1).failed).toBe(1);
    expect(tallyOf(undefined, 0).failed).toBe(1);
    expect(tallyOf(report(), 0).failed).toBe(0);
  });

  it('ends with one line over everything', () => {
    const total = sumOf([{ passed: 5, failed: 1, skipped: 0 }, tallyOf(report(), 0)]);
    expect(closingLine(total)).toBe('12 passed, 1 failed');
  });
});
