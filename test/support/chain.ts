// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import {
  Contract,
  Wallet,
  ZeroHash,
  id,
  type ContractTransactionReceipt,
  type Provider,
  type ContractRunner,
  type Signer,
} from 'ethers';
import hre from 'hardhat';
import { expect } from 'vitest';

import { contractArtifact, type ContractName } from '../../prover/chain/artifact.ts';
import {
  deployCompiled,
  deployLocalVenue,
  type LocalVenue,
  type LocalVenueOptions,
} from '../../prover/chain/deploy.ts';
import type { VenueConfig } from '../../prover/chain/config.ts';
import { firstLedger, submitRoot } from '../../prover/chain/ledger-update.ts';
import { ContractRefused } from '../../prover/chain/refusal.ts';
import {
  documentHash,
  signaturesOf,
  submitSnapshot,
  type FeedSnapshot,
} from '../../prover/chain/snapshot.ts';

export const ARTIFACTS = join(import.meta.dirname, '..', '..', 'artifacts');
export const CHAIN_START = 1_770_300_000n;
/**
 * For calls of hundreds of messages: whoever estimates their gas runs each of them many times over. It is what
 * a transaction may ask for at most (EIP-7825).
 */
export const MUCH_GAS = { gasLimit: 1n << 24n };

/** Three oracle signers in ascending order of address, two of whom make a quorum. */
export const ORACLES: readonly Wallet[] = [1, 2, 3]
  .map((n) => new Wallet(id(`plimsoll test oracle ${n}`)))
  .sort((left, right) => (BigInt(left.address) < BigInt(right.address) ? -1 : 1));

export interface TestChain {
  readonly chainId: bigint;
  readonly provider: Provider;
  /** Funded accounts; the first one deploys and owns. */
  readonly accounts: readonly Signer[];
  rpc(method: string, params: readonly unknown[]): Promise<unknown>;
  /** The next transaction's block has exactly this time. */
  setNextTime(time: bigint): Promise<void>;
  now(): Promise<bigint>;
  /** Everything as it is now, to come back to with `restore`. */
  save(): Promise<unknown>;
  /**
   * Back to a saved state, the clock one second after it however long the test took; returns the
   * same state saved anew, for a saved state can be restored but once.
   */
  restore(saved: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export interface ChainOptions {
  readonly chainId?: number;
  readonly startAt?: bigint;
}

/** How a connection to such a chain is asked for. */
export function chainParameters({ chainId = 31_337, startAt = CHAIN_START }: ChainOptions) {
  return { chainId, initialDate: new Date(Number(startAt) * 1_000) };
}

/** A Hardhat chain behind any provider that sends JSON-RPC. */
export function testChain(
  provider: Provider & { send(method: string, params: unknown[]): Promise<unknown> },
  own: Pick<TestChain, 'accounts' | 'chainId' | 'close'>,
): TestChain {
  const rpc = (method: string, params: readonly unknown[]): Promise<unknown> =>
    provider.send(method, [...params]);
  const now = async (): Promise<bigint> => BigInt((await provider.getBlock('latest'))!.timestamp);
  const setNextTime = async (time: bigint): Promise<void> => {
    await rpc('evm_setNextBlockTimestamp', [Number(time)]);
  };
  return {
    ...own,
    provider,
    rpc,
    setNextTime,
    now,
    save: () => rpc('evm_snapshot', []),
    restore: async (saved) => {
      await rpc('evm_revert', [saved]);
      const again = await rpc('evm_snapshot', []);
      await setNextTime((await now()) + 1n);
      await rpc('evm_mine', []);
      return again;
    },
  };
}

export async function startChain(options: ChainOptions = {}): Promise<TestChain> {
  const override = chainParameters(options);
  const connection = await hre.network.create({ override });
  return testChain(connection.ethers.provider, {
    accounts: await connection.ethers.getSigners(),
    chainId: BigInt(override.chainId),
    close: () => connection.close(),
  });
}

export async function deployContract(
  deployer: Signer,
  name: ContractName,
  args: readonly unknown[] = [],
): Promise<Contract> {
  const artifact = contractArtifact(ARTIFACTS, name);
  return new Contract(await deployCompiled(deployer, artifact, args), artifact.abi, deployer);
}

/** The same contract, called by somebody else. */
export function as(contract: Contract, signer: ContractRunner): Contract {
  return new Contract(contract.target, contract.interface, signer);
}

/** Somebody whose key nobody has, a contract as well, with ether to send by. */
export async function impersonate(chain: TestChain, address: string): Promise<Signer> {
  await chain.rpc('hardhat_impersonateAccount', [address]);
  await chain.rpc('hardhat_setBalance', [address, '0x56bc75e2d63100000']);
  return (chain.provider as unknown as { getSigner(of: string): Promise<Signer> }).getSigner(
    address,
  );
}

/** Asserts that the promise is refused with exactly this custom error (and values, if given). */
export async function expectRefusal(
  action: Promise<unknown>,
  errorName: string,
  values?: readonly unknown[],
): Promise<void> {
  const outcome = await action.then(
    () => 'accepted',
    (error: unknown) => error,
  );
  if (!(outcome instanceof ContractRefused)) {
    throw new Error(`expected ${errorName}, got ${String(outcome)}`, { cause: outcome });
  }
  expect(outcome.errorName).toBe(errorName);
  if (values !== undefined) expect(outcome.values.map(String)).toEqual(values.map(String));
}

export interface VenueOptions {
  readonly config?: VenueConfig;
  readonly parameterHash?: bigint;
  readonly profiles?: LocalVenueOptions['profiles'];
  readonly transitionVerifier?: string;
  readonly medianSources?: LocalVenueOptions['medianSources'];
  readonly coins?: LocalVenueOptions['coins'];
}

/** What the contracts of a venue of at most 16 positions take proofs of. */
export const GATED_PROFILES = {
  liquidation: ['7', '16'],
  'account-margin': ['4', '16'],
  takeover: ['any'],
} as const;

/** Who may halt the market of such a venue. */
export const guardianOf = (chain: TestChain): Signer => chain.accounts[10]!;

/** A venue with two-of-three oracles, owned by the chain's first account. */
export async function deployVenue(
  chain: TestChain,
  options: VenueOptions = {},
): Promise<LocalVenue> {
  return deployLocalVenue({
    deployer: chain.accounts[0]!,
    artifactsDirectory: ARTIFACTS,
    parameterHash: options.parameterHash ?? 77n,
    oracleSigners: ORACLES.map((oracle) => oracle.address),
    oracleThreshold: 2,
    guardian: await guardianOf(chain).getAddress(),
    profiles: options.profiles ?? GATED_PROFILES,
    ...(options.transitionVerifier === undefined
      ? {}
      : { transitionVerifier: options.transitionVerifier }),
    ...(options.config === undefined ? {} : { config: options.config }),
    ...(options.medianSources && { medianSources: options.medianSources }),
    ...(options.coins && { coins: options.coins }),
  });
}

export const DOCUMENT = new TextEncoder().encode('{"snapshot":"of a test"}');

/** The first whole minute from `time` on. */
export const minuteFrom = (time: bigint): bigint => ((time + 59n) / 60n) * 60n;

/** A snapshot whose every component is as of `time`; fresh each call. */
export function snapshotAt(time: bigint, overrides: Partial<FeedSnapshot> = {}): FeedSnapshot {
  return {
    snapshotHash: 1_000_000n + time,
    documentHash: documentHash(DOCUMENT),
    time,
    indexTime: time,
    perpetualTime: time,
    forwardTime: time,
    surfaceTime: time,
    collateralTime: time,
    bookedThrough: 0n,
    deadline: time + 60n,
    indexPricesE4: [700_000_000n, 25_000_000n],
    perpetualMarksE4: [700_000_000n, 25_000_000n],
    redemptionRatesQ30: [2n ** 30n, 2n ** 30n, 2n ** 30n],
    marginInputsHash: ZeroHash,
    ...overrides,
  };
}

/** Submits `snapshot` at block time `at` with the signatures of the first two oracles. */
export async function postSnapshot(
  chain: TestChain,
  venue: LocalVenue,
  snapshot: FeedSnapshot,
  at: bigint = snapshot.time,
  document: Uint8Array = DOCUMENT,
): Promise<ContractTransactionReceipt> {
  const feed = venue.addresses.marketFeed;
  const signatures = await signaturesOf(ORACLES.slice(0, 2), snapshot, chain.chainId, feed);
  await chain.setNextTime(at);
  return submitSnapshot(venue, snapshot, document, signatures);
}

/** What a rollup without data publishes. */
export const NO_DATA = new Uint8Array([0]);

/** Posts a ledger root at block time `at`, with nothing consumed. */
export async function postRoot(
  chain: TestChain,
  venue: LocalVenue,
  root: bigint,
  accountCount: bigint,
  at: bigint,
  bookedThrough = 0n,
): Promise<ContractTransactionReceipt> {
  await chain.setNextTime(at);
  return submitRoot(venue, { ...firstLedger(root, accountCount), bookedThrough }, NO_DATA);
}
