// SPDX-License-Identifier: GPL-3.0-or-later
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { COMMANDS } from '../../../prover/cli/registry.ts';

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

  it.each([...COMMANDS.keys()])('gives %s a help text with an example and --json', async (name) => {
    const command = await COMMANDS.get(name)!();
    expect(command.name).toBe(name);
    expect(command.example).toMatch(new RegExp(`^npx plimsoll ${name}\\b`));
    const { status, stdout } = plimsoll(...name.split(' '), '--help');
    expect(status).toBe(0);
    expect(stdout).toContain(`Example: ${command.example}`);
    expect(stdout).toContain('--json');
  });

  it('ends with 2 and names an unknown command', () => {
    const { status, stdout, stderr } = plimsoll('sink');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('unknown command "sink"');
  });

  it('ends with 2 and names an unknown flag', () => {
    const { status, stderr } = plimsoll('circuits', '--sail');
    expect(status).toBe(2);
    expect(stderr).toContain('--sail');
  });

  it('reports an error as one line of JSON on standard error under --json', () => {
    const { status, stdout, stderr } = plimsoll('circuits', '--sail', '--json');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'INVALID_INPUT', field: '--sail' } });
  });
});
