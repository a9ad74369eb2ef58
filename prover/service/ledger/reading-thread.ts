// SPDX-License-Identifier: GPL-3.0-or-later
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { parseJson, parseValue } from '../../core/schema.ts';
import type { SharedInstruments } from '../../documents/ledger-document.ts';
import type { Instrument } from '../../model/types.ts';
import { answerQuestions, type Handed } from '../answering-thread.ts';
import { packAccounts } from './packed-accounts.ts';
import { ledgerLots } from './parse-in-lots.ts';
import { strictDecoder, utf8Text } from './utf8-text.ts';
import { wholeLedgerSchema } from './whole-ledger.ts';

/** The bytes of a body as they come; that they are all; and the accounts in them, lot by lot. */
export type ReadingQuestion =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'lot' };

/** Accounts that are handed over at a time: taking over so many keeps nobody waiting. */
const LOT = 500;

/**
 * Lots between two collections. What is handed over is garbage here, and left alone the collector keeps all of it to
 * the end, beside the same accounts in the thread that took them over: that was the peak of the whole process.
 */
const COLLECT_EVERY = 40;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let lotsRead = 0;
const decoder = strictDecoder();
let pieces: string[] = [];
let lots: ReturnType<typeof ledgerLots> | undefined;
const places = new Map<Instrument, number>();

const decoded = (bytes?: Uint8Array): string =>
  utf8Text(bytes, 'body', decoder, { stream: bytes !== undefined });

/** What the body says of the ledger. */
function ended(): { readonly sequence: number; readonly root: bigint } {
  const text = [...pieces, decoded()].join('');
  pieces = [];
  const { ledger, ...stated } = parseValue(wholeLedgerSchema, parseJson(text, 'body'), 'ledger');
  const instruments: SharedInstruments = new Map();
  lots = ledgerLots(ledger, instruments, LOT);
  return stated;
}

answerQuestions<ReadingQuestion>((question): Handed => {
  switch (question.kind) {
    case 'bytes':
      pieces.push(decoded(question.bytes));
      return { value: undefined };
    case 'end':
      return { value: ended() };
    case 'lot': {
      if (lotsRead % COLLECT_EVERY === 0) collect();
      lotsRead += 1;
      const lot = lots?.next();
      if (lot === undefined || lot.done === true) return { value: undefined };
      const packed = packAccounts(lot.value, places);
      const { sizes, places: named, lots: sums } = packed;
      return {
        value: packed,
        transfer: [sizes.buffer, named.buffer, sums.buffer] as ArrayBuffer[],
      };
    }
  }
});
