// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Writes docs/sbom.cdx.json: what npm says of every lock (`npm sbom`), the Go modules and the crates. A test fails when
 * it lists something else than the locks pin. Needs npm, and no network.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { REPOSITORY_ROOT } from '../prover/core/root.ts';
import {
  BILL_PATH,
  CARGO_PROJECTS,
  GO_PROJECTS,
  NPM_PROJECTS,
  cargoComponent,
  cargoCrates,
  goComponent,
  goModules,
  parseBill,
  type Bill,
  type Component,
} from './sbom/bill.ts';

function npmBill(project: string): Bill {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--offline'];
  const cwd = join(REPOSITORY_ROOT, project);
  const answer = execFileSync('npm', args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return parseBill(answer, `npm sbom in ${project}`);
}

const byReference = (a: Component, b: Component): number =>
  a['bom-ref'] < b['bom-ref'] ? -1 : Number(a['bom-ref'] > b['bom-ref']);

const bills = Object.keys(NPM_PROJECTS).map(npmBill);
const { bomFormat, specVersion, $schema } = bills[0]!;
const components = [
  ...bills.flatMap((bill) => bill.components),
  ...Object.keys(GO_PROJECTS).flatMap((project) =>
    [...goModules(REPOSITORY_ROOT, project)].map(([module, sum]) =>
      goComponent(module, sum, project),
    ),
  ),
  ...Object.keys(CARGO_PROJECTS).flatMap((project) =>
    [...cargoCrates(REPOSITORY_ROOT, project)].map(([crate, sum]) =>
      cargoComponent(crate, sum, project),
    ),
  ),
].sort(byReference);
// Without the time, the folder's name and the random number that npm writes: a bill of the same locks is the same.
const head = { $schema, bomFormat, specVersion, version: 1 };
const lines = (name: string, entries: readonly object[]): string =>
  `"${name}": [\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]`;
const dependencies = bills.flatMap((bill) => bill.dependencies);
writeFileSync(
  join(REPOSITORY_ROOT, BILL_PATH),
  `${JSON.stringify(head).slice(0, -1)},\n${lines('components', components)},\n${lines('dependencies', dependencies)}\n}\n`,
);
