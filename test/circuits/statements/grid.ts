// SPDX-License-Identifier: GPL-3.0-or-later
import { expect } from 'vitest';

import {
  accountMarginInputs,
  accountMarginInstance,
} from '../../../prover/statements/account-margin.ts';
import type { AccountMarginRequest } from '../../../prover/statements/instance.ts';
import {
  decodePublicSignals,
  encodePublicSignals,
} from '../../../prover/statements/public-signals.ts';
import type { AccountMarginSignals } from '../../../prover/statements/generated/public-signals.ts';
import { findStatement, loadManifest } from '../../../prover/statements/manifest.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';

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

  /** What the circuit publishes about the account, as field elements in order. */
  async #publish(request: AccountMarginRequest, profile: string): Promise<readonly bigint[]> {
    const capacity = STATEMENT.profiles[profile]!.parameters[0]!;
    const opened = this.#opened.get(capacity) ?? this.#open(capacity);
    this.#opened.set(capacity, opened);
    const published = (await opened).signals(accountMarginInputs(request, capacity), SIGNALS);
    return SIGNALS.map((signal) => published[signal]!);
  }

  /** Of an account that fits the small profile. */
  async marginOf(request: AccountMarginRequest): Promise<AccountMarginSignals> {
    return decodePublicSignals('account-margin', await this.#publish(request, '4'));
  }

  /** Everything that the circuit publishes about the account is what TypeScript says of it. */
  async expectAgreement(request: AccountMarginRequest, name: string): Promise<void> {
    const { profile, publicSignals } = accountMarginInstance(request, STATEMENT);
    const expected = encodePublicSignals('account-margin', publicSignals);
    expect(await this.#publish(request, profile), name).toEqual(expected);
  }
}
