// SPDX-License-Identifier: GPL-3.0-or-later
import {
  Contract,
  ZeroAddress,
  type ContractRunner,
  type ContractTransactionReceipt,
} from 'ethers';
import { z } from 'zod';

import { PlimsollError } from '../core/errors.ts';
import type { ProofFile } from '../proving/formats/proof-file.ts';
import { toSolidity } from '../proving/formats/proof-file.ts';
import { exportedAbi } from './abi.ts';
import type { Profile } from './config.ts';
import { read, send } from './refusal.ts';
import { healthProof } from './submit.ts';

const uint = z.bigint().nonnegative();

/** Where the change of the active set stands. */
export interface ParameterState {
  readonly activeHash: bigint;
  /** 0 where nothing is proposed. */
  readonly pendingHash: bigint;
  readonly activatableAt: bigint;
  /** Whether accounts of both underlyings were shown to be provable under the pending set. */
  readonly canaryProven: boolean;
}

export const riskParametersAt = (address: string, runner: ContractRunner): Contract =>
  new Contract(address, exportedAbi('RiskParameters'), runner);

export async function readParameterState(contract: Contract): Promise<ParameterState> {
  const [activeHash, [pendingHash, activatableAt], canaryProven] = await Promise.all([
    read(contract, 'activeHash', [], uint),
    read(contract, 'pending', [], z.tuple([uint, uint])),
    read(contract, 'canaryProven', [], z.boolean()),
  ]);
  return { activeHash, pendingHash, activatableAt, canaryProven };
}

/** Proposes a set with its whole document in calldata, so that everybody can compute what it does to them. */
export function proposeParameters(
  contract: Contract,
  parameterHash: bigint,
  document: string,
  isTightening: boolean,
): Promise<ContractTransactionReceipt> {
  const bytes = new TextEncoder().encode(document);
  return send(contract, isTightening ? 'proposeTightening' : 'propose', [parameterHash, bytes]);
}

/** How many ticks back the tick of a canary is looked for: an hour of them, and some. */
const TICKS_BACK = 90n;

/** The tick that has the ledger and the snapshot of a proof. Throws `NO_SUCH_TICK`. */
async function tickOf(
  contract: Contract,
  ledgerRoot: bigint,
  snapshotHash: bigint,
): Promise<bigint> {
  const gate = await read(contract, 'gate', [], z.string());
  const engine = new Contract(gate, exportedAbi('LiquidationEngine'), contract.runner);
  const address = await read(engine, 'marketFeed', [], z.string());
  const feed = new Contract(address, exportedAbi('MarketFeed'), contract.runner);
  const latest = await read(feed, 'latestTick', [], uint);
  const tickSchema = z.object({ ledgerRoot: uint, snapshotHash: uint });
  const schema = z.preprocess(
    (result: { toObject(): unknown }) => result.toObject(),
    tickSchema,
  ) as z.ZodType<z.infer<typeof tickSchema>>;
  for (let number = latest; number > 0n && number + TICKS_BACK > latest; number -= 1n) {
    const tick = await read(feed, 'tickAt', [number], schema);
    if (tick.ledgerRoot === ledgerRoot && tick.snapshotHash === snapshotHash) return number;
  }
  throw new PlimsollError(
    'NO_SUCH_TICK',
    `none of the last ${TICKS_BACK} ticks has the ledger and the snapshot of this proof`,
  );
}

/**
 * Shows with an `account-margin` proof that the pending set can cure, or the one that a pending margin
 * state has come to.
 */
export async function proveCanary(
  contract: Contract,
  file: ProofFile<'account-margin'>,
  of: 'set' | 'marginState' = 'set',
): Promise<ContractTransactionReceipt> {
  const { ledgerRoot, snapshotHash } = file.publicSignals;
  const tick = await tickOf(contract, ledgerRoot, snapshotHash);
  const cited = { tick, profile: file.profile as Profile, ...toSolidity(file) };
  const method = of === 'set' ? 'proveCanary' : 'proveMarginCanary';
  return send(contract, method, [healthProof(cited)]);
}

export const activateParameters = (contract: Contract): Promise<ContractTransactionReceipt> =>
  send(contract, 'activate', []);

/** Where the change of the margin state in force stands. */
export interface MarginProposal {
  /** Of the `MarginState`; zero where margin is to stand still. */
  readonly address: string;
  /** 0 where nothing is proposed. */
  readonly activatableAt: bigint;
  readonly canaryProven: boolean;
  /** What its steps have come to, of which canaries must be; 0 before the first. */
  readonly effectiveHash: bigint;
}

export async function readMarginProposal(contract: Contract): Promise<MarginProposal> {
  const pending = z.tuple([z.string(), uint, z.boolean()]);
  const [address, activatableAt, canaryProven] = await read(
    contract,
    'pendingMarginState',
    [],
    pending,
  );
  const state = new Contract(address, exportedAbi('MarginState'), contract.runner);
  const effectiveHash = address === ZeroAddress ? 0n : await read(state, 'effectiveHash', [], uint);
  // Where margin is to stand still there is nothing to be shown.
  const isShown = canaryProven || address === ZeroAddress;
  return { address, activatableAt, canaryProven: isShown, effectiveHash };
}

/** The margin state in force; zero where margin stands still. */
export const readMarginState = (contract: Contract): Promise<string> =>
  read(contract, 'marginState', [], z.string());

/**
 * Starts the long timelock of a margin state, which its rule was deployed with; of the zero address, the one
 * after which none is in force.
 */
export const proposeMarginState = (
  contract: Contract,
  address: string,
): Promise<ContractTransactionReceipt> => send(contract, 'proposeMarginState', [address]);

export const activateMarginState = (contract: Contract): Promise<ContractTransactionReceipt> =>
  send(contract, 'activateMarginState', []);
