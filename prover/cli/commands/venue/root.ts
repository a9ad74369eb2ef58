// SPDX-License-Identifier: GPL-3.0-or-later
import { getBytes, type Provider } from 'ethers';
import { z } from 'zod';

import { LANE_NUMBERS } from '../../../chain/inbox-lane.ts';
import { asArray, asObject, read } from '../../../chain/refusal.ts';
import type { VenueDocument } from '../../../chain/venue-document.ts';
import type { Venue } from '../../../chain/venue.ts';
import type { Account } from '../../../commitments/account.ts';
import { isWithdrawal, type Lane } from '../../../commitments/inbox-message.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { readTextFile, writeFileAtomically } from '../../../core/files.ts';
import { decimalBigint, parseValue, pattern } from '../../../core/schema.ts';
import { formatLedger } from '../../../documents/ledger-document.ts';
import { parseSnapshot } from '../../../documents/snapshot-document.ts';
import { followLedger } from '../../../keeper/follow-ledger.ts';
import type { VenueState } from '../../../sequencer/propose.ts';
import { Sequencer } from '../../../sequencer/sequencer.ts';
import { aboveInitialMargin } from '../../../sequencer/withdrawable.ts';
import { MarketTick } from '../../../statements/market-tick.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { publishedAccounts } from '../../options/judged-inputs.ts';
import { MARKET_OPTIONS, readParameters } from '../../options/market-inputs.ts';
import { optionalOutputPath } from '../../options/output-path.ts';
import {
  SENDING_OPTIONS,
  TRANSACTION_OUTPUT,
  connectToSend,
  transact,
  transactionJson,
} from '../../options/transaction.ts';
import { decimal, shape, text, whole } from '../../../core/json-output.ts';

const uint = z.bigint().nonnegative();
const coinsSchema = asArray(z.tuple([uint, uint, uint]));
const latestSchema = asObject(
  z.object({
    sequence: uint,
    root: uint,
    engineCount: uint,
    userCount: uint,
    bookedThrough: uint,
  }),
);

/** Where the ledger stands that the registry accepted last; undefined before the first. */
async function stateOf(
  venue: Venue,
  provider: Provider,
  { deploymentBlock }: VenueDocument,
  published: readonly Account[],
): Promise<VenueState | undefined> {
  const { ledgerRegistry } = venue;
  const latest = await read(ledgerRegistry, 'latest', [], latestSchema);
  if (latest.root === 0n) return undefined;
  const { engineCount, userCount, bookedThrough } = latest;
  const { accounts } = await followLedger(venue, provider, published, latest.root, deploymentBlock);
  const hash = (lane: Lane, count: bigint): Promise<string> =>
    read(ledgerRegistry, 'laneHash', [LANE_NUMBERS[lane], count], z.string());
  return {
    accounts,
    engineCount,
    userCount,
    engineHash: await hash('engine', engineCount),
    userHash: await hash('user', userCount),
    bookedThrough,
    releasedE6: await read(ledgerRegistry, 'releasedE6', [latest.sequence], uint),
    releasedE8: await read(ledgerRegistry, 'releasedE8', [latest.sequence], coinsSchema),
  };
}

function transitionProof(context: CommandContext): string {
  const path = stringOption(context, 'transition-proof');
  if (path === undefined) return '0x';
  const form = pattern(/^0x([0-9a-fA-F]{2})+$/, 'must be hexadecimal bytes');
  return parseValue(form, readTextFile(path, '--transition-proof').trim(), '--transition-proof');
}

function bookedThrough(context: CommandContext, isFirst: boolean): bigint {
  const given = stringOption(context, 'booked-through');
  if (given === undefined) return 0n;
  if (!isFirst) throw new InvalidInput('--booked-through', 'is for the first root only');
  return parseValue(decimalBigint(0n, 2n ** 63n), given, '--booked-through');
}

/** Only a verifier that proves nothing takes such a ledger (docs/integration.md, T8). */
function noteTooLarge(context: CommandContext, accounts: readonly Account[], most: number): void {
  const large = accounts.flatMap(({ positions }, index) =>
    positions.length > most ? [index] : [],
  );
  if (large.length === 0) return;
  context.note(
    `accounts ${large.join(', ')} hold more than the ${most} positions that this venue allows: they can ` +
      'neither be liquidated nor leave, and an audit will say so',
  );
}

export const command: Command = {
  name: 'venue root',
  description:
    'The first root is that of --ledger. Every later one applies what waits in the inbox, as a rollup\n' +
    'must (docs/integration.md), and publishes what it changed. The transition has to be proven to the\n' +
    'venue’s verifier with --transition-proof; the stub of a local venue takes it without.',
  example:
    'npx plimsoll venue root --rpc http://127.0.0.1:8545 --ledger ledger.json --out ledger-next.json',
  positionals: [],
  options: {
    ...SENDING_OPTIONS,
    ledger: {
      type: 'string',
      placeholder: 'file',
      describe: 'the first ledger, or any earlier one of this venue as it was published',
    },
    'booked-through': {
      type: 'string',
      placeholder: 'seconds',
      describe: 'of a first ledger: what expired until then is settled in it (default: 0)',
    },
    settle: {
      type: 'string',
      placeholder: 'file',
      describe: 'a snapshot whose settlement prices are booked, and that withdrawals are judged in',
    },
    parameters: MARKET_OPTIONS.parameters,
    'transition-proof': {
      type: 'string',
      placeholder: 'file',
      describe: "the rollup's proof in hexadecimal",
    },
    out: { type: 'string', placeholder: 'file', describe: 'write the next ledger there' },
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      root: decimal,
      accounts: whole,
      consumed: shape({ engine: whole, user: whole }),
      out: text.nullable(),
      ...TRANSACTION_OUTPUT,
    }),
  },
  run: async (context) => {
    const out = optionalOutputPath(context);
    const published = publishedAccounts(context);
    const proof = transitionProof(context);
    const settle = stringOption(context, 'settle');
    const settledBy =
      settle === undefined ? undefined : parseSnapshot(readTextFile(settle, '--settle'));
    const connection = await connectToSend(context);
    const { provider, document, venue } = connection;
    try {
      const state = await stateOf(venue, provider, document, published);
      const booked = bookedThrough(context, state === undefined);
      const identity = {
        chainId: document.chainId,
        registry: document.contracts.ledgerRegistry,
        maxPositions: BigInt(document.config.registry.maxPositions),
      };
      const { deploymentBlock } = document;
      const sequencer = new Sequencer(
        venue.ledgerRegistry,
        identity,
        () => proof,
        state,
        deploymentBlock,
      );
      const { maxMessages } = document.config.registry;
      const { data, next, transition, consumed } = await sequencer.propose({
        maxMessages,
        ...(state === undefined ? { ownTransactions: () => published } : {}),
        ...(settledBy === undefined
          ? {}
          : {
              settledBy,
              withdrawable: aboveInitialMargin(
                new MarketTick(settledBy, readParameters(context)).market,
              ),
            }),
      });
      noteTooLarge(context, next.accounts, document.config.registry.maxPositions);
      const { root, accountCount, engineCount, userCount } = transition.next;
      if (settledBy === undefined && consumed.user.some(isWithdrawal)) {
        throw new InvalidInput(
          '--settle',
          'is required: a withdrawal waits, and what may leave an account is judged in a snapshot',
        );
      }
      const performed = await transact(context, connection, {
        contract: venue.ledgerRegistry,
        method: 'submitRoot',
        args: [
          {
            root,
            accountCount,
            engineCount,
            userCount,
            bookedThrough: state === undefined ? booked : transition.next.bookedThrough,
            outcomesRoot: transition.outcomesRoot,
            releasedE6: transition.next.releasedE6,
            releasedE8: transition.next.releasedE8,
          },
          data,
          getBytes(proof),
        ],
      });
      if (out !== undefined) writeFileAtomically(out, formatLedger(next.accounts));
      const counts = { engine: consumed.engine.length, user: consumed.user.length };
      context.print(
        `root ${root} of ${accountCount} accounts; consumed ${counts.engine} messages of the ` +
          `engine and ${counts.user} of users`,
      );
      context.printJson({
        root,
        accounts: Number(accountCount),
        consumed: counts,
        out: out ?? null,
        ...transactionJson(performed),
      });
    } finally {
      provider.destroy();
    }
  },
};
