// SPDX-License-Identifier: GPL-3.0-or-later
// The page of a service, which asks for the newest tick.
import { html } from './html.ts';
import { LivePage } from './live-page.ts';
import { show } from './show.ts';

show(() => html`<${LivePage} />`);
