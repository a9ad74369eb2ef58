// SPDX-License-Identifier: GPL-3.0-or-later
import { signSnapshot } from '../../../chain/snapshot.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { requireSignable } from '../../../oracle/admission.ts';
import { attested, formatAttestation, type Attestation } from '../../../oracle/attestation.ts';
import { readFeedState, strangers } from '../../../oracle/feed-state.ts';
import { readPublishedLedger } from '../../../oracle/published-ledger.ts';
import type { Command } from '../../command.ts';
import { stringOption } from '../../command.ts';
import {
  FEED_OPTION,
  FROM_BLOCK_OPTION,
  LAST_OPTION,
  MAX_MOVE_OPTION,
  knownToSigners,
  maxMoveBps,
} from '../../options/feed-inputs.ts';
import { RPC_OPTION, venueAddress, connectRpc } from '../../options/rpc-input.ts';
import { VENUE_INSTEAD_OPTION } from '../../options/venue-file.ts';
import { KEYSTORE_OPTION, readSender } from '../../options/signer-input.ts';
import { outputPath } from '../../options/output-path.ts';
import { address, bytes32, decimal, shape, text } from '../../../core/json-output.ts';

export const command: Command = {
  name: 'oracle sign',
  description:
    'Signs the document byte for byte as MarketFeed checks it (EIP-712), after refusing one that\n' +
    'breaks a rule of the format, is stale or not of the newest minute, whose prices are beyond the\n' +
    'breaker or further from the last accepted ones than --max-move, from which an expiry is gone\n' +
    'that the ledger has not booked, or that changes a settlement price. Look at the snapshot before\n' +
    'you sign it: whoever signs attests that it is the market.',
  example:
    'npx plimsoll oracle sign snapshot.json --rpc http://127.0.0.1:8545 --feed 0x… --keystore oracle.json --out signed-1.json',
  positionals: [{ name: 'snapshot', required: true, describe: 'the snapshot document' }],
  options: {
    rpc: RPC_OPTION,
    feed: FEED_OPTION,
    venue: VENUE_INSTEAD_OPTION,
    keystore: KEYSTORE_OPTION,
    'max-move': MAX_MOVE_OPTION,
    ledger: {
      type: 'string',
      placeholder: 'file',
      describe: 'the published ledger, without which bookedThrough cannot be signed to rise',
    },
    last: LAST_OPTION,
    'from-block': FROM_BLOCK_OPTION,
    out: { type: 'string', placeholder: 'file', describe: 'the attestation to write' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      out: text,
      signer: address,
      snapshotHash: decimal,
      documentHash: bytes32,
      chainId: decimal,
      marketFeed: address,
    }),
  },
  run: async (context) => {
    const out = outputPath(context, 'the attestation');
    const document = readTextFile(context.positionals[0] ?? '', '<snapshot>');
    const { snapshot, message } = attested(document);
    const marketFeed = venueAddress(context, 'feed', 'marketFeed');
    const signer = await readSender(context);

    const { provider, chainId } = await connectRpc(context);
    try {
      const state = await readFeedState(provider, marketFeed, knownToSigners(context));
      const path = stringOption(context, 'ledger');
      const ledger =
        path === undefined
          ? undefined
          : await readPublishedLedger(
              provider,
              marketFeed,
              snapshot.time,
              readTextFile(path, '--ledger'),
            );
      requireSignable(snapshot, state, maxMoveBps(context, state), ledger);
      if ((await strangers(provider, marketFeed, [signer.address])).length > 0) {
        context.note(`${signer.address} does not belong to the feed's quorum today`);
      }
    } finally {
      provider.destroy();
    }
    const signature = await signSnapshot(signer, message, chainId, marketFeed);
    const signatures = [{ signer: signer.address, signature }];
    const attestation: Attestation = { chainId, marketFeed, document, signatures };
    writeFileAtomically(out, formatAttestation(attestation));
    context.print(`signed by      ${signer.address}`);
    context.print(`snapshot hash  ${message.snapshotHash}`);
    context.print(`wrote ${out}`);
    context.printJson({
      out,
      signer: signer.address,
      snapshotHash: message.snapshotHash,
      documentHash: message.documentHash,
      chainId,
      marketFeed,
    });
  },
};
