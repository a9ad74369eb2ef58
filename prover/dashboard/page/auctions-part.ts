// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { bidNow, type AuctionRule, type ForSale } from '../auction-price.ts';
import { Table, html } from './html.ts';
import { fetchJson } from './service-link.ts';
import { cents, lasting } from './text.ts';
import { useAnswer } from './use-answer.ts';

/** While something is for sale its clock is asked for so often; prices fall in between. */
const AGAIN_MS = 5_000;
const SECOND_MS = 1_000;

/** The answer of `/auctions`. */
interface AuctionsReply extends AuctionRule {
  readonly auctions: readonly (ForSale & { readonly account: number })[];
}

interface Received {
  readonly reply: AuctionsReply;
  readonly at: number;
}

/** Open liquidations and what they cost now, second by second. */
export function Auctions(props: {
  readonly token: string;
  /** Changes with every tick, which may change what is for sale. */
  readonly tick: unknown;
}): VNode {
  const { token, tick } = props;
  const [now, setNow] = useState(Date.now());
  const [isOpen, setOpen] = useState(false);
  const { answer: received, fault } = useAnswer<Received>(
    async () => {
      const reply = (await fetchJson('/auctions', token)) as AuctionsReply;
      const at = Date.now();
      setOpen(reply.auctions.length > 0);
      setNow(at);
      return { reply, at };
    },
    [token, tick],
    isOpen ? AGAIN_MS : undefined,
  );
  useEffect(() => {
    if (!isOpen) return;
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, [isOpen]);
  const shown = (): VNode | null => {
    if (received === undefined) {
      return fault === '' ? html`<p class="quiet" aria-busy="true">asking…</p>` : null;
    }
    const { reply, at } = received;
    const secondsSince = BigInt(Math.max(Math.floor((now - at) / SECOND_MS), 0));
    const stands = reply.runsForSeconds === '0';
    return html`<p class="quiet">
        ${
          reply.auctions.length === 0
            ? 'Nothing is for sale.'
            : `Prices fall for ${lasting(BigInt(reply.rampSeconds))} by the market clock, from gross equity to a floor of −${reply.incentiveBps / 100} % of the maintenance margin, below any gross deficit.`
        }
        ${stands && reply.auctions.length > 0 ? html`<strong> ▼ The market clock stands: prices do not fall now.</strong>` : ''}
      </p>
      ${
        reply.auctions.length === 0
          ? null
          : html`<${Table}
              caption="open liquidations, in USD; what a bidder escrows is the price and the top-up, which stays in the account"
              columns=${[
                { title: 'account', isText: true },
                { title: 'price now' },
                { title: 'top-up to initial' },
                { title: 'a bidder pays now' },
                { title: 'for sale since' },
                { title: 'falls for another' },
                { title: 'ends in' },
                { title: 'gross equity' },
                { title: 'the fund can pay' },
              ]}
              rows=${reply.auctions.map((auction) => {
                const bid = bidNow(reply, auction, secondsSince);
                return [
                  html`<a href=${`#/account/${auction.account}`}>${`${auction.account}`}</a>`,
                  bid === undefined ? 'no ledger has the Freeze yet' : cents(bid.priceE6),
                  cents(BigInt(auction.topUpE6)),
                  bid === undefined ? '–' : cents(bid.paymentE6),
                  bid === undefined ? '–' : lasting(bid.elapsed),
                  bid === undefined ? '–' : lasting(bid.rampLeft),
                  bid?.endsIn === undefined ? '–' : lasting(bid.endsIn),
                  cents(BigInt(auction.grossEquityE6)),
                  cents(BigInt(auction.backedE6)),
                ];
              })}
            />`
      }`;
  };
  return html`<section aria-labelledby="for-sale">
    <h2 id="for-sale">For sale now</h2>
    ${fault === '' ? null : html`<p class="quiet">${received === undefined ? fault : `${fault}; below is what was known`}</p>`}
    ${shown()}
  </section>`;
}
