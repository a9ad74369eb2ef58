// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { jsonSchemaOf } from '../../../../prover/core/schema.ts';
import {
  LEDGER_FORMAT,
  LEDGER_VERSION,
  accountDocument,
  parseLedgerValue,
} from '../../../../prover/documents/ledger-document.ts';
import { parseSnapshotValue } from '../../../../prover/documents/snapshot-document.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import {
  hypotheticalBody,
  ledgerBody,
  snapshotBody,
  updateBody,
} from '../../../../prover/service/api/schemas.ts';

/** What of JSON Schema is looked at here. */
interface Described {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
  readonly pattern?: string;
  readonly maximum?: number;
  readonly maxItems?: number;
}

const described = (schema: Parameters<typeof jsonSchemaOf>[0]): Described => jsonSchemaOf(schema);
const { ledgers, snapshots } = loadSample();
const document = accountDocument(ledgers.crash[0]!) as Record<string, unknown> & {
  readonly positions: readonly object[];
};
const reading = (changes: object) => () =>
  parseLedgerValue({
    format: LEDGER_FORMAT,
    version: LEDGER_VERSION,
    accounts: [{ ...document, ...changes }],
  });

describe('the description of a body', () => {
  const inUpdate = described(updateBody).properties!['changes']!.items!.properties!['account']!;
  const inLedger = described(ledgerBody).properties!['ledger']!.anyOf![0]!.properties!['accounts']!;

  it('has an account as what reads it does: its fields, and how far they go', () => {
    const account = inUpdate.anyOf![0]!;
    expect(inLedger.items).toEqual(account);
    expect([...account.required!].sort()).toEqual(Object.keys(document).sort());
    const { owner, settlementNonce, positions } = account.properties!;
    expect(String(document['owner'])).toMatch(new RegExp(owner!.pattern!));
    expect('0x1').not.toMatch(new RegExp(owner!.pattern!));
    const most = settlementNonce!.maximum!;
    expect(settlementNonce!.type).toBe('integer');
    expect(reading({ settlementNonce: most })).not.toThrow();
    expect(reading({ settlementNonce: most + 1 })).toThrow('settlementNonce');
    const tooMany = Array.from({ length: positions!.maxItems! + 1 }, () => document.positions[0]!);
    expect(reading({ positions: tooMany })).toThrow(`at most ${positions!.maxItems} entries`);
    const lots = positions!.items!.properties!['lots']!;
    expect(['-5', '5', '05'].map((text) => new RegExp(lots.pattern!).test(text))).toEqual([
      true,
      true,
      false,
    ]);
    const strike = positions!.items!.properties!['strikeE4']!;
    expect(['-5', '5'].map((text) => new RegExp(strike.pattern!).test(text))).toEqual([
      false,
      true,
    ]);
  });

  it('has a portfolio as an account has one', () => {
    const { portfolio } = described(hypotheticalBody).properties!;
    const { balances, positions } = inUpdate.anyOf![0]!.properties!;
    expect(portfolio).toMatchObject({
      required: ['balances', 'positions'],
      properties: { balances, positions },
    });
  });

  it('has a snapshot as what reads it does', () => {
    const [newest] = described(snapshotBody).anyOf!;
    const sent = JSON.parse(snapshots.crash.document) as Record<string, unknown>;
    expect(Object.keys(newest!.properties!)).toEqual(expect.arrayContaining(Object.keys(sent)));
    for (const field of newest!.required!) {
      const { [field]: _, ...without } = sent;
      expect(() => parseSnapshotValue(without)).toThrow(/is required|must be/);
    }
  });
});
