// SPDX-License-Identifier: GPL-3.0-or-later
import { createRequire } from 'node:module';
import { dirname, join, normalize } from 'node:path';

import { z } from 'zod';

import { PlimsollError } from '../core/errors.ts';
import { parseValue } from '../core/schema.ts';
import { soliditySettings, type SolidityTerms } from './solidity-settings.ts';

const require = createRequire(import.meta.url);
const IMPORT = /^\s*import\b[^"']*["']([^"']+)["']/gm;

/** Reads a file by its path from the checkout; throws where there is none. */
export type SourceReader = (path: string) => string;

const byteRange = z.object({ start: z.int(), length: z.int() });
const code = z.object({
  object: z.string().regex(/^[0-9a-f]*$/, 'must be linked bytecode'),
  immutableReferences: z.record(z.string(), z.array(byteRange)).optional(),
});
const contractSchema = z.object({
  evm: z.object({ bytecode: code, deployedBytecode: code }),
});
const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z.record(z.string(), z.record(z.string(), contractSchema)).default({}),
  sources: z.record(z.string(), z.object({ ast: z.unknown() })).default({}),
});

/** Where an immutable stands in the runtime code. */
export interface Immutable {
  readonly name: string;
  readonly places: readonly { readonly start: number; readonly length: number }[];
}

export interface CompiledContract {
  /** 0x-prefixed, as are all. */
  readonly creation: string;
  /** With zeros where the constructor puts the immutables. */
  readonly runtime: string;
  readonly immutables: readonly Immutable[];
}

export interface SolidityJob {
  /** Files whose contracts are wanted, e.g. `contracts/Vault.sol`. */
  readonly files: readonly string[];
  readonly terms: SolidityTerms;
}

/** Where an import leads: into the checkout's `contracts/`, or to a package of `node_modules`. */
function resolved(from: string, specifier: string): string {
  return specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : specifier;
}

function readerPath(path: string): string {
  return path.startsWith('contracts/') ? path : join('node_modules', path);
}

/** What the files are made of, imports and all. */
export function collectSources(
  files: readonly string[],
  read: SourceReader,
): Record<string, { content: string }> {
  const sources: Record<string, { content: string }> = {};
  const pending = [...files];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (sources[path] !== undefined) continue;
    const content = read(readerPath(path));
    sources[path] = { content };
    for (const [, specifier] of content.matchAll(IMPORT)) pending.push(resolved(path, specifier!));
  }
  return sources;
}

/** Of the pinned compiler. */
export function solcVersion(): string {
  return (require('solc/package.json') as { readonly version: string }).version;
}

interface Node {
  readonly nodeType?: string;
  readonly id?: number;
  readonly name?: string;
}

/** `Contract.variable` of all state variables, by the number the compiler gave them. */
function variableNames(trees: readonly unknown[]): Map<string, string> {
  const names = new Map<string, string>();
  const walk = (node: unknown, contract: string): void => {
    if (Array.isArray(node)) return node.forEach((each) => walk(each, contract));
    if (node === null || typeof node !== 'object') return;
    const { nodeType, id, name = '' } = node as Node;
    const within = nodeType === 'ContractDefinition' ? name : contract;
    if (nodeType === 'VariableDeclaration' && id !== undefined) {
      names.set(String(id), `${contract}.${name}`);
    }
    Object.values(node).forEach((each) => walk(each, within));
  };
  trees.forEach((tree) => walk(tree, ''));
  return names;
}

/** Every wanted contract by name, from sources alone; throws `SOLIDITY` with what the compiler says. */
export function compileSolidity(
  { files, terms }: SolidityJob,
  read: SourceReader,
): ReadonlyMap<string, CompiledContract> {
  const solc = require('solc') as { compile(input: string): string };
  const input = {
    language: 'Solidity',
    sources: collectSources(files, read),
    settings: {
      ...soliditySettings(terms),
      outputSelection: {
        '*': { '': ['ast'], '*': ['evm.bytecode.object', 'evm.deployedBytecode'] },
      },
    },
  };
  const output = parseValue(
    outputSchema,
    // Syntax trees are nested deeper than any document may be.
    JSON.parse(solc.compile(JSON.stringify(input))) as unknown,
    'solc',
  );
  const fault = output.errors.find(({ severity }) => severity === 'error');
  if (fault !== undefined) throw new PlimsollError('SOLIDITY', fault.formattedMessage.trim());
  const names = variableNames(Object.values(output.sources).map(({ ast }) => ast));
  const compiled = new Map<string, CompiledContract>();
  for (const file of files) {
    for (const [name, { evm }] of Object.entries(output.contracts[file] ?? {})) {
      const references = evm.deployedBytecode.immutableReferences ?? {};
      compiled.set(name, {
        creation: `0x${evm.bytecode.object}`,
        runtime: `0x${evm.deployedBytecode.object}`,
        immutables: Object.entries(references).map(([id, places]) => ({
          name: names.get(id) ?? id,
          places,
        })),
      });
    }
  }
  return compiled;
}
