// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import { writeFileAtomically } from '../../../core/files.ts';
import { marginLevels } from '../../../analysis/levels.ts';
import type { Account } from '../../../commitments/account.ts';
import { formatLedger } from '../../../documents/ledger-document.ts';
import { snapshotDocument } from '../../../documents/snapshot-document.ts';
import { repriceMarket } from '../../../analysis/shock.ts';
import { standingOf } from '../../../analysis/standing.ts';
import { applySteps } from '../../../analysis/trades.ts';
import { isOption } from '../../../model/instrument.ts';
import { priceMarket } from '../../../risk/pricing/market.ts';
import type { Portfolio } from '../../../model/types.ts';
import { UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { Command } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { formatUtc } from '../../../model/format.ts';
import { printLevels } from './levels.ts';
import { noteUnlisted } from '../../options/unlisted.ts';
import { noteStale } from '../../options/staleness.ts';
import { appliedTexts } from '../../../analysis/figures/applied.ts';
import { whatIfFigures } from '../../../analysis/figures/figures.ts';
import { printComparison } from './comparison.ts';
import { SHOCK_FLAG, parseShock } from './shock.ts';
import { shockedBy } from '../../../analysis/figures/shock-text.ts';
import { stepsOf } from '../../../analysis/figures/steps.ts';
import { STEP_OPTIONS, readAsks } from './steps.ts';
import {
  MARKET_OPTIONS,
  accountIndex,
  readAccounts,
  readParameters,
  readSnapshot,
} from '../../options/market-inputs.ts';
import { optionalOutputPath } from '../../options/output-path.ts';
import { whatIfOutput } from '../../../analysis/figures/figures-schema.ts';

const ASKS = ['add', 'remove', 'deposit', 'withdraw', 'shock'] as const;

const holdsOptions = ({ positions }: Portfolio, underlying: number, expiry: bigint): boolean =>
  positions.some(
    ({ instrument }) =>
      isOption(instrument) && instrument.underlying === underlying && instrument.expiry === expiry,
  );

export const command: Command = {
  name: 'what-if',
  description:
    'Changes the account first (deposits, removals, additions, withdrawals; positions are paid for\n' +
    'at mark), then moves the market: forwards by their ratio to the index, strikes keep their\n' +
    'volatility, vol scales all volatilities in proportion, time lets it pass at constant\n' +
    'volatility. Exact margin; docs/risk-analysis.md defines the moved snapshot. --out writes the\n' +
    'ledger after the trade, for margin, prove and what-if to go on from.',
  example: 'npx plimsoll what-if together --add BTC-27MAR26-70000-C:-0.5 --shock btc=-10%,vol=+20%',
  positionals: [
    {
      name: 'account',
      required: true,
      describe: 'index of the account, or a name in the shipped sample',
    },
  ],
  options: {
    ...STEP_OPTIONS,
    shock: {
      type: 'string',
      placeholder: 'btc=-10%,vol=+20%,…',
      describe: 'btc, eth: move or price; vol, btc-vol, eth-vol: move; time: e.g. 6h',
    },
    levels: { type: 'boolean', describe: 'the levels of margin calls after the change, too' },
    out: {
      type: 'string',
      placeholder: 'file',
      describe: 'write the ledger with the changed account in its place: what --ledger takes',
    },
    'out-snapshot': {
      type: 'string',
      placeholder: 'file',
      describe: 'write the moved market: what --snapshot takes',
    },
    ...MARKET_OPTIONS,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: whatIfOutput,
  },
  run: async (context) => {
    if (ASKS.every((name) => context.options[name] === undefined)) {
      throw new InvalidInput('what-if', `needs one of --${ASKS.join(', --')}`);
    }
    const out = optionalOutputPath(context);
    const outSnapshot = optionalOutputPath(context, 'out-snapshot');
    const accounts = readAccounts(context);
    const accountCount = BigInt(accounts.length);
    const snapshot = readSnapshot(context);
    const set = readParameters(context);
    const { parameters } = set;
    const name = context.positionals[0] ?? '';
    const index = accountIndex(name, '<account>', { accountCount }, context);
    const account = accounts[index] as Account;
    const market = priceMarket(snapshot, parameters);

    const steps = stepsOf(readAsks(context), account, market);
    const changed = applySteps(account, steps);
    const shock = parseShock(stringOption(context, 'shock'), snapshot);
    const moved = shockedBy(snapshot, shock, parameters, SHOCK_FLAG);
    const now = standingOf(account, market);
    const after = standingOf(changed, repriceMarket(market, moved.snapshot));
    const levels =
      context.options['levels'] === true ? marginLevels(changed, after.market) : undefined;
    const applied = appliedTexts(steps, shock, snapshot);
    const stale = noteStale(context, moved.snapshot, set);
    if (out !== undefined) {
      writeFileAtomically(out, formatLedger(accounts.toSpliced(index, 1, changed)));
    }
    if (outSnapshot !== undefined) {
      const document = snapshotDocument(moved.snapshot);
      writeFileAtomically(outSnapshot, `${JSON.stringify(document, null, 1)}\n`);
    }

    noteUnlisted(context, after.market.snapshot, [changed]);
    for (const { underlying, expiry, limit } of moved.limits) {
      if (!holdsOptions(changed, underlying, expiry)) continue;
      const slice = `${UNDERLYING_SYMBOLS[underlying]} ${formatUtc(expiry)}`;
      context.note(`${slice}: the surface cannot follow in full (${limit}); docs/risk-analysis.md`);
    }
    context.print(`Account ${index} at ${formatUtc(snapshot.time)} UTC (USD)`);
    context.print('  applied:');
    for (const line of applied) context.print(`    ${line}`);
    context.print();
    printComparison(context, now, after);
    if (levels !== undefined) printLevels(context, levels);
    if (out !== undefined) {
      context.print(`wrote ${out}: account ${index} is the changed one; others are as they were`);
    }
    if (outSnapshot !== undefined) context.print(`wrote ${outSnapshot}`);
    context.printJson({
      account: index,
      ...whatIfFigures({ applied, now, after, changed, moved, stale, levels }),
      ...(out === undefined ? {} : { out }),
      ...(outSnapshot === undefined ? {} : { outSnapshot }),
    });
  },
};
