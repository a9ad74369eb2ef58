// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';

import { Table, Tile, html, moment } from './html.ts';
import { cents, usd } from './text.ts';

/** The answer of `/fund`; amounts in E6 USD, in decimal. */
export interface FundReply {
  readonly assetsE6: string;
  readonly bufferE6: string;
  readonly guaranteedE6: string;
  readonly reservedE6: string;
  readonly queuedE6: string;
  readonly freeE6: string;
  readonly uncoveredE6: string;
}

/** An entry of `/liquidations`. */
export interface LiquidationReply {
  readonly account: number;
  readonly snapshotTime: string | null;
  readonly from: string;
  readonly to: string;
  readonly equityE6: string;
  readonly mmE6: string;
  readonly worstScenarios: { readonly btc: number; readonly eth: number } | null;
  readonly ended: number | null;
  readonly proof: { readonly settlementNonce: string } | null;
}

/** An entry of `/chain/liquidations`; amounts in E6 USD. */
export interface Auction {
  readonly account: string;
  readonly settlementNonce: string;
  readonly stage: string;
  readonly openedIn: string;
  readonly opening: {
    readonly tick: string;
    readonly clock: string;
    readonly equityE6: string;
    readonly requirementE6: string;
    readonly reservedE6: string;
  } | null;
}

/** What is known beside the tick; a text says why something is not. */
export interface Beside {
  readonly fund: FundReply | string;
  readonly auctions: readonly Auction[] | string;
  /** For the operator alone. */
  readonly liquidations: readonly LiquidationReply[] | undefined;
}

const timeCell = (seconds: string | null): unknown =>
  seconds === null ? '' : moment(BigInt(seconds));

/** Liquidations as the chain has them, open ones for sale among them. */
function Auctions({ auctions }: { readonly auctions: Beside['auctions'] }): VNode {
  return html`<section aria-labelledby="auctions">
    <h2 id="auctions">Liquidations on chain</h2>
    ${
      typeof auctions === 'string'
        ? html`<p class="quiet">${auctions}</p>`
        : html`<${Table}
            caption="the newest first, in USD at the tick of the opening; open ones can be bid for or cured"
            empty="none yet"
            columns=${[
              { title: 'account', isText: true },
              { title: 'nonce' },
              { title: 'stage', isText: true },
              { title: 'tick' },
              { title: 'equity' },
              { title: 'maintenance' },
              { title: 'reserved of the fund' },
              { title: 'opened in', isText: true },
            ]}
            rows=${auctions.map(({ opening, ...one }) => [
              html`<a href=${`#/account/${one.account}`}>${one.account}</a>`,
              one.settlementNonce,
              one.stage,
              opening?.tick ?? '',
              opening === null ? '' : cents(BigInt(opening.equityE6)),
              opening === null ? '' : cents(BigInt(opening.requirementE6)),
              opening === null ? '' : cents(BigInt(opening.reservedE6)),
              one.openedIn,
            ])}
          />`
    }
  </section>`;
}

/** Who fell below maintenance and why, the newest first, and what stands to pay for it. */
export function ChainParts({ beside }: { readonly beside: Beside }): VNode {
  const { fund, auctions, liquidations } = beside;
  const tile = (id: keyof FundReply, label: string, isBad = false): VNode | null =>
    typeof fund === 'string'
      ? null
      : html`<${Tile}
          id=${id}
          label=${label}
          value=${usd(BigInt(fund[id]))}
          tone=${isBad && fund[id] !== '0' ? 'bad' : undefined}
        />`;
  return html`<section aria-labelledby="fund">
      <h2 id="fund">Insurance fund</h2>
      ${
        typeof fund === 'string'
          ? html`<p class="quiet">${fund}</p>`
          : html`<dl class="tiles">
              ${tile('assetsE6', 'depositors’ assets')} ${tile('bufferE6', 'first-loss buffer')}
              ${tile('reservedE6', 'reserved for liquidations')}
              ${tile('guaranteedE6', 'guaranteed to accounts')}
              ${tile('queuedE6', 'claims queued', true)} ${tile('freeE6', 'free')}
              ${tile('uncoveredE6', 'deficits that nobody covered', true)}
            </dl>`
      }
    </section>
    <${Auctions} auctions=${auctions} />
    ${
      liquidations === undefined
        ? null
        : html`<section aria-labelledby="liquidations">
            <h2 id="liquidations">Who fell below maintenance, and why</h2>
            <${Table}
              caption="the newest first, in USD at that tick"
              empty="nobody yet"
              columns=${[
                { title: 'account', isText: true },
                { title: 'tick', isText: true },
                { title: 'from', isText: true },
                { title: 'to', isText: true },
                { title: 'equity' },
                { title: 'maintenance' },
                { title: 'scenarios that cost most', isText: true },
                { title: 'proof', isText: true },
              ]}
              rows=${liquidations.map((one) => [
                html`<a href=${`#/account/${one.account}`}>${`${one.account}`}</a>`,
                timeCell(one.snapshotTime),
                one.from,
                one.ended === null ? one.to : `${one.to}, since recovered`,
                cents(BigInt(one.equityE6)),
                cents(BigInt(one.mmE6)),
                one.worstScenarios === null
                  ? ''
                  : `BTC ${one.worstScenarios.btc}, ETH ${one.worstScenarios.eth}`,
                one.proof === null ? 'none yet' : `made, nonce ${one.proof.settlementNonce}`,
              ])}
            />
          </section>`
    }`;
}
