// SPDX-License-Identifier: GPL-3.0-or-later
import { escaped, page, table } from '../report/html.ts';
import { isoSeconds } from '../multiplier-series.ts';
import type { Disclosure } from './disclosure.ts';

function valueText(value: Disclosure['fields'][number]['value'], unit: string): string {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  if (unit.startsWith('share')) return `${(100 * value).toFixed(3)} %`;
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}

/** One page that needs nothing else. */
export function disclosurePage({ fields, period, parameters, rule }: Disclosure): string {
  const [from, to] = [period.from, period.to].map((time) => isoSeconds(time).slice(0, 10));
  return page('Plimsoll disclosure', [
    '<h1>Public quantitative disclosure</h1>',
    `<p>${from} to ${to} (exclusive), UTC. Parameter set ${escaped(parameters.name)}, hash ${escaped(parameters.parameterHash)}; rule ${escaped(rule)}.</p>`,
    '<p class="note">Numbers are those of the public quantitative disclosures of clearing houses. <strong>Proven</strong>: a proof that contracts accept binds it. <strong>Recomputable</strong>: anybody gets it from published data. <strong>Stated</strong>: the venue says so.</p>',
    table(
      ['field', '', 'of', 'value', 'unit', 'basis', 'how'],
      fields.map(({ disclosure, name, of, value, unit, basis, how }) => [
        disclosure ?? 'ours',
        name,
        of,
        valueText(value, unit),
        unit.startsWith('share') ? unit.replace(/^share ?/, '') : unit,
        { text: basis, tone: basis === 'stated' ? 'quiet' : 'good' },
        how,
      ]),
    ),
  ]);
}
