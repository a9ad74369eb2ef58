// SPDX-License-Identifier: GPL-3.0-or-later
import type { ServiceConfig } from './config.ts';

/** Shorter pieces of an address are names of networks and paths, which logs may hold. */
const LEAST_PIECE = 16;
/** Shorter ones would take words out of every line. */
const LEAST_SECRET = 6;

const VARIABLES = [
  'PLIMSOLL_SIGNER_KEY',
  'PLIMSOLL_KEYSTORE_PASSWORD',
  'PLIMSOLL_REMOTE_SIGNER',
] as const;

/** An address and every part of it that may be a key: a message has it whole, or spelled another way. */
function piecesOf(address: string): readonly string[] {
  if (!URL.canParse(address)) return [address];
  const { username, password, pathname, searchParams } = new URL(address);
  const long = [username, ...pathname.split('/'), ...searchParams.values()].filter(
    ({ length }) => length >= LEAST_PIECE,
  );
  return [...long, password];
}

/** Addresses of which the key is a part are hidden whole; one that has none may be told. */
export const secretsOfAddress = (address: string): readonly string[] => {
  const pieces = piecesOf(address).filter(({ length }) => length > 0);
  return pieces.length === 0 ? [] : [address, ...pieces];
};

/** Whatever no line of a log may hold, the longest first. */
export function secretsOf(
  config: ServiceConfig,
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  const { databaseUrl, operatorToken, previousOperatorToken, workerToken, webhooks, chain } =
    config;
  const addresses = [...(chain?.rpc ?? []), ...webhooks.map(({ url }) => url)];
  if (databaseUrl !== undefined) addresses.push(databaseUrl);
  const plain = [
    operatorToken,
    previousOperatorToken,
    workerToken,
    ...webhooks.flatMap(({ secret, previousSecret }) => [secret, previousSecret]),
    ...VARIABLES.map((name) => environment[name]),
  ];
  const keyWithoutPrefix = environment['PLIMSOLL_SIGNER_KEY']?.replace(/^0x/, '');
  const all = [...addresses.flatMap(secretsOfAddress), ...plain, keyWithoutPrefix].filter(
    (secret) => secret !== undefined && secret.length >= LEAST_SECRET,
  ) as string[];
  return [...new Set(all)].sort((left, right) => right.length - left.length);
}
