// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';

import { Table, html, moment } from './html.ts';
import { verifyStored } from './proof-verifier.ts';
import { ReceiptForm } from './receipt-form.ts';
import { fetchJson } from './service-link.ts';
import { StatementLog, type StatementsReply } from './statement-log.ts';
import { useAnswer } from './use-answer.ts';
import { Verify } from './verify.ts';

/** An entry of `/accounts/{n}/proofs`. */
interface AccountProof {
  readonly settlementNonce: string;
  readonly tick: string;
  readonly snapshotTime: string | null;
  readonly made: string;
}

/** The check of a proof that the service has of an account. */
export function VerifyStored(props: {
  readonly token: string;
  readonly account: number;
  readonly settlementNonce: string;
  /** The snapshot hash. */
  readonly tick: string;
}): VNode {
  const { token, account, settlementNonce, tick } = props;
  const id = `${account}/${settlementNonce}/${tick}`;
  return html`<${Verify}
    key=${id}
    id=${id}
    label=${`the proof of account ${account}`}
    check=${() => verifyStored(token, account, settlementNonce, tick)}
  />`;
}

/** What was proven about an account, each to be checked here, and a receipt for its owner. */
export function AccountProofs(props: {
  readonly token: string;
  readonly account: number;
  readonly owner: string;
  readonly statements: StatementsReply | string;
  /** Changes with every tick, which may bring proofs. */
  readonly tick: unknown;
}): VNode {
  const { token, account, owner, statements, tick } = props;
  const { answer, fault } = useAnswer(
    async () =>
      (await fetchJson(`/accounts/${account}/proofs`, token)) as {
        readonly proofs: readonly AccountProof[];
      },
    [token, account, tick],
  );
  return html`<section aria-labelledby="proofs">
    <h2 id="proofs">Proofs and receipts</h2>
    ${fault === '' ? null : html`<p class="refusal">${fault}</p>`}
    ${
      answer === undefined
        ? fault === ''
          ? html`<p class="quiet" aria-busy="true">asking…</p>`
          : null
        : html`<${Table}
            caption="proofs of the service that it may be liquidated, each checked here"
            empty="none"
            columns=${[
              { title: 'snapshot', isText: true },
              { title: 'nonce' },
              { title: 'made', isText: true },
              { title: 'verdict', isText: true },
            ]}
            rows=${answer.proofs.map((proof) => [
              proof.snapshotTime === null ? '–' : moment(BigInt(proof.snapshotTime)),
              proof.settlementNonce,
              moment(BigInt(Math.floor(Date.parse(proof.made) / 1000))),
              html`<${VerifyStored} token=${token} account=${account} ...${proof} />`,
            ])}
          />`
    }
    <h3>Taken on chain</h3>
    <${StatementLog} said=${statements} account=${account} />
    <${ReceiptForm} account=${account} owner=${owner} />
  </section>`;
}
