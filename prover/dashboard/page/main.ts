// SPDX-License-Identifier: GPL-3.0-or-later
import { render, type VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';

import { priceMarket } from '../../risk/pricing/market.ts';
import { formatFixed } from '../../model/format.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../model/types.ts';
import { readTickData, type TickData } from '../tick-data.ts';
import { venueView } from '../venue-view.ts';
import { AccountPage } from './account-page.ts';
import { html, type FieldEvent } from './html.ts';
import { MarketPage } from './market-page.ts';
import { localTime, utc } from './text.ts';
import { VenuePage } from './venue-page.ts';

type Route =
  | { readonly view: 'venue' }
  | { readonly view: 'market' }
  | { readonly view: 'account'; readonly index: number };

function routeOf(hash: string, accountCount: number): Route {
  const index = Number(/^#\/account\/(\d{1,8})$/.exec(hash)?.[1] ?? Number.NaN);
  if (index < accountCount) return { view: 'account', index };
  return { view: hash === '#/market' ? 'market' : 'venue' };
}

function Dashboard({ data }: { readonly data: TickData }): VNode {
  const { accounts, names, snapshot, parameters } = data;
  const market = useMemo(() => priceMarket(snapshot, parameters), [snapshot, parameters]);
  const view = useMemo(() => venueView(accounts, market), [accounts, market]);
  const [route, setRoute] = useState(routeOf(location.hash, accounts.length));
  const [wanted, setWanted] = useState('');
  useEffect(() => {
    const follow = (): void => {
      setRoute(routeOf(location.hash, accounts.length));
      scrollTo(0, 0);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [accounts.length]);
  const byName = (text: string): number =>
    /^\d+$/.test(text)
      ? Number(text)
      : accounts.findIndex((_, index) => names[index] === text.toLowerCase());
  const index = byName(wanted);
  const isKnown = index >= 0 && index < accounts.length;
  const link = (to: Route['view'], text: string): VNode =>
    html`<a href=${`#/${to}`} aria-current=${route.view === to ? 'page' : undefined}>${text}</a>`;
  const shown = (): VNode => {
    if (route.view === 'venue') return html`<${VenuePage} view=${view} data=${data} />`;
    if (route.view === 'market') return html`<${MarketPage} data=${data} />`;
    const { index: at } = route;
    return html`<${AccountPage}
      key=${at}
      index=${at}
      name=${names[at]}
      account=${accounts[at]!}
      market=${market}
    />`;
  };
  return html`<header>
      <nav aria-label="views">
        <strong>Plimsoll</strong> ${link('venue', 'Venue')} ${link('market', 'Market')}
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
        Tick of <time title=${localTime(snapshot.time)}>${utc(snapshot.time)}</time>,
        ${UNDERLYINGS.map(
          (u) => ` ${UNDERLYING_SYMBOLS[u]} ${formatFixed(snapshot.underlyings[u].indexE4, 4)},`,
        )}
        ${` ${accounts.length} accounts. Recalculated here by the model of the proofs; nothing is asked of anybody.`}
      </p>
    </header>
    ${shown()}`;
}

const data = readTickData(document.getElementById('tick')!.textContent);
const place = document.getElementById('page')!;
place.replaceChildren();
render(html`<${Dashboard} data=${data} />`, place);
