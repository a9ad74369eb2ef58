// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';

import { Auctions } from './auctions-part.ts';
import { VerifyStored } from './account-proofs.ts';
import { Table, Tile, html, moment, shortHash } from './html.ts';
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
  readonly proof: { readonly settlementNonce: string; readonly tick: string } | null;
}

/** An entry of `/chain/liquidations`; amounts in E6 USD. */
export interface OpenedReply {
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
  readonly opened: readonly OpenedReply[] | string;
  /** For the operator alone. */
  readonly liquidations: readonly LiquidationReply[] | undefined;
}

const STATE_WORDS: Readonly<Record<string, string>> = {
  belowMaintenance: 'below maintenance',
  marginCall: 'margin call',
  inLiquidation: 'in liquidation',
  takenOver: 'taken over',
};
const stateText = (state: string): string => STATE_WORDS[state] ?? state;

/** Scenario 0 is the mark: nothing costs more than that. */
const scenarioText = (id: number): string => (id === 0 ? 'none' : `${id}`);

/** Rows of a table of what happened. */
const NEWEST = 20;

const timeCell = (seconds: string | null): unknown =>
  seconds === null ? '' : moment(BigInt(seconds));

/** Liquidations as the chain has them. */
function Opened({ opened }: { readonly opened: Beside['opened'] }): VNode {
  return html`<section aria-labelledby="opened">
    <h2 id="opened">Liquidations on chain</h2>
    ${
      typeof opened === 'string'
        ? html`<p class="quiet">${opened}</p>`
        : html`<${Table}
            caption=${`the ${Math.min(NEWEST, opened.length)} newest of ${opened.length}, in USD at the tick of the opening; open ones can be bid for or cured`}
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
            rows=${opened
              .slice(0, NEWEST)
              .map(({ opening, ...one }) => [
                html`<a href=${`#/account/${one.account}`}>${one.account}</a>`,
                one.settlementNonce,
                one.stage,
                opening?.tick ?? '',
                opening === null ? '' : cents(BigInt(opening.equityE6)),
                opening === null ? '' : cents(BigInt(opening.requirementE6)),
                opening === null ? '' : cents(BigInt(opening.reservedE6)),
                shortHash(one.openedIn),
              ])}
          />`
    }
  </section>`;
}

const worstText = ({ worstScenarios: worst }: LiquidationReply): string =>
  worst === null ? 'not known' : `BTC ${scenarioText(worst.btc)}, ETH ${scenarioText(worst.eth)}`;

/** Of one account: at which tick, by which scenarios, with what proof, and what its opening said on chain. */
export function WhyLiquidated(props: {
  readonly index: number;
  readonly beside: Beside;
  readonly token: string;
}): VNode | null {
  const { index, beside, token } = props;
  const fell = beside.liquidations?.filter(({ account }) => account === index) ?? [];
  const opened =
    typeof beside.opened === 'string'
      ? []
      : beside.opened.filter(({ account }) => account === `${index}`);
  if (fell.length === 0 && opened.length === 0) return null;
  return html`<section aria-labelledby="why">
    <h2 id="why">Why it is liquidated</h2>
    <ul>
      ${fell.map(
        (one) =>
          html`<li>
            ${stateText(one.to)}${one.ended === null ? '' : ', since recovered'}, at the tick of
            ${` `} ${timeCell(one.snapshotTime)}: equity ${usd(BigInt(one.equityE6))} below the
            maintenance margin of ${usd(BigInt(one.mmE6))}; the scenarios that cost most:
            ${worstText(one)};
            ${
              one.proof === null
                ? ' no proof yet'
                : html` proven,${' '}<${VerifyStored}
                      token=${token}
                      account=${index}
                      ...${one.proof}
                    />`
            }
          </li>`,
      )}
      ${opened.map(
        ({ stage, opening, openedIn, settlementNonce }) =>
          html`<li>
            on chain: ${stage}, nonce
            ${settlementNonce}${
              opening === null
                ? ''
                : `, opened at tick ${opening.tick}: equity ${usd(BigInt(opening.equityE6))}, maintenance margin ${usd(BigInt(opening.requirementE6))}`
            },
            in ${openedIn}
          </li>`,
      )}
    </ul>
  </section>`;
}

/** Who fell below maintenance and why, the newest first, and what stands to pay for it. */
export function ChainParts(props: { readonly beside: Beside; readonly token: string }): VNode {
  const { beside, token } = props;
  const { fund, opened, liquidations } = beside;
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
    <${Auctions} token=${token} tick=${beside} />
    <${Opened} opened=${opened} />
    ${
      liquidations === undefined
        ? null
        : html`<section aria-labelledby="liquidations">
            <h2 id="liquidations">Who fell below maintenance, and why</h2>
            <${Table}
              caption=${`the ${Math.min(NEWEST, liquidations.length)} newest of ${liquidations.length}, in USD at that tick`}
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
              rows=${liquidations
                .slice(0, NEWEST)
                .map((one) => [
                  html`<a href=${`#/account/${one.account}`}>${`${one.account}`}</a>`,
                  timeCell(one.snapshotTime),
                  stateText(one.from),
                  one.ended === null ? stateText(one.to) : `${stateText(one.to)}, since recovered`,
                  cents(BigInt(one.equityE6)),
                  cents(BigInt(one.mmE6)),
                  worstText(one),
                  one.proof === null ? 'none yet' : `made, nonce ${one.proof.settlementNonce}`,
                ])}
            />
          </section>`
    }`;
}
