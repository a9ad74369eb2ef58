// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { InvalidInput } from '../../prover/errors.ts';
import {
  defaultBackend,
  makeBackend,
  requestedBackend,
} from '../../prover/proving/backend-choice.ts';
import { buildNativeProver, findGo, findNativeProver } from '../../prover/proving/native-build.ts';
import { REPOSITORY_ROOT } from '../../prover/proving/root.ts';

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

test('without Go there is nothing to build with, and a reason', async () => {
  expect(findGo({ PATH: '' })).toBeUndefined();
  const built = await buildNativeProver(REPOSITORY_ROOT, { PATH: '' });
  expect(built.state).toBe(findNativeProver() === undefined ? 'unavailable' : 'present');
});
