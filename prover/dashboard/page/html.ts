// SPDX-License-Identifier: GPL-3.0-or-later
import htm from 'htm';
import { h, type VNode } from 'preact';

import { localTime, utc } from './text.ts';

/** Templates instead of JSX: nothing is compiled, and no text of the data is ever markup. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode;

/** A moment in UTC; what a reader's own clock says stands in its title. */
export const moment = (seconds: bigint): VNode =>
  html`<time title=${localTime(seconds)}>${utc(seconds)}</time>`;

/** Few characters of a hash; its title has all of it. */
export const shortHash = (hash: string): VNode =>
  html`<span title=${hash}>${hash.slice(0, 10)}…${hash.slice(-6)}</span>`;

/** What a field tells when it changes. */
export interface FieldEvent {
  readonly currentTarget: HTMLInputElement;
  preventDefault(): void;
}

/** What a field of a form holds as it is sent off. */
export const fieldIn = (event: FieldEvent, name: string): string =>
  String(new FormData(event.currentTarget as unknown as HTMLFormElement).get(name)).trim();

export interface Column {
  readonly title: string;
  /** Text is aligned left, numbers right. */
  readonly isText?: boolean;
}

/** Rows of a table; a caption says what it is to whoever cannot see where it stands. */
export function Table(props: {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly unknown[])[];
  readonly empty?: string;
}): VNode {
  const { caption, columns, rows, empty = 'nothing' } = props;
  if (rows.length === 0) return html`<p class="quiet">${caption}: ${empty}</p>`;
  const kind = (column: number): string => (columns[column]?.isText === true ? 'text' : 'number');
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ title }, at) => html`<th scope="col" class=${kind(at)}>${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, at) =>
                at === 0
                  ? html`<th scope="row" class=${kind(at)}>${cell}</th>`
                  : html`<td class=${kind(at)}>${cell}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** A figure that is looked for first. `id` is for links and tests. */
export function Tile(props: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly note?: string | undefined;
  readonly tone?: 'good' | 'warn' | 'bad' | undefined;
}): VNode {
  const { id, label, value, note, tone } = props;
  return html`<div class=${`tile ${tone ?? ''}`} id=${id}>
    <dt>${label}</dt>
    <dd>${value}</dd>
    ${note === undefined ? null : html`<dd class="note">${note}</dd>`}
  </div>`;
}
