// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: the package is built, installed and used for a proof.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { SAMPLE_DIRECTORY } from '../../../prover/sample/sample.ts';
import { assertSetUp } from '../../../prover/toolchain/setup-state.ts';

const PACKAGE = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package.json'), 'utf8')) as {
  engines: { node: string };
  exports: Record<string, string | { types: string; default: string }>;
};
const OLDEST = PACKAGE.engines.node.replace('>=', '');
const PURE = ['model', 'documents', 'commitments', 'risk', 'analysis'];

let home: string;

const npm = (...argv: string[]): void => {
  execFileSync('npm', [...argv, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

beforeAll(() => {
  assertSetUp();
  home = mkdtempSync(join(tmpdir(), 'plimsoll-package-'));
  writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }\n');
  npm('pack', REPOSITORY_ROOT, '--silent');
  const [tarball] = readdirSync(home).filter((name) => name.endsWith('.tgz'));
  // The oldest runtime that the package promises, beside it.
  npm('install', join(home, tarball!), `node-linux-${process.arch}@${OLDEST}.0`);
}, 600_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

const oldestNode = (): string =>
  join(home, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');

describe('the packed library, installed into an empty folder', () => {
  it('runs the example of the README under the oldest Node that it promises', () => {
    const readme = readFileSync(join(REPOSITORY_ROOT, 'README.md'), 'utf8');
    const [, example] = /<!-- BEGIN library example -->\n```js\n([\s\S]*?)```/.exec(readme) ?? [];
    writeFileSync(join(home, 'example.js'), example!);
    const version = spawnSync(oldestNode(), ['--version'], { encoding: 'utf8' }).stdout;
    expect(version).toMatch(new RegExp(`^v${OLDEST.replace('.', '\\.')}\\.`));
    const { stdout, stderr, status } = spawnSync(
      oldestNode(),
      [
        'example.js',
        join(SAMPLE_DIRECTORY, 'ledger-crash.json'),
        join(SAMPLE_DIRECTORY, 'snapshot-crash.json'),
        REPOSITORY_ROOT,
      ],
      { cwd: home, encoding: 'utf8' },
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^equity [\d,.]+, maintenance margin [\d,.]+\nproven: true\n$/);
  });

  it('has every entry with its types', () => {
    const entries = Object.entries(PACKAGE.exports).filter(([name]) => !name.endsWith('.json'));
    expect(entries).toHaveLength(11);
    for (const [name, entry] of entries) {
      if (typeof entry === 'string') throw new Error(`${name} has no types`);
      const own = join(home, 'node_modules', 'plimsoll', entry.types);
      expect(readFileSync(own, 'utf8'), name).toContain('export');
    }
    const program = entries
      .map(([name], index) => `import * as m${index} from '${name.replace('.', 'plimsoll')}';`)
      .join('\n');
    writeFileSync(join(home, 'all.js'), `${program}\nprocess.exit(0);\n`);
    const { status, stderr } = spawnSync(oldestNode(), ['all.js'], { cwd: home, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });

  it('bundles its pure entries for a browser, and they hash as Node does', async () => {
    const program = `
      ${PURE.map((name) => `import * as ${name} from 'plimsoll/${name}';`).join('\n')}
      const hash = commitments.hashWords(commitments.TAG.ledger, [1n, 2n]);
      const set = documents.loadDefaultParameters();
      globalThis.answer = [hash, commitments.parameterHash(set), typeof risk.marginPortfolio,
        typeof analysis.marginLevels, model.formatUsd(1_000_000n)].map(String).join();
    `;
    writeFileSync(join(home, 'browser.js'), program);
    const { outputFiles } = await build({
      entryPoints: [join(home, 'browser.js')],
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      logLevel: 'silent',
    });
    const text = outputFiles[0]!.text;
    expect(text).not.toMatch(/require\("node:|from "node:/);
    writeFileSync(join(home, 'run.cjs'), `${text}\nconsole.log(globalThis.answer);\n`);
    const answer = execFileSync(process.execPath, ['run.cjs'], { cwd: home, encoding: 'utf8' });
    const { hashWords, TAG } = await import('../../../prover/commitments/hash-words.ts');
    const { parameterHash } = await import('../../../prover/commitments/parameters-words.ts');
    const { loadDefaultParameters } =
      await import('../../../prover/documents/parameters-document.ts');
    expect(answer.trim()).toBe(
      [
        hashWords(TAG.ledger, [1n, 2n]),
        parameterHash(loadDefaultParameters()),
        'function',
        'function',
        '1.00',
      ].join(),
    );
  });
});
