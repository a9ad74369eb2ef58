// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

import { reasonOf } from '../../core/errors.ts';
import type { Judgement } from '../../receipt/browser.ts';
import { html } from './html.ts';

/** What was found in this tab: a list that moves on, or another view of the same proof, asks nothing again. */
const found = new Map<string, Judgement>();

/** Nothing plainly green: a proof that holds says nothing of a chain, and less under a development key. */
export function Verdict({ of }: { readonly of: Judgement }): VNode {
  const holds = of.verdict === 'holds' || of.verdict === 'valid';
  return html`<span role="status" class=${`verdict ${holds ? 'warn' : 'bad'}`}>
    ${holds ? '✓ ' : '▼ '}${of.sentence}
    ${of.notChecked.map((caveat) => html`<br /><span class="quiet">${caveat}</span>`)}
  </span>`;
}

/** A button that has a proof checked here, in the browser, and says what was found in its place. */
export function Verify(props: {
  /** Of what is checked: the same for the same proof. */
  readonly id: string;
  /** Of which proof, for whoever hears the button alone. */
  readonly label: string;
  readonly check: () => Promise<Judgement>;
}): VNode {
  const { id, label, check } = props;
  const [isAsked, setAsked] = useState(false);
  const [fault, setFault] = useState('');
  const judgement = found.get(id);
  if (judgement !== undefined) return html`<${Verdict} of=${judgement} />`;
  if (isAsked) return html`<span role="status">checking …</span>`;
  const verify = async (): Promise<void> => {
    setAsked(true);
    try {
      found.set(id, await check());
      setFault('');
    } catch (error) {
      setFault(reasonOf(error));
    }
    setAsked(false);
  };
  return html`<button type="button" aria-label=${`verify ${label}`} onClick=${() => void verify()}>
      verify
    </button>
    ${fault === '' ? null : html` <span class="warn verdict" role="status">${fault}</span>`}`;
}
