// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from 'vitest';

import { accountMarginInputs } from '../../prover/statements/account-margin.ts';
import { accountMarginInstance } from '../../prover/statements/account-margin.ts';
import type { AccountMarginRequest } from '../../prover/statements/instance.ts';
import { encodePublicSignals } from '../../prover/statements/public-signals.ts';
import { findStatement, loadManifest } from '../../prover/proving/manifest.ts';
import { REPOSITORY_ROOT } from '../../prover/proving/root.ts';
import { compileHarness, type CircuitUnderTest } from '../support/circuit.ts';

const STATEMENT = findStatement(loadManifest(REPOSITORY_ROOT), 'account-margin');
const SIGNALS = STATEMENT.publicSignals.map(({ name }) => name);

/** `AccountMargin` of the profiles, each opened when first needed. */
export class GridCircuits {
  readonly #opened = new Map<number, Promise<CircuitUnderTest>>();

  /** Not simplified: only values are compared, and that compiles ten times as fast. */
  async #open(capacity: number): Promise<CircuitUnderTest> {
    const { name, file, template, publicInputs } = STATEMENT;
    const spec = { name: `${name}-${capacity}`, file, template, publicInputs };
    return await compileHarness({ ...spec, parameters: [capacity] }, { simplification: 0 });
  }

  /** Everything that the circuit publishes about the account is what TypeScript says of it. */
  async expectAgreement(request: AccountMarginRequest, name: string): Promise<void> {
    const { profile, publicSignals } = accountMarginInstance(request, STATEMENT);
    const capacity = STATEMENT.profiles[profile]!.parameters[0]!;
    const opened = this.#opened.get(capacity) ?? this.#open(capacity);
    this.#opened.set(capacity, opened);
    const published = (await opened).signals(accountMarginInputs(request, capacity), SIGNALS);
    const expected = encodePublicSignals('account-margin', publicSignals);
    expect(
      SIGNALS.map((signal) => published[signal]),
      name,
    ).toEqual(expected);
  }
}
