// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: starts an embedded database, of which the first start takes seconds.
import { expect, it } from 'vitest';

import { benchmarkService } from '../../../prover/bench/service.ts';
import { loadSample } from '../../../prover/sample/sample.ts';

it('a service on a synthetic venue is measured while its accounts change their states', async () => {
  const { calm, crash } = loadSample().snapshots;
  const snapshots = [calm.snapshot, crash.snapshot];
  const measured = await benchmarkService(
    snapshots,
    { accounts: 300, ticks: 2, proves: false },
    () => undefined,
  );
  expect(measured).toMatchObject({ accounts: 300, changedPerTick: 3, ticks: 2, requestsFailed: 0 });
  // A venue in which nobody is called would measure too little.
  expect(measured.transitions).toBeGreaterThan(10);
  expect(measured.requests).toBeGreaterThan(10);
}, 120_000);
