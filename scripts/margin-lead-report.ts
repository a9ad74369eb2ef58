// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Should the initial margin run ahead of maintenance towards the rule's target (docs/dynamic-margin.md)?
 *
 *     node scripts/margin-lead-report.ts btc=btc-1h.csv.gz,eth=eth-1h.csv.gz 2019-01-01
 *
 * Initial margin of one coin over 24 hours, hourly steps, for several largest leads: coverage of both
 * sides, mean margin, and mean margin and shortfall against a constant margin breached as often.
 */
import { readBarHistories } from '../prover/cli/options/underlying-files.ts';
import { loadDefaultMarginRule } from '../prover/documents/margin-rule-document.ts';
import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { barsCovering, pricePath, worstExcursions } from '../prover/forecast/price-path.ts';
import type { PricePath } from '../prover/forecast/price-path.ts';
import { scaledMargin } from '../prover/forecast/scaled-margin.ts';
import type { UnderlyingId } from '../prover/model/types.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../prover/model/types.ts';
import { initialUnderlyingState, stepUnderlying } from '../prover/risk/dynamic/rule.ts';

const [bars = '', from = '1970-01-01'] = process.argv.slice(2);
const { rule: shipped } = loadDefaultMarginRule();
const { parameters } = loadDefaultParameters();
const DAY = 86_400;

/** Multiplier and lead in force at every bar. */
function inForce(underlying: UnderlyingId, { times, variances }: PricePath, leadMax: number) {
  const rule = { ...shipped, leadMaxQ40: BigInt(Math.round(leadMax * 2 ** 40)) };
  let state = initialUnderlyingState(rule, underlying, 0n);
  const multipliers = new Float64Array(times.length).fill(1);
  const ahead = new Float64Array(times.length).fill(1);
  for (let i = 1; i < times.length; i += 1) {
    const elapsed = BigInt(Math.min(times[i]! - times[i - 1]!, 2 ** 20 - 1));
    const counterQ48 = state.counterQ48 + BigInt(Math.floor(variances[i]! * 2 ** 48));
    const input = { counterQ48, impliedRateQ64: 0n, fundingBps: 0n };
    const step = stepUnderlying(rule, underlying, state, { elapsed, input, eventQ40: 0n });
    ({ state } = step);
    multipliers[i] = Math.exp(Number(state.appliedLogQ40) / 2 ** 40);
    ahead[i] = Math.exp(Number(step.terms.leadQ40) / 2 ** 40);
  }
  return { multipliers, ahead };
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const histories = readBarHistories(bars, { keepFrozen: true });
for (const underlying of UNDERLYINGS) {
  const history = histories[underlying];
  if (history === undefined) continue;
  const path = pricePath(history);
  const start = Date.parse(from) / 1000;
  const { falls, rises } = worstExcursions(path, barsCovering(DAY, path.stepSeconds));
  const curve = scaledMargin(parameters, underlying, parameters.imFactorBps);
  for (const lead of [0, Math.log(1.1), Math.log(1.25), Math.log(2)]) {
    const { multipliers, ahead } = inForce(underlying, path, lead);
    const counted = (losses: Float64Array): Float64Array =>
      losses.map((loss, i) => (path.times[i]! < start ? NaN : loss));
    // A lead scales the margin, not the moves: what is needed is the loss less by it.
    const side = (losses: Float64Array, margin: (l: number) => number) => {
      const own = counted(losses);
      const beyond = own.map((loss, i) => loss - ahead[i]! * margin(multipliers[i]!));
      const windows = own.filter((loss) => !Number.isNaN(loss)).length;
      const breached = beyond.filter((excess) => excess > 0);
      const mean = own.reduce(
        (sum, loss, i) => (Number.isNaN(loss) ? sum : sum + ahead[i]! * margin(multipliers[i]!)),
        0,
      );
      return {
        own,
        coverage: 1 - breached.length / windows,
        breaches: breached.length,
        mean: mean / windows,
        shortfall: breached.reduce((sum, excess) => sum + excess, 0) / breached.length,
      };
    };
    const long = side(falls, curve.long);
    const short = side(rises, curve.short);
    // The constant set breached as often.
    const needed = [
      ...[...long.own].map((loss) => (Number.isNaN(loss) ? -1 : curve.multiplierForLong(loss))),
      ...[...short.own].map((loss) => (Number.isNaN(loss) ? -1 : curve.multiplierForShort(loss))),
    ].sort((a, b) => b - a);
    const constant = needed[long.breaches + short.breaches]!;
    const held = (curve.long(constant) + curve.short(constant)) / 2;
    console.log(
      [
        UNDERLYING_SYMBOLS[underlying],
        `lead ≤ ${percent(Math.expm1(lead))}`,
        `coverage ${percent(long.coverage)} / ${percent(short.coverage)}`,
        `mean ${percent((long.mean + short.mean) / 2)}`,
        `at equal breaches ${((long.mean + short.mean) / 2 / held).toFixed(3)}`,
        `shortfall ${percent(long.shortfall)} / ${percent(short.shortfall)}`,
      ].join('  '),
    );
  }
}
