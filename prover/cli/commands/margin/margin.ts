// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { Account } from '../../../commitments/account.ts';
import { deriveMargin } from '../../../analysis/derivation/derivation.ts';
import { marginLevels } from '../../../analysis/levels.ts';
import { marginPortfolio } from '../../../risk/margin/margin.ts';
import { priceMarket } from '../../../risk/pricing/market.ts';

import { InvalidInput } from '../../../core/errors.ts';
import type { Command } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { formatUtc, instrumentName } from '../../../model/format.ts';
import { allOutput, marginAll } from './all.ts';
import { printDerivation } from './derivation.ts';
import { HISTORY_OPTIONS, historyJson, printHistory, readHistoricalRisk } from './history.ts';
import { printLevels } from './levels.ts';
import { levelsFigures } from '../../../analysis/figures/levels-text.ts';
import { marginFigures, ownerFigures } from '../../../analysis/figures/figures.ts';
import { isolatedReport, statusOf } from '../../../analysis/figures/report.ts';
import { printHoldings, printMargin } from './sections.ts';
import { printSummary } from './summary.ts';
import { EFFECTIVE_OPTIONS, readEffectiveParameters } from '../../options/effective-set.ts';
import { noteUnlisted } from '../../options/unlisted.ts';
import { noteStale } from '../../options/staleness.ts';
import {
  MARKET_OPTIONS,
  accountIndex,
  readAccounts,
  readSnapshot,
} from '../../options/market-inputs.ts';
import { marginOutput } from '../../../analysis/figures/figures-schema.ts';

export const command: Command = {
  name: 'margin',
  description:
    'What an owner asks first: equity, margins, ratio, the deposit that mends it, the worst scenario\n' +
    'and the nearest liquidation levels. Exact margin (docs/spec.md): the figures that proofs and\n' +
    'contracts decide by. With --details Greeks, the loss in every scenario and the requirement line\n' +
    'by line, with --explain every number in between, with --levels all levels of margin calls, with\n' +
    '--bars value at risk and expected shortfall beside it (docs/risk-analysis.md).',
  example: 'npx plimsoll margin ordinary-liquidation --tick crash --explain --levels',
  positionals: [
    {
      name: 'account',
      required: false,
      describe: 'index of the account, or a name in the shipped sample; none with --all',
    },
  ],
  options: {
    all: { type: 'boolean', describe: 'every account of the ledger, the furthest below first' },
    below: { type: 'string', placeholder: 'mm|im', describe: 'with --all: only those below it' },
    details: {
      type: 'boolean',
      describe: 'Greeks, equity, every scenario, the requirement, the same in isolated accounts',
    },
    explain: {
      type: 'boolean',
      describe: 'the derivation: PnL per scenario and position, contingencies, haircuts, roundings',
    },
    levels: { type: 'boolean', describe: 'the index and volatility levels of margin calls' },
    ...HISTORY_OPTIONS,
    ...MARKET_OPTIONS,
    ...EFFECTIVE_OPTIONS,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: z.union([marginOutput, allOutput]),
  },
  run: async (context) => {
    if (context.options['all'] === true) return marginAll(context);
    if (stringOption(context, 'below') !== undefined) {
      throw new InvalidInput('--below', 'needs --all');
    }
    if (context.positionals.length === 0) {
      throw new InvalidInput('<account>', 'is required, or --all');
    }
    const accounts = readAccounts(context);
    const accountCount = BigInt(accounts.length);
    const snapshot = readSnapshot(context);
    const set = await readEffectiveParameters(context);
    const name = context.positionals[0] ?? '';
    const index = accountIndex(name, '<account>', { accountCount }, context);
    const account = accounts[index] as Account;
    const market = priceMarket(snapshot, set.parameters);
    const stale = noteStale(context, snapshot, set);
    noteUnlisted(context, snapshot, [account]);
    const margin = marginPortfolio(account, market);
    const isolated = isolatedReport(account, market);
    const { options, print, json } = context;
    const derivation =
      options['explain'] === true ? deriveMargin(account, margin, market) : undefined;
    const asksLevels = options['levels'] === true;
    // For programs only where they ask: an account of 64 positions takes two seconds.
    const levels = asksLevels || !json ? marginLevels(account, market) : undefined;
    const history = readHistoricalRisk(context, account, market);

    print(`Account ${index}: ${statusOf(margin)}, at ${formatUtc(snapshot.time)} UTC (USD)`);
    if (levels !== undefined) printSummary(context, margin, market, levels);
    if (options['details'] === true) {
      printMargin(context, account.quoteE6, margin, isolated, market);
    } else {
      printHoldings(context, account.quoteE6, margin);
    }
    if (derivation !== undefined) {
      const names = margin.positions.map(({ instrument }) => instrumentName(instrument));
      printDerivation(context, derivation, names);
    }
    if (asksLevels && levels !== undefined) printLevels(context, levels);
    if (history !== undefined) printHistory(context, history, margin);

    // Only the JSON names the ledger's root, and hashing every leaf takes time.
    if (!json) return;
    const { commitmentsOf } = await import('./commitments.ts');
    context.printJson({
      account: index,
      ...ownerFigures(account),
      margin: 'exact',
      status: statusOf(margin),
      ...commitmentsOf(accounts, snapshot, set),
      ...marginFigures(margin, market, isolated),
      stale,
      ...(derivation === undefined ? {} : { derivation }),
      ...(asksLevels && levels !== undefined ? { levels: levelsFigures(levels) } : {}),
      ...(history === undefined ? {} : { history: historyJson(history, margin) }),
    });
  },
};
