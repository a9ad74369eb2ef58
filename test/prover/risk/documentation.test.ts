// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const riskModel = readFileSync(root('docs/risk-model.md'), 'utf8');

describe('docs/risk-model.md', () => {
  it('names only files that exist', () => {
    const named = [...riskModel.matchAll(/`([a-z0-9-]+(?:\/[a-z0-9-]+)*(?:\.ts)?)`/g)].map(
      ([, name = '']) => name,
    );
    const modules = named.filter((name) => name.endsWith('.ts') && !name.startsWith('test/'));
    const templates = named.filter(
      (name) => !name.endsWith('.ts') && /^(pricing|margin|arithmetic)\//.test(name),
    );
    expect(modules.length).toBeGreaterThan(10);
    expect(templates.length).toBeGreaterThan(15);
    expect(modules.filter((name) => !existsSync(root(`prover/risk/${name}`)))).toEqual([]);
    expect(templates.filter((name) => !existsSync(root(`circuits/${name}.circom`)))).toEqual([]);
  });
});
