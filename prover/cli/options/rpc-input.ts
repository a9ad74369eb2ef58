// SPDX-License-Identifier: GPL-3.0-or-later
import { JsonRpcProvider, getAddress } from 'ethers';

import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import type { VenueDocument } from '../../chain/venue-document.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';
import { addressText, parseValue } from '../../core/schema.ts';
import { hasVenue, readVenue, requireVenueOn, venueInUse } from './venue-file.ts';

export const RPC_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'url',
  describe:
    'JSON-RPC endpoint of a node of the chain (default: rpc of the venue, where it has one)',
};

const TIMEOUT_MILLISECONDS = 10_000;

function urlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidInput('--rpc', 'must be an http or https URL');
  }
  return url.href;
}

/** A node that answered, and its chain. Close it with `destroy`, or the process lingers. */
export interface ChainConnection {
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
}

/**
 * Connects to `--rpc`; throws `NO_CHAIN` when nobody answers there in ten seconds, `InvalidInput` when
 * that is another chain than that of `--venue`.
 */
export async function connectRpc(context: CommandContext): Promise<ChainConnection> {
  const given = stringOption(context, 'rpc') ?? venueInUse(context)?.rpc;
  if (given === undefined) throw new InvalidInput('--rpc', 'is required: the URL of a node');
  const connection = await connectTo(given);
  try {
    requireVenueOn(context, connection.chainId);
    return connection;
  } catch (error) {
    connection.provider.destroy();
    throw error;
  }
}

async function connectTo(given: string): Promise<ChainConnection> {
  const url = urlOf(given);
  // The network is asked for once, here: left to itself, ethers would retry for ever in silence.
  const probe = new JsonRpcProvider(url, 1, { staticNetwork: true });
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), TIMEOUT_MILLISECONDS);
  });
  try {
    const answer: unknown = await Promise.race([probe.send('eth_chainId', []), silence]);
    const chainId = BigInt(answer as string);
    // Nothing is answered from memory: what was not there a moment ago may be now.
    const options = { staticNetwork: true, cacheTimeout: -1 };
    return { provider: new JsonRpcProvider(url, chainId, options), chainId };
  } catch (error) {
    const { host } = new URL(url);
    throw new PlimsollError('NO_CHAIN', `--rpc: no Ethereum node answers at ${host}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    probe.destroy();
  }
}

/** The address given for an option, or else what the venue has for it. */
export function venueAddress(
  context: CommandContext,
  name: string,
  contract: keyof VenueDocument['contracts'],
): string {
  if (stringOption(context, name) !== undefined) return addressOption(context, name);
  if (!hasVenue(context)) {
    throw new InvalidInput(
      `--${name}`,
      'is required: an address, or a venue that has it (--venue)',
    );
  }
  const address = readVenue(context).contracts[contract];
  if (address !== undefined) return address;
  throw new InvalidInput(`--${name}`, `is required: an address; the venue has no ${contract}`);
}

/** The address given for an option, with a right checksum. */
export function addressOption(context: CommandContext, name: string): string {
  const text = stringOption(context, name);
  if (text === undefined) throw new InvalidInput(`--${name}`, 'is required: an address');
  const address = parseValue(addressText, text, `--${name}`);
  try {
    return getAddress(address);
  } catch (error) {
    throw new InvalidInput(`--${name}`, 'must carry a right checksum', { cause: error });
  }
}
