// SPDX-License-Identifier: GPL-3.0-or-later
import { writeFileAtomically } from '../../../core/files.ts';
import { formatPlace } from '../../../receipt/document.ts';
import { findPlace } from '../../../receipt/place.ts';
import type { Command } from '../../command.ts';
import { FEED_OPTION } from '../../options/feed-inputs.ts';
import { outputPath } from '../../options/output-path.ts';
import { GATE_OPTION } from '../../options/receipt-inputs.ts';
import { jsonRpcOf } from '../../../receipt/provider-rpc.ts';
import { RPC_OPTION, venueAddress, connectRpc } from '../../options/rpc-input.ts';
import { VENUE_INSTEAD_OPTION } from '../../options/venue-file.ts';
import { shape, text } from '../../../core/json-output.ts';
import { placeOutput } from './receipt-output.ts';

export const command: Command = {
  name: 'receipt place',
  description:
    'What `plimsoll receipt create --place` needs of the chain, so that the machine with the\n' +
    "owner's key need not be on a network.",
  example:
    'npx plimsoll receipt place --rpc http://127.0.0.1:8545 --feed 0x… --gate 0x… --out place.json',
  positionals: [],
  options: {
    rpc: RPC_OPTION,
    feed: FEED_OPTION,
    venue: VENUE_INSTEAD_OPTION,
    gate: GATE_OPTION,
    out: { type: 'string', placeholder: 'file', describe: 'the place document to write' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ out: text, place: placeOutput }),
  },
  run: async (context) => {
    const out = outputPath(context, 'the place document');
    const marketFeed = venueAddress(context, 'feed', 'marketFeed');
    const healthGate = venueAddress(context, 'gate', 'healthGate');
    const { provider, chainId } = await connectRpc(context);
    try {
      const place = await findPlace(jsonRpcOf(provider), { chainId, marketFeed, healthGate });
      writeFileAtomically(out, formatPlace(place));
      context.print(`wrote ${out}: margin tick ${place.tick} of ${marketFeed} on chain ${chainId}`);
      context.printJson({ out, place });
    } finally {
      provider.destroy();
    }
  },
};
