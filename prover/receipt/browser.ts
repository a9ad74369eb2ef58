// SPDX-License-Identifier: GPL-3.0-or-later
import { getAddress } from 'ethers';

import { InvalidInput, messageWithPlace, PlimsollError } from '../core/errors.ts';
import { parseProof, type ProofFile } from '../proving/formats/proof-file.ts';
import { parseInclusion } from '../venue/session/inclusion-document.ts';
import { challengeOf } from './challenge.ts';
import type { StatementName } from '../statements/generated/public-signals.ts';
import { parseReceipt } from './document.ts';
import { keyOfProof, proofHolds, requireUse } from './held-proof.ts';
import { checkInclusion, type ShownSession } from './inclusion.ts';
import { httpRpc } from './json-rpc.ts';
import { requireFact } from './refusal.ts';
import { caveatsOf, DEVELOPMENT_KEY, figuresOf, sentenceOf, type Figure } from './sentence.ts';
import { parseVerifyingKeys } from './verifying-keys.ts';
import { isValid, verifyReceipt, type CheckedReceipt, type Expectations } from './verify.ts';

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
  /** `holds`: the proof does, but no chain was asked, or no venue named. `unchecked`: the node failed. */
  readonly verdict: 'valid' | 'holds' | 'invalid' | 'unreadable' | 'unchecked';
  /** `VALID`, `CHAIN_NOT_ASKED`, `VENUE_NOT_NAMED`, or the code of the reason. */
  readonly code: string;
  readonly sentence: string;
  readonly notChecked: readonly string[];
  /** What is claimed, figure by figure; empty of what could not be read or does not hold. */
  readonly figures: readonly Figure[];
  /** Whether anybody could have made the proof: then nothing of it is shown as plainly good. */
  readonly isDevelopment: boolean;
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

const NOTHING_SHOWN = { notChecked: [], figures: [], isDevelopment: false } as const;

/** Files that are likely to be dropped here in the place of a receipt, by their format. */
const OTHER_FILES: Readonly<Record<string, string>> = {
  'plimsoll-proof': 'a proof, which `plimsoll verify` checks',
  'plimsoll-place': 'a place, from which a receipt is made',
  'plimsoll-verifying-keys': 'a document of verifying keys',
  'plimsoll.ledger': 'a ledger',
  'plimsoll.snapshot': 'a market snapshot',
  'plimsoll.venue': 'a venue',
};

/** What a file says that it is; undefined of one that says nothing. */
function formatOf(text: string): string | undefined {
  try {
    return String((JSON.parse(text) as Readonly<Record<string, unknown>>)['format']);
  } catch {
    return undefined;
  }
}

const isPathFault = ({ code, cause }: PlimsollError): boolean =>
  code === 'PATH_MISMATCH' || (cause instanceof PlimsollError && isPathFault(cause));

function refusalOf(error: unknown, what = 'a receipt', text = ''): Judgement {
  if (!(error instanceof PlimsollError)) throw error;
  const { code } = error;
  const message = messageWithPlace(error);
  // A path that leads nowhere can be read, and is believed no more than a proof that does not hold.
  if (error instanceof InvalidInput && !isPathFault(error)) {
    const other = what === 'a receipt' ? OTHER_FILES[formatOf(text) ?? ''] : undefined;
    const sentence =
      other === undefined
        ? `This cannot be read as ${what}. ${message}.`
        : `This is no receipt: it is ${other}.`;
    return { verdict: 'unreadable', code, sentence, ...NOTHING_SHOWN };
  }
  return { verdict: 'invalid', code, sentence: `Not valid: ${message}.`, ...NOTHING_SHOWN };
}

/** Of a receipt that holds as far as it could be checked. */
function judgementOf(checked: CheckedReceipt): Judgement {
  const shown = {
    sentence: sentenceOf(checked),
    notChecked: caveatsOf(checked),
    figures: figuresOf(checked.receipt),
    isDevelopment: checked.receipt.key.setup === 'insecure-development',
  };
  if (isValid(checked)) return { verdict: 'valid', code: 'VALID', ...shown };
  const code = checked.tick === undefined ? 'CHAIN_NOT_ASKED' : 'VENUE_NOT_NAMED';
  return { verdict: 'holds', code, ...shown };
}

const CODE_OF_SHOWN: Readonly<Record<ShownSession, string>> = {
  none: 'SESSION_NOT_SHOWN',
  close: 'SESSION_NOT_WHOLE',
  whole: 'CHAIN_NOT_ASKED',
};

/** What a page shows of an inclusion receipt, which is about no margin of its account: offline, whatever the fields say. */
function judgeInclusion({ receipt, keys }: PageInput): Judgement {
  const inclusion = parseInclusion(receipt, 'receipt');
  const { shown, ...said } = checkInclusion(inclusion, parseVerifyingKeys(keys, 'keys'));
  return { verdict: 'holds', code: CODE_OF_SHOWN[shown], ...said };
}

/** What a page shows of a receipt; rejects only for a defect of this program. */
export async function judgeReceipt(input: PageInput): Promise<Judgement> {
  try {
    if (formatOf(input.receipt) === 'plimsoll-inclusion') return judgeInclusion(input);
    const receipt = parseReceipt(input.receipt);
    const { rpc, ...expected } = expectationsOf(input);
    // First without the node: what it does not tell hides nothing of what was found here.
    const checked = await verifyReceipt(receipt, expected);
    if (rpc === undefined) return judgementOf(checked);
    try {
      return judgementOf(await verifyReceipt(receipt, { ...expected, rpc }));
    } catch (error) {
      if (!(error instanceof PlimsollError) || error.code !== 'NODE_FAILED') throw error;
      const { sentence, ...found } = judgementOf(checked);
      const failed = `Not checked on the chain: ${messageWithPlace(error)}.`;
      return {
        ...found,
        verdict: 'unchecked',
        code: error.code,
        sentence: `${failed} ${sentence}`,
      };
    }
  } catch (error) {
    return refusalOf(error, 'a receipt', input.receipt);
  }
}

/** What a proof file has to be about, as far as whoever asks knows it. */
export interface WantedProof {
  readonly statement: StatementName;
  readonly accountIndex?: number | undefined;
  readonly settlementNonce?: bigint | undefined;
  readonly snapshotHash?: bigint | undefined;
}

function requireWanted({ statement, publicSignals }: ProofFile, wanted: WantedProof): void {
  const signals = publicSignals as unknown as Readonly<Record<string, bigint | undefined>>;
  const isSaid = (name: string, value: bigint | undefined): boolean =>
    value === undefined || signals[name] === value;
  requireFact(
    statement === wanted.statement,
    'STATEMENT_MISMATCH',
    `the proof is of ${statement}, and ${wanted.statement} was asked for`,
  );
  requireFact(
    isSaid('snapshotHash', wanted.snapshotHash),
    'TICK_MISMATCH',
    'the proof is about another snapshot than was asked for',
  );
  const { accountIndex: index } = wanted;
  requireFact(
    isSaid('accountIndex', index === undefined ? undefined : BigInt(index)) &&
      isSaid('settlementNonce', wanted.settlementNonce),
    'ACCOUNT_MISMATCH',
    'the proof is about another account, or another life of it, than was asked for',
  );
}

/** What a page shows of a proof file, under the keys it was given; throws only for a defect of this program. */
export function judgeProof(source: string, keys: string, wanted: WantedProof): Judgement {
  try {
    const file = parseProof(source);
    const key = keyOfProof(file, parseVerifyingKeys(keys, 'keys'), 'this page');
    requireWanted(file, wanted);
    requireUse(file);
    requireFact(proofHolds(file, key), 'PROOF_INVALID', 'the proof does not hold under its key');
    const { statement, profile, use } = file;
    const bound =
      use === undefined ? '' : `, to ${use.action} at ${use.contract} on chain ${use.chainId}`;
    const sentence = `The proof holds: ${statement} (profile ${profile})${bound}. Key ${key.zkey}.`;
    const notChecked = [
      ...(key.setup === 'insecure-development' ? [DEVELOPMENT_KEY] : []),
      'not checked: whether the chain accepted this tick',
    ];
    const isDevelopment = key.setup === 'insecure-development';
    return {
      verdict: 'holds',
      code: 'CHAIN_NOT_ASKED',
      sentence,
      notChecked,
      figures: [],
      isDevelopment,
    };
  } catch (error) {
    return refusalOf(error, 'a proof');
  }
}

/** The trusted keys of a page, one line each, for comparing with what the venue publishes. */
export function keysShown(keys: string): readonly string[] {
  return parseVerifyingKeys(keys, 'keys').map(
    ({ statement, profile, zkey, setup }) => `${statement}, profile ${profile}: ${zkey} (${setup})`,
  );
}
