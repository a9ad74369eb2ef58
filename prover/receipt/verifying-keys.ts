// SPDX-License-Identifier: GPL-3.0-or-later
import { sha256, toUtf8Bytes } from 'ethers';
import type { SnarkjsVerificationKey } from 'snarkjs';
import { z } from 'zod';

import { keySetup, parseVerificationKey } from '../proving/formats/verification-key.ts';
import { requireRule } from '../core/errors.ts';
import {
  constant,
  list,
  oneOf,
  parseDocument,
  pattern,
  text,
  digestText as digest,
} from '../core/schema.ts';
import { PUBLIC_SIGNALS, type StatementName } from '../statements/generated/public-signals.ts';
import type { Receipt, ReceiptKey } from './document.ts';
import { ReceiptRefused } from './refusal.ts';

/** Far more than there are circuits. */
const MAX_KEYS = 1_000;

const trustedKey = z.strictObject({
  statement: oneOf(Object.keys(PUBLIC_SIGNALS) as StatementName[]),
  profile: pattern(
    /^([1-9][0-9]*|any)$/,
    'must be the number of positions a profile holds, or any',
  ),
  setup: keySetup,
  r1cs: digest,
  zkey: digest,
  /** The verification key file, byte for byte: its SHA-256 is what receipts and proof files name. */
  verificationKey: text(),
});

const document = z.strictObject({
  format: constant('plimsoll-verifying-keys'),
  version: constant(1),
  keys: list(trustedKey, MAX_KEYS, 1),
});

type TrustedKeyEntry = z.infer<typeof trustedKey>;

/** A verifying key that whoever checks believes in; all else a receipt says is measured by it. */
export interface TrustedKey extends ReceiptKey {
  readonly statement: TrustedKeyEntry['statement'];
  readonly key: SnarkjsVerificationKey;
}

function readEntry(entry: TrustedKeyEntry, index: number): TrustedKey {
  const { verificationKey: source, ...rest } = entry;
  const field = `keys[${index}].verificationKey`;
  const key = parseVerificationKey(source, { setup: entry.setup, field });
  const signals = PUBLIC_SIGNALS[entry.statement].length;
  requireRule(
    key.nPublic === signals,
    field,
    `must have the ${signals} public signals of ${entry.statement}`,
  );
  const verificationKey = sha256(toUtf8Bytes(source)).slice(2);
  return { ...rest, verificationKey, key };
}

/** Reads a key document; throws `InvalidInput` for a rule broken, by a key itself as well. */
export function parseVerifyingKeys(source: string, name: string): readonly TrustedKey[] {
  return parseDocument(document, source, name, ({ keys }) => keys.map(readEntry));
}

export function formatVerifyingKeys(keys: readonly TrustedKeyEntry[]): string {
  const content = { format: 'plimsoll-verifying-keys', version: 1, keys };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** The trusted key that the receipt names, in every particular; throws `KEY_UNKNOWN`. */
export function trustedKeyOf(receipt: Receipt, trusted: readonly TrustedKey[]): TrustedKey {
  const { statement, key: named } = receipt;
  const found = trusted.find(
    (key) =>
      key.statement === statement &&
      key.verificationKey === named.verificationKey &&
      key.profile === named.profile &&
      key.r1cs === named.r1cs &&
      key.zkey === named.zkey &&
      key.setup === named.setup,
  );
  if (found === undefined) {
    throw new ReceiptRefused(
      'KEY_UNKNOWN',
      `the proof was made under a key that is not trusted here: ${statement} (profile ` +
        `${named.profile}), verification key ${named.verificationKey}`,
    );
  }
  return found;
}
