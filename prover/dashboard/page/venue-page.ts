// SPDX-License-Identifier: GPL-3.0-or-later
import { useMemo, useState } from 'preact/hooks';
import type { VNode } from 'preact';

import { STATUSES } from '../../analysis/figures/report.ts';
import { formatFixed, instrumentName } from '../../model/format.ts';
import type { PricedMarket } from '../../risk/pricing/market.ts';
import type { TickData } from '../tick-data.ts';
import type { AccountRow, VenueView } from '../venue-view.ts';
import type { LiveParts } from './dashboard.ts';
import { LiquidationPrices } from './liquidation-prices-part.ts';
import { Table, Tile, html, type FieldEvent } from './html.ts';
import { STATUS_MARK, STATUS_TONE, cents, ratioText, usd } from './text.ts';

const PAGE_ROWS = 50;
const TOP_INSTRUMENTS = 20;

const titleOf = (index: number, names: TickData['names']): string =>
  names[index] === undefined ? `${index}` : `${index} ${names[index]}`;

function AccountList(props: {
  readonly rows: readonly AccountRow[];
  /** Of the ledger, of which the rows may be a part. */
  readonly accounts: number;
  readonly names: TickData['names'];
}): VNode {
  const { rows, accounts, names } = props;
  const [wanted, setWanted] = useState('');
  const [page, setPage] = useState(0);
  const found = useMemo(
    () => rows.filter(({ index, status }) => `${titleOf(index, names)} ${status}`.includes(wanted)),
    [rows, names, wanted],
  );
  const pages = Math.max(Math.ceil(found.length / PAGE_ROWS), 1);
  const at = Math.min(page, pages - 1);
  return html`<section aria-labelledby="accounts">
    <h2 id="accounts">Accounts, the furthest below maintenance first</h2>
    <p>
      <label
        >Find by number, name or state${' '}
        <input
          id="find"
          type="search"
          value=${wanted}
          onInput=${(event: FieldEvent) => {
            setWanted(event.currentTarget.value.trim().toLowerCase());
            setPage(0);
          }}
      /></label>
    </p>
    <${Table}
      caption=${
        accounts === rows.length
          ? `${found.length} of ${accounts} accounts, in USD`
          : `${found.length} of the ${rows.length} nearest of ${accounts} accounts, in USD; above, any other is shown by its number`
      }
      empty="none is found by that"
      columns=${[
        { title: 'account', isText: true },
        { title: 'state', isText: true },
        { title: 'equity' },
        { title: 'maintenance' },
        { title: 'initial' },
        { title: 'above maintenance' },
        { title: 'ratio' },
      ]}
      rows=${found
        .slice(at * PAGE_ROWS, (at + 1) * PAGE_ROWS)
        .map((row) => [
          html`<a href=${`#/account/${row.index}`}>${titleOf(row.index, names)}</a>`,
          `${STATUS_MARK[row.status]} ${row.status}`,
          cents(row.equityE6),
          cents(row.mmE6),
          cents(row.imE6),
          cents(row.excessMmE6),
          ratioText(row.ratioBps),
        ])}
    />
    <p>
      <button type="button" disabled=${at === 0} onClick=${() => setPage(at - 1)}>before</button>
      ${` page ${at + 1} of ${pages} `}
      <button type="button" disabled=${at === pages - 1} onClick=${() => setPage(at + 1)}>
        next
      </button>
    </p>
  </section>`;
}

export function VenuePage(props: {
  readonly view: VenueView;
  readonly data: TickData;
  readonly market: PricedMarket;
  /** What only a chain knows, where there is one to ask. */
  readonly chain?: VNode | undefined;
  readonly fetchPrices?: LiveParts['fetchPrices'] | undefined;
}): VNode {
  const { view, data, market, chain, fetchPrices } = props;
  return html`<main>
    <h1>Venue</h1>
    <dl class="tiles">
      ${STATUSES.toReversed().map(
        (status) =>
          html`<${Tile}
            id=${`count-${status.replaceAll(' ', '-')}`}
            label=${`${STATUS_MARK[status]} ${status}`}
            value=${`${view.counts[status]}`}
            tone=${view.counts[status] === 0 ? undefined : STATUS_TONE[status]}
          />`,
      )}
      <${Tile} id="equity" label="equity of accounts that have any" value=${usd(view.equityE6)} />
      <${Tile} id="mm" label="maintenance margin of all accounts" value=${usd(view.mmE6)} />
      <${Tile} id="im" label="initial margin of all accounts" value=${usd(view.imE6)} />
      <${Tile}
        id="deficit"
        label="deficits of bankrupt accounts"
        value=${usd(view.deficitE6)}
        tone=${view.deficitE6 > 0n ? 'bad' : undefined}
      />
    </dl>
    ${
      chain ??
      html`<p class="quiet">
        An exported tick: fund, reservations, auctions and proofs stand on chain, and are not part
        of it.
      </p>`
    }
    <${AccountList} rows=${view.rows} accounts=${view.accounts} names=${data.names} />
    <${LiquidationPrices} data=${data} market=${market} fetchPrices=${fetchPrices} />
    <section aria-labelledby="ratios">
      <h2 id="ratios">Maintenance margin as a share of equity</h2>
      <${Table}
        caption="accounts by margin ratio"
        columns=${[
          { title: 'ratio', isText: true },
          { title: 'accounts' },
          { title: 'maintenance margin, USD' },
        ]}
        rows=${view.buckets.map(({ name, accounts, mmE6 }) => [name, `${accounts}`, cents(mmE6)])}
      />
    </section>
    <section aria-labelledby="interest">
      <h2 id="interest">Open interest and concentration</h2>
      <${Table}
        caption=${`the ${Math.min(TOP_INSTRUMENTS, view.openInterest.length)} largest of ${view.openInterest.length} instruments`}
        columns=${[
          { title: 'instrument', isText: true },
          { title: 'contracts, long side' },
          { title: 'at the index, USD' },
          { title: 'holders' },
          { title: 'largest share of a side' },
        ]}
        rows=${view.openInterest
          .slice(0, TOP_INSTRUMENTS)
          .map(({ instrument, longLots, notionalE6, holders, largestBps }) => [
            instrumentName(instrument),
            formatFixed(longLots, 2),
            cents(notionalE6),
            `${holders}`,
            `${formatFixed(largestBps, 2)} %`,
          ])}
      />
    </section>
  </main>`;
}
