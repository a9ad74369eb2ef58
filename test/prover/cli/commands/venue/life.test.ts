// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: proofs, contracts and a node over HTTP.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Contract, Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { contractArtifact } from '../../../../../prover/chain/artifact.ts';
import { formatPlan, parsePlan } from '../../../../../prover/chain/deployment/plan-document.ts';
import { feedSnapshotOf } from '../../../../../prover/chain/market-snapshot.ts';
import { signaturesOf, submitSnapshot } from '../../../../../prover/chain/snapshot.ts';
import {
  formatVenue,
  parseVenue,
  type VenueDocument,
} from '../../../../../prover/chain/venue-document.ts';
import { connectVenue } from '../../../../../prover/chain/venue.ts';
import { DEMO_CONFIG } from '../../../../../prover/demo/deployment.ts';
import { later } from '../../../../../prover/demo/ticks.ts';
import { parseLedger } from '../../../../../prover/documents/ledger-document.ts';
import { Ledger } from '../../../../../prover/commitments/ledger.ts';
import { auctionPriceE6 } from '../../../../../prover/keeper/auction.ts';
import { SAMPLE_DIRECTORY, loadSample } from '../../../../../prover/sample/sample.ts';
import { ARTIFACTS, ORACLES } from '../../../../support/chain.ts';
import { plimsoll, type CliResult } from '../../../../support/cli.ts';
import { limitedNode, type FaultyNode } from '../../../../support/faulty-node.ts';
import { developmentKey } from '../../../../support/deployments.ts';
import { addressOf } from '../../../../support/plans.ts';
import { accountNamed } from '../../../../support/proofs.ts';
import { startRpcChain, type RpcChain } from '../../../../support/rpc-chain.ts';

const sample = loadSample();
const { crash } = sample.snapshots;
const LEDGER = join(SAMPLE_DIRECTORY, 'ledger-crash.json');
const TARGET = accountNamed('ordinary-liquidation');
const HELPED = accountNamed('wick-victim');
const BANKRUPT = accountNamed('bankrupt-paid-in-full');
const HEALTHY = accountNamed('hedged-market-maker');
const POCKET_E6 = 10_000_000_000_000n;

let chain: RpcChain;
/** What the commands are given: it refuses logs of more than 25 blocks at a time. */
let node: FaultyNode;
let folder: string;
let venue: VenueDocument;
const ledger = LEDGER;

const path = (name: string): string => join(folder, name);
const [deployer, keeper, bidder] = [0, 1, 2].map((index) => new Wallet(developmentKey(index))) as [
  Wallet,
  Wallet,
  Wallet,
];

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

/** The crash's market in the next minute, and the tick it opens. */
async function nextTick(): Promise<void> {
  const now = await chain.now();
  const published = later(crash, (now / 60n + 1n) * 60n);
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

async function nextRoot(): Promise<Record<string, unknown>> {
  return run(deployer, 'venue root', ...judged(), '--out', path('ledger.json'));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-venue-'));
  chain = await startRpcChain({ startAt: crash.snapshot.time - 600n });
  node = await limitedNode(chain.url, 25);
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
    writeFileSync(path('plan.json'), formatPlan({ ...plan, config: DEMO_CONFIG }));
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
    expect(root['root']).toBe(String(new Ledger(sample.ledgers.crash).root));
    await chain.setNextTime(crash.snapshot.time - 30n);
    await chain.rpc('evm_mine', []);
    await nextTick();
    const status = await run(keeper, 'venue status', ...inVenue());
    expect(status).toMatchObject({
      ledger: { sequence: '1', accountCount: String(sample.ledgers.crash.length) },
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
    expect((await plimsoll('receipt keys', '--out', path('keys.json'))).status).toBe(0);
    const unknown = await plimsoll('verify', proof, '--keys', path('keys.json'));
    expect(unknown.status).toBe(1);
    expect(unknown.stderr).toMatch(/has no key of liquidation, profile/);
    const alone = await plimsoll('verify', proof, ...inVenue());
    expect(alone).toMatchObject({ status: 2, stderr: '--venue: needs --rpc' });
    const nowhere = await attempt(keeper, 'verify', proof);
    expect(nowhere).toMatchObject({ status: 2, stderr: '--venue: is required with --rpc' });
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
    const accounts = [TARGET, HELPED, BANKRUPT].map(String);
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
      ...accounts,
      ...judged(),
    );
    expect(opened.map(({ account }) => account).sort()).toEqual([TARGET, HELPED, BANKRUPT].sort());

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
    expect(root).toMatchObject({ consumed: { engine: 3, user: 0 } });
    await nextTick();
  });

  it('cures with what the account is short of, when the payer has it', async () => {
    const poor = await attempt(bidder, 'venue cure', String(HELPED), ...judged());
    expect(poor.stderr).toMatch(/has 0\.00 of the venue's token|has 0/);
    const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
    const asset = new Contract(venue.contracts.asset, abi, bidder.connect(chain.provider));
    const minted = (await asset.getFunction('mint').send(bidder.address, POCKET_E6)) as {
      wait(): Promise<unknown>;
    };
    await minted.wait();
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

  it('is bid for by a keeper that reckons, waits where it does not pay, and bids where it does', async () => {
    const keep = (...argv: string[]) =>
      run<{ decisions: { account: number; verdict: string; transaction: string | null }[] }>(
        bidder,
        'keeper',
        '--bid',
        ...judged(),
        ...argv,
      );
    const of = (decisions: { account: number }[]) =>
      decisions.map(({ account }) => account).sort((a, b) => a - b);
    const greedy = await keep('--min-profit', '1000000');
    expect(of(greedy.decisions)).toEqual([TARGET, BANKRUPT].sort((a, b) => a - b));
    for (const { verdict } of greedy.decisions) expect(verdict).toBe('too little profit');
    const poor = await keep('--inventory', '1', '--min-profit', '0');
    const ofTarget = poor.decisions.find(({ account }) => account === TARGET)!;
    expect(ofTarget.verdict).toBe('costs more than the inventory');

    // At the end of the ramp.
    for (let passed = 0; passed <= DEMO_CONFIG.engine.rampSeconds; passed += 60) await nextTick();
    const dry = await keep('--dry-run');
    expect(dry.decisions.find(({ account }) => account === TARGET)).toMatchObject({
      verdict: 'bid',
      transaction: null,
    });
    const dear = await keep('--max-gas-price', '0');
    for (const { verdict } of dear.decisions) expect(verdict).toBe('gas too dear');
    const { decisions } = await keep();
    const bought = decisions.filter(({ transaction }) => transaction !== null);
    expect(bought.map(({ account }) => account)).toContain(TARGET);
  });

  it('closes when a ledger has the takeover', async () => {
    const early = await attempt(keeper, 'venue close', String(TARGET), ...inVenue());
    expect(early.stderr).toMatch(/TakeoverNotConsumed.*post a root that does/);
    await nextRoot();
    const closed = await run(keeper, 'venue close', String(TARGET), ...inVenue());
    expect(closed).toMatchObject({ account: String(TARGET), newOwner: bidder.address });
    const twice = await attempt(keeper, 'venue close', String(TARGET), ...inVenue());
    expect(twice.stderr).toMatch(/nothing is escrowed/);
    const accounts = parseLedger(readFileSync(path('ledger.json'), 'utf8'));
    expect(accounts[TARGET]!.owner).toBe(BigInt(bidder.address));
  });

  it('gives the Backstop what nobody bought', async () => {
    const status = await run<{ liquidations: { account: string; status: string }[] }>(
      keeper,
      'venue status',
      ...inVenue(),
    );
    const left = status.liquidations.filter((one) => one.status === 'open');
    // The keeper may have found the bankrupt worth its price; then there is nothing left to cover.
    for (const { account } of left) {
      const early = await attempt(keeper, 'venue cover', account, ...judged());
      expect(early.stderr).toMatch(/HorizonNotPassed.*the Backstop comes after/);
    }
    for (let passed = 0; passed <= DEMO_CONFIG.engine.horizonSeconds; passed += 60) {
      await nextTick();
    }
    for (const { account } of left) {
      const covered = await run(keeper, 'venue cover', account, ...judged());
      expect(BigInt(covered['deficitE6'] as string)).toBeGreaterThanOrEqual(0n);
    }
    const none = await attempt(keeper, 'venue cover', '--queued', ...inVenue());
    expect(none.stderr).toMatch(/NothingQueued.*owes nothing/);
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
