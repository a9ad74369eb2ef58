// SPDX-License-Identifier: GPL-3.0-or-later
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { InvalidInput } from '../../../../prover/core/errors.ts';
import {
  defaultBackend,
  makeBackend,
  requestedBackend,
} from '../../../../prover/proving/backends/backend-choice.ts';
import {
  buildNativeProver,
  findGo,
  findNativeProver,
  nativeFingerprint,
} from '../../../../prover/proving/backends/native-build.ts';
import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';

const STAND_IN = join(REPOSITORY_ROOT, 'test/support/rapidsnark-stand-in.mjs');
const choice = (environment: NodeJS.ProcessEnv): string => defaultBackend('0', environment).name;

test('the default is the native worker where it is built, and snarkjs elsewhere', () => {
  expect(choice({})).toBe(findNativeProver() === undefined ? 'snarkjs' : 'native');
});

test('a rapidsnark that was configured goes before the worker', () => {
  expect(choice({ PLIMSOLL_RAPIDSNARK: STAND_IN })).toBe('rapidsnark');
});

test('PLIMSOLL_BACKEND decides', () => {
  expect(choice({ PLIMSOLL_BACKEND: 'snarkjs', PLIMSOLL_RAPIDSNARK: STAND_IN })).toBe('snarkjs');
  expect(choice({ PLIMSOLL_BACKEND: 'rapidsnark', PLIMSOLL_RAPIDSNARK: STAND_IN })).toBe(
    'rapidsnark',
  );
});

test('PLIMSOLL_BACKEND with another value is an error that names it', () => {
  expect(() => requestedBackend({ PLIMSOLL_BACKEND: 'fast' })).toThrow(InvalidInput);
  expect(() => choice({ PLIMSOLL_BACKEND: 'fast' })).toThrow(
    /PLIMSOLL_BACKEND: must be one of: snarkjs, native, rapidsnark; got fast/,
  );
});

test('a backend that is asked for but missing is an error, not a fallback', () => {
  const programs = { native: undefined, rapidsnark: undefined };
  expect(() => makeBackend('native', '0', programs)).toThrow(/native is not built/);
  expect(() => makeBackend('rapidsnark', '0', programs)).toThrow(/rapidsnark is not installed/);
});

describe('building the worker', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'plimsoll-build-'));
    cpSync(join(REPOSITORY_ROOT, 'prover/native'), join(root, 'prover/native'), {
      recursive: true,
    });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('without Go makes nothing and says why', async () => {
    expect(findGo({ PATH: '' })).toBeUndefined();
    const reason = 'Go is not on the PATH';
    expect(await buildNativeProver(root, { PATH: '' })).toEqual({ state: 'unavailable', reason });
    expect(findNativeProver(root)).toBeUndefined();
  });

  test('from sources that do not compile makes nothing and says why', async () => {
    const folder = join(root, 'bin');
    mkdirSync(folder);
    writeFileSync(join(folder, 'go'), '#!/bin/sh\necho "main.go:1: no" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const reason = 'go build failed: main.go:1: no';
    expect(await buildNativeProver(root, { PATH: folder })).toEqual({
      state: 'unavailable',
      reason,
    });
    expect(readdirSync(join(root, '.plimsoll/native'))).toEqual([]);
  });

  test('is asked for again once a source has changed, but not for a test', () => {
    const before = nativeFingerprint(root);
    writeFileSync(join(root, 'prover/native/internal/msm/other_test.go'), 'package msm\n');
    expect(nativeFingerprint(root)).toBe(before);
    writeFileSync(join(root, 'prover/native/internal/msm/other.go'), 'package msm\n');
    expect(nativeFingerprint(root)).not.toBe(before);
  });
});
