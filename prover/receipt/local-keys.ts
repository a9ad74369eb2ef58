// SPDX-License-Identifier: GPL-3.0-or-later
import { loadArtifactManifest, readArtifactFile } from '../proving/artifacts.ts';
import { PlimsollError } from '../core/errors.ts';
import { PUBLIC_SIGNALS, type StatementName } from '../statements/generated/public-signals.ts';
import { RECEIPT_STATEMENTS } from './document.ts';
import { formatVerifyingKeys } from './verifying-keys.ts';

export const ALL_STATEMENTS = Object.keys(PUBLIC_SIGNALS) as readonly StatementName[];

/** Of what the page of receipts takes. */
export const PAGE_STATEMENTS: readonly StatementName[] = [
  ...RECEIPT_STATEMENTS,
  'risk-arrays',
  'solvency-batch',
  'solvency-close',
];

/** The key document of the circuits built in this checkout; `NOT_SET_UP` where there are none. */
export function localKeyDocument(
  statements: readonly StatementName[] = RECEIPT_STATEMENTS,
): string {
  const keys = loadArtifactManifest().artifacts.flatMap((artifact) => {
    const statement = statements.find((name) => name === artifact.statement);
    if (statement === undefined) return [];
    const { r1cs, zkey, verificationKey } = artifact.files;
    return [
      {
        statement,
        profile: artifact.profile,
        setup: artifact.key,
        r1cs: r1cs.sha256,
        zkey: zkey.sha256,
        verificationKey: new TextDecoder().decode(readArtifactFile(verificationKey)),
      },
    ];
  });
  if (keys.length === 0) {
    throw new PlimsollError(
      'NOT_SET_UP',
      'no such circuit is built here: give --keys, or run "npx plimsoll setup"',
    );
  }
  return formatVerifyingKeys(keys);
}
