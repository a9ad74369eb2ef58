// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { InvalidInput, requireRule } from '../core/errors.ts';
import { formatAddress } from '../model/format.ts';
import type { Instrument, InstrumentKind, Position, UnderlyingId } from '../model/types.ts';
import { UNDERLYING_SYMBOLS } from '../model/types.ts';
import {
  constant,
  decimalBigint,
  integer,
  list,
  oneOf,
  parseJson,
  parseValue,
  readValue,
  pattern,
  requiredOr,
  withPlaces,
} from '../core/schema.ts';
import type { Account } from '../commitments/account.ts';
import { LOTS_BITS, instrumentKey } from '../commitments/instrument.ts';
import {
  COLLATERAL_BITS,
  MAX_POSITIONS,
  QUOTE_BITS,
  TREE_CAPACITY,
} from '../commitments/widths.ts';

export const LEDGER_FORMAT = 'plimsoll.ledger';
export const LEDGER_VERSION = 2;
/** Without the state bits: read as a ledger of which no account has one set. */
const FIRST_VERSION = 1;

const UINT32_MAX = 2 ** 32 - 1;
const LOTS_LIMIT = 1n << BigInt(LOTS_BITS - 1);
const QUOTE_LIMIT = 1n << BigInt(QUOTE_BITS - 1);
const KINDS: readonly InstrumentKind[] = ['perpetual', 'future', 'call', 'put'];

const address = pattern(
  /^0x[0-9a-f]{40}$/,
  'must be a 20-byte address in lower-case hex',
).transform((hex) => BigInt(hex));

const collateral = decimalBigint(0n, (1n << BigInt(COLLATERAL_BITS)) - 1n);

const flag = z.boolean({ error: requiredOr('must be true or false') });

const positionSchema = z.strictObject({
  underlying: oneOf(UNDERLYING_SYMBOLS),
  kind: oneOf(KINDS),
  expiry: integer(0, UINT32_MAX),
  strikeE4: decimalBigint(0n, (1n << 40n) - 1n),
  lots: decimalBigint(-LOTS_LIMIT, LOTS_LIMIT - 1n),
});

const firstAccountSchema = z.strictObject({
  owner: address,
  settlementNonce: integer(0, UINT32_MAX),
  balances: z.strictObject({
    USDC: decimalBigint(-QUOTE_LIMIT, QUOTE_LIMIT - 1n),
    BTC: collateral,
    ETH: collateral,
    stETH: collateral,
  }),
  positions: list(positionSchema, MAX_POSITIONS),
});

const accountSchema = firstAccountSchema.extend({ frozen: flag, riskReducingOnly: flag });

const ledgerSchema = z.strictObject({
  format: constant(LEDGER_FORMAT),
  version: constant(LEDGER_VERSION),
  accounts: list(accountSchema, TREE_CAPACITY),
});

const firstLedgerSchema = z.strictObject({
  format: constant(LEDGER_FORMAT),
  version: constant(FIRST_VERSION),
  accounts: list(firstAccountSchema, TREE_CAPACITY),
});

/** Of what version it may be. */
export const anyLedgerSchema = z.union([ledgerSchema, firstLedgerSchema]);
export const anyAccountSchema = z.union([accountSchema, firstAccountSchema]);
/** What a portfolio has that nobody owns. */
export const portfolioSchema = firstAccountSchema.pick({ balances: true, positions: true });

type PositionDocument = z.infer<typeof positionSchema>;
type AccountDocument = z.infer<typeof accountSchema>;
type FirstAccountDocument = z.infer<typeof firstAccountSchema>;

/** The one canonical encoding of each kind: a second one would break netting to zero. */
function instrumentOf(position: PositionDocument, field: string): Instrument {
  const { kind, strikeE4 } = position;
  const expiry = BigInt(position.expiry);
  if (kind === 'perpetual') {
    requireRule(expiry === 0n, `${field}.expiry`, 'must be 0 for a perpetual');
  } else {
    requireRule(expiry >= 1n, `${field}.expiry`, `must be at least 1 for a ${kind}`);
  }
  if (kind === 'perpetual' || kind === 'future') {
    requireRule(strikeE4 === 0n, `${field}.strikeE4`, `must be 0 for a ${kind}`);
  } else {
    requireRule(strikeE4 >= 1n, `${field}.strikeE4`, 'must be at least 1');
  }
  const underlying: UnderlyingId = position.underlying === 'BTC' ? 0 : 1;
  return { underlying, kind, expiry, strikeE4 };
}

/** One object an instrument, by its key: accounts of a venue hold the same few hundred many times over. */
export type SharedInstruments = Map<bigint, Instrument>;

function accountOf(
  document: AccountDocument | FirstAccountDocument,
  field: string,
  instruments: SharedInstruments,
): Account {
  let previousKey = 0n;
  const positions = document.positions.map((entry, index): Position => {
    const at = `${field}.positions[${index}]`;
    const instrument = instrumentOf(entry, at);
    requireRule(entry.lots !== 0n, `${at}.lots`, 'must not be 0');
    const key = instrumentKey(instrument);
    requireRule(key !== previousKey, at, 'holds the instrument of the position before it');
    requireRule(
      key > previousKey,
      at,
      'must come after the position before it (order: underlying, kind, expiry, strike)',
    );
    previousKey = key;
    const shared = instruments.get(key) ?? instrument;
    instruments.set(key, shared);
    return { instrument: shared, lots: entry.lots };
  });
  const { USDC, BTC, ETH, stETH } = document.balances;
  return {
    owner: document.owner,
    settlementNonce: BigInt(document.settlementNonce),
    frozen: 'frozen' in document && document.frozen,
    riskReducingOnly: 'riskReducingOnly' in document && document.riskReducingOnly,
    quoteE6: USDC,
    collateralE8: [BTC, ETH, stETH],
    positions,
  };
}

/** Reads a ledger document; throws `InvalidInput` naming field and rule. */
export function parseLedger(source: string): Account[] {
  const value = parseJson(source, 'ledger');
  return withPlaces(source, () => parseLedgerValue(value));
}

/**
 * The same for a document that is already JSON.
 *
 * @param instruments those of accounts read before, which these then share
 */
export function parseLedgerValue(
  value: unknown,
  instruments: SharedInstruments = new Map(),
): Account[] {
  const isFirst = (value as { version?: unknown } | null)?.version === FIRST_VERSION;
  const { accounts } = isFirst
    ? parseValue(firstLedgerSchema, value, 'ledger')
    : parseValue(ledgerSchema, value, 'ledger');
  return accounts.map((account, index) => accountOf(account, `accounts[${index}]`, instruments));
}

/** One account of a document that need not hold: read, or every rule of the format it breaks. */
export type LedgerEntry =
  | { readonly account: Account }
  | { readonly faults: readonly { readonly field: string; readonly rule: string }[] };

const entriesSchema = z.looseObject({ accounts: z.array(z.unknown()).max(TREE_CAPACITY) });

/**
 * Every account by itself, so that a check can name all that is wrong. Throws `InvalidInput` where
 * the document is no ledger at all.
 */
export function ledgerEntries(source: string): readonly LedgerEntry[] {
  const value = parseJson(source, 'ledger');
  const isFirst = (value as { version?: unknown } | null)?.version === FIRST_VERSION;
  const { accounts } = parseValue(entriesSchema, value, 'ledger');
  const none = { ...(value as object), accounts: [] };
  parseValue<unknown>(isFirst ? firstLedgerSchema : ledgerSchema, none, 'ledger');
  const instruments: SharedInstruments = new Map();
  return accounts.map((entry, index): LedgerEntry => {
    const at = `accounts[${index}]`;
    const read = readValue<AccountDocument | FirstAccountDocument>(
      isFirst ? firstAccountSchema : accountSchema,
      entry,
      at,
    );
    if ('faults' in read) {
      const below = (field: string): string => (field === at ? at : `${at}.${field}`);
      return { faults: read.faults.map(({ field, rule }) => ({ field: below(field), rule })) };
    }
    try {
      return { account: accountOf(read.data, at, instruments) };
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      return { faults: [{ field: error.field, rule: error.rule }] };
    }
  });
}

function positionDocument({ instrument, lots }: Position): unknown {
  return {
    underlying: UNDERLYING_SYMBOLS[instrument.underlying],
    kind: instrument.kind,
    expiry: Number(instrument.expiry),
    strikeE4: instrument.strikeE4.toString(),
    lots: lots.toString(),
  };
}

/** One account as it stands in a ledger document. */
export function accountDocument(account: Account): unknown {
  const [btcE8, ethE8, stEthE8] = account.collateralE8;
  return {
    owner: formatAddress(account.owner),
    settlementNonce: Number(account.settlementNonce),
    frozen: account.frozen,
    riskReducingOnly: account.riskReducingOnly,
    balances: {
      USDC: account.quoteE6.toString(),
      BTC: btcE8.toString(),
      ETH: ethE8.toString(),
      stETH: stEthE8.toString(),
    },
    positions: account.positions.map(positionDocument),
  };
}

/** One account a line: a published ledger can be compared with a text tool. */
export function formatLedger(accounts: readonly Account[]): string {
  return [...ledgerPieces(accounts, accounts.length)].join('');
}

/** The same in pieces of so many accounts, for whoever does other things in between. */
export function* ledgerPieces(accounts: readonly Account[], size: number): Generator<string> {
  yield `{"format":"${LEDGER_FORMAT}","version":${LEDGER_VERSION},"accounts":[\n`;
  for (let first = 0; first < accounts.length; first += size) {
    const lines = accounts
      .slice(first, first + size)
      .map((account) => `  ${JSON.stringify(accountDocument(account))}`);
    const isLast = first + size >= accounts.length;
    yield `${lines.join(',\n')}${isLast ? '' : ',\n'}`;
  }
  yield '\n]}\n';
}
