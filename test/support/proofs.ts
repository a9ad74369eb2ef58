// SPDX-License-Identifier: GPL-3.0-or-later
// Real proofs of real accounts of the sample, for tests of gated paths: nothing here is a mock.
import { buildBn128 } from 'ffjavascript';

import type { Profile } from '../../prover/chain/config.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { SLOT_SECONDS, feedSnapshotOf } from '../../prover/chain/market-snapshot.ts';
import type { ContractProof } from '../../prover/chain/submit.ts';
import type { FeedSnapshot } from '../../prover/chain/snapshot.ts';
import type { Account } from '../../prover/commitments/account.ts';
import type { AccountChange } from '../../prover/commitments/account-change.ts';
import { Ledger } from '../../prover/commitments/ledger.ts';
import {
  loadDefaultParameters,
  type ParameterSet,
} from '../../prover/documents/parameters-document.ts';
import { parameterHash } from '../../prover/commitments/parameters-words.ts';
import {
  PUBLIC_SIGNALS,
  type StatementName,
  type StatementSignals,
} from '../../prover/statements/generated/public-signals.ts';
import { toSolidity } from '../../prover/proving/formats/proof-file.ts';
import { Prover } from '../../prover/proving/prover.ts';
import { marginAccount, type AccountMargin } from '../../prover/risk/margin/margin.ts';
import type { Pair } from '../../prover/model/types.ts';
import { loadSample, type SampleTick } from '../../prover/sample/sample.ts';
import { packChange } from '../../prover/statements/change.ts';
import { prepareStatement } from '../../prover/statements/prepare.ts';
import {
  decodePublicSignals,
  encodePublicSignals,
} from '../../prover/statements/public-signals.ts';
import { proofOf } from './proof-cache.ts';
import {
  GATED_PROFILES,
  deployVenue,
  postRoot,
  postSnapshot,
  startChain,
  type TestChain,
} from './chain.ts';
import { MarketTick } from '../../prover/statements/market-tick.ts';

const sample = loadSample();
const parameterSet = loadDefaultParameters();
const { snapshot: crash } = sample.snapshots.crash;

/** What the perpetuals are marked at in the crash, BTC and ETH. */
export const CRASH_PERPETUALS_E4: Pair<bigint> = [
  crash.underlyings[0].perpetualMarkE4,
  crash.underlyings[1].perpetualMarkE4,
];

/** The crash's prices, bitcoin's so many basis points higher. */
export function crashPrices(bps: bigint) {
  const up = (priceE4: bigint): bigint => (priceE4 * (10_000n + bps)) / 10_000n;
  const [btc, eth] = crash.underlyings;
  return {
    indexPricesE4: [up(btc.indexE4), eth.indexE4] as Pair<bigint>,
    perpetualMarksE4: [up(btc.perpetualMarkE4), eth.perpetualMarkE4] as Pair<bigint>,
  };
}

/** Block time of the first margin tick. */
export const CRASH_AT = crash.time + 2n;

/** An account of the sample by its label. */
export function accountNamed(name: string): number {
  const label = sample.labels.find((candidate) => candidate.name === name);
  if (label === undefined) throw new Error(`the sample has no account ${name}`);
  return label.index;
}

/** The venue at the crash. */
export const CRASH_LEDGER = new Ledger(sample.ledgers.crash);

/** The venue on the rebound. */
export const REBOUND_LEDGER = new Ledger(sample.ledgers.rebound);

/** A ledger of the sample in which one account is another. */
export function ledgerWith(
  moment: SampleTick,
  changed: number,
  change: (account: Account) => Account,
): Ledger {
  return new Ledger(
    sample.ledgers[moment].map((account, index) => (index === changed ? change(account) : account)),
  );
}

/** The next ledger: one unit arrived in a bystander's account, so the root differs, no more. */
export const LATER_LEDGER = ledgerWith('crash', accountNamed('dust-debt'), (account) => ({
  ...account,
  quoteE6: account.quoteE6 + 1n,
}));

export function marginOf(accountIndex: number): AccountMargin {
  const account = CRASH_LEDGER.account(accountIndex);
  return marginAccount(account, crash, parameterSet.parameters);
}

/** A venue in the crash: root, snapshot and first tick in place, verifiers of the built circuits. */
export async function crashVenue(chainId = 31_337): Promise<{
  readonly chain: TestChain;
  readonly venue: LocalVenue;
}> {
  const chain = await startChain({ chainId, startAt: crash.time - 1_000n });
  const venue = await deployVenue(chain, {
    parameterHash: parameterHash(parameterSet),
    profiles: { ...GATED_PROFILES, bankruptcy: ['7', '16'] },
  });
  const { root, accountCount } = CRASH_LEDGER;
  await postRoot(chain, venue, root, accountCount, crash.time - 10n, crash.bookedThrough);
  const { signed, bytes } = publication('crash');
  await postSnapshot(chain, venue, signed, CRASH_AT, bytes);
  return { chain, venue };
}

function publication(moment: SampleTick): {
  readonly signed: FeedSnapshot;
  readonly bytes: Uint8Array;
} {
  const { snapshot, document } = sample.snapshots[moment];
  return {
    signed: feedSnapshotOf(snapshot, document),
    bytes: new TextEncoder().encode(document),
  };
}

/**
 * Opens the next tick at `at` on a snapshot of its minute, signed anew. The oracles of this test sign what they
 * are told: the commitment of the crash, or of `moment`, with later times, unless `overrides` says
 * otherwise.
 */
export async function postNextSnapshot(
  chain: TestChain,
  venue: LocalVenue,
  at: bigint,
  overrides: Partial<FeedSnapshot> = {},
  moment: SampleTick = 'crash',
): Promise<void> {
  const { signed, bytes } = publication(moment);
  const slot = at - (at % SLOT_SECONDS);
  const times = {
    time: slot,
    deadline: slot + SLOT_SECONDS,
    indexTime: slot,
    perpetualTime: slot,
    forwardTime: slot,
    surfaceTime: slot,
    collateralTime: slot,
  };
  await postSnapshot(chain, venue, { ...signed, ...times, ...overrides }, at, bytes);
}

/** The statements that contracts take proofs of. */
type GatedStatement = Exclude<StatementName, 'solvency-receipt' | 'takeover' | 'margin-step'>;

export interface GatedProof {
  readonly statement: GatedStatement;
  readonly profile: Profile;
  readonly proof: ContractProof;
  readonly publicSignals: readonly bigint[];
  /** Of `publicSignals`, in their order. */
  readonly names: readonly string[];
}

let prover: Prover | undefined;
const made = new Map<string, Promise<GatedProof>>();

/** What a proof is to say; of the crash unless `moment` says otherwise. */
interface Claim {
  readonly ledger: Ledger;
  readonly account: number;
  readonly context: bigint;
  readonly moment?: SampleTick;
  readonly change?: AccountChange;
  /** The default set if not given. */
  readonly parameters?: ParameterSet;
}

async function prove(
  statement: GatedStatement,
  { ledger, account, context, moment = 'crash', change, parameters = parameterSet }: Claim,
): Promise<GatedProof> {
  const opening = ledger.open(account);
  const { snapshot } = sample.snapshots[moment];
  const tick = new MarketTick(snapshot, parameters);
  const request = { opening, tick, context, change };
  const instance = prepareStatement(statement, request);
  const file = await proofOf(() => (prover ??= new Prover()), instance);
  const { proof, publicSignals } = toSolidity(file);
  const names = PUBLIC_SIGNALS[statement].map(({ name }) => name);
  return { statement, profile: instance.profile as Profile, proof, publicSignals, names };
}

/** A copy of its own for every caller, so that no test can spoil another's. */
async function proveOnce(statement: GatedStatement, claim: Claim): Promise<GatedProof> {
  const { ledger, account, context, moment, change, parameters = parameterSet } = claim;
  const changed = change === undefined ? '' : packChange(change);
  const set = parameters.documentWord;
  const key = [statement, ledger.root, account, context, moment, changed, set].join();
  const proof = made.get(key) ?? prove(statement, claim);
  made.set(key, proof);
  return structuredClone(await proof);
}

export function liquidationProof(
  ledger: Ledger,
  account: number,
  context: bigint,
): Promise<GatedProof> {
  return proveOnce('liquidation', { ledger, account, context });
}

export function bankruptcyProof(
  ledger: Ledger,
  account: number,
  context: bigint,
): Promise<GatedProof> {
  return proveOnce('bankruptcy', { ledger, account, context });
}

/** The exact margin of any account, as it stands or after a change. */
export function accountMarginProof(claim: Claim): Promise<GatedProof> {
  return proveOnce('account-margin', claim);
}

export async function closeProver(): Promise<void> {
  await prover?.close();
  prover = undefined;
}

/** What a proof says, by name. */
export function claimOf({
  statement,
  publicSignals,
}: GatedProof): Readonly<Record<string, bigint>> {
  return { ...decodePublicSignals(statement, publicSignals) };
}

/** Values that the proof of some gated statement names. */
export type ClaimedValues = Partial<
  StatementSignals['account-margin'] &
    StatementSignals['liquidation'] &
    StatementSignals['bankruptcy']
>;

/** The public signals of a proof with some of the values that it states changed. */
export function claiming(proof: GatedProof, values: ClaimedValues): readonly bigint[] {
  const { statement, publicSignals } = proof;
  const proven = decodePublicSignals(statement, publicSignals);
  return encodePublicSignals(statement, { ...proven, ...values });
}

/** The public signals with one of them changed. */
export function withSignal(
  { names, publicSignals }: GatedProof,
  name: string,
  value: bigint,
): readonly bigint[] {
  const position = names.indexOf(name);
  if (position < 0) throw new Error(`no public signal is called ${name}`);
  return publicSignals.with(position, value);
}

interface PointGroup {
  fromObject(point: readonly (bigint | readonly bigint[])[]): Uint8Array;
  toObject(point: Uint8Array): (bigint | bigint[])[];
  toAffine(point: Uint8Array): Uint8Array;
  timesScalar(point: Uint8Array, scalar: bigint): Uint8Array;
}
interface PointCurve {
  readonly G1: PointGroup;
  readonly G2: PointGroup;
  readonly Fr: {
    e(value: bigint): Uint8Array;
    inv(value: Uint8Array): Uint8Array;
    toObject(value: Uint8Array): bigint;
  };
  terminate(): Promise<void>;
}

/** Another valid proof of the same claim, made without the witness: (sA, B/s, C). */
export async function rerandomised(proof: ContractProof): Promise<ContractProof> {
  const SCALE = 0x9e3779b97f4a7c15n;
  const curve = (await buildBn128(true)) as unknown as PointCurve;
  const { G1, G2, Fr } = curve;
  const inverse = Fr.toObject(Fr.inv(Fr.e(SCALE)));
  const [[x1, x0], [y1, y0]] = proof.b;
  const a = G1.toObject(G1.toAffine(G1.timesScalar(G1.fromObject([...proof.a, 1n]), SCALE)));
  const scaled = G2.timesScalar(
    G2.fromObject([
      [x0, x1],
      [y0, y1],
      [1n, 0n],
    ]),
    inverse,
  );
  const [x, y] = G2.toObject(G2.toAffine(scaled)) as bigint[][];
  await curve.terminate();
  return {
    a: [a[0] as bigint, a[1] as bigint],
    b: [
      [x![1]!, x![0]!],
      [y![1]!, y![0]!],
    ],
    c: proof.c,
  };
}
