// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';

import { priceMarket } from '../../risk/pricing/market.ts';
import { formatAddress, formatFixed } from '../../model/format.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { PriceRung } from '../liquidation-prices.ts';
import type { TickData } from '../tick-data.ts';
import { venueView } from '../venue-view.ts';
import { AccountPage } from './account-page.ts';
import { html, moment, type FieldEvent } from './html.ts';
import { MarketPage } from './market-page.ts';
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
  readonly market: VNode;
  /** What was proven, as a view of its own. */
  readonly proofs: VNode;
  /** Why an account was liquidated, where that is known. */
  why(index: number): VNode;
  /** What was proven about an account, and how its owner gets a receipt. */
  proofsOf(index: number, owner: string): VNode;
  /** Has another account fetched. */
  fetchAccount(index: number): void;
  /** Asks who would be below maintenance after moves, of a ledger that is not recalculated here. */
  fetchPrices(): Promise<readonly PriceRung[]>;
}

/** An account that the page does not hold: a service is asked for it. */
function Missing(props: {
  readonly index: number;
  readonly part: TickData['part'];
  readonly live: LiveParts | undefined;
}): VNode {
  const { index, part, live } = props;
  const isAsked = part?.of === 'asked' && index < part.ledgerAccounts;
  useEffect(() => {
    if (isAsked) live?.fetchAccount(index);
  }, [index, isAsked]);
  const why = part?.of === 'owner' ? 'is not one of yours' : 'is not in this ledger';
  return html`<main>
    <h1>Account ${index}</h1>
    <p class="quiet" role="status" aria-busy=${isAsked}>${isAsked ? 'is asked for…' : why}</p>
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

function sizeOf({ accounts, part }: TickData): string {
  const count = part?.of === 'asked' ? part.ledgerAccounts : accounts.length;
  return `${count} account${count === 1 ? '' : 's'}${part?.of === 'owner' ? ' of yours' : ''}`;
}

const madeBy = ({ venue }: TickData): string =>
  venue === undefined
    ? 'Recalculated here by the model of the proofs'
    : 'The venue as its service has it; an account is recalculated here by the model of the proofs';

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
  const view = useMemo(
    () => data.venue ?? venueView(accounts, market),
    [data.venue, accounts, market],
  );
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
    held.has(index) || (part?.of === 'asked' && index >= 0 && index < part.ledgerAccounts);
  const link = (to: Route['view'], text: string): VNode =>
    html`<a href=${`#/${to}`} aria-current=${route.view === to ? 'page' : undefined}>${text}</a>`;
  const shown = (): VNode => {
    if (route.view === 'venue') {
      return html`<${VenuePage}
        view=${view}
        data=${data}
        market=${market}
        chain=${live?.chain}
        fetchPrices=${live?.fetchPrices}
      />`;
    }
    if (route.view === 'market') {
      return html`<${MarketPage} data=${data} beside=${live?.market} />`;
    }
    if (route.view === 'proofs') return live?.proofs ?? html`<${NoProofs} />`;
    const { index: at } = route;
    const account = held.get(at);
    if (account === undefined) return html`<${Missing} index=${at} part=${part} live=${live} />`;
    return html`<${AccountPage}
      key=${at}
      index=${at}
      name=${names[at]}
      account=${account}
      market=${market}
      why=${live?.why(at)}
      proofs=${live?.proofsOf(at, formatAddress(account.owner))}
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
        ${` ${sizeOf(data)}. ${madeBy(data)}${live === undefined ? '; nothing is asked of anybody' : ''}.`}
      </p>
      ${live?.status}
    </header>
    ${shown()}`;
}
