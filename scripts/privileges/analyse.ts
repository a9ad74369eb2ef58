// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A function that not everybody may call. */
export interface Privilege {
  readonly contract: string;
  readonly name: string;
  readonly role: string;
  /** Whether a person or a group holds the role, and not a contract of the venue. */
  readonly isGovernance: boolean;
  /** As `@custom:delay` says; undefined where nothing does. */
  readonly delay: string | undefined;
  /** As `@notice` says. */
  readonly notice: string;
}

/** A check of the caller that nothing here understands: a privileged function may hide behind it. */
export interface Unexplained {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

interface SourceFunction {
  readonly name: string;
  readonly header: string;
  readonly body: string;
  readonly natspec: string;
}

interface Source {
  readonly file: string;
  readonly name: string;
  readonly isContract: boolean;
  readonly isAbstract: boolean;
  readonly bases: readonly string[];
  readonly functions: readonly SourceFunction[];
  readonly modifiers: readonly SourceFunction[];
  readonly text: string;
}

const CALLER_CHECK = /require\(\s*msg\.sender\s*==[^;]*?,\s*(NotThe(\w+)|\w+)\(/g;
const ANY_CALLER_COMPARISON = /msg\.sender\s*[!=]=|[!=]=\s*msg\.sender/;
const FUNCTION = /((?:^[ \t]*\/\/\/[^\n]*\n)*)^[ \t]*(function|modifier)\s+(\w+)([^{;]*)([{;])/gm;

/** Roles that keys hold; every other is a contract of the venue, or whoever deployed it. */
const GOVERNANCE: ReadonlySet<string> = new Set(['owner', 'guardian', 'deployer', 'next owner']);
const words = (name: string): string => name.replaceAll(/(?<=[a-z])[A-Z]/g, ' $&').toLowerCase();

function blockAt(text: string, open: number): string {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}' && --depth === 0) return text.slice(open, at + 1);
  }
  return text.slice(open);
}

function functionsOf(text: string, keyword: string): SourceFunction[] {
  return [...text.matchAll(FUNCTION)]
    .filter(([, , kind]) => kind === keyword)
    .map((match) => {
      const [whole, natspec = '', , name = '', header = '', end] = match;
      const open = match.index + whole.length - 1;
      return { name, header, natspec, body: end === '{' ? blockAt(text, open) : '' };
    });
}

function sourcesIn(root: string): Source[] {
  const folder = join(root, 'contracts');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sol') && !/^(test|verifiers|libraries)\//.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const head = /^(abstract contract|contract|interface) (\w+)(?: is ([^{]+))?\s*\{/m.exec(text);
      if (head === null) return [];
      const [, kind = '', name = '', bases = ''] = head;
      return [
        {
          file: relative(root, join(folder, file)),
          name,
          isContract: kind !== 'interface',
          isAbstract: kind === 'abstract contract',
          bases: bases.split(',').map((base) => base.trim().replace(/\(.*/s, '')),
          functions: functionsOf(text, 'function'),
          modifiers: functionsOf(text, 'modifier'),
          text,
        },
      ];
    });
}

/** OpenZeppelin's two-step ownership, which every governed contract has. */
const OWNERSHIP = [
  {
    name: 'transferOwnership',
    role: 'owner',
    delay: 'none; the next owner must accept',
    notice: 'Names the next owner.',
  },
  {
    name: 'acceptOwnership',
    role: 'next owner',
    delay: 'none',
    notice: 'Takes ownership.',
  },
] as const;

function rolesIn(text: string): string[] {
  return [...text.matchAll(CALLER_CHECK)].map(([, error = '', role]) => words(role ?? error));
}

/** The roles that a function asks for, by its modifiers, in its body, or in a function that it calls. */
function rolesOf(
  { header, body }: SourceFunction,
  modifiers: readonly SourceFunction[],
  privates: ReadonlyMap<string, readonly string[]>,
): string[] {
  const byModifier = modifiers
    .filter(({ name }) => new RegExp(`\\b${name}\\b`).test(header))
    .flatMap(({ body: of }) => rolesIn(of));
  const called = [...body.matchAll(/\b(_\w+)\(/g)].flatMap(([, name = '']) => [
    ...(privates.get(name) ?? []),
  ]);
  const owned = /\bonlyOwner\b/.test(header) ? ['owner'] : [];
  return [...new Set([...owned, ...byModifier, ...rolesIn(body), ...called])];
}

function tagged(natspec: string, tag: string): string | undefined {
  const text = natspec
    .split('\n')
    .map((line) => line.trim().replace(/^\/\/\/\s?/, ''))
    .join('\n');
  const found = new RegExp(`@${tag} ([\\s\\S]*?)(?=\\n@|$)`).exec(text);
  return found?.[1]?.replaceAll(/\s+/g, ' ').trim();
}

/** Every privileged function of every contract that is deployed, from the sources as they are. */
export function analysePrivileges(root: string): {
  readonly privileges: readonly Privilege[];
  readonly unexplained: readonly Unexplained[];
} {
  const sources = sourcesIn(root);
  const byName = new Map(sources.map((source) => [source.name, source]));
  const linear = (name: string): Source[] => {
    const source = byName.get(name);
    if (source === undefined) return [];
    return [...new Set([source, ...source.bases.flatMap(linear)])];
  };
  const privileges: Privilege[] = [];
  for (const source of sources) {
    if (!source.isContract || source.isAbstract) continue;
    const lineage = linear(source.name);
    const code = lineage.filter(({ isContract }) => isContract);
    const documented = (name: string): string => {
      const places = lineage
        .filter(({ isContract }) => !isContract)
        .flatMap(({ functions }) => functions.filter((one) => one.name === name));
      return places[0]?.natspec ?? '';
    };
    const modifiers = code.flatMap((one) => one.modifiers);
    const privates = new Map(
      code.flatMap(({ functions }) =>
        functions
          .filter(({ header }) => /\b(private|internal)\b/.test(header))
          .map(({ name, body }) => [name, rolesIn(body)] as const),
      ),
    );
    for (const part of code) {
      for (const one of part.functions) {
        if (!/\b(external|public)\b/.test(one.header) || /\b(view|pure)\b/.test(one.header))
          continue;
        for (const role of rolesOf(one, modifiers, privates)) {
          const natspec = documented(one.name);
          privileges.push({
            contract: source.name,
            name: one.name,
            role,
            isGovernance: GOVERNANCE.has(role),
            delay: tagged(natspec, 'custom:delay'),
            notice: tagged(natspec, 'notice') ?? '',
          });
        }
      }
    }
    if (lineage.some(({ name }) => name === 'Governed')) {
      for (const own of OWNERSHIP) {
        privileges.push({ contract: source.name, isGovernance: true, ...own });
      }
    }
  }
  const unexplained = sources.flatMap(({ file, text }) =>
    text
      .split('\n')
      .map((line, index) => ({ file, line: index + 1, text: line.trim() }))
      .filter(({ text: line }) => ANY_CALLER_COMPARISON.test(line) && rolesIn(line).length === 0),
  );
  return { privileges, unexplained };
}
