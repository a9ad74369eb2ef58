// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/receipt`: check a receipt, against the chain too.
 *
 * @module
 */
export { formatReceipt, parsePlace, parseReceipt } from '../receipt/document.ts';
export type { Place, Receipt } from '../receipt/document.ts';
export { isValid, verifyReceipt } from '../receipt/verify.ts';
export type { CheckedReceipt, Expectations } from '../receipt/verify.ts';
export { parseVerifyingKeys } from '../receipt/verifying-keys.ts';
export type { TrustedKey } from '../receipt/verifying-keys.ts';
export { httpRpc } from '../receipt/json-rpc.ts';
export type { JsonRpc } from '../receipt/json-rpc.ts';
export { caveatsOf, sentenceOf } from '../receipt/sentence.ts';
