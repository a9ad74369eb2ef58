// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the ABIs of the compiled contracts to abi/. Run after a change of an interface:
//   npx hardhat build && node scripts/export-abi.ts
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { EXPORTED_INTERFACES } from '../prover/chain/abi.ts';
import { parseDocument } from '../prover/core/schema.ts';

const root = join(import.meta.dirname, '..');
const artifact = z.object({ abi: z.array(z.record(z.string(), z.unknown())) });

mkdirSync(join(root, 'abi'), { recursive: true });
for (const name of EXPORTED_INTERFACES) {
  const isInterface = /^I[A-Z]/.test(name);
  const folder = join(root, 'artifacts', 'contracts', isInterface ? 'interfaces' : '');
  const path = join(folder, `${name}.sol`, `${name}.json`);
  const { abi } = parseDocument(artifact, readFileSync(path, 'utf8'), path);
  writeFileSync(join(root, 'abi', `${name}.json`), `${JSON.stringify(abi, null, 2)}\n`);
  console.log(`abi/${name}.json`);
}
