// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import { isCheckout } from '../../core/root.ts';
import { findArtifact, loadArtifactManifest } from '../../proving/artifacts.ts';
import { localKeyDocument } from '../../receipt/local-keys.ts';
import { parseVerifyingKeys, type TrustedKey } from '../../receipt/verifying-keys.ts';
import type { StatementName } from '../../statements/generated/public-signals.ts';
import { stringOption, type CommandContext, type OptionSpec } from '../command.ts';

export const KEYS_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'file',
  describe: 'trusted keys in place of those built here (plimsoll receipt keys --all)',
};

export interface TrustedKeys {
  readonly keys: readonly TrustedKey[];
  /** Where they come from, for messages. */
  readonly whose: string;
}

/**
 * Those of `--keys`, or of this checkout; throws `ARTIFACT_MISSING` where neither has the circuit, and
 * `InvalidInput` where there is no checkout.
 */
export function trustedKeys(
  context: CommandContext,
  statement: StatementName,
  profile: string,
): TrustedKeys {
  const path = stringOption(context, 'keys');
  if (path !== undefined) {
    return { keys: parseVerifyingKeys(readTextFile(path, '--keys'), path), whose: path };
  }
  if (!isCheckout()) {
    throw new InvalidInput(
      '--keys',
      'is required: this package comes without keys; ask whom you believe for a file that "npx plimsoll ' +
        'receipt keys --all --out keys.json" wrote in a checkout with circuits',
    );
  }
  findArtifact(loadArtifactManifest(), statement, profile);
  return {
    keys: parseVerifyingKeys(localKeyDocument([statement]), 'keys'),
    whose: 'the circuit built here',
  };
}
