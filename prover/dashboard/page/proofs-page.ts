// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';

import { formatFixed } from '../../model/format.ts';
import { VerifyStored } from './account-proofs.ts';
import { Table, html, moment } from './html.ts';
import { StatementLog, StatementPlaces, type StatementsReply } from './statement-log.ts';

/** An entry of `/proofs`. */
export interface ProofReply {
  readonly account: number;
  readonly settlementNonce: string;
  readonly tick: string;
  readonly snapshotTime: string | null;
  readonly made: string;
  /** From its tick to the proof stored. */
  readonly latencyMs: number | null;
  readonly stage: string | null;
  readonly openingGas: string | null;
}

/** What the service itself proved: that accounts may be liquidated. */
function Stored(props: {
  readonly proofs: readonly ProofReply[] | undefined;
  readonly token: string;
}): VNode {
  const { proofs, token } = props;
  if (proofs === undefined) {
    return html`<p class="quiet" role="status">
      of all accounts they are shown to the operator alone; yours are in the view of each account
    </p>`;
  }
  return html`<${Table}
    caption="statement liquidation, the newest first"
    empty="none yet"
    columns=${[
      { title: 'account', isText: true },
      { title: 'nonce' },
      { title: 'snapshot', isText: true },
      { title: 'made', isText: true },
      { title: 'after its tick, s' },
      { title: 'on chain', isText: true },
      { title: 'gas of the opening' },
      { title: 'verdict', isText: true },
    ]}
    rows=${proofs.map((proof) => [
      html`<a href=${`#/account/${proof.account}`}>${`${proof.account}`}</a>`,
      proof.settlementNonce,
      proof.snapshotTime === null ? '' : moment(BigInt(proof.snapshotTime)),
      moment(BigInt(Math.floor(Date.parse(proof.made) / 1000))),
      proof.latencyMs === null ? '–' : (proof.latencyMs / 1000).toFixed(2),
      proof.stage ?? 'not opened',
      proof.openingGas === null ? '–' : formatFixed(BigInt(proof.openingGas), 0),
      html`<${VerifyStored}
        token=${token}
        account=${proof.account}
        settlementNonce=${proof.settlementNonce}
        tick=${proof.tick}
      />`,
    ])}
  />`;
}

/** Every statement that the service proved, and those that contracts took; each can be checked here, in the browser. */
export function ProofsPage(props: {
  readonly proofs: readonly ProofReply[] | undefined;
  readonly statements: StatementsReply | string;
  readonly token: string;
}): VNode {
  const { proofs, statements, token } = props;
  return html`<main>
    <h1>Proofs</h1>
    <p class="quiet">
      Each is checked here, in this browser, under the keys that the service publishes at ${' '}<a
        href="/keys"
        >/keys</a
      >: compare them with the venue’s verifiers.
    </p>
    <p>
      <a href="/page/receipt">Check a receipt</a> that somebody has shown you, in your browser too.
    </p>
    <section aria-labelledby="stored">
      <h2 id="stored">Proven by the service</h2>
      <${Stored} proofs=${proofs} token=${token} />
    </section>
    <section aria-labelledby="taken">
      <h2 id="taken">Taken on chain</h2>
      <${StatementLog} said=${statements} />
      ${typeof statements === 'string' ? null : html`<${StatementPlaces} said=${statements} />`}
    </section>
  </main>`;
}
