// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';

import type { QuotesDocument } from '../../documents/quotes-document.ts';
import { formatUtc } from '../../model/format.ts';
import {
  UNDERLYING_SYMBOLS,
  type LiveSlice,
  type MarketSnapshot,
  type UnderlyingId,
} from '../../model/types.ts';
import { quotedSmiles, volAt, type QuotedSmile } from '../quotes-view.ts';
import { Chart } from './chart.ts';
import { Table, html, type FieldEvent } from './html.ts';

const POINTS = 121;
/** Beyond the quotes, as a share of their range. */
const BEYOND = 0.1;

const points = (vol: number): string => vol.toFixed(2);
const signed = (vol: number): string => `${vol > 0 ? '+' : ''}${vol.toFixed(2)}`;

/** The fit as a line through bids, marks and asks of one expiry. */
function Picture(props: {
  readonly smile: QuotedSmile;
  readonly time: bigint;
  readonly symbol: string;
}): VNode {
  const { smile, time, symbol } = props;
  const [xs, lines] = useMemo(() => {
    const { rows, slice } = smile;
    const [low, high] = [rows[0]!.k, rows.at(-1)!.k];
    const [from, span] = [low - BEYOND * (high - low), (1 + 2 * BEYOND) * (high - low)];
    const grid = Array.from({ length: POINTS }, (_, at) => from + (span * at) / (POINTS - 1));
    const byK = new Map(rows.map((row) => [row.k, row]));
    const ks = [...new Set([...grid, ...byK.keys()])].sort((one, other) => one - other);
    const marks = (of: 'bid' | 'quote' | 'ask') => ks.map((k) => byK.get(k)?.[of] ?? null);
    return [
      ks,
      [
        { label: 'fit', values: ks.map((k) => volAt(slice, time, k)) },
        { label: 'bid', values: marks('bid'), isMarks: true, tone: 'quiet' as const },
        { label: 'quote', values: marks('quote'), isMarks: true },
        { label: 'ask', values: marks('ask'), isMarks: true, tone: 'quiet' as const },
      ],
    ] as const;
  }, [smile, time]);
  return html`<${Chart}
    says=${`${symbol} ${formatUtc(smile.slice.expiry)}: quotes and fit; the table below has their values`}
    xLabel="ln(strike / forward)"
    yLabel="implied volatility, %"
    xs=${xs}
    lines=${lines}
    digits=${2}
  />`;
}

/** What the smiles were fitted to, expiry by expiry, with what the fit is off by. */
export function Quotes(props: {
  readonly quotes: QuotesDocument | undefined;
  readonly snapshot: MarketSnapshot;
  readonly slices: readonly LiveSlice[];
  readonly u: UnderlyingId;
}): VNode {
  const { quotes, snapshot, slices, u } = props;
  const symbol = UNDERLYING_SYMBOLS[u];
  const own = quotes?.underlyings.find((one) => one.symbol === symbol);
  const smiles = useMemo(
    () => (own === undefined ? [] : quotedSmiles(slices, snapshot.time, own.expiries)),
    [slices, snapshot.time, own],
  );
  const [wanted, setWanted] = useState('');
  if (smiles.length === 0) {
    return html`<p class="quiet" id=${`quotes-${u}`}>
      Quotes and residuals of the fit: not published with this tick. They are no part of a snapshot;
      whoever makes one can publish them beside it (docs/dashboard.md).
    </p>`;
  }
  const shown = smiles.find(({ slice }) => `${slice.expiry}` === wanted) ?? smiles[0]!;
  return html`<${Table}
      caption="quotes beside the fit, as whoever made the snapshot published them; nobody signed them. Residual: fit less quote, in volatility points"
      columns=${[
        { title: 'expiry, UTC', isText: true },
        { title: 'quotes' },
        { title: 'residual, rms' },
        { title: 'largest' },
        { title: 'at strike, USD' },
      ]}
      rows=${smiles.map(({ slice, rows, rms, worst }) => [
        formatUtc(slice.expiry),
        `${rows.length}`,
        points(rms),
        signed(worst.residual),
        `${worst.strike}`,
      ])}
    />
    <p id=${`quotes-${u}`}>
      <label
        >Quotes of${' '}
        <select
          name=${`quotes-${u}`}
          onChange=${(event: FieldEvent) => setWanted(event.currentTarget.value)}
        >
          ${smiles.map(
            ({ slice }) =>
              html`<option value=${`${slice.expiry}`} selected=${slice === shown.slice}>
                ${formatUtc(slice.expiry)}
              </option>`,
          )}
        </select></label
      >
    </p>
    <${Picture} smile=${shown} time=${snapshot.time} symbol=${symbol} />
    <${Table}
      caption=${`${symbol} ${formatUtc(shown.slice.expiry)}, volatilities in %`}
      columns=${[
        { title: 'strike, USD' },
        { title: 'ln(strike / forward)' },
        { title: 'bid' },
        { title: 'quote' },
        { title: 'ask' },
        { title: 'fit' },
        { title: 'residual' },
      ]}
      rows=${shown.rows.map(({ strike, k, bid, quote, ask, fit, residual }) => [
        `${strike}`,
        k.toFixed(4),
        points(bid),
        points(quote),
        points(ask),
        points(fit),
        signed(residual),
      ])}
    />`;
}
