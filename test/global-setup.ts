// SPDX-License-Identifier: GPL-3.0-or-later
import { assertSetUp } from '../prover/toolchain/setup-state.ts';

/** Refuses to run without circuits and contracts: every failure would then be about that. */
export function setup(): void {
  try {
    assertSetUp();
  } catch (error) {
    throw new Error('circuits and contracts are not built; `npm test` builds them first', {
      cause: error,
    });
  }
}
