// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import type { ProofFile } from '../../proving/formats/proof-file.ts';
import { loadProof } from '../../proving/formats/saved-proof.ts';
import { keyOfProof, proofHolds } from '../../receipt/held-proof.ts';
import type { TrustedKey } from '../../receipt/verifying-keys.ts';
import type { StatementSignals } from '../../statements/generated/public-signals.ts';
import {
  passSignalsOf,
  requireWholePass,
  type ExpectedTick,
} from '../../venue/session/whole-pass.ts';
import {
  parseSession,
  type SessionDocument,
  type SessionStep,
} from '../../venue/session/session-document.ts';
import type { CommandContext, PositionalSpec } from '../command.ts';
import { trustedKeys } from './trusted-keys.ts';

export const FOLDER_POSITIONAL: PositionalSpec = {
  name: 'folder',
  required: true,
  describe: 'the session: session.json and its proofs (plimsoll solvency prove)',
};

export const sessionPath = (folder: string): string => join(folder, 'session.json');
export const proofPath = (folder: string, step: string): string => join(folder, `${step}.json`);

/** The session that a folder says it is; `undefined` where there is none yet. */
export function findSession(folder: string): SessionDocument | undefined {
  const path = sessionPath(folder);
  return existsSync(path) ? parseSession(readTextFile(path, '<folder>'), path) : undefined;
}

export function readSession(context: CommandContext): {
  readonly folder: string;
  readonly session: SessionDocument;
} {
  const folder = context.positionals[0] ?? '';
  const session = findSession(folder);
  if (session === undefined) {
    throw new InvalidInput('<folder>', `${folder}: has no session.json`);
  }
  return { folder, session };
}

/** The proof of a step; `undefined` where it is not made yet, or its file is not one. */
export function findProof(folder: string, { name, statement }: SessionStep): ProofFile | undefined {
  const path = proofPath(folder, name);
  if (!existsSync(path)) return undefined;
  try {
    const file = loadProof(path);
    return file.statement === statement ? file : undefined;
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

/** The proofs of a session in order, its close among them; throws `PROOF_MISSING`. */
export function requireProofs(folder: string, session: SessionDocument): readonly ProofFile[] {
  const proofs = session.steps.map((step) => {
    const proof = findProof(folder, step);
    if (proof === undefined) {
      throw new PlimsollError('PROOF_MISSING', `${proofPath(folder, step.name)}: no proof of it`);
    }
    return proof;
  });
  const closes = proofs.filter(({ statement }) => statement === 'solvency-close').length;
  if (closes !== 1) {
    throw new InvalidInput('<folder>', `${folder}: must have one close, has ${closes}`);
  }
  return proofs;
}

/**
 * Checks every proof of a session and that together they are a whole one about this tick. Needs no
 * account: what the proofs publish, and trusted keys. Throws `SessionRefused` or `PROOF_INVALID`.
 */
export function verifySession(
  context: CommandContext,
  folder: string,
  session: SessionDocument,
  expected: ExpectedTick,
): StatementSignals['solvency-close'] {
  const proofs = requireProofs(folder, session);
  const signals = passSignalsOf(proofs);
  requireWholePass(signals, expected);
  const keys = new Map<string, TrustedKey>();
  proofs.forEach((proof, place) => {
    const { name } = session.steps[place]!;
    const circuit = `${proof.statement}-${proof.profile} ${proof.artifact.verificationKey}`;
    let key = keys.get(circuit);
    if (key === undefined) {
      const trusted = trustedKeys(context, proof.statement, proof.profile);
      key = keyOfProof(proof, trusted.keys, trusted.whose);
      keys.set(circuit, key);
    }
    if (!proofHolds(proof, key)) {
      throw new PlimsollError('PROOF_INVALID', `${proofPath(folder, name)}: does not hold`);
    }
    context.note(`${name} holds (${place + 1} of ${proofs.length})`);
  });
  return signals.close;
}
