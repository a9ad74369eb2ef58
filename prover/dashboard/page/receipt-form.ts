// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

import { reasonOf } from '../../core/errors.ts';
import type { Judgement } from '../../receipt/browser.ts';
import { fieldIn, html, type FieldEvent } from './html.ts';
import { verifyReceipt } from './proof-verifier.ts';
import { postJson, type Challenge } from './service-link.ts';
import { Verdict } from './verify.ts';

interface Made {
  readonly receipt: string;
  readonly judgement: Judgement;
}

/** An exact receipt of an account for whoever signs for it, checked here before it is handed over. */
export function ReceiptForm(props: {
  readonly account: number;
  /** The owner's address, which alone can sign. */
  readonly owner: string;
}): VNode {
  const { account, owner } = props;
  const [answers, setAnswers] = useState('');
  const [asked, setAsked] = useState<Challenge | undefined>(undefined);
  const [made, setMade] = useState<Made | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setFault('');
    try {
      await work();
    } catch (error) {
      setFault(reasonOf(error));
    }
    setBusy(false);
  };
  const ask = async (): Promise<void> => {
    const receipt = { account, ...(answers === '' ? {} : { answers }) };
    setMade(undefined);
    setAsked((await postJson('/challenges', { owner: owner.toLowerCase(), receipt })) as Challenge);
  };
  const make = async (signature: string): Promise<void> => {
    const { challenge } = asked!;
    const reply = await postJson(`/accounts/${account}/receipts`, { challenge, signature });
    const receipt = JSON.stringify((reply as { readonly receipt: unknown }).receipt, null, 2);
    // What was signed serves once.
    setAsked(undefined);
    setMade({ receipt, judgement: await verifyReceipt(receipt, answers) });
  };
  return html`<h3 id="receipt">A receipt of this account</h3>
    <p class="quiet">
      The owner’s wallet signs for it. It says what the account has and needs at the newest tick on
      chain, to whom it is shown; <a href="/page/receipt">the page of receipts</a> checks it, on a
      chain too.
    </p>
    <form
      onSubmit=${(event: FieldEvent) => {
        event.preventDefault();
        void attempt(asked === undefined ? ask : async () => make(fieldIn(event, 'signature')));
      }}
    >
      ${
        asked === undefined
          ? html`<p>
              <label
                >Challenge of whoever it is for, if they gave one${' '}
                <input
                  name="answers"
                  autocomplete="off"
                  value=${answers}
                  onInput=${(event: FieldEvent) => setAnswers(event.currentTarget.value.trim())}
              /></label>
              <button type="submit" disabled=${isBusy}>Ask for a text to sign</button>
            </p>`
          : html`<pre id="receipt-text" tabindex="0">${asked.text}</pre>
              <p>
                <label
                  >Signature${' '}<input
                    name="signature"
                    autocomplete="off"
                    placeholder="0x…"
                    required
                /></label>
                <button type="submit" disabled=${isBusy}>Make the receipt</button>
              </p>`
      }
    </form>
    <div aria-live="polite" id="receipt-made">
      ${isBusy ? html`<p class="quiet">at work; a proof takes seconds …</p>` : null}
      ${fault === '' ? null : html`<p class="refusal">✕ ${fault}</p>`}
      ${
        made === undefined
          ? null
          : html`<p><${Verdict} of=${made.judgement} /></p>
              <p>
                <a
                  download=${`receipt-${account}.json`}
                  href=${`data:application/json,${encodeURIComponent(made.receipt)}`}
                  >Keep the receipt as a file</a
                >
              </p>`
      }
    </div>`;
}
