// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';

import { formatFixed } from '../../model/format.ts';
import { Table, html, moment } from './html.ts';

interface Ages {
  readonly index: number;
  readonly perpetual: number;
  readonly collateral: number;
}

/** The answer of `/sources`. */
export interface SourcesReply {
  readonly time: string;
  readonly figures: readonly {
    readonly name: string;
    readonly consensus: string;
    /** After the point, of a price decimal ones and of a ratio binary ones. */
    readonly digits: number;
    readonly unit: 'USD' | 'ratio';
  }[];
  readonly sources: readonly {
    readonly name: string;
    readonly allowedSeconds: Ages;
    readonly report: { readonly ages: Ages; readonly values: readonly string[] } | null;
  }[];
  readonly silent: readonly { readonly address: string; readonly reason: string }[];
}
type Figure = SourcesReply['figures'][number];

const COMPONENTS = ['index', 'perpetual', 'collateral'] as const;
const RATIO_DIGITS = 8;

const shown = ({ digits, unit }: Figure, value: bigint): string =>
  unit === 'USD'
    ? formatFixed(value, digits)
    : formatFixed((value * 10n ** BigInt(RATIO_DIGITS)) >> BigInt(digits), RATIO_DIGITS);

/** In hundredths of a basis point, cut towards zero. */
function apart(value: bigint, consensus: bigint): string {
  const difference = ((value - consensus) * 1_000_000n) / consensus;
  return `${difference > 0n ? '+' : ''}${formatFixed(difference, 2)} bp`;
}

const ageText = (age: number, allowed: number): string =>
  `${age > allowed ? '▼ ' : ''}${age} of ${allowed} s`;

/** What each source said beside what the feed took, and how old it was by the source's own rule. */
export function SourcesPart({ said }: { readonly said: SourcesReply | string }): VNode {
  const parts = ({ time, figures, sources, silent }: SourcesReply): VNode =>
    html`<p class="quiet">of the minute ${moment(BigInt(time))}</p>
      <${Table}
        caption="ages of what each source reported, of what its own rule allows"
        columns=${[
          { title: 'source', isText: true },
          { title: 'report', isText: true },
          ...COMPONENTS.map((title) => ({ title })),
        ]}
        rows=${sources.map(({ name, allowedSeconds, report }) => [
          name,
          report === null ? '▼ not heard' : '✓ heard',
          ...COMPONENTS.map((component) =>
            report === null ? '–' : ageText(report.ages[component], allowedSeconds[component]),
          ),
        ])}
      />
      <${Table}
        caption="the consensus, and how far each source is from it, in basis points"
        columns=${[
          { title: 'figure', isText: true },
          { title: 'consensus' },
          ...sources.map(({ name }) => ({ title: name })),
        ]}
        rows=${figures.map((figure, at) => {
          const consensus = BigInt(figure.consensus);
          return [
            figure.name,
            `${shown(figure, consensus)}${figure.unit === 'USD' ? ' USD' : ''}`,
            ...sources.map(({ report }) => {
              if (report === null) return '–';
              const value = BigInt(report.values[at]!);
              return html`<span title=${shown(figure, value)}>${apart(value, consensus)}</span>`;
            }),
          ];
        })}
      />
      ${
        silent.length === 0
          ? null
          : html`<ul class="refusal">
              ${silent.map(({ address, reason }) => html`<li>${address}: ${reason}</li>`)}
            </ul>`
      }`;
  return html`<section aria-labelledby="sources">
    <h2 id="sources">Sources against consensus</h2>
    ${typeof said === 'string' ? html`<p class="quiet">${said}</p>` : parts(said)}
  </section>`;
}
