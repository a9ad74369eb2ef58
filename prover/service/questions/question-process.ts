// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput, PlimsollError, reasonOf } from '../../core/errors.ts';
import { toJsonLine } from '../../core/json-output.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import { parseSnapshot } from '../../documents/snapshot-document.ts';
import { MarketTick } from '../../statements/market-tick.ts';
import { answer, type Question, type Subject } from './question.ts';

/** A new tick, or a question under the newest one. */
export type ToProcess =
  | { readonly document: string; readonly parameters: ParameterSet }
  | { readonly id: number; readonly question: Question; readonly subject: Subject };
export type FromProcess =
  | { readonly id: number; readonly text: string }
  | {
      readonly id: number;
      readonly code: string;
      readonly message: string;
      readonly field?: string;
      readonly rule?: string;
    };

let tick: MarketTick | undefined;

function reply({ id, question, subject }: Extract<ToProcess, { id: number }>): FromProcess {
  try {
    if (tick === undefined) throw new PlimsollError('NO_TICK', 'there is no tick yet');
    return { id, text: toJsonLine(answer(question, subject, tick)) };
  } catch (error) {
    const message = reasonOf(error);
    if (error instanceof InvalidInput) {
      return { id, code: error.code, message, field: error.field, rule: error.rule };
    }
    return { id, code: error instanceof PlimsollError ? error.code : 'INTERNAL', message };
  }
}

process.on('message', (message: ToProcess) => {
  if ('document' in message) {
    tick = new MarketTick(parseSnapshot(message.document), message.parameters);
  } else process.send?.(reply(message));
});
// However the owner ended, nothing is left behind.
process.on('disconnect', () => process.exit());
