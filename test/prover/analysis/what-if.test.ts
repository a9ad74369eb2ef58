// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseInstrument } from '../../../prover/analysis/figures/instrument.ts';
import { accountAfter } from '../../../prover/commitments/account-change.ts';
import { LEDGER_VERSION, parseLedgerValue } from '../../../prover/documents/ledger-document.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { parseSnapshotValue } from '../../../prover/documents/snapshot-document.ts';
import { applySteps, costAtMarkE6 } from '../../../prover/analysis/trades.ts';
import { instrumentId } from '../../../prover/model/instrument.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { labelled } from '../../../prover/sample/labels.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { inLedgerOrder, instruments } from '../../support/arbitraries.ts';
import { plimsoll } from '../../support/cli.ts';

const { parameters } = loadDefaultParameters();
const sample = loadSample();
const crash = sample.snapshots.crash.snapshot;
const market = priceMarket(crash, parameters);
const accountNamed = (name: string) => sample.ledgers.crash[labelled(sample.labels, name).index]!;

interface Side {
  readonly status: string;
  readonly equityE6: string;
  readonly mmE6: string;
  readonly imE6: string;
  readonly excessImE6: string;
  readonly underlyings: readonly { readonly indexE4: string; readonly scanE6Q16: string }[];
}
interface Answer {
  readonly now: Side;
  readonly after: Side;
  readonly accountAfter: unknown;
  readonly snapshotAfter: unknown;
}

async function whatIf(...argv: string[]): Promise<Answer> {
  const { status, stdout, stderr } = await plimsoll('what-if', ...argv, '--json');
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Answer;
}

const CALL = 'BTC-27MAR26-70000-C';

describe('instrument names', () => {
  it('read as traders write them', () => {
    expect(parseInstrument(CALL, 'x')).toEqual({
      underlying: 0,
      kind: 'call',
      expiry: BigInt(Date.parse('2026-03-27T08:00:00Z') / 1000),
      strikeE4: 700_000_000n,
    });
    expect(parseInstrument('ETH-2026-02-05T16:20Z-1500.5-P', 'x')).toEqual({
      underlying: 1,
      kind: 'put',
      expiry: BigInt(Date.parse('2026-02-05T16:20:00Z') / 1000),
      strikeE4: 15_005_000n,
    });
    expect(parseInstrument('ETH-PERPETUAL', 'x')).toMatchObject({ kind: 'perpetual', expiry: 0n });
    expect(parseInstrument('BTC-6FEB26', 'x')).toMatchObject({ kind: 'future', strikeE4: 0n });
  });
});

describe('account steps', () => {
  const account = accountNamed('positions-17');

  it('are, one at a time, the account change of the circuit, an emptied slot aside', () => {
    const changes = fc.record({
      instrument: fc.oneof(
        fc.constantFrom(...account.positions.map(({ instrument }) => instrument)),
        instruments(crash),
      ),
      lots: fc.oneof(fc.bigInt(-500n, -1n), fc.bigInt(1n, 500n)),
    });
    fc.assert(
      fc.property(changes, fc.bigInt(0n, 10n ** 9n), (addedPosition, removedAmount) => {
        const change = { removedAsset: 'USDC', removedAmount, addedPosition } as const;
        const proven = accountAfter(account, change);
        const stepped = applySteps(account, [{ source: 'x', change }]);
        expect(marginPortfolio(stepped, market).mmE6).toBe(marginPortfolio(proven, market).mmE6);
        expect(marginPortfolio(stepped, market).imE6).toBe(marginPortfolio(proven, market).imE6);
        expect(stepped.quoteE6).toBe(proven.quoteE6);
        expect(stepped.positions).toEqual(inLedgerOrder(stepped.positions));
        expect(stepped.positions.every(({ lots }) => lots !== 0n)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('never gain by a trade at mark, and lose at most a unit', () => {
    const before = marginPortfolio(account, market).equityE6;
    const trades = fc.record({
      instrument: instruments(crash),
      lots: fc.oneof(fc.bigInt(-500n, -1n), fc.bigInt(1n, 500n)),
    });
    const changes = new Set<bigint>();
    fc.assert(
      fc.property(trades, (addedPosition) => {
        const cost = costAtMarkE6(addedPosition, market);
        const change = {
          removedAsset: 'USDC',
          removedAmount: cost < 0n ? -cost : cost,
          isCredited: cost < 0n,
          addedPosition,
        } as const;
        const after = applySteps(account, [{ source: 'x', change }]);
        changes.add(marginPortfolio(after, market).equityE6 - before);
      }),
    );
    expect([...changes].sort()).toEqual([-1n, 0n]);
  });

  it('let a full account swap one position for another', () => {
    const full = accountNamed('positions-64');
    const [first] = full.positions;
    const instrument = parseInstrument('BTC-26JUN26-12345-C', 'x');
    const trade = (added: typeof first & object) =>
      ({
        source: 'x',
        change: { removedAsset: 'USDC', removedAmount: 0n, addedPosition: added },
      }) as const;
    const close = trade({ ...first!, lots: -first!.lots });
    const open = trade({ instrument, lots: 1n });
    expect(applySteps(full, [close, open]).positions).toHaveLength(64);
    expect(() => applySteps(full, [open])).toThrow('x: change.addedPosition: must not be a 65th');
  });
});

describe('plimsoll what-if', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-what-if-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('answers what margin says of the account and snapshot it emits', async () => {
    const answer = await whatIf(
      'positions-17',
      ...['--add', `${CALL}:-1.5,ETH-PERPETUAL:10`],
      ...['--remove', 'BTC-PERPETUAL:all,ETH-27MAR26-1250-P:3,BTC-27FEB26-66000-P:0.45'],
      ...['--deposit', 'USDC:5000.25,BTC:0.1', '--withdraw', 'USDC:100'],
      ...['--shock', 'btc=-3%,eth=1600,vol=+7.5%,time=30m'],
    );
    const ledger = {
      format: 'plimsoll.ledger',
      version: LEDGER_VERSION,
      accounts: [answer.accountAfter],
    };
    const [account] = parseLedgerValue(ledger);
    const lotsOf = (name: string): bigint | undefined => {
      const id = instrumentId(parseInstrument(name, name));
      return account?.positions.find(({ instrument }) => instrumentId(instrument) === id)?.lots;
    };
    // Of 0.01 contracts; held before: -0.55, nothing, nothing, -18 and 1.45.
    expect(
      ['BTC-PERPETUAL', 'ETH-PERPETUAL', CALL, 'ETH-27MAR26-1250-P', 'BTC-27FEB26-66000-P'].map(
        lotsOf,
      ),
    ).toEqual([undefined, 1_000n, -150n, -1_500n, 100n]);
    writeFileSync(file('ledger.json'), JSON.stringify(ledger));
    writeFileSync(file('snapshot.json'), JSON.stringify(answer.snapshotAfter));
    expect(() => parseSnapshotValue(answer.snapshotAfter)).not.toThrow();
    const { stdout } = await plimsoll(
      'margin',
      '0',
      ...['--ledger', file('ledger.json'), '--snapshot', file('snapshot.json'), '--json'],
    );
    const { equityE6, mmE6, imE6 } = JSON.parse(stdout) as Side;
    expect(answer.after).toMatchObject({ equityE6, mmE6, imE6 });
    const now = marginPortfolio(accountNamed('positions-17'), market);
    expect(answer.now).toMatchObject({ equityE6: String(now.equityE6), mmE6: String(now.mmE6) });
    expect(answer.after.underlyings.map(({ indexE4 }) => indexE4)).toEqual([
      String((crash.underlyings[0].indexE4 * 97n) / 100n),
      '16000000',
    ]);
  });

  it('pays for positions at mark, so that a trade alone costs at most a unit of equity', async () => {
    const { now, after } = await whatIf('together', '--add', `${CALL}:-2`);
    const change = BigInt(after.equityE6) - BigInt(now.equityE6);
    expect(change <= 0n && change >= -2n).toBe(true);
    const free = await whatIf('together', '--add', `${CALL}:-2`, '--unpaid');
    const instrument = parseInstrument(CALL, 'x');
    const cost = costAtMarkE6({ instrument, lots: -200n }, market);
    const gap = BigInt(after.equityE6) - BigInt(free.after.equityE6);
    expect(gap).toBe(-cost);
    expect(cost).toBeLessThan(0n);
  });

  it('raises and lowers equity by transfers to the unit', async () => {
    const { now, after } = await whatIf('together', '--deposit', 'USDC:12.345678');
    expect(BigInt(after.excessImE6) - BigInt(now.excessImE6)).toBe(12_345_678n);
    const less = await whatIf('together', '--withdraw', 'USDC:12.345678');
    expect(BigInt(less.after.excessImE6) - BigInt(now.excessImE6)).toBe(-12_345_678n);
  });

  it('prints both sides and the change, and notes what the surface cannot follow', async () => {
    const shock = ['--shock', 'btc=-30%,btc-vol=+90%'];
    const { status, stdout, stderr } = await plimsoll('what-if', 'positions-64', ...shock);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ +now +after +change$/m);
    for (const line of [
      'equity above IM',
      'BTC scan range',
      'BTC worst scenario',
      'short options, MM',
      'BTC delta',
      'ETH theta',
    ]) {
      expect(stdout).toContain(line);
    }
    expect(stderr).toMatch(/BTC .*: the surface cannot follow in full \(range\)/);
    expect(stderr).toMatch(/does not list its expiry, worth intrinsic on the index/);
  });

  const refusals: readonly (readonly [readonly string[], string])[] = [
    [[], 'what-if: needs one of --add, --remove, --deposit, --withdraw, --shock'],
    [['--add', CALL], '--add: must be name:amount, several with commas'],
    [['--add', 'BTC-31FEB26-1-C:1'], 'is not a time that exists'],
    [['--add', 'DOGE-PERPETUAL:1'], '--add DOGE-PERPETUAL: must look like BTC-PERPETUAL'],
    [['--add', `${CALL}:0.005`], `--add ${CALL}: must have at most 2 decimals`],
    [['--add', `${CALL}:0`], 'must not be 0 contracts'],
    [['--add', `${CALL}:99999999`], 'must be from -2^26 to 2^26 - 1'],
    [['--add', 'BTC-27MAR26-999999999-C:1'], 'strike must be from 0.0001'],
    [['--remove', 'ETH-PERPETUAL:1'], '--remove ETH-PERPETUAL: is not held by the account'],
    [['--remove', 'BTC-PERPETUAL:999'], 'must be from 0.01 to the 600 lots of 0.01 held'],
    [['--remove', 'BTC-PERPETUAL:1,BTC-PERPETUAL:1'], 'is given twice'],
    [['--deposit', 'DOGE:1'], '--deposit DOGE: must be one of USDC, BTC, ETH, stETH'],
    [['--deposit', 'USDC:-1'], 'must be above 0'],
    [['--deposit', 'BTC:99999999999'], 'would leave a balance wider than the ledger holds'],
    [['--withdraw', 'BTC:1'], '--withdraw BTC: change.removedAmount: must be at most the BTC'],
    [['--shock', 'btc'], '--shock: must be btc=, eth='],
    [['--shock', 'btc=-100%'], '--shock btc: must stay above -100%'],
    [['--shock', 'btc=0'], '--shock btc: must leave an index of'],
    [['--shock', 'vol=0.5'], '--shock vol: must end in %'],
    [['--shock', 'vol=+1%,vol=+2%'], '--shock vol: is given twice'],
    [['--shock', 'vol=+1%,btc-vol=+2%'], '--shock: takes either vol or btc-vol and eth-vol'],
    [['--shock', 'time=soon'], '--shock time: must be a duration'],
    [['--shock', 'time=49000d'], '--shock: shockSnapshot: expected a shocked time'],
  ];
  it.each(refusals)('refuses %j', async (argv, message) => {
    const { status, stdout, stderr } = await plimsoll('what-if', 'together', ...argv);
    expect(stderr).toContain(message);
    expect([status, stdout]).toEqual([2, '']);
  });
});
