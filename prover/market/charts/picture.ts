// SPDX-License-Identifier: GPL-3.0-or-later
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { totalVariance } from '../surface/svi.ts';
import type { FittedSlice } from '../surface/types.ts';
import { SECONDS_PER_YEAR } from '../../core/year.ts';
import type { ExpirySurface } from '../snapshot/chain-surface.ts';
import type { ImportedUnderlying } from '../snapshot/import-market.ts';
import type { CleanQuote } from '../feeds/clean.ts';
import { median } from '../../core/statistics.ts';
import { MUTED, at, label, line, ticks } from './svg.ts';

const COLUMNS = 3;
const PANEL = { width: 400, height: 290, left: 48, right: 14, top: 34, bottom: 40 } as const;
const TITLE_HEIGHT = 62;
const CURVE_POINTS = 160;
/** Share of the quotes' range that is drawn on either side of it. */
const BEYOND = 0.06;

const GRID = '#e3e8ed';
const QUOTE = '#8fb3d9';
const MARK = '#1f5f99';
const FIT = '#c8401e';

interface Axes {
  readonly x: (k: number) => number;
  readonly y: (vol: number) => number;
  readonly k: readonly [number, number];
  readonly vol: readonly [number, number];
}

/** The range of the quotes, with a little of what lies beyond. */
function shownRange({ quotes, forward }: ExpirySurface): readonly [number, number] {
  const ks = quotes.used.map(({ strike }) => Math.log(strike / forward.forward));
  const [low, high] = [Math.min(-0.01, ...ks), Math.max(0.01, ...ks)];
  return [low - BEYOND * (high - low), high + BEYOND * (high - low)];
}

/** Quotes may add this share of the range of marks and fit to either end of it. */
const QUOTES_ADD = 0.5;

/** Volatilities shown: all marks and fitted values, and quotes as far as they leave these legible. */
function axesOf(entry: ExpirySurface, curve: readonly (readonly [number, number])[]): Axes {
  const vols = [...entry.quotes.used.map(({ vol }) => vol), ...curve.map(([, vol]) => vol)];
  const k = shownRange(entry);
  const span = QUOTES_ADD * (Math.max(...vols) - Math.min(...vols));
  const bids = entry.quotes.used.map(({ bidVol }) => bidVol);
  const asks = entry.quotes.used.map(({ askVol }) => askVol);
  const low = Math.min(...vols, Math.max(Math.min(...bids), Math.min(...vols) - span));
  const high = Math.max(...vols, Math.min(Math.max(...asks), Math.max(...vols) + span));
  const margin = 0.12 * (high - low) + 0.01;
  const vol = [Math.max(0, low - margin), high + margin] as const;
  const width = PANEL.width - PANEL.left - PANEL.right;
  const height = PANEL.height - PANEL.top - PANEL.bottom;
  return {
    k,
    vol,
    x: (value) => PANEL.left + ((value - k[0]) / (k[1] - k[0])) * width,
    y: (value) => PANEL.top + (1 - (value - vol[0]) / (vol[1] - vol[0])) * height,
  };
}

function frame(axes: Axes): string[] {
  const [left, right] = [PANEL.left, PANEL.width - PANEL.right];
  const [top, bottom] = [PANEL.top, PANEL.height - PANEL.bottom];
  const percent = (vol: number): string => `${Number((100 * vol).toFixed(1))}`;
  return [
    ...ticks(...axes.vol, 5).flatMap((vol) => [
      line([left, axes.y(vol)], [right, axes.y(vol)], GRID),
      label(left - 6, axes.y(vol) + 4, percent(vol), { anchor: 'end', colour: MUTED }),
    ]),
    ...ticks(...axes.k, 5).flatMap((k) => [
      line([axes.x(k), bottom], [axes.x(k), bottom + 4], MUTED),
      label(axes.x(k), bottom + 16, `${Number(k.toFixed(3))}`, { anchor: 'middle', colour: MUTED }),
    ]),
    line([axes.x(0), top], [axes.x(0), bottom], GRID, 1.5),
    line([left, bottom], [right, bottom], MUTED),
    line([left, top], [left, bottom], MUTED),
    label((left + right) / 2, bottom + 32, 'log-moneyness ln(K/F)', {
      anchor: 'middle',
      colour: MUTED,
    }),
    label(left, top - 5, 'volatility, %', { size: 10, colour: MUTED }),
  ];
}

const ARROW = 4;

/** An arrow at the frame where a quote goes on beyond it: no bar is cut without a word. */
function arrows(
  { askVol, bidVol }: CleanQuote,
  k: number,
  { y, vol: [low, high] }: Axes,
): string[] {
  const arrow = (tip: number, base: number): string =>
    `<polygon points="${at(k)},${at(tip)} ${at(k - ARROW)},${at(base)} ${at(k + ARROW)},${at(base)}" fill="${QUOTE}"/>`;
  return [
    ...(askVol > high ? [arrow(y(high) - ARROW, y(high) + ARROW)] : []),
    ...(bidVol < low ? [arrow(y(low) + ARROW, y(low) - ARROW)] : []),
  ];
}

/** Ask over bid as a bar as far as the frame goes, the mark as a dot on it. */
function quoteMarks(quote: CleanQuote, forward: number, axes: Axes): string[] {
  const { x, y, vol } = axes;
  const [low, high] = vol;
  const k = x(Math.log(quote.strike / forward));
  const held = (value: number): number => y(Math.min(Math.max(value, low), high));
  return [
    line([k, held(quote.askVol)], [k, held(quote.bidVol)], QUOTE, 3),
    ...arrows(quote, k, axes),
    `<circle cx="${at(k)}" cy="${at(held(quote.vol))}" r="1.9" fill="${MARK}"/>`,
  ];
}

/** Beyond the slice's own bounds it is flat, as the engine prices it. */
function curveOf(
  fit: FittedSlice,
  years: number,
  [low, high]: readonly [number, number],
): (readonly [number, number])[] {
  return Array.from({ length: CURVE_POINTS + 1 }, (_, index) => {
    const k = low + ((high - low) * index) / CURVE_POINTS;
    return [k, Math.sqrt(Math.max(totalVariance(fit.svi, k), 0) / years)] as const;
  });
}

/** Beside the name of the axis, below the title: the two are too long for one line. */
const VERDICT_LINE = PANEL.top - 5;

function panel(entry: ExpirySurface, time: number): string[] {
  const { fit, forward, quotes } = entry;
  const seconds = entry.expiry - time;
  const curve =
    fit.state === 'fitted' ? curveOf(fit, seconds / SECONDS_PER_YEAR, shownRange(entry)) : [];
  const days = seconds / 86_400;
  const date = new Date(entry.expiry * 1000).toISOString().slice(0, 10);
  const title = label(PANEL.left, 16, `${date}  (${days.toFixed(days < 10 ? 1 : 0)} days)`, {
    size: 13,
    bold: true,
  });
  const verdict =
    fit.state === 'fitted'
      ? label(
          PANEL.width - PANEL.right,
          VERDICT_LINE,
          `${quotes.used.length} quotes, median error ${(100 * fit.diagnostics.core.vol.median).toFixed(2)} pts`,
          { anchor: 'end', colour: MUTED, size: 10 },
        )
      : label(PANEL.width - PANEL.right, VERDICT_LINE, `refused: ${fit.reason}`, {
          anchor: 'end',
          colour: FIT,
          size: 10,
        });
  if (quotes.used.length === 0) return [title, verdict];
  const axes = axesOf(entry, curve);
  const path = curve.map(([k, vol]) => `${at(axes.x(k))},${at(axes.y(vol))}`).join(' ');
  return [
    title,
    verdict,
    ...frame(axes),
    ...quotes.used.flatMap((quote) => quoteMarks(quote, forward.forward, axes)),
    ...(curve.length === 0
      ? []
      : [`<polyline points="${path}" fill="none" stroke="${FIT}" stroke-width="1.6"/>`]),
  ];
}

function legend(x: number, y: number): string[] {
  return [
    line([x, y - 9], [x, y + 3], QUOTE, 3),
    label(x + 8, y, 'bid to ask (arrow: goes on)', { colour: MUTED }),
    `<circle cx="${at(x + 182)}" cy="${at(y - 4)}" r="2.4" fill="${MARK}"/>`,
    label(x + 190, y, 'mark', { colour: MUTED }),
    line([x + 232, y - 4], [x + 256, y - 4], FIT, 1.6),
    label(x + 262, y, 'fitted surface, as the engine prices it', { colour: MUTED }),
  ];
}

function block(underlying: ImportedUnderlying, time: number, top: number): string[] {
  const { chain, surface, repricing, market } = underlying;
  const { expiries } = surface;
  const fitted = expiries.filter(({ fit }) => fit.state === 'fitted');
  const errors = fitted.map(({ fit }) => (fit as FittedSlice).diagnostics.core.vol.median);
  const symbol = UNDERLYING_SYMBOLS[chain.underlying];
  const utc = new Date(time * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const summary =
    `index ${(Number(market.indexE4) / 1e4).toFixed(2)} USD, ` +
    `${fitted.length} of ${expiries.length} expiries fitted, ` +
    `median error ${(100 * median(errors)).toFixed(2)} vol points within two standard deviations, ` +
    `re-pricing error ${(100 * repricing.median).toFixed(4)} % of the forward (median)`;
  return [
    label(16, top + 22, `${symbol} implied volatility, ${utc} UTC`, { size: 17, bold: true }),
    label(16, top + 42, summary, { size: 12, colour: MUTED }),
    ...legend(COLUMNS * PANEL.width - 510, top + 22),
    ...expiries.map((entry, index) => {
      const x = (index % COLUMNS) * PANEL.width;
      const y = top + TITLE_HEIGHT + Math.floor(index / COLUMNS) * PANEL.height;
      return `<g transform="translate(${x} ${y})">\n${panel(entry, time).join('\n')}\n</g>`;
    }),
  ];
}

function heightOf({ surface }: ImportedUnderlying): number {
  return TITLE_HEIGHT + Math.ceil(surface.expiries.length / COLUMNS) * PANEL.height + 16;
}

/**
 * The market against the fit, one panel per expiry, underlyings below each other, as a complete SVG
 * document. `time` is the snapshot's, in unix seconds.
 */
export function surfacePicture(underlyings: readonly ImportedUnderlying[], time: number): string {
  const width = COLUMNS * PANEL.width + 8;
  const height = underlyings.reduce((sum, underlying) => sum + heightOf(underlying), 0);
  let top = 0;
  const blocks = underlyings.flatMap((underlying) => {
    const drawn = block(underlying, time, top);
    top += heightOf(underlying);
    return drawn;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...blocks,
    '</svg>',
    '',
  ].join('\n');
}
