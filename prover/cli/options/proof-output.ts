// SPDX-License-Identifier: GPL-3.0-or-later
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { buildCircuits } from '../../toolchain/build-circuits.ts';
import { InvalidInput } from '../../core/errors.ts';
import { loadArtifactManifest } from '../../proving/artifacts.ts';
import type { StatementName } from '../../statements/generated/public-signals.ts';
import type { CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';

/** The file of `--out`; `what` is what will be written to it. */
export function outputPath(context: CommandContext, what: string): string {
  const out = stringOption(context, 'out');
  if (out === undefined)
    throw new InvalidInput('--out', `is required: the file to write ${what} to`);
  // Found out now, not after the minute that a proof may take.
  if (!existsSync(dirname(resolve(out)))) throw new InvalidInput('--out', `${out}: no such folder`);
  return out;
}

/** A profile that is not part of the set-up is built when an account first needs it. */
export async function buildWhereMissing(
  context: CommandContext,
  statement: StatementName,
  profile: string,
): Promise<void> {
  const { artifacts } = loadArtifactManifest();
  const built = artifacts.some(
    (artifact) => artifact.statement === statement && artifact.profile === profile,
  );
  if (built) return;
  context.note(`building ${statement}-${profile}, once`);
  await buildCircuits({
    targets: [`${statement}-${profile}`],
    progress: ({ message, done, total }) => context.note(`  ${done}/${total} ${message}`),
  });
}
