// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { BASE_FIELD } from '../core/bn254.ts';
import { SCALAR_FIELD } from '../core/scalar-field.ts';
import {
  constant,
  decimalBigint,
  integer,
  parseDocument,
  pattern,
  digestText as digest,
} from '../core/schema.ts';
import { checksummedAddress as address } from '../proving/formats/checksummed-address.ts';
import { keySetup } from '../proving/formats/verification-key.ts';
import { NO_CHALLENGE } from './challenge.ts';

const uint = (bits: bigint): z.ZodType<bigint> => decimalBigint(0n, 2n ** bits - 1n);
const bit = uint(1n);
const hash = decimalBigint(0n, SCALAR_FIELD - 1n);
const coordinate = decimalBigint(0n, BASE_FIELD - 1n);
const point = z.tuple([coordinate, coordinate]);
const bytes32 = pattern(/^0x[0-9a-f]{64}$/, 'must be 0x and 64 lower-case hexadecimal digits');

/** Where the roots stand: a margin tick of a market feed on a chain. */
export const placeSchema = z.strictObject({
  chainId: decimalBigint(1n, 2n ** 256n - 1n),
  marketFeed: address,
  ledgerRegistry: address,
  /** The contract through which the venue names its verifiers. */
  healthGate: address,
  /** Number of the margin tick that binds the three roots; the one after it can be asked for too. */
  tick: decimalBigint(1n, 2n ** 64n - 2n),
  /** Unix seconds: the block in which the tick was opened. */
  tickTime: integer(1, 2 ** 32 - 1),
});

/** Which circuit and key: SHA-256 of constraint system, proving key and verification key file. */
const keySchema = z.strictObject({
  profile: pattern(/^[1-9][0-9]*$/, 'must be the number of positions a profile holds'),
  r1cs: digest,
  zkey: digest,
  verificationKey: digest,
  setup: keySetup,
});

const proofSchema = z.strictObject({
  a: point,
  /** Each coordinate as (real, imaginary). */
  b: z.tuple([point, point]),
  c: point,
});

const roots = { ledgerRoot: hash, snapshotHash: hash, parameterHash: hash };
const scenarioId = decimalBigint(0n, 32n);

const exactSignals = z.strictObject({
  ...roots,
  accountIndex: uint(24n),
  settlementNonce: uint(32n),
  owner: address,
  frozen: bit,
  riskReducingOnly: bit,
  /** Haircuts applied; may be negative. */
  equityE6: decimalBigint(1n - 2n ** 127n, 2n ** 127n - 1n),
  maintenanceMarginE6: uint(96n),
  initialMarginE6: uint(96n),
  worstScenarioBtc: scenarioId,
  worstScenarioEth: scenarioId,
  /** By how much of the maintenance margin equity must exceed it to cure a liquidation. */
  cureBufferBps: uint(16n),
  /** What the haircuts take off the collateral: with it, the equity before them. */
  haircutE6: uint(80n),
  context: hash,
});

const privateSignals = z.strictObject({
  ...roots,
  owner: address,
  /** 0 states nothing beyond equity ≥ initial margin. */
  equityAtLeastE6: uint(88n),
  context: hash,
});

/** Version 1 had proofs under circuits of another format, which no verifier here knows. */
export const RECEIPT_VERSION = 2;

const common = {
  format: constant('plimsoll-receipt'),
  version: constant(RECEIPT_VERSION),
  place: placeSchema,
  challenge: bytes32,
  key: keySchema,
  proof: proofSchema,
};

const exactReceipt = z.strictObject({
  ...common,
  kind: z.literal('exact'),
  statement: constant('account-margin'),
  signals: exactSignals,
});

const privateReceipt = z.strictObject({
  ...common,
  kind: z.literal('private'),
  statement: constant('solvency-receipt'),
  challenge: bytes32.refine((value) => value !== NO_CHALLENGE, {
    error: 'must not be zero: a private receipt answers a challenge',
  }),
  signals: privateSignals,
  /** The owner's EIP-712 signature, without which the receipt could be passed on. */
  authorization: z.strictObject({
    signer: address,
    signature: pattern(
      /^0x[0-9a-f]{130}$/,
      'must be a 65-byte signature, 0x and 130 lower-case hexadecimal digits',
    ),
  }),
});

const receiptSchema = z.discriminatedUnion('kind', [exactReceipt, privateReceipt], {
  error: ({ code, input }) =>
    code === 'invalid_union'
      ? 'must be "exact" or "private"'
      : input === undefined
        ? 'is required'
        : 'must be an object',
});

export type Place = z.infer<typeof placeSchema>;
export type ReceiptKey = z.infer<typeof keySchema>;
export type ReceiptProof = z.infer<typeof proofSchema>;
export type ExactReceipt = z.infer<typeof exactReceipt>;
export type PrivateReceipt = z.infer<typeof privateReceipt>;
export type Receipt = ExactReceipt | PrivateReceipt;
export type ReceiptStatement = Receipt['statement'];
export const RECEIPT_STATEMENTS: readonly ReceiptStatement[] = [
  'account-margin',
  'solvency-receipt',
];

/** Reads a receipt; throws `InvalidInput` naming the first field that breaks its rule. */
export function parseReceipt(source: string, name = 'receipt'): Receipt {
  return parseDocument(receiptSchema, source, name);
}

/** Amounts and hashes as decimal strings, so that every JSON reader sees the same number. */
function format(document: unknown): string {
  const asText = (_: string, value: unknown): unknown =>
    typeof value === 'bigint' ? String(value) : value;
  return `${JSON.stringify(document, asText, 2)}\n`;
}

export function formatReceipt(receipt: Receipt): string {
  return format(receipt);
}

const placeDocument = z.strictObject({
  format: constant('plimsoll-place'),
  version: constant(1),
  place: placeSchema,
});

/** Reads a place document: all that the making of a receipt needs of the chain. */
export function parsePlace(source: string, name: string): Place {
  return parseDocument(placeDocument, source, name).place;
}

export function formatPlace(place: Place): string {
  return format({ format: 'plimsoll-place', version: 1, place });
}
