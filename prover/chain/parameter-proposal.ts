// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, type ContractRunner, type ContractTransactionReceipt } from 'ethers';
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

/** Shows with an `account-margin` proof under the pending set that it can cure. */
export async function proveCanary(
  contract: Contract,
  file: ProofFile<'account-margin'>,
): Promise<ContractTransactionReceipt> {
  const { ledgerRoot, snapshotHash } = file.publicSignals;
  const tick = await tickOf(contract, ledgerRoot, snapshotHash);
  const cited = { tick, profile: file.profile as Profile, ...toSolidity(file) };
  return send(contract, 'proveCanary', [healthProof(cited)]);
}

export const activateParameters = (contract: Contract): Promise<ContractTransactionReceipt> =>
  send(contract, 'activate', []);
