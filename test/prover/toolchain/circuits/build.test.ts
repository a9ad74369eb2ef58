// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

import { ARTIFACT_MANIFEST_PATH } from '../../../../prover/proving/artifacts.ts';
import { sha256File } from '../../../../prover/core/hash.ts';
import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import { terminateCurve } from '../../../../prover/proving/backends/snarkjs-backend.ts';
import { build } from '../../../../prover/toolchain/circuits/build.ts';
import { developmentKey } from '../../../../prover/toolchain/circuits/keys.ts';
import { compileHarnessCircuit } from '../../../../prover/toolchain/circuits/open.ts';

const root = REPOSITORY_ROOT;
const manifest = (): string => readFileSync(join(root, ARTIFACT_MANIFEST_PATH), 'utf8');

afterAll(terminateCurve);

test('building what is built changes nothing and keeps the other circuits listed', async () => {
  const before = manifest();
  const { artifacts, rebuilt } = await build({ root, targets: ['bankruptcy-7'] });
  expect(artifacts.map(({ statement, profile }) => `${statement}-${profile}`)).toEqual([
    'bankruptcy-7',
  ]);
  expect(rebuilt).toEqual([]);
  expect(manifest()).toBe(before);
});

test('a missing verifier comes back with the next build', async () => {
  const path = join(root, 'contracts/verifiers/Bankruptcy16Verifier.sol');
  const source = readFileSync(path, 'utf8');
  rmSync(path);
  await build({ root, targets: ['bankruptcy-7'] });
  expect(readFileSync(path, 'utf8')).toBe(source);
  expect(source).toContain('INSECURE');
  expect(source).toContain('LocalChain.requireLocal();');
});

test('an unknown target is refused with the known ones', async () => {
  await expect(build({ root, targets: ['bankruptcy-17'] })).rejects.toThrow(/bankruptcy-7/);
});

test('a key is made once, and again when its file was tampered with', async () => {
  const circuit = await compileHarnessCircuit('pipeline');
  const first = await developmentKey(root, circuit, () => undefined);
  expect((await developmentKey(root, circuit, () => undefined)).cached).toBe(true);
  expect(first.zkey.path).toMatch(/INSECURE/);
  writeFileSync(join(root, first.zkey.path), 'tampered');
  const again = await developmentKey(root, circuit, () => undefined);
  expect(again.cached).toBe(false);
  expect(sha256File(join(root, again.zkey.path))).toBe(first.zkey.sha256);
});
