// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { parseJson, parseValue } from '../../prover/core/schema.ts';

/** The software bill of materials, CycloneDX 1.5, as `node scripts/sbom.ts` writes it. */
export const BILL_PATH = 'docs/sbom.cdx.json';

/** Folders with a package-lock.json, and what each is for. */
export const NPM_PROJECTS = {
  '.': 'library, command line, contracts and their tests',
  'prover/toolchain/runtime': 'the pinned Node.js',
  'prover/toolchain/gadgets/z3': 'the solver that hints are proven with',
} as const;

/** Folders with a go.sum; npm knows nothing of them. */
export const GO_PROJECTS = {
  'prover/native': 'the native prover',
  'scripts/peers/gnark': 'gnark, for comparisons alone',
  'scripts/peers/rapidsnark': 'rapidsnark, for comparisons alone',
} as const;

/** Folders with a Cargo.lock, which npm does not know either. */
export const CARGO_PROJECTS = {
  'scripts/peers/arkworks': 'arkworks, for comparisons alone',
} as const;

const componentSchema = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  purl: z.string().optional(),
  hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
  properties: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});
export type Component = z.infer<typeof componentSchema>;

const billSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  components: z.array(componentSchema),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).optional() })),
});
export type Bill = z.infer<typeof billSchema>;

export function parseBill(source: string, name: string): Bill {
  return parseValue(billSchema, parseJson(source, name), name);
}

/** By name, version and content; two of one name and version are the same. */
export type Materials = ReadonlyMap<string, string>;

const lockSchema = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      name: z.string().optional(),
      version: z.string().optional(),
      integrity: z.string().optional(),
    }),
  ),
});

const readText = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

/** What the lock of a project pins: SHA-512 in base64, as npm writes it. */
function lockedPackages(root: string, project: string): Materials {
  const path = join(project, 'package-lock.json');
  const { packages } = parseValue(lockSchema, parseJson(readText(root, path), path), path);
  return new Map(
    Object.entries(packages).flatMap(([place, { name, version, integrity }]) => {
      if (place === '') return [];
      const called = name ?? place.split('node_modules/').at(-1)!;
      return [[`${called}@${version}`, integrity ?? ''] as const];
    }),
  );
}

const SUM_LINE = /^(\S+) (v\S+) (h1:\S+)$/;
const REQUIRED = /^\s*(?:require\s+)?(\S+\.\S+\/\S+)\s+(v\S+)/;

/** What a Go module requires, with the hash that go.sum pins. */
export function goModules(root: string, project: string): Materials {
  const sums = new Map(
    readText(root, join(project, 'go.sum'))
      .split('\n')
      .flatMap((line) => {
        const [, name, version, sum] = SUM_LINE.exec(line) ?? [];
        return name === undefined ? [] : [[`${name}@${version}`, sum!] as const];
      }),
  );
  const lines = readText(root, join(project, 'go.mod')).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, name, version] = REQUIRED.exec(line) ?? [];
      if (name === undefined) return [];
      return [[`${name}@${version}`, sums.get(`${name}@${version}`) ?? ''] as const];
    }),
  );
}

const GO_SUM = 'plimsoll:go.sum';
const SHA256 = 'SHA-256';

export function goComponent(module: string, sum: string, project: string): Component {
  const [name, version] = module.split('@') as [string, string];
  return {
    'bom-ref': module,
    type: 'library',
    name,
    version,
    purl: `pkg:golang/${name}@${version}`,
    properties: [
      { name: GO_SUM, value: sum },
      { name: 'plimsoll:project', value: project },
    ],
  };
}

const CRATE =
  /^\[\[package\]\]\nname = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "([0-9a-f]{64})"$/gm;

/** The crates that Cargo.lock pins, with their SHA-256; not the project itself, which has none. */
export function cargoCrates(root: string, project: string): Materials {
  const crates = readText(root, join(project, 'Cargo.lock')).matchAll(CRATE);
  return new Map([...crates].map(([, name, version, sum]) => [`${name}@${version}`, sum!]));
}

export function cargoComponent(crate: string, sum: string, project: string): Component {
  const [name, version] = crate.split('@') as [string, string];
  return {
    'bom-ref': `crate:${crate}`,
    type: 'library',
    name,
    version,
    purl: `pkg:cargo/${name}@${version}`,
    hashes: [{ alg: SHA256, content: sum }],
    properties: [{ name: 'plimsoll:project', value: project }],
  };
}

/** Everything that the repository pins. */
function pinned(root: string): Materials {
  return new Map([
    ...Object.keys(NPM_PROJECTS).flatMap((project) => [...lockedPackages(root, project)]),
    ...Object.keys(GO_PROJECTS).flatMap((project) => [...goModules(root, project)]),
    ...Object.keys(CARGO_PROJECTS).flatMap((project) => [...cargoCrates(root, project)]),
  ]);
}

function contentOf({ hashes, properties }: Component): string {
  const sum = properties?.find(({ name }) => name === GO_SUM);
  if (sum !== undefined) return sum.value;
  const sha256 = hashes?.find(({ alg }) => alg === SHA256);
  if (sha256 !== undefined) return sha256.content;
  const sha512 = hashes?.find(({ alg }) => alg === 'SHA-512');
  return sha512 === undefined
    ? ''
    : `sha512-${Buffer.from(sha512.content, 'hex').toString('base64')}`;
}

/** Where bill and repository differ, in words; empty where the bill is current. */
export function differences({ components }: Bill, root: string): readonly string[] {
  const here = pinned(root);
  const listed = new Map(components.map((one) => [`${one.name}@${one.version}`, contentOf(one)]));
  return [
    ...[...here].flatMap(([material, content]) => {
      const found = listed.get(material);
      if (found === undefined) return [`${material} is pinned and not in the bill`];
      return found === content ? [] : [`${material} has other content than is pinned`];
    }),
    ...[...listed.keys()].flatMap((material) =>
      here.has(material) ? [] : [`${material} is in the bill and not pinned`],
    ),
  ].sort();
}
