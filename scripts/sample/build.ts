// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from 'node:crypto';

import type { Account } from '../../prover/commitments/account.ts';
import { instrumentKey } from '../../prover/commitments/instrument.ts';
import { priceMarket } from '../../prover/risk/pricing/market.ts';
import type { Instrument, RiskParameters } from '../../prover/model/types.ts';
import type { SampleLabel } from '../../prover/sample/labels.ts';
import { clients } from './clients.ts';
import type { Draft } from './drafts.ts';
import { houses } from './houses.ts';
import { SNAPSHOTS, type TickName } from './market.ts';
import { afterFunding, beforeFunding } from './passing-time.ts';
import { seededRandom } from './random.ts';
import { type Markets, resolveQuotes } from './resolve.ts';
import { countedAccounts, worstScenarioAccounts } from './searched.ts';
import { specials } from './specials.ts';

const SEED = 20_260_205;
const POSITION_COUNTS = [0, 1, 4, 5, 8, 9, 16, 17, 64];

export interface Venue {
  readonly ledgers: Readonly<Record<TickName, readonly Account[]>>;
  readonly labels: readonly SampleLabel[];
}

/** An address nobody has the key of: the start of a SHA-256. */
function ownerAddress(name: string): bigint {
  const digest = createHash('sha256').update(`plimsoll sample owner ${name}`).digest('hex');
  return BigInt(`0x${digest.slice(0, 40)}`);
}

function instrumentsOf(drafts: readonly Draft[]): readonly Instrument[] {
  const byKey = new Map<bigint, Instrument>();
  for (const { instrument } of drafts.flatMap(({ positions }) => positions)) {
    byKey.set(instrumentKey(instrument), instrument);
  }
  return [...byKey].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, found]) => found);
}

/** The whole venue from its seed; pure, and the same on every machine. */
export function buildVenue(parameters: RiskParameters): Venue {
  const markets: Markets = {
    calm: priceMarket(SNAPSHOTS.calm, parameters),
    crash: priceMarket(SNAPSHOTS.crash, parameters),
    rebound: priceMarket(SNAPSHOTS.rebound, parameters),
  };
  const random = seededRandom(SEED);
  const named = [
    ...specials(),
    ...clients(random),
    ...worstScenarioAccounts(markets.crash, random),
  ];
  const counted = countedAccounts(POSITION_COUNTS, instrumentsOf(named), random);
  const everybody = [...named, ...counted];
  const drafts = [...everybody, ...houses(everybody, markets.calm)];
  const quoteE6 = resolveQuotes(drafts, markets);
  const crash = drafts.map((draft, index): Account => ({
    owner: ownerAddress(draft.owner ?? draft.name),
    settlementNonce: draft.settlementNonce ?? 0n,
    frozen: false,
    riskReducingOnly: false,
    quoteE6: quoteE6[index] as bigint,
    collateralE8: draft.collateralE8,
    positions: draft.positions,
  }));
  return {
    ledgers: {
      calm: beforeFunding(crash),
      crash,
      rebound: afterFunding(crash, drafts),
    },
    labels: drafts.map(({ name, kind, note }, index) => ({
      index,
      name,
      kind,
      ...(note === undefined ? {} : { note }),
    })),
  };
}
