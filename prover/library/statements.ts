// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/statements`: a tick and an account to circuit inputs and public signals.
 *
 * @module
 */
export { parseManifest, loadManifest } from '../statements/manifest.ts';
export type { CircuitManifest } from '../statements/manifest.ts';
export { prepareStatement } from '../statements/prepare.ts';
export type { StatementInstance, StatementRequests } from '../statements/instance.ts';
export { decodePublicSignals, encodePublicSignals } from '../statements/public-signals.ts';
export { MarketTick } from '../statements/market-tick.ts';
export { packChange, unpackChange } from '../statements/change.ts';
export type { CircuitInputs } from '../statements/circuit-input.ts';
export type { StatementName, StatementSignals } from '../statements/generated/public-signals.ts';
