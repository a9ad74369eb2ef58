// SPDX-License-Identifier: GPL-3.0-or-later
import { stateHash } from '../../commitments/dynamic-words.ts';
import { requireRule } from '../../core/errors.ts';
import { marginInputsOf } from '../../documents/margin-inputs-document.ts';
import { requireMovable } from '../../documents/margin-rule-document.ts';
import { requireSoundSources } from '../../documents/price-sources-document.ts';
import type { RiskParameters } from '../../model/types.ts';
import { initialState } from '../../risk/dynamic/rule.ts';
import { PROFILES, type StatementName } from '../../statements/generated/public-signals.ts';
import type { VenueConfig } from '../config.ts';
import { NO_TOKEN } from './optional-parts.ts';
import type { CoinTerms, MovingMargin, OptionalParts, SolvencyTerms } from './optional-parts.ts';
import { plannedRule } from './planned-rule.ts';

/** Commitment to the state that a venue opens with. */
export function openingHash(margin: MovingMargin): bigint {
  const { rule, hash } = plannedRule(margin);
  return stateHash(initialState(rule, hash, marginInputsOf(margin.inputs)));
}

const COMPONENTS = ['index', 'perpetual', 'collateral'] as const;

/** What takes any content of a ledger, however slowly: without it a session could be unprovable. */
const SESSION_VERIFIERS = [
  ['solvency-batch', '4'],
  ['solvency-close', 'any'],
] as const;

function requireSoundCoins(coins: readonly CoinTerms[]): void {
  const tokens = coins.map(({ token }) => token.toLowerCase());
  tokens.forEach((token, place) => {
    requireRule(
      token === NO_TOKEN || tokens.indexOf(token) === place,
      `coins[${place}].token`,
      'must differ from that of every other coin: what is held of it would back both',
    );
  });
}

function requireSoundSolvency(
  { pinSeconds, maxAge }: SolvencyTerms,
  verifies: (statement: StatementName, profile: string) => boolean,
): void {
  requireRule(
    maxAge > pinSeconds,
    'solvency.maxAge',
    `must be above pinSeconds, ${pinSeconds}: a session closed at the last moment must say something`,
  );
  for (const [statement, profile] of SESSION_VERIFIERS) {
    requireRule(
      verifies(statement, profile),
      `verifiers.${statement}.${profile}`,
      'is required: solvency asks for proofs of sessions',
    );
  }
  requireRule(
    PROFILES['risk-arrays'].some((profile) => verifies('risk-arrays', profile)),
    'verifiers.risk-arrays',
    'must have one: solvency asks for proofs of sessions',
  );
}

/** What the contracts take no exception to and nobody wants; throws `InvalidInput`. */
export function requireSoundParts(
  { medianSources, movingMargin, coins, solvency }: OptionalParts,
  { heartbeats }: Pick<VenueConfig, 'heartbeats'>,
  verifies: (statement: StatementName, profile: string) => boolean,
): void {
  if (medianSources !== undefined) {
    requireSoundSources(medianSources, 'medianSources');
    medianSources.forEach(({ maxAges }, place) => {
      for (const component of COMPONENTS) {
        const most = heartbeats[component];
        requireRule(
          maxAges[component] >= 1n && maxAges[component] <= BigInt(most),
          `medianSources[${place}].maxAges.${component}`,
          `must be 1 … ${most}, the feed's heartbeat: what is older is stale to the feed itself`,
        );
      }
    });
    requireRule(
      verifies('oracle-median', 'any'),
      'verifiers.oracle-median.any',
      'is required: medianSources asks for proofs of medians',
    );
  }
  if (coins !== undefined) requireSoundCoins(coins);
  if (solvency !== undefined) requireSoundSolvency(solvency, verifies);
  if (movingMargin === undefined) return;
  plannedRule(movingMargin);
  requireRule(
    movingMargin.minStepSeconds <= movingMargin.keepAliveSeconds,
    'movingMargin.keepAliveSeconds',
    `must be at least minStepSeconds, ${movingMargin.minStepSeconds}`,
  );
  requireRule(
    verifies('margin-step', 'any'),
    'verifiers.margin-step.any',
    'is required: movingMargin asks for proofs of its steps',
  );
}

/** That the set which margin is to move over can move by the rule; throws `InvalidInput`. */
export function requireMovableBy(parts: OptionalParts, base: RiskParameters): void {
  if (parts.movingMargin === undefined) return;
  requireMovable(base, plannedRule(parts.movingMargin).rule);
}
