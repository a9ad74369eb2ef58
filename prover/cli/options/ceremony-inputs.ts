// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { parseValue, pattern } from '../../core/schema.ts';
import type { CeremonyPlan } from '../../proving/ceremony/documents.ts';
import { CeremonyFolder } from '../../proving/ceremony/folder.ts';
import type { TranscriptFinding } from '../../proving/ceremony/transcript.ts';
import { TRANSCRIPT_CHECKS } from '../../proving/ceremony/transcript.ts';
import type { CommandContext, OptionSpec, PositionalSpec } from '../command.ts';
import { stringOption } from '../command.ts';
import { shape, text } from '../../core/json-output.ts';
import { RPC_OPTION, connectRpc } from './rpc-input.ts';

export const FOLDER_POSITIONAL: PositionalSpec = {
  name: 'folder',
  required: true,
  describe: 'the folder of the ceremony',
};

export const BEACON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  rpc: { ...RPC_OPTION, describe: "a node of the beacon's chain, which is asked for its block" },
  value: {
    type: 'string',
    placeholder: '0x…',
    describe: "the hash of the beacon's block, as you know it, in place of --rpc",
  },
};

export function ceremonyFolder(context: CommandContext): CeremonyFolder {
  return new CeremonyFolder(context.positionals[0]!);
}

const blockSchema = z.object({ hash: z.string().regex(/^0x[0-9a-f]{64}$/) });

/**
 * Where the value of the beacon comes from: `--value` or the node of `--rpc`; nowhere without either.
 * Throws where the node is of another chain or does not have the block yet.
 */
export function beaconValueOf(
  context: CommandContext,
): ((plan: CeremonyPlan['beacon']) => Promise<string>) | undefined {
  const given = stringOption(context, 'value');
  if (given !== undefined) {
    const form = pattern(/^0x[0-9a-f]{64}$/, 'must be a block hash: 0x and 64 hexadecimal digits');
    const value = parseValue(form, given, '--value').slice(2);
    return async () => value;
  }
  if (stringOption(context, 'rpc') === undefined) return undefined;
  return async ({ chainId, block }) => {
    const { provider, chainId: found } = await connectRpc(context);
    try {
      if (found !== BigInt(chainId)) {
        throw new InvalidInput('--rpc', `must be a node of chain ${chainId}, is of ${found}`);
      }
      const answer: unknown = await provider.send('eth_getBlockByNumber', [
        `0x${block.toString(16)}`,
        false,
      ]);
      if (answer === null) {
        throw new PlimsollError('NO_BEACON', `block ${block} of chain ${chainId} is not there yet`);
      }
      return parseValue(blockSchema, answer, 'block').hash.slice(2);
    } finally {
      provider.destroy();
    }
  };
}

export const findingsOutput = z.array(
  shape({ check: text, subject: text, outcome: text, detail: text }),
);

const MARKS = { holds: 'holds    ', fails: 'FAILS    ', unchecked: 'unchecked' } as const;

/** One verdict a line. */
export function printFindings(
  context: CommandContext,
  findings: readonly TranscriptFinding[],
): void {
  for (const { check, subject, outcome, detail } of findings) {
    context.print(`${MARKS[outcome]}  ${subject}: ${TRANSCRIPT_CHECKS[check]} (${detail})`);
  }
}
