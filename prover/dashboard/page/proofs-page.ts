// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

import { reasonOf } from '../../core/errors.ts';
import type { Judgement } from '../../receipt/browser.ts';
import { formatFixed } from '../../model/format.ts';
import { Table, html, moment } from './html.ts';
import { verifyProof } from './proof-verifier.ts';

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

type Asked = Judgement | 'checking' | { readonly failed: string };

const keyOf = ({ account, settlementNonce, tick }: ProofReply): string =>
  `${account}/${settlementNonce}/${tick}`;

/** Nothing plainly green: a proof that holds says nothing of a chain, and less under a development key. */
function verdict(asked: Asked): VNode {
  if (asked === 'checking') return html`<span role="status">checking …</span>`;
  if ('failed' in asked) return html`<span class="warn" role="status">${asked.failed}</span>`;
  const holds = asked.verdict === 'holds';
  return html`<span role="status" class=${holds ? 'warn' : 'bad'}>
    ${holds ? '✓ ' : '▼ '}${asked.sentence}
    ${asked.notChecked.map((caveat) => html`<br /><span class="quiet">${caveat}</span>`)}
  </span>`;
}

const Receipts = (): VNode =>
  html`<p>
    <a href="/page/receipt">Check a receipt</a> that somebody has shown you, in your browser too.
  </p>`;

/** Every proof that the service made, the newest first; each can be checked here, in the browser. */
export function ProofsPage(props: {
  readonly proofs: readonly ProofReply[] | undefined;
  readonly token: string;
}): VNode {
  const { proofs, token } = props;
  const [asked, setAsked] = useState<ReadonlyMap<string, Asked>>(new Map());
  if (proofs === undefined) {
    return html`<main>
      <h1>Proofs</h1>
      <p class="quiet" role="status">are shown to the operator alone</p>
      <${Receipts} />
    </main>`;
  }
  const verify = async (proof: ProofReply): Promise<void> => {
    const note = (outcome: Asked): void =>
      setAsked((known) => new Map(known).set(keyOf(proof), outcome));
    note('checking');
    try {
      const { account: accountIndex, settlementNonce, tick } = proof;
      const wanted = {
        accountIndex,
        settlementNonce: BigInt(settlementNonce),
        snapshotHash: BigInt(tick),
      };
      note(await verifyProof(token, wanted));
    } catch (error) {
      note({ failed: reasonOf(error) });
    }
  };
  return html`<main>
    <h1>Proofs</h1>
    <p class="quiet">
      That accounts may be liquidated, the newest first. Each is checked here, in this browser,
      under the keys that the service publishes at <a href="/keys">/keys</a>: compare them with the
      venue’s verifiers.
    </p>
    <${Receipts} />
    <${Table}
      caption="statement liquidation"
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
      rows=${proofs.map((proof) => {
        const outcome = asked.get(keyOf(proof));
        return [
          html`<a href=${`#/account/${proof.account}`}>${`${proof.account}`}</a>`,
          proof.settlementNonce,
          proof.snapshotTime === null ? '' : moment(BigInt(proof.snapshotTime)),
          moment(BigInt(Math.floor(Date.parse(proof.made) / 1000))),
          proof.latencyMs === null ? '–' : (proof.latencyMs / 1000).toFixed(2),
          proof.stage ?? 'not opened',
          proof.openingGas === null ? '–' : formatFixed(BigInt(proof.openingGas), 0),
          outcome === undefined
            ? html`<button
                type="button"
                aria-label=${`verify the proof of account ${proof.account}`}
                onClick=${() => void verify(proof)}
              >
                verify
              </button>`
            : verdict(outcome),
        ];
      })}
    />
  </main>`;
}
