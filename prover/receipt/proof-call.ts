// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress, toBeHex, ZeroHash } from 'ethers';

import { exportedAbi, type ExportedInterface } from '../chain/abi.ts';
import { useName } from '../chain/context.ts';
import { LANE_NUMBERS } from '../chain/inbox-lane.ts';
import { applicationArgs } from '../chain/ledger-update.ts';
import type { AccountChange } from '../commitments/account-change.ts';
import { BALANCE_SYMBOLS } from '../commitments/account-change.ts';
import { KIND_CODES } from '../commitments/instrument.ts';
import { toSolidity, type ProofFile, type ProofUse } from '../proving/formats/proof-file.ts';
import type { StatementSignals } from '../statements/generated/public-signals.ts';
import { unpackChange } from '../statements/change.ts';
import { UNCHANGED } from './public-signals.ts';
import { view, type JsonRpc, type PlainCall } from './json-rpc.ts';

/** A call that a proof is for, ready to be tried or sent. */
export interface ProofCall extends PlainCall {
  /** `open` of `LiquidationEngine`. */
  readonly method: string;
  readonly from: string;
  readonly value: bigint;
}

/** Where a call takes more than a proof file and the chain have: what it is. */
export interface IncompleteCall {
  readonly needs: string;
}

/** What the calls of a use need of the chain, asked when it is needed. */
export interface CallSource {
  readonly rpc: JsonRpc;
  /** The venue's registry, which knows the ledger that consumed a Freeze. */
  readonly ledgerRegistry: string;
  /** Whoever sends, where the use names nobody who has to. */
  readonly sender?: string | undefined;
}

const ANYBODY = '0x00000000000000000000000000000000000A11cE';
/** More than anybody pays: what a call would cost is for the call to say. */
const ANY_PAYMENT = 2n ** 127n;

const accountSignals = ({ publicSignals }: ProofFile): StatementSignals['account-margin'] =>
  publicSignals as StatementSignals['account-margin'];

const addressIn = (word: bigint): string => getAddress(toBeHex(word, 20));

function changeStruct({
  removedAsset,
  removedAmount,
  isCredited = false,
  addedPosition,
}: AccountChange): object {
  const { underlying = 0, kind, expiry = 0n, strikeE4 = 0n } = addedPosition?.instrument ?? {};
  return {
    asset: BALANCE_SYMBOLS.indexOf(removedAsset),
    amount: removedAmount,
    credited: isCredited,
    added: {
      underlying,
      kind: kind === undefined ? 0n : KIND_CODES[kind],
      expiry,
      strikeE4,
      lots: addedPosition?.lots ?? 0n,
    },
  };
}

async function prepaidBy(rpc: JsonRpc, contract: string, abi: ExportedInterface): Promise<bigint> {
  const engine =
    abi === 'LiquidationEngine'
      ? contract
      : ((await view(rpc, contract, exportedAbi(abi), 'engine')) as string);
  const config = await view(rpc, engine, exportedAbi('LiquidationEngine'), 'config');
  return (config as { readonly prepaidWei?: bigint } | undefined)?.prepaidWei ?? 0n;
}

/** The first ledger that consumed the Freeze of a liquidation; 0 where none has. */
async function freezeSequence(
  { rpc, ledgerRegistry }: CallSource,
  engine: string,
  { accountIndex, settlementNonce }: StatementSignals['account-margin'],
): Promise<bigint> {
  const abi = exportedAbi('LiquidationEngine');
  const open = (await view(rpc, engine, abi, 'liquidation', [accountIndex, settlementNonce])) as
    { readonly messageIndex: bigint } | undefined;
  const registry = exportedAbi('LedgerRegistry');
  const latest = (await view(rpc, ledgerRegistry, registry, 'latest')) as
    { readonly sequence: bigint; readonly engineCount: bigint } | undefined;
  if (open === undefined || latest === undefined || latest.engineCount <= open.messageIndex) {
    return 0n;
  }
  let [low, high] = [1n, latest.sequence];
  while (low < high) {
    const middle = (low + high) / 2n;
    const ledger = (await view(rpc, ledgerRegistry, registry, 'ledger', [middle])) as {
      readonly engineCount: bigint;
    };
    if (ledger.engineCount > open.messageIndex) high = middle;
    else low = middle + 1n;
  }
  return low;
}

/** The hash of the engine lane before its head, which is kept: the latest ledger has consumed up to there. */
async function engineHash({ rpc, ledgerRegistry }: CallSource): Promise<string> {
  const abi = exportedAbi('LedgerRegistry');
  const engine = LANE_NUMBERS.engine;
  const consumed = await view(rpc, ledgerRegistry, abi, 'consumedCount', [engine]);
  const hash = await view(rpc, ledgerRegistry, abi, 'laneHash', [engine, consumed]);
  return (hash as string | undefined) ?? ZeroHash;
}

/**
 * The call that a proof is for, at a margin tick. What it needs besides the proof is asked of the
 * chain; what no chain and no proof file has is told as `needs`.
 */
export async function callOfProof(
  file: ProofFile,
  use: ProofUse,
  tick: bigint | undefined,
  source: CallSource,
): Promise<ProofCall | IncompleteCall> {
  const { rpc, sender = ANYBODY } = source;
  const { contract, beneficiary } = use;
  const { proof, publicSignals } = toSolidity(file);
  const name = useName(use);
  const call = (
    abi: ExportedInterface,
    method: string,
    args: readonly unknown[],
    { from = sender, value = 0n } = {},
  ): ProofCall => ({
    to: contract,
    data: exportedAbi(abi).encodeFunctionData(method, [...args]),
    method: `${method} of ${abi}`,
    from,
    value,
  });
  if (name === 'stepMargin') return call('MarginState', 'step', [proof, publicSignals]);
  if (name === 'reportMedians') {
    return { needs: 'the snapshot and its signatures: plimsoll oracle submit --medians' };
  }
  if (name === 'applyMessage') {
    const hashBefore = await engineHash(source);
    const application = { hashBefore, proof, publicSignals, beneficiary };
    return call('LedgerRegistry', 'applyMessage', applicationArgs(application));
  }
  if (tick === undefined) return { needs: 'a margin tick, and none binds what it is about' };

  const health = { tick, profile: Number(file.profile), proof, publicSignals };
  switch (name) {
    case 'openLiquidation': {
      const args = [tick, health.profile, proof, publicSignals, beneficiary];
      const value = await prepaidBy(rpc, contract, 'LiquidationEngine');
      return call('LiquidationEngine', 'open', args, { value });
    }
    case 'cureLiquidation':
    case 'expireLiquidation': {
      const value = await prepaidBy(rpc, contract, 'LiquidationEngine');
      const method = name === 'cureLiquidation' ? 'cure' : 'expire';
      // The credit of a cure is paid by whoever sends: the owner, unless somebody else says so.
      const from = source.sender ?? (name === 'cureLiquidation' ? beneficiary : ANYBODY);
      return call('LiquidationEngine', method, [health], { from, value });
    }
    case 'bidForAccount': {
      const value = await prepaidBy(rpc, contract, 'LiquidationEngine');
      const sequence = await freezeSequence(source, contract, accountSignals(file));
      const args = [health, sequence, ANY_PAYMENT];
      return call('LiquidationEngine', 'bid', args, { from: beneficiary, value });
    }
    case 'takeGuarantee':
    case 'releaseGuarantee': {
      const value = await prepaidBy(rpc, contract, 'MarginGuarantee');
      const method = name === 'takeGuarantee' ? 'take' : 'release';
      return call('MarginGuarantee', method, [health], { from: beneficiary, value });
    }
    case 'registerExit':
      return call('Vault', 'registerExit', [health]);
    case 'claimWithdrawal':
      return { needs: 'the outcome of the withdrawal with its path, which the rollup publishes' };
    case 'canary':
      return call('RiskParameters', 'proveCanary', [health]);
    case 'requireHealthy': {
      const { accountIndex, change } = accountSignals(file);
      const from = beneficiary;
      if (change === UNCHANGED) {
        return call('HealthGate', 'requireHealthy', [accountIndex, health], { from });
      }
      const args = [accountIndex, changeStruct(unpackChange(change)), health];
      return call('HealthGate', 'requireHealthyAfter', args, { from });
    }
  }
}

/** Whom a context may serve that a proof file does not name: for what was written before it did. */
export function ownerOf(file: ProofFile): string | undefined {
  const { owner } = file.publicSignals as { readonly owner?: bigint };
  return owner === undefined ? undefined : addressIn(owner);
}
