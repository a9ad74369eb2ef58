// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a node, a service in a process of its own that is killed, and proofs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Wallet } from 'ethers';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { FollowedVenue } from '../../../prover/bench/torture/followed-venue.ts';
import { NodeGateway } from '../../../prover/bench/torture/node-gateway.ts';
import { OwnerProcess } from '../../../prover/bench/torture/owner-process.ts';
import { readServiceConfig } from '../../../prover/service/config/config.ts';
import { replayDay } from '../../../prover/service/replay.ts';
import { parameterSets, runService, type RunningService } from '../../../prover/service/run.ts';
import { marketClock } from '../../../prover/keeper/auctions.ts';
import { formatVenue } from '../../../prover/chain/venue-document.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { formatLedger } from '../../../prover/documents/ledger-document.ts';
import { parseProof } from '../../../prover/proving/formats/proof-file.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { judgeProof } from '../../../prover/receipt/browser.ts';
import { request } from '../../support/api.ts';
import { launchBrowser, noBrowser, seriousFindings } from '../../support/browser.ts';
import { developmentKey } from '../../support/deployments.ts';
import { DUE, fourAccounts as accounts } from '../../support/due-accounts.ts';
import { until } from '../../support/until.ts';

const sample = loadSample();
const TICK_MS = 90_000;
/** Nobody else of this chain sends for it. */
const sender = new Wallet(developmentKey(9));
const token = 'the-token-of-the-operator';

describe('a service on its venue’s chain', () => {
  let folder: string;
  let followed: FollowedVenue;
  let node: NodeGateway;
  let owner: OwnerProcess;
  let shadow: RunningService;
  let readyWithoutNode: Awaited<ReturnType<typeof request>>;
  /** Before the first tick. */
  let empty: unknown;
  let saved: unknown;
  let tickedAt: number | undefined;
  let openedAtTick: readonly number[] = [];

  const ask = async (method: string, path: string, body?: unknown) => {
    const { text } = await request(`${owner.url}${path}`, method, body, token);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const openedAccounts = async (): Promise<readonly number[]> =>
    (await followed.openings()).map(({ values }) => Number(values.accountIndex)).sort();
  const stateOf = async (account: number): Promise<unknown> =>
    (await ask('GET', `/accounts/${account}`))['state'];

  const allInLiquidation = async (): Promise<boolean> => {
    const states = await Promise.all(DUE.map(stateOf));
    return states.every((state) => state === 'inLiquidation');
  };
  /** What a late repeat would do, it does now. */
  const settled = async (): Promise<void> => {
    await followed.mine(3);
    await sleep(1_000);
  };
  const takeBackTo = async (snapshot: unknown): Promise<void> => {
    await followed.chain.rpc('evm_revert', [snapshot]);
    await followed.chain.setNextTime((await followed.chain.now()) + 2n);
    await followed.mine();
  };
  /** The next tick, before the one that stands is too old to be cited: a loaded machine takes minutes. */
  const tickInTime = async (): Promise<void> => {
    if (tickedAt !== undefined && Date.now() - tickedAt < TICK_MS) return;
    await followed.nextTick();
    tickedAt = Date.now();
    openedAtTick = await openedAccounts();
    saved = await followed.chain.rpc('evm_snapshot', []);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-opening-'));
    followed = await FollowedVenue.start(accounts, sample.snapshots.crash);
    empty = await followed.chain.rpc('evm_snapshot', []);
    node = new NodeGateway(followed.chain.url);
    await node.up();
    writeFileSync(join(folder, 'venue.json'), formatVenue(followed.document));
    writeFileSync(join(folder, 'ledger.json'), formatLedger(accounts));
    const configured = (name: string, chain: object, more: object = {}): string => {
      const common = {
        format: 'plimsoll.service',
        version: 1,
        folder: name,
        listen: { host: '127.0.0.1', port: 0 },
        chain: { venue: 'venue.json', rpc: [node.url], pollMs: 100, depth: 1000, ...chain },
      };
      const path = join(folder, `${name}.json`);
      writeFileSync(path, JSON.stringify({ ...common, ...more }));
      return path;
    };
    const environment = { ...process.env, PLIMSOLL_OPERATOR_TOKEN: token };
    const submitting = { budgetWei: '1000000000000000000', confirmations: 1 };
    owner = new OwnerProcess(configured('operator', {}, { submitting }), {
      ...environment,
      PLIMSOLL_SIGNER_KEY: sender.privateKey,
    });
    const published = configured('keeper', { ledger: 'ledger.json' });
    // Whoever starts while the node is down waits for it.
    await node.down();
    shadow = await runService(
      { ...readServiceConfig(published, environment), shadow: true },
      pino({ level: 'silent' }),
      () => undefined,
    );
    readyWithoutNode = await request(`${shadow.url}/ready`, 'GET', undefined, null);
    await node.up();
    await owner.start();
    await ask('PUT', '/ledger', {
      sequence: 1,
      root: new Ledger(accounts).root.toString(),
      ledger: JSON.parse(formatLedger(accounts)) as unknown,
    });
  }, 300_000);

  afterAll(async () => {
    await owner.kill();
    await shadow.stop();
    await node.down();
    await followed.chain.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts while its node is down, says so, and follows once it answers', async () => {
    expect(readyWithoutNode.status).toBe(503);
    expect(readyWithoutNode.text).toContain('chain: the node does not answer');
    await until('the shadow has joined', async () => shadow.joined !== undefined);
  }, 60_000);

  it('opens each account below maintenance once, killed when the node has its transaction', async () => {
    let kills = 0;
    node.watch = async (moment) => {
      if (moment !== 'taken' || kills > 0) return;
      kills += 1;
      await owner.kill();
    };
    await until('all are opened', async () => {
      if (!owner.alive) await owner.start();
      await tickInTime();
      return (await openedAccounts()).length === DUE.length;
    });
    expect(kills).toBe(1);
    await settled();
    expect(await openedAccounts()).toEqual(DUE);
    const mined = new Set((await followed.openings()).map((event) => event.transactionHash));
    expect(await followed.chain.provider.getTransactionCount(sender.address)).toBe(mined.size);
    await until('all are in liquidation', allInLiquidation);
    expect(await stateOf(0)).toBe('healthy');
    const { text: metrics } = await request(`${owner.url}/metrics`, 'GET', undefined, token);
    expect(metrics).toContain('plimsoll_openings_waiting 0\n');
    expect(metrics).toMatch(/^plimsoll_spent_wei [1-9]/m);
    expect(metrics).toMatch(/^plimsoll_fund_usd\{part="free"\} [1-9]/m);
    expect(metrics).toContain('plimsoll_budget_spent 0\n');
    // What the page shows of it: for sale to nobody yet, at the market clock, and what each opening took.
    const { auctions, clock, rampSeconds } = (await ask('GET', '/auctions')) as {
      auctions: { account: number; frozenAt: unknown; priceE6: unknown; mmE6: string }[];
      clock: string;
      rampSeconds: number;
    };
    expect(auctions.map(({ account }) => account).toSorted((a, b) => a - b)).toEqual(DUE);
    for (const auction of auctions) {
      expect(auction).toMatchObject({ frozenAt: null, priceE6: null });
      expect(BigInt(auction.mmE6)).toBeGreaterThan(0n);
    }
    expect(rampSeconds).toBe(followed.document.config.engine.rampSeconds);
    const chainClock = await marketClock(followed.venue.marketFeed);
    expect(BigInt(clock)).toBeLessThanOrEqual(chainClock);
    expect(BigInt(clock)).toBeGreaterThan(chainClock - 60n);
    const { proofs } = (await ask('GET', '/proofs')) as {
      proofs: { latencyMs: number | null; openingGas: string | null }[];
    };
    expect(proofs.every(({ openingGas }) => Number(openingGas) > 100_000)).toBe(true);
    const { proof } = await ask('GET', `/accounts/${DUE[0]!}/proof`);
    const { chainId, contracts } = followed.document;
    expect(parseProof(String(proof)).use).toMatchObject({
      chainId,
      contract: contracts.liquidationEngine,
      action: 'openLiquidation',
      beneficiary: sender.address,
      tick: expect.any(BigInt) as bigint,
    });
  }, 300_000);

  it('is seen by a keeper in the shadow, from published data alone, to do what it would have done', async () => {
    const counts = () => shadow.joined!.shadow!.counts;
    await until('the shadow agrees', async () => counts().agreed === DUE.length);
    expect(counts()).toEqual({ decided: DUE.length, agreed: DUE.length, onlyTheirs: 0 });
    expect(shadow.service.ledger.state).toMatchObject({ root: new Ledger(accounts).root });
    await expect(shadow.service.putLedger({})).rejects.toMatchObject({
      code: 'LEDGERS_FROM_CHAIN',
    });
  });

  it('goes through a day that is past as it would have gone through it', async () => {
    const config = readServiceConfig(join(folder, 'keeper.json'), {
      PLIMSOLL_OPERATOR_TOKEN: token,
    });
    const day = new Date(Number(sample.snapshots.crash.snapshot.time) * 1000)
      .toISOString()
      .slice(0, 10);
    const past = { ...config, chain: config.chain! };
    const log = pino({ level: 'silent' });
    const sets = parameterSets(config);
    const report = await replayDay(past, day, sets, log);
    expect(report).toMatchObject({ day, decided: DUE.length, agreed: DUE.length, onlyTheirs: 0 });
    expect(report.ticks).toBeGreaterThan(0);
    await expect(replayDay(past, '2020-01-01', sets, log)).rejects.toMatchObject({
      code: 'NO_TICK',
    });
  }, 60_000);

  it('opens again what a reorganisation took back', async () => {
    await takeBackTo(saved);
    expect(await openedAccounts()).toEqual(openedAtTick);
    tickedAt = Date.now();
    await until('all are opened again', async () => {
      await tickInTime();
      await followed.mine();
      return (await openedAccounts()).length === DUE.length;
    });
    await settled();
    expect(await openedAccounts()).toEqual(DUE);
    await until('all are in liquidation', allInLiquidation);
  }, 120_000);

  it('opens all of them again where one is under way above numbers that were taken back', async () => {
    const metric = async (name: string): Promise<number> => {
      const { text } = await request(`${owner.url}/metrics`, 'GET', undefined, token);
      return Number(new RegExp(`^plimsoll_${name} (\\d+)$`, 'm').exec(text)?.[1]);
    };
    const openAll = async (mines: boolean): Promise<void> => {
      tickedAt = undefined;
      await until('all are opened', async () => {
        await tickInTime();
        if (mines) await followed.mine();
        return (await openedAccounts()).length === DUE.length;
      });
    };
    await takeBackTo(empty);
    empty = await followed.chain.rpc('evm_snapshot', []);
    // No block comes after the last of them: it stays under way, those before it are settled.
    await openAll(false);
    await until('one is under way', async () => (await metric('transactions_pending')) === 1);
    expect(await followed.chain.provider.getTransactionCount(sender.address)).toBeGreaterThan(1);
    const raised = await metric('fees_raised');
    await takeBackTo(empty);
    await openAll(true);
    await settled();
    expect(await openedAccounts()).toEqual(DUE);
    expect(await metric('fees_raised')).toBe(raised);
    expect(await metric('transactions_pending')).toBe(0);
    expect((await request(`${owner.url}/ready`, 'GET', undefined, null)).status).toBe(200);
  }, 300_000);

  it('tells every statement that a contract took, each with the proof that its transaction brought', async () => {
    const { statements, places } = (await ask('GET', '/statements')) as {
      statements: Record<
        'statement' | 'account' | 'transaction' | 'snapshotHash' | 'gas',
        string
      >[];
      places: { statement: string; contract: string | null; why: string | null }[];
    };
    expect(statements.map(({ account }) => Number(account)).toSorted((a, b) => a - b)).toEqual(DUE);
    const { contracts } = followed.document;
    const placeOf = (name: string) => places.find(({ statement }) => statement === name);
    expect(placeOf('liquidation')!.contract).toBe(contracts.liquidationEngine);
    expect(placeOf('margin-step')).toMatchObject({ contract: null, why: 'not deployed' });
    const keys = JSON.stringify(await ask('GET', '/keys'));
    const openings = await followed.openings();
    // All is asked before anything is judged: a busy process lets connections go.
    const brought = new Map<string, readonly string[]>();
    for (const transaction of new Set(statements.map((one) => one.transaction))) {
      const reply = await ask('GET', `/statements/${transaction}/proofs`);
      brought.set(transaction, reply['proofs'] as string[]);
    }
    const nowhere = `/statements/0x${'ab'.repeat(32)}/proofs`;
    expect((await ask('GET', nowhere))['code']).toBe('NO_PROOF');
    expect((await ask('GET', '/statements/0xAB/proofs'))['code']).toBe('REQUEST');
    for (const { statement, account, transaction, snapshotHash, gas } of statements) {
      expect(statement).toBe('liquidation');
      const own = openings.find(({ values }) => values.accountIndex === BigInt(account))!;
      expect(transaction).toBe(own.transactionHash);
      expect(Number(gas)).toBeGreaterThan(100_000);
      const proofs = brought.get(transaction)!;
      const judge = (accountIndex: number) =>
        proofs.map((proof) =>
          judgeProof(proof, keys, {
            statement: 'liquidation',
            accountIndex,
            snapshotHash: BigInt(snapshotHash),
          }),
        );
      const held = judge(Number(account)).filter(({ verdict }) => verdict === 'holds');
      expect(held).toHaveLength(1);
      expect(new Set(judge(0).map(({ code }) => code))).toEqual(new Set(['ACCOUNT_MISMATCH']));
      const another = judgeProof(proofs[0]!, keys, { statement: 'takeover' });
      expect(another.code).toBe('STATEMENT_MISMATCH');
    }
  }, 300_000);

  it.skipIf(noBrowser)(
    'shows on its page what a bid takes once a ledger has the Freeze, and checks there what was taken',
    async () => {
      await followed.sequencer.post();
      await followed.mine(2);
      const priceE6Of = async (account: number): Promise<bigint | undefined> => {
        const { auctions } = (await ask('GET', '/auctions')) as {
          auctions: { account: number; priceE6: string | null }[];
        };
        const priceE6 = auctions.find((one) => one.account === account)?.priceE6 ?? null;
        return priceE6 === null ? undefined : BigInt(priceE6);
      };
      const [account] = DUE;
      await until('the account has a price', async () => (await priceE6Of(account!)) !== undefined);
      const browser = await launchBrowser();
      try {
        const page = await browser.newPage();
        await page.goto(`${owner.url}/page`);
        await page.locator('input[name=token]').fill(token);
        await page.getByRole('button', { name: 'Show the venue' }).click();
        const row = page.locator('#for-sale ~ .scroll tbody tr').filter({
          has: page.locator('th', { hasText: new RegExp(`^${account!}$`) }),
        });
        const before = await priceE6Of(account!);
        const shown = await row.locator('td').first().innerText();
        const after = await priceE6Of(account!);
        const cents = Number(shown.replaceAll(/[,.]/g, ''));
        // A price only falls: that of the page is of a moment between the two.
        expect(cents).toBeLessThanOrEqual(Math.ceil(Number(before!) / 1e4));
        expect(cents).toBeGreaterThanOrEqual(Math.floor(Number(after!) / 1e4) - 100);
        await page.goto(`${owner.url}/page#/proofs`);
        const taken = page.locator('#taken ~ .scroll tbody tr').first();
        await taken.getByRole('button').click();
        const verdict = taken.locator('[role=status]');
        await verdict.filter({ hasText: '✓ The proof holds: liquidation' }).waitFor();
        await page.goto(`${owner.url}/page#/account/${account!}`);
        await page.locator('#proofs ~ .scroll').nth(1).getByRole('button').first().click();
        await page
          .locator('#proofs ~ .scroll [role=status]')
          .filter({ hasText: '✓ The proof holds: liquidation' })
          .first()
          .waitFor();
        expect(await page.locator('#why ~ ul').innerText()).toContain('on chain: open');
        expect(await seriousFindings(page)).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    300_000,
  );
});
