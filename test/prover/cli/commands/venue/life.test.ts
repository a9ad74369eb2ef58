// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: proofs, contracts and a node over HTTP.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Contract, Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { contractArtifact } from '../../../../../prover/chain/artifact.ts';
import { formatPlan, parsePlan } from '../../../../../prover/chain/deployment/plan-document.ts';
import { depositTestDollars } from '../../../../../prover/chain/fund.ts';
import { feedSnapshotOf } from '../../../../../prover/chain/market-snapshot.ts';
import { signaturesOf, submitSnapshot } from '../../../../../prover/chain/snapshot.ts';
import { send } from '../../../../../prover/chain/refusal.ts';
import {
  formatVenue,
  parseVenue,
  type VenueDocument,
} from '../../../../../prover/chain/venue-document.ts';
import { connectVenue } from '../../../../../prover/chain/venue.ts';
import { REPOSITORY_ROOT } from '../../../../../prover/core/root.ts';
import { DEMO_CONFIG } from '../../../../../prover/demo/deployment.ts';
import { later } from '../../../../../prover/demo/ticks.ts';
import { formatLedger, parseLedger } from '../../../../../prover/documents/ledger-document.ts';
import { Ledger } from '../../../../../prover/commitments/ledger.ts';
import { auctionPriceE6 } from '../../../../../prover/keeper/auction.ts';
import { marketClock } from '../../../../../prover/keeper/auctions.ts';
import { SAMPLE_DIRECTORY, loadSample } from '../../../../../prover/sample/sample.ts';
import { ARTIFACTS, ORACLES } from '../../../../support/chain.ts';
import { installChecker } from '../../../../support/checker-package.ts';
import { plimsoll, type CliResult } from '../../../../support/cli.ts';
import { limitedNode, restartingNode, type FaultyNode } from '../../../../support/faulty-node.ts';
import { developmentKey } from '../../../../support/deployments.ts';
import { addressOf } from '../../../../support/plans.ts';
import { accountNamed } from '../../../../support/proofs.ts';
import { startRpcChain, type RpcChain } from '../../../../support/rpc-chain.ts';

const sample = loadSample();
const { crash } = sample.snapshots;
const TARGET = accountNamed('ordinary-liquidation');
const HELPED = accountNamed('wick-victim');
const BANKRUPT = accountNamed('bankrupt-paid-in-full');
/** Bought by hand. */
const SMALL = accountNamed('perpetual-trader-9');
const HEALTHY = accountNamed('hedged-market-maker');
const BELOW = accountNamed('gross-equity-minus-one');
/** One unit below maintenance, and whoever bids owns it. */
const GUARANTEED = accountNamed('equity-below-mm');
const POCKET_E6 = 10_000_000_000_000n;
const FUND_E6 = 150_000_000_000n;
const BUFFER_E6 = 5_000_000_000n;
/** Dollars: enough for one of what is for sale, too little for the bankrupt. */
const INVENTORY = '60000';
const MAIN = join(REPOSITORY_ROOT, 'prover', 'cli', 'main.ts');

/** Its fund pays less at a time than the bankrupt is short of, and a busy machine outlives no tick. */
const CONFIG = {
  ...DEMO_CONFIG,
  maxSnapshotAge: 600,
  fund: { ...DEMO_CONFIG.fund, windowSeconds: 3_600, coverPerWindowE6: 25_000_000_000n },
};

let chain: RpcChain;
/** What the commands are given: it refuses logs of more than 25 blocks at a time. */
let node: FaultyNode;
let folder: string;
let venue: VenueDocument;
/** As it was published first. */
let ledger: string;

const path = (name: string): string => join(folder, name);
const [deployer, keeper, bidder] = [0, 1, 2].map((index) => new Wallet(developmentKey(index))) as [
  Wallet,
  Wallet,
  Wallet,
];

/** Of the sample, one account being the bidder's. */
const accounts = sample.ledgers.crash.with(GUARANTEED, {
  ...sample.ledgers.crash[GUARANTEED]!,
  owner: BigInt(bidder.address),
});

/** A command as it stands in a shell, of somebody's key; its JSON. */
async function run<T = Record<string, unknown>>(
  who: Wallet,
  name: string,
  ...argv: string[]
): Promise<T> {
  const result = await attempt(who, name, ...argv, '--json');
  expect(result.status, result.stderr).toBe(0);
  return JSON.parse(result.stdout.trim().split('\n').at(-1)!) as T;
}

function attempt(who: Wallet, name: string, ...argv: string[]): Promise<CliResult> {
  process.env['PLIMSOLL_SIGNER_KEY'] = who.privateKey;
  return plimsoll(name, ...argv, '--rpc', node.url);
}

const inVenue = (): string[] => ['--venue', path('venue.json')];
const judged = (): string[] => [...inVenue(), '--ledger', ledger];

/** The crash's market a minute or two later, and the tick it opens. */
async function nextTick(minutes = 1n): Promise<void> {
  const now = await chain.now();
  const published = later(crash, (now / 60n + minutes) * 60n);
  const signed = feedSnapshotOf(published.snapshot, published.document);
  const feed = venue.contracts.marketFeed;
  const signatures = await signaturesOf(ORACLES.slice(0, 2), signed, chain.chainId, feed);
  await chain.setNextTime(published.snapshot.time + 1n);
  const document = new TextEncoder().encode(published.document);
  const bound = connectVenue(venue.contracts, deployer.connect(chain.provider));
  await submitSnapshot(bound, signed, document, signatures);
  writeFileSync(path('snapshot.json'), published.document);
}

const judge = (name: string, ...more: string[]): Promise<CliResult> =>
  attempt(keeper, 'verify', path(name), ...(more.includes('--venue') ? [] : inVenue()), ...more);
const verdict = <T = object>(name: string, ...more: string[]): Promise<T> =>
  run<T>(keeper, 'verify', path(name), ...inVenue(), ...more);

const proofDocument = (): { use: Record<string, string> } =>
  JSON.parse(readFileSync(path('proof.json'), 'utf8')) as { use: Record<string, string> };

async function nextRoot(...argv: string[]): Promise<Record<string, unknown>> {
  return run(deployer, 'venue root', ...judged(), '--out', path('ledger.json'), ...argv);
}

const clock = (): Promise<bigint> =>
  marketClock(connectVenue(venue.contracts, chain.provider).marketFeed);

/** Ticks until the market's clock shows a time: no more of them than that takes, for the sample's day is short. */
async function tickUntil(time: bigint): Promise<void> {
  while ((await clock()) < time) await nextTick(2n);
}

interface Round {
  readonly decisions: readonly {
    readonly account: number;
    readonly verdict: string;
    readonly transaction: string | null;
  }[];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-venue-'));
  chain = await startRpcChain({ startAt: crash.snapshot.time - 600n });
  node = await limitedNode(chain.url, 25);
  ledger = path('genesis.json');
  writeFileSync(ledger, formatLedger(accounts));
});

afterAll(async () => {
  delete process.env['PLIMSOLL_SIGNER_KEY'];
  await node.close();
  await chain.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a venue from the command line', () => {
  it('is planned and deployed, and deployed again is the same', async () => {
    await run(
      deployer,
      'venue plan',
      ...['--owner', deployer.address, '--guardian', addressOf(0x2_0000)],
      ...['--oracles', ORACLES.map(({ address }) => address).join(','), '--threshold', '2'],
      ...['--out', path('plan.json')],
    );
    const plan = parsePlan(readFileSync(path('plan.json'), 'utf8'));
    writeFileSync(path('plan.json'), formatPlan({ ...plan, config: CONFIG }));
    const out = ['--out', path('venue.json')];
    const dry = await run(deployer, 'venue deploy', path('plan.json'), ...out, '--dry-run');
    expect(dry).toMatchObject({ isDryRun: true, venue: null });
    expect(await chain.provider.getTransactionCount(deployer.address)).toBe(0);
    await run(deployer, 'venue deploy', path('plan.json'), ...out);
    const text = readFileSync(path('venue.json'), 'utf8');
    venue = parseVenue(text);
    await run(deployer, 'venue deploy', path('plan.json'), ...out);
    expect(readFileSync(path('venue.json'), 'utf8')).toBe(text);

    rmSync(path('venue.json.journal'));
    const without = await attempt(deployer, 'venue deploy', path('plan.json'), ...out);
    expect(without.status).toBe(2);
    expect(without.stderr).toMatch(/^--out: .*exists, without the journal/);
  });

  it('refuses a plan with its reason, as invalid input', async () => {
    const plan = parsePlan(readFileSync(path('plan.json'), 'utf8'));
    const oracles = { ...plan.oracles, threshold: 1 };
    writeFileSync(path('bad.json'), formatPlan({ ...plan, oracles }));
    const out = ['--out', path('never.json')];
    const refused = await attempt(deployer, 'venue deploy', path('bad.json'), ...out);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/^oracles\.threshold: must be at least 2/);
  });

  it('is not taken for another: of another chain, or with a contract that is not there', async () => {
    const other = { ...venue, contracts: { ...venue.contracts, vault: venue.contracts.backstop } };
    writeFileSync(path('other.json'), formatVenue(other));
    const refused = await attempt(deployer, 'venue status', '--venue', path('other.json'));
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/contracts\.vault/);
  });

  it('takes its first root, and a first tick', async () => {
    const before = await attempt(keeper, 'venue open', String(TARGET), ...judged());
    expect(before.stderr).toMatch(/no margin tick yet/);
    const booked = ['--booked-through', String(crash.snapshot.bookedThrough)];
    const root = await run(deployer, 'venue root', ...judged(), ...booked);
    expect(root['root']).toBe(String(new Ledger(accounts).root));
    const depositor = deployer.connect(chain.provider);
    await depositTestDollars(
      connectVenue(venue.contracts, depositor),
      ARTIFACTS,
      depositor,
      FUND_E6,
    );
    await chain.setNextTime(crash.snapshot.time - 30n);
    await chain.rpc('evm_mine', []);
    await nextTick();
    const status = await run(keeper, 'venue status', ...inVenue());
    expect(status).toMatchObject({
      ledger: { sequence: '1', accountCount: String(accounts.length) },
      market: { halted: false, tick: '1' },
      liquidations: [],
    });
  });

  it('judges a proof file: its tick, whom it serves, and whether the engine would take it now', async () => {
    const use = ['--beneficiary', keeper.address, ...judged(), '--snapshot', path('snapshot.json')];
    const out = ['--out', path('proof.json')];
    await run(keeper, 'prove', 'liquidation', '--account', String(TARGET), ...use, ...out);
    const report = await verdict<{ profile: string }>('proof.json');
    expect(report).toMatchObject({
      valid: true,
      use: { action: 'openLiquidation', beneficiary: keeper.address, tick: '1' },
      chain: {
        chainId: '31337',
        tick: { number: '1', ledgerSequence: '1', latestTick: '1', isAdmissible: true },
        verifier: venue.verifiers.liquidation[report.profile]!.address,
        wouldTake: true,
        refusal: null,
        call: { method: 'open of LiquidationEngine', to: venue.contracts.liquidationEngine },
        needs: null,
      },
      calldata: null,
    });
    const shown = await judge('proof.json', '--calldata');
    expect(shown.stdout).toContain('open of LiquidationEngine would take it now');
    expect(shown.stdout).toContain(`\ndata   0x`);
  });

  it('checks a proof file with keys from elsewhere, and no node', async () => {
    expect((await plimsoll('receipt keys', '--all', '--out', path('keys.json'))).status).toBe(0);
    const proof = path('proof.json');
    const keyed = await plimsoll('verify', proof, '--keys', path('keys.json'));
    expect(keyed.status).toBe(0);
    const { liquidationEngine } = venue.contracts;
    expect(keyed.stdout).toContain(
      `for openLiquidation at ${liquidationEngine} on chain 31337, serving ${keeper.address}`,
    );
    const ofReceipts = path('keys-of-receipts.json');
    expect((await plimsoll('receipt keys', '--out', ofReceipts)).status).toBe(0);
    const unknown = await plimsoll('verify', proof, '--keys', ofReceipts);
    expect(unknown.status).toBe(1);
    expect(unknown.stderr).toMatch(/has no key of liquidation, profile/);
    const alone = await plimsoll('verify', proof, ...inVenue());
    expect(alone).toMatchObject({ status: 2, stderr: '--venue: needs --rpc' });
    const nowhere = await attempt(keeper, 'verify', proof);
    expect(nowhere).toMatchObject({ status: 2, stderr: '--venue: is required with --rpc' });
  });

  it('checks it alike with the small package, in a folder where there is nothing else', async () => {
    const checker = installChecker(folder);
    expect(checker.packages).toEqual(['plimsoll-verify']);
    const trusted = ['--keys', path('keys.json'), ...inVenue(), '--rpc', node.url];
    const { stdout } = await checker.run('verify', path('proof.json'), ...trusted, '--json');
    expect(JSON.parse(stdout)).toMatchObject(await verdict('proof.json'));

    const keyless = await checker.run('verify', path('proof.json'), ...inVenue());
    expect(keyless).toMatchObject({ status: 2, stdout: '' });
    expect(keyless.stderr).toMatch(
      /--keys: is required.* this package comes without keys.*keys --all/,
    );
  });

  it('refuses a proof of roots that no tick binds, before it is made and after', async () => {
    const proven = ['liquidation', '--account', String(TARGET), '--out', path('other-tick.json')];
    const use = ['--beneficiary', keeper.address, ...judged()];
    const asked = await attempt(keeper, 'prove', ...proven, ...use);
    expect(asked.stderr).toMatch(/none of the last 1 margin ticks binds this ledger, snapshot/);
    expect(asked.status).toBe(1);
    expect((await plimsoll('prove', ...proven, '--ledger', ledger)).status).toBe(0);
    const unbound = await judge('other-tick.json');
    expect(unbound.stderr).toMatch(/none of the last 1 margin ticks binds this ledger, snapshot/);
    expect(unbound.status).toBe(1);
  });

  it('finds the tick where the file does not say it', async () => {
    const { use, ...rest } = proofDocument();
    const { tick: _tick, ...untimed } = use;
    writeFileSync(path('untimed.json'), JSON.stringify({ ...rest, use: untimed }));
    expect(await verdict('untimed.json')).toMatchObject({ chain: { tick: { number: '1' } } });
  });

  it('finds the use of a proof of version 1, which says none', async () => {
    const { use: _use, ...old } = proofDocument();
    writeFileSync(path('old.json'), JSON.stringify({ ...old, version: 1 }));
    expect(await verdict('old.json', '--from', keeper.address)).toMatchObject({
      use: null,
      chain: { use: { action: 'openLiquidation', beneficiary: keeper.address }, wouldTake: true },
    });
    expect(await verdict('old.json')).toMatchObject({
      use: null,
      chain: { use: null, tick: { number: '1' }, wouldTake: null, call: null },
    });
    writeFileSync(path('old.json'), JSON.stringify({ ...proofDocument(), version: 1 }));
    expect(await judge('old.json')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/use: is not part of version 1/) as string,
    });
  });

  it.each<[string, Record<string, string>, number, RegExp]>([
    ['another beneficiary', { beneficiary: addressOf(7) }, 1, /another chain, contract, action or/],
    ['another action', { action: 'cureLiquidation' }, 1, /another chain, contract, action or/],
    ['an action that nobody knows', { action: 'steal' }, 2, /use\.action: must be one of/],
    ['a chain that is not local', { chainId: '1' }, 1, /development key.* chain 1 is not local/],
    ['a tick that never was', { tick: '9' }, 1, /margin tick 9 was never opened/],
  ])('refuses a proof file that says %s', async (_what, change, status, message) => {
    const document = proofDocument();
    writeFileSync(
      path('altered.json'),
      JSON.stringify({ ...document, use: { ...document.use, ...change } }),
    );
    const refused = await judge('altered.json');
    expect(refused.stderr).toMatch(message);
    expect(refused.status).toBe(status);
  });

  it('refuses a proof for another venue, and a venue of another chain', async () => {
    const { riskParameters } = venue.contracts;
    const other = {
      ...venue,
      contracts: { ...venue.contracts, liquidationEngine: riskParameters },
    };
    writeFileSync(path('other.json'), formatVenue(other));
    const foreign = await judge('proof.json', '--venue', path('other.json'));
    expect(foreign.status).toBe(1);
    expect(foreign.stderr).toMatch(/which does not openLiquidation at this venue/);
    writeFileSync(path('other.json'), formatVenue({ ...venue, chainId: 1n }));
    const elsewhere = await judge('proof.json', '--venue', path('other.json'));
    expect(elsewhere.status).toBe(2);
    expect(elsewhere.stderr).toMatch(/^--venue: is on chain 1, the node is on 31337/);
  });

  it('opens in one batch what is below maintenance, after a dry run, and nothing else', async () => {
    const idle = await run<Round>(bidder, 'keeper', '--bid', ...judged());
    expect(idle.decisions).toEqual([]);
    const accounts = [TARGET, HELPED, BANKRUPT, SMALL];
    const dry = await run<{ transactions: unknown[] }>(
      keeper,
      'venue open',
      String(TARGET),
      ...judged(),
      '--dry-run',
    );
    for (const each of dry.transactions) expect(each).toMatchObject({ transaction: null });
    const { opened } = await run<{ opened: { account: number }[] }>(
      keeper,
      'venue open',
      ...accounts.map(String),
      ...judged(),
    );
    expect(opened.map(({ account }) => account).sort()).toEqual(accounts.sort());

    const again = await attempt(keeper, 'venue open', String(TARGET), ...judged());
    expect(again.status).toBe(1);
    expect(again.stderr).toMatch(/AlreadyOpen.*is open already/);
    expect(await verdict('proof.json')).toMatchObject({
      valid: true,
      chain: { wouldTake: false, refusal: expect.stringMatching(/is open already/) as string },
    });
    const healthy = await attempt(keeper, 'venue open', String(HEALTHY), ...judged());
    expect(healthy.status).not.toBe(0);
    const nobody = await attempt(keeper, 'venue open', '100000', ...judged());
    expect(nobody.status).toBe(2);
  });

  it('sells nothing before the ledger has the Freeze', async () => {
    const early = await attempt(bidder, 'venue bid', String(TARGET), ...judged());
    expect(early.stderr).toMatch(/is not frozen in the ledger of tick 1/);
    const root = await nextRoot();
    expect(root).toMatchObject({ consumed: { engine: 4, user: 0 } });
    await nextTick();
  });

  it('cures with what the account is short of, when the payer has it', async () => {
    const poor = await attempt(bidder, 'venue cure', String(HELPED), ...judged());
    expect(poor.stderr).toMatch(/has 0\.00 of the venue's token|has 0/);
    const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
    const asset = new Contract(venue.contracts.asset, abi, bidder.connect(chain.provider));
    await send(asset, 'mint', [bidder.address, POCKET_E6]);
    const less = await attempt(bidder, 'venue cure', String(HELPED), ...judged(), '--credit', '1');
    expect(less.status).toBe(2);
    const cured = await run(bidder, 'venue cure', String(HELPED), ...judged());
    expect(BigInt(cured['creditE6'] as string)).toBeGreaterThan(0n);
  });

  it('tells of a proof at a tick that others followed', async () => {
    const late = await verdict('proof.json');
    expect(late).toMatchObject({
      valid: true,
      chain: { tick: { number: '1', latestTick: '2' }, wouldTake: false },
    });
  });

  it('is bid for by hand at what it costs now', async () => {
    await tickUntil((await clock()) + BigInt(CONFIG.engine.rampSeconds));
    const bought = await run(bidder, 'venue bid', String(SMALL), ...judged());
    const { priceE6, topUpE6, paymentE6 } = bought as Record<string, string>;
    expect(BigInt(paymentE6!)).toBe(BigInt(priceE6!) + BigInt(topUpE6!));
    const { heldE6, escrowedE6 } = (
      await run<{ vault: Record<string, string> }>(keeper, 'venue status', ...inVenue())
    ).vault;
    // Below zero the fund pays the price, into the same escrow.
    const ofBidder = BigInt(priceE6!) > 0n ? BigInt(priceE6!) : 0n;
    expect(BigInt(escrowedE6!)).toBe(BigInt(topUpE6!) + ofBidder);
    expect(BigInt(heldE6!)).toBeGreaterThan(0n);
    const twice = await attempt(bidder, 'venue bid', String(SMALL), ...judged());
    expect(twice.stderr).toMatch(/is not for sale/);
  });

  it('is valued by a keeper that waits where it does not pay, and bids where it does', async () => {
    const keep = (...argv: string[]) => run<Round>(bidder, 'keeper', '--bid', ...judged(), ...argv);
    const greedy = await keep('--min-profit', '1000000');
    const valued = greedy.decisions.map(({ account }) => account);
    expect(valued.toSorted((a, b) => a - b)).toEqual([TARGET, BANKRUPT].sort((a, b) => a - b));
    for (const { verdict } of greedy.decisions) expect(verdict).toBe('too little profit');
    const poor = await keep('--inventory', '1', '--min-profit', '0');
    for (const { verdict } of poor.decisions) expect(verdict).toBe('costs more than the inventory');
    const dear = await keep('--max-gas-price', '0');
    for (const { verdict } of dear.decisions) expect(verdict).toBe('gas too dear');
    const dry = await keep('--inventory', INVENTORY, '--dry-run');
    expect(dry.decisions.find(({ account }) => account === TARGET)).toMatchObject({
      verdict: 'bid',
      transaction: null,
    });
  });

  it('is bought by a keeper that watches, whose node stops and starts again', async () => {
    const restarting = await restartingNode(chain.url);
    const argv = [MAIN, 'keeper', '--bid', '--watch', '--every', '1', '--json', ...judged()];
    const child = spawn(
      process.execPath,
      [...argv, '--inventory', INVENTORY, '--rpc', restarting.url],
      { env: { ...process.env, PLIMSOLL_SIGNER_KEY: bidder.privateKey } },
    );
    try {
      const rounds: Round[] = [];
      const notes: string[] = [];
      createInterface(child.stdout).on('line', (line) => rounds.push(JSON.parse(line) as Round));
      createInterface(child.stderr).on('line', (line) => notes.push(line));
      const until = (holds: () => boolean): Promise<void> =>
        vi.waitFor(
          () => {
            expect(child.exitCode, notes.join('\n')).toBeNull();
            expect(holds(), notes.join('\n')).toBe(true);
          },
          { timeout: 150_000, interval: 100 },
        );

      await restarting.asked('eth_getLogs');
      await restarting.stop();
      await until(() => notes.filter((line) => line.startsWith('this round failed')).length >= 2);
      expect(rounds).toEqual([]);
      await restarting.start();
      const sold = ({ decisions }: Round): boolean =>
        decisions.some(({ account, transaction }) => account === TARGET && transaction !== null);
      await until(() => rounds.some(sold));
      await restarting.stop();
      const failed = notes.length;
      await until(() => notes.length > failed);
      await restarting.start();
      const before = rounds.length;
      await until(() => rounds.length > before);
      expect(rounds.filter(sold)).toHaveLength(1);
      // What is left costs more than what the keeper may spend.
      expect(rounds.at(-1)!.decisions.map(({ account }) => account)).toEqual([BANKRUPT]);

      const ended = once(child, 'exit');
      child.kill('SIGINT');
      expect(await ended).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
      await restarting.close();
    }
  }, 300_000);

  it('closes when a ledger has the takeover', async () => {
    const early = await attempt(keeper, 'venue close', String(TARGET), ...inVenue());
    expect(early.stderr).toMatch(/TakeoverNotConsumed.*post a root that does/);
    await nextRoot();
    for (const account of [TARGET, SMALL]) {
      const closed = await run(keeper, 'venue close', String(account), ...inVenue());
      expect(closed).toMatchObject({ account: String(account), newOwner: bidder.address });
    }
    const twice = await attempt(keeper, 'venue close', String(TARGET), ...inVenue());
    expect(twice.stderr).toMatch(/nothing is escrowed/);
    const accounts = parseLedger(readFileSync(path('ledger.json'), 'utf8'));
    expect(accounts[TARGET]!.owner).toBe(BigInt(bidder.address));
  });

  it('takes a withdrawal into a ledger with a snapshot to judge it in, and not without', async () => {
    const { vault } = connectVenue(venue.contracts, bidder.connect(chain.provider));
    await send(vault, 'requestWithdrawal', [SMALL, 1n, 10_000_000n]);
    const without = await attempt(deployer, 'venue root', ...judged());
    expect(without.stderr).toMatch(/^--settle: is required: a withdrawal waits/);
    const root = await nextRoot('--settle', join(SAMPLE_DIRECTORY, 'snapshot-crash.json'));
    expect(root).toMatchObject({ consumed: { engine: 0, user: 1 } });
  });

  it('leaves alone what the buffer guarantees, until its owner has proven it healthy', async () => {
    await nextTick();
    const bound = connectVenue(venue.contracts, bidder.connect(chain.provider));
    const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
    const asset = new Contract(venue.contracts.asset, abi, bidder.connect(chain.provider));
    for (const spender of [venue.contracts.insuranceFund, venue.contracts.vault]) {
      await send(asset, 'approve', [spender, POCKET_E6]);
    }
    await send(bound.insuranceFund, 'raiseBuffer', [BUFFER_E6]);

    const guarantee = (who: Wallet, account: number, ...more: string[]) =>
      attempt(who, 'venue guarantee', String(account), ...judged(), ...more);
    const foreign = await guarantee(keeper, GUARANTEED);
    expect(foreign.stderr).toMatch(/is of 0x[0-9a-fA-F]{40}, not 0x/);
    const needless = await guarantee(bidder, TARGET);
    expect(needless.stderr).toMatch(/is at or above its maintenance/);
    const taken = await run(bidder, 'venue guarantee', String(GUARANTEED), ...judged());
    expect(BigInt(taken['guaranteedE6'] as string)).toBeGreaterThan(0n);

    const alone = await attempt(keeper, 'venue open', String(GUARANTEED), ...judged());
    expect(alone).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^the buffer guara/) as string,
    });
    const two = [GUARANTEED, BELOW].map(String);
    const opened = await run(keeper, 'venue open', ...two, ...judged());
    expect(opened).toMatchObject({
      opened: [{ account: BELOW }],
      guaranteed: [{ account: GUARANTEED }],
    });
    const { guarantees } = await run<{ guarantees: unknown[] }>(
      keeper,
      'venue status',
      ...inVenue(),
    );
    expect(guarantees).toMatchObject([
      { account: String(GUARANTEED), amountE6: taken['guaranteedE6'] },
    ]);

    const early = await guarantee(keeper, GUARANTEED, '--release');
    expect(early.stderr).toMatch(/NotRestricted/);
    await send(bound.vault, 'deposit', [GUARANTEED, 0n, BUFFER_E6 * 4n]);
    await nextRoot();
    await nextTick();
    await run(keeper, 'venue guarantee', String(GUARANTEED), ...judged(), '--release');
    await nextRoot();
    const left = parseLedger(readFileSync(path('ledger.json'), 'utf8'))[GUARANTEED]!;
    expect(left).toMatchObject({ riskReducingOnly: false, frozen: false });
  });

  it('gives the Backstop what nobody bought, and pays later what the fund could not at once', async () => {
    const { liquidations } = await run<{
      liquidations: readonly Record<'account' | 'status' | 'expiresAtClock', string>[];
    }>(keeper, 'venue status', ...inVenue());
    const left = liquidations.filter(({ status }) => status === 'open');
    expect(left.map(({ account }) => Number(account)).toSorted((a, b) => a - b)).toEqual(
      [BANKRUPT, BELOW].toSorted((a, b) => a - b),
    );
    const { expiresAtClock } = left.find(({ account }) => Number(account) === BANKRUPT)!;
    const early = await attempt(keeper, 'venue cover', String(BANKRUPT), ...judged());
    expect(early.stderr).toMatch(/HorizonNotPassed.*the Backstop comes after/);
    const none = await attempt(keeper, 'venue cover', '--queued', ...inVenue());
    expect(none.stderr).toMatch(/NothingQueued.*owes nothing/);

    await tickUntil(BigInt(expiresAtClock) + 1n);
    const covered = await run(keeper, 'venue cover', String(BANKRUPT), ...judged());
    const { deficitE6, paidE6, queuedE6, uncoveredE6 } = covered as Record<string, string>;
    const { coverPerWindowE6, windowSeconds } = CONFIG.fund;
    expect(BigInt(paidE6!)).toBe(coverPerWindowE6);
    expect(BigInt(queuedE6!)).toBe(BigInt(deficitE6!) - coverPerWindowE6);
    expect(BigInt(queuedE6!)).toBeGreaterThan(0n);
    expect(uncoveredE6).toBe('0');

    const soon = await attempt(keeper, 'venue cover', '--queued', ...inVenue());
    expect(soon.stderr).toMatch(/^CoverWindowSpent/);
    await chain.setNextTime((await chain.now()) + BigInt(windowSeconds));
    await chain.rpc('evm_mine', []);
    const paid = await run(keeper, 'venue cover', '--queued', ...inVenue());
    expect(paid).toMatchObject({ account: BANKRUPT, paidE6: queuedE6, queuedE6: '0' });
    const spent = await attempt(keeper, 'venue cover', '--queued', ...inVenue());
    expect(spent.stderr).toMatch(/NothingQueued.*owes nothing/);
  });
});

describe('the auction’s price', () => {
  it('is what the engine says, at every moment', async () => {
    const { liquidationEngine } = connectVenue(venue.contracts, chain.provider);
    const { engine } = venue.config;
    for (const gross of [-40_000_000_000n, -1n, 0n, 7n, 1_234_567_891n, 90_000_000_000n]) {
      for (const mm of [1n, 999_999n, 25_624_791_988n]) {
        for (const elapsed of [0n, 1n, 59n, BigInt(engine.rampSeconds), 100_000n]) {
          const there = (await liquidationEngine
            .getFunction('priceE6')
            .staticCall(gross, mm, elapsed)) as bigint;
          expect(auctionPriceE6(engine, gross, mm, elapsed)).toBe(there);
        }
      }
    }
  });
});
