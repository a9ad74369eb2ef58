// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { helpText } from '../../../prover/cli/command.ts';
import { COMMANDS } from '../../../prover/cli/registry.ts';
import { plimsoll } from '../../support/cli.ts';

describe('every command', () => {
  it.each([...COMMANDS])('gives %s a help text with an example and --json', async (name, entry) => {
    const command = await entry.load();
    expect(command.name).toBe(name);
    expect(command.example).toMatch(new RegExp(`^npx plimsoll ${name}\\b`));
    const text = helpText(command, entry.summary);
    expect(text).toContain(`Example: ${command.example}`);
    expect(text).toContain('--json');
  });

  it.each(['bash', 'zsh', 'fish'])('completes commands and flags in %s', async (shell) => {
    const { status, stdout } = await plimsoll('completions', shell);
    expect(status).toBe(0);
    for (const word of ['what-if', 'market', 'explain']) expect(stdout).toContain(word);
  });
});
