// SPDX-License-Identifier: GPL-3.0-or-later
import { resolve } from 'node:path';

import { isAddress } from 'ethers';
import { z } from 'zod';

import { parseVenue, type VenueDocument } from '../../chain/venue-document.ts';
import { InvalidInput, requireRule } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import { addressText, decimalBigint, integer, list, pattern, text } from '../../core/schema.ts';
import { parseMarginState } from '../../documents/margin-state-document.ts';
import type { DynamicState } from '../../model/dynamic.ts';
import type { TransactionSigner } from '../submitter/rpc-submission-chain.ts';

/** With a right checksum. */
export const address = addressText.refine(isAddress, { error: 'must carry a right checksum' });
const node = pattern(/^https?:\/\/[^\s@]+$/, 'must be an http(s) address without credentials');

/** The venue's contracts, and one node or two that must agree. */
export const chainSchema = z.strictObject({
  /** `venue.json`, as `venue deploy` wrote it; relative to the configuration. */
  venue: text().optional(),
  /** Addresses that hold a key are in PLIMSOLL_RPC instead. */
  rpc: list(node, 2, 1).optional(),
  /** Blocks that a reorganisation may undo. */
  depth: integer(1, 10_000).optional(),
  pollMs: integer(20, 60_000).optional(),
  /** Parameter sets that ticks may name, beside the default one. */
  parameters: list(text(), 20).optional(),
  /** A ledger as it was published at any time: then later ones come from the chain, and from nobody else. */
  ledger: text().optional(),
  /** A margin state to follow from, of `venue step --out`, in place of the opening. */
  marginState: text().optional(),
  /** Where sources of a gated feed answer with their reports, or whoever passes them on. */
  reports: list(node, 20).optional(),
  /** Whom openings reward; whoever signs, unless another is named. */
  beneficiary: address.optional(),
});

/** Sends what is proven; without it proofs are made and handed out. */
export const submittingSchema = z.strictObject({
  /** Encrypted; without it the key is in PLIMSOLL_SIGNER_KEY. */
  keystore: text().optional(),
  budgetWei: decimalBigint(1n, 2n ** 128n),
  confirmations: integer(0, 1000).optional(),
  patience: integer(1, 1000).optional(),
  /** Openings that one transaction carries at most. */
  batch: integer(1, 64).optional(),
});

/** Takes the margin steps of a venue whose margin moves. */
export const steppingSchema = z.strictObject({
  /** Encrypted, of another key than that of `submitting`; without it the key is in PLIMSOLL_SIGNER_KEY. */
  keystore: text().optional(),
});

export const chainEnvironment = {
  PLIMSOLL_RPC: z
    .string()
    .regex(/^https?:\/\/\S+(,https?:\/\/\S+)?$/, { error: 'must be one http(s) address, or two' })
    .transform((addresses) => addresses.split(','))
    .optional(),
};

/** Where the venue's contracts are, and which nodes tell of them. */
export interface ChainConfig {
  readonly venue: VenueDocument;
  /** One, or two that are followed as far as both agree. */
  readonly rpc: readonly string[];
  readonly depth?: number | undefined;
  readonly pollMs?: number | undefined;
  /** Paths. */
  readonly parameters?: readonly string[] | undefined;
  /** A path. */
  readonly ledger?: string | undefined;
  /** Where margin steps are followed from, in place of the opening. */
  readonly marginState?: DynamicState | undefined;
  readonly beneficiary?: string | undefined;
  /** Addresses. */
  readonly reports?: readonly string[] | undefined;
}

export interface SubmittingConfig {
  readonly keystore: string | undefined;
  /** Who signs, where the program that runs the service has the key at hand; else keystore and environment say. */
  readonly signer?: TransactionSigner | undefined;
  readonly budgetWei: bigint;
  readonly confirmations: number;
  readonly patience: number;
  readonly batch: number;
}

export interface SteppingConfig {
  /** A path. */
  readonly keystore: string | undefined;
}

const CONFIRMATIONS = 2;
const PATIENCE = 3;
const BATCH = 16;

/** What the command line and the environment say in place of the file. */
export interface ChainOverrides {
  readonly venue: string | undefined;
  readonly rpc: readonly string[] | undefined;
}

export function chainConfig(
  folder: string,
  given: z.infer<typeof chainSchema> | undefined,
  overrides: ChainOverrides,
): ChainConfig | undefined {
  if (given === undefined && overrides.venue === undefined) return undefined;
  const { venue: named, parameters = [], ledger, marginState, ...rest } = given ?? {};
  const rpc = overrides.rpc ?? rest.rpc;
  if (rpc === undefined) {
    throw new InvalidInput('chain.rpc', 'is required, or PLIMSOLL_RPC: the address of a node');
  }
  const path = overrides.venue ?? (named === undefined ? undefined : resolve(folder, named));
  if (path === undefined) {
    throw new InvalidInput(
      'chain.venue',
      'is required, or --venue: the venue.json of the contracts',
    );
  }
  return {
    ...rest,
    venue: parseVenue(readTextFile(path, 'chain.venue'), 'chain.venue'),
    rpc,
    parameters: parameters.map((one) => resolve(folder, one)),
    ledger: ledger === undefined ? undefined : resolve(folder, ledger),
    marginState:
      marginState === undefined
        ? undefined
        : parseMarginState(readTextFile(resolve(folder, marginState), 'chain.marginState')),
  };
}

export function submittingConfig(
  folder: string,
  given: z.infer<typeof submittingSchema> | undefined,
  chain: ChainConfig | undefined,
): SubmittingConfig | undefined {
  if (given === undefined) return undefined;
  const { keystore, budgetWei, confirmations, patience, batch } = given;
  requireRule(chain !== undefined, 'submitting', 'needs a chain: without one nothing is sent');
  return {
    keystore: keystore === undefined ? undefined : resolve(folder, keystore),
    budgetWei,
    confirmations: confirmations ?? CONFIRMATIONS,
    patience: patience ?? PATIENCE,
    batch: batch ?? BATCH,
  };
}

export function steppingConfig(
  folder: string,
  given: z.infer<typeof steppingSchema> | undefined,
  chain: ChainConfig | undefined,
): SteppingConfig | undefined {
  if (given === undefined) return undefined;
  requireRule(
    chain?.venue.movingMargin !== undefined,
    'stepping',
    'needs a chain whose venue has a margin state: without one nothing steps',
  );
  return { keystore: given.keystore === undefined ? undefined : resolve(folder, given.keystore) };
}
