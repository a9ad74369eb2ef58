// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { constant, decimalBigint, integer, list, parseDocument, pattern } from '../core/schema.ts';
import { PROFILES, type StatementName } from '../statements/generated/public-signals.ts';
import type { VenueConfig } from './config.ts';
import { venueConfigSchema } from './deployment/config-schema.ts';
import {
  optionalPartsDocument,
  optionalPartsSchema,
  type OptionalParts,
} from './deployment/optional-parts.ts';
import { STATEMENTS, readableJson } from './deployment/plan-document.ts';
import {
  addressSchema,
  optionalAddressesSchema,
  venueAddressesSchema,
  type OptionalAddresses,
  type VenueAddresses,
} from './venue.ts';

export const VENUE_FORMAT = 'plimsoll.venue';
export const VENUE_VERSION = 1;

const verifierSchema = z.strictObject({
  address: addressSchema,
  /** SHA-256 of the proving key, which auditors compare. */
  keyHash: pattern(/^0x[0-9a-f]{64}$/, 'must be 32 bytes in lower-case hexadecimal'),
});
export type DeployedVerifier = z.infer<typeof verifierSchema>;

/** By statement and profile; one that is left out is not deployed. */
export type DeployedVerifiers = Readonly<
  Record<StatementName, Readonly<Record<string, DeployedVerifier>>>
>;

const verifiersSchema = z.strictObject(
  Object.fromEntries(
    STATEMENTS.map((statement) => [
      statement,
      z.strictObject(
        Object.fromEntries(
          PROFILES[statement].map((profile) => [profile, verifierSchema.optional()]),
        ),
      ),
    ]),
  ),
) as unknown as z.ZodType<DeployedVerifiers>;

/** A deployed venue: all that a command has to know of it. */
export interface VenueDocument extends OptionalParts {
  readonly chainId: bigint;
  /** Where a node of the chain is, for who wrote it in: such an address is often a secret. */
  readonly rpc?: string;
  /** No event of the venue is older. */
  readonly deploymentBlock: number;
  readonly contracts: VenueAddresses & OptionalAddresses & { readonly transitionVerifier: string };
  readonly verifiers: DeployedVerifiers;
  /** Of the set that was active at the deployment. */
  readonly parametersHash: bigint;
  readonly roles: {
    readonly deployer: string;
    readonly owner: string;
    readonly guardian: string;
    readonly oracles: { readonly signers: readonly string[]; readonly threshold: number };
  };
  /** Every delay, bound and size, `engine.horizonSeconds` and `registry.maxPositions` among them. */
  readonly config: VenueConfig;
}

const venueSchema = z.strictObject({
  format: constant(VENUE_FORMAT),
  version: constant(VENUE_VERSION),
  chainId: decimalBigint(1n, 2n ** 64n - 1n),
  rpc: z.string().optional(),
  deploymentBlock: integer(0, Number.MAX_SAFE_INTEGER),
  contracts: venueAddressesSchema.extend({
    ...optionalAddressesSchema.shape,
    transitionVerifier: addressSchema,
  }),
  verifiers: verifiersSchema,
  parametersHash: decimalBigint(1n, 2n ** 254n),
  roles: z.strictObject({
    deployer: addressSchema,
    owner: addressSchema,
    guardian: addressSchema,
    oracles: z.strictObject({ signers: list(addressSchema, 255, 1), threshold: integer(1, 255) }),
  }),
  config: venueConfigSchema,
  ...optionalPartsSchema.shape,
});

/** Reads a venue; throws `InvalidInput` naming field and rule. */
export function parseVenue(source: string, document = 'venue'): VenueDocument {
  const {
    format: _format,
    version: _version,
    ...venue
  } = parseDocument(venueSchema, source, document);
  return venue;
}

export function formatVenue(venue: VenueDocument): string {
  const parts = optionalPartsDocument(venue);
  return readableJson({ format: VENUE_FORMAT, version: VENUE_VERSION, ...venue, ...parts });
}
