// SPDX-License-Identifier: GPL-3.0-or-later
import type { FittedSlice } from '../../../market/surface/types.ts';
import type { ExpirySurface } from '../../../market/snapshot/chain-surface.ts';
import type { DropReason } from '../../../market/feeds/clean.ts';
import { DROP_REASONS, dropText } from '../../../market/feeds/clean.ts';
import { durationText } from '../../../market/feeds/clock.ts';
import type { ImportedUnderlying, MarketImport } from '../../../market/snapshot/import-market.ts';
import type { Repricing } from '../../../market/snapshot/repricing.ts';
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { ExpiredEvent } from '../../../market/snapshot/settle.ts';
import type { CommandContext } from '../../command.ts';
import { printRows } from '../../table.ts';
import { formatUtc } from '../../../model/format.ts';

const points = (vol: number): string => (100 * vol).toFixed(2);
const percent = (share: number): string => (100 * share).toFixed(4);

function fittedCells({ diagnostics, confidenceQ10 }: FittedSlice, agreement: number): string[] {
  const { whole, core, butterflyMargin, calendarMargin } = diagnostics;
  return [
    points(core.vol.median),
    points(whole.vol.max),
    percent(whole.price.median),
    percent(whole.price.max),
    butterflyMargin.toFixed(3),
    Number.isFinite(calendarMargin) ? calendarMargin.toFixed(3) : '-',
    ((Number(confidenceQ10) / 1024) * agreement).toFixed(2),
  ];
}

const HEADER = [
  'expiry',
  'forward',
  'from',
  'parity',
  'discount',
  'used',
  'vol error',
  'max',
  'price error',
  'max',
  'butterfly',
  'calendar',
  'confidence',
  'dropped',
];

/** Errors are those against own quotes; a smile from elsewhere has none. */
function fitCells({ fit, origin, quotes, agreement }: ExpirySurface): string[] {
  if (fit.state === 'refused') return Array<string>(7).fill('-');
  const cells = fittedCells(fit, agreement);
  return origin === 'quotes' || (origin === 'narrow' && quotes.used.length > 0)
    ? cells
    : cells.map((cell, index) => (index === cells.length - 1 ? cell : '-'));
}

function expiryRow(entry: ExpirySurface): string[] {
  const { expiry, forward, quotes } = entry;
  const { parity } = forward;
  return [
    formatUtc(BigInt(expiry)),
    forward.forward.toFixed(2),
    forward.source,
    parity?.forward.toFixed(2) ?? '-',
    parity?.discount.toFixed(4) ?? '-',
    `${quotes.used.length}/${entry.listed}`,
    ...fitCells(entry),
    dropText(quotes.dropped),
  ];
}

/** How far the surface is from the marks; of nothing there is no median. */
function repricingText({ options, left, median, p95, max, coreVolMedian }: Repricing): string {
  if (options === 0) return `not re-priced: the ${left} options have no marks to compare with`;
  const core = Number.isNaN(coreVolMedian)
    ? 'no mark volatilities to compare with'
    : `volatility within two standard deviations of the money ${points(coreVolMedian)} points (median)`;
  return (
    `re-priced ${options} options with the surface: error ${percent(median)} % of the forward ` +
    `(median), ${percent(p95)} % (95th percentile), ${percent(max)} % (largest); ${core}` +
    (left === 0 ? '' : `; ${left} left, without mark or slice`)
  );
}

function printUnderlying(context: CommandContext, underlying: ImportedUnderlying): void {
  const { print } = context;
  const { chain, surface, market, repricing, crowdedOut } = underlying;
  const symbol = UNDERLYING_SYMBOLS[chain.underlying];
  const { expiries, skipped } = surface;
  const count = (of: ExpirySurface['origin']): number =>
    expiries.filter(({ fit, origin }) => fit.state === 'fitted' && origin === of).length;
  const others = (['narrow', 'carried', 'borrowed'] as const).flatMap((origin) =>
    count(origin) === 0 ? [] : [`, ${count(origin)} ${origin}`],
  );
  print();
  print(
    `${symbol}: ${chain.options.length} options, ${count('quotes')} of ${expiries.length} expiries fitted` +
      `${others.join('')}, ` +
      `index ${(Number(market.indexE4) / 1e4).toFixed(2)}` +
      (chain.duplicates === 0 ? '' : `, ${chain.duplicates} rows replaced by newer ones`) +
      (chain.ignored === 0 ? '' : `, ${chain.ignored} combinations ignored`),
  );
  printRows(context, HEADER, expiries.map(expiryRow));
  print(`  ${repricingText(repricing)}`);
  for (const { fit, origin, remark } of expiries) {
    if (fit.state === 'refused') print(`  refused (${fit.reason}) ${fit.message}`);
    else if (remark !== undefined) print(`  ${origin} ${remark}`);
  }
  for (const { expiry, listed, reason, message } of skipped) {
    print(`  left out ${formatUtc(BigInt(expiry))} (${listed} options): ${reason}: ${message}`);
  }
  for (const { place, seconds } of chain.ahead) {
    print(`  left out ${place}, ts: ${durationText(seconds)} after the rest of the rows`);
  }
  for (const text of chain.readAs) print(`  read ${text}`);
  for (const expiry of crowdedOut) {
    print(
      `  left out ${formatUtc(BigInt(expiry))}: a snapshot holds 12 expiries, and this one has the ` +
        'least open interest of those that --base does not hold',
    );
  }
}

const EXPIRED_TEXT: Readonly<Record<ExpiredEvent['what'], string>> = {
  settled: 'settled at',
  kept: 'stays until the ledger has booked it (--ledger), settled at',
  awaiting: 'awaits its settlement price (--settlement, delivery prices or plimsoll market settle)',
  freed: 'booked by the ledger, its slot is free',
  unchanged: 'stays as settled, another price was given and not taken:',
};

/** Between snapshots a day apart an index may move by this; a wrong price is further off. */
const NOTABLE = 0.1;

function printExpired({ print }: CommandContext, expired: readonly ExpiredEvent[]): void {
  if (expired.length === 0) return;
  print();
  print('Expired:');
  for (const { underlying, expiry, what, priceE4, source, offIndex = 0 } of expired) {
    const priced = what === 'settled' || what === 'kept' || what === 'unchanged';
    print(
      `  ${UNDERLYING_SYMBOLS[underlying]} ${formatUtc(expiry)}: ${EXPIRED_TEXT[what]}` +
        (priced ? ` ${(Number(priceE4) / 1e4).toFixed(4)}` : '') +
        (source === undefined ? '' : ` (${source})`) +
        (offIndex <= NOTABLE ? '' : `; check it: ${(100 * offIndex).toFixed(1)} % off the index`),
    );
  }
}

/** The table per slice, what was left out and why, and every default that was taken. */
export function printImport(
  context: CommandContext,
  { underlyings, notes, expired }: MarketImport,
): void {
  const { print } = context;
  const imported = underlyings.filter((underlying) => underlying !== undefined);
  for (const underlying of imported) printUnderlying(context, underlying);
  print();
  print(
    'Errors: median of volatility within two standard deviations of the money and its largest,',
  );
  print('in vol points; median and largest of price, in % of the forward. Margins: least density');
  print('factor g(k), least growth of total variance on the expiry before; negative is arbitrage.');
  const seen = new Set(
    imported.flatMap(({ surface }) =>
      surface.expiries.flatMap(({ quotes }) => Object.keys(quotes.dropped) as DropReason[]),
    ),
  );
  for (const [reason, meaning] of Object.entries(DROP_REASONS)) {
    if (seen.has(reason as DropReason)) print(`  ${reason}: ${meaning}`);
  }
  printExpired(context, expired);
  if (notes.length === 0) return;
  print();
  print('Not in the feeds:');
  for (const { field, note } of notes) print(`  ${field}: ${note}`);
}

function fitJson({ fit }: ExpirySurface): unknown {
  if (fit.state === 'refused')
    return { state: fit.state, reason: fit.reason, message: fit.message };
  const { calendarMargin, ...diagnostics } = fit.diagnostics;
  return {
    state: fit.state,
    surface: fit.surface,
    confidenceQ10: fit.confidenceQ10,
    // JSON has no Infinity: the first slice has none before it.
    diagnostics: Number.isFinite(calendarMargin) ? { ...diagnostics, calendarMargin } : diagnostics,
  };
}

/** The same report for programs. */
export function importJson({ underlyings, notes, expired, bookedThrough }: MarketImport): unknown {
  return {
    underlyings: underlyings
      .filter((underlying) => underlying !== undefined)
      .map(({ chain, surface, repricing, crowdedOut }) => ({
        symbol: UNDERLYING_SYMBOLS[chain.underlying],
        options: chain.options.length,
        duplicates: chain.duplicates,
        ignored: chain.ignored,
        expiries: surface.expiries.map((entry) => ({
          expiry: entry.expiry,
          listed: entry.listed,
          forward: entry.forward,
          agreement: entry.agreement,
          used: entry.quotes.used.length,
          dropped: entry.quotes.dropped,
          origin: entry.origin,
          remark: entry.remark,
          fit: fitJson(entry),
        })),
        skipped: surface.skipped,
        ahead: chain.ahead,
        readAs: chain.readAs,
        crowdedOut,
        repricing,
      })),
    notes,
    expired: expired.map(({ underlying, ...event }) => ({
      symbol: UNDERLYING_SYMBOLS[underlying],
      ...event,
    })),
    bookedThrough,
  };
}
