// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: starts an embedded database, of which the first start takes seconds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { PLAIN_HASHER } from '../../../../prover/commitments/row-hasher.ts';
import { formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { snapshotDocument } from '../../../../prover/documents/snapshot-document.ts';
import { ageSnapshot } from '../../../../prover/market/snapshot/age-slice.ts';
import { marginPortfolio } from '../../../../prover/risk/margin/margin.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import type { ProofMaker } from '../../../../prover/service/proving/proof-maker.ts';
import { Service } from '../../../../prover/service/service.ts';
import { openStore } from '../../../../prover/service/store/store.ts';
import { MarketTick } from '../../../../prover/statements/market-tick.ts';
import { serviceConfig } from '../../../support/service-config.ts';
import { until } from '../../../support/until.ts';

const DUE = 200;
/** Proofs that are made between one tick and the next. */
const A_TICK = 45;
const use = {
  chainId: 31_337n,
  liquidationEngine: `0x${'11'.repeat(20)}`,
  beneficiary: `0x${'22'.repeat(20)}`,
};

it('proves each of a burst once before any again, within as many ticks as the proofs take', async () => {
  const { snapshot } = loadSample().snapshots.crash;
  const { market } = new MarketTick(snapshot, loadDefaultParameters());
  const short = loadSample().ledgers.crash.filter(
    (account) => marginPortfolio(account, market).liquidatable && !account.frozen,
  );
  // Cash makes each of them another account, with another shortfall.
  const accounts = Array.from({ length: DUE }, (_, at) => {
    const account = short[at % short.length]!;
    return { ...account, quoteE6: account.quoteE6 - BigInt(at) * 1_000_000n };
  });
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-burst-'));
  const none = (): void => undefined;
  const databaseUrl = undefined;
  const store = await openStore({ folder, databaseUrl, standby: none, lost: none, fault: none });
  const config = serviceConfig(folder, { proving: use });
  const service = await Service.start(store, config, loadDefaultParameters(), PLAIN_HASHER);
  const made: number[] = [];
  let [ticks, isStopping] = [0, false];
  const maker: ProofMaker = {
    prove: async ({ publicSignals }) => {
      await until('the next tick', () => isStopping || made.length < ticks * A_TICK);
      made.push(Number(publicSignals.accountIndex));
      return { file: '{}' };
    },
    close: none,
  };
  const nextTick = async (): Promise<void> => {
    const aged = ageSnapshot(snapshot, snapshot.time + 60n * BigInt(ticks), 'time');
    await service.putSnapshot(JSON.stringify(snapshotDocument(aged)));
    ticks += 1;
  };
  try {
    const root = new Ledger(accounts).root.toString();
    const ledger = JSON.parse(formatLedger(accounts)) as unknown;
    await service.putLedger({ sequence: 1, root, ledger });
    await nextTick();
    expect(service.book.liquidatable()).toHaveLength(DUE);
    await service.startProving(maker, use);
    while (made.length < DUE) {
      await until('a tick’s proofs are made', () => made.length >= Math.min(DUE, ticks * A_TICK));
      await nextTick();
    }
    expect(new Set(made.slice(0, DUE)).size).toBe(DUE);
    expect(ticks).toBeLessThanOrEqual(Math.ceil(DUE / A_TICK) + 1);
  } finally {
    isStopping = true;
    await service.stop();
    rmSync(folder, { recursive: true });
  }
}, 240_000);
