// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { reasonOf } from '../../core/errors.ts';
import type { TickData } from '../tick-data.ts';
import {
  ChainParts,
  WhyLiquidated,
  type Beside,
  type FundReply,
  type LiquidationReply,
  type OpenedReply,
} from './chain-parts.ts';
import { Dashboard } from './dashboard.ts';
import { html } from './html.ts';
import type { CoverageReply } from './coverage-part.ts';
import type { SourcesReply } from './sources-part.ts';
import { MarketParts, type MarketBeside, type MovingReply } from './market-parts.ts';
import { AccountProofs } from './account-proofs.ts';
import { ProofsPage, type ProofReply } from './proofs-page.ts';
import { Refused, fetchJson, fetchPrices, fetchTick } from './service-link.ts';
import { SignIn } from './sign-in.ts';
import type { StatementsReply } from './statement-log.ts';

/** Kept for as long as the tab: a reload shows the same, another tab asks again. */
const TOKEN = 'plimsoll-token';
/** A browser tries again by itself when a stream breaks off, but not when it was refused. */
const AGAIN_MS = 5_000;
const SECOND_MS = 1_000;

/** Of the answer of `/tick`. */
interface Standing {
  readonly halted: boolean | null;
  readonly fault: string | null;
}

interface AllBeside extends Beside, MarketBeside {
  readonly standing: Standing;
  readonly proofs: readonly ProofReply[] | undefined;
  readonly statements: StatementsReply | string;
}

async function fetchBeside(token: string): Promise<AllBeside> {
  const [standing, fund, opened, moving, coverage, sources, liquidations, proofs, statements] =
    await Promise.all([
      fetchJson('/tick').then(
        (reply) => reply as Standing,
        () => ({ halted: null, fault: null }),
      ),
      fetchJson('/fund').then((reply) => reply as FundReply, reasonOf),
      fetchJson('/chain/liquidations').then(
        (reply) => (reply as { liquidations: OpenedReply[] }).liquidations,
        reasonOf,
      ),
      fetchJson('/margin-state').then(
        (reply) => (reply as { state: MovingReply | null }).state,
        reasonOf,
      ),
      fetchJson('/coverage').then((reply) => reply as CoverageReply, reasonOf),
      fetchJson('/sources', token).then((reply) => reply as SourcesReply, reasonOf),
      fetchJson('/liquidations', token).then(
        (reply) => (reply as { liquidations: LiquidationReply[] }).liquidations.toReversed(),
        () => undefined,
      ),
      fetchJson('/proofs', token).then(
        (reply) => (reply as { proofs: ProofReply[] }).proofs,
        () => undefined,
      ),
      fetchJson('/statements').then((reply) => reply as StatementsReply, reasonOf),
    ]);
  return { standing, fund, opened, moving, coverage, sources, liquidations, proofs, statements };
}

/** How old a tick is to whoever looks, once a second. */
function Age({ since }: { readonly since: number }): VNode {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  return html`<span>${`${Math.max(Math.round((now - since) / SECOND_MS), 0)} s ago`}</span>`;
}

interface Shown {
  readonly data: TickData;
  readonly beside: AllBeside;
  readonly at: number;
}

/** The page of a service: whatever is published is fetched, and what was shown stays until then. */
export function LivePage(): VNode {
  const [token, setToken] = useState(sessionStorage.getItem(TOKEN));
  const [shown, setShown] = useState<Shown | undefined>(undefined);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [isLinked, setLinked] = useState(false);
  const [wanted, setWanted] = useState<number | undefined>(undefined);
  // Of answers that overtake each other the one asked for last is shown.
  const asked = useRef(0);

  const refresh = useCallback(async (): Promise<void> => {
    if (token === null) return;
    const own = (asked.current += 1);
    try {
      const asking = fetchBeside(token);
      const data = await fetchTick(token, wanted);
      const at = Date.now();
      if (own !== asked.current) return;
      // A tick waits for nothing that stands beside it: what was said of the one before stays until then.
      setShown((before) => before && { ...before, data, at });
      const beside = await asking;
      if (own !== asked.current) return;
      setShown({ data, beside, at });
      setFault(undefined);
    } catch (error) {
      if (own !== asked.current) return;
      setFault(reasonOf(error));
      if (error instanceof Refused && error.status === 401) {
        sessionStorage.removeItem(TOKEN);
        setToken(null);
        setShown(undefined);
      }
    }
  }, [token, wanted]);

  useEffect(() => {
    if (token === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let events: EventSource;
    const open = (): void => {
      events = new EventSource('/page/events');
      events.onopen = () => setLinked(true);
      events.addEventListener('published', () => void refresh());
      events.onerror = () => {
        setLinked(false);
        if (events.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
      };
    };
    void refresh();
    open();
    return () => {
      clearTimeout(timer);
      events.close();
    };
  }, [token, refresh]);

  if (token === null) {
    const onToken = (given: string): void => {
      sessionStorage.setItem(TOKEN, given);
      setFault(undefined);
      setToken(given);
    };
    return html`<${SignIn} fault=${fault} onToken=${onToken} />`;
  }
  const leave = (): void => {
    sessionStorage.removeItem(TOKEN);
    setShown(undefined);
    setToken(null);
  };
  const state = isLinked
    ? html`<span class="good">✓ live</span>`
    : html`<span class="bad"
        >▼ the connection is lost; trying again. Below is what was known</span
      >`;
  const status = html`<p role="status" id="live">
    ${state}${shown === undefined ? '' : html`, received <${Age} since=${shown.at} />`}
    ${fault === undefined ? '' : html`<span class="refusal">${`: ${fault}`}</span>`}${' '}
    ${shown?.beside.standing.halted === true ? html`<strong class="bad">▼ The market is halted: only cures are taken, and these are the figures of its last tick.</strong> ` : ''}
    ${
      (shown?.beside.standing.fault ?? null) === null
        ? ''
        : html`<strong class="bad"
            >▼ The service does not follow its chain: ${shown!.beside.standing.fault}.</strong
          > `
    }
    <button type="button" onClick=${leave}>Sign out</button>
  </p>`;
  if (shown === undefined) {
    return html`<main>
      <h1>Plimsoll</h1>
      <p aria-busy=${fault === undefined}>
        ${fault === undefined ? 'Loading…' : 'Nothing to show yet.'}
      </p>
      ${status}
    </main>`;
  }
  return html`<${Dashboard}
    data=${shown.data}
    live=${{
      status,
      chain: html`<${ChainParts} beside=${shown.beside} token=${token} />`,
      market: html`<${MarketParts} beside=${shown.beside} />`,
      proofs: html`<${ProofsPage}
        proofs=${shown.beside.proofs}
        statements=${shown.beside.statements}
        token=${token}
      />`,
      why: (index: number) =>
        html`<${WhyLiquidated} index=${index} beside=${shown.beside} token=${token} />`,
      proofsOf: (index: number, owner: string) =>
        html`<${AccountProofs}
          key=${`proofs-${index}`}
          token=${token}
          account=${index}
          owner=${owner}
          statements=${shown.beside.statements}
          tick=${shown.beside}
        />`,
      fetchAccount: setWanted,
      fetchPrices: () => fetchPrices(token),
    }}
  />`;
}
