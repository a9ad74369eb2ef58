// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';

import { sha256File } from '../../../../prover/core/hash.ts';
import { ARTIFACTS_DIRECTORY, REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import {
  compileCircuit,
  compiledFile,
  mainSource,
  removeAbandonedWork,
} from '../../../../prover/toolchain/circuits/compile.ts';
import type { CircuitSpec } from '../../../../prover/toolchain/circuits/compile.ts';

const SPEC: CircuitSpec = {
  name: 'pipeline-cache-test',
  file: 'test/circuits/templates/array-hint.circom',
  template: 'WeakDivision',
  parameters: [],
  publicInputs: ['value'],
};
const options = { root: REPOSITORY_ROOT, inspectAllowances: [] };
const run = promisify(execFile);

/** Compiled under a name of this test's own, so that each test starts from nothing. */
async function forget(): Promise<void> {
  const { directory } = await compileCircuit(SPEC, options);
  rmSync(join(REPOSITORY_ROOT, directory), { recursive: true });
}

beforeEach(forget);
afterAll(forget);

test('mains are generated, with only the declared inputs public', () => {
  expect(mainSource(SPEC)).toContain('component main {public [value]} = WeakDivision();');
  expect(mainSource({ ...SPEC, publicInputs: [], parameters: [3, 4] })).toContain(
    'component main = WeakDivision(3, 4);',
  );
});

describe('the cache', () => {
  test('serves the second build and gives the same bytes as a fresh one', async () => {
    const first = await compileCircuit(SPEC, options);
    const second = await compileCircuit(SPEC, options);
    expect([first.cached, second.cached]).toEqual([false, true]);
    await forget();
    const again = await compileCircuit(SPEC, options);
    expect(again.cached).toBe(false);
    expect(again.files).toEqual(first.files);
  });

  test('is keyed by parameters, public inputs and options', async () => {
    const base = await compileCircuit(SPEC, options);
    const closed = await compileCircuit({ ...SPEC, publicInputs: [] }, options);
    const unsimplified = await compileCircuit(SPEC, { ...options, simplification: 0 });
    expect(new Set([base.directory, closed.directory, unsimplified.directory]).size).toBe(3);
    for (const { directory } of [closed, unsimplified]) {
      rmSync(join(REPOSITORY_ROOT, directory), { recursive: true });
    }
  });

  test.each(['r1cs', 'wasm', 'sym'] as const)(
    'rebuilds when its %s was tampered with',
    async (extension) => {
      const first = await compileCircuit(SPEC, options);
      writeFileSync(compiledFile(REPOSITORY_ROOT, first, extension), 'tampered');
      const second = await compileCircuit(SPEC, options);
      expect(second.cached).toBe(false);
      expect(sha256File(compiledFile(REPOSITORY_ROOT, second, extension))).toBe(
        first.files[extension],
      );
    },
  );

  test('ignores a folder whose stamp was never written', async () => {
    const { directory } = await compileCircuit(SPEC, options);
    rmSync(join(REPOSITORY_ROOT, directory, 'build.json'));
    expect((await compileCircuit(SPEC, options)).cached).toBe(false);
  });
});

test('two processes building the same circuit at once both get it', async () => {
  const script = `
    import { compileCircuit } from './prover/toolchain/circuits/compile.ts';
    const circuit = await compileCircuit(${JSON.stringify(SPEC)}, { root: ${JSON.stringify(REPOSITORY_ROOT)}, inspectAllowances: [] });
    process.stdout.write(JSON.stringify(circuit.files));`;
  const start = async (): Promise<string> => {
    const args = ['--input-type=module-typescript', '--eval', script];
    return (await run(process.execPath, args, { cwd: REPOSITORY_ROOT })).stdout;
  };
  const [left, right] = await Promise.all([start(), start()]);
  expect(left).toBe(right);
  expect((await compileCircuit(SPEC, options)).cached).toBe(true);
});

test('what a killed build left behind is removed, what a running one uses is not', () => {
  const work = join(REPOSITORY_ROOT, ARTIFACTS_DIRECTORY, 'work');
  // Process numbers stay below 2^22 on Linux and 10^5 on macOS.
  const abandoned = join(work, 'killed-99999999');
  const running = join(work, `running-${process.pid}`);
  for (const folder of [abandoned, running]) mkdirSync(folder, { recursive: true });
  removeAbandonedWork(REPOSITORY_ROOT);
  expect([existsSync(abandoned), existsSync(running)]).toEqual([false, true]);
  rmSync(running, { recursive: true });
});

test('two callers in one process share one compilation', async () => {
  const [left, right] = await Promise.all([
    compileCircuit(SPEC, options),
    compileCircuit(SPEC, options),
  ]);
  expect(left).toBe(right);
});

test('sources edited while circom reads them do not enter the cache', async () => {
  const file = '.plimsoll/edited-while-compiling.circom';
  const path = join(REPOSITORY_ROOT, file);
  const source = readFileSync(join(REPOSITORY_ROOT, SPEC.file), 'utf8');
  writeFileSync(path, source);
  try {
    const compiling = compileCircuit({ ...SPEC, file }, options);
    writeFileSync(path, `${source}// edited\n`);
    await expect(compiling).rejects.toMatchObject({ code: 'CIRCUIT_SOURCES_CHANGED' });
  } finally {
    rmSync(path);
  }
});

describe('a circuit is refused', () => {
  test('when --inspect warns: an input that nothing constrains', async () => {
    const unused = {
      ...SPEC,
      file: 'test/circuits/templates/unused-input.circom',
      template: 'UnusedInput',
    };
    const attempt = compileCircuit({ ...unused, publicInputs: ['context'] }, options);
    await expect(attempt).rejects.toMatchObject({ code: 'CIRCUIT_WARNINGS' });
    await expect(attempt).rejects.toThrow(/context/);
  });

  test('even when the allow-list names it, if it is our own', async () => {
    const unused = {
      ...SPEC,
      file: 'test/circuits/templates/unused-input.circom',
      template: 'UnusedInput',
    };
    const inspectAllowances = ['CA01', 'CA02'].map((code) => ({
      template: 'UnusedInput',
      code,
      reason: '',
    }));
    await expect(compileCircuit(unused, { ...options, inspectAllowances })).rejects.toMatchObject({
      code: 'CIRCUIT_WARNINGS',
    });
  });

  test('when circom fails, with its message', async () => {
    const wrong = { ...SPEC, parameters: [1, 2] };
    await expect(compileCircuit(wrong, options)).rejects.toMatchObject({ code: 'CIRCUIT_COMPILE' });
  });

  test('when a source is missing', async () => {
    const absent = { ...SPEC, file: 'test/circuits/templates/absent.circom' };
    await expect(compileCircuit(absent, options)).rejects.toThrow(/absent\.circom/);
  });
});
