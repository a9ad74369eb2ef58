// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Wallet } from 'ethers';

import { ContractRefused, asRefusal } from '../../chain/refusal.ts';
import { formatVenue } from '../../chain/venue-document.ts';
import type { Account } from '../../commitments/account.ts';
import { PlimsollError } from '../../core/errors.ts';
import { accountDocument, formatLedger } from '../../documents/ledger-document.ts';
import { loadDefaultParameters } from '../../documents/parameters-document.ts';
import type { MarketSnapshot } from '../../model/types.ts';
import { marginPortfolio } from '../../risk/margin/margin.ts';
import { loadSample } from '../../sample/sample.ts';
import { MarketTick } from '../../statements/market-tick.ts';
import { seeded } from '../venue.ts';
import { FollowedVenue, type VenueMark } from './followed-venue.ts';
import { GatewayProcess } from './gateway-process.ts';
import { readOutcome } from './outcome.ts';
import { OwnerProcess } from './owner-process.ts';
import { PostgresCluster } from './postgres-cluster.ts';
import { Receiver } from './receiver.ts';
import type { TortureOptions } from './torture.ts';
import { WorkerProcess, killChild } from './worker-process.ts';

/** What is killed (`starting`: the owner, before it answers again), or done to the chain. */
export type Blow = 'owner' | 'starting' | 'worker' | 'postgresql' | 'node' | 'reorganisation';

/**
 * Each of these once, at random, before any comes again. An owner that is down already is killed on its
 * way up: what it finds then is as broken as after the first kill, and costs half a start.
 */
const ROUND: readonly Blow[] = [
  'owner',
  'worker',
  'node',
  'reorganisation',
  'starting',
  'starting',
  'starting',
];

/** What was done to a service on its chain, and what it made of it. */
export interface ChainTortureReport {
  readonly database: TortureOptions['database'];
  readonly seed: number;
  readonly kills: Readonly<Record<Blow, number>>;
  readonly updates: number;
  readonly ticks: number;
  /** On the branch that is left. */
  readonly openings: number;
  /** Made on any branch: what a reorganisation took back was made again. */
  readonly openingsMade: number;
  /** Of the sender, on the branch that is left; and those of them that failed. */
  readonly transactions: number;
  readonly failedTransactions: number;
  readonly deliveries: number;
  readonly repeated: number;
  /** Acknowledged and not there; liquidatable and not opened; alerts never told. */
  readonly lost: number;
  /** Opened twice, sent twice, alerts that no transition has. */
  readonly doubled: number;
  readonly seconds: number;
}

/** Accounts of the crash that the smallest profiles prove. */
const ACCOUNTS = 14;
const MOST_POSITIONS = 7;
/** A blow falls within so long after a tick: in the middle of margins, proofs and transactions. */
const BLOW_WITHIN_MS = 2500;
const NODE_DOWN_MS = 1500;
/** Blows at once, at most, each so much after the one before it. */
const MOST_TOGETHER = 3;
const TOGETHER_WITHIN_MS = 400;
/** A tick is cited for so long; on a loaded machine a proof takes its time. */
const TICK_MS = 60_000;
/** Blows between two judgements, at each of which everything that is due has to be opened. */
const JUDGED_EVERY = 24;
const TOLD_MS = 180_000;
const SETTLE_MS = 240_000;
const BLOCK_MS = 250;
/** What the engine says to whoever opens what is open: nothing is opened twice, but somebody pays for it. */
const OPEN_ALREADY: ReadonlySet<string> = new Set(['AlreadyOpen', 'NothingToOpen']);

function venueAccounts(market: MarketTick): readonly Account[] {
  const small = loadSample().ledgers.crash.filter(
    ({ positions }) => positions.length > 0 && positions.length <= MOST_POSITIONS,
  );
  const isShort = (account: Account): boolean =>
    marginPortfolio(account, market.market).liquidatable;
  const short = small.filter(isShort).slice(0, ACCOUNTS / 2);
  const healthy = small.filter((account) => !isShort(account));
  return [...short, ...healthy.slice(0, ACCOUNTS - short.length)];
}

/**
 * Lets a service follow a venue through its crash, prove and open, while the service, its workers, its
 * database and its node are killed and the chain is reorganised; then holds what is on chain and what was
 * told against what had to be.
 */
export async function chainTorture(options: TortureOptions): Promise<ChainTortureReport> {
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-torture-'));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const { snapshots } = loadSample();
    const market = new MarketTick(snapshots.crash.snapshot, loadDefaultParameters());
    const accounts = venueAccounts(market);
    const followed = await FollowedVenue.start(accounts, snapshots.crash);
    ends.unshift(() => followed.chain.close());
    const node = new GatewayProcess(followed.chain.url);
    await node.up();
    ends.unshift(() => node.kill());
    const receiver = new Receiver();
    const hook = await receiver.listen(seeded(options.seed + 1));
    ends.unshift(() => receiver.close());
    let cluster: PostgresCluster | undefined;
    if (options.database === 'postgresql') {
      cluster = await PostgresCluster.create();
      const made = cluster;
      ends.unshift(() => made.remove());
      await cluster.start();
    }
    const token = randomBytes(24).toString('hex');
    const sender = Wallet.createRandom();
    await followed.chain.rpc('hardhat_setBalance', [sender.address, '0x56bc75e2d63100000']);
    writeFileSync(join(folder, 'venue.json'), formatVenue(followed.document));
    const config = join(folder, 'service.json');
    writeFileSync(
      config,
      JSON.stringify({
        format: 'plimsoll.service',
        version: 1,
        folder: 'state',
        listen: { host: '127.0.0.1', port: 0 },
        webhooks: [{ url: hook, secretVariable: 'TORTURE_SECRET' }],
        chain: { venue: 'venue.json', rpc: [node.url], pollMs: 100, depth: 10_000 },
        submitting: { budgetWei: '50000000000000000000', confirmations: 1, batch: 4 },
        ...(cluster === undefined ? {} : { workers: { inFlight: 2 } }),
      }),
    );
    const database = cluster === undefined ? {} : { DATABASE_URL: cluster.url };
    const owner = new OwnerProcess(config, {
      ...process.env,
      ...database,
      PLIMSOLL_OPERATOR_TOKEN: token,
      PLIMSOLL_SIGNER_KEY: sender.privateKey,
      TORTURE_SECRET: token,
    });
    ends.unshift(() => owner.kill());
    const worker =
      cluster === undefined
        ? undefined
        : new WorkerProcess(join(folder, 'worker'), { ...process.env, ...database });
    ends.unshift(() => worker?.kill());
    const run = new ChainRun(options, {
      folder,
      followed,
      node,
      receiver,
      cluster,
      owner,
      worker,
      token,
      sender: sender.address,
    });
    return await run.finish(started);
  } finally {
    for (const end of ends) await end();
  }
}

/** Everything that can be hit, and what tells. */
interface Field {
  readonly folder: string;
  readonly followed: FollowedVenue;
  readonly node: GatewayProcess;
  readonly receiver: Receiver;
  readonly cluster: PostgresCluster | undefined;
  readonly owner: OwnerProcess;
  readonly worker: WorkerProcess | undefined;
  readonly token: string;
  readonly sender: string;
}

class ChainRun {
  readonly #options: TortureOptions;
  readonly #field: Field;
  readonly #random: () => number;
  /** Of the blows: what happens meanwhile takes its own numbers. */
  readonly #order: () => number;
  readonly #due: Blow[] = [];
  readonly #blows = {
    owner: 0,
    starting: 0,
    worker: 0,
    postgresql: 0,
    node: 0,
    reorganisation: 0,
  };
  /** Of the next start of the owner: how often it is killed on its way. */
  #startings = 0;
  readonly #seen = new Set<string>();
  /** The ledger as the service has acknowledged it. */
  #held: readonly Account[] = [];
  #sequence = 0;
  #ticks = 0;
  #snapshot: MarketSnapshot | undefined;
  #tickedAt = 0;
  #mark: VenueMark | undefined;
  #lost = 0;
  #isDatabaseLost = false;
  #isTakenBack = false;

  constructor(options: TortureOptions, field: Field) {
    this.#options = options;
    this.#field = field;
    this.#random = seeded(options.seed);
    this.#order = seeded(options.seed + 2);
  }

  async finish(started: number): Promise<ChainTortureReport> {
    const { owner, worker, followed } = this.#field;
    await owner.start();
    worker?.start();
    const { ledger } = followed.sequencer;
    await this.#ask('PUT', '/ledger', {
      sequence: 1,
      root: ledger.root.toString(),
      ledger: JSON.parse(formatLedger(ledger.accounts)) as unknown,
    });
    this.#held = ledger.accounts;
    this.#sequence = 1;
    for (let toJudge = JUDGED_EVERY; ; toJudge += JUDGED_EVERY) {
      const until = Math.min(toJudge, this.#options.kills);
      while (this.#count < until) {
        // A branch that may be taken back begins here.
        this.#mark ??= await followed.mark();
        if (this.#below(2) === 0) await this.#nextLedger();
        await this.#nextTick();
        await sleep(this.#below(BLOW_WITHIN_MS));
        await this.#strike(Math.min(1 + this.#below(MOST_TOGETHER), until - this.#count));
        await this.#recover();
      }
      await this.#settle();
      const report = await this.#judge(started);
      this.#options.judged(report);
      if (this.#count >= this.#options.kills) return report;
      await owner.start();
    }
  }

  get #count(): number {
    return Object.values(this.#blows).reduce((sum, count) => sum + count, this.#startings);
  }

  #struck(blow: Blow): void {
    this.#blows[blow] += 1;
    this.#options.progress(`${this.#count} of ${this.#options.kills} blows`);
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  async #nextTick(): Promise<void> {
    this.#snapshot = await this.#field.followed.nextTick();
    this.#tickedAt = Date.now();
    this.#ticks += 1;
  }

  /** The sequencer takes up what waits in the inbox and moves some cash; the service is sent the same. */
  async #nextLedger(): Promise<void> {
    const { sequencer } = this.#field.followed;
    const change = (accounts: readonly Account[]): readonly Account[] =>
      accounts.map((account) =>
        account.frozen || this.#below(4) > 0
          ? account
          : {
              ...account,
              quoteE6: account.quoteE6 + BigInt(this.#below(2000) - 1000) * 1_000_000n,
            },
      );
    await sequencer.post({ ownTransactions: change });
    await this.#sendLedger();
  }

  async #sendLedger(): Promise<void> {
    const { accounts, root } = this.#field.followed.sequencer.ledger;
    const changes = accounts.flatMap((account, index) => {
      const document = accountDocument(account);
      const before = this.#held[index];
      const isSame =
        before !== undefined &&
        JSON.stringify(accountDocument(before)) === JSON.stringify(document);
      return isSame ? [] : [{ index, account: document }];
    });
    if (changes.length === 0) return;
    await this.#ask('POST', '/ledger/updates', {
      sequence: this.#sequence + 1,
      root: root.toString(),
      changes,
    });
    this.#sequence += 1;
    this.#held = accounts;
  }

  #nextBlow(): Blow {
    if (this.#due.length === 0) {
      this.#due.push(...ROUND, this.#field.cluster === undefined ? 'owner' : 'postgresql');
    }
    const [blow] = this.#due.splice(Math.floor(this.#order() * this.#due.length), 1);
    return blow!;
  }

  /** So many blows, one soon after the other: what is down stays down meanwhile. */
  async #strike(blows: number): Promise<void> {
    await this.#note();
    for (let left = blows; left > 0; left -= 1) {
      const blow = this.#nextBlow();
      if (blow === 'starting') this.#startings += 1;
      else {
        await this.#hit(blow);
        await sleep(this.#below(TOGETHER_WITHIN_MS));
      }
    }
  }

  async #hit(drawn: Exclude<Blow, 'starting'>): Promise<void> {
    const { cluster, worker, owner, node, followed } = this.#field;
    let blow = drawn;
    if (blow === 'worker' && worker === undefined) {
      const { pid } = owner;
      // Without one at work its owner is killed.
      if (pid === undefined || !killChild(pid, 'proving-process')) blow = 'owner';
    }
    // What is down already cannot be killed again: then it is, on its way up.
    if (blow === 'owner' && !owner.alive) {
      this.#startings += 1;
      return;
    }
    if (blow === 'owner') await owner.kill();
    if (blow === 'worker') await worker?.kill();
    if (blow === 'postgresql') {
      this.#isDatabaseLost = true;
      await cluster!.kill();
    }
    if (blow === 'node') {
      await node.kill();
      await sleep(this.#below(NODE_DOWN_MS));
    }
    if (blow === 'reorganisation') {
      await followed.reorganise(this.#mark!);
      this.#mark = await followed.mark();
      this.#isTakenBack = true;
    }
    this.#struck(blow);
  }

  /** Brings everything up again that is down, and looks whether what was acknowledged is there. */
  async #recover(): Promise<void> {
    const { node, cluster, worker, owner } = this.#field;
    await cluster?.start();
    worker?.start();
    // An owner that has lost its database ends by itself, but nobody knows when.
    if (this.#isDatabaseLost) await owner.kill();
    this.#isDatabaseLost = false;
    if (this.#startings > 0 || !owner.alive || !(await this.#answers())) {
      await owner.kill();
      // With the node still down, where it is: a start without one is another start.
      for (; this.#startings > 0; this.#startings -= 1) {
        await owner.killStarting(this.#random(), async () => undefined);
        this.#blows.starting += 1;
      }
      await node.up();
      await owner.start();
    }
    await node.up();
    const { sequence } = (await this.#get('/ledger')) as { sequence: number };
    if (sequence < this.#sequence) this.#lost += this.#sequence - sequence;
    // A ledger that was taken back is not the newest any more: the service is told what is.
    if (this.#isTakenBack) {
      this.#isTakenBack = false;
      await this.#sendLedger();
      this.#mark = await this.#field.followed.mark();
      await this.#nextTick();
    }
  }

  /** Waits until everybody who is due is opened. */
  async #settle(): Promise<void> {
    const until = Date.now() + SETTLE_MS;
    while (Date.now() < until) {
      if (!this.#field.owner.alive) await this.#recover();
      if (Date.now() - this.#tickedAt > TICK_MS) await this.#nextTick();
      await this.#field.followed.mine();
      await this.#note();
      if ((await this.#unopened()).length === 0) return;
      await sleep(BLOCK_MS);
    }
  }

  /** Who is below maintenance at the newest tick, not frozen, and not opened on the branch. */
  async #unopened(): Promise<readonly number[]> {
    const { followed } = this.#field;
    const { market } = new MarketTick(this.#snapshot!, loadDefaultParameters());
    const opened = new Set(
      (await followed.openings()).map(({ values }) => Number(values.accountIndex)),
    );
    return followed.sequencer.ledger.accounts.flatMap((account, index) =>
      !account.frozen && !opened.has(index) && marginPortfolio(account, market).liquidatable
        ? [index]
        : [],
    );
  }

  /** Keeps what was opened on the branch of this moment, which may be taken back in the next. */
  async #note(): Promise<void> {
    for (const { transactionHash, logIndex } of await this.#field.followed.openings()) {
      this.#seen.add(`${transactionHash}/${logIndex}`);
    }
  }

  async #answers(): Promise<boolean> {
    return await this.#get('/health').then(
      () => true,
      () => false,
    );
  }

  async #ask(method: string, path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${this.#field.owner.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#field.token}`,
        'content-type': 'application/json',
        connection: 'close',
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new PlimsollError('TORTURE', `${method} ${path}: ${text}`);
  }

  async #get(path: string): Promise<unknown> {
    const answer = await fetch(`${this.#field.owner.url}${path}`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(20_000),
    });
    return await answer.json();
  }

  async #judge(started: number): Promise<ChainTortureReport> {
    const { followed, sender, receiver } = this.#field;
    // What a late repeat would do, it does now; and alerts that are tried again come.
    await followed.mine(3);
    await sleep(3000);
    await followed.mine(3);
    const unopened = (await this.#unopened()).length;
    const openings = await followed.openings();
    const names = openings.map(({ values }) => `${values.accountIndex}/${values.settlementNonce}`);
    const { provider } = followed.chain;
    const transactions = await provider.getTransactionCount(sender);
    const carrying = new Set(openings.map(({ transactionHash }) => transactionHash)).size;
    const { failed: failedTransactions, again } = await this.#failedOf(transactions);
    const { untold, invented } = await this.#told();
    return {
      database: this.#options.database,
      seed: this.#options.seed,
      kills: this.#blows,
      updates: this.#sequence,
      ticks: this.#ticks,
      openings: openings.length,
      openingsMade: this.#seen.size,
      transactions,
      failedTransactions,
      deliveries: receiver.deliveries,
      repeated: receiver.deliveries - receiver.seen.size,
      lost: this.#lost + unopened + untold,
      doubled:
        names.length -
        new Set(names).size +
        (transactions - failedTransactions - carrying) +
        again +
        invented,
      seconds: Math.round((performance.now() - started) / 1000),
    };
  }

  /** Holds what somebody was told against what the journal of the service, which ends here, has. */
  async #told(): Promise<{ readonly untold: number; readonly invented: number }> {
    const { receiver, owner, folder, cluster } = this.#field;
    for (const until = Date.now() + TOLD_MS; ;) {
      await owner.kill();
      const { alerts } = await readOutcome(folder, cluster?.url);
      if (receiver.against(alerts).untold === 0 || Date.now() > until) {
        return receiver.against(alerts);
      }
      // What is tried again takes its time.
      await owner.start();
      while (receiver.against(alerts).untold > 0 && Date.now() < until) await sleep(BLOCK_MS);
    }
  }

  /** Those of the sender's transactions that reverted, and those of them that were to open what was open. */
  async #failedOf(
    transactions: number,
  ): Promise<{ readonly failed: number; readonly again: number }> {
    const { followed, sender } = this.#field;
    const { provider } = followed.chain;
    let [failed, again] = [0, 0];
    const head = transactions === 0 ? -1 : await provider.getBlockNumber();
    for (let number = followed.document.deploymentBlock; number <= head; number += 1) {
      const block = await provider.getBlock(number, true);
      for (const { from, to, data, value, hash } of block?.prefetchedTransactions ?? []) {
        if (from !== sender) continue;
        if ((await provider.getTransactionReceipt(hash))?.status !== 0) continue;
        failed += 1;
        const call = { from, to, data, value, blockTag: number - 1 };
        const why = await provider.call(call).catch((error: unknown) => error);
        const refusal = asRefusal(followed.venue.liquidationEngine.interface, why);
        if (refusal instanceof ContractRefused && OPEN_ALREADY.has(refusal.errorName)) again += 1;
      }
    }
    return { failed, again };
  }
}
