// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { AccountChange } from '../../prover/commitments/account-change.ts';
import { NO_CHANGE } from '../../prover/commitments/account-change.ts';
import { balancesWord, identityWord, pageHashes } from '../../prover/commitments/account.ts';
import { TAG, hashWords, poseidonHash } from '../../prover/commitments/hash-words.ts';
import { EMPTY_SLOT, instrumentKey, slotWord } from '../../prover/commitments/instrument.ts';
import { Ledger } from '../../prover/commitments/ledger.ts';
import {
  hashParameterWords,
  parameterWords,
  scenarioDigests,
  tenorDigest,
} from '../../prover/commitments/parameters-words.ts';
import { hashSnapshotWords, snapshotWords } from '../../prover/commitments/snapshot-words.ts';
import { EMPTY_SUBTREES } from '../../prover/commitments/tree.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import { parseLedger } from '../../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../../prover/documents/parameters-document.ts';
import { parseSnapshot } from '../../prover/documents/snapshot-document.ts';
import { packChange } from '../../prover/statements/change.ts';

export const COMMITMENT_VECTORS_PATH = join(REPOSITORY_ROOT, 'docs', 'vectors', 'commitments.json');

const SNAPSHOT = 'prover/sample/snapshot-crash.json';
const PARAMETERS = 'prover/documents/default-parameters.json';

const position = (
  kind: string,
  underlying: string,
  expiry: number,
  strikeE4: string,
  lots: string,
): object => ({ underlying, kind, expiry, strikeE4, lots });

/** Five accounts, so that the tree has two nodes at its lowest level; the second needs two pages. */
const LEDGER = {
  format: 'plimsoll.ledger',
  version: 2,
  accounts: [
    {
      owner: '0x00000000000000000000000000000000000000a1',
      settlementNonce: 7,
      frozen: true,
      riskReducingOnly: false,
      balances: { USDC: '-42', BTC: '100000000', ETH: '0', stETH: '72057594037927935' },
      positions: [
        position('perpetual', 'BTC', 0, '0', '450'),
        position('future', 'BTC', 1_774_598_400, '0', '-67108864'),
        position('call', 'ETH', 1_774_598_400, '30000000', '1'),
        position('put', 'ETH', 1_774_598_400, '30000000', '67108863'),
      ],
    },
    {
      owner: '0xffffffffffffffffffffffffffffffffffffffff',
      settlementNonce: 4_294_967_295,
      frozen: false,
      riskReducingOnly: true,
      balances: { USDC: '9223372036854775807', BTC: '0', ETH: '5', stETH: '0' },
      positions: Array.from({ length: 17 }, (_, i) =>
        position('call', 'BTC', 1_774_598_400 + i, '700000000', String(i + 1)),
      ),
    },
    ...['0x01', '0x02', '0x03'].map((end) => ({
      owner: `0x${end.slice(2).padStart(40, '0')}`,
      settlementNonce: 0,
      frozen: false,
      riskReducingOnly: false,
      balances: { USDC: '0', BTC: '0', ETH: '0', stETH: '0' },
      positions: [],
    })),
  ],
};

const upTo = (n: number): readonly bigint[] => Array.from({ length: n }, (_, i) => BigInt(i + 1));

function changeVector(change: AccountChange): object {
  return { change, word: packChange(change) };
}

function vectors(): object {
  const accounts = parseLedger(JSON.stringify(LEDGER));
  const ledger = new Ledger(accounts);
  const snapshot = snapshotWords(
    parseSnapshot(readFileSync(join(REPOSITORY_ROOT, SNAPSHOT), 'utf8')),
  );
  const parameters = parameterWords(loadDefaultParameters());
  return {
    format: 'plimsoll.commitment-vectors',
    version: 2,
    poseidon: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16].map((n) => ({
      inputs: upTo(n),
      output: poseidonHash([...upTo(n)]),
    })),
    hashWords: [1, 15, 16, 31].map((n) => ({
      tag: 6,
      words: upTo(n),
      hash: hashWords(TAG.snapshot, upTo(n)),
    })),
    emptySlot: EMPTY_SLOT,
    emptySubtrees: EMPTY_SUBTREES,
    ledger: {
      document: LEDGER,
      accounts: accounts.map((account, index) => ({
        instrumentKeys: account.positions.map(({ instrument }) => instrumentKey(instrument)),
        slots: account.positions.map(slotWord),
        identity: identityWord(account),
        balances: balancesWord(account),
        pages: pageHashes(account.positions),
        leaf: ledger.leaf(index),
      })),
      treeRoot: ledger.treeRoot,
      ledgerRoot: ledger.root,
      pathOfAccount4: ledger.open(4).path.children,
    },
    snapshot: {
      document: SNAPSHOT,
      T: snapshot.timeWord,
      U: snapshot.underlyingWords,
      C: snapshot.collateralWord,
      slices: snapshot.sliceWords,
      S: snapshot.sliceWords.map((words) => hashWords(TAG.slices, words)),
      snapshotHash: hashSnapshotWords(snapshot),
    },
    parameters: {
      document: PARAMETERS,
      G: parameters.generalWord,
      K: parameters.concentrationWord,
      A: parameters.assetWords,
      V: parameters.volatilityWords,
      tenor: parameters.tenorWords,
      tenorDigest: tenorDigest(parameters),
      scenarios: parameters.scenarioWords,
      scenarioDigests: scenarioDigests(parameters),
      D: parameters.documentWord,
      parameterHash: hashParameterWords(parameters),
    },
    changes: [
      changeVector(NO_CHANGE),
      changeVector({ removedAsset: 'stETH', removedAmount: 5n }),
      changeVector({
        removedAsset: 'USDC',
        removedAmount: (1n << 63n) - 1n,
        isCredited: true,
        addedPosition: {
          instrument: { underlying: 1, kind: 'put', expiry: 1_774_598_400n, strikeE4: 30_000_000n },
          lots: -1n,
        },
      }),
    ],
  };
}

/** The vectors as the file has them: `bigint` as decimal strings. */
export function formatCommitmentVectors(): string {
  const asText = (_key: string, value: unknown): unknown =>
    typeof value === 'bigint' ? value.toString() : value;
  return `${JSON.stringify(vectors(), asText, 1)}\n`;
}
