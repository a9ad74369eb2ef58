// SPDX-License-Identifier: GPL-3.0-or-later
import { parseProof } from '../../proving/formats/proof-file.ts';
import { Prover } from '../../proving/prover.ts';
import { answerParent, type ProcessAnswer } from '../answering-process.ts';

/** What the owner asks of a checking process, and what comes back. */
export interface CheckQuestion {
  readonly proof: string;
}
export type CheckAnswer = ProcessAnswer<{ readonly holds: boolean }>;

// Verification keys stay warm between questions.
const prover = new Prover();

answerParent(async ({ proof }: CheckQuestion) => ({
  holds: await prover.verify(parseProof(proof)),
}));
