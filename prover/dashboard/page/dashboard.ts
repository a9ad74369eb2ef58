// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';

import { priceMarket } from '../../risk/pricing/market.ts';
import { formatFixed } from '../../model/format.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { TickData } from '../tick-data.ts';
import { venueView } from '../venue-view.ts';
import { AccountPage } from './account-page.ts';
import { html, moment, type FieldEvent } from './html.ts';
import { MarketPage, type MovingReply } from './market-page.ts';
import { VenuePage } from './venue-page.ts';

type Route =
  | { readonly view: 'venue' }
  | { readonly view: 'market' }
  | { readonly view: 'proofs' }
  | { readonly view: 'account'; readonly index: number };

function routeOf(hash: string): Route {
  const index = /^#\/account\/(\d{1,8})$/.exec(hash)?.[1];
  if (index !== undefined) return { view: 'account', index: Number(index) };
  if (hash === '#/market') return { view: 'market' };
  return { view: hash === '#/proofs' ? 'proofs' : 'venue' };
}

/** What a page of a service adds: how live it is, what only the chain knows, accounts that it can ask for. */
export interface LiveParts {
  readonly status: VNode;
  readonly chain: VNode;
  /** How the margin moves; null where it does not, a text where that is not known. */
  readonly moving: MovingReply | null | string;
  /** What was proven, as a view of its own. */
  readonly proofs: VNode;
  /** Has another account fetched; there is none of that number where it rejects. */
  fetchAccount(index: number): void;
}

/** An account that the page does not hold: a service is asked for it. */
function Missing(props: { readonly index: number; readonly live: LiveParts | undefined }): VNode {
  const { index, live } = props;
  useEffect(() => live?.fetchAccount(index), [index]);
  return html`<main>
    <h1>Account ${index}</h1>
    <p class="quiet" role="status">
      ${live === undefined ? 'is not in this ledger' : 'is asked for; only accounts of yours are shown'}
    </p>
  </main>`;
}

/** A tick in a file has no proofs: they are a service's. */
const NoProofs = (): VNode =>
  html`<main>
    <h1>Proofs</h1>
    <p class="quiet" role="status">
      are shown by the page of a service; this one holds a tick alone
    </p>
  </main>`;

const sizeOf = ({ accounts, part }: TickData): string =>
  part === undefined
    ? `${accounts.length} accounts`
    : part.of === 'owner'
      ? `${accounts.length} accounts of yours`
      : `the ${accounts.length} accounts nearest to maintenance, of ${part.ledgerAccounts}`;

export function Dashboard(props: {
  readonly data: TickData;
  readonly live?: LiveParts | undefined;
}): VNode {
  const { data, live } = props;
  const { accounts, names, snapshot, parameters, part } = data;
  const held = useMemo(
    () => new Map(accounts.map(({ index, account }) => [index, account])),
    [accounts],
  );
  const market = useMemo(() => priceMarket(snapshot, parameters), [snapshot, parameters]);
  const view = useMemo(() => venueView(accounts, market), [accounts, market]);
  const [route, setRoute] = useState(routeOf(location.hash));
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    const follow = (): void => {
      setRoute(routeOf(location.hash));
      scrollTo(0, 0);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const byName = (text: string): number =>
    /^\d+$/.test(text)
      ? Number(text)
      : (accounts.find(({ index }) => names[index] === text.toLowerCase())?.index ?? -1);
  const index = byName(wanted);
  const isKnown =
    held.has(index) || (part?.of === 'nearest' && index >= 0 && index < part.ledgerAccounts);
  const link = (to: Route['view'], text: string): VNode =>
    html`<a href=${`#/${to}`} aria-current=${route.view === to ? 'page' : undefined}>${text}</a>`;
  const shown = (): VNode => {
    if (route.view === 'venue') {
      return html`<${VenuePage} view=${view} data=${data} chain=${live?.chain} />`;
    }
    if (route.view === 'market') {
      return html`<${MarketPage} data=${data} moving=${live?.moving} />`;
    }
    if (route.view === 'proofs') return live?.proofs ?? html`<${NoProofs} />`;
    const { index: at } = route;
    const account = held.get(at);
    if (account === undefined) return html`<${Missing} index=${at} live=${live} />`;
    return html`<${AccountPage}
      key=${at}
      index=${at}
      name=${names[at]}
      account=${account}
      market=${market}
    />`;
  };
  return html`<header>
      <nav aria-label="views">
        <strong>Plimsoll</strong> ${link('venue', 'Venue')} ${link('market', 'Market')}
        ${live === undefined ? null : link('proofs', 'Proofs')}
        <form
          onSubmit=${(event: FieldEvent) => {
            event.preventDefault();
            if (isKnown) location.hash = `#/account/${index}`;
          }}
        >
          <label
            >Account${' '}
            <input
              id="go"
              value=${wanted}
              placeholder="number or name"
              autocomplete="off"
              aria-invalid=${wanted !== '' && !isKnown}
              onInput=${(event: FieldEvent) => setWanted(event.currentTarget.value.trim())}
          /></label>
          <button type="submit" disabled=${!isKnown}>Show</button>
        </form>
      </nav>
      <p>
        Tick of ${moment(snapshot.time)},
        ${UNDERLYINGS.map(
          (u) => ` ${UNDERLYING_SYMBOLS[u]} ${formatFixed(snapshot.underlyings[u].indexE4, 4)},`,
        )}
        ${` ${sizeOf(data)}. Recalculated here by the model of the proofs${live === undefined ? '; nothing is asked of anybody' : ''}.`}
      </p>
      ${live?.status}
    </header>
    ${shown()}`;
}
