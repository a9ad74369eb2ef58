// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: processes that are killed, contracts and a node over HTTP.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { encryptKeystoreJsonSync } from 'ethers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { DEFAULT_VENUE_CONFIG, SAMPLE_VENUE_CONFIG } from '../../../prover/chain/config.ts';
import type { LocalVenue } from '../../../prover/chain/deploy.ts';
import { eventsNamed, readEvents } from '../../../prover/chain/events.ts';
import { readSubmission, signSnapshot } from '../../../prover/chain/snapshot.ts';
import { formatVenue } from '../../../prover/chain/venue-document.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { formatLedger } from '../../../prover/documents/ledger-document.ts';
import { formatMarginInputs } from '../../../prover/documents/margin-inputs-document.ts';
import { parseSnapshot, snapshotDocument } from '../../../prover/documents/snapshot-document.ts';
import { ageSnapshot } from '../../../prover/market/snapshot/age-slice.ts';
import type { MarketSnapshot } from '../../../prover/model/types.ts';
import {
  attested,
  formatAttestation,
  type Attestation,
} from '../../../prover/oracle/attestation.ts';
import { askPeer, listenForProposals } from '../../../prover/oracle/peers.ts';
import { readMarginInputs } from '../../../prover/oracle/feed-state.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { ORACLES, deployVenue, postRoot } from '../../support/chain.ts';
import { plimsoll, type CliResult } from '../../support/cli.ts';
import { inputsAt } from '../../support/margin-steps.ts';
import { planWithParts, venueDocumentOf } from '../../support/plans.ts';
import { freePort } from '../../../prover/bench/free-port.ts';
import { startRpcChain, type RpcChain } from '../../support/rpc-chain.ts';

const MAIN = join(REPOSITORY_ROOT, 'prover', 'cli', 'main.ts');
const PASSWORD = 'of a test';
const ETHER = `0x${(10n ** 20n).toString(16)}`;
const sample = loadSample();
const { snapshot: crash, document } = sample.snapshots.crash;
/** When the margin state was opened. */
const OPENED = crash.time - 3_600n;
const [, , LIAR] = ORACLES as [unknown, unknown, (typeof ORACLES)[number]];
/** So many milliseconds into the life of a signer it is killed, where nobody chose. */
const SEED = Number(process.env['PLIMSOLL_SEED'] ?? 1);

describe('plimsoll oracle run, among peers that lag and lie', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-peers-run-'));
  const path = (name: string): string => join(folder, name);
  let chain: RpcChain;
  let venue: LocalVenue;
  let ports: number[];
  let liar: { readonly url: string; readonly close: () => Promise<void> };
  let laggard: Server;
  let child: ChildProcess | undefined;
  let lied = 0;
  /** Of the two honest signers, every document that anybody saw under their names, by minute. */
  const seen = new Map<string, Set<string>>();

  const doubled = (market: MarketSnapshot): MarketSnapshot => {
    const [btc, eth] = market.underlyings;
    return { ...market, underlyings: [{ ...btc, indexE4: 2n * btc.indexE4 }, eth] };
  };
  async function lie(market: MarketSnapshot): Promise<Attestation> {
    const text = JSON.stringify(snapshotDocument(doubled(market)));
    const { chainId } = chain;
    const { marketFeed } = venue.addresses;
    const signature = await signSnapshot(LIAR, attested(text).message, chainId, marketFeed);
    const signatures = [{ signer: LIAR.address, signature }];
    return { chainId, marketFeed, document: text, signatures };
  }
  function note({ document: text, signatures }: Attestation): void {
    const { time } = parseSnapshot(text);
    for (const { signer } of signatures) {
      const key = `${signer} ${time}`;
      seen.set(key, (seen.get(key) ?? new Set()).add(text));
    }
  }

  const flags = (index: number): string[] => [
    ...['--snapshot', path('crash.json'), '--ledger', path('ledger.json'), '--json'],
    ...['--venue', path('venue.json'), '--keystore', path(`${index}.key`)],
    ...['--memory', path(`${index}.memory`), '--listen', `127.0.0.1:${ports[index]}`],
    ...[
      '--peers',
      [
        `http://127.0.0.1:${ports[1 - index]}`,
        liar.url,
        `http://127.0.0.1:${(laggard.address() as AddressInfo).port}`,
      ].join(),
    ],
    ...['--margin-sources', [0, 1, 2].map((n) => `source-${n}=${path(`inputs-${n}.json`)}`).join()],
  ];
  const once = (index: number): Promise<CliResult> =>
    plimsoll('oracle run', ...flags(index), '--once');
  const start = (index: number): ChildProcess => {
    const env = { ...process.env, PLIMSOLL_KEYSTORE_PASSWORD: PASSWORD };
    return spawn(process.execPath, [MAIN, 'oracle', 'run', ...flags(index)], {
      env,
      stdio: 'ignore',
    });
  };
  const kill = (running: ChildProcess): Promise<unknown> => {
    const end = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    return end;
  };
  const minuteOf = (time: bigint): bigint => time - (time % 60n);
  /** What the sources have counted by the next minute: 60, 120 and far too much a minute. */
  async function beginMinute(): Promise<void> {
    const time = minuteOf(await chain.now()) + 60n;
    for (const [place, rate] of [60n, 120n, 10n ** 9n].entries()) {
      const inputs = inputsAt(time, 1_000n * BigInt(place) + (rate * (time - OPENED)) / 60n);
      writeFileSync(path(`inputs-${place}.json`), formatMarginInputs(inputs));
    }
    await chain.rpc('evm_setNextBlockTimestamp', [Number(time + 1n)]);
    await chain.rpc('evm_mine', []);
  }
  const published = async (): Promise<readonly MarketSnapshot[]> => {
    const events = eventsNamed(await readEvents(venue, chain.provider), 'SnapshotAccepted');
    return Promise.all(
      events.map(async ({ transactionHash }) => {
        const { marketFeed } = venue.addresses;
        const { document: bytes } = await readSubmission(
          chain.provider,
          marketFeed,
          transactionHash,
        );
        return parseSnapshot(new TextDecoder().decode(bytes));
      }),
    );
  };

  beforeAll(async () => {
    chain = await startRpcChain({ startAt: crash.time - 600n });
    const heartbeats = { ...DEFAULT_VENUE_CONFIG.heartbeats, index: 3_600, perpetual: 3_600 };
    venue = await deployVenue(chain, {
      config: {
        ...SAMPLE_VENUE_CONFIG,
        heartbeats: { ...heartbeats, forward: 3_600, surface: 3_600, collateral: 36_000 },
      },
    });
    const { root, accountCount } = new Ledger(sample.ledgers.crash);
    await postRoot(chain, venue, root, accountCount, crash.time - 1n, crash.bookedThrough);
    writeFileSync(path('ledger.json'), formatLedger(sample.ledgers.crash));
    writeFileSync(path('crash.json'), document);
    const moving = planWithParts().movingMargin!;
    const movingMargin = {
      ...moving,
      inputs: { ...moving.inputs, time: Number(OPENED) },
    };
    const described = venueDocumentOf(venue.addresses, { rpc: chain.url, movingMargin });
    writeFileSync(path('venue.json'), formatVenue(described));
    for (const index of [0, 1]) {
      const oracle = ORACLES[index]!;
      await chain.rpc('hardhat_setBalance', [oracle.address, ETHER]);
      const few = { scrypt: { N: 2, r: 1, p: 1 } };
      writeFileSync(path(`${index}.key`), encryptKeystoreJsonSync(oracle, PASSWORD, few));
    }
    ports = await Promise.all([freePort(), freePort()]);
    // A signer of the quorum that answers every proposal with another market, under its own signature.
    liar = await listenForProposals(
      '127.0.0.1',
      0,
      async (proposal) => {
        lied += 1;
        note(proposal);
        return lie(parseSnapshot(proposal.document));
      },
      (error) => expect.unreachable(String(error)),
    );
    // And a peer that takes a connection and says nothing for as long as anybody waits.
    laggard = createServer(() => undefined);
    await new Promise<void>((resolve) => laggard.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('PLIMSOLL_KEYSTORE_PASSWORD', PASSWORD);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    if (child !== undefined) await kill(child);
    await liar.close();
    laggard.closeAllConnections();
    laggard.close();
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  it('publishes the honest market, whoever lags or lies, a signer killed again and again', async () => {
    await beginMinute();
    const second = once(1);
    // Killed where nobody chose: before it listens, while it signs, after it has signed.
    for (const part of [0.15, 0.5, 0.85]) {
      child = start(0);
      await sleep(((SEED * part * 7_919) % 1) * 1_500 + part * 3_000);
      await kill(child);
    }
    child = start(0);
    expect((await second).status).toBe(0);
    const markets = await published();
    expect(markets.length).toBeGreaterThan(0);
    for (const market of markets) {
      expect(market.underlyings[0].indexE4).toBe(crash.underlyings[0].indexE4);
      // Nobody has measured its sources yet.
      expect(market.marginInputs).toBeUndefined();
    }
    expect(lied).toBeGreaterThan(0);
    // Across every kill no signer put its name under two documents of a minute.
    for (const [key, texts] of seen) expect([key, texts.size]).toEqual([key, 1]);
  });

  it('signs no lie that a signer of the quorum proposes', async () => {
    const now = minuteOf(await chain.now());
    const proposal = await lie(ageSnapshot(crash, now, 'time'));
    const url = `http://127.0.0.1:${ports[0]}`;
    const answer = await vi.waitFor(
      async () => {
        const given = await askPeer(url, proposal);
        expect(JSON.stringify(given, (_, value: unknown) => String(value))).not.toContain(
          'fetch failed',
        );
        return given;
      },
      { timeout: 60_000, interval: 500 },
    );
    // It has signed another document of that minute, or another market is what it reads.
    const told =
      answer.kind === 'other'
        ? formatAttestation(answer.attestation)
        : String(Object.values(answer).at(-1));
    expect(answer.kind).not.toBe('signed');
    if (answer.kind === 'refused')
      expect(told).toMatch(/index of BTC|after the chain|NOT_NEWER|not after/);
  });

  it('carries inputs of the margin rule: the median of its sources, one of them absurd', async () => {
    await beginMinute();
    expect((await once(1)).status).toBe(0);
    const last = await vi.waitFor(
      async () => {
        const inputs = await readMarginInputs(chain.provider, venue.addresses.marketFeed);
        expect(inputs).toBeDefined();
        return inputs!;
      },
      { timeout: 120_000, interval: 1_000 },
    );
    // Two a second since the opening: of one a second, two and ten million the middle one.
    const [{ counterQ48 }] = last.underlyings;
    expect(counterQ48 - 5n).toBe((((120n << 16n) / 60n) * (last.time - OPENED)) >> 16n);
  });
});
