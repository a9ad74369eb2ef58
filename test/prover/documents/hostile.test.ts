// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { InvalidInput } from '../../../prover/core/errors.ts';
import { parseBatch } from '../../../prover/documents/batch-document.ts';
import { parseLedger } from '../../../prover/documents/ledger-document.ts';
import { parseMarketInputs } from '../../../prover/documents/market-inputs-document.ts';
import { parseParameters } from '../../../prover/documents/parameters-document.ts';
import { parseSnapshot } from '../../../prover/documents/snapshot-document.ts';
import { parseOrderBook } from '../../../prover/market/depth/order-book.ts';
import { parseColumnMap } from '../../../prover/market/feeds/column-map.ts';
import { parseDeliveryPrices } from '../../../prover/market/feeds/deliveries.ts';
import { readMarketFile } from '../../../prover/market/feeds/read-file.ts';
import { parseAttestation } from '../../../prover/oracle/attestation.ts';
import { parseArtifactManifest } from '../../../prover/proving/artifacts.ts';
import { parseProof } from '../../../prover/proving/formats/proof-file.ts';
import { parseVerificationKey } from '../../../prover/proving/formats/verification-key.ts';
import { parsePlace, parseReceipt } from '../../../prover/receipt/document.ts';
import { parseVerifyingKeys } from '../../../prover/receipt/verifying-keys.ts';
import { parseLabels } from '../../../prover/sample/labels.ts';

/** Every document that comes from outside. */
const READERS: readonly (readonly [string, (source: string) => unknown])[] = [
  ['a ledger', parseLedger],
  ['a snapshot', parseSnapshot],
  ['a parameter set', parseParameters],
  ['market inputs', parseMarketInputs],
  ['a batch', parseBatch],
  ['a column map', parseColumnMap],
  ['labels', parseLabels],
  ['a chain', (source) => readMarketFile(source, 'chain.json')],
  ['delivery prices', (source) => parseDeliveryPrices(source, 'deliveries.json')],
  ['an order book', (source) => parseOrderBook(source, 'book.json')],
  ['an attestation', (source) => parseAttestation(source, 'attestation.json')],
  ['an artifact manifest', parseArtifactManifest],
  ['a proof', (source) => parseProof(source)],
  [
    'a verification key',
    (source) => parseVerificationKey(source, { setup: 'insecure-development' }),
  ],
  ['a receipt', (source) => parseReceipt(source)],
  ['a place', (source) => parsePlace(source, 'place.json')],
  ['verifying keys', (source) => parseVerifyingKeys(source, 'keys.json')],
];

function refusal(read: () => unknown): InvalidInput {
  try {
    read();
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
  throw new Error('was read');
}

describe.each(READERS)('%s', (_, read) => {
  it('with a key twice is refused, and the place of the second named', () => {
    expect(refusal(() => read('{\n "format": 1,\n "format": 2}'))).toMatchObject({
      rule: 'has the key "format" twice',
      place: { line: 3, column: 2 },
    });
  });

  it('may begin with a byte-order mark', () => {
    expect(refusal(() => read('\uFEFF{"unheardOf": 1}')).rule).not.toMatch(/valid JSON/);
  });

  it('nested without end is refused by a rule, not by a full stack', () => {
    const nested = '{"a":'.repeat(100_000);
    expect(refusal(() => read(nested)).rule).toBe('is nested deeper than 64 levels');
  });

  it('shows its own text escaped and cut', () => {
    const foreign = `\\u001b[2J${'x'.repeat(10_000)}`;
    const { message } = refusal(() => read(`{"${foreign}": "${foreign}"}`));
    expect(message).not.toContain('\u001b');
    expect(message.length).toBeLessThan(500);
  });
});

describe('a field that breaks its rule', () => {
  const ledger = (lots: string): string =>
    [
      '{"format":"plimsoll.ledger","version":1,"accounts":[',
      '{"owner":"0x0000000000000000000000000000000000000001","settlementNonce":0,',
      ' "balances":{"USDC":"0","BTC":"0","ETH":"0","stETH":"0"},',
      ' "positions":[',
      `  {"underlying":"BTC","kind":"perpetual","expiry":0,"strikeE4":"0","lots":${lots}}]}]}`,
    ].join('\n');

  it.each([
    ['"07"', 'must be a canonical decimal string (no leading zeros, "+", "-0" or exponent)'],
    // Of a rule that joins fields, beyond the schema.
    ['"0"', 'must not be 0'],
    [`"${'9'.repeat(200)}"`, 'must have at most 100 digits'],
  ])('is named with line and column: lots %s', (lots, rule) => {
    expect(refusal(() => parseLedger(ledger(lots)))).toMatchObject({
      field: 'accounts[0].positions[0].lots',
      rule,
      place: { line: 5, column: 75 },
    });
  });
});

describe('millions of bad entries', () => {
  it.each<[string, (source: string) => unknown, string]>([
    ['accounts', parseLedger, '{"format":"plimsoll.ledger","version":1,"accounts":['],
    ['signals', (source) => parseProof(source), '{"publicSignals":['],
    ['settlements', parseMarketInputs, '{"settlements":['],
  ])('of %s leave one complaint, within seconds', (_, read, head) => {
    const source = `${head}${'0,'.repeat(10_000_000)}0]}`;
    const started = performance.now();
    refusal(() => read(source));
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
