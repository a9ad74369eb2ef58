// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { Prover } from '../../../proving/prover.ts';
import { NO_CHALLENGE, challengeOf } from '../../../receipt/challenge.ts';
import {
  createExact,
  createPrivate,
  prepareExact,
  preparePrivate,
  type ReceiptRequest,
} from '../../../receipt/create.ts';
import { formatReceipt, parsePlace, type Place, type Receipt } from '../../../receipt/document.ts';
import { findPlace, type Roots } from '../../../receipt/place.ts';
import { parseValue, pattern } from '../../../core/schema.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { FEED_OPTION } from '../../options/feed-inputs.ts';
import { parseScaled } from '../../../analysis/figures/amount.ts';
import {
  MARKET_OPTIONS,
  accountIndex,
  readParameters,
  readSnapshot,
} from '../../options/market-inputs.ts';
import { readLedger } from '../../options/ledger-input.ts';
import { buildWhereMissing } from '../../options/circuit-build.ts';
import { outputPath } from '../../options/output-path.ts';
import { GATE_OPTION } from '../../options/receipt-inputs.ts';
import { jsonRpcOf } from '../../../receipt/provider-rpc.ts';
import { RPC_OPTION, venueAddress, connectRpc } from '../../options/rpc-input.ts';
import { VENUE_INSTEAD_OPTION } from '../../options/venue-file.ts';
import { staleOutput } from '../../../analysis/figures/figures-schema.ts';
import { noteStale } from '../../options/staleness.ts';
import { KEYSTORE_OPTION, readSigner } from '../../options/signer-input.ts';
import { MarketTick } from '../../../statements/market-tick.ts';
import { shape, text, whole } from '../../../core/json-output.ts';
import { documentOf } from '../../../documents/document-shapes.ts';

/** From a place document, or from a node: the latest tick that binds these roots. */
async function placeFor(context: CommandContext, roots: Roots): Promise<Place> {
  const path = stringOption(context, 'place');
  if (path !== undefined) {
    const online = ['rpc', 'feed', 'gate', 'venue'].find((name) => stringOption(context, name));
    if (online !== undefined) throw new InvalidInput('--place', `excludes --${online}`);
    return parsePlace(readTextFile(path, '--place'), path);
  }
  if (stringOption(context, 'rpc') === undefined) {
    throw new InvalidInput(
      '--place',
      'is required, or --rpc with --venue, or --feed and --gate: the margin tick',
    );
  }
  const marketFeed = venueAddress(context, 'feed', 'marketFeed');
  const healthGate = venueAddress(context, 'gate', 'healthGate');
  const { provider, chainId } = await connectRpc(context);
  try {
    return await findPlace(jsonRpcOf(provider), { chainId, marketFeed, healthGate }, roots);
  } finally {
    provider.destroy();
  }
}

/** Up to six decimals, as amounts have; `10000` or `10000.50`. */
function statedEquityE6(context: CommandContext): bigint {
  const form = pattern(/^(0|[1-9][0-9]{0,19})(\.[0-9]{1,6})?$/, 'must be an amount in USD');
  const text = stringOption(context, 'equity-at-least') ?? '0';
  return parseScaled(parseValue(form, text, '--equity-at-least'), 6, '--equity-at-least');
}

function challengeIn(context: CommandContext, isPrivate: boolean): string {
  const text = stringOption(context, 'challenge');
  if (text !== undefined) return challengeOf(text, '--challenge');
  if (!isPrivate) return NO_CHALLENGE;
  throw new InvalidInput('--challenge', 'is required with --private: what the verifier asked for');
}

function refusePrivateOptions(context: CommandContext): void {
  const given = ['equity-at-least', 'keystore'].find((name) => stringOption(context, name));
  if (given !== undefined) throw new InvalidInput(`--${given}`, 'needs --private');
}

async function makeExact(context: CommandContext, request: ReceiptRequest): Promise<Receipt> {
  const instance = prepareExact(request);
  await buildWhereMissing(context, instance.statement, instance.profile);
  await using prover = new Prover();
  return await createExact(request, instance, prover);
}

async function makePrivate(context: CommandContext, request: ReceiptRequest): Promise<Receipt> {
  const signer = await readSigner(context);
  const disclosure = { signer, equityAtLeastE6: statedEquityE6(context) };
  const instance = await preparePrivate(request, disclosure);
  await buildWhereMissing(context, instance.statement, instance.profile);
  await using prover = new Prover();
  return await createPrivate(request, disclosure, instance, prover);
}

export const command: Command = {
  name: 'receipt create',
  description:
    'An exact receipt states equity, margins and worst scenarios of one account. A private one says\n' +
    'only that some account of its owner meets its initial margin, and, where --equity-at-least is\n' +
    'given, that amount; it answers the challenge of one verifier and is signed by the owner.\n' +
    'Ledger, snapshot and parameters must be those of a margin tick: of the node at --rpc, or of\n' +
    'the document that `plimsoll receipt place` wrote.',
  example:
    'npx plimsoll receipt create --account 4 --ledger ledger.json --snapshot snapshot.json ' +
    '--place place.json --out receipt.json',
  positionals: [],
  options: {
    account: {
      type: 'string',
      placeholder: 'index',
      describe: 'index of the account, or a name in the shipped sample',
    },
    out: { type: 'string', placeholder: 'file', describe: 'the receipt to write' },
    ...MARKET_OPTIONS,
    place: { type: 'string', placeholder: 'file', describe: 'the tick, in place of a node' },
    rpc: RPC_OPTION,
    feed: FEED_OPTION,
    venue: VENUE_INSTEAD_OPTION,
    gate: GATE_OPTION,
    challenge: {
      type: 'string',
      placeholder: 'text|0x…',
      describe: 'what the verifier asked to be answered: a text, or 32 bytes in hex',
    },
    private: { type: 'boolean', describe: 'say no more than that the initial margin is met' },
    'equity-at-least': {
      type: 'string',
      placeholder: 'usd',
      describe: 'with --private: state this equity as well',
    },
    keystore: KEYSTORE_OPTION,
  },
  // The artifact manifest says itself what is missing, and one circuit is enough.
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      out: text,
      account: whole,
      stale: staleOutput,
      receipt: documentOf('plimsoll-receipt'),
    }),
  },
  run: async (context) => {
    const out = outputPath(context, 'the receipt');
    const account = stringOption(context, 'account');
    if (account === undefined) throw new InvalidInput('--account', 'is required: whose receipt');
    const isPrivate = context.options['private'] === true;
    const challenge = challengeIn(context, isPrivate);
    if (!isPrivate) refusePrivateOptions(context);
    const ledger = await readLedger(context);
    const opening = ledger.open(accountIndex(account, '--account', ledger, context));
    const [snapshot, parameters] = [readSnapshot(context), readParameters(context)];
    const stale = noteStale(context, snapshot, parameters);
    const tick = new MarketTick(snapshot, parameters);
    const place = await placeFor(context, {
      ledgerRoot: opening.ledgerRoot,
      snapshotHash: tick.snapshotHash,
      parameterHash: tick.parameterHash,
    });
    const request = { opening, tick, place, challenge };
    const receipt = isPrivate
      ? await makePrivate(context, request)
      : await makeExact(context, request);
    writeFileAtomically(out, formatReceipt(receipt));

    context.print(`wrote ${out}: ${receipt.kind} receipt of account ${opening.index}`);
    context.print(`  margin tick ${place.tick} of ${place.marketFeed} on chain ${place.chainId}`);
    const feed = `--feed ${place.marketFeed}`;
    context.print(`  check it with: npx plimsoll receipt verify ${out} --rpc https://… ${feed}`);
    context.printJson({ out, account: opening.index, stale, receipt });
  },
};
