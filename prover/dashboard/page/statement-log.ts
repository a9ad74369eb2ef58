// SPDX-License-Identifier: GPL-3.0-or-later
import type { VNode } from 'preact';

import { formatFixed } from '../../model/format.ts';
import type { StatementName } from '../../statements/generated/public-signals.ts';
import { Table, html, moment, shortHash } from './html.ts';
import { verifyPosted } from './proof-verifier.ts';
import { Verify } from './verify.ts';

interface TakenReply {
  readonly statement: StatementName;
  readonly proofs: number;
  readonly event: string;
  readonly account: string | null;
  readonly settlementNonce: string | null;
  readonly tick: string | null;
  readonly snapshotHash: string | null;
  readonly time: string;
  readonly latencySeconds: string | null;
  readonly transaction: string;
  readonly gas: string;
}

/** The answer of `/statements`. */
export interface StatementsReply {
  readonly places: readonly {
    readonly statement: StatementName;
    readonly contract: string | null;
    readonly why: string | null;
  }[];
  readonly statements: readonly TakenReply[];
}

/** What the event of a statement says, in words. */
const EVENT_WORDS: Readonly<Record<string, string>> = {
  LiquidationOpened: 'liquidation opened',
  LiquidationCured: 'liquidation cured',
  BidEscrowed: 'bid for the account',
  Backstopped: 'taken over by the Backstop',
  GuaranteeTaken: 'margin guarantee taken',
  RestrictionLifted: 'restriction lifted',
  WithdrawalClaimed: 'withdrawal',
  CoinWithdrawalClaimed: 'withdrawal of a coin',
  ExitRegistered: 'exit registered',
  MessageForced: 'message forced into the ledger',
  CanaryProven: 'parameter set shown on an account',
  MarginCanaryProven: 'moving margin shown on an account',
  TighteningRefuted: 'tightening refuted',
  MarginStepped: 'margin step',
  SnapshotAccepted: 'medians of a snapshot',
  BreakerTripped: 'medians that tripped a breaker',
  ProofsAccepted: 'solvency session carried on',
  SessionClosed: 'solvency session closed',
};

const numbered = (text: string | null): number | undefined =>
  text === null ? undefined : Number(text);
const whole = (text: string | null): bigint | undefined =>
  text === null ? undefined : BigInt(text);

const idOf = (one: TakenReply): string =>
  [one.transaction, one.statement, one.event, one.account].join('/');

/** The check of a statement that a contract took, from the transaction that brought it. */
export function VerifyTaken({ of }: { readonly of: TakenReply }): VNode {
  const id = idOf(of);
  return html`<${Verify}
    key=${id}
    id=${id}
    label=${`the proof of ${of.statement}${of.account === null ? '' : ` of account ${of.account}`}, transaction ${of.transaction.slice(0, 10)}`}
    check=${() =>
      verifyPosted(of.transaction, {
        statement: of.statement,
        accountIndex: numbered(of.account),
        settlementNonce: whole(of.settlementNonce),
        snapshotHash: whole(of.snapshotHash),
      })}
  />`;
}

/** What contracts took, proven, the newest first: of all accounts, or of one. */
export function StatementLog(props: {
  readonly said: StatementsReply | string;
  readonly account?: number;
}): VNode {
  const { said, account } = props;
  if (typeof said === 'string') return html`<p class="quiet">${said}</p>`;
  const rows =
    account === undefined
      ? said.statements
      : said.statements.filter((one) => one.account === `${account}`);
  return html`<${Table}
    caption=${`the ${rows.length} newest${account === undefined ? '' : ' about this account'}, each checked here from the transaction that brought it; gas is its part of that transaction`}
    empty="none yet"
    columns=${[
      { title: 'statement', isText: true },
      { title: 'for', isText: true },
      ...(account === undefined ? [{ title: 'account' }] : []),
      { title: 'tick' },
      { title: 'block of', isText: true },
      { title: 'after its snapshot, s' },
      { title: 'gas' },
      { title: 'transaction', isText: true },
      { title: 'verdict', isText: true },
    ]}
    rows=${rows.map((one) => [
      one.proofs === 1 ? one.statement : `${one.statement} × ${one.proofs}`,
      EVENT_WORDS[one.event] ?? one.event,
      ...(account === undefined
        ? [
            one.account === null
              ? '–'
              : html`<a href=${`#/account/${one.account}`}>${one.account}</a>`,
          ]
        : []),
      one.tick ?? '–',
      moment(BigInt(one.time)),
      one.latencySeconds ?? '–',
      formatFixed(BigInt(one.gas), 0),
      shortHash(one.transaction),
      html`<${VerifyTaken} of=${one} />`,
    ])}
  />`;
}

/** Which statement is taken by which contract of the venue, and which by none. */
export function StatementPlaces({ said }: { readonly said: StatementsReply }): VNode {
  return html`<${Table}
    caption="what can be proven, and which contract of this venue takes it"
    columns=${[
      { title: 'statement', isText: true },
      { title: 'taken by', isText: true },
    ]}
    rows=${said.places.map(({ statement, contract, why }) => [
      statement,
      contract === null ? `– ${why}` : contract,
    ])}
  />`;
}
