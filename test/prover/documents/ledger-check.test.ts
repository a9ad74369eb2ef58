// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import '../../support/seed.ts';
import { checkLedger } from '../../../prover/documents/ledger-check.ts';
import {
  LEDGER_VERSION,
  accountDocument,
  ledgerEntries,
} from '../../../prover/documents/ledger-document.ts';
import { loadSample } from '../../../prover/sample/sample.ts';

const calmSample = () => {
  const { ledgers, snapshots } = loadSample();
  return { ledger: { accounts: ledgers.calm }, snapshot: snapshots.calm.snapshot };
};

type Json = Record<string, unknown> & { positions: Record<string, unknown>[] };

const { ledger, snapshot } = calmSample();
const documents = (): Json[] =>
  ledger.accounts.map((account) => JSON.parse(JSON.stringify(accountDocument(account))) as Json);
const check = (accounts: readonly unknown[], more = {}) =>
  checkLedger(
    ledgerEntries(JSON.stringify({ format: 'plimsoll.ledger', version: LEDGER_VERSION, accounts })),
    more,
  );

const busy = documents().findIndex(({ positions }) => positions.length >= 3);

describe('a ledger that holds', () => {
  it('has nothing to name, and is counted', () => {
    const result = check(documents(), { accountCount: documents().length });
    expect(result.findings).toEqual([]);
    expect(result).toMatchObject({ holds: true, unreadable: 0, accountCount: documents().length });
    expect(result.positions).toBe(
      documents().reduce((sum, { positions }) => sum + positions.length, 0),
    );
  });
});

describe('a ledger that does not hold', () => {
  it('names an instrument whose lots do not sum to nothing, with all who hold it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(), (lots, pick) => {
        const accounts = documents();
        const account = accounts[busy]!;
        const position = account.positions[pick % account.positions.length]!;
        const before = BigInt(position['lots'] as string);
        fc.pre(before + BigInt(lots) !== 0n);
        position['lots'] = String(before + BigInt(lots));
        const { holds, findings } = check(accounts);
        expect(holds).toBe(false);
        expect(findings).toHaveLength(1);
        expect(findings[0]).toMatchObject({ rule: 'net-zero', netLots: BigInt(lots) });
        const key = (held: Record<string, unknown>): string =>
          [held['underlying'], held['kind'], held['expiry'], held['strikeE4']].join();
        expect(findings[0]!.accounts).toEqual(
          accounts.flatMap(({ positions }, index) =>
            positions.some((held) => key(held) === key(position)) ? [index] : [],
          ),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('names every rule of the format that an account breaks, field by field', () => {
    const accounts = documents();
    const account = accounts[busy]!;
    account['owner'] = '0x12';
    account['balances'] = { ...(account['balances'] as object), BTC: '-1', ETH: String(2n ** 56n) };
    account.positions[1]!['lots'] = String(2n ** 26n);
    const { findings, unreadable } = check(accounts);
    const at = `accounts[${busy}]`;
    const fields = findings.filter(({ rule }) => rule === 'format').map(({ field }) => field);
    expect(fields).toEqual([
      `${at}.owner`,
      `${at}.balances.BTC`,
      `${at}.balances.ETH`,
      `${at}.positions[1].lots`,
    ]);
    expect(unreadable).toBe(1);
    // Its positions are in no sum, and so what it holds is named too.
    expect(findings.some(({ rule }) => rule === 'net-zero')).toBe(true);
  });

  it.each([
    ['slots out of order', (account: Json) => account.positions.reverse(), 'must come after'],
    [
      'a slot twice',
      (account: Json) => account.positions.splice(1, 0, account.positions[0]!),
      'holds the instrument',
    ],
    [
      'a slot of nothing',
      (account: Json) => (account.positions[0]!['lots'] = '0'),
      'must not be 0',
    ],
    [
      'more than 64 slots',
      (account: Json) =>
        (account.positions = Array.from({ length: 65 }, () => account.positions[0]!)),
      'at most 64',
    ],
    ['a field nobody knows', (account: Json) => (account['vip'] = true), 'unknown field'],
    ['no owner', (account: Json) => delete account['owner'], 'is required'],
  ])('names %s', (_name, spoil, rule) => {
    const accounts = documents();
    spoil(accounts[busy]!);
    const [first] = check(accounts).findings;
    expect(first).toMatchObject({ rule: 'format', accounts: [busy] });
    expect(first!.message).toContain(`accounts[${busy}]`);
    expect(first!.message).toContain(rule);
  });

  it('names the zero address, a wrong count and expiries that the snapshot lacks', () => {
    const accounts = documents();
    accounts[0]!['owner'] = `0x${'0'.repeat(40)}`;
    const without = {
      ...snapshot,
      underlyings: [{ ...snapshot.underlyings[0], slices: [] }, snapshot.underlyings[1]] as const,
    };
    const { findings } = check(accounts, { accountCount: 1, snapshot: without });
    expect(findings.find(({ rule }) => rule === 'count')!.message).toContain(
      `${accounts.length} accounts, expected 1`,
    );
    expect(findings.find(({ rule }) => rule === 'owner')!.accounts).toEqual([0]);
    const unlisted = findings.filter(({ rule }) => rule === 'unlisted');
    // The sample holds three instruments of an expiry that its own snapshot does not list.
    const own = check(documents(), { snapshot }).findings;
    expect(own.map(({ rule }) => rule)).toEqual(['unlisted', 'unlisted', 'unlisted']);
    expect(unlisted.length).toBeGreaterThan(own.length);
    expect(unlisted.every(({ instrument }) => instrument!.startsWith('BTC'))).toBe(true);
  });

  it('is refused whole where it is no ledger', () => {
    expect(() => ledgerEntries('[]')).toThrow('ledger');
    expect(() => ledgerEntries('{"format":"x","version":1,"accounts":[]}')).toThrow('format');
    expect(() => ledgerEntries('{"format":"plimsoll.ledger","version":9,"accounts":[]}')).toThrow(
      'version',
    );
    expect(() => ledgerEntries('{"format":"plimsoll.ledger","version":1}')).toThrow('accounts');
  });
});
