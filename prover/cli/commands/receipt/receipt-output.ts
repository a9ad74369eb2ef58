// SPDX-License-Identifier: GPL-3.0-or-later
import { address, decimal, shape, text, whole } from '../../../core/json-output.ts';

/** A margin tick, as receipts name it. */
export const placeOutput = shape({
  chainId: decimal,
  marketFeed: address,
  ledgerRegistry: address,
  healthGate: address,
  tick: decimal,
  tickTime: whole,
});

/** Circuit and key of a receipt: SHA-256 of the files. */
export const keyOutput = shape({
  profile: text,
  r1cs: text,
  zkey: text,
  verificationKey: text,
  setup: text,
});
