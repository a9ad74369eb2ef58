// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/documents`: JSON to model and back, every rule checked. Pure.
 *
 * @module
 */
export { formatLedger, parseLedger } from '../documents/ledger-document.ts';
export { parseSnapshot, snapshotDocument } from '../documents/snapshot-document.ts';
export { loadDefaultParameters, parseParameters } from '../documents/parameters-document.ts';
export type { ParameterSet } from '../documents/parameters-document.ts';
export { formatMarketInputs, parseMarketInputs } from '../documents/market-inputs-document.ts';
export type { MarketInputs } from '../documents/market-inputs-document.ts';
