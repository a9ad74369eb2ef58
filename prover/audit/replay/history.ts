// SPDX-License-Identifier: GPL-3.0-or-later
import { type Interface, type LogDescription } from 'ethers';
import { z } from 'zod';

import { exportedAbi, type ExportedInterface } from '../../chain/abi.ts';
import { inPieces, isRangeRefused, type BlockRange } from '../../chain/logs.ts';
import { PlimsollError } from '../../core/errors.ts';
import { parseValue } from '../../core/schema.ts';
import type { ChainEvidence } from '../evidence.ts';

const quantity = z.string().regex(/^0x[0-9a-f]+$/);
const logSchema = z.object({
  address: z.string(),
  topics: z.array(z.string()),
  data: z.string(),
  blockNumber: quantity,
  logIndex: quantity,
  transactionHash: z.string(),
});
const logsSchema = z.array(logSchema);

const transactionSchema = z.object({
  from: z.string(),
  to: z.string().nullable(),
  input: z.string(),
  blockNumber: quantity,
});
export type Transaction = z.infer<typeof transactionSchema>;

/** An event with where it stands. */
export interface AuditedEvent {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly contract: ReadContract;
  readonly block: number;
  readonly transaction: string;
}

/** Contracts whose events are read, with their ABIs. */
const READ = {
  ledgerRegistry: 'LedgerRegistry',
  riskParameters: 'RiskParameters',
  marketFeed: 'MarketFeed',
  liquidationEngine: 'LiquidationEngine',
  marginGuarantee: 'MarginGuarantee',
  vault: 'Vault',
  coinVault: 'CoinVault',
  medianGate: 'MedianGate',
  marginState: 'MarginState',
  solvencyRegister: 'SolvencyRegister',
} as const satisfies Readonly<Record<string, ExportedInterface>>;

export type ReadContract = keyof typeof READ;
export const READ_CONTRACTS = Object.keys(READ) as readonly ReadContract[];
/** Those that an audit reads: exports made before sessions were accepted on chain go on serving. */
const AUDITED = READ_CONTRACTS.filter((contract) => contract !== 'solvencyRegister');

/** An export has the pieces that its node granted, and no others: they are found as they were then. */
const isRefusal = (error: unknown): boolean =>
  error instanceof PlimsollError ? error.code === 'NOT_EXPORTED' : isRangeRefused(error);

/** All events of the venue since its deployment, in order: what is audited began before the range. */
export async function readHistory(
  evidence: Pick<ChainEvidence, 'rpc' | 'venue' | 'toBlock'>,
  contracts: readonly ReadContract[] = AUDITED,
): Promise<readonly AuditedEvent[]> {
  const { rpc, venue, toBlock } = evidence;
  const byAddress = new Map<string, readonly [ReadContract, Interface]>(
    contracts.flatMap((field) => {
      const address = venue.contracts[field]?.toLowerCase();
      return address === undefined ? [] : [[address, [field, exportedAbi(READ[field])]]];
    }),
  );
  const hex = (number: number): string => `0x${number.toString(16)}`;
  const ask = async (piece: BlockRange): Promise<z.infer<typeof logsSchema>> => {
    const [from, to] = [hex(piece.fromBlock), hex(piece.toBlock)];
    const filter = { fromBlock: from, toBlock: to, address: [...byAddress.keys()] };
    return parseValue(logsSchema, await rpc('eth_getLogs', [filter]), 'eth_getLogs');
  };
  const events: { readonly event: AuditedEvent; readonly index: number }[] = [];
  const whole = { fromBlock: venue.deploymentBlock, toBlock };
  for await (const logs of inPieces(whole, ask, { isRefusal })) {
    for (const log of logs) {
      const known = byAddress.get(log.address.toLowerCase());
      const parsed: LogDescription | null = known?.[1].parseLog(log) ?? null;
      if (known === undefined || parsed === null) continue;
      events.push({
        index: Number(log.logIndex),
        event: {
          name: parsed.name,
          args: parsed.args.toObject(true) as Record<string, unknown>,
          contract: known[0],
          block: Number(log.blockNumber),
          transaction: log.transactionHash,
        },
      });
    }
  }
  return events
    .sort((left, right) => left.event.block - right.event.block || left.index - right.index)
    .map(({ event }) => event);
}

/** What had happened when an event of them came. */
export const eventsBefore = (
  events: readonly AuditedEvent[],
  event: AuditedEvent,
): readonly AuditedEvent[] => events.slice(0, events.indexOf(event));

export async function readTransaction(
  { rpc }: Pick<ChainEvidence, 'rpc'>,
  hash: string,
): Promise<Transaction> {
  const answer = await rpc('eth_getTransactionByHash', [hash]);
  return parseValue(transactionSchema, answer, 'eth_getTransactionByHash');
}

/** The call in a transaction, where it goes straight to that contract of the venue. */
export function callOf(
  { to, input }: Transaction,
  contract: ReadContract,
  { venue }: Pick<ChainEvidence, 'venue'>,
): { readonly name: string; readonly args: Readonly<Record<string, unknown>> } | undefined {
  const address = venue.contracts[contract]?.toLowerCase();
  if (address === undefined || to?.toLowerCase() !== address) return undefined;
  const parsed = exportedAbi(READ[contract]).parseTransaction({ data: input });
  if (parsed === null) return undefined;
  return { name: parsed.name, args: parsed.args.toObject(true) as Record<string, unknown> };
}
