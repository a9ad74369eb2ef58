// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a node, a service in a process of its own, and proofs.
import { expect, it } from 'vitest';

import { benchmarkBurst } from '../../../prover/bench/burst.ts';

it('accounts that fall short in one tick are opened and counted, each once', async () => {
  const measured = await benchmarkBurst(3, () => undefined);
  expect(measured).toMatchObject({ accounts: 3, opened: 3, failedTransactions: 0 });
  expect(measured.ticks.reduce((sum, { opened }) => sum + opened, 0)).toBe(3);
  expect(measured.ticks[0]?.toFirstSentMs).toBeGreaterThan(0);
  expect(measured.proofs).toBeGreaterThanOrEqual(3);
  expect(measured.gasPerOpening).toBeGreaterThan(50_000);
}, 300_000);
