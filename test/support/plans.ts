// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress, toBeHex } from 'ethers';

import { SAMPLE_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { DEFAULT_SOLVENCY } from '../../prover/chain/deployment/optional-parts.ts';
import {
  NEW,
  STATEMENTS,
  defaultPlan,
  type VenuePlan,
} from '../../prover/chain/deployment/plan-document.ts';
import type { DeployedVerifiers, VenueDocument } from '../../prover/chain/venue-document.ts';
import type { VenueAddresses } from '../../prover/chain/venue.ts';
import { MARGIN_INPUTS_FORMAT } from '../../prover/documents/margin-inputs-document.ts';
import { DEFAULT_MARGIN_RULE } from '../../prover/documents/margin-rule-document.ts';
import { SOURCES } from './reports.ts';

/** An address of a number, for roles that never act. */
export const addressOf = (number: number | bigint): string => getAddress(toBeHex(number, 20));

/** A plan that can be deployed on a local chain; fresh, with whole branches replaced. */
export function validPlan(overrides: Partial<VenuePlan> = {}): VenuePlan {
  const plan = defaultPlan(
    {
      chainId: 31_337n,
      owner: addressOf(0x01_0001),
      guardian: addressOf(0x01_0002),
      oracles: { signers: [3, 4, 5].map((n) => addressOf(0x01_0000 + n)), threshold: 2 },
      config: SAMPLE_VENUE_CONFIG,
    },
    { liquidation: ['7', '16'], 'account-margin': ['4', '16'], takeover: ['any'] },
  );
  return { ...plan, ...overrides };
}

/** The same of a venue that has everything it may have: medians of sources, margin that is to move. */
export function planWithParts(): VenuePlan {
  const plan = validPlan();
  const opening = { counterQ48: 5n, impliedRateQ64: 0n, fundingBps: 1 };
  return validPlan({
    verifiers: { ...plan.verifiers, 'oracle-median': { any: NEW }, 'margin-step': { any: NEW } },
    medianSources: SOURCES.map((source, place) => ({ ...source, name: `source ${place}` })),
    movingMargin: {
      rule: DEFAULT_MARGIN_RULE,
      inputs: {
        format: MARGIN_INPUTS_FORMAT,
        version: 1,
        time: 1_700_000_000,
        underlyings: [
          { symbol: 'BTC', ...opening },
          { symbol: 'ETH', ...opening },
        ],
      },
      minStepSeconds: 600,
      keepAliveSeconds: 3_600,
    },
  });
}

/** And of one whose solvency sessions are accepted on chain. */
export function planWithSessions(): VenuePlan {
  const plan = planWithParts();
  return {
    ...plan,
    verifiers: {
      ...plan.verifiers,
      'risk-arrays': { 1: NEW },
      'solvency-batch': { 4: NEW },
      'solvency-close': { any: NEW },
    },
    solvency: DEFAULT_SOLVENCY,
  };
}

/** The plan as JSON with one value, at a path of names, put in (or, undefined, taken out). */
export function planWith(path: string, value: unknown, plan: VenuePlan = validPlan()): VenuePlan {
  const copy = structuredClone(plan) as unknown as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop()!;
  const place = names.reduce<Record<string, unknown>>(
    (at, name) => at[name] as Record<string, unknown>,
    copy,
  );
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy as unknown as VenuePlan;
}

/** What venue deploy would have written of contracts that a test deployed by itself. */
export function venueDocumentOf(
  contracts: VenueAddresses,
  overrides: Partial<VenueDocument> = {},
): VenueDocument {
  const { chainId, owner, guardian, oracles, config } = validPlan();
  const verifiers = Object.fromEntries(STATEMENTS.map((statement) => [statement, {}]));
  return {
    chainId,
    deploymentBlock: 0,
    contracts: { ...contracts, transitionVerifier: addressOf(0x01_0010) },
    verifiers: verifiers as unknown as DeployedVerifiers,
    parametersHash: 1n,
    roles: { deployer: owner, owner, guardian, oracles },
    config,
    ...overrides,
  };
}
