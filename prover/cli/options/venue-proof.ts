// SPDX-License-Identifier: GPL-3.0-or-later
import type { CitedProof } from '../../chain/submit.ts';
import type { VenueDocument } from '../../chain/venue-document.ts';
import { proveForVenue, type Use } from '../../keeper/act.ts';
import type { JudgedTick } from '../../keeper/judged-tick.ts';
import type { Prover } from '../../proving/prover.ts';
import type { CommandContext } from '../command.ts';
import { buildWhereMissing } from './circuit-build.ts';

/** As `proveForVenue`; says what it proves, and builds a circuit that is not part of the set-up. */
export async function proveJudged(
  context: CommandContext,
  prover: Prover,
  document: VenueDocument,
  judged: JudgedTick,
  use: Use,
): Promise<CitedProof> {
  context.note(`proving ${use.statement} of account ${use.accountIndex}`);
  return await proveForVenue(prover, document, judged, use, (statement, profile) =>
    buildWhereMissing(context, statement, profile),
  );
}
