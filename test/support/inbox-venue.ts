// SPDX-License-Identifier: GPL-3.0-or-later
// A registry with its inbox, real verifiers of takeovers and a test contract that writes the lanes.
import { Contract, Result, SigningKey, ZeroAddress, computeAddress, id, type Signer } from 'ethers';
import { z } from 'zod';

import { contractArtifact, verifierArtifact } from '../../prover/chain/artifact.ts';
import { proofContext } from '../../prover/chain/context.ts';
import { deployCompiled } from '../../prover/chain/deploy.ts';
import { LANE_NUMBERS } from '../../prover/chain/inbox-lane.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import type { Account } from '../../prover/commitments/account.ts';
import type { InboxMessage, LeafMessage } from '../../prover/commitments/inbox-message.ts';
import { laneOf, packMessage } from '../../prover/commitments/inbox-message.ts';
import type { Ledger } from '../../prover/commitments/ledger.ts';
import type { VenueIdentity } from '../../prover/sequencer/propose.ts';
import { attesting, Sequencer, type Prove } from '../../prover/sequencer/sequencer.ts';
import { ARTIFACTS, MUCH_GAS, type TestChain } from './chain.ts';
import { proveTakeover, type BatchMember } from './takeover-proofs.ts';

export const REGISTRY_CONFIG = {
  deadline: 600n,
  heartbeat: 1_200n,
  batchInterval: 60n,
  provingTime: 300n,
  l1Slack: 60n,
  forcedRound: 120n,
  deadAfter: 7_200n,
  maxMessages: 4n,
  maxPositions: 64n,
} as const;

export const ATTESTER = new SigningKey(id('plimsoll test attester'));

export const Mode = { normal: 0n, forced: 1n, dead: 2n } as const;

export interface InboxVenue {
  readonly chain: TestChain;
  readonly registry: Contract;
  readonly driver: Contract;
  readonly identity: VenueIdentity;
  readonly sequencer: Sequencer;
}

async function deployed(
  deployer: Signer,
  name: 'AttestedTransitionVerifier' | 'InboxDriver' | 'LedgerRegistry',
  args: readonly unknown[],
): Promise<Contract> {
  const artifact = contractArtifact(ARTIFACTS, name);
  return new Contract(await deployCompiled(deployer, artifact, args), artifact.abi, deployer);
}

/** A registry, bound, with its genesis posted. */
export async function inboxVenue(
  chain: TestChain,
  genesis: readonly Account[],
  prove: Prove = attesting(ATTESTER),
): Promise<InboxVenue> {
  const deployer = chain.accounts[0]!;
  const takeover = await deployCompiled(
    deployer,
    verifierArtifact(ARTIFACTS, 'TakeoverAnyVerifier'),
    [],
  );
  const transition = await deployed(deployer, 'AttestedTransitionVerifier', [
    computeAddress(ATTESTER),
  ]);
  const registry = await deployed(deployer, 'LedgerRegistry', [
    transition.target,
    takeover,
    REGISTRY_CONFIG,
  ]);
  const { target, interface: driverAbi } = await deployed(deployer, 'InboxDriver', [
    registry.target,
  ]);
  // The registry's errors come through the driver.
  const errors = registry.interface.fragments.filter(({ type }) => type === 'error');
  const driver = new Contract(target, [...driverAbi.fragments, ...errors], deployer);
  await send(registry, 'bind', [...Array<unknown>(4).fill(driver.target), ZeroAddress]);
  const identity = {
    chainId: chain.chainId,
    registry: String(registry.target),
    maxPositions: REGISTRY_CONFIG.maxPositions,
  };
  const sequencer = new Sequencer(registry, identity, prove);
  await sequencer.postGenesis(genesis);
  return { chain, registry, driver, identity, sequencer };
}

/** Appends messages of one lane. */
export async function append(
  { driver }: InboxVenue,
  messages: readonly InboxMessage[],
): Promise<void> {
  const lane = LANE_NUMBERS[laneOf(messages[0]!.kind)];
  const words = messages.map((message) => {
    const [w0, w1] = packMessage(message);
    return { w0, w1 };
  });
  await send(driver, 'append', [lane, words, MUCH_GAS]);
}

/** Appends messages of the engine lane in one run. */
export async function appendRun(
  { driver }: InboxVenue,
  messages: readonly InboxMessage[],
): Promise<void> {
  await send(driver, 'appendRun', [messages.map(wordsOf)]);
}

export const wordsOf = (message: InboxMessage): { readonly w0: bigint; readonly w1: bigint } => {
  const [w0, w1] = packMessage(message);
  return { w0, w1 };
};

/** A real proof that the message makes of the ledger what it says, for a beneficiary. */
export async function proveForced(
  { identity }: InboxVenue,
  ledger: Ledger,
  message: LeafMessage,
  beneficiary: string,
): Promise<BatchMember> {
  const { chainId, registry } = identity;
  const context = proofContext(chainId, registry, 'applyMessage', beneficiary);
  return await proveTakeover(ledger, message, context);
}

const latestSchema = z
  .instanceof(Result)
  .transform((struct): unknown => struct.toObject())
  .pipe(
    z.object({
      sequence: z.bigint(),
      root: z.bigint(),
      engineCount: z.bigint(),
      userCount: z.bigint(),
      forced: z.boolean(),
    }),
  );
export type LatestLedger = z.infer<typeof latestSchema>;

export const latestOf = ({ registry }: InboxVenue): Promise<LatestLedger> =>
  read(registry, 'latest', [], latestSchema);

export const modeOf = ({ registry }: InboxVenue): Promise<bigint> =>
  read(registry, 'mode', [], z.bigint());

/** Lets so many seconds pass, with a block at the end. */
export async function wait({ chain }: InboxVenue, seconds: bigint): Promise<void> {
  await chain.setNextTime((await chain.now()) + seconds);
  await chain.rpc('evm_mine', []);
}

/** The same venue with a sequencer that knows its genesis and nothing since: for a chain set back to it. */
export const sequencedAnew = (fresh: InboxVenue): InboxVenue => {
  const { registry, identity, sequencer } = fresh;
  return {
    ...fresh,
    sequencer: new Sequencer(registry, identity, attesting(ATTESTER), sequencer.state),
  };
};
