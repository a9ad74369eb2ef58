// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a process that is killed, contracts and proofs.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Contract, encryptKeystoreJsonSync } from 'ethers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { exportedAbi } from '../../../prover/chain/abi.ts';
import { DEFAULT_VENUE_CONFIG, SAMPLE_VENUE_CONFIG } from '../../../prover/chain/config.ts';
import type { LocalVenue } from '../../../prover/chain/deploy.ts';
import { eventsNamed, readEvents } from '../../../prover/chain/events.ts';
import { send } from '../../../prover/chain/refusal.ts';
import { formatVenue } from '../../../prover/chain/venue-document.ts';
import { publicKey } from '../../../prover/commitments/eddsa.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { PlimsollError } from '../../../prover/core/errors.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { formatLedger } from '../../../prover/documents/ledger-document.ts';
import { parseSnapshot, snapshotDocument } from '../../../prover/documents/snapshot-document.ts';
import type { NamedSource } from '../../../prover/documents/price-sources-schema.ts';
import { ageSnapshot } from '../../../prover/market/snapshot/age-slice.ts';
import type { MarketSnapshot } from '../../../prover/model/types.ts';
import { readFeedState } from '../../../prover/oracle/feed-state.ts';
import { askReport, listenForProposals } from '../../../prover/oracle/peers.ts';
import {
  formatReport,
  reportSecret,
  signReport,
  type PublishedReport,
} from '../../../prover/oracle/price-report.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { GATED_PROFILES, ORACLES, deployVenue, guardianOf, postRoot } from '../../support/chain.ts';
import { plimsoll, type CliResult } from '../../support/cli.ts';
import { freePort } from '../../../prover/bench/free-port.ts';
import { venueDocumentOf } from '../../support/plans.ts';
import { SECRETS } from '../../support/reports.ts';
import { startRpcChain, type RpcChain } from '../../support/rpc-chain.ts';

const MAIN = join(REPOSITORY_ROOT, 'prover', 'cli', 'main.ts');
const PASSWORD = 'of a test';
const ETHER = `0x${(10n ** 20n).toString(16)}`;
const sample = loadSample();
const { snapshot: crash } = sample.snapshots.crash;
const LAGGARD = 2;

const withIndex = (indexE4: bigint): MarketSnapshot => {
  const [btc, eth] = crash.underlyings;
  return { ...crash, underlyings: [{ ...btc, indexE4 }, eth] };
};
const honestE4 = crash.underlyings[0].indexE4;
/** What the four sources read: three of them one market, the last one ten times as much. */
const READ = [honestE4, honestE4 + 700n, honestE4 - 300n, 10n * honestE4].map(withIndex);
const OWN_SECRETS = [
  ...ORACLES.slice(0, 2).map(({ privateKey }) => reportSecret(privateKey)),
  ...SECRETS.slice(0, 2),
];
const NAMES = ['first signer', 'second signer', 'laggard', 'liar'];
const SOURCES: readonly NamedSource[] = OWN_SECRETS.map((secret, place) => ({
  name: NAMES[place]!,
  key: publicKey(secret),
  // That a machine with other work to do does not outlive.
  maxAges: { index: 3_600n, perpetual: 3_600n, collateral: 36_000n },
}));

describe('plimsoll oracle run, of a feed with a median gate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-gated-run-'));
  const path = (name: string): string => join(folder, name);
  let chain: RpcChain;
  let venue: LocalVenue;
  let ports: number[];
  let servers: { url: string; close: () => Promise<void> }[];
  let child: ChildProcess | undefined;
  /** The laggard's: says nothing until it is let. */
  let isLate = true;
  let asked = 0;

  const place = () => ({ chainId: chain.chainId, medianGate: venue.addresses.medianGate! });
  const reportOf = (source: number, time: bigint): PublishedReport =>
    signReport(ageSnapshot(READ[source]!, time, 'time'), place(), OWN_SECRETS[source]!);
  const listen = (report: (time: bigint) => PublishedReport) =>
    listenForProposals(
      '127.0.0.1',
      0,
      () => Promise.reject(new PlimsollError('NO_SIGNER', 'signs no snapshots')),
      (error) => expect.unreachable(String(error)),
      async (time) => Promise.resolve(report(time)),
    );

  const flags = (index: number): string[] => [
    ...['--snapshot', path(`${index}.json`), '--ledger', path('ledger.json'), '--json'],
    ...['--venue', path('venue.json'), '--keystore', path(`${index}.key`)],
    ...['--memory', path(`${index}.memory`), '--listen', `127.0.0.1:${ports[index]}`],
    ...['--peers', `http://127.0.0.1:${ports[1 - index]}`],
    ...['--reports', servers.map(({ url }) => url).join()],
  ];
  const once = (index: number): Promise<CliResult> =>
    plimsoll('oracle run', ...flags(index), '--once');
  const start = (index: number): ChildProcess => {
    const env = { ...process.env, PLIMSOLL_KEYSTORE_PASSWORD: PASSWORD };
    const argv = [MAIN, 'oracle', 'run', ...flags(index)];
    return spawn(process.execPath, argv, { env, stdio: 'ignore' });
  };
  const kill = (running: ChildProcess): Promise<unknown> => {
    const end = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    return end;
  };
  /** What a source says of a minute, as soon as it answers. */
  async function answerOf(index: number, time?: bigint): Promise<PublishedReport> {
    for (;;) {
      const now =
        time ?? (await readFeedState(chain.provider, venue.addresses.marketFeed)).blockTime;
      try {
        return await askReport(`http://127.0.0.1:${ports[index]}`, now - (now % 60n));
      } catch {
        await sleep(250);
      }
    }
  }
  const beginMinute = async (): Promise<void> => {
    const now = await chain.now();
    await chain.rpc('evm_setNextBlockTimestamp', [Number(now - (now % 60n) + 61n)]);
    await chain.rpc('evm_mine', []);
  };
  const published = async (): Promise<readonly MarketSnapshot[]> => {
    const events = eventsNamed(await readEvents(venue, chain.provider), 'SnapshotAccepted');
    return Promise.all(
      events.map(async ({ transactionHash }) => {
        const { data } = (await chain.provider.getTransaction(transactionHash))!;
        const call = exportedAbi('MarketFeed').parseTransaction({ data })!;
        expect(call.name).toBe('submitProvenSnapshot');
        return parseSnapshot(Buffer.from(String(call.args[1]).slice(2), 'hex').toString('utf8'));
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
      profiles: { ...GATED_PROFILES, 'oracle-median': ['any'] },
      medianSources: SOURCES,
    });
    const { root, accountCount } = new Ledger(sample.ledgers.crash);
    await postRoot(chain, venue, root, accountCount, crash.time - 1n, crash.bookedThrough);
    writeFileSync(path('ledger.json'), formatLedger(sample.ledgers.crash));
    const document = venueDocumentOf(venue.addresses, { rpc: chain.url, medianSources: SOURCES });
    writeFileSync(path('venue.json'), formatVenue(document));
    for (const index of [0, 1]) {
      const oracle = ORACLES[index]!;
      await chain.rpc('hardhat_setBalance', [oracle.address, ETHER]);
      const few = { scrypt: { N: 2, r: 1, p: 1 } };
      writeFileSync(path(`${index}.key`), encryptKeystoreJsonSync(oracle, PASSWORD, few));
      writeFileSync(path(`${index}.json`), JSON.stringify(snapshotDocument(READ[index]!)));
    }
    ports = await Promise.all([freePort(), freePort()]);
    servers = await Promise.all([
      listen((time) => {
        asked += 1;
        if (isLate) throw new PlimsollError('LATE', 'has not read its market yet');
        return reportOf(LAGGARD, time);
      }),
      listen((time) => reportOf(3, time)),
      // Passes on what is no report for this gate, and what is by nobody of the set.
      listen((time) =>
        signReport(
          ageSnapshot(READ[3]!, time, 'time'),
          { ...place(), medianGate: venue.addresses.marketFeed },
          OWN_SECRETS[LAGGARD]!,
        ),
      ),
      listen((time) => signReport(ageSnapshot(READ[3]!, time, 'time'), place(), SECRETS[4]!)),
    ]);
    vi.stubEnv('PLIMSOLL_KEYSTORE_PASSWORD', PASSWORD);
    await beginMinute();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    if (child !== undefined) await kill(child);
    await Promise.all(servers.map((server) => server.close()));
    await chain.close();
    rmSync(folder, { recursive: true });
  });

  it('publishes proven medians, one source being late, one lying, and a signer killed and restarted', async () => {
    child = start(0);
    const before = await answerOf(0);
    await kill(child);
    child = start(0);
    // The report of a minute is signed once, across the kill too.
    expect(formatReport(await answerOf(0, before.report.time))).toBe(formatReport(before));
    const second = once(1);
    while (asked === 0) await sleep(100);
    expect(await published()).toEqual([]);
    isLate = false;
    expect((await second).status).toBe(0);
    const [first] = await published();
    // Of −300, 0, +700 and the tenfold the mean of the middle two.
    expect(first!.underlyings[0].indexE4).toBe(honestE4 + 350n);
  });

  it('stops while a source is silent, and goes on when the guardian has suspended it', async () => {
    isLate = true;
    asked = 0;
    await beginMinute();
    const count = (await published()).length;
    const second = once(1);
    while (asked === 0) await sleep(100);
    expect(await published()).toHaveLength(count);
    const gate = new Contract(
      venue.addresses.medianGate!,
      exportedAbi('MedianGate'),
      guardianOf(chain),
    );
    await send(gate, 'suspendSource', [LAGGARD]);
    expect((await second).status).toBe(0);
    // Of three the one in the middle.
    expect((await published()).at(-1)!.underlyings[0].indexE4).toBe(honestE4 + 700n);
  });
});
