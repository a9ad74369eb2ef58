// SPDX-License-Identifier: GPL-3.0-or-later
import type { Instrument } from './types.ts';

export const isOption = ({ kind }: Instrument): boolean => kind === 'call' || kind === 'put';

export const isPerpetual = ({ kind }: Instrument): boolean => kind === 'perpetual';

/** Identifies an instrument in a map; the committed key is the ledger's. */
export const instrumentId = ({ underlying, kind, expiry, strikeE4 }: Instrument): string =>
  `${underlying}:${kind}:${expiry}:${strikeE4}`;
