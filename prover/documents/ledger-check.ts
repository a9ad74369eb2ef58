// SPDX-License-Identifier: GPL-3.0-or-later
import { instrumentId } from '../model/instrument.ts';
import { instrumentName } from '../model/format.ts';
import type { Instrument, MarketSnapshot } from '../model/types.ts';
import type { LedgerEntry } from './ledger-document.ts';

/** A rule that does not hold, and the accounts that it does not hold of. */
export interface LedgerFinding {
  /**
   * `format`: an account breaks a rule of the document (owner, slots, widths). `owner`: nobody can
   * hold the zero address. `net-zero`: lots of an instrument do not sum to nothing. `booked`: a
   * position that the snapshot says was booked. `unlisted`: one whose expiry the snapshot lacks.
   * `count`: not as many accounts as expected.
   */
  readonly rule: 'format' | 'owner' | 'net-zero' | 'booked' | 'unlisted' | 'count';
  readonly message: string;
  readonly accounts: readonly number[];
  /** Of `format`: the field in the document. */
  readonly field?: string;
  /** Of an instrument: its name. */
  readonly instrument?: string;
  /** Of `net-zero`: what is left over, in lots; positive where more is long than short. */
  readonly netLots?: bigint;
}

export interface LedgerCheck {
  readonly holds: boolean;
  readonly accountCount: number;
  /** Accounts that break the format and whose positions could not be summed. */
  readonly unreadable: number;
  readonly positions: number;
  readonly instruments: number;
  readonly findings: readonly LedgerFinding[];
}

export interface LedgerExpectations {
  readonly accountCount?: number;
  /** Expiries of positions are held against it. */
  readonly snapshot?: MarketSnapshot;
}

interface Holdings {
  readonly instrument: Instrument;
  netLots: bigint;
  readonly holders: number[];
}

/** What is held of every instrument, over the accounts that could be read. */
function holdingsOf(entries: readonly LedgerEntry[]): Holdings[] {
  const byInstrument = new Map<string, Holdings>();
  entries.forEach((entry, index) => {
    if ('faults' in entry) return;
    for (const { instrument, lots } of entry.account.positions) {
      const id = instrumentId(instrument);
      const known = byInstrument.get(id);
      if (known === undefined) {
        byInstrument.set(id, { instrument, netLots: lots, holders: [index] });
        continue;
      }
      known.netLots += lots;
      known.holders.push(index);
    }
  });
  return [...byInstrument.values()];
}

function formatFindings(entries: readonly LedgerEntry[]): LedgerFinding[] {
  return entries.flatMap((entry, index) =>
    'faults' in entry
      ? entry.faults.map(({ field, rule }) => ({
          rule: 'format' as const,
          message: `${field}: ${rule}`,
          accounts: [index],
          field,
        }))
      : [],
  );
}

function ownerFindings(entries: readonly LedgerEntry[]): LedgerFinding[] {
  const accounts = entries.flatMap((entry, index) =>
    'account' in entry && entry.account.owner === 0n ? [index] : [],
  );
  if (accounts.length === 0) return [];
  return [{ rule: 'owner', message: 'the owner is the zero address', accounts }];
}

function netFindings(holdings: readonly Holdings[]): LedgerFinding[] {
  return holdings.flatMap(({ instrument, netLots, holders }) => {
    if (netLots === 0n) return [];
    const name = instrumentName(instrument);
    const side = netLots > 0n ? 'long' : 'short';
    return [
      {
        rule: 'net-zero' as const,
        message: `${name}: ${netLots > 0n ? netLots : -netLots} lots ${side} are held against nobody`,
        accounts: holders,
        instrument: name,
        netLots,
      },
    ];
  });
}

function expiryFindings(
  holdings: readonly Holdings[],
  snapshot: MarketSnapshot | undefined,
): LedgerFinding[] {
  if (snapshot === undefined) return [];
  const booked = (snapshot as { readonly bookedThrough?: bigint }).bookedThrough ?? 0n;
  return holdings.flatMap(({ instrument, holders }): LedgerFinding[] => {
    const { underlying, expiry } = instrument;
    if (expiry === 0n) return [];
    const name = instrumentName(instrument);
    const common = { accounts: holders, instrument: name };
    if (expiry <= booked) {
      const message = `${name}: the snapshot says that it was booked (bookedThrough ${booked})`;
      return [{ rule: 'booked', message, ...common }];
    }
    const { slices } = snapshot.underlyings[underlying];
    if (slices.some((slice) => slice.expiry === expiry)) return [];
    const message = `${name}: the snapshot does not list its expiry, so it is not valued by a market`;
    return [{ rule: 'unlisted', message, ...common }];
  });
}

/**
 * Holds a whole ledger against its rules and names everything that breaks one. An account that
 * breaks the format counts in no sum, so that instruments it holds may be named as well.
 */
export function checkLedger(
  entries: readonly LedgerEntry[],
  { accountCount, snapshot }: LedgerExpectations = {},
): LedgerCheck {
  const holdings = holdingsOf(entries);
  const count: LedgerFinding[] =
    accountCount === undefined || accountCount === entries.length
      ? []
      : [
          {
            rule: 'count',
            message: `${entries.length} accounts, expected ${accountCount}`,
            accounts: [],
          },
        ];
  const findings = [
    ...count,
    ...formatFindings(entries),
    ...ownerFindings(entries),
    ...netFindings(holdings),
    ...expiryFindings(holdings, snapshot),
  ];
  return {
    holds: findings.length === 0,
    accountCount: entries.length,
    unreadable: entries.filter((entry) => 'faults' in entry).length,
    positions: holdings.reduce((sum, { holders }) => sum + holders.length, 0),
    instruments: holdings.length,
    findings,
  };
}
