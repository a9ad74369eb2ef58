// SPDX-License-Identifier: GPL-3.0-or-later
import { dirname, resolve } from 'node:path';

import { z } from 'zod';

import { remoteKeyOf } from '../../chain/remote-signer.ts';
import { InvalidInput, requireRule } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import {
  constant,
  integer,
  list,
  oneOf,
  parseDocument,
  parseValue,
  pattern,
  text,
} from '../../core/schema.ts';
import { ACCOUNT_STATES, type AccountState, type CallRules } from '../margin/account-state.ts';
import type { ProofUse } from '../proving/proving-desk.ts';
import { admissionConfig, admissionSchema, type AdmissionConfig } from './admission-settings.ts';
import {
  address,
  chainConfig,
  chainEnvironment,
  chainSchema,
  steppingConfig,
  steppingSchema,
  submittingConfig,
  submittingSchema,
  type ChainConfig,
  type SteppingConfig,
  type SubmittingConfig,
} from './chain-settings.ts';

export const SERVICE_FORMAT = 'plimsoll.service';
export const SERVICE_VERSION = 1;

const LEAST_SECRET = 16;
/** Enough to keep several machines busy; what waits longer than a tick is dropped anyway. */
const IN_FLIGHT = 16;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

const url = pattern(/^https?:\/\/[^\s@]+$/, 'must be an http(s) address without credentials');
const variable = pattern(/^[A-Z][A-Z0-9_]*$/, 'must be the name of an environment variable');

const fileSchema = z.strictObject({
  format: constant(SERVICE_FORMAT),
  version: constant(SERVICE_VERSION),
  /** Where the journal and the embedded database are; relative to the file. */
  folder: text(),
  listen: z.strictObject({ host: text(), port: integer(0, 65_535) }).optional(),
  margin: z
    .strictObject({ callDistanceBps: integer(0, 100_000), releaseBps: integer(0, 10_000) })
    .optional(),
  webhooks: list(
    z.strictObject({
      url,
      /** The environment variable that holds the secret of its signatures. */
      secretVariable: variable,
      /** While it is set, every delivery is signed with the secret of before as well. */
      previousSecretVariable: variable.optional(),
      states: list(oneOf(ACCOUNT_STATES), ACCOUNT_STATES.length, 1).optional(),
    }),
    20,
  ).optional(),
  submitting: submittingSchema.optional(),
  stepping: steppingSchema.optional(),
  admission: admissionSchema.optional(),
  /** Whom proofs are for where no venue is followed; without either none is made. */
  proving: z
    .strictObject({
      chainId: integer(1, Number.MAX_SAFE_INTEGER),
      liquidationEngine: address,
      beneficiary: address,
    })
    .optional(),
  chain: chainSchema.optional(),
  /** Proofs are made by `plimsoll worker` processes, which take them from PostgreSQL. */
  workers: z.strictObject({ inFlight: integer(1, 1000).optional() }).optional(),
  /** Where ledgers and updates come as files; relative to the file. */
  ledgerFolder: text().optional(),
  limits: z
    .strictObject({
      bodyBytes: integer(1024, 2 ** 31),
      requestsPerMinute: integer(1, 1_000_000),
      headersMs: integer(100, 600_000).optional(),
      requestMs: integer(100, 600_000).optional(),
    })
    .optional(),
});

const environmentSchema = z.object({
  ...chainEnvironment,
  DATABASE_URL: pattern(/^postgres(ql)?:\/\/\S+$/, 'must begin with postgresql://').optional(),
  PLIMSOLL_OPERATOR_TOKEN: z
    .string({ error: 'is required: the token of the operator, who alone changes anything' })
    .min(LEAST_SECRET, { error: `must have at least ${LEAST_SECRET} characters` }),
  /** The token of before, taken too while clients change over. */
  PLIMSOLL_PREVIOUS_OPERATOR_TOKEN: z
    .string()
    .min(LEAST_SECRET, { error: `must have at least ${LEAST_SECRET} characters` })
    .optional(),
  /** What workers show to be given keys and circuits. */
  PLIMSOLL_WORKER_TOKEN: z
    .string()
    .min(LEAST_SECRET, { error: `must have at least ${LEAST_SECRET} characters` })
    .optional(),
  PLIMSOLL_HOST: z.string().optional(),
  PLIMSOLL_PORT: z
    .string()
    .regex(/^[0-9]{1,5}$/, { error: 'must be a port number' })
    .transform(Number)
    .optional(),
});

export interface Webhook {
  readonly url: string;
  readonly secret: string;
  readonly previousSecret?: string | undefined;
  readonly states: readonly AccountState[];
}

/** What a service runs by; secrets are in it, so that it is never logged. */
export interface ServiceConfig {
  readonly folder: string;
  readonly databaseUrl: string | undefined;
  readonly operatorToken: string;
  readonly previousOperatorToken?: string | undefined;
  readonly listen: { readonly host: string; readonly port: number };
  readonly rules: CallRules;
  readonly webhooks: readonly Webhook[];
  readonly proving: ProofUse | undefined;
  readonly chain: ChainConfig | undefined;
  readonly submitting?: SubmittingConfig | undefined;
  readonly stepping?: SteppingConfig | undefined;
  readonly admission?: AdmissionConfig | undefined;
  /** Where others prove: how many proofs are asked of them at a time. */
  readonly workers?: { readonly inFlight: number } | undefined;
  /** Without one nobody is given keys and circuits. */
  readonly workerToken?: string | undefined;
  readonly ledgerFolder?: string | undefined;
  /** Decides and says so, and sends nothing. */
  readonly shadow?: boolean | undefined;
  readonly limits: {
    readonly bodyBytes: number;
    readonly requestsPerMinute: number;
    /** In which a client has to send its headers, and its whole request. */
    readonly headersMs?: number | undefined;
    readonly requestMs?: number | undefined;
  };
}

/** When margin calls are made and released, unless told otherwise. */
export const DEFAULT_MARGIN_RULES = { callDistanceBps: 500, releaseBps: 200 } as const;

const DEFAULTS = {
  listen: { host: '127.0.0.1', port: 8645 },
  margin: DEFAULT_MARGIN_RULES,
  limits: { bodyBytes: 2 ** 28, requestsPerMinute: 6000 },
} as const;

function secretOf(environment: NodeJS.ProcessEnv, name: string): string {
  const secret = environment[name];
  if (secret === undefined) throw new InvalidInput(name, 'is not set: it signs a webhook');
  requireRule(secret.length >= LEAST_SECRET, name, `must have at least ${LEAST_SECRET} characters`);
  return secret;
}

/**
 * The file and the environment, which has the last word; throws `InvalidInput` naming the field.
 *
 * @param venue a `venue.json` in place of the file's
 */
export function readServiceConfig(
  path: string,
  environment: NodeJS.ProcessEnv = process.env,
  venue?: string,
): ServiceConfig {
  const source = readTextFile(path, '<config>');
  const file = parseDocument(fileSchema, source, 'config');
  const variables = parseValue(environmentSchema, environment, 'environment');
  const listen = file.listen ?? DEFAULTS.listen;
  const host = variables.PLIMSOLL_HOST ?? listen.host;
  const { callDistanceBps: distanceBps, releaseBps } = file.margin ?? DEFAULTS.margin;
  const beside = dirname(path);
  // Half of it would be found out when the first opening is due.
  if (file.submitting !== undefined || file.stepping !== undefined) remoteKeyOf(environment);
  const chain = chainConfig(beside, file.chain, { venue, rpc: variables.PLIMSOLL_RPC });
  requireRule(
    chain === undefined || file.proving === undefined,
    'proving',
    'is for a service without a chain: the venue says whom proofs are for',
  );
  requireRule(
    file.workers === undefined || variables.DATABASE_URL !== undefined,
    'workers',
    'needs DATABASE_URL: workers take their orders from a PostgreSQL',
  );
  return {
    folder: resolve(beside, file.folder),
    databaseUrl: variables.DATABASE_URL,
    operatorToken: variables.PLIMSOLL_OPERATOR_TOKEN,
    previousOperatorToken: variables.PLIMSOLL_PREVIOUS_OPERATOR_TOKEN,
    listen: { host, port: variables.PLIMSOLL_PORT ?? listen.port },
    rules: { distanceBps, releaseBps },
    webhooks: (file.webhooks ?? []).map(
      ({ url: to, secretVariable, previousSecretVariable: before, states }) => ({
        url: to,
        secret: secretOf(environment, secretVariable),
        previousSecret: before === undefined ? undefined : secretOf(environment, before),
        states: states ?? ACCOUNT_STATES.filter((state) => state !== 'healthy'),
      }),
    ),
    proving:
      file.proving === undefined
        ? undefined
        : { ...file.proving, chainId: BigInt(file.proving.chainId) },
    chain,
    workers:
      file.workers === undefined ? undefined : { inFlight: file.workers.inFlight ?? IN_FLIGHT },
    workerToken: variables.PLIMSOLL_WORKER_TOKEN,
    submitting: submittingConfig(beside, file.submitting, chain),
    stepping: steppingConfig(beside, file.stepping, chain),
    admission: admissionConfig(file.admission, chain),
    ledgerFolder: file.ledgerFolder === undefined ? undefined : resolve(beside, file.ledgerFolder),
    limits: file.limits ?? DEFAULTS.limits,
  };
}

/** Whether only this machine can reach it. */
export const isLocal = ({ listen }: ServiceConfig): boolean => LOOPBACK.has(listen.host);
