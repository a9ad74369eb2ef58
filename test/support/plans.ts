// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress, toBeHex } from 'ethers';

import { SAMPLE_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { defaultPlan, type VenuePlan } from '../../prover/chain/deployment/plan-document.ts';

/** An address of a number, for roles that never act. */
export const addressOf = (number: number): string => getAddress(toBeHex(number, 20));

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
