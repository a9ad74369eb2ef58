// SPDX-License-Identifier: GPL-3.0-or-later
import { PlimsollError } from '../core/errors.ts';
import { DEVELOPMENT_ALPHA_1, DEVELOPMENT_BETA_2 } from '../proving/keys/development-points.ts';
import { isLocalChain } from './local-chain.ts';

/** Verifiers have their key in their code; an abscissa tells a point from all but its negative. */
const MARKS: readonly string[] = [
  DEVELOPMENT_ALPHA_1.toAffine().x,
  DEVELOPMENT_BETA_2.toAffine().x.c0,
  DEVELOPMENT_BETA_2.toAffine().x.c1,
].map((coordinate) => coordinate.toString(16));

/** Whether a contract's code holds a development key, whatever its source calls it. */
export function hasDevelopmentKey(bytecode: string): boolean {
  return MARKS.some((mark) => bytecode.includes(mark));
}

/**
 * Throws `DEVELOPMENT_KEY` for a verifier under which anybody can prove anything, anywhere but on a
 * local chain. The guard in its constructor says the same, but only where the key was called insecure.
 */
export function requireDeployable(name: string, bytecode: string, chainId: bigint): void {
  if (isLocalChain(chainId) || !hasDevelopmentKey(bytecode)) return;
  throw new PlimsollError(
    'DEVELOPMENT_KEY',
    `${name}: its key is a development key, whose secrets are public, and chain ${chainId} is not local`,
  );
}
