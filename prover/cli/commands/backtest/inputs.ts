// SPDX-License-Identifier: GPL-3.0-or-later
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { InvalidInput } from '../../../core/errors.ts';
import { readTextFile, readTextFileOrGzip } from '../../../core/files.ts';
import { integer, parseDocument } from '../../../core/schema.ts';
import type { ParameterSet } from '../../../documents/parameters-document.ts';
import { loadDefaultParameters, parseParameters } from '../../../documents/parameters-document.ts';
import { parseSnapshot } from '../../../documents/snapshot-document.ts';
import { parseImpliedSeries } from '../../../market/volatility/implied-series.ts';
import type { MarketSnapshot } from '../../../model/types.ts';
import type { Backtest, BacktestInput } from '../../../simulation/backtest.ts';
import { DEFAULT_RULE, GIVEN_RULE, runBacktest } from '../../../simulation/backtest.ts';
import { parseMultipliers } from '../../../simulation/multiplier-series.ts';
import { MARGIN_RULES } from '../../../forecast/rules/registry.ts';
import type { CommandContext, OptionSpec } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { BAR_COLUMNS_OPTION, barColumnMap } from '../../options/bar-columns.ts';
import { readBarHistories, readByUnderlying } from '../../options/underlying-files.ts';

/** What a liquidation may take where no venue says otherwise. */
const DEFAULT_HORIZON_SECONDS = 7200;
const MOST_HORIZON_SECONDS = 7 * 86_400;
const RULE_NAMES = MARGIN_RULES.map(({ name }) => name);

export const BACKTEST_OPTIONS = {
  bars: {
    type: 'string',
    placeholder: 'btc=file,eth=file',
    describe: 'price bars: CSV with ts, open, high, low, close; may be gzipped',
  },
  ...BAR_COLUMNS_OPTION,
  dvol: {
    type: 'string',
    placeholder: 'btc=file,eth=file',
    describe: 'index of implied volatility: CSV with ts, iv (a fraction); for modelled options',
  },
  parameters: {
    type: 'string',
    placeholder: 'file',
    describe: 'parameter set (default: the one shipped)',
  },
  rule: {
    type: 'string',
    placeholder: RULE_NAMES.join('|'),
    describe: `whose multipliers are written and reported first (default: ${DEFAULT_RULE})`,
  },
  multipliers: {
    type: 'string',
    placeholder: 'in.csv',
    describe: 'multipliers to measure (ts, btc, eth), beside the rules',
  },
  chains: {
    type: 'string',
    placeholder: 'folder',
    describe: 'snapshots of plimsoll market import, for options on real surfaces',
  },
  venue: {
    type: 'string',
    placeholder: 'venue.json',
    describe: 'horizonSeconds is read from it (default: two hours)',
  },
  from: { type: 'string', placeholder: 'time', describe: 'count from this UTC time on' },
  to: { type: 'string', placeholder: 'time', describe: 'count up to this UTC time, exclusive' },
} as const satisfies Record<string, OptionSpec>;

/** Other fields of a venue's file belong to other commands. */
const venueSchema = z.looseObject({ horizonSeconds: integer(60, MOST_HORIZON_SECONDS) });

function horizonSeconds(context: CommandContext): number {
  const path = stringOption(context, 'venue');
  if (path === undefined) return DEFAULT_HORIZON_SECONDS;
  return parseDocument(venueSchema, readTextFile(path, '--venue'), path).horizonSeconds;
}

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/;

/** Unix seconds of `2023-01-01` or `2023-01-01T00:00:00Z`. */
export function parseTime(text: string, field: string): number {
  const time = TIME.test(text) ? Date.parse(text) / 1000 : NaN;
  if (Number.isInteger(time)) return time;
  throw new InvalidInput(field, `must be 2023-01-01 or 2023-01-01T00:00:00Z, got "${text}"`);
}

function readSnapshots(folder: string | undefined): MarketSnapshot[] {
  if (folder === undefined) return [];
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch (error) {
    throw new InvalidInput('--chains', `${folder}: is not a folder that can be read`, {
      cause: error,
    });
  }
  if (names.length < 2) {
    throw new InvalidInput('--chains', `${folder}: holds fewer than two snapshots (*.json)`);
  }
  return names.sort().map((name) => {
    try {
      return parseSnapshot(readTextFile(join(folder, name), '--chains'));
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      throw new InvalidInput(`${join(folder, name)}: ${error.field}`, error.rule, {
        cause: error,
      });
    }
  });
}

function ruleOf(context: CommandContext, hasMultipliers: boolean): string {
  const rule = stringOption(context, 'rule');
  if (rule === undefined) return hasMultipliers ? GIVEN_RULE : DEFAULT_RULE;
  if (RULE_NAMES.includes(rule) || (rule === GIVEN_RULE && hasMultipliers)) return rule;
  throw new InvalidInput('--rule', `must be one of ${RULE_NAMES.join(', ')}, got "${rule}"`);
}

/** Progress is for people who wait at a terminal or a log, not for programs. */
const isQuiet = ({ json }: CommandContext): boolean => json || process.env['CI'] !== undefined;

export interface BacktestFrom {
  readonly backtest: Backtest;
  readonly parameterSet: ParameterSet;
  readonly histories: BacktestInput['histories'];
}

interface Period {
  readonly from?: number;
  readonly to?: number;
}

function periodOf(context: CommandContext): Period {
  const [from, to] = [stringOption(context, 'from'), stringOption(context, 'to')];
  return {
    ...(from === undefined ? {} : { from: parseTime(from, '--from') }),
    ...(to === undefined ? {} : { to: parseTime(to, '--to') }),
  };
}

/** Reads what the options name and runs the back-test. Throws `InvalidInput` naming the flag. */
export function backtestFrom(
  context: CommandContext,
  period: Period = periodOf(context),
): BacktestFrom {
  const bars = stringOption(context, 'bars');
  if (bars === undefined) throw new InvalidInput('--bars', 'is required: btc=file,eth=file');
  const path = stringOption(context, 'parameters');
  const parameterSet =
    path === undefined
      ? loadDefaultParameters()
      : parseParameters(readTextFile(path, '--parameters'));
  const multipliers = stringOption(context, 'multipliers');
  const dvol = stringOption(context, 'dvol');
  const quiet = isQuiet(context);
  const started = performance.now();
  const input: BacktestInput = {
    histories: readBarHistories(bars, { keepFrozen: true, ...barColumnMap(context) }),
    parameterSet,
    horizonSeconds: horizonSeconds(context),
    rule: ruleOf(context, multipliers !== undefined),
    ...(multipliers === undefined
      ? {}
      : {
          given: parseMultipliers(readTextFileOrGzip(multipliers, '--multipliers'), multipliers),
        }),
    ...period,
    implied:
      dvol === undefined
        ? [undefined, undefined]
        : readByUnderlying(dvol, '--dvol', parseImpliedSeries),
    snapshots: readSnapshots(stringOption(context, 'chains')),
    progress: (done) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      if (!quiet) context.note(`${seconds.padStart(6)} s  ${done}`);
    },
  };
  return { backtest: runBacktest(input), parameterSet, histories: input.histories };
}
