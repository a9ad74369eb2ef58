// SPDX-License-Identifier: GPL-3.0-or-later
import { tickStanding } from '../../../documents/document-shapes.ts';
import { z } from 'zod';

import { readTextFile } from '../../../core/files.ts';
import { challengeOf } from '../../../receipt/challenge.ts';
import { parseReceipt } from '../../../receipt/document.ts';
import { ReceiptRefused } from '../../../receipt/refusal.ts';
import { caveatsOf, sentenceOf } from '../../../receipt/sentence.ts';
import { isValid, verifyReceipt, type CheckedReceipt } from '../../../receipt/verify.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { FEED_OPTION } from '../../options/feed-inputs.ts';
import { jsonRpcOf } from '../../../receipt/provider-rpc.ts';
import { RPC_OPTION, venueAddress, connectRpc } from '../../options/rpc-input.ts';
import { KEYS_OPTION, trustedKeys } from '../../options/trusted-keys.ts';
import { VENUE_INSTEAD_OPTION } from '../../options/venue-file.ts';
import { flag, shape, text } from '../../../core/json-output.ts';
import { keyOutput, placeOutput } from './receipt-output.ts';

async function check(context: CommandContext, path: string): Promise<CheckedReceipt> {
  const receipt = parseReceipt(readTextFile(path, '<file>'), path);
  const challenge = stringOption(context, 'challenge');
  const expected = {
    keys: trustedKeys(context, receipt.statement, receipt.key.profile).keys,
    challenge: challenge === undefined ? undefined : challengeOf(challenge, '--challenge'),
    marketFeed: ['feed', 'venue'].every((name) => stringOption(context, name) === undefined)
      ? undefined
      : venueAddress(context, 'feed', 'marketFeed'),
  };
  if (stringOption(context, 'rpc') === undefined) return verifyReceipt(receipt, expected);
  const { provider } = await connectRpc(context);
  try {
    return await verifyReceipt(receipt, { ...expected, rpc: jsonRpcOf(provider) });
  } finally {
    provider.destroy();
  }
}

export const command: Command = {
  name: 'receipt verify',
  description:
    'Prints in one sentence what is proven, and then what was not checked. It says "Valid" only with\n' +
    '--rpc and --feed, which make it a receipt of your venue; otherwise "The proof holds", which a\n' +
    "proof about a ledger or a feed of somebody's own does as well.\n" +
    'Exit code 0: it is valid, or the proof holds (with --json: "valid" is true, or null). 1: it does\n' +
    'not hold, and the message says why, or the node failed. 2: a file or flag breaks a rule.\n' +
    'The trusted keys are those built here, or those of --keys.',
  example: 'npx plimsoll receipt verify receipt.json --rpc http://127.0.0.1:8545 --feed 0x…',
  positionals: [{ name: 'file', required: true, describe: 'the receipt' }],
  options: {
    challenge: {
      type: 'string',
      placeholder: 'text|0x…',
      describe: 'the challenge that you gave; a receipt made for another is refused',
    },
    rpc: RPC_OPTION,
    feed: { ...FEED_OPTION, describe: "the venue's MarketFeed contract, as you know it" },
    venue: VENUE_INSTEAD_OPTION,
    keys: KEYS_OPTION,
  },
  // The artifact manifest says itself what is missing, and --keys needs none.
  needsSetup: false,
  output: {
    version: 1,
    schema: z.union([
      shape({
        valid: z.literal(true).nullable(),
        proofHolds: z.literal(true),
        chainAsked: flag,
        venueNamed: flag,
        challengeChecked: flag,
        kind: z.enum(['exact', 'private']),
        signals: z.record(text, text),
        place: placeOutput,
        key: keyOutput,
        tick: shape(tickStanding).optional(),
        sentence: text,
        notChecked: z.array(text),
      }),
      shape({ valid: z.literal(false), code: text, reason: text }),
    ]),
  },
  run: async (context) => {
    const path = context.positionals[0] ?? '';
    try {
      const checked = await check(context, path);
      const { receipt, tick } = checked;
      const [sentence, notChecked] = [sentenceOf(checked), caveatsOf(checked)];
      context.print(sentence);
      for (const caveat of notChecked) context.print(`  ${caveat}`);
      const { kind, signals, place, key } = receipt;
      const chainAsked = tick !== undefined;
      context.printJson({
        valid: isValid(checked) ? true : null,
        proofHolds: true,
        chainAsked,
        venueNamed: checked.venueChecked,
        challengeChecked: checked.challengeChecked,
        kind,
        signals,
        place,
        key,
        tick,
        sentence,
        notChecked,
      });
    } catch (error) {
      if (error instanceof ReceiptRefused) {
        context.printJson({ valid: false, code: error.code, reason: error.message });
      }
      throw error;
    }
  },
};
