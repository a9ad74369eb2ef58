// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';

const SKIPPED = /^(?:node_modules|\.plimsoll|dist|artifacts|cache|\.git)(?:\/|$)/;

const pages = readdirSync(REPOSITORY_ROOT, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.md') && !SKIPPED.test(file) && !file.includes('node_modules'),
);

const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```/g, '');

/** As GitHub makes them: lower case, punctuation dropped, spaces to hyphens. */
const anchorsOf = (text: string): readonly string[] =>
  [...withoutCode(text).matchAll(/^#+ +(.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );

function deadLinks(page: string): readonly string[] {
  const path = join(REPOSITORY_ROOT, page);
  const links = [...withoutCode(readFileSync(path, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)];
  return links.flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    if (!existsSync(target)) return [link];
    if (anchor === undefined || !target.endsWith('.md')) return [];
    return anchorsOf(readFileSync(target, 'utf8')).includes(anchor) ? [] : [link];
  });
}

describe('links between documents', () => {
  it('finds the pages', () => expect(pages.length).toBeGreaterThan(20));

  it.each(pages)('of %s lead somewhere', (page) => {
    expect(deadLinks(page)).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  const rooms = readdirSync(join(REPOSITORY_ROOT, 'prover'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it.each(rooms)('has %s on its floor, with the promise of its README', async (room) => {
    const { FLOORS } = await import('../../prover/floors.js');
    expect(FLOORS).toContain(room);
    const readme = readFileSync(join(REPOSITORY_ROOT, 'prover', room, 'README.md'), 'utf8');
    const [, promise] = readme.split('\n\n');
    const map = readFileSync(join(REPOSITORY_ROOT, 'docs', 'architecture.md'), 'utf8');
    expect(map).toContain(`| \`${room}/\` | ${promise?.replaceAll('\n', ' ').trim()} |`);
  });
});
