// SPDX-License-Identifier: GPL-3.0-or-later
// A page of one file, which holds its tick, and nothing of what only a service can be asked.
import { readTickData } from '../tick-data.ts';
import { Dashboard } from './dashboard.ts';
import { html } from './html.ts';
import { show } from './show.ts';

show((held) => html`<${Dashboard} data=${readTickData(held)} />`);
