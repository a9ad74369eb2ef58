// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encryptKeystoreJsonSync, type Wallet } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { DEFAULT_VENUE_CONFIG, SAMPLE_VENUE_CONFIG } from '../../../prover/chain/config.ts';
import type { LocalVenue } from '../../../prover/chain/deploy.ts';
import { eventsNamed, readEvents } from '../../../prover/chain/events.ts';
import { signSnapshot } from '../../../prover/chain/snapshot.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { formatLedger } from '../../../prover/documents/ledger-document.ts';
import type { LiveSlice, MarketSnapshot, Slice } from '../../../prover/model/types.ts';
import { requireAgreement } from '../../../prover/oracle/agreement.ts';
import { attested, type Attestation } from '../../../prover/oracle/attestation.ts';
import { listenForProposals, askPeer } from '../../../prover/oracle/peers.ts';
import { AlreadySigned, SigningMemory } from '../../../prover/oracle/signing-memory.ts';
import { rankAt } from '../../../prover/oracle/signer-node.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { ORACLES, deployVenue, postRoot } from '../../support/chain.ts';
import { plimsoll, type CliResult } from '../../support/cli.ts';
import { limitedNode, type FaultyNode } from '../../support/faulty-node.ts';
import { freePort } from '../../../prover/bench/free-port.ts';
import { startRpcChain, type RpcChain } from '../../support/rpc-chain.ts';

const sample = loadSample();
const { snapshot, document } = sample.snapshots.crash;
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-oracle-run-'));
const path = (name: string): string => join(folder, name);
const PASSWORD = 'of a test';
const ETHER = `0x${(10n ** 20n).toString(16)}`;

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

async function attestationOf(oracle: Wallet, text: string): Promise<Attestation> {
  const marketFeed = ORACLES[0]!.address;
  const signature = await signSnapshot(oracle, attested(text).message, 31_337n, marketFeed);
  const signatures = [{ signer: oracle.address, signature }];
  return { chainId: 31_337n, marketFeed, document: text, signatures };
}

describe('plimsoll oracle run', () => {
  let chain: RpcChain;
  let node: FaultyNode;
  let venue: LocalVenue;
  let ports: number[];

  beforeAll(async () => {
    // An idle chain that mines on demand, whose clock runs: its latest block is soon long past.
    chain = await startRpcChain({ startAt: snapshot.time - 600n });
    // The installation of the quorum is deeper down than one question reaches.
    node = await limitedNode(chain.url, 5);
    // Heartbeats that a machine with other work to do does not outlive.
    const heartbeats = { ...DEFAULT_VENUE_CONFIG.heartbeats, index: 3_600, perpetual: 3_600 };
    const config = {
      ...SAMPLE_VENUE_CONFIG,
      heartbeats: { ...heartbeats, forward: 3_600, surface: 3_600, collateral: 36_000 },
    };
    venue = await deployVenue(chain, { config });
    const { root, accountCount } = new Ledger(sample.ledgers.crash);
    await postRoot(chain, venue, root, accountCount, snapshot.time - 1n, snapshot.bookedThrough);
    writeFileSync(path('ledger.json'), formatLedger(sample.ledgers.crash));
    for (const [index, oracle] of ORACLES.entries()) {
      await chain.rpc('hardhat_setBalance', [oracle.address, ETHER]);
      const few = { scrypt: { N: 2, r: 1, p: 1 } };
      writeFileSync(path(`${index}.key`), encryptKeystoreJsonSync(oracle, PASSWORD, few));
    }
    writeFileSync(path('crash.json'), document);
    ports = await Promise.all(ORACLES.map(freePort));
  });
  afterAll(async () => {
    await node.close();
    await chain.close();
  });

  function run(index: number, file = 'crash.json'): Promise<CliResult> {
    const url = (port: number): string => `http://127.0.0.1:${port}`;
    return plimsoll(
      'oracle run',
      ...['--snapshot', path(file), '--once', '--json', '--rpc', node.url],
      ...['--ledger', path('ledger.json')],
      ...['--feed', venue.addresses.marketFeed, '--keystore', path(`${index}.key`)],
      ...['--memory', path(`${index}.memory`), '--listen', `127.0.0.1:${ports[index]}`],
      ...[
        '--peers',
        ports
          .filter((_, other) => other !== index)
          .map(url)
          .join(),
      ],
    );
  }

  it('brings a minute’s snapshot to the feed, one of three signers being down', async () => {
    vi.stubEnv('PLIMSOLL_KEYSTORE_PASSWORD', PASSWORD);
    await chain.rpc('evm_increaseTime', [Number(snapshot.time - (await chain.now()) + 1n)]);
    const results = await Promise.all([run(0), run(1)]);
    const outcomes = results.map(({ status, stdout }) => {
      expect(status).toBe(0);
      const lines = stdout.trim().split('\n');
      return (JSON.parse(lines.at(-1)!) as { outcome: string }).outcome;
    });
    expect(outcomes).toContain('submitted');
    const accepted = eventsNamed(await readEvents(venue, chain.provider), 'SnapshotAccepted');
    expect(accepted.length).toBeGreaterThan(0);
    const calldata = (await chain.provider.getTransaction(accepted[0]!.transactionHash))!.data;
    // Compact: no byte of it is there for people.
    expect(calldata.length / 2).toBeLessThan(document.length);
  }, 120_000);

  it('refuses what it cannot run with', async () => {
    const stderrOf = async (...flags: string[]): Promise<string> =>
      (await plimsoll('oracle run', '--rpc', node.url, ...flags)).stderr;
    vi.stubEnv('PLIMSOLL_SIGNER_KEY', ORACLES[0]!.privateKey);
    expect(await stderrOf()).toBe('<file>: give market files, or a document with --snapshot');
    const file = ['--snapshot', path('crash.json')];
    expect(await stderrOf(...file, '--listen', 'here')).toBe('--listen: must be <host>:<port>');
    const feed = ['--feed', venue.addresses.marketFeed];
    expect(await stderrOf(...file, ...feed)).toMatch(/^--memory: is required/);
    const memory = ['--memory', path('new.memory')];
    expect(await stderrOf(...file, ...feed, ...memory, '--peers', 'ftp://x')).toMatch(
      /^--peers: must be http or https URLs/,
    );
  });
});

describe('what a signer remembers', () => {
  it('is one document a minute, across restarts, and nothing of an earlier minute', async () => {
    const file = path('once.memory');
    const one = await attestationOf(ORACLES[0]!, document);
    const time = snapshot.time;
    const memory = new SigningMemory(file);
    expect(await memory.signOnce(time, document, () => Promise.resolve(one))).toEqual(one);
    const again = new SigningMemory(file);
    expect(again.of(time)).toEqual(one);
    const never = (): Promise<Attestation> => Promise.reject(new Error('signed twice'));
    expect(await again.signOnce(time, document, never)).toEqual(one);
    await expect(again.signOnce(time, `${document} `, never)).rejects.toThrow(AlreadySigned);
    await expect(again.signOnce(time - 60n, document, never)).rejects.toThrow(AlreadySigned);
  });

  it('is spent before the signature exists: a crash costs a minute, never a second signature', async () => {
    const file = path('crashed.memory');
    const memory = new SigningMemory(file);
    const crash = (): Promise<Attestation> => Promise.reject(new Error('power'));
    await expect(memory.signOnce(snapshot.time, document, crash)).rejects.toThrow('power');
    const one = await attestationOf(ORACLES[0]!, document);
    await expect(
      new SigningMemory(file).signOnce(snapshot.time, document, () => Promise.resolve(one)),
    ).rejects.toThrow(AlreadySigned);
    expect(readFileSync(file, 'utf8')).not.toContain('attestation');
  });
});

describe('peers over HTTP', () => {
  it('answer with a signature, with what they signed instead, or with the reason why not', async () => {
    const [mine, other] = await Promise.all([
      attestationOf(ORACLES[0]!, document),
      attestationOf(ORACLES[1]!, `${document} `),
    ]);
    let answer: () => Promise<Attestation> = () => Promise.resolve(mine);
    const failures: unknown[] = [];
    const server = await listenForProposals(
      '127.0.0.1',
      0,
      () => answer(),
      (error) => failures.push(error),
    );
    try {
      expect(await askPeer(server.url, mine)).toEqual({ kind: 'signed', attestation: mine });
      answer = () => Promise.reject(new AlreadySigned(snapshot.time, other));
      expect(await askPeer(server.url, mine)).toEqual({ kind: 'other', attestation: other });
      answer = () => Promise.reject(new Error('/home/oracle/secret'));
      const failed = await askPeer(server.url, mine);
      expect(failed).toMatchObject({ kind: 'refused' });
      expect(JSON.stringify(failed)).not.toContain('secret');
      expect(failures).toHaveLength(1);
      const forged = {
        ...mine,
        signatures: [{ ...mine.signatures[0]!, signer: ORACLES[2]!.address }],
      };
      expect(JSON.stringify(await askPeer(server.url, forged))).toContain('must be by');
      const long = { ...mine, document: ' '.repeat(70_000) };
      expect(JSON.stringify(await askPeer(server.url, long))).toContain('is too long');
      expect((await fetch(server.url)).status).toBe(404);
    } finally {
      await server.close();
    }
    expect(await askPeer(server.url, mine)).toMatchObject({ kind: 'refused' });
  });
});

describe('requireAgreement', () => {
  type Change = (
    market: MarketSnapshot['underlyings'][0],
  ) => Partial<MarketSnapshot['underlyings'][0]>;
  const judge = (change: Change): string => {
    const [btc, eth] = snapshot.underlyings;
    const theirs = { ...snapshot, underlyings: [{ ...btc, ...change(btc) }, eth] as const };
    try {
      requireAgreement(theirs, snapshot, 50n);
    } catch (error) {
      return String((error as Error).message).split(':')[0]!;
    }
    return 'agreed';
  };
  const live = (slices: readonly Slice[], change: (slice: LiveSlice) => Partial<LiveSlice>) =>
    slices.map((slice) => (slice.state === 'live' ? { ...slice, ...change(slice) } : slice));

  it('takes a reading of the same market a little apart', () => {
    expect(judge(() => ({}))).toBe('agreed');
    expect(judge(({ indexE4 }) => ({ indexE4: (indexE4 * 1_004n) / 1_000n }))).toBe('agreed');
    expect(judge(({ slices }) => ({ slices: slices.slice(1) }))).toBe('agreed');
  });

  it('refuses another market, and names what is other', () => {
    expect(judge(({ indexE4 }) => ({ indexE4: (indexE4 * 1_006n) / 1_000n }))).toBe('index of BTC');
    expect(judge(({ perpetualMarkE4: mark }) => ({ perpetualMarkE4: mark * 2n }))).toBe(
      'perpetual mark of BTC',
    );
    expect(
      judge(({ slices }) => ({
        slices: live(slices, (slice) => ({ forwardRatioQ30: slice.forwardRatioQ30 * 2n })),
      })),
    ).toMatch(/^forward of BTC/);
    expect(
      judge(({ slices }) => ({
        slices: live(slices, ({ aQ44, bQ30, cQ30 }) => ({
          aQ44: aQ44 * 2n,
          bQ30: bQ30 * 2n,
          cQ30: cQ30 * 2n,
        })),
      })),
    ).toMatch(/^volatility of BTC/);
    expect(
      judge(({ slices }) => ({
        slices: slices.map((slice) =>
          slice.state === 'expired' && slice.settlementPriceE4 !== 0n
            ? { ...slice, settlementPriceE4: slice.settlementPriceE4 + 1n }
            : slice,
        ),
      })),
    ).toMatch(/^settlement price of BTC/);
  });
});

describe('turns', () => {
  it('go round: each minute another signer is first, and no two stand at one place', () => {
    const signers = ORACLES.map(({ address }) => address);
    for (let minute = 0n; minute < 6n; minute += 1n) {
      const ranks = signers.map((signer) => rankAt(minute * 60n, signer, signers));
      expect([...ranks].sort()).toEqual([0, 1, 2]);
      expect(ranks[Number(minute % 3n)]).toBe(0);
    }
  });
});
