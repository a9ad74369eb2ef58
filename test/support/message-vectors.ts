// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { chainedHash, laneSeed } from '../../prover/chain/inbox-lane.ts';
import { outcomePath } from '../../prover/chain/outcomes.ts';
import { transitionDigest } from '../../prover/chain/transition.ts';
import type { Account } from '../../prover/commitments/account.ts';
import type {
  CoinMessage,
  InboxMessage,
  QuoteMessageKind,
} from '../../prover/commitments/inbox-message.ts';
import { amountOf, laneOf, packMessage } from '../../prover/commitments/inbox-message.ts';
import { Ledger } from '../../prover/commitments/ledger.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import { formatLedger } from '../../prover/documents/ledger-document.ts';
import { applyMessages } from '../../prover/sequencer/apply-messages.ts';
import { emptyVenue, proposeNext } from '../../prover/sequencer/propose.ts';
import { validAccount } from './venue.ts';

export const VECTORS_PATH = join(REPOSITORY_ROOT, 'test', 'golden', 'messages.json');

const VENUE = {
  chainId: 31_337n,
  registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  maxPositions: 64n,
};
const ALICE = 0xa11ce00000000000000000000000000000000001n;
const BOB = 0xb0b0000000000000000000000000000000000002n;
const KEEPER = 0xbee9e40000000000000000000000000000000003n;
const TOP = (1n << 63n) - 1n;

function accountsOf(): readonly Account[] {
  return [
    validAccount({ owner: ALICE, settlementNonce: 0n, quoteE6: 1_500_000_000n }),
    validAccount({ owner: BOB, settlementNonce: 7n, quoteE6: -42n, frozen: true }),
    validAccount({
      owner: ALICE,
      settlementNonce: 1n,
      quoteE6: TOP - 5n,
      positions: [],
      collateralE8: [0n, 0n, (1n << 56n) - 4n],
    }),
    validAccount({
      owner: BOB,
      settlementNonce: (1n << 32n) - 1n,
      quoteE6: 0n,
      frozen: true,
      riskReducingOnly: true,
    }),
  ];
}

const messageOf = (
  kind: QuoteMessageKind,
  accountIndex: bigint,
  settlementNonce: bigint,
  amountE6: bigint,
  address: bigint,
): InboxMessage => ({ kind, accountIndex, settlementNonce, amountE6, address });

const coinMessageOf = (
  kind: CoinMessage['kind'],
  coin: CoinMessage['coin'],
  accountIndex: bigint,
  settlementNonce: bigint,
  amountE8: bigint,
  address: bigint,
): InboxMessage => ({ kind, coin, accountIndex, settlementNonce, amountE8, address });

/** Every kind, applied and not, and every edge. */
const MESSAGES: readonly InboxMessage[] = [
  messageOf('freeze', 0n, 0n, 0n, KEEPER),
  messageOf('freeze', 0n, 1n, 0n, KEEPER),
  messageOf('unfreeze', 0n, 0n, 250_000_000n, ALICE),
  messageOf('takeover', 1n, 7n, 90_000_000n, KEEPER),
  messageOf('takeover', 3n, (1n << 32n) - 1n, 0n, KEEPER),
  messageOf('unfreeze', 2n, 1n, 6n, ALICE),
  messageOf('takeover', 9n, 0n, 1n, KEEPER),
  messageOf('restrict', 2n, 1n, 0n, KEEPER),
  messageOf('deposit', 0n, 0n, 40_000_000n, BOB),
  messageOf('deposit', 1n, 7n, 10_000_000n, BOB),
  messageOf('withdrawal', 0n, 0n, 10_000_000_000n, ALICE),
  messageOf('withdrawal', 0n, 0n, 1_000_000n, BOB),
  messageOf('withdrawal', 2n, 1n, 1_000_000n, ALICE),
  messageOf('deposit', (1n << 24n) - 1n, 0n, 10_000_000n, BOB),
  coinMessageOf('coinDeposit', 0, 0n, 0n, 250_000_000n, BOB),
  coinMessageOf('coinDeposit', 1, 1n, 7n, 300_000_000n, BOB),
  coinMessageOf('coinDeposit', 2, 2n, 1n, 10n, BOB),
  coinMessageOf('coinWithdrawal', 0, 0n, 0n, 100_000_000n, ALICE),
  coinMessageOf('coinWithdrawal', 1, 0n, 0n, (1n << 47n) - 1n, ALICE),
  coinMessageOf('coinWithdrawal', 2, 0n, 0n, 1n, BOB),
];

/** What may leave an account of the vectors; a rollup takes it from its own valuation. */
const WITHDRAWABLE_E6 = 120_000_000n;

const text = (value: bigint): string => String(value);
const hex = (value: bigint, bytes: number): string =>
  `0x${value.toString(16).padStart(2 * bytes, '0')}`;

/** What a rollup has to reproduce, computed here; `test/golden/messages.json` holds it. */
export function messageVectors(): unknown {
  const accounts = accountsOf();
  const consumed = {
    engine: MESSAGES.filter(({ kind }) => laneOf(kind) === 'engine'),
    user: MESSAGES.filter(({ kind }) => laneOf(kind) === 'user'),
  };
  const proposal = proposeNext(VENUE, { ...emptyVenue(VENUE), accounts }, consumed, {
    withdrawable: () => WITHDRAWABLE_E6,
  });
  let state = accounts;
  const hashes = {
    engine: laneSeed(VENUE.chainId, VENUE.registry, 'engine'),
    user: laneSeed(VENUE.chainId, VENUE.registry, 'user'),
  };
  const seeds = { ...hashes };
  const steps = MESSAGES.map((message) => {
    const lane = laneOf(message.kind);
    const applied = applyMessages(state, [message], () => WITHDRAWABLE_E6);
    state = applied.accounts;
    hashes[lane] = chainedHash(hashes[lane], message);
    const [w0, w1] = packMessage(message);
    const [outcome] = applied.outcomes;
    return {
      lane,
      kind: message.kind,
      accountIndex: text(message.accountIndex),
      settlementNonce: text(message.settlementNonce),
      ...('coin' in message ? { coin: message.coin } : {}),
      amount: text(amountOf(message)),
      address: hex(message.address, 20),
      w0: hex(w0, 32),
      w1: hex(w1, 32),
      laneHash: hashes[lane],
      isApplied: outcome!.isApplied,
      applied: text(outcome!.applied),
      ledgerRoot: text(new Ledger(state).root),
    };
  });
  const { transition, outcomes, data } = proposal;
  return {
    chainId: text(VENUE.chainId),
    inbox: VENUE.registry,
    maxPositions: text(VENUE.maxPositions),
    withdrawableE6: text(WITHDRAWABLE_E6),
    seeds,
    previousLedger: JSON.parse(formatLedger(accounts)) as unknown,
    previousLedgerRoot: text(new Ledger(accounts).root),
    messages: steps,
    outcomes: outcomes.map(({ index, applied }, place) => ({
      index: text(index),
      applied: text(applied),
      path: outcomePath(outcomes, place),
    })),
    outcomesRoot: transition.outcomesRoot,
    nextLedgerRoot: text(transition.next.root),
    releasedE6: text(transition.next.releasedE6),
    releasedE8: transition.next.releasedE8.map(text),
    data: new TextDecoder().decode(data),
    dataHash: transition.dataHash,
    transitionDigest: transitionDigest(transition),
  };
}
