// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress } from 'ethers';

import { InvalidInput, PlimsollError } from '../errors.ts';
import type { JsonRpc } from './chain-check.ts';
import { challengeOf } from './challenge.ts';
import { parseReceipt } from './document.ts';
import { caveatsOf, sentenceOf } from './sentence.ts';
import { parseVerifyingKeys } from './verifying-keys.ts';
import { verifyReceipt, type Expectations } from './verify.ts';

/** What a page knows, as its fields hold it: texts, of which an empty one says nothing. */
export interface PageInput {
  /** The text of the receipt file. */
  readonly receipt: string;
  /** The text of the key document that came with the page. */
  readonly keys: string;
  readonly challenge?: string;
  readonly marketFeed?: string;
  /** URL of a node. */
  readonly node?: string;
}

export interface Judgement {
  /** `offline`: the proof holds, but no chain was asked. `unchecked`: the node failed. */
  readonly verdict: 'valid' | 'offline' | 'invalid' | 'unreadable' | 'unchecked';
  /** `VALID`, `OFFLINE`, or the code of the reason. */
  readonly code: string;
  readonly sentence: string;
  readonly notChecked: readonly string[];
}

/** JSON-RPC over `fetch`, which browsers and Node have alike. */
export function httpRpc(url: string): JsonRpc {
  return async (method, params) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const answer = (await response.json()) as { result?: unknown; error?: { message?: unknown } };
    if (answer.error !== undefined) throw new Error(String(answer.error.message));
    return answer.result;
  };
}

function addressIn(text: string): string {
  try {
    return getAddress(text);
  } catch {
    throw new InvalidInput('market feed', 'must be an address with a right checksum');
  }
}

function expectationsOf({ keys, challenge, marketFeed, node }: PageInput): Expectations {
  return {
    keys: parseVerifyingKeys(keys, 'keys'),
    ...(challenge && { challenge: challengeOf(challenge, 'challenge') }),
    ...(marketFeed && { marketFeed: addressIn(marketFeed) }),
    ...(node && { rpc: httpRpc(node) }),
  };
}

function refusalOf(error: unknown): Judgement {
  if (!(error instanceof PlimsollError)) throw error;
  const { code, message } = error;
  if (error instanceof InvalidInput) {
    const sentence = `This cannot be read as a receipt. ${message}.`;
    return { verdict: 'unreadable', code, sentence, notChecked: [] };
  }
  if (code === 'NODE_FAILED') {
    return { verdict: 'unchecked', code, sentence: `Not checked: ${message}.`, notChecked: [] };
  }
  return { verdict: 'invalid', code, sentence: `Not valid: ${message}.`, notChecked: [] };
}

/** What a page shows of a receipt; rejects only for a defect of this program. */
export async function judgeReceipt(input: PageInput): Promise<Judgement> {
  try {
    const checked = await verifyReceipt(parseReceipt(input.receipt), expectationsOf(input));
    const [sentence, notChecked] = [sentenceOf(checked), caveatsOf(checked)];
    return checked.tick === undefined
      ? { verdict: 'offline', code: 'OFFLINE', sentence, notChecked }
      : { verdict: 'valid', code: 'VALID', sentence, notChecked };
  } catch (error) {
    return refusalOf(error);
  }
}

/** The trusted keys of a page, one line each, for comparing with what the venue publishes. */
export function keysShown(keys: string): readonly string[] {
  return parseVerifyingKeys(keys, 'keys').map(
    ({ statement, profile, zkey, setup }) => `${statement}, profile ${profile}: ${zkey} (${setup})`,
  );
}
