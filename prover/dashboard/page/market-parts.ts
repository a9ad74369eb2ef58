// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';

import { formatFixed } from '../../model/format.ts';
import { CoveragePart, type CoverageReply } from './coverage-part.ts';
import { Table, html, moment } from './html.ts';
import { SourcesPart, type SourcesReply } from './sources-part.ts';

/** The answer of `/margin-state`. */
export interface MovingReply {
  readonly sequence: string;
  readonly time: string;
  readonly floorQ20: string;
  readonly capQ20: string;
  readonly underlyings: readonly { readonly symbol: string; readonly multiplierQ20: string }[];
}

const timesOf = (q20: string): string => formatFixed((BigInt(q20) * 10_000n) >> 20n, 4);

/** How far its rule has moved the venue's margin; a text says why nobody knows. */
function Moving({ moving }: { readonly moving: MovingReply | null | string }): VNode {
  const shown = (): VNode => {
    if (typeof moving === 'string') return html`<p class="quiet">${moving}</p>`;
    if (moving === null) {
      return html`<p class="quiet">
        no rule is in force: the parameters stand as they were governed
      </p>`;
    }
    return html`<p>after step ${moving.sequence}, of ${moment(BigInt(moving.time))}</p>
      <${Table}
        caption="what the moves of scenarios are multiplied with, and the band it never leaves"
        columns=${[
          { title: 'underlying', isText: true },
          { title: 'multiplier' },
          { title: 'at least' },
          { title: 'at most' },
        ]}
        rows=${moving.underlyings.map(({ symbol, multiplierQ20 }) => [
          symbol,
          timesOf(multiplierQ20),
          timesOf(moving.floorQ20),
          timesOf(moving.capQ20),
        ])}
      />`;
  };
  return html`<section aria-labelledby="moving">
    <h2 id="moving">Margin multiplier</h2>
    ${shown()}
  </section>`;
}

/** A text says why something is not known. */
export interface MarketBeside {
  /** How the margin moves; null where it does not. */
  readonly moving: MovingReply | null | string;
  readonly coverage: CoverageReply | string;
  readonly sources: SourcesReply | string;
}

/** What a service says of its market beside the tick. */
export const MarketParts = ({ beside }: { readonly beside: MarketBeside }): VNode =>
  html`<${SourcesPart} said=${beside.sources} /> <${Moving} moving=${beside.moving} />
    <${CoveragePart} coverage=${beside.coverage} />`;
