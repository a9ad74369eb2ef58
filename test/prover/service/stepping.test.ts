// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a venue with a margin state, a service on its node, proofs of steps and canaries.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Contract } from 'ethers';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

import { exportedAbi } from '../../../prover/chain/abi.ts';
import { read } from '../../../prover/chain/refusal.ts';
import { parameterHash } from '../../../prover/commitments/parameters-words.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import type { MarketSnapshot } from '../../../prover/model/types.ts';
import { MarginSteps } from '../../../prover/keeper/margin-steps.ts';
import { readServiceConfig } from '../../../prover/service/config/config.ts';
import { runService, type RunningService } from '../../../prover/service/run.ts';
import { multipliersQ20 } from '../../../prover/risk/dynamic/effective-set.ts';
import { request } from '../../support/api.ts';
import { developmentKey } from '../../support/deployments.ts';
import { inputsAt } from '../../support/margin-steps.ts';
import { MOVING_FROM, MovingVenue } from '../../support/moving-venue.ts';
import { accountNamed } from '../../support/proofs.ts';

const BASE = loadDefaultParameters();
const BANKRUPT = accountNamed('bankrupt-paid-in-full');
const MINUTE = 60n;
const FIRST = inputsAt(MOVING_FROM, 1n << 33n);

describe('a service on a venue whose margin moves', () => {
  let moving: MovingVenue;
  let state: Contract;
  let service: RunningService;
  let snapshot: MarketSnapshot;
  /** One step is taken, and no inputs since: where the chain is taken back to. */
  let afterFirst: unknown;
  /** Of the inputs that the second step is taken on. */
  let secondTime: bigint;

  const run = async (): Promise<RunningService> =>
    runService(
      readServiceConfig(join(moving.folder, 'service.json')),
      pino({ level: 'silent' }),
      () => undefined,
    );
  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    for (let wait = 0; wait < 600; wait += 1) {
      if (await holds()) return;
      await sleep(200);
    }
    throw new Error('it never came about');
  };
  const sequence = async (): Promise<bigint> =>
    (await read(state, 'latest', [], z.tuple([z.bigint(), z.bigint()])))[0];
  const marginState = async (): Promise<unknown> =>
    JSON.parse((await request(`${service.url}/margin-state`, 'GET', undefined, null)).text);
  const effective = (): Promise<bigint> => read(state, 'effectiveHash', [], z.bigint());
  const nextMinute = async (): Promise<bigint> =>
    ((await moving.chain.now()) / MINUTE + 1n) * MINUTE;

  beforeAll(async () => {
    moving = await MovingVenue.start();
    const { document, chain, folder } = moving;
    state = new Contract(
      document.contracts.marginState!,
      exportedAbi('MarginState'),
      chain.provider,
    );
    vi.stubEnv('PLIMSOLL_SIGNER_KEY', developmentKey(8));
    vi.stubEnv('PLIMSOLL_OPERATOR_TOKEN', 'the-token-of-the-operator');
    const config = {
      format: 'plimsoll.service',
      version: 1,
      folder: 'service',
      listen: { host: '127.0.0.1', port: 0 },
      stepping: {},
      chain: { venue: 'venue.json', rpc: [chain.url], pollMs: 100, ledger: 'ledger.json' },
    };
    writeFileSync(join(folder, 'service.json'), JSON.stringify(config));
    service = await run();
  }, 300_000);

  afterAll(async () => {
    vi.unstubAllEnvs();
    await service.stop();
    await moving.close();
  });

  it('takes each step by itself, once', async () => {
    snapshot = await moving.tick(FIRST.time, FIRST);
    await until(async () => (await sequence()) === 1n);
    const sender = await moving.chain.provider.getTransactionCount(
      (await moving.chain.provider.listAccounts())[8]!.address,
    );
    await sleep(1_000);
    expect([await sequence(), sender, service.joined?.steps?.taken]).toEqual([1n, 1, 1]);
  }, 180_000);

  it('margins by what the steps come to, once that is in force', async () => {
    expect(service.service.tick?.chain?.parameterHash).toBe(parameterHash(BASE));
    expect(await marginState()).toEqual({ state: null });
    const steps = MarginSteps.of(moving.document, moving.chain.provider, [BASE])!;
    await steps.follow();
    await moving.activate(1n, snapshot, steps.setOf(await effective())!);
    await moving.tick(await nextMinute());
    const now = await effective();
    expect(now).not.toBe(parameterHash(BASE));
    await until(() => service.service.tick?.chain?.parameterHash === now);
    expect(service.service.shortAtTick().map(({ account }) => account)).toContain(BANKRUPT);
    const multipliers = multipliersQ20(steps);
    expect(await marginState()).toMatchObject({
      state: {
        sequence: '1',
        time: FIRST.time.toString(),
        underlyings: multipliers.map((multiplier) => ({ multiplierQ20: multiplier.toString() })),
      },
    });
    expect(multipliers[0]).not.toBe(1n << 20n);
  }, 180_000);

  it('goes on after a restart in the midst of it', async () => {
    const held = service.service.tick?.chain;
    await service.stop();
    service = await run();
    await until(() => service.service.tick?.chain !== undefined);
    expect(service.service.tick?.chain).toEqual(held);
    afterFirst = await moving.chain.rpc('evm_snapshot', []);
    secondTime = await nextMinute();
    await moving.tick(secondTime, inputsAt(secondTime, 1n << 37n));
    await until(async () => (await sequence()) === 2n);
    await moving.tick(secondTime + MINUTE);
    const next = await effective();
    await until(() => service.service.tick?.chain?.parameterHash === next);
  }, 180_000);

  it('steps again where a reorganisation took steps back, on what then stands', async () => {
    const { chain } = moving;
    const takeBackTo = async (id: unknown): Promise<void> => {
      expect(await chain.rpc('evm_revert', [id])).toBe(true);
    };
    // What was sent under the number of the step may still be mined for some blocks after it was sent.
    const pass = (blocks: string): Promise<unknown> => chain.rpc('hardhat_mine', [blocks]);
    const stateHash = (): Promise<bigint> => read(state, 'stateHash', [], z.bigint());
    const second = await stateHash();

    // Inputs and step are gone: others come.
    await takeBackTo(afterFirst);
    expect(await sequence()).toBe(1n);
    await moving.tick(secondTime, inputsAt(secondTime, 3n << 36n));
    const beforeStep = await chain.rpc('evm_snapshot', []);
    expect(await sequence()).toBe(1n);
    await pass('0x10');
    await until(async () => (await sequence()) === 2n);
    const other = await stateHash();
    expect(other).not.toBe(second);

    // The step alone is gone: the same is sent again, under the number that is free again.
    await takeBackTo(beforeStep);
    expect(await sequence()).toBe(1n);
    // Beyond the height at which it was sent the first time, too.
    await pass('0x30');
    await until(async () => (await sequence()) === 2n);
    expect(await stateHash()).toBe(other);
  }, 300_000);
});
