// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { ZeroAddress, type Wallet } from 'ethers';

import { SLOT_SECONDS } from '../../../chain/market-snapshot.ts';
import { read, send } from '../../../chain/refusal.ts';
import { signSnapshot } from '../../../chain/snapshot.ts';
import { publicKey } from '../../../commitments/eddsa.ts';
import { InvalidInput, PlimsollError, reasonOf } from '../../../core/errors.ts';
import { readTextFile } from '../../../core/files.ts';
import { decimalBigint, parseValue, pattern } from '../../../core/schema.ts';
import { parseSnapshot, snapshotDocument } from '../../../documents/snapshot-document.ts';
import { readMarketFile } from '../../../market/feeds/read-file.ts';
import { ageSnapshot } from '../../../market/snapshot/age-slice.ts';
import { bookedBy } from '../../../market/snapshot/booked.ts';
import { importMarket } from '../../../market/snapshot/import-market.ts';
import type { MarketSnapshot } from '../../../model/types.ts';
import type { PublishedLedger } from '../../../oracle/admission.ts';
import { attested } from '../../../oracle/attestation.ts';
import {
  feedContract,
  nextBlockTime,
  readFeedState,
  readMarginInputs,
  strangers,
  type FeedState,
} from '../../../oracle/feed-state.ts';
import { readGateState, type MedianDesk } from '../../../oracle/median-round.ts';
import { askPeer, askReport, listenForProposals } from '../../../oracle/peers.ts';
import {
  reportSecret,
  signReport,
  type PublishedReport,
  type ReportPlace,
} from '../../../oracle/price-report.ts';
import { readPublishedLedger } from '../../../oracle/published-ledger.ts';
import { quorumSigners } from '../../../oracle/quorum-signers.ts';
import { ReportMemory } from '../../../oracle/report-memory.ts';
import { SigningMemory } from '../../../oracle/signing-memory.ts';
import {
  answerProposal,
  proposeMinute,
  rankAt,
  type SignerNode,
} from '../../../oracle/signer-node.ts';
import { toSolidity } from '../../../proving/formats/proof-file.ts';
import { Prover } from '../../../proving/prover.ts';
import { prepareStatement } from '../../../statements/prepare.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import {
  FEED_OPTION,
  FROM_BLOCK_OPTION,
  LAST_OPTION,
  MAX_MOVE_OPTION,
  knownToSigners,
  maxMoveBps,
} from '../../options/feed-inputs.ts';
import { buildWhereMissing } from '../../options/circuit-build.ts';
import { MARGIN_SOURCES_OPTION, marginDesk } from '../../options/margin-sources.ts';
import { priceSources } from '../../options/median-gate.ts';
import {
  RPC_OPTION,
  venueAddress,
  connectRpc,
  type ChainConnection,
} from '../../options/rpc-input.ts';
import { VENUE_INSTEAD_OPTION } from '../../options/venue-file.ts';
import type { RemoteSigner } from '../../../chain/remote-signer.ts';
import { KEYSTORE_OPTION, readSender } from '../../options/signer-input.ts';
import { decimal, shape } from '../../../core/json-output.ts';

/** After the minute begins: sources that write on the minute have written by then. */
const FIRST_AT_SECONDS = 2n;
/** For each signer that comes before: what a round of signatures and a block take. */
const TURN_SECONDS = 12n;
const POLL_MILLISECONDS = 500;
/** How long a round waits for sources before it says who is missing, and begins anew. */
const PATIENCE_MILLISECONDS = 10_000;

function required(context: CommandContext, name: string, describe: string): string {
  const value = stringOption(context, name);
  if (value === undefined) throw new InvalidInput(`--${name}`, `is required: ${describe}`);
  return value;
}

/** `host:port`; port 0 takes any that is free. */
function listenAt(context: CommandContext): { readonly host: string; readonly port: number } {
  const rule = 'must be <host>:<port>';
  const form = pattern(/^[A-Za-z0-9.-]+:[0-9]{1,5}$/, rule);
  const text = parseValue(form, stringOption(context, 'listen') ?? '127.0.0.1:0', '--listen');
  const [host = '', port = ''] = text.split(':');
  if (Number(port) > 65_535) throw new InvalidInput('--listen', rule);
  return { host, port: Number(port) };
}

function urlsOf(context: CommandContext, name: 'peers' | 'reports'): readonly string[] {
  return (stringOption(context, name) ?? '').split(',').flatMap((text) => {
    if (text === '') return [];
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
      throw new InvalidInput(`--${name}`, `must be http or https URLs, got "${text}"`);
    }
    return [url.href];
  });
}

/** The market of a minute, from the files as they are now; what they lack is the last accepted one's. */
function marketAt(
  context: CommandContext,
  time: bigint,
  accepted: MarketSnapshot | undefined,
  ledger: PublishedLedger | undefined,
): MarketSnapshot {
  const ready = stringOption(context, 'snapshot');
  if (ready !== undefined) {
    return ageSnapshot(parseSnapshot(readTextFile(ready, '--snapshot')), time, '--snapshot');
  }
  const files = context.positionals.map((path) => ({
    path,
    ...readMarketFile(readTextFile(path, '<file>'), path, {}),
  }));
  const { snapshot } = importMarket({
    feeds: files.flatMap((file) => (file.type === 'feeds' ? file.feeds : [])),
    inputs: files
      .flatMap((file) => (file.type === 'inputs' ? [{ ...file.inputs, file: file.path }] : []))
      .sort((left, right) => right.time - left.time),
    deliveries: files.flatMap((file) => (file.type === 'deliveries' ? file.deliveries : [])),
    ...(accepted === undefined ? {} : { base: accepted }),
    ...(accepted === undefined || ledger === undefined
      ? {}
      : { bookedThrough: bookedBy(ledger.accounts, accepted) }),
  });
  return ageSnapshot(snapshot, time, '<file>');
}

function nodeOf(
  context: CommandContext,
  { provider, chainId }: ChainConnection,
  signer: Wallet | RemoteSigner,
  marketFeed: string,
): SignerNode {
  const feed = feedContract(marketFeed, signer.connect(provider));
  const ledgerPath = stringOption(context, 'ledger');
  const memory = required(context, 'memory', 'where what was signed is remembered');
  const margin = marginDesk(context, memory);
  const ledgerAt = async (time: bigint): Promise<PublishedLedger | undefined> =>
    ledgerPath === undefined
      ? undefined
      : readPublishedLedger(provider, marketFeed, time, readTextFile(ledgerPath, '--ledger'));
  return {
    chainId,
    marketFeed,
    signer: signer.address,
    memory: new SigningMemory(memory),
    peers: urlsOf(context, 'peers'),
    maxMoveBps: (state: FeedState) => maxMoveBps(context, state),
    toleranceBps: parseValue(
      decimalBigint(1n, 10_000n),
      stringOption(context, 'agreement') ?? '50',
      '--agreement',
    ),
    readState: async () => {
      const known = knownToSigners(context);
      const state = await readFeedState(provider, marketFeed, known);
      if (margin === undefined) return state;
      const last = await readMarginInputs(provider, marketFeed, known);
      return { ...state, marginInputs: last ?? margin.opening };
    },
    make: async (time, state) => {
      const market = marketAt(context, time, state.accepted, await ledgerAt(time));
      const marginInputs = margin?.inputsAt(time, state);
      return JSON.stringify(
        snapshotDocument(marginInputs === undefined ? market : { ...market, marginInputs }),
      );
    },
    ledgerAt,
    sign: (document) => signSnapshot(signer, attested(document).message, chainId, marketFeed),
    ask: askPeer,
    isSigner: async (address) => (await strangers(provider, marketFeed, [address])).length === 0,
    submit: async ({ document, signatures }, proof) => {
      const submission = [
        attested(document).message,
        new TextEncoder().encode(document),
        signatures.map(({ signature }) => signature),
      ];
      const receipt =
        proof === undefined
          ? await send(feed, 'submitSnapshot', submission)
          : await send(feed, 'submitProvenSnapshot', [...submission, proof]);
      context.note(`transaction ${receipt.hash}, gas ${receipt.gasUsed}`);
    },
    note: context.note,
  };
}

type Reporting = (time: bigint) => Promise<PublishedReport>;

/** What a source answers who asks for its report of a minute: of this one, or the one it has signed. */
function reportingOf(
  context: CommandContext,
  { provider }: ChainConnection,
  node: SignerNode,
  place: ReportPlace,
  secret: Uint8Array,
): Reporting {
  const path = required(context, 'memory', 'where what was signed is remembered');
  const memory = new ReportMemory(`${path}.report`);
  return (time) =>
    memory.signOnce(time, async () => {
      const now = await nextBlockTime(provider);
      if (time > now || time + SLOT_SECONDS <= now) {
        throw new PlimsollError('ANOTHER_MINUTE', `the chain's time is ${now}: not of ${time}`);
      }
      const document = await node.make(time, await node.readState());
      return signReport(attested(document).snapshot, place, secret);
    });
}

/** What a gated feed asks of its signers beside their signatures, and of those who are sources. */
async function gatedOf(
  context: CommandContext,
  connection: ChainConnection,
  node: SignerNode,
  signer: Wallet | RemoteSigner,
  prover: () => Prover,
): Promise<{ readonly medians?: MedianDesk; readonly report?: Reporting }> {
  const { provider, chainId } = connection;
  const { marketFeed } = node;
  const gate = await read(feedContract(marketFeed, provider), 'medianGate', [], z.string());
  if (gate === ZeroAddress) return {};
  const [sources, place] = [priceSources(context), { chainId, medianGate: gate }];
  await buildWhereMissing(context, 'oracle-median', 'any');
  // A key that is elsewhere signs no report: whoever is a source too reports with `oracle report`.
  const secret = 'privateKey' in signer ? reportSecret(signer.privateKey) : undefined;
  const report =
    secret !== undefined && sources.some(({ key: [x] }) => x === publicKey(secret)[0])
      ? reportingOf(context, connection, node, place, secret)
      : undefined;
  const urls = [...node.peers, ...urlsOf(context, 'reports')];
  return {
    ...(report && { report }),
    medians: {
      place,
      sources,
      origins: [
        ...(report === undefined ? [] : [{ name: 'this signer', ask: report }]),
        ...urls.map((url) => ({ name: url, ask: (time: bigint) => askReport(url, time) })),
      ],
      patience: PATIENCE_MILLISECONDS,
      readGate: async () =>
        readGateState(provider, marketFeed, gate, await nextBlockTime(provider)),
      prove: async (request) =>
        toSolidity((await prover().prove(prepareStatement('oracle-median', request))).file),
    },
  };
}

/** Takes its turn in every minute, until `stop` or, with `--once`, until a minute is on the feed. */
async function takeTurns(
  context: CommandContext,
  connection: ChainConnection,
  node: SignerNode,
  isSource: boolean,
  stop: AbortSignal,
): Promise<void> {
  const { fromBlock = 0 } = knownToSigners(context);
  const { provider } = connection;
  let done = 0n;
  let since = 0n;
  while (!stop.aborted) {
    await sleep(POLL_MILLISECONDS, undefined, { signal: stop }).catch(() => undefined);
    try {
      const now = await nextBlockTime(provider);
      const minute = now - (now % 60n);
      if (minute === done) continue;
      if (since === 0n) since = minute;
      // Whoever brought it: a peer that has done so may be gone by the next minute.
      if (context.options['once'] === true && (await node.readState()).latestTime >= since) {
        context.print(`${since}  already there`);
        context.printJson({ time: since, outcome: 'already there' });
        return;
      }
      const signers = await quorumSigners(provider, node.marketFeed, fromBlock);
      if (!signers.includes(node.signer)) {
        done = minute;
        if (isSource) continue;
        throw new InvalidInput('--keystore', `${node.signer} does not belong to the quorum`);
      }
      const turn =
        minute + FIRST_AT_SECONDS + BigInt(rankAt(minute, node.signer, signers)) * TURN_SECONDS;
      if (now < turn) continue;
      const outcome = await proposeMinute(node, minute);
      context.print(`${minute}  ${outcome}`);
      context.printJson({ time: minute, outcome });
      if (outcome === 'too few signatures') continue;
      done = minute;
      if (context.options['once'] === true) return;
    } catch (error) {
      if (error instanceof InvalidInput && error.message.startsWith('--keystore')) throw error;
      context.note(reasonOf(error));
    }
  }
}

export const command: Command = {
  name: 'oracle run',
  description:
    'One signer of the quorum, minute by minute: reads the market files, makes the snapshot of the\n' +
    'minute on top of the last accepted one, shows it to its peers over HTTP, gathers their\n' +
    'signatures and submits. Turns go round; whoever is down is stepped over after twelve seconds.\n' +
    'A proposal of a peer is signed when every rule of oracle sign holds and its prices are within\n' +
    '--agreement of those read here. One document a minute is signed, also across restarts. The\n' +
    'signer pays the gas of what it submits.\n' +
    'Of a feed with a median gate it also gathers the reports of all sources, puts their medians into\n' +
    'the snapshot and proves them; whoever is a source itself (plimsoll oracle report) answers with its\n' +
    'report, and need not be a signer. Of a venue with a margin state its snapshot carries the medians\n' +
    'of --margin-sources whenever a step may be taken.',
  example:
    'npx plimsoll oracle run btc-chain.json eth-chain.json --rpc http://127.0.0.1:8545 --feed 0x… --keystore oracle.json --memory signed.json --listen 0.0.0.0:9090 --peers http://peer-2:9090,http://peer-3:9090',
  positionals: [
    {
      name: 'file',
      required: false,
      repeated: true,
      describe: 'market files as market import takes them, read anew in every minute',
    },
  ],
  options: {
    snapshot: {
      type: 'string',
      placeholder: 'file',
      describe: 'a snapshot document in place of the files, read anew in every minute',
    },
    rpc: RPC_OPTION,
    feed: FEED_OPTION,
    venue: VENUE_INSTEAD_OPTION,
    keystore: KEYSTORE_OPTION,
    memory: {
      type: 'string',
      placeholder: 'file',
      describe: 'where what was signed last is kept, so that nothing is signed twice',
    },
    listen: {
      type: 'string',
      placeholder: 'host:port',
      describe: 'where peers reach this signer (default: 127.0.0.1 and any free port)',
    },
    peers: { type: 'string', placeholder: 'url,…', describe: 'where the other signers listen' },
    reports: {
      type: 'string',
      placeholder: 'url,…',
      describe: 'where sources listen that are no signers, of a feed with a median gate',
    },
    sources: {
      type: 'string',
      placeholder: 'file',
      describe: 'the set of sources, of a feed with a median gate (default: the venue’s)',
    },
    'margin-sources': MARGIN_SOURCES_OPTION,
    agreement: {
      type: 'string',
      placeholder: 'bps',
      describe: 'how far a peer’s prices may be from those read here (default: 50)',
    },
    'max-move': MAX_MOVE_OPTION,
    ledger: {
      type: 'string',
      placeholder: 'file',
      describe: 'the published ledger, without which bookedThrough never rises; read anew too',
    },
    last: LAST_OPTION,
    'from-block': FROM_BLOCK_OPTION,
    once: { type: 'boolean', describe: 'end when the snapshot of one minute is on the feed' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      time: decimal,
      outcome: z.enum(['submitted', 'already there', 'too few signatures']),
    }).describe('one line for every minute in which this signer took its turn'),
  },
  run: async (context) => {
    if ((stringOption(context, 'snapshot') === undefined) === (context.positionals.length === 0)) {
      throw new InvalidInput('<file>', 'give market files, or a document with --snapshot');
    }
    const { host, port } = listenAt(context);
    const signer = await readSender(context);
    const connection = await connectRpc(context);
    let prover: Prover | undefined;
    const stop = new AbortController();
    const interrupt = (): void => stop.abort();
    process.once('SIGINT', interrupt);
    process.once('SIGTERM', interrupt);
    try {
      const marketFeed = venueAddress(context, 'feed', 'marketFeed');
      const ungated = nodeOf(context, connection, signer, marketFeed);
      const { medians, report } = await gatedOf(
        context,
        connection,
        ungated,
        signer,
        () => (prover ??= new Prover()),
      );
      const node = { ...ungated, medians };
      const server = await listenForProposals(
        host,
        port,
        (proposal) => answerProposal(node, proposal),
        (error) => context.note(reasonOf(error)),
        report,
      );
      context.note(`${signer.address} listens at ${server.url}`);
      try {
        await takeTurns(context, connection, node, report !== undefined, stop.signal);
      } finally {
        await server.close();
      }
    } finally {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      await prover?.close();
      connection.provider.destroy();
    }
  },
};
