// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import type { Account } from '../../../commitments/account.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { oneOf, parseValue } from '../../../core/schema.ts';
import { formatUsd, formatUtc } from '../../../model/format.ts';
import { marginPortfolio, type AccountMargin } from '../../../risk/margin/margin.ts';
import { priceMarket } from '../../../risk/pricing/market.ts';
import type { CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { readAccounts, readParameters, readSnapshot } from '../../options/market-inputs.ts';
import { staleOutput } from '../../../analysis/figures/figures-schema.ts';
import { noteStale } from '../../options/staleness.ts';
import { noteUnlisted } from '../../options/unlisted.ts';
import { decimal, shape, whole } from '../../../core/json-output.ts';
import { STATUSES, statusOf } from '../../../analysis/figures/report.ts';
import { printRows } from '../../table.ts';

const LEVELS = ['mm', 'im'] as const;
type Level = (typeof LEVELS)[number];

/** What `margin --all` prints. */
export const allOutput = shape({
  below: z.enum(LEVELS).nullable(),
  /** Of the ledger, and of those how many are below each level. */
  counts: shape({ accounts: whole, belowIm: whole, belowMm: whole, bankrupt: whole }),
  ledgerRoot: decimal,
  snapshotHash: decimal,
  parameterHash: decimal,
  accounts: z.array(
    shape({
      account: whole,
      status: z.enum(STATUSES),
      equityE6: decimal,
      mmE6: decimal,
      imE6: decimal,
      deficitE6: decimal,
    }),
  ),
  stale: staleOutput,
});

const isBelow = ({ equityE6, mmE6, imE6 }: AccountMargin, level: Level): boolean =>
  equityE6 < (level === 'mm' ? mmE6 : imE6);

/** How far above maintenance; who is furthest below comes first. */
const excess = ({ equityE6, mmE6 }: AccountMargin): bigint => equityE6 - mmE6;

/** The exact margin of every account of a ledger, or of those below a level. */
export async function marginAll(context: CommandContext): Promise<void> {
  const given = stringOption(context, 'below');
  const below = given === undefined ? undefined : parseValue(oneOf(LEVELS), given, '--below');
  for (const name of ['details', 'explain', 'levels', 'bars']) {
    if (context.options[name] !== undefined)
      throw new InvalidInput(`--${name}`, 'is for one account');
  }
  if (context.positionals.length > 0) throw new InvalidInput('<account>', 'excludes --all');
  const accounts: readonly Account[] = readAccounts(context);
  const [snapshot, set] = [readSnapshot(context), readParameters(context)];
  const stale = noteStale(context, snapshot, set);
  noteUnlisted(context, snapshot, accounts);
  const market = priceMarket(snapshot, set.parameters);
  const margins = accounts.map((account, index) => ({
    index,
    margin: marginPortfolio(account, market),
  }));
  const chosen = margins
    .filter(({ margin }) => below === undefined || isBelow(margin, below))
    .sort((left, right) => Number(excess(left.margin) - excess(right.margin)));
  const count = (holds: (margin: AccountMargin) => boolean): number =>
    margins.filter(({ margin }) => holds(margin)).length;
  const counts = {
    accounts: margins.length,
    belowIm: count((margin) => isBelow(margin, 'im')),
    belowMm: count((margin) => isBelow(margin, 'mm')),
    bankrupt: count(({ bankrupt }) => bankrupt),
  };
  context.print(
    `${counts.accounts} accounts at ${formatUtc(snapshot.time)} UTC: ${counts.belowIm} below ` +
      `initial margin, ${counts.belowMm} of them below maintenance, ${counts.bankrupt} bankrupt`,
  );
  const rows = chosen.map(({ index, margin }) => [
    String(index),
    ...[margin.equityE6, margin.mmE6, margin.imE6, excess(margin)].map((value) => formatUsd(value)),
    statusOf(margin),
  ]);
  if (rows.length > 0) {
    context.print();
    const header = ['account', 'equity', 'MM', 'IM', 'above MM', 'status'];
    printRows(context, header, rows);
  }
  if (!context.json) return;
  const { commitmentsOf } = await import('./commitments.ts');
  context.printJson({
    below: below ?? null,
    counts,
    ...commitmentsOf(accounts, snapshot, set),
    accounts: chosen.map(({ index, margin }) => ({
      account: index,
      status: statusOf(margin),
      equityE6: margin.equityE6,
      mmE6: margin.mmE6,
      imE6: margin.imE6,
      deficitE6: margin.deficitE6,
    })),
    stale,
  });
}
