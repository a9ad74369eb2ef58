// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { constant, decimalBigint, integer, list, parseDocument } from '../../core/schema.ts';
import {
  PROFILES,
  PUBLIC_SIGNALS,
  type StatementName,
} from '../../statements/generated/public-signals.ts';
import { DEFAULT_VENUE_CONFIG, type VenueConfig } from '../config.ts';
import { addressSchema } from '../venue.ts';
import { venueConfigSchema } from './config-schema.ts';
import {
  optionalPartsDocument,
  optionalPartsSchema,
  type OptionalParts,
} from './optional-parts.ts';

export const PLAN_FORMAT = 'plimsoll.venue-plan';
export const PLAN_VERSION = 1;

/** What a plan says where a contract is to be deployed and none is there yet. */
export const NEW = 'new';
const place = z.union([z.literal(NEW), addressSchema], {
  error: `must be "${NEW}" or an address that is not zero`,
});

export const STATEMENTS = Object.keys(PUBLIC_SIGNALS) as StatementName[];

/** Of every statement, by profile, `new` or where its verifier stands; one left out is not deployed. */
export type PlannedVerifiers = Readonly<Record<StatementName, Readonly<Record<string, string>>>>;

const verifiersSchema = z.strictObject(
  Object.fromEntries(
    STATEMENTS.map((statement) => [
      statement,
      z.strictObject(
        Object.fromEntries(PROFILES[statement].map((profile) => [profile, place.optional()])),
      ),
    ]),
  ),
) as unknown as z.ZodType<PlannedVerifiers>;

/** What a venue is to be, before it is one. */
export interface VenuePlan extends OptionalParts {
  readonly chainId: bigint;
  /** Of the feed and of the parameters; who deploys hands them over where that is somebody else. */
  readonly owner: string;
  readonly guardian: string;
  readonly oracles: { readonly signers: readonly string[]; readonly threshold: number };
  /** `new` is the test dollar, which exists on local chains only. */
  readonly asset: string;
  /** `new` is the stub that accepts every transition, likewise. */
  readonly transitionVerifier: string;
  readonly verifiers: PlannedVerifiers;
  readonly config: VenueConfig;
}

const planSchema = z.strictObject({
  format: constant(PLAN_FORMAT),
  version: constant(PLAN_VERSION),
  chainId: decimalBigint(1n, 2n ** 64n - 1n),
  owner: addressSchema,
  guardian: addressSchema,
  oracles: z.strictObject({ signers: list(addressSchema, 255, 1), threshold: integer(1, 255) }),
  asset: place,
  transitionVerifier: place,
  verifiers: verifiersSchema,
  config: venueConfigSchema,
  ...optionalPartsSchema.shape,
});

/** Reads a plan; what its numbers must be to each other is in plan-rules.ts. */
export function parsePlan(source: string, document = 'plan'): VenuePlan {
  const {
    format: _format,
    version: _version,
    ...plan
  } = parseDocument(planSchema, source, document);
  return plan;
}

/** JSON as people edit it; amounts are decimal strings. */
export function readableJson(value: unknown): string {
  const written = JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item),
    2,
  );
  return `${written}\n`;
}

export function formatPlan(plan: VenuePlan): string {
  const parts = optionalPartsDocument(plan);
  return readableJson({ format: PLAN_FORMAT, version: PLAN_VERSION, ...plan, ...parts });
}

/** Everything that is not said deployed anew, the numbers as in docs/contracts.md. */
export function defaultPlan(
  named: Pick<VenuePlan, 'chainId' | 'owner' | 'guardian' | 'oracles'> &
    Partial<Pick<VenuePlan, 'asset' | 'transitionVerifier' | 'config' | keyof OptionalParts>>,
  profiles: Readonly<Partial<Record<StatementName, readonly string[]>>>,
): VenuePlan {
  const verifiers = Object.fromEntries(
    STATEMENTS.map((statement) => [
      statement,
      Object.fromEntries((profiles[statement] ?? []).map((profile) => [profile, NEW])),
    ]),
  ) as unknown as PlannedVerifiers;
  return { asset: NEW, transitionVerifier: NEW, verifiers, config: DEFAULT_VENUE_CONFIG, ...named };
}
