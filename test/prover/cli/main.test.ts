// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a process is started for every test.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { helpText } from '../../../prover/cli/command.ts';
import { COMMANDS } from '../../../prover/cli/registry.ts';

const PACKAGE = fileURLToPath(new URL('../../../package.json', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../../../prover/cli/plimsoll.mjs', import.meta.url));

function plimsoll(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [LAUNCHER, ...argv], { encoding: 'utf8' });
}

describe('plimsoll', () => {
  it('lists every command with its summary', () => {
    const { status, stdout } = plimsoll('--help');
    expect(status).toBe(0);
    for (const name of COMMANDS.keys()) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
  });

  it('prints the help of one command', async () => {
    const { status, stdout } = plimsoll('market', 'import', '--help');
    const entry = COMMANDS.get('market import')!;
    expect(status).toBe(0);
    expect(stdout).toBe(`${helpText(await entry.load(), entry.summary)}\n`);
  });

  it('ends with 2 and names an unknown command', () => {
    const { status, stdout, stderr } = plimsoll('sink');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('unknown command "sink"');
  });

  it('suggests what was meant by a slip of the hand, and nothing by a word of another kind', () => {
    expect(plimsoll('margn').stderr).toContain('did you mean "margin"?');
    expect(plimsoll('market', 'imprt').stderr).toContain('did you mean "market import"?');
    expect(plimsoll('margin', '--explian').stderr).toContain('did you mean "--explain"?');
    expect(plimsoll('sink').stderr).not.toContain('did you mean');
  });

  it('says its version, under --json with those of the runtime', () => {
    const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
    expect(plimsoll('--version').stdout).toBe(`${version}\n`);
    expect(JSON.parse(plimsoll('--version', '--json').stdout)).toMatchObject({ plimsoll: version });
  });

  // In this process: they need every command, all of which it has loaded by now.

  it('ends with 2 and names an unknown flag', () => {
    const { status, stderr } = plimsoll('circuits', '--sail');
    expect(status).toBe(2);
    expect(stderr).toContain('--sail');
  });

  it('says where in a document an error is, and lets no text of it act on the terminal', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-main-'));
    const path = join(folder, 'ledger\u001b[2J.json');
    writeFileSync(
      path,
      '{"format":"plimsoll.ledger","version":1,"accounts":[],\n "\\u001b[2J": 1}',
    );
    const argv = ['ledger', 'import', path, '--out', join(folder, 'out.json')];
    const { status, stderr } = plimsoll(...argv);
    const { error } = JSON.parse(plimsoll(...argv, '--json').stderr) as { error: unknown };
    rmSync(folder, { recursive: true });
    expect(status).toBe(2);
    expect(stderr).toBe(
      'plimsoll: \\u001b[2J: unknown field (line 2, column 15) [INVALID_INPUT]\n',
    );
    expect(error).toMatchObject({ rule: 'unknown field', line: 2, column: 15 });
  });

  it('reports an error as one line of JSON on standard error under --json', () => {
    const { status, stdout, stderr } = plimsoll('circuits', '--sail', '--json');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'INVALID_INPUT', field: '--sail' } });
  });
});
