// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: starts an embedded database, of which the first start takes seconds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { parameterHash } from '../../../../prover/commitments/parameters-words.ts';
import { PLAIN_HASHER } from '../../../../prover/commitments/row-hasher.ts';
import { accountDocument, formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { snapshotDocument } from '../../../../prover/documents/snapshot-document.ts';
import { ageSnapshot } from '../../../../prover/market/snapshot/age-slice.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import type { ChainConfig } from '../../../../prover/service/config/chain-settings.ts';
import type { ProofMaker } from '../../../../prover/service/proving/proof-maker.ts';
import { Service } from '../../../../prover/service/service.ts';
import { openStore } from '../../../../prover/service/store/store.ts';
import { serviceConfig } from '../../../support/service-config.ts';
import { until } from '../../../support/until.ts';

/** Nothing follows it here: the test says what a chain would. */
const FOLLOWED = { rpc: [] } as unknown as ChainConfig;
/** How many a service without workers has in hand at a time. */
const IN_HAND = 2;
const use = {
  chainId: 31_337n,
  liquidationEngine: `0x${'11'.repeat(20)}`,
  beneficiary: `0x${'22'.repeat(20)}`,
};
const gate = (): { promise: Promise<void>; open: () => void } => {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, open };
};

it('proves at a tick only of the ledger that it binds, also while that tick is being margined', async () => {
  const { snapshot } = loadSample().snapshots.crash;
  const accounts = loadSample().ledgers.crash.slice(0, 60);
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cited-'));
  const none = (): void => undefined;
  const databaseUrl = undefined;
  const store = await openStore({ folder, databaseUrl, standby: none, lost: none, fault: none });
  const parameters = loadDefaultParameters();
  const config = serviceConfig(folder, { proving: use, chain: FOLLOWED });
  const service = await Service.start(store, config, parameters, PLAIN_HASHER);
  const tick = (number: bigint, ledgerRoot: bigint) => ({
    document: JSON.stringify(
      snapshotDocument(ageSnapshot(snapshot, snapshot.time + 60n * number, 'time')),
    ),
    chain: { number, ledgerRoot, parameterHash: parameterHash(parameters) },
  });
  const [proofs, margins] = [gate(), gate()];
  try {
    const first = new Ledger(accounts).root;
    const ledger = JSON.parse(formatLedger(accounts)) as unknown;
    await service.putLedger({ sequence: 1, root: first.toString(), ledger });
    await service.followChain(tick(1n, first), []);
    const due = service.dueAtTick().length;
    expect(due).toBeGreaterThan(3);

    const made: { readonly tick: bigint | undefined; readonly root: bigint }[] = [];
    const maker: ProofMaker = {
      prove: async ({ publicSignals }, { tick: number }) => {
        made.push({ tick: number, root: publicSignals.ledgerRoot });
        await proofs.promise;
        return { file: '{}' };
      },
      close: none,
    };
    // The first proofs are in hand, the others wait, when another tick comes with another ledger.
    await service.startProving(maker, use);
    await until('the first are taken up', () => made.length === IN_HAND);
    const healthy = accounts.findIndex((_, index) => !service.book.isLiquidatable(index));
    const changed = { ...accounts[healthy]!, quoteE6: accounts[healthy]!.quoteE6 + 1n };
    const second = new Ledger(accounts.with(healthy, changed)).root;
    await service.updateLedger({
      sequence: 2,
      root: second.toString(),
      changes: [{ index: healthy, account: accountDocument(changed) }],
    });
    const remargin = service.book.remargin.bind(service.book);
    service.book.remargin = async (sequence) => {
      await margins.promise;
      return await remargin(sequence);
    };
    const following = service.followChain(tick(2n, second), []);
    await until('the tick has come', () => service.tick?.chain?.number === 2n);
    proofs.open();
    await until('the others are dropped', () => service.proving!.counts.dropped >= due - IN_HAND);
    margins.open();
    await following;
    await until('all are made', () => service.proving!.counts.made === IN_HAND + due);
    expect(made.slice(0, IN_HAND)).toEqual(Array(IN_HAND).fill({ tick: 1n, root: first }));
    expect(made.slice(IN_HAND)).toEqual(Array(due).fill({ tick: 2n, root: second }));
  } finally {
    proofs.open();
    margins.open();
    await service.stop();
    rmSync(folder, { recursive: true });
  }
}, 120_000);
