// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import { marginInputsOf, parseMarginInputs } from '../../documents/margin-inputs-document.ts';
import type { DynamicInputs } from '../../model/dynamic.ts';
import type { FeedState } from '../../oracle/feed-state.ts';
import { LEAST_MARGIN_SOURCES, MarginReadings } from '../../oracle/margin-readings.ts';
import type { CommandContext, OptionSpec } from '../command.ts';
import { stringOption } from '../command.ts';
import { readVenue } from './venue-file.ts';

export const MARGIN_SOURCES_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'name=file,…',
  describe:
    'inputs of the margin rule (plimsoll.margin-inputs) by three sources or more, read anew in every minute, of a venue with a margin state',
};

/** A source that has said nothing for two minutes is not heard. */
const STALE_AFTER_SECONDS = 120n;

/** Inputs of the margin rule as a signer has them. */
export interface MarginDesk {
  /** Those that the venue's margin state was opened with. */
  readonly opening: DynamicInputs;
  /** Of a minute, where a step is due and enough sources can be measured. */
  readonly inputsAt: (time: bigint, state: FeedState) => DynamicInputs | undefined;
}

function namedFiles(given: string): readonly (readonly [name: string, path: string])[] {
  const named = given.split(',').map((part) => {
    const [name = '', path = ''] = [
      part.slice(0, part.indexOf('=')),
      part.slice(part.indexOf('=') + 1),
    ];
    if (!part.includes('=') || name === '' || path === '') {
      throw new InvalidInput('--margin-sources', `must be name=file,…, got "${part}"`);
    }
    return [name, path] as const;
  });
  if (new Set(named.map(([name]) => name)).size < named.length) {
    throw new InvalidInput('--margin-sources', 'must name every source once');
  }
  if (named.length < LEAST_MARGIN_SOURCES) {
    throw new InvalidInput('--margin-sources', `must be ${LEAST_MARGIN_SOURCES} sources or more`);
  }
  return named;
}

/** What `--margin-sources` says; undefined without it. */
export function marginDesk(context: CommandContext, memory: string): MarginDesk | undefined {
  const given = stringOption(context, 'margin-sources');
  if (given === undefined) return undefined;
  const files = namedFiles(given);
  const { movingMargin } = readVenue(context);
  if (movingMargin === undefined) {
    throw new InvalidInput('--margin-sources', 'is for a venue with a margin state');
  }
  const opening = marginInputsOf(movingMargin.inputs);
  const readings = new MarginReadings(`${memory}.margin`);
  return {
    opening,
    inputsAt: (time, { marginInputs: last = opening }) => {
      // A contract takes none sooner, and each is a step that somebody has to prove.
      if (time < last.time + BigInt(movingMargin.minStepSeconds)) return undefined;
      try {
        const now = files.flatMap(([source, path]) => {
          try {
            return [{ source, inputs: parseMarginInputs(readTextFile(path, source), path) }];
          } catch (error) {
            context.note(`margin inputs of ${source}: ${(error as Error).message}`);
            return [];
          }
        });
        return readings.combine(time, last, now, STALE_AFTER_SECONDS);
      } catch (error) {
        if (!(error instanceof PlimsollError) || error.code !== 'MARGIN_QUORUM') throw error;
        context.note(error.message);
        return undefined;
      }
    },
  };
}
