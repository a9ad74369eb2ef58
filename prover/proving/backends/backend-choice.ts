// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { ProvingBackend } from './backend.ts';
import { NativeBackend } from './native-backend.ts';
import { findNativeProver } from './native-build.ts';
import { findRapidsnark, RapidsnarkBackend } from './rapidsnark-backend.ts';
import { SnarkjsBackend } from './snarkjs-backend.ts';

export const BACKEND_NAMES = ['snarkjs', 'native', 'rapidsnark'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

const ENVIRONMENT_VARIABLE = 'PLIMSOLL_BACKEND';

export interface BackendPrograms {
  readonly native: string | undefined;
  readonly rapidsnark: string | undefined;
}

/** What PLIMSOLL_BACKEND asks for; throws `InvalidInput` naming it for anything but a backend. */
export function requestedBackend(
  environment: NodeJS.ProcessEnv = process.env,
): BackendName | undefined {
  const value = environment[ENVIRONMENT_VARIABLE];
  if (value === undefined || value === '') return undefined;
  const known = BACKEND_NAMES.find((name) => name === value);
  if (known === undefined) {
    const names = BACKEND_NAMES.join(', ');
    throw new InvalidInput(ENVIRONMENT_VARIABLE, `must be one of: ${names}; got ${value}`);
  }
  return known;
}

export function makeBackend(
  name: BackendName,
  snarkjsVersion: string,
  programs: BackendPrograms,
): ProvingBackend {
  if (name === 'snarkjs') return new SnarkjsBackend(snarkjsVersion);
  const program = programs[name];
  if (program === undefined) {
    const remedy =
      name === 'native'
        ? 'is not built: run "npx plimsoll setup" with Go on the PATH'
        : 'is not installed: set PLIMSOLL_RAPIDSNARK, or put it on the PATH';
    throw new InvalidInput(ENVIRONMENT_VARIABLE, `${name} ${remedy}`);
  }
  return name === 'native' ? new NativeBackend(program) : new RapidsnarkBackend(program);
}

/**
 * The one that PLIMSOLL_BACKEND names; else a rapidsnark that was configured, the native worker when
 * it is built, a rapidsnark on the PATH, and snarkjs in the end.
 */
export function defaultBackend(
  snarkjsVersion: string,
  environment: NodeJS.ProcessEnv = process.env,
): ProvingBackend {
  const requested = requestedBackend(environment);
  const programs = { native: findNativeProver(), rapidsnark: findRapidsnark(environment) };
  if (requested !== undefined) return makeBackend(requested, snarkjsVersion, programs);
  const order: BackendName[] =
    (environment['PLIMSOLL_RAPIDSNARK'] ?? '') === ''
      ? ['native', 'rapidsnark']
      : ['rapidsnark', 'native'];
  const found = order.find((name) => name !== 'snarkjs' && programs[name] !== undefined);
  return makeBackend(found ?? 'snarkjs', snarkjsVersion, programs);
}
