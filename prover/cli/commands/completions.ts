// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { COMMANDS } from '../registry.ts';
import { shape, text } from '../../core/json-output.ts';

/** What can follow the words typed so far: the next words of commands, or the flags of one. */
type Continuations = ReadonlyMap<string, readonly string[]>;

async function continuations(): Promise<Continuations> {
  const next = new Map<string, Set<string>>();
  const add = (after: string, word: string): void => {
    next.set(after, (next.get(after) ?? new Set<string>()).add(word));
  };
  for (const [name, { load }] of COMMANDS) {
    const words = name.split(' ');
    words.forEach((word, index) => add(words.slice(0, index).join(' '), word));
    const { options } = await load();
    for (const flag of [...Object.keys(options), 'json', 'help']) add(name, `--${flag}`);
  }
  return new Map([...next].map(([after, words]) => [after, [...words]]));
}

const bash = (next: Continuations): string =>
  [
    '_plimsoll() {',
    '  local typed="${COMP_WORDS[*]:1:COMP_CWORD-1}" words=""',
    '  while :; do',
    '    case "$typed" in',
    ...[...next].map(
      ([after, words]) => `      ${JSON.stringify(after)}) words="${words.join(' ')}" ;;`,
    ),
    '    esac',
    '    [[ -n $words || -z $typed ]] && break',
    '    [[ $typed == *" "* ]] && typed="${typed% *}" || break',
    '  done',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '  [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -F _plimsoll plimsoll',
  ].join('\n');

const zsh = (next: Continuations): string =>
  ['autoload -U +X bashcompinit && bashcompinit', bash(next)].join('\n');

const fish = (next: Continuations): string =>
  [...next]
    .flatMap(([after, words]) => {
      const seen = after.split(' ').filter((word) => word !== '');
      const when =
        seen.length === 0
          ? '__fish_use_subcommand'
          : seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
      return words.map((word) =>
        word.startsWith('--')
          ? `complete -c plimsoll -n '${when}' -l ${word.slice(2)}`
          : `complete -c plimsoll -f -n '${when}' -a ${word}`,
      );
    })
    .join('\n');

const SHELLS: Readonly<Record<string, (next: Continuations) => string>> = { bash, zsh, fish };

export const command: Command = {
  name: 'completions',
  example: 'npx plimsoll completions bash > ~/.local/share/bash-completion/completions/plimsoll',
  positionals: [{ name: 'shell', required: true, describe: Object.keys(SHELLS).join(', ') }],
  options: {},
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ shell: text, script: text }),
  },
  run: async (context) => {
    const shell = context.positionals[0] ?? '';
    const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
    if (script === undefined) {
      throw new InvalidInput(
        '<shell>',
        `must be ${Object.keys(SHELLS).join(', ')}, got "${shell}"`,
      );
    }
    const text = script(await continuations());
    context.print(text);
    context.printJson({ shell, script: text });
  },
};
