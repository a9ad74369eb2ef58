// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { appliedTexts } from '../../analysis/figures/applied.ts';
import { deriveMargin } from '../../analysis/derivation/derivation.ts';
import {
  greeksFigures,
  marginFigures,
  ownerFigures,
  whatIfFigures,
} from '../../analysis/figures/figures.ts';
import { levelsFigures } from '../../analysis/figures/levels-text.ts';
import { isolatedReport, statusOf } from '../../analysis/figures/report.ts';
import { SHOCK_PARTS, shockOf, shockedBy } from '../../analysis/figures/shock-text.ts';
import { stepsOf, type Ask } from '../../analysis/figures/steps.ts';
import { marginLevels } from '../../analysis/levels.ts';
import { repriceMarket } from '../../analysis/shock.ts';
import { staleComponents } from '../../analysis/staleness.ts';
import { standingOf } from '../../analysis/standing.ts';
import { applySteps } from '../../analysis/trades.ts';
import { BALANCE_SYMBOLS } from '../../commitments/account-change.ts';
import type { Account } from '../../commitments/account.ts';
import { marginPortfolio } from '../../risk/margin/margin.ts';
import type { MarketTick } from '../../statements/market-tick.ts';

const MOST_STEPS = 64;
const amountText = z
  .string()
  .regex(/^[+-]?[0-9]{1,30}(\.[0-9]{1,8})?$/)
  .describe('a decimal number');
const balanceSteps = z
  .array(z.strictObject({ asset: z.enum(BALANCE_SYMBOLS), amount: amountText }))
  .max(MOST_STEPS);
const instrument = z
  .string()
  .regex(/^(BTC|ETH)-[0-9A-Z:.-]{1,40}$/)
  .describe('such as BTC-PERPETUAL or BTC-27MAR26-70000-C');
const tradeSteps = z.array(z.strictObject({ instrument, contracts: amountText })).max(MOST_STEPS);
const shockText = z
  .string()
  .regex(/^[+-]?[0-9]{1,30}(\.[0-9]{1,4})?(%|[smhd])?$/)
  .describe('a move such as -10%, of an index also a price; of time such as 6h');

/** What a what-if changes: the account first, in this order, then the market. */
export const whatIfBody = z.strictObject({
  deposit: balanceSteps.optional(),
  remove: z
    .array(z.strictObject({ instrument, contracts: z.union([amountText, z.literal('all')]) }))
    .max(MOST_STEPS)
    .optional(),
  add: tradeSteps.optional(),
  withdraw: balanceSteps.optional(),
  unpaid: z.boolean().optional().describe('positions come and go without payment'),
  shock: z
    .strictObject({
      btc: shockText,
      eth: shockText,
      vol: shockText,
      'btc-vol': shockText,
      'eth-vol': shockText,
      time: shockText,
    })
    .partial()
    .optional(),
  levels: z.boolean().optional().describe('the levels of margin calls after the change, too'),
});
export type WhatIf = z.infer<typeof whatIfBody>;

/** What is asked of one account, or of a portfolio that nobody has. */
export type Question =
  | { readonly kind: 'margin' | 'greeks' | 'levels' | 'explain' }
  | { readonly kind: 'whatIf'; readonly change: WhatIf };

/** Of whom: `index` is null for a hypothetical portfolio. */
export interface Subject {
  readonly index: number | null;
  readonly account: Account;
  readonly ledgerRoot: bigint;
}

function whatIf({ index, account }: Subject, tick: MarketTick, change: WhatIf): object {
  const { market, snapshot, parameters } = tick;
  const balances = (field: 'deposit' | 'withdraw'): Ask[] =>
    (change[field] ?? []).map(({ asset, amount }, at) => ({
      source: `${field}[${at}]`,
      name: asset,
      value: amount,
    }));
  const trades = (field: 'add' | 'remove'): Ask[] =>
    (change[field] ?? []).map(({ instrument: name, contracts }, at) => ({
      source: `${field}[${at}]`,
      name,
      value: contracts,
    }));
  const steps = stepsOf(
    {
      deposit: balances('deposit'),
      remove: trades('remove'),
      add: trades('add'),
      withdraw: balances('withdraw'),
      isPaid: change.unpaid !== true,
    },
    account,
    market,
  );
  const changed = applySteps(account, steps);
  const parts = SHOCK_PARTS.flatMap((name) => {
    const value = change.shock?.[name];
    return value === undefined ? [] : [{ source: `shock.${name}`, name, value }];
  });
  const shock = shockOf(parts, snapshot, 'shock');
  const moved = shockedBy(snapshot, shock, parameters.parameters, 'shock');
  const now = standingOf(account, market);
  const after = standingOf(changed, repriceMarket(market, moved.snapshot));
  return {
    account: index,
    ...whatIfFigures({
      applied: appliedTexts(steps, shock, snapshot),
      now,
      after,
      changed,
      moved,
      stale: staleComponents(moved.snapshot, parameters.document.heartbeatsSeconds),
      levels: change.levels === true ? marginLevels(changed, after.market) : undefined,
    }),
  };
}

/** The answer, by the exact model: figure for figure what the command line says. */
export function answer(question: Question, subject: Subject, tick: MarketTick): object {
  const { index, account, ledgerRoot } = subject;
  const { market, snapshot, parameters } = tick;
  if (question.kind === 'whatIf') return whatIf(subject, tick, question.change);
  const head = { account: index, tick: tick.snapshotHash };
  if (question.kind === 'levels') {
    return { ...head, levels: levelsFigures(marginLevels(account, market)) };
  }
  const margin = marginPortfolio(account, market);
  if (question.kind === 'greeks') return { ...head, greeks: greeksFigures(margin, snapshot) };
  if (question.kind === 'explain') {
    return { ...head, derivation: deriveMargin(account, margin, market) };
  }
  return {
    account: index,
    ...ownerFigures(account),
    margin: 'exact',
    status: statusOf(margin),
    ledgerRoot,
    snapshotHash: tick.snapshotHash,
    parameterHash: tick.parameterHash,
    ...marginFigures(margin, market, isolatedReport(account, market)),
    stale: staleComponents(snapshot, parameters.document.heartbeatsSeconds),
  };
}
