// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

import { reasonOf } from '../../core/errors.ts';
import { fieldIn, html, type FieldEvent } from './html.ts';
import { postJson, type Challenge } from './service-link.ts';

/** What a header can carry. */
const PRINTABLE = /^[\x21-\x7e]+$/;

/** Asks for a token: the operator has one, an owner signs for one with any wallet. */
export function SignIn(props: {
  readonly fault: string | undefined;
  onToken(token: string): void;
}): VNode {
  const { fault, onToken } = props;
  const [asked, setAsked] = useState<Challenge | undefined>(undefined);
  const [refusal, setRefusal] = useState<string | undefined>(undefined);
  const attempt = (work: Promise<void>): void => {
    setRefusal(undefined);
    work.catch((error: unknown) => setRefusal(reasonOf(error)));
  };
  const ask = async (owner: string): Promise<void> =>
    setAsked((await postJson('/challenges', { owner: owner.toLowerCase() })) as Challenge);
  const sign = async (signature: string): Promise<void> => {
    const { challenge } = asked!;
    const { token } = (await postJson('/sessions', { challenge, signature })) as { token: string };
    onToken(token);
  };
  return html`<main>
    <h1>Plimsoll</h1>
    <p>Accounts are shown to their owners and to the operator.</p>
    ${(refusal ?? fault) === undefined ? null : html`<p class="refusal" role="alert">${refusal ?? fault}</p>`}
    <section aria-labelledby="owner">
      <h2 id="owner">Owner</h2>
      <form
        onSubmit=${(event: FieldEvent) => {
          event.preventDefault();
          attempt(ask(fieldIn(event, 'address')));
        }}
      >
        <label
          >Address${' '}<input name="address" autocomplete="off" placeholder="0x…" required
        /></label>
        <button type="submit">Ask for a text to sign</button>
      </form>
      ${
        asked === undefined
          ? null
          : html`<form
              onSubmit=${(event: FieldEvent) => {
                event.preventDefault();
                attempt(sign(fieldIn(event, 'signature')));
              }}
            >
              <p>Sign this text with the account’s wallet; it moves nothing and serves once:</p>
              <pre id="challenge" tabindex="0">${asked.text}</pre>
              <label
                >Signature${' '}<input
                  name="signature"
                  autocomplete="off"
                  placeholder="0x…"
                  required
              /></label>
              <button type="submit">Show my accounts</button>
            </form>`
      }
    </section>
    <section aria-labelledby="operator">
      <h2 id="operator">Operator</h2>
      <form
        onSubmit=${(event: FieldEvent) => {
          event.preventDefault();
          const token = fieldIn(event, 'token');
          if (PRINTABLE.test(token)) onToken(token);
          else setRefusal('token: must be printable ASCII without spaces');
        }}
      >
        <label>Token${' '}<input name="token" type="password" autocomplete="off" required /></label>
        <button type="submit">Show the venue</button>
      </form>
    </section>
  </main>`;
}
