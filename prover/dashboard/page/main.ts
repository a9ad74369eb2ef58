// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';

import { readTickData } from '../tick-data.ts';
import { Dashboard } from './dashboard.ts';
import { html } from './html.ts';
import { LivePage } from './live-page.ts';

const held = document.getElementById('tick')!.textContent.trim();
const place = document.getElementById('page')!;
place.replaceChildren();
// An exported page holds its tick; that of a service asks for the newest.
render(
  held === 'null' ? html`<${LivePage} />` : html`<${Dashboard} data=${readTickData(held)} />`,
  place,
);
