// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Wallet, encryptKeystoreJsonSync } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import type { LocalVenue } from '../../../prover/chain/deploy.ts';
import { send } from '../../../prover/chain/refusal.ts';
import { feedSnapshotOf } from '../../../prover/chain/market-snapshot.ts';
import type { FeedSnapshot } from '../../../prover/chain/snapshot.ts';
import { loadSample, type Sample } from '../../../prover/sample/sample.ts';
import {
  ORACLES,
  as,
  deployVenue,
  guardianOf,
  postRoot,
  postSnapshot,
} from '../../support/chain.ts';
import { plimsoll, type CliResult } from '../../support/cli.ts';
import { limitedNode, type FaultyNode } from '../../support/faulty-node.ts';
import { startRpcChain, type RpcChain } from '../../support/rpc-chain.ts';

/** The first funded account of a local Hardhat chain, whose key everybody knows. */
const RELAYER = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';

let sample: Sample;
let chain: RpcChain;
/** What the commands are given: it refuses logs of more than two blocks at a time. */
let node: FaultyNode;
let venue: LocalVenue;
let folder: string;
let calm: unknown;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-oracle-'));
  sample = loadSample();
  const { time } = sample.snapshots.calm.snapshot;
  chain = await startRpcChain({ startAt: time - 1_000n });
  node = await limitedNode(chain.url, 2);
  venue = await deployVenue(chain);
  const { bookedThrough } = sample.snapshots.crash.snapshot;
  await postRoot(chain, venue, 11n, 304n, time - 10n, bookedThrough);
  const { snapshot, document } = sample.snapshots.calm;
  const bytes = new TextEncoder().encode(document);
  await postSnapshot(chain, venue, feedSnapshotOf(snapshot, document), time + 2n, bytes);
  writeFileSync(join(folder, 'crash.json'), sample.snapshots.crash.document);
  await mineAt(sample.snapshots.crash.snapshot.time + 1n);
  calm = await chain.save();
});
afterAll(async () => {
  await node.close();
  await chain.close();
  rmSync(folder, { recursive: true });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  calm = await chain.restore(calm);
});

async function mineAt(time: bigint): Promise<void> {
  await chain.setNextTime(time);
  await chain.rpc('evm_mine', []);
}

const path = (name: string): string => join(folder, name);

function sign(oracle: Wallet, out: string, document = 'crash.json', ...more: string[]) {
  vi.stubEnv('PLIMSOLL_SIGNER_KEY', oracle.privateKey);
  const { marketFeed } = venue.addresses;
  return plimsoll(
    'oracle sign',
    path(document),
    ...['--rpc', node.url, '--feed', marketFeed, '--out', path(out), ...more],
  );
}

function submit(file: string, ...more: string[]): Promise<CliResult> {
  vi.stubEnv('PLIMSOLL_SIGNER_KEY', RELAYER);
  return plimsoll('oracle submit', path(file), '--rpc', node.url, ...more);
}

const combine = (...files: string[]): Promise<CliResult> =>
  plimsoll('oracle combine', ...files.map(path), '--out', path('both.json'));

/** A snapshot document with one thing changed, as a file. */
function write(name: string, change: (document: SnapshotDocument) => void): string {
  const document = JSON.parse(sample.snapshots.crash.document) as SnapshotDocument;
  change(document);
  writeFileSync(path(name), JSON.stringify(document));
  return name;
}
interface SnapshotDocument {
  time: number;
  surfaceTime: number;
  underlyings: { indexE4: string; perpetualMarkE4: string; slices: unknown[] }[];
}

describe('sign, combine, submit', () => {
  it('carries a snapshot from two oracles to the feed and opens a tick', async () => {
    const [first, second] = ORACLES as [Wallet, Wallet];
    expect(await sign(second, 'second.json')).toMatchObject({ status: 0, stderr: '' });
    expect(await sign(first, 'first.json')).toMatchObject({ status: 0 });
    const combined = await combine('second.json', 'first.json', 'second.json');
    expect(combined.status).toBe(0);

    await chain.setNextTime(sample.snapshots.crash.snapshot.time + 3n);
    const submitted = await submit('both.json', '--json');
    expect(submitted).toMatchObject({ status: 0 });
    const { tick, snapshotHash } = JSON.parse(submitted.stdout) as Record<string, string>;
    const opened = (await venue.marketFeed.getFunction('tickAt').staticCall(tick)) as {
      snapshotHash: bigint;
    };
    expect(opened.snapshotHash).toBe(BigInt(snapshotHash ?? ''));
    expect(opened.snapshotHash).toBe(
      feedSnapshotOf(sample.snapshots.crash.snapshot, sample.snapshots.crash.document).snapshotHash,
    );
  });

  it('reads an encrypted keystore', async () => {
    const [oracle] = ORACLES as [Wallet];
    // Few rounds, so that the test does not spend its time in the key derivation.
    const few = { scrypt: { N: 2, r: 1, p: 1 } };
    const json = encryptKeystoreJsonSync(oracle, 'secret', few);
    writeFileSync(path('keystore.json'), json);
    const signWith = (password: string | undefined) => {
      vi.stubEnv('PLIMSOLL_KEYSTORE_PASSWORD', password);
      return sign(ORACLES[1]!, 'keystored.json', 'crash.json', '--keystore', path('keystore.json'));
    };
    expect(await signWith(undefined)).toMatchObject({
      status: 2,
      stderr: 'PLIMSOLL_KEYSTORE_PASSWORD: must hold the password of the keystore',
    });
    expect(await signWith('wrong')).toMatchObject({
      status: 2,
      stderr: 'PLIMSOLL_KEYSTORE_PASSWORD: is not the password of the keystore',
    });
    expect(existsSync(path('keystored.json'))).toBe(false);
    const signed = await signWith('secret');
    expect(signed.status).toBe(0);
    expect(signed.stdout).toContain(oracle.address);
  });
});

describe('oracle sign refuses', () => {
  const oracle = ORACLES[0]!;

  it('a document that breaks a rule of the format', async () => {
    const name = write('broken.json', (document) => (document.underlyings[0]!.indexE4 = '-1'));
    expect(await sign(oracle, 'no.json', name)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: 'underlyings[0].indexE4: must be at least 1',
    });
    expect(existsSync(path('no.json'))).toBe(false);
  });

  it('a stale component', async () => {
    const name = write('stale.json', (document) => (document.surfaceTime = document.time - 900));
    const refused = await sign(oracle, 'no.json', name);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/^surfaceTime: 90\d s old, may be at most 300 s$/);
  });

  it('a snapshot that is not of the newest minute, or of no whole one', async () => {
    writeFileSync(path('calm.json'), sample.snapshots.calm.document);
    expect((await sign(oracle, 'no.json', 'calm.json')).stderr).toMatch(
      /^the snapshot's time \d+ is more than a minute before .*: the feed takes the newest minute only$/,
    );
    const name = write('odd.json', (document) => (document.time += 30));
    expect((await sign(oracle, 'no.json', name)).stderr).toMatch(/is not a whole minute$/);
  });

  it('no snapshot of now on an idle chain, whose latest block is long past', async () => {
    const name = write('later.json', (document) => {
      for (const field of Object.keys(document) as (keyof SnapshotDocument)[]) {
        if (field.toLowerCase().endsWith('time')) (document[field] as number) += 600;
      }
    });
    expect((await sign(oracle, 'no.json', name)).stderr).toMatch(/is after the chain's/);
    await chain.rpc('evm_increaseTime', [600]);
    expect(await sign(oracle, 'yes.json', name)).toMatchObject({ status: 0, stderr: '' });
  });

  it('a snapshot from the future', async () => {
    const name = write('future.json', (document) => (document.time += 600));
    expect((await sign(oracle, 'no.json', name)).stderr).toMatch(
      /^the snapshot's time \d+ is after/,
    );
  });

  it('prices too far from the last accepted ones', async () => {
    expect((await sign(oracle, 'no.json', 'crash.json', '--max-move', '100')).stderr).toMatch(
      /^index of BTC: \d+ E4 is more than 100 bps from \d+ E4$/,
    );
    const off = write('off.json', (document) => {
      const btc = document.underlyings[0]!;
      btc.perpetualMarkE4 = (BigInt(btc.indexE4) / 10n).toString();
    });
    expect((await sign(oracle, 'no.json', off)).stderr).toMatch(
      /^perpetual mark of BTC against its index: /,
    );
    expect(existsSync(path('no.json'))).toBe(false);
  });

  it('a snapshot that drops an expiry which was not booked', async () => {
    const name = write('dropped.json', (document) => document.underlyings[1]!.slices.pop());
    expect((await sign(oracle, 'no.json', name)).stderr).toMatch(
      /^ETH \d+: was in the last accepted snapshot, is not booked, and is gone$/,
    );
  });

  it.each([
    ['--max-move', '6000', '--max-move: must be at most 5000'],
    ['--from-block', '-1', '--from-block: must be the number of a block'],
  ])('%s %s', async (flag, value, message) => {
    expect(await sign(oracle, 'no.json', 'crash.json', flag, value)).toMatchObject({
      status: 2,
      stderr: message,
    });
  });

  it.each([
    ['0x12', 'PLIMSOLL_SIGNER_KEY: must be a private key: 0x and 64 hexadecimal digits'],
    [
      `0x${'0'.repeat(64)}`,
      'PLIMSOLL_SIGNER_KEY: must be a private key: 0x and 64 hexadecimal digits',
    ],
  ])('the key %s', async (key, message) => {
    const refused = await sign({ privateKey: key } as Wallet, 'no.json');
    expect(refused).toMatchObject({ status: 2, stderr: message });
  });

  it('a feed that is not there, and a node that does not answer', async () => {
    const to = (rpc: string, feed: string) =>
      plimsoll(
        'oracle sign',
        path('crash.json'),
        '--rpc',
        rpc,
        '--feed',
        feed,
        '--out',
        path('no'),
      );
    vi.stubEnv('PLIMSOLL_SIGNER_KEY', oracle.privateKey);
    const { marketFeed } = venue.addresses;
    expect((await to(node.url, oracle.address)).stderr).toBe(
      `--feed: no contract at ${oracle.address} on this chain`,
    );
    expect((await to('http://127.0.0.1:9', marketFeed)).stderr).toBe(
      '--rpc: no Ethereum node answers at 127.0.0.1:9',
    );
    expect((await to('ftp://example', marketFeed)).stderr).toBe(
      '--rpc: must be an http or https URL',
    );
    expect((await to(node.url, '0x12')).stderr).toMatch(/^--feed: must be an address/);
  });

  it('but only remarks that the signer does not belong to the quorum', async () => {
    const stranger = Wallet.createRandom();
    const signed = await sign(new Wallet(stranger.privateKey), 'stranger.json');
    expect(signed).toMatchObject({
      status: 0,
      stderr: `${stranger.address} does not belong to the feed's quorum today`,
    });
  });
});

/** Posts the crash through a contract that passes every call on, so that its document is hidden. */
async function relay(overrides: Partial<FeedSnapshot> = {}): Promise<void> {
  const to = venue.addresses.marketFeed.slice(2).toLowerCase();
  const runtime = `365f5f375f5f365f5f73${to}5af16026575f5ffd5b00`;
  const deployed = await chain.accounts[0]!.sendTransaction({
    data: `0x60288060095f395ff3${runtime}`,
  });
  const { contractAddress } = (await deployed.wait())!;
  const { snapshot, document } = sample.snapshots.crash;
  await postSnapshot(
    chain,
    { ...venue, marketFeed: venue.marketFeed.attach(contractAddress!) as typeof venue.marketFeed },
    { ...feedSnapshotOf(snapshot, document), ...overrides },
    snapshot.time + 40n,
    new TextEncoder().encode(document),
  );
}

describe('a snapshot relayed through another contract', () => {
  const oracle = ORACLES[0]!;

  it('keeps nobody from signing the next one who has its document', async () => {
    await relay();
    const next = write('next.json', (document) => {
      for (const field of Object.keys(document) as (keyof SnapshotDocument)[]) {
        if (field.toLowerCase().endsWith('time')) (document[field] as number) += 60;
      }
    });
    const refused = await sign(oracle, 'no.json', next);
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toMatch(/does not show the document .* give it with --last$/);
    const other = await sign(oracle, 'no.json', next, '--last', path(next));
    expect(other).toMatchObject({ status: 2 });
    expect(other.stderr).toMatch(/^--last: must be the document that the feed accepted last/);
    expect(existsSync(path('no.json'))).toBe(false);
    expect(await sign(oracle, 'yes.json', next, '--last', path('crash.json'))).toMatchObject({
      status: 0,
    });
  });

  it('is known when it was beyond the breaker: its minute is spent', async () => {
    await relay({ indexPricesE4: [1n, 1n] });
    expect((await sign(oracle, 'no.json')).stderr).toMatch(/is not after \d+, the last that/);
  });
});

describe('oracle combine refuses', () => {
  it('files about different documents, and signatures that are not theirs', async () => {
    await sign(ORACLES[0]!, 'first.json');
    const rewritten = write('same.json', () => undefined);
    writeFileSync(path(rewritten), `${readFileSync(path(rewritten), 'utf8')}\n`);
    await sign(ORACLES[1]!, 'other.json', rewritten);
    expect(await combine('first.json', 'other.json')).toMatchObject({
      status: 2,
      stderr: `${path('other.json')}: document: must be the same as in ${path('first.json')}`,
    });

    const forged = JSON.parse(readFileSync(path('first.json'), 'utf8')) as {
      document: string;
      signatures: { signer: string }[];
    };
    forged.signatures[0]!.signer = ORACLES[1]!.address;
    writeFileSync(path('forged.json'), JSON.stringify(forged));
    expect((await combine('forged.json')).stderr).toBe(
      `${path('forged.json')}: signatures[0]: must be by ${ORACLES[1]!.address} for this ` +
        'document, chain and feed; it is not',
    );
  });

  it('a truncated file', async () => {
    await sign(ORACLES[0]!, 'first.json');
    writeFileSync(path('cut.json'), readFileSync(path('first.json'), 'utf8').slice(0, -20));
    expect(await combine('cut.json')).toMatchObject({
      status: 2,
      stderr: `${path('cut.json')}: is not complete, valid JSON: a string has no end`,
    });
  });
});

describe('oracle submit refuses', () => {
  it('too few signatures and strangers', async () => {
    await sign(ORACLES[0]!, 'first.json');
    expect((await submit('first.json')).stderr).toBe('1 of 2 signatures; oracle combine adds more');
    const stranger = new Wallet(Wallet.createRandom().privateKey);
    await sign(stranger, 'stranger.json');
    await combine('first.json', 'stranger.json');
    expect((await submit('both.json')).stderr).toBe(
      `${stranger.address} does not belong to the feed's quorum`,
    );
  });

  it('what is beyond the breaker, unless told to', async () => {
    const name = write('half.json', (document) => {
      const btc = document.underlyings[0]!;
      btc.indexE4 = (BigInt(btc.indexE4) / 3n).toString();
      btc.perpetualMarkE4 = (BigInt(btc.perpetualMarkE4) / 3n).toString();
    });
    // No oracle command signs this one: the quorum did so by other means.
    const document = readFileSync(path(name), 'utf8');
    const { attested, bySigner, formatAttestation } =
      await import('../../../prover/oracle/attestation.ts');
    const { signSnapshot } = await import('../../../prover/chain/snapshot.ts');
    const { message } = attested(document);
    const { marketFeed } = venue.addresses;
    const signatures = await Promise.all(
      ORACLES.slice(0, 2).map(async (oracle) => ({
        signer: oracle.address,
        signature: await signSnapshot(oracle, message, chain.chainId, marketFeed),
      })),
    );
    signatures.sort(bySigner);
    writeFileSync(
      path('halting.json'),
      formatAttestation({ chainId: chain.chainId, marketFeed, document, signatures }),
    );
    expect((await submit('halting.json')).stderr).toMatch(
      /^index of BTC against the last accepted: /,
    );
    const halting = await submit('halting.json', '--allow-breach', '--json');
    expect(halting).toMatchObject({ status: 0 });
    expect(halting.stderr).toMatch(/^beyond the breaker: index of BTC against the last accepted: /);
    expect(JSON.parse(halting.stdout)).toMatchObject({ tick: null, halted: false });
  });

  it('anything while the market is halted, but what may end it', async () => {
    await sign(ORACLES[0]!, 'first.json');
    await sign(ORACLES[1]!, 'second.json');
    await combine('first.json', 'second.json');
    await send(as(venue.marketFeed, guardianOf(chain)), 'halt', []);
    expect((await submit('both.json')).stderr).toMatch(
      /^the market is halted: the feed takes no snapshot of before \d+$/,
    );
  });
});
