// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';

import type { Account } from '../../../../prover/commitments/account.ts';
import { SessionRefused } from '../../../../prover/commitments/session/refusal.ts';
import { MarketTick } from '../../../../prover/statements/market-tick.ts';
import {
  formatInclusion,
  parseInclusion,
} from '../../../../prover/venue/session/inclusion-document.ts';
import { sessionPass, type PassSignals } from '../../../../prover/venue/session/pass.ts';
import { formatSession, parseSession } from '../../../../prover/venue/session/session-document.ts';
import { openSession, prepareSession } from '../../../../prover/venue/session/session.ts';
import {
  requireWholePass,
  type ExpectedTick,
} from '../../../../prover/venue/session/whole-pass.ts';
import {
  committedSet,
  crashMarket,
  sessionRequest,
  smallVenue,
} from '../../../support/session-venue.ts';

const tick = new MarketTick(crashMarket.snapshot, committedSet);

/** A session with more than one chunk of rows and more than one batch, and what its proofs publish. */
function published(accounts: readonly Account[]) {
  const request = { ...sessionRequest(accounts), chunkSize: 1 };
  const pass = sessionPass(openSession(prepareSession(request)), tick);
  const of = (statement: string) =>
    pass.steps
      .filter((step) => step.statement === statement)
      .map((step) => step.instance().publicSignals);
  const signals = {
    rows: of('risk-arrays'),
    batches: of('solvency-batch'),
    close: of('solvency-close')[0]!,
  } as unknown as PassSignals;
  const { ledger } = request;
  const expected: ExpectedTick = {
    ledgerRoot: ledger.root,
    snapshotHash: tick.snapshotHash,
    parameterHash: tick.parameterHash,
  };
  return { pass, signals, expected, ledger };
}

const accounts = smallVenue(9);
const honest = published(accounts);
const [first, ...others] = accounts;
const other = published([{ ...first!, quoteE6: first!.quoteE6 + 1n }, ...others]);

const ruleOf = (signals: PassSignals, expected = honest.expected): string => {
  try {
    requireWholePass(signals, expected);
    return 'accepted';
  } catch (error) {
    if (error instanceof SessionRefused) return error.rule;
    throw error;
  }
};

describe('the proofs of a session', () => {
  test('are chunks of rows, batches and a close, which make a whole one', () => {
    const names = honest.pass.steps.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(['rows-000', 'rows-001']);
    expect(names.at(-1)).toBe('close');
    expect(honest.signals.batches.length).toBeGreaterThan(1);
    expect(ruleOf(honest.signals)).toBe('accepted');
    expect(ruleOf(other.signals, other.expected)).toBe('accepted');
  });

  test('say of a venue what its totals are', () => {
    const { totals } = honest.pass;
    expect(honest.signals.close).toMatchObject({
      accounts: BigInt(accounts.length),
      deficitE6: totals.deficitE6,
      shortfall22E6: totals.shortfallsE6.get(22),
    });
  });

  test('of a venue in which nobody has an account are its one empty row and a close', () => {
    const { pass, signals, expected } = published([]);
    expect(pass.steps.map(({ name }) => name)).toEqual(['rows-000', 'close']);
    expect(ruleOf(signals, expected)).toBe('accepted');
    const { totals } = pass;
    expect(totals).toMatchObject({ accounts: 0n, quoteE6: 0n, uncovered: 0n, deficitE6: 0n });
    expect(
      [...totals.shortfallsE6.values(), ...totals.pairShortfallsE6].every((one) => one === 0n),
    ).toBe(true);
    // It says nothing of a venue that has some.
    expect(ruleOf(signals)).toBe('ledger');
    expect(ruleOf({ ...signals, close: honest.signals.close })).toBe('session');
  });

  test.each<[string, string, (signals: PassSignals) => PassSignals]>([
    [
      'order',
      'a batch left out',
      ({ batches, ...rest }) => ({ ...rest, batches: batches.slice(1) }),
    ],
    [
      'end',
      'the last batch left out',
      ({ batches, ...rest }) => ({ ...rest, batches: batches.slice(0, -1) }),
    ],
    [
      'order',
      'a batch replayed',
      ({ batches, ...rest }) => ({ ...rest, batches: [batches[0]!, ...batches] }),
    ],
    [
      'order',
      'batches in another order',
      ({ batches, ...rest }) => ({ ...rest, batches: [...batches].reverse() }),
    ],
    ['end', 'no batch at all', (signals) => ({ ...signals, batches: [] })],
    ['order', 'rows left out', ({ rows, ...rest }) => ({ ...rest, rows: rows.slice(1) })],
    ['end', 'no rows at all', (signals) => ({ ...signals, rows: [] })],
    [
      'session',
      'a batch of another session',
      ({ batches, ...rest }) => ({ ...rest, batches: batches.with(0, other.signals.batches[0]!) }),
    ],
    [
      'session',
      'rows of another session',
      ({ rows, ...rest }) => ({ ...rest, rows: rows.with(1, other.signals.rows[1]!) }),
    ],
    [
      'ledger',
      'the close of another session',
      (signals) => ({ ...signals, close: other.signals.close }),
    ],
    [
      'order',
      'a start with totals in it',
      ({ batches, ...rest }) => ({
        ...rest,
        batches: batches.with(0, { ...batches[0]!, stateBefore: batches[0]!.stateBefore + 1n }),
      }),
    ],
    [
      'end',
      'a close of another state of the rows',
      ({ close, ...rest }) => ({
        ...rest,
        close: { ...close, arraysState: close.arraysState + 1n },
      }),
    ],
  ])('make none (%s) with %s', (rule, _, forge) => {
    expect(ruleOf(forge(honest.signals))).toBe(rule);
  });

  test('make none about another ledger or tick than is expected', () => {
    const { expected, signals } = honest;
    expect(ruleOf(signals, { ...expected, ledgerRoot: other.expected.ledgerRoot })).toBe('ledger');
    for (const name of ['snapshotHash', 'parameterHash'] as const) {
      expect(ruleOf(signals, { ...expected, [name]: expected[name] + 1n })).toBe('tick');
    }
  });

  test('are not begun where the session would not close', () => {
    const [held, ...rest] = first!.positions;
    const positions = [{ ...held!, lots: held!.lots + 1n }, ...rest];
    expect(() => published([{ ...first!, positions }, ...others])).toThrow(
      /does not net to nothing/,
    );
  });
});

describe('the document of a session', () => {
  const document = {
    session: 5n,
    ledgerRoot: 6n,
    snapshotHash: 7n,
    parameterHash: 8n,
    accounts: 9,
    instruments: 4,
    steps: [{ name: 'close', statement: 'solvency-close' as const, profile: 'any' }],
  };

  test('is read as it was written', () => {
    expect(parseSession(formatSession(document), 'it')).toMatchObject(document);
  });

  test('names no file outside its folder', () => {
    const steps = [{ ...document.steps[0]!, name: '../close' }];
    expect(() => parseSession(formatSession({ ...document, steps }), 'it')).toThrow(
      /steps\[0\]\.name.*must be rows-…, batch-… or close/,
    );
  });
});

describe('an inclusion receipt', () => {
  // Of version 1, which shows no session; what shows one needs proofs: test/prover/receipt/inclusion.test.ts.
  const { proofs: _, ...first } = JSON.parse(formatInclusion(honest.ledger.open(3), [])) as Record<
    string,
    unknown
  >;
  const written = JSON.stringify({ ...first, version: 1 });
  const changed = (change: (document: Record<string, unknown>) => object): string =>
    JSON.stringify(change(JSON.parse(written) as Record<string, unknown>));

  test('leads from balances and positions to the root of the ledger', () => {
    expect(parseInclusion(written, 'it')).toEqual({
      index: 3,
      account: accounts[3],
      ledgerRoot: honest.ledger.root,
      proofs: [],
    });
  });

  test('leads nowhere with another balance, position or place, and elsewhere with another count', () => {
    const balance = written.replace(/"USDC":"(-?)\d/, '"USDC":"$17');
    expect(balance).not.toBe(written);
    expect(() => parseInclusion(balance, 'it')).toThrow(/children.*must lead from the account/);
    const lots = written.replace(/"lots":"(-?)\d/, '"lots":"$18');
    expect(() => parseInclusion(lots, 'it')).toThrow(/children.*must lead from the account/);
    expect(() =>
      parseInclusion(
        changed((one) => ({ ...one, index: 2 })),
        'it',
      ),
    ).toThrow(/children.*must lead from the account/);
    const { ledgerRoot } = parseInclusion(
      changed((one) => ({ ...one, accountCount: 99 })),
      'it',
    );
    expect(ledgerRoot).not.toBe(honest.ledger.root);
    expect(() =>
      parseInclusion(
        changed((one) => ({ ...one, accountCount: 3 })),
        'it',
      ),
    ).toThrow(/index.*must be below the account count 3/);
  });
});
