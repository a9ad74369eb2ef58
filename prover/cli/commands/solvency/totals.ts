// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import {
  COLLATERAL_SYMBOLS,
  UNDERLYINGS,
  UNDERLYING_SYMBOLS,
  type Pair,
} from '../../../model/types.ts';
import {
  formatAddress,
  formatFixed,
  formatUsd,
  formatUtc,
  instrumentName,
} from '../../../model/format.ts';
import { priceMarket } from '../../../risk/pricing/market.ts';
import { jointScenarios } from '../../../venue/solvency/joint-scenarios.ts';
import { reverseStress, type ReverseStress } from '../../../venue/solvency/reverse-stress.ts';
import {
  STANDINGS,
  venueTotals,
  worstCovered,
  type JointShortfall,
  type VenueTotals,
} from '../../../venue/solvency/totals.ts';
import type { Command, CommandContext } from '../../command.ts';
import { staleOutput } from '../../../analysis/figures/figures-schema.ts';
import { FUND_OPTION, readFund } from '../../options/session-totals.ts';
import { noteStale } from '../../options/staleness.ts';
import { noteUnlisted } from '../../options/unlisted.ts';
import {
  MARKET_OPTIONS,
  readAccounts,
  readParameters,
  readSnapshot,
} from '../../options/market-inputs.ts';
import { address, decimal, flag, shape, text, whole } from '../../../core/json-output.ts';
import { printRows } from '../../table.ts';

const STANDING_TEXT = {
  healthy: 'healthy',
  belowMaintenance: 'below maintenance',
  bankrupt: 'bankrupt',
} as const;

/** Joint scenarios in the table; --json has all. */
const SHOWN = 8;

const idsText = ([btc, eth]: Pair<number>): string => `BTC ${btc}, ETH ${eth}`;

const STANDING = shape({ accounts: whole, notionalE6: decimal });
const JOINT = shape({
  ids: z.tuple([whole, whole]),
  isCovered: flag,
  shortfallE6: decimal,
  defaultingAccounts: whole,
  largest: z.array(shape({ owner: address, shortfallE6: decimal })),
});

export const command: Command = {
  name: 'solvency totals',
  description:
    'Every account margined by the exact model, every instrument netted, every shortfall counted:\n' +
    'what the ledger owes and holds, and what all accounts together would be short of after each\n' +
    'joint scenario, against the insurance fund (docs/solvency.md). Recomputable by anybody from\n' +
    'the published ledger and snapshot; not a proof.',
  example: 'npx plimsoll solvency totals --tick crash --fund 150000 --reverse',
  positionals: [],
  options: {
    fund: FUND_OPTION,
    reverse: {
      type: 'boolean',
      describe: 'the smallest joint move of the indices that exhausts the fund, by direction',
    },
    ...MARKET_OPTIONS,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      time: decimal,
      accounts: whole,
      quoteE6: decimal,
      collateral: z.array(shape({ asset: text, balanceE8: decimal })),
      standings: shape({ healthy: STANDING, belowMaintenance: STANDING, bankrupt: STANDING }),
      deficitE6: decimal,
      fundE6: decimal,
      joint: z.array(JOINT),
      worstCovered: JOINT.optional(),
      isCovered: flag,
      unbalanced: z.array(shape({ instrument: text, netLots: decimal })),
      reverse: z
        .array(
          shape({
            direction: z.tuple([whole, whole]),
            moveBps: decimal.optional(),
            searchedToBps: decimal,
            shortfallE6: decimal,
          }),
        )
        .optional(),
      stale: staleOutput,
    }),
  },
  run: async (context) => {
    const accounts = readAccounts(context);
    const snapshot = readSnapshot(context);
    const set = readParameters(context);
    const fundE6 = readFund(context);
    const market = priceMarket(snapshot, set.parameters);
    const stale = noteStale(context, snapshot, set);
    noteUnlisted(context, snapshot, accounts);
    const totals = venueTotals(
      accounts,
      market,
      jointScenarios(set.document.stress),
      progressNote(context, accounts.length),
    );
    const worst = worstCovered(totals);
    const isCovered = (worst?.shortfallE6 ?? 0n) <= fundE6;
    const reverse =
      context.options['reverse'] === true
        ? reverseStress(accounts, snapshot, set.parameters, fundE6)
        : undefined;

    context.print(`${totals.accounts} accounts at ${formatUtc(snapshot.time)} UTC, exact model`);
    printTotals(context, totals);
    printJoint(context, totals, fundE6);
    if (reverse !== undefined) printReverse(context, reverse);
    context.print('');
    context.print(
      isCovered
        ? `covered      by a fund of ${formatUsd(fundE6)} USD, in every joint scenario that must be`
        : `NOT covered  by a fund of ${formatUsd(fundE6)} USD: ${formatUsd(worst!.shortfallE6 - fundE6)} USD are missing`,
    );
    context.printJson({
      time: snapshot.time,
      accounts: totals.accounts,
      quoteE6: totals.quoteE6,
      collateral: totals.collateralE8.map((balanceE8, c) => ({
        asset: COLLATERAL_SYMBOLS[c],
        balanceE8,
      })),
      standings: totals.standings,
      deficitE6: totals.deficitE6,
      fundE6,
      joint: totals.joint.map(jointJson),
      ...(worst === undefined ? {} : { worstCovered: jointJson(worst) }),
      isCovered,
      unbalanced: totals.unbalanced.map(({ instrument, netLots }) => ({
        instrument: instrumentName(instrument),
        netLots,
      })),
      ...(reverse === undefined ? {} : { reverse }),
      stale,
    });
  },
};

const jointJson = (joint: JointShortfall) => ({
  ...joint,
  largest: joint.largest.map(({ owner, shortfallE6 }) => ({
    owner: formatAddress(owner),
    shortfallE6,
  })),
});

/** Every tenth part of a long count. */
function progressNote({ note, json }: CommandContext, count: number): (done: number) => void {
  const step = Math.ceil(count / 10);
  return (done) => {
    if (!json && count >= 10_000 && done % step === 0) note(`${done} of ${count} accounts`);
  };
}

function printTotals({ print }: CommandContext, totals: VenueTotals): void {
  print('');
  print(`owed         USDC ${formatUsd(totals.quoteE6, 6)} (signed sum)`);
  totals.collateralE8.forEach((balanceE8, c) =>
    print(`             ${COLLATERAL_SYMBOLS[c]} ${formatFixed(balanceE8, 8)}`),
  );
  for (const standing of STANDINGS) {
    const { accounts, notionalE6 } = totals.standings[standing];
    print(
      `${standing === 'healthy' ? 'accounts' : ''}`.padEnd(13) +
        `${accounts} ${STANDING_TEXT[standing]}, notional ${formatUsd(notionalE6)} USD`,
    );
  }
  print(`deficit      ${formatUsd(totals.deficitE6)} USD now, of bankrupt accounts`);
  if (totals.unbalanced.length === 0) print('net lots     0 in every instrument');
  for (const { instrument, netLots } of totals.unbalanced) {
    print(
      `net lots     ${instrumentName(instrument)}: ${formatFixed(netLots, 2)} contracts left over`,
    );
  }
}

function printJoint(context: CommandContext, { joint }: VenueTotals, fundE6: bigint): void {
  const { print } = context;
  const ranked = [...joint].sort((a, b) => {
    if (a.isCovered !== b.isCovered) return a.isCovered ? -1 : 1;
    return a.shortfallE6 > b.shortfallE6 ? -1 : 1;
  });
  print('');
  print(
    `The ${SHOWN} covered joint scenarios that would cost most, of ${joint.length} (ids: docs/parameters.md)`,
  );
  const rows = ranked
    .slice(0, SHOWN)
    .map((one) => [
      idsText(one.ids),
      formatUsd(one.shortfallE6),
      String(one.defaultingAccounts),
      one.isCovered ? (one.shortfallE6 <= fundE6 ? 'covered' : 'NOT COVERED') : 'disclosed',
      one.largest[0] === undefined
        ? ''
        : `${formatAddress(one.largest[0].owner).slice(0, 10)}… ${formatUsd(one.largest[0].shortfallE6)}`,
    ]);
  printRows(
    context,
    ['scenario', 'short of, USD', 'accounts', 'fund', 'largest owner, USD'],
    rows,
    '',
  );
}

function printReverse({ print }: CommandContext, reverse: readonly ReverseStress[]): void {
  print('');
  print('The smallest joint move that exhausts the fund, strikes keeping their volatility');
  for (const { direction, moveBps, searchedToBps, shortfallE6 } of reverse) {
    const moves = UNDERLYINGS.filter((u) => direction[u] !== 0)
      .map((u) => `${UNDERLYING_SYMBOLS[u]} ${direction[u] < 0 ? 'down' : 'up'}`)
      .join(', ');
    const answer =
      moveBps === undefined
        ? `none up to ${formatFixed(searchedToBps, 2)} %`
        : `${formatFixed(moveBps, 2)} % (short of ${formatUsd(shortfallE6)} USD)`;
    print(`  ${moves.padEnd(20)} ${answer}`);
  }
}
