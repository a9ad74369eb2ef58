// SPDX-License-Identifier: GPL-3.0-or-later
import { buildCircuits } from '../../toolchain/build-circuits.ts';
import { loadArtifactManifest } from '../../proving/artifacts.ts';
import type { StatementName } from '../../statements/generated/public-signals.ts';
import type { CommandContext } from '../command.ts';

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
