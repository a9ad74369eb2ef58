// SPDX-License-Identifier: GPL-3.0-or-later
import { AbiCoder, ZeroHash, id, keccak256 } from 'ethers';

import { InvalidInput } from '../core/errors.ts';
import { SCALAR_FIELD } from '../core/scalar-field.ts';

/** What sets a receipt's proof apart from a proof that a contract acts on. */
const RECEIPT_ACTION = id('plimsoll.receipt');

/** The challenge of an exact receipt for nobody in particular. */
export const NO_CHALLENGE = ZeroHash;

/** Longer than any sentence with a nonce and a date in it. */
const MAX_TEXT_LENGTH = 1_000;

/**
 * The 32 bytes of a challenge: `0x` and 64 hex digits stand for themselves, any other text for its
 * keccak256, without white space around it, which nobody sees and forms drop. Throws `InvalidInput`
 * naming `field` for what looks like hex but is not 32 bytes, and for the zero challenge, which
 * stands for none.
 */
export function challengeOf(given: string, field: string): string {
  const text = given.trim();
  if (text.startsWith('0x')) {
    if (!/^0x[0-9a-fA-F]{64}$/.test(text)) {
      throw new InvalidInput(field, 'must be a text, or 0x and exactly 64 hexadecimal digits');
    }
    const challenge = text.toLowerCase();
    if (challenge === NO_CHALLENGE) throw new InvalidInput(field, 'zero stands for no challenge');
    return challenge;
  }
  if (text === '' || text.length > MAX_TEXT_LENGTH) {
    throw new InvalidInput(field, `must be a text of 1 to ${MAX_TEXT_LENGTH} characters`);
  }
  return id(text);
}

/**
 * keccak256(abi.encode(chain id, market feed, keccak256("plimsoll.receipt"), challenge)) mod r: the
 * `context` signal that ties a receipt's proof to one venue and one question.
 */
export function receiptContext(chainId: bigint, marketFeed: string, challenge: string): bigint {
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ['uint256', 'address', 'bytes32', 'bytes32'],
    [chainId, marketFeed, RECEIPT_ACTION, challenge],
  );
  return BigInt(keccak256(encoded)) % SCALAR_FIELD;
}
