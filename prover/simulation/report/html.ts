// SPDX-License-Identifier: GPL-3.0-or-later

/** Text as it may stand in HTML. */
export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** A cell: text, or text with a class that colours it. */
export type Cell = string | { readonly text: string; readonly tone: 'good' | 'bad' | 'quiet' };

const cell = (tag: 'td' | 'th', content: Cell): string =>
  typeof content === 'string'
    ? `<${tag}>${escaped(content)}</${tag}>`
    : `<${tag} class="${content.tone}">${escaped(content.text)}</${tag}>`;

/** What is wider than the page scrolls by itself, with the keyboard too. */
export const scrolling = (content: string): string =>
  `<div class="wide" role="region" aria-label="scrolls sideways" tabindex="0">${content}</div>`;

/** A table whose first `texts` columns are words; the others are numbers, and stand to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  texts = 1,
): string {
  const line = (tag: 'td' | 'th', cells: readonly Cell[]): string =>
    `<tr>${cells.map((content) => cell(tag, content)).join('')}</tr>`;
  const lines = [
    `<table class="texts-${texts}">`,
    `<thead>${line('th', header)}</thead>`,
    '<tbody>',
    ...rows.map((row) => line('td', row)),
    '</tbody></table>',
  ];
  return scrolling(lines.join('\n'));
}

/** What only who looks for it wants to see. */
export const folded = (title: string, content: string): string =>
  `<details><summary>${escaped(title)}</summary>\n${content}\n</details>`;

const STYLE = `
body { font: 15px/1.5 Helvetica, Arial, 'DejaVu Sans', sans-serif; color: #1b2733; margin: 2rem auto; max-width: 1180px; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.4rem; border-bottom: 1px solid #e3e8ed; } h3 { margin-top: 1.6rem; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 8px; text-align: right; border-bottom: 1px solid #e3e8ed; white-space: nowrap; vertical-align: bottom; }
th { color: #5d6b78; font-weight: 600; white-space: normal; max-width: 7.5em; }
${[1, 2, 3].map((n) => `.texts-${n} :is(th, td):nth-child(-n + ${n})`).join(', ')} { text-align: left; }
summary { cursor: pointer; margin: 0.8rem 0; }
.wide { overflow-x: auto; } .good { color: #1d7a46; } .bad { color: #c8401e; font-weight: 600; } .quiet { color: #5d6b78; }
p.note { color: #5d6b78; } svg { width: 100%; min-width: 700px; height: auto; display: block; }
`;

/** A whole page that needs nothing from anywhere else. */
export const page = (title: string, body: readonly string[]): string =>
  [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style></head><body>`,
    ...body,
    '</body></html>',
    '',
  ].join('\n');
