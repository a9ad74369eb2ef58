// SPDX-License-Identifier: GPL-3.0-or-later
import { afterAll, describe, expect, test } from 'vitest';

import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { formatProof, parseProof } from '../../../prover/proving/formats/proof-file.ts';
import { Prover } from '../../../prover/proving/prover.ts';
import { labelled } from '../../../prover/sample/labels.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';

const sample = loadSample();
const ledger = new Ledger(sample.ledgers.crash);
const requestOf = (index: number) => ({
  opening: ledger.open(index),
  tick: new MarketTick(sample.snapshots.crash.snapshot, loadDefaultParameters()),
  context: 4_242n,
});
const together = labelled(sample.labels, 'together').index;

const prover = new Prover();
afterAll(async () => prover.close());

describe('account-margin', () => {
  test('is proven of a withdrawal and a sale, and its file is read back', async () => {
    const instance = prepareStatement('account-margin', {
      ...requestOf(together),
      change: {
        removedAsset: 'USDC',
        removedAmount: 1_000_000_000n,
        isCredited: true,
        addedPosition: {
          instrument: { underlying: 0, kind: 'perpetual', expiry: 0n, strikeE4: 0n },
          lots: -5n,
        },
      },
    });
    expect(instance.profile).toBe('4');
    const { file } = await prover.prove(instance);
    expect(file.publicSignals).toEqual(instance.publicSignals);
    const read = parseProof(formatProof(file));
    expect(read.publicSignals).toEqual(instance.publicSignals);
    expect(await prover.verify(read)).toBe(true);

    // The fields of one word, each tampered with alone.
    for (const name of ['maintenanceMarginE6', 'owner', 'change'] as const) {
      const publicSignals = {
        ...instance.publicSignals,
        [name]: instance.publicSignals[name] - 1n,
      };
      expect(await prover.verify({ ...file, publicSignals }), name).toBe(false);
    }
    const wide = formatProof(file).replace(
      /("name": "worstScenarioBtc",\s+"unit": "scenario id",\s+"value": )"\d+"/,
      '$1"64"',
    );
    expect(() => parseProof(wide)).toThrow(/publicSignals\[11\]\.value: must fit 6 bits/);
  });

  test('is proven of an account of more than four positions', async () => {
    const index = ledger.accounts.findIndex(({ positions }) => positions.length > 8);
    const instance = prepareStatement('account-margin', requestOf(index));
    expect(instance.profile).toBe('16');
    const { file } = await prover.prove(instance);
    expect(file.publicSignals).toEqual(instance.publicSignals);
  });
});

test('solvency-receipt is proven of a healthy account, and says no more than it states', async () => {
  const instance = prepareStatement('solvency-receipt', {
    ...requestOf(together),
    equityAtLeastE6: 200_000_000_000n,
  });
  const { file } = await prover.prove(instance);
  expect(file.publicSignals).toEqual({
    ledgerRoot: ledger.root,
    snapshotHash: instance.publicSignals.snapshotHash,
    parameterHash: instance.publicSignals.parameterHash,
    owner: ledger.account(together).owner,
    equityAtLeastE6: 200_000_000_000n,
    context: 4_242n,
  });
  const more = { ...file.publicSignals, equityAtLeastE6: 200_000_000_001n };
  expect(await prover.verify({ ...file, publicSignals: more })).toBe(false);
});
