// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { serviceMetrics } from '../../prover/service/api/metrics.ts';
import type { Service } from '../../prover/service/service.ts';
import {
  RULES_FILE,
  RUNBOOKS_FILE,
  rulesFile,
  runbooksFile,
} from '../../scripts/alert-rules/documents.ts';
import { ALERT_RULES } from '../../scripts/alert-rules/rules.ts';

describe('alert rules', () => {
  it('are written down as they are, each with its runbook', () => {
    // Otherwise: node scripts/generate-alert-rules.ts
    expect(readFileSync(RULES_FILE, 'utf8')).toBe(rulesFile());
    const runbooks = readFileSync(RUNBOOKS_FILE, 'utf8');
    expect(runbooks).toBe(runbooksFile());
    for (const { name, steps } of ALERT_RULES) {
      expect(runbooks).toContain(`\n## ${name}\n`);
      expect(steps.length, name).toBeGreaterThan(0);
    }
    expect(new Set(ALERT_RULES.map(({ name }) => name)).size).toBe(ALERT_RULES.length);
  });

  it('speak of metrics that the service has', () => {
    // Names alone are asked: no value is collected.
    const names = serviceMetrics({} as Service)
      .getMetricsAsArray()
      .map(({ name }) => name);
    // The event loop's lag has a metric a quantile, which the library names as it collects.
    const known = [...names, 'nodejs_eventloop_lag_p99_seconds'];
    for (const { name, expression } of ALERT_RULES) {
      const named = expression.match(/\b(plimsoll|nodejs|process)_[a-z0-9_]+/g) ?? [];
      expect(named.length, name).toBeGreaterThan(0);
      for (const metric of named) expect(known, name).toContain(metric);
    }
  });
});
