// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { formatUtc } from '../../../model/format.ts';
import { UNDERLYINGS, UNDERLYING_SYMBOLS } from '../../../model/types.ts';
import type { UnderlyingState } from '../../../model/dynamic.ts';
import type { StepTerms } from '../../../risk/dynamic/rule.ts';
import { SECONDS_PER_YEAR } from '../../../core/year.ts';
import type { Command } from '../../command.ts';
import { MARKET_OPTIONS, readParameters } from '../../options/market-inputs.ts';
import { takeStep } from '../../options/margin-step.ts';
import { STEP_OPTIONS } from '../../options/margin-step-options.ts';
import { decimal, real, shape, text, whole } from '../../../core/json-output.ts';
import { printRows } from '../../table.ts';

const log = (valueQ40: bigint): number => Number(valueQ40) / 2 ** 40;
const change = (valueQ40: bigint): string => `${(100 * Math.expm1(log(valueQ40))).toFixed(2)} %`;
/** Annual volatility of a variance per second. */
const volatility = (rateQ64: bigint): number =>
  Math.sqrt((Number(rateQ64) / 2 ** 64) * SECONDS_PER_YEAR);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** In one sentence, what decided. */
function stepReason(before: UnderlyingState, after: UnderlyingState, terms: StepTerms): string {
  const { targetLogQ40: target, highestLogQ40: highest, lowestLogQ40: lowest } = terms;
  if (after.appliedLogQ40 === before.appliedLogQ40 && after.logQ40 !== after.appliedLogQ40) {
    return 'held: it would fall by less than the hysteresis';
  }
  if (target > highest) return 'rising as fast as the rule allows, towards its target';
  if (target < lowest) return 'falling as fast as the rule allows, towards its target';
  return 'at its target';
}

const termsOutput = shape({
  symbol: text,
  reason: text,
  multiplierBefore: real,
  multiplierAfter: real,
  elapsedSeconds: whole,
  varianceQ48: decimal,
  countedQ48: decimal,
  fastVolatility: real,
  longVolatility: real,
  varianceLog: real,
  eventLog: real,
  silenceLog: real,
  targetLog: real,
  lowestLog: real,
  highestLog: real,
  leadLog: real,
});

export const command: Command = {
  name: 'dynamic explain',
  description:
    'Why did my margin rise? The step of `dynamic step` term by term: what variance was signed and what\n' +
    'of it counted, both averages, events and silence, the target, and the limit that held it.',
  example: 'npx plimsoll dynamic explain --state state.json --inputs inputs.json',
  positionals: [],
  options: { ...STEP_OPTIONS, parameters: MARKET_OPTIONS.parameters },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({ sequence: whole, time: whole, underlyings: z.array(termsOutput) }),
  },
  run: async (context) => {
    const { before, step } = takeStep(context, readParameters(context), {
      state: 'state',
      inputs: 'inputs',
    });
    const underlyings = UNDERLYINGS.map((u) => {
      const [last, next] = [before.underlyings[u], step.state.underlyings[u]];
      const terms = step.terms[u];
      return {
        symbol: UNDERLYING_SYMBOLS[u],
        reason: stepReason(last, next, terms),
        multiplierBefore: Math.exp(log(last.appliedLogQ40)),
        multiplierAfter: Math.exp(log(next.appliedLogQ40)),
        elapsedSeconds: Number(terms.elapsed),
        varianceQ48: terms.varianceQ48,
        countedQ48: terms.countedQ48,
        fastVolatility: volatility(next.fastQ64),
        longVolatility: volatility(next.longQ64),
        varianceLog: log(terms.mixedLogQ40),
        eventLog: log(terms.eventLogQ40),
        silenceLog: log(terms.silenceLogQ40),
        targetLog: log(terms.targetLogQ40),
        lowestLog: log(terms.lowestLogQ40),
        highestLog: log(terms.highestLogQ40),
        leadLog: log(terms.leadQ40),
      };
    });
    const { print } = context;
    print(`Step ${step.state.sequence}, inputs of ${formatUtc(step.state.time)} UTC`);
    for (const u of UNDERLYINGS) {
      const own = underlyings[u]!;
      const terms = step.terms[u];
      print();
      print(
        `${own.symbol}: moves x ${own.multiplierBefore.toFixed(4)} -> ` +
          `${own.multiplierAfter.toFixed(4)}, ${own.reason}`,
      );
      const share =
        terms.varianceQ48 === 0n ? 1 : Number(terms.countedQ48) / Number(terms.varianceQ48);
      const rows = [
        ['elapsed', `${own.elapsedSeconds} s`],
        ['variance counted', percent(share)],
        ['fast volatility', percent(own.fastVolatility)],
        ['long volatility', percent(own.longVolatility)],
        ['target by variance', change(terms.mixedLogQ40)],
        ['events', change(terms.eventLogQ40)],
        ['silence', change(terms.silenceLogQ40)],
        ['target, within floor and cap', change(terms.targetLogQ40)],
        ['allowed from', change(terms.lowestLogQ40)],
        ['allowed to', change(terms.highestLogQ40)],
        ['initial margin ahead', change(terms.leadQ40)],
      ];
      printRows(context, ['term', 'value'], rows);
    }
    context.printJson({
      sequence: Number(step.state.sequence),
      time: Number(step.state.time),
      underlyings,
    });
  },
};
