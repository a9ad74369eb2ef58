// SPDX-License-Identifier: GPL-3.0-or-later
// A whole session of a small venue on chain, every proof real. PLIMSOLL_SIXTEEN_BATCHES=1 makes it one of 64
// accounts in sixteen batches, which takes some minutes, and compares what they cost together.
// @lane full: it proves a whole session.
import { encodeBytes32String, ZeroHash, type Contract } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import type { Account } from '../../prover/commitments/account.ts';
import { Ledger } from '../../prover/commitments/ledger.ts';
import {
  arraysStateHash,
  FIRST_ARRAYS_STATE,
} from '../../prover/commitments/session/arrays-state.ts';
import { batchStateHash, FIRST_BATCH_STATE } from '../../prover/commitments/session/batch-state.ts';
import { as, expectRefusal, startChain, type TestChain } from '../support/chain.ts';
import { compareGas, expectGasAtMost } from '../support/gas.ts';
import { postNextSnapshot } from '../support/proofs.ts';
import {
  configShape,
  coverageOf,
  latestPin,
  REGISTER_CONFIG,
  SESSION_START,
  sessionVenue,
  type Missing,
} from '../support/registers.ts';
import {
  BATCHES,
  CREDITOR,
  PHANTOM_LONG,
  provenSession,
  ROWS,
  SMALL_SESSION,
  type ProvenSession,
  type SessionProof,
} from '../support/solvency-session.ts';

const SIXTEEN = process.env['PLIMSOLL_SIXTEEN_BATCHES'] === '1';
const BATCH_ACCOUNTS = 4;
/** What each of sixteen may cost, verified together, by whole transaction. */
const MOST_GAS_EACH = 90_000n;
const NOTHING_UNCONSUMED = { hashBefore: ZeroHash, messages: [] };
const UNPROVEN = 0n;
const COVERED = 1n;
const SHORT = 2n;
const ROWS_PROFILE = 1;

const bystander = (place: number): Account => ({
  ...SMALL_SESSION[0]!,
  owner: 1_000n + BigInt(place),
  positions: [],
});
const accounts = SIXTEEN
  ? [
      ...SMALL_SESSION,
      ...Array.from({ length: 16 * BATCH_ACCOUNTS - SMALL_SESSION.length }, (_, place) =>
        bystander(place),
      ),
    ]
  : SMALL_SESSION;

let chain: TestChain;
let venue: LocalVenue;
let register: Contract;
let session: ProvenSession;
let worstE6: bigint;
let saved: unknown;

const coverage = () => coverageOf(register);
const standing = () => read(register, 'standing', [], z.bigint());

const after = async (seconds: bigint): Promise<void> => {
  await chain.setNextTime((await chain.now()) + seconds);
  await chain.rpc('evm_mine', []);
};

const pinTick = async (): Promise<bigint> => {
  await send(register, 'pinTick', [NOTHING_UNCONSUMED, NOTHING_UNCONSUMED]);
  return read(register, 'latestPin', [], z.bigint());
};
const submit = (statement: string, profile: number, proofs: readonly SessionProof[]) =>
  send(as(register, chain.accounts[7]!), 'submitProofs', [
    statement,
    profile,
    proofs.map(({ proof }) => proof),
    proofs.flatMap(({ publicSignals }) => publicSignals),
  ]);
const submitRows = (proofs = session.rows) => submit(ROWS, ROWS_PROFILE, proofs);
const submitBatches = (proofs = session.batches) => submit(BATCHES, BATCH_ACCOUNTS, proofs);
const close = (pin: bigint, { proof, publicSignals } = session.close) =>
  send(as(register, chain.accounts[8]!), 'closeSession', [pin, proof, publicSignals]);
/** The close with one of its signals replaced. */
const closeWith = (place: number, value: bigint): SessionProof => ({
  ...session.close,
  publicSignals: session.close.publicSignals.with(place, value),
});
const linkWith = (link: SessionProof, place: number, value: bigint): SessionProof => ({
  ...link,
  publicSignals: link.publicSignals.with(place, value),
});

const raiseFund = (amountE6: bigint) => send(venue.insuranceFund, 'raiseBuffer', [amountE6]);

async function begin(
  missing: Missing,
  of: Pick<ProvenSession, 'ledger' | 'totals'> = session,
): Promise<void> {
  chain = await startChain({ startAt: SESSION_START });
  ({ venue, register } = await sessionVenue(chain, of, missing));
}

/** Another venue while something is tried on it. */
async function elsewhere(
  [missing, of]: Parameters<typeof begin>,
  attempt: () => Promise<void>,
): Promise<void> {
  const own = [chain, venue, register, saved, session] as const;
  try {
    await begin(missing, of);
    saved = await chain.save();
    await attempt();
    await chain.close();
  } finally {
    [chain, venue, register, saved, session] = own;
  }
}

beforeAll(async () => {
  session = await provenSession(accounts);
  const { shortfallsE6, pairShortfallsE6 } = session.totals;
  worstE6 = [...shortfallsE6.values(), ...pairShortfallsE6].reduce((most, one) =>
    one > most ? one : most,
  );
  await begin({ quoteE6: 0n });
  saved = await chain.save();
}, 900_000);

afterEach(async () => {
  saved = await chain.restore(saved);
});

afterAll(() => chain.close());

describe('a session', () => {
  it('that is whole is closed: anybody sees the venue covered, by anybody’s proofs', async () => {
    expect(worstE6).toBeGreaterThan(0n);
    await raiseFund(worstE6);
    const pin = await pinTick();
    expect(await standing()).toBe(UNPROVEN);
    await expectRefusal(read(register, 'requireCovered', [], z.unknown()), 'NotCovered', [
      UNPROVEN,
    ]);
    await submitRows();
    await submitBatches();
    const receipt = await close(pin);
    await compareGas('close a session', receipt);
    const event = register.interface.parseLog(receipt.logs.at(-1)!)!;
    expect(event.args.toObject()).toMatchObject({
      pin,
      tick: 1n,
      owedE6: session.totals.quoteE6,
      uncovered: session.totals.uncovered,
      deficitE6: session.totals.deficitE6,
      worstShortfallE6: worstE6,
      coverageBps: 10_000n,
    });
    expect(await coverage()).toMatchObject({ tick: 1n, shortSince: 0n, coverageBps: 10_000n });
    expect(await standing()).toBe(COVERED);
    await read(register, 'requireCovered', [], z.unknown());
  });

  it('starts in the states that the specification names', async () => {
    const reached = (statement: string, state: bigint) =>
      read(register, 'isReached', [statement, 5n, state], z.boolean());
    const [rows, batches] = [
      arraysStateHash(FIRST_ARRAYS_STATE),
      batchStateHash(FIRST_BATCH_STATE),
    ];
    expect(await reached(ROWS, rows)).toBe(true);
    expect(await reached(BATCHES, batches)).toBe(true);
    expect(await reached(ROWS, batches)).toBe(false);
    expect(await reached(BATCHES, rows)).toBe(false);
  });

  it('takes its proofs one by one or many together, and each once', async () => {
    const [first, ...rest] = session.rows;
    await submitRows([first!]);
    await expectRefusal(submitRows([first!]), 'AlreadyAccepted');
    await submitRows(rest);
    await expectRefusal(submitRows(), 'AlreadyAccepted');
    for (const batch of session.batches) await submitBatches([batch]);
    await close(await pinTick());
  });

  it('is refused with a batch left out, replayed or in another order, and with none at all', async () => {
    const pin = await pinTick();
    await submitRows();
    const [first, ...rest] = session.batches as [SessionProof, ...SessionProof[]];
    await expectRefusal(submitBatches(rest), 'StateNotReached');
    await expectRefusal(submitBatches([first, first]), 'NotInOrder', [
      1,
      first.publicSignals[2],
      first.publicSignals[1],
    ]);
    await expectRefusal(submitBatches([...rest, first]), 'StateNotReached');
    await expectRefusal(close(pin), 'StateNotReached');
    // The constant start is reached by nobody's proof, and is no end of a venue that has accounts.
    const start = batchStateHash(FIRST_BATCH_STATE);
    await expectRefusal(close(pin, closeWith(4, start)), 'InvalidSessionProof');
    await submitBatches([first]);
    await expectRefusal(submitBatches([first]), 'AlreadyAccepted');
    await expectRefusal(close(pin), 'StateNotReached');
    await submitBatches(rest);
    await close(pin);
  });

  it('is refused with rows left out', async () => {
    const pin = await pinTick();
    await submitBatches();
    await submitRows(session.rows.slice(0, -1));
    await expectRefusal(close(pin), 'StateNotReached');
  });

  it('takes no proof of another session, statement or profile, and none that does not hold', async () => {
    const [first, second] = session.rows as [SessionProof, SessionProof];
    const [batch] = session.batches as [SessionProof];
    await expectRefusal(submitRows([]), 'NoProofs');
    await expectRefusal(
      submitRows([{ ...first, publicSignals: first.publicSignals.slice(1) }]),
      'WrongSignalCount',
      [3, 2],
    );
    await expectRefusal(submitRows([first, linkWith(second, 0, 7n)]), 'AnotherSession');
    // Shown under another word the proof says what it does not prove.
    await expectRefusal(submitRows([linkWith(first, 0, 7n)]), 'InvalidSessionProof');
    await expectRefusal(submitRows([linkWith(first, 2, 7n)]), 'InvalidSessionProof');
    await expectRefusal(submitRows([first, linkWith(second, 2, 7n)]), 'InvalidSessionProof');
    await expectRefusal(submit(BATCHES, BATCH_ACCOUNTS, [first]), 'StateNotReached');
    await expectRefusal(submit(ROWS, ROWS_PROFILE, [batch]), 'StateNotReached');
    await expectRefusal(submit(ROWS, 16, [first]), 'UnknownSessionProfile');
    await expectRefusal(submit(encodeBytes32String('solvency-close'), 0, [first]), 'NotOfASession');
  });

  it('is closed only with a proof that holds, of what it says', async () => {
    const pin = await pinTick();
    await submitRows();
    await submitBatches();
    const [, , , , , , owed, , shortfalls] = session.close.publicSignals as readonly [...bigint[]];
    await expectRefusal(close(pin, closeWith(8, shortfalls! - 1n)), 'InvalidSessionProof');
    await expectRefusal(close(pin, closeWith(6, owed! - 1n)), 'InvalidSessionProof');
    await expectRefusal(close(pin, closeWith(8, 1n << 252n)), 'MalformedSignal');
    await expectRefusal(
      close(pin, { ...session.close, publicSignals: [] }),
      'WrongSignalCount',
      [20, 0],
    );
  });

  it('is of one ledger, snapshot and parameter set', async () => {
    const pin = await pinTick();
    for (const [place, error] of [
      [1, 'WrongTickRoot'],
      [2, 'WrongTickSnapshot'],
      [3, 'WrongTickParameters'],
    ] as const) {
      await expectRefusal(close(pin, closeWith(place, 7n)), error, [
        session.close.publicSignals[place],
        7n,
      ]);
    }
    await expectRefusal(close(0n), 'UnknownPin');
    await expectRefusal(close(pin + 1n), 'UnknownPin');
    await after(BigInt(REGISTER_CONFIG.pinSeconds) + 1n);
    await expectRefusal(close(pin), 'PinLapsed');
  });

  it('of many proofs costs less each than alone', async () => {
    const [first] = session.rows as [SessionProof];
    const untouched = await chain.save();
    const alone = await submitRows([first]);
    await compareGas('accept a proof of a session', alone);
    await chain.restore(untouched);
    const together = await submitRows();
    expectGasAtMost(together, (alone.gasUsed * BigInt(session.rows.length)) / 2n - 1n);
    if (!SIXTEEN) return;
    expect(session.batches).toHaveLength(16);
    const sixteen = await submitBatches();
    expectGasAtMost(sixteen, 16n * MOST_GAS_EACH + 15n);
    await compareGas('accept sixteen batches of a session', sixteen);
  });
});

describe('what sessions say of a venue', () => {
  it('is short only when nobody shows better for a while', async () => {
    const short = await pinTick();
    await submitRows();
    await submitBatches();
    await close(short);
    const { shortSince, coverageBps } = await coverage();
    expect(coverageBps).toBe(0n);
    expect(shortSince).toBe(await chain.now());
    expect(await standing()).toBe(COVERED);
    await raiseFund(worstE6 - 1n);
    const better = await pinTick();
    await close(better);
    expect(await coverage()).toMatchObject({ shortSince, coverageBps: 9_999n });
    await after(BigInt(REGISTER_CONFIG.confirmSeconds));
    expect(await standing()).toBe(SHORT);
    await expectRefusal(read(register, 'requireCovered', [], z.unknown()), 'NotCovered', [SHORT]);
    // The fund is filled and the next tick is the same market: a session of it lifts the breaker.
    await raiseFund(1n);
    await postNextSnapshot(chain, venue, (await chain.now()) + 60n);
    await close(await pinTick());
    expect(await coverage()).toMatchObject({ tick: 2n, shortSince: 0n, coverageBps: 10_000n });
    expect(await standing()).toBe(COVERED);
    // What is said of an earlier tick changes nothing, nor a worse session of the same.
    await close(short);
    expect(await coverage()).toMatchObject({ tick: 2n, coverageBps: 10_000n });
    await after(BigInt(REGISTER_CONFIG.maxAge));
    expect(await standing()).toBe(UNPROVEN);
  });

  it('is the best of the sessions of a tick, for each is a bound', async () => {
    const empty = await pinTick();
    await raiseFund(2n * worstE6);
    const full = await pinTick();
    await submitRows();
    await submitBatches();
    await close(full);
    await close(empty);
    expect(await coverage()).toMatchObject({ tick: 1n, shortSince: 0n, coverageBps: 20_000n });
  });
});

describe('a venue in which nobody has an account', () => {
  it('is closed without a batch, and covered by a fund of nothing', async () => {
    const empty = await provenSession([]);
    expect([empty.rows.length, empty.batches.length]).toEqual([1, 0]);
    const pinnedFirst = await pinTick();
    await expectRefusal(close(pinnedFirst, empty.close), 'WrongTickRoot');
    await elsewhere([{ quoteE6: 0n }, empty], async () => {
      session = empty;
      const pin = await pinTick();
      await expectRefusal(close(pin), 'StateNotReached');
      await submitRows();
      await close(pin);
      expect(await standing()).toBe(COVERED);
      expect((await coverage()).coverageBps).toBe(2n ** 64n - 1n);
    });
  });
});

describe('a venue is refused, with every proof that can be made of it', () => {
  it('where somebody is long of what nobody is short of (attack: phantom long)', async () => {
    const honest = session;
    const phantom = await provenSession(PHANTOM_LONG);
    await elsewhere([{ quoteE6: 0n }, phantom], async () => {
      session = phantom;
      const pin = await pinTick();
      await submitRows();
      await submitBatches();
      const [word, , , , reached] = phantom.close.publicSignals;
      const [, , came] = phantom.batches.at(-1)!.publicSignals;
      expect(await read(register, 'isReached', [BATCHES, word, came], z.boolean())).toBe(true);
      // Its close holds, and is of a state in which all instruments net to nothing: no batch led there.
      expect(reached).not.toBe(came);
      await expectRefusal(close(pin), 'StateNotReached', [word, reached]);
      await expectRefusal(close(pin, closeWith(4, came!)), 'InvalidSessionProof');
      // Nor is that of the venue without the lot about this ledger.
      await expectRefusal(close(pin, honest.close), 'WrongTickRoot');
    });
  });

  it('where an account is left out that only its owner would miss (attack: hidden liability)', async () => {
    const whole = new Ledger([...accounts, CREDITOR]);
    expect(whole.root).not.toBe(session.ledger.root);
    await elsewhere([{ quoteE6: 0n }, { ledger: whole, totals: session.totals }], async () => {
      const pin = await pinTick();
      await submitRows();
      await submitBatches();
      await expectRefusal(close(pin), 'WrongTickRoot', [whole.root, session.ledger.root]);
      await expectRefusal(close(pin, closeWith(1, whole.root)), 'InvalidSessionProof');
    });
  });
});

describe('custody', () => {
  it('is that of the venue’s vaults, and its terms are those of its deployment', async () => {
    expect(await read(register, 'config', [], configShape)).toEqual(
      Object.fromEntries(
        Object.entries(REGISTER_CONFIG).map(([name, value]) => [name, BigInt(value)]),
      ),
    );
    await pinTick();
    expect((await latestPin(register)).coinsE8).toEqual(session.totals.collateralE8);
  });

  it.each([
    ['the quote asset', 0, { quoteE6: 1n }],
    ['the quote asset, held but taken off', 0, { quoteE6: 0n, releasedE6: 1n }],
    ['bitcoin', 1, { quoteE6: 0n, coin: 0 }],
    ['ether', 2, { quoteE6: 0n, coin: 1 }],
    ['stETH', 3, { quoteE6: 0n, coin: 2 }],
    ['bitcoin, held but taken off', 1, { quoteE6: 0n, releasedCoin: 0 }],
    ['stETH, held but taken off', 3, { quoteE6: 0n, releasedCoin: 2 }],
  ] as const)('of one unit too little of %s refuses a session that is whole', (_, asset, missing) =>
    elsewhere([missing], async () => {
      const pin = await pinTick();
      await submitRows();
      await submitBatches();
      const owed = [session.totals.quoteE6, ...session.totals.collateralE8][asset]!;
      await expectRefusal(close(pin), 'CustodyShort', [asset, owed, owed - 1n]);
    }),
  );
});
