// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractTransactionReceipt } from 'ethers';
import { z } from 'zod';

import { read, send } from '../../../chain/refusal.ts';
import { InvalidInput, PlimsollError } from '../../../core/errors.ts';
import { readTextFile } from '../../../core/files.ts';
import {
  breachInWords,
  breachesOf,
  requireNear,
  requireTimely,
  requireWithinBreaker,
} from '../../../oracle/admission.ts';
import { attested, parseAttestation, type Attestation } from '../../../oracle/attestation.ts';
import {
  feedContract,
  readFeedState,
  strangers,
  type FeedState,
} from '../../../oracle/feed-state.ts';
import { toSolidity, type SolidityProof } from '../../../proving/formats/proof-file.ts';
import { loadProof } from '../../../proving/formats/saved-proof.ts';
import { stringOption, type Command, type CommandContext } from '../../command.ts';
import {
  FROM_BLOCK_OPTION,
  LAST_OPTION,
  MAX_MOVE_OPTION,
  knownToSigners,
  maxMoveBps,
} from '../../options/feed-inputs.ts';
import { RPC_OPTION, connectRpc, type ChainConnection } from '../../options/rpc-input.ts';
import { KEYSTORE_OPTION, readSender } from '../../options/signer-input.ts';
import { VENUE_INSTEAD_OPTION, readVenue } from '../../options/venue-file.ts';
import { bytes32, decimal, flag, shape } from '../../../core/json-output.ts';

/** Of the venue where one is given. */
function venueFeed(context: CommandContext): string | undefined {
  return stringOption(context, 'venue') === undefined
    ? undefined
    : readVenue(context).contracts.marketFeed;
}

/** Everything the feed would say no to, before gas is paid for hearing it. */
async function requireAdmissible(
  context: CommandContext,
  { provider, chainId }: ChainConnection,
  attestation: Attestation,
  state: FeedState,
): Promise<void> {
  if (attestation.chainId !== chainId) {
    throw new InvalidInput(
      '--rpc',
      `is chain ${chainId}, the attestation is for ${attestation.chainId}`,
    );
  }
  const marketFeed = venueFeed(context);
  if (marketFeed !== undefined && marketFeed !== attestation.marketFeed) {
    throw new InvalidInput('--venue', `has the feed ${marketFeed}, the attestation is for another`);
  }
  const signers = attestation.signatures.map(({ signer }) => signer);
  const [stranger] = await strangers(provider, attestation.marketFeed, signers);
  if (stranger !== undefined) {
    throw new PlimsollError('UNKNOWN_SIGNER', `${stranger} does not belong to the feed's quorum`);
  }
  if (BigInt(signers.length) < state.threshold) {
    throw new PlimsollError(
      'NOT_ENOUGH_SIGNATURES',
      `${signers.length} of ${state.threshold} signatures; oracle combine adds more`,
    );
  }
  const { snapshot } = attested(attestation.document);
  requireTimely(snapshot, state);
  if (context.options['allow-breach'] === true) return;
  requireWithinBreaker(snapshot, state);
  requireNear(snapshot, state, maxMoveBps(context, state));
}

function medianProof(context: CommandContext): SolidityProof | undefined {
  const path = stringOption(context, 'medians');
  if (path === undefined) return undefined;
  const file = loadProof(path);
  if (file.statement !== 'oracle-median') {
    throw new InvalidInput(
      '--medians',
      `must be a proof of oracle-median, is of ${file.statement}`,
    );
  }
  return toSolidity(file);
}

function tickOf(feed: ReturnType<typeof feedContract>, receipt: ContractTransactionReceipt) {
  const opened = receipt.logs
    .map((log) => feed.interface.parseLog(log))
    .find((event) => event?.name === 'TickOpened');
  return opened?.args['number'] as bigint | undefined;
}

export const command: Command = {
  name: 'oracle submit',
  description:
    'Anyone may relay. Refuses what the feed would refuse, and a snapshot whose prices are further\n' +
    'from the last accepted ones than --max-move: beyond the breaker it opens no tick, and the second\n' +
    'in a row halts the market.',
  example:
    'npx plimsoll oracle submit attestation.json --rpc http://127.0.0.1:8545 --keystore relayer.json',
  positionals: [{ name: 'attestation', required: true, describe: 'the file of oracle combine' }],
  options: {
    rpc: RPC_OPTION,
    venue: { ...VENUE_INSTEAD_OPTION, describe: 'the venue that the attestation must be for' },
    keystore: KEYSTORE_OPTION,
    'max-move': MAX_MOVE_OPTION,
    'allow-breach': {
      type: 'boolean',
      describe:
        'submit whatever the prices, even where that makes the market uncertain or halts it',
    },
    medians: {
      type: 'string',
      placeholder: 'file',
      describe: 'the proof of oracle medians, which a feed with a median gate asks for',
    },
    last: LAST_OPTION,
    'from-block': FROM_BLOCK_OPTION,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      transaction: bytes32,
      gasUsed: decimal,
      snapshotHash: decimal,
      tick: decimal.nullable(),
      halted: flag,
    }),
  },
  run: async (context) => {
    const path = context.positionals[0] ?? '';
    const attestation = parseAttestation(readTextFile(path, '<attestation>'), path);
    const { snapshot, message } = attested(attestation.document);
    const medians = medianProof(context);
    const relayer = await readSender(context);
    const connection = await connectRpc(context);
    try {
      const { provider } = connection;
      const state = await readFeedState(provider, attestation.marketFeed, knownToSigners(context));
      await requireAdmissible(context, connection, attestation, state);
      for (const breach of breachesOf(snapshot, state)) {
        context.note(`beyond the breaker: ${breachInWords(breach)}`);
      }

      const feed = feedContract(attestation.marketFeed, relayer.connect(provider));
      const submission = [
        message,
        new TextEncoder().encode(attestation.document),
        attestation.signatures.map(({ signature }) => signature),
      ];
      const receipt =
        medians === undefined
          ? await send(feed, 'submitSnapshot', submission)
          : await send(feed, 'submitProvenSnapshot', [...submission, medians]);
      const tick = tickOf(feed, receipt);
      context.print(`transaction    ${receipt.hash}`);
      context.print(`gas            ${receipt.gasUsed}`);
      context.print(
        tick === undefined ? 'beyond the breaker: no tick was opened' : `margin tick    ${tick}`,
      );
      context.printJson({
        transaction: receipt.hash,
        gasUsed: receipt.gasUsed,
        snapshotHash: message.snapshotHash,
        tick: tick ?? null,
        halted: await read(feed, 'halted', [], z.boolean()),
      });
    } finally {
      connection.provider.destroy();
    }
  },
};
