// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: starts an embedded database, of which the first start takes seconds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { PLAIN_HASHER } from '../../../../prover/commitments/row-hasher.ts';
import { accountDocument, formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../../../../prover/documents/parameters-document.ts';
import { snapshotDocument } from '../../../../prover/documents/snapshot-document.ts';
import { ageSnapshot } from '../../../../prover/market/snapshot/age-slice.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import type { ProofMaker } from '../../../../prover/service/proving/proof-maker.ts';
import {
  newestProof,
  priorityOf,
  type ProvingDesk,
} from '../../../../prover/service/proving/proving-desk.ts';
import { Service } from '../../../../prover/service/service.ts';
import { openStore } from '../../../../prover/service/store/store.ts';
import { serviceConfig } from '../../../support/service-config.ts';
import { until } from '../../../support/until.ts';

describe('what is proven first', () => {
  it('is an account of an earlier minute, however small its shortfall', () => {
    expect(priorityOf(60n, 1n)).toBeGreaterThan(priorityOf(120n, 10n ** 20n));
  });

  it('is the larger shortfall of one minute', () => {
    expect(priorityOf(60n, 10n ** 12n)).toBeGreaterThan(priorityOf(119n, 10n ** 8n));
  });

  it('has a number that the queue can hold, for a century', () => {
    expect(priorityOf(4_000_000_000n, 0n)).toBeGreaterThan(-(2 ** 31));
  });
});

describe('a proving desk', () => {
  const sample = loadSample();
  const accounts = sample.ledgers.crash.slice(0, 60);
  const use = {
    chainId: 31_337n,
    liquidationEngine: `0x${'11'.repeat(20)}`,
    beneficiary: `0x${'22'.repeat(20)}`,
  };
  const made: { account: bigint; tick: bigint }[] = [];
  const uses: object[] = [];
  let fails = 0;
  const maker: ProofMaker = {
    prove: async ({ publicSignals }, madeFor) => {
      uses.push(madeFor);
      if (fails > 0) {
        fails -= 1;
        throw new Error('the proving process ended');
      }
      made.push({ account: publicSignals.accountIndex, tick: publicSignals.snapshotHash });
      return { file: JSON.stringify({ account: publicSignals.accountIndex.toString() }) };
    },
    close: () => undefined,
  };
  let folder: string;
  let service: Service;
  let desk: ProvingDesk;

  const aged = (seconds: bigint): string => {
    const { snapshot } = sample.snapshots.crash;
    return JSON.stringify(snapshotDocument(ageSnapshot(snapshot, snapshot.time + seconds, 'time')));
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-proving-'));
    const none = (): void => undefined;
    const store = await openStore({
      folder,
      databaseUrl: undefined,
      standby: none,
      lost: none,
      fault: none,
    });
    const config = serviceConfig(folder, { proving: use });
    service = await Service.start(store, config, loadDefaultParameters(), PLAIN_HASHER);
    await service.putLedger({
      sequence: 1,
      root: new Ledger(accounts).root.toString(),
      ledger: JSON.parse(formatLedger(accounts)) as unknown,
    });
    desk = await service.startProving(maker, use);
  }, 180_000);

  afterAll(async () => {
    await service.stop();
    rmSync(folder, { recursive: true });
  });

  it('proves every account below maintenance once a tick, also where a process ended', async () => {
    fails = 1;
    await service.putSnapshot(aged(0n));
    const due = service.book.liquidatable();
    expect(due.length).toBeGreaterThan(1);
    await until('all are made', () => made.length >= due.length);
    expect(made.map(({ account }) => Number(account)).sort((a, b) => a - b)).toEqual(due);
    await until('all are stored', () => desk.counts.made === due.length);
    const { chainId, beneficiary, liquidationEngine: contract } = use;
    expect(uses.at(-1)).toEqual({ chainId, contract, action: 'openLiquidation', beneficiary });
    const proof = await newestProof(service.store.database, due[0]!);
    expect(proof).toMatchObject({ account: due[0], tick: service.tick!.name });
    expect(await newestProof(service.store.database, accounts.length - 1)).toBeUndefined();
  }, 60_000);

  it('proves at the tick of the moment, not at the one that queued the job', async () => {
    made.length = 0;
    // Three ticks in one go: the first two are the past before a job is taken up.
    for (const seconds of [60n, 120n, 180n]) await service.putSnapshot(aged(seconds));
    const due = service.book.liquidatable();
    await until(
      'each is made',
      () => new Set(made.map(({ account }) => account)).size === due.length,
    );
    await sleep(700);
    const newest = BigInt(service.tick!.name);
    const atNewest = made
      .filter(({ tick }) => tick === newest)
      .map(({ account }) => Number(account));
    expect([...new Set(atNewest)].sort((a, b) => a - b)).toEqual(due);
    expect(atNewest).toHaveLength(due.length);
  }, 60_000);

  it('drops the job of an account that has recovered', async () => {
    const [account] = service.book.liquidatable();
    const { dropped } = desk.counts;
    made.length = 0;
    const rich = { ...accounts[account!]!, quoteE6: 10n ** 15n };
    const next = accounts.with(account!, rich);
    fails = 1_000;
    await service.putSnapshot(aged(240n));
    await service.updateLedger({
      sequence: 2,
      root: new Ledger(next).root.toString(),
      changes: [{ index: account, account: accountDocument(rich) }],
    });
    fails = 0;
    await until('one is dropped', () => desk.counts.dropped > dropped);
    await until('all are made', () => made.length >= service.book.liquidatable().length);
    expect(made.map(({ account: proven }) => Number(proven))).not.toContain(account);
  }, 60_000);
});
