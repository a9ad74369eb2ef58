// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: makes a real proof, in a process of its own.
import { afterAll, describe, expect, it, vi } from 'vitest';

import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { parseProof } from '../../../../prover/proving/formats/proof-file.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { ForkedProver } from '../../../../prover/service/proving/proof-maker.ts';
import { MarketTick } from '../../../../prover/statements/market-tick.ts';
import { prepareStatement } from '../../../../prover/statements/prepare.ts';

const { ledgers, snapshots } = loadSample();
const tick = new MarketTick(snapshots.crash.snapshot, loadDefaultParameters());
const account = ledgers.crash.find(
  (candidate) =>
    candidate.positions.length <= 7 && marginPortfolio(candidate, tick.market).liquidatable,
)!;
const opening = new Ledger([account]).open(0);
const use = {
  chainId: 31_337n,
  contract: `0x${'11'.repeat(20)}`,
  action: 'openLiquidation',
  beneficiary: `0x${'22'.repeat(20)}`,
  tick: 7n,
};
const instance = prepareStatement('liquidation', { opening, tick, context: 5n });

describe('a prover in a process of its own', () => {
  const maker = new ForkedProver();
  afterAll(() => {
    maker.close();
    vi.unstubAllEnvs();
  });

  it('makes a proof that says what was asked', async () => {
    const file = parseProof((await maker.prove(instance, use)).file);
    expect(file.publicSignals).toEqual(instance.publicSignals);
    expect(file.profile).toBe(instance.profile);
    expect(file.use).toEqual(use);
    // What no witness satisfies is that question's failure, and the next one is answered.
    const inputs = { ...instance.inputs, context: 6n, scenarioId: [0n, 0n] };
    await expect(maker.prove({ ...instance, inputs }, use)).rejects.toThrow();
    expect(parseProof((await maker.prove(instance, use)).file).publicSignals).toEqual(
      file.publicSignals,
    );
  }, 180_000);

  it('proves with the backend that the environment names', async () => {
    vi.stubEnv('PLIMSOLL_BACKEND', 'of-nobody');
    const other = new ForkedProver();
    try {
      await expect(other.prove(instance, use)).rejects.toThrow(/PLIMSOLL_BACKEND/);
    } finally {
      other.close();
    }
  }, 60_000);
});
