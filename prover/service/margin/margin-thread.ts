// SPDX-License-Identifier: GPL-3.0-or-later
import type { Account } from '../../commitments/account.ts';
import type { LeafWords } from '../../commitments/leaf-words.ts';
import type { LedgerChange } from '../../commitments/ledger.ts';
import { parseJson } from '../../core/schema.ts';
import type { SharedInstruments } from '../../documents/ledger-document.ts';
import { parseSnapshot } from '../../documents/snapshot-document.ts';
import type { Instrument, MarketSnapshot, RiskParameters } from '../../model/types.ts';
import { priceMarket, type PricedMarket } from '../../risk/pricing/market.ts';
import type { ArrayMargin } from '../../venue/remargin/definition.ts';
import { RemarginEngine } from '../../venue/remargin/engine.ts';
import { VERDICTS } from '../../venue/remargin/results.ts';
import { marketAt } from '../../dashboard/liquidation-prices.ts';
import { answerQuestions, type Handed } from '../answering-thread.ts';
import { packAccounts, type PackedAccounts } from '../ledger/packed-accounts.ts';
import { ReadUpdate } from '../ledger/read-update.ts';
import { utf8Text } from '../ledger/utf8-text.ts';
import { ACCOUNT_STATES, isClearlyHealthy, nextState, type CallRules } from './account-state.ts';
import { ExactSum } from './exact-sum.ts';
import { belowElsewhere, venueFigures } from './venue-figures.ts';

/** An update as the thread has read it; its accounts stay there until they are taken or forgotten. */
export interface UpdateRead {
  readonly number: number;
  readonly sequence: number;
  readonly root: bigint;
  readonly indices: Uint32Array;
  readonly accounts: PackedAccounts;
  readonly words: readonly LeafWords[];
  /** Its record in the journal, as JSON. */
  readonly record: string;
}

/** Accounts beginning anew, or as they are now; the market of a tick; or that all be margined. */
export type MarginQuestion =
  // What is sent to the service, read here for others: this thread waits for it anyway.
  | { readonly kind: 'read-update'; readonly body: Uint8Array }
  | { readonly kind: 'take-update' | 'forget-update'; readonly number: number }
  | { readonly kind: 'read-snapshot'; readonly document: string }
  | { readonly kind: 'clear' }
  | { readonly kind: 'accounts'; readonly changes: readonly LedgerChange[] }
  | {
      readonly kind: 'market';
      readonly snapshot: MarketSnapshot;
      readonly parameters: RiskParameters;
    }
  | { readonly kind: 'margin'; readonly states: Uint8Array; readonly rules: CallRules }
  // What a page shows of all of them, margined: so many rows; or who would fall short after a move.
  | { readonly kind: 'venue'; readonly most: number }
  | { readonly kind: 'below'; readonly moveBps: bigint; readonly volPpm: bigint }
  // Accounts beside those of the ledger, lot by lot; and which of them may be liquidated.
  | { readonly kind: 'aside'; readonly isFirst: boolean; readonly accounts: readonly Account[] }
  | { readonly kind: 'aside-short' };

/** One that may be liquidated, by its place among those that stood aside. E6 USD. */
export interface AsideShort {
  readonly place: number;
  readonly shortfallE6: bigint;
}

/** Sums over all accounts as the arrays have them, E6 USD; of equity those that have any. */
export interface MarginSums {
  readonly equityE6: bigint;
  /** What bankrupt accounts are short of, by the exact model. */
  readonly deficitE6: bigint;
  readonly mmE6: bigint;
  readonly imE6: bigint;
  /** What accounts lack to their maintenance margin. */
  readonly shortfallE6: bigint;
}

/** The margins of all accounts, by account; amounts are E6 USD. */
export interface MarginTable {
  readonly accounts: number;
  readonly equityE6: Float64Array;
  readonly mmE6: Float64Array;
  readonly imE6: Float64Array;
  /** Worst scenario by account and underlying. */
  readonly worst: Uint8Array;
  /** An index into VERDICTS. */
  readonly verdict: Uint8Array;
  /** Σ|lots|, both underlyings together. */
  readonly lots: Float64Array;
  /** 1 where it may be liquidated, by the exact model where the arrays leave a doubt. */
  readonly liquidatable: Uint8Array;
  /** What does not fit a double. */
  readonly wide: ReadonlyMap<number, ArrayMargin>;
  readonly sums: MarginSums;
  /** The state that its margin leads to, an index into ACCOUNT_STATES. */
  readonly states: Uint8Array;
}

const HEALTHY = ACCOUNT_STATES.indexOf('healthy');
const HEALTHY_VERDICT = VERDICTS.indexOf('healthy');

/** `MarginSums` while they are made. */
class TableSums {
  readonly #equity = new ExactSum();
  readonly #mm = new ExactSum();
  readonly #im = new ExactSum();
  readonly #shortfall = new ExactSum();
  deficitE6 = 0n;

  add(equityE6: number | bigint, mmE6: number | bigint, imE6: number | bigint): void {
    if (equityE6 > 0) this.#equity.add(equityE6);
    this.#mm.add(mmE6);
    this.#im.add(imE6);
    if (equityE6 >= mmE6) return;
    this.#shortfall.add(mmE6);
    this.#shortfall.subtract(equityE6);
  }

  values(): MarginSums {
    return {
      equityE6: this.#equity.value,
      deficitE6: this.deficitE6,
      mmE6: this.#mm.value,
      imE6: this.#im.value,
      shortfallE6: this.#shortfall.value,
    };
  }
}

let engine = new RemarginEngine();
let aside = new RemarginEngine();
let market: PricedMarket | undefined;

/** Margins what is due and judges every account by the state it had. */
function marginAll(before: Uint8Array, rules: CallRules): Handed {
  engine.remargin();
  const { count, grossLots } = engine.accounts;
  const { equityE6, mmE6, imE6, worst, verdict, wide } = engine.results();
  const lots = new Float64Array(count);
  const liquidatable = new Uint8Array(count);
  const states = new Uint8Array(count);
  const sums = new TableSums();
  for (let account = 0; account < count; account += 1) {
    lots[account] = grossLots[2 * account]! + grossLots[2 * account + 1]!;
    const large = wide.get(account);
    const [equity, mm, im] = [equityE6[account]!, mmE6[account]!, imE6[account]!];
    sums.add(large?.equityE6 ?? equity, large?.mmE6 ?? mm, large?.imE6 ?? im);
    const isLiquidatable =
      verdict[account] !== HEALTHY_VERDICT && engine.decide(account).liquidatable;
    liquidatable[account] = isLiquidatable ? 1 : 0;
    // Of a hundred thousand accounts nearly all are: what is told in doubles needs no bigint.
    if (!isLiquidatable && large === undefined && isClearlyHealthy(equity, mm, im, rules)) {
      states[account] = HEALTHY;
      continue;
    }
    const deficitE6 = isLiquidatable ? engine.deficitE6(account) : 0n;
    sums.deficitE6 += deficitE6;
    const figures = {
      ...engine.margin(account),
      liquidatable: isLiquidatable,
      bankrupt: deficitE6 > 0n,
    };
    const state = ACCOUNT_STATES[before[account] ?? HEALTHY]!;
    states[account] = ACCOUNT_STATES.indexOf(nextState(state, figures, rules));
  }
  const table: MarginTable = {
    accounts: count,
    equityE6: equityE6.slice(0, count),
    mmE6: mmE6.slice(0, count),
    imE6: imE6.slice(0, count),
    worst: worst.slice(0, 2 * count),
    verdict: verdict.slice(0, count),
    lots,
    liquidatable,
    wide,
    sums: sums.values(),
    states,
  };
  const columns = Object.values(table).filter((column) => ArrayBuffer.isView(column));
  return { value: table, transfer: columns.map(({ buffer }) => buffer as ArrayBuffer) };
}

/** Of those that stand aside, which are let go with the answer. */
function shortAside(): readonly AsideShort[] {
  const asked = aside;
  aside = new RemarginEngine();
  if (market === undefined) return [];
  asked.setMarket(market);
  asked.remargin();
  return asked.liquidatable().map((place) => {
    const { equityE6, mmE6 } = asked.margin(place);
    return { place, shortfallE6: mmE6 - equityE6 };
  });
}

const instruments: SharedInstruments = new Map();
const places = new Map<Instrument, number>();
const updates = new Map<number, readonly LedgerChange[]>();
let updatesRead = 0;

async function readUpdate(body: Uint8Array): Promise<Handed> {
  const { sequence, root, changes, words, record } = await ReadUpdate.of(
    parseJson(utf8Text(body, 'body'), 'body'),
    instruments,
  );
  updatesRead += 1;
  updates.set(updatesRead, changes);
  const read: UpdateRead = {
    number: updatesRead,
    sequence,
    root,
    indices: Uint32Array.from(changes, ({ index }) => index),
    accounts: packAccounts(
      changes.map(({ account }) => account),
      places,
    ),
    words: [...words],
    record,
  };
  const { sizes, places: named, lots } = read.accounts;
  const columns = [sizes, named, lots, read.indices];
  const rows = read.words.flatMap((batch) => [batch.rows, batch.pages, batch.places]);
  return {
    value: read,
    transfer: [...columns, ...rows].map(({ buffer }) => buffer as ArrayBuffer),
  };
}

function accountsNow(changes: readonly LedgerChange[]): Handed {
  for (const { index, account } of changes) {
    if (index < engine.accounts.count) engine.update(index, account);
    else engine.add(account);
  }
  return { value: undefined };
}

answerQuestions<MarginQuestion>(async (question) => {
  switch (question.kind) {
    case 'read-update':
      return await readUpdate(question.body);
    case 'read-snapshot':
      return { value: parseSnapshot(question.document) };
    case 'take-update':
    case 'forget-update': {
      const changes = updates.get(question.number) ?? [];
      updates.delete(question.number);
      return question.kind === 'take-update' ? accountsNow(changes) : { value: undefined };
    }
    case 'clear':
      engine = new RemarginEngine();
      if (market !== undefined) engine.setMarket(market);
      return { value: undefined };
    case 'accounts':
      return accountsNow(question.changes);
    case 'market':
      market = priceMarket(question.snapshot, question.parameters);
      engine.setMarket(market);
      return { value: undefined };
    case 'margin':
      return marginAll(question.states, question.rules);
    case 'venue':
      return { value: venueFigures(engine, market!, question.most) };
    case 'below': {
      const elsewhere = marketAt(market!, question.moveBps, question.volPpm);
      return { value: belowElsewhere(engine, market!, elsewhere) };
    }
    case 'aside':
      if (question.isFirst) aside = new RemarginEngine();
      for (const account of question.accounts) aside.add(account);
      return { value: undefined };
    case 'aside-short':
      return { value: shortAside() };
  }
});
