// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from '@noble/curves/bn254.js';
import { ZeroHash, id, type ParamType } from 'ethers';
import fc from 'fast-check';
import { groth16 } from 'snarkjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exportedAbi } from '../../../prover/chain/abi.ts';
import { send } from '../../../prover/chain/refusal.ts';
import { formatUsd } from '../../../prover/model/format.ts';
import { InvalidInput } from '../../../prover/core/errors.ts';
import { marginAccount } from '../../../prover/risk/margin/margin.ts';
import { toSnarkjsProof } from '../../../prover/proving/backends/backend.ts';
import { terminateCurve } from '../../../prover/proving/backends/snarkjs-backend.ts';
import { authorize } from '../../../prover/receipt/authorization.ts';
import { challengeOf } from '../../../prover/receipt/challenge.ts';
import { FEED_VIEWS, GATE_VIEWS, VERIFIER_VIEWS } from '../../../prover/receipt/chain-check.ts';
import { preparePrivate } from '../../../prover/receipt/create.ts';
import {
  formatReceipt,
  parseReceipt,
  type ExactReceipt,
  type PrivateReceipt,
  type Receipt,
} from '../../../prover/receipt/document.ts';
import { verifyGroth16 } from '../../../prover/receipt/groth16.ts';
import { NodeError, httpRpc, type JsonRpc } from '../../../prover/receipt/json-rpc.ts';
import { localKeyDocument } from '../../../prover/receipt/local-keys.ts';
import { UNCHANGED, publicSignalsOf } from '../../../prover/receipt/public-signals.ts';
import { ReceiptRefused, type RefusalCode } from '../../../prover/receipt/refusal.ts';
import { caveatsOf, sentenceOf } from '../../../prover/receipt/sentence.ts';
import { parseVerifyingKeys, trustedKeyOf } from '../../../prover/receipt/verifying-keys.ts';
import { verifyReceipt, type Expectations } from '../../../prover/receipt/verify.ts';
import { canonicalJson } from '../../../prover/core/schema.ts';
import { packChange } from '../../../prover/statements/change.ts';
import { NO_CHANGE } from '../../../prover/commitments/account-change.ts';
import { as, guardianOf } from '../../support/chain.ts';
import { postNextSnapshot, rerandomised } from '../../support/proofs.ts';
import {
  ACCOUNT,
  CHALLENGE,
  OWNED_LEDGER,
  OWNER,
  PARAMETERS,
  SNAPSHOT,
  STATED_EQUITY_E6,
  STRANGER,
  makeReceipts,
  receiptVenue,
  requestAt,
  type MadeReceipts,
  type ReceiptVenue,
} from '../../support/receipts.ts';

const keys = parseVerifyingKeys(localKeyDocument(), 'keys');
let at: ReceiptVenue;
let made: MadeReceipts;
let rpc: JsonRpc;
let expected: Expectations;

beforeAll(async () => {
  at = await receiptVenue();
  made = await makeReceipts(at.place);
  rpc = httpRpc(at.chain.url);
  expected = { keys, rpc, marketFeed: at.place.marketFeed };
});
afterAll(async () => {
  await terminateCurve();
  await at.chain.close();
});

/** The receipt as a file says it, altered by `change`. */
function altered<R extends Receipt>(receipt: R, change: (copy: R) => unknown): R {
  const copy = structuredClone(receipt);
  change(copy);
  return copy;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const open = <T>(value: T): Mutable<T> => value as Mutable<T>;

const utc = (seconds: bigint): string =>
  `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

async function expectRefused(
  receipt: Receipt,
  code: RefusalCode,
  message: RegExp,
  expectations: Expectations = expected,
): Promise<void> {
  const outcome: unknown = await verifyReceipt(receipt, expectations).then(
    () => 'accepted',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(ReceiptRefused);
  expect((outcome as ReceiptRefused).code).toBe(code);
  expect((outcome as ReceiptRefused).message).toMatch(message);
}

describe('a receipt that holds', () => {
  it('states the exact figures of the account, and when its tick was current', async () => {
    const checked = await verifyReceipt(parseReceipt(formatReceipt(made.exact)), expected);
    const margin = marginAccount(OWNED_LEDGER.account(ACCOUNT), SNAPSHOT, PARAMETERS.parameters);
    const usd = (amountE6: bigint): string => `${formatUsd(amountE6, 6)} USD`;
    expect(made.exact.signals).toMatchObject({
      accountIndex: BigInt(ACCOUNT),
      owner: OWNER.address,
      equityE6: margin.equityE6,
      initialMarginE6: margin.imE6,
      maintenanceMarginE6: margin.mmE6,
    });
    const asOf = await at.chain.now();
    expect(checked.tick).toEqual({
      from: BigInt(at.place.tickTime),
      latestTick: 1n,
      asOf,
      isAdmissible: true,
      isHalted: false,
    });
    expect(sentenceOf(checked)).toBe(
      `Valid. At margin tick 1 of the market feed ${at.place.marketFeed} on chain 31337, which was ` +
        `current from 2026-02-05 16:00:02 UTC to now (${utc(asOf)}, the node's latest block), ` +
        `account 66 of ${OWNER.address} had an equity of exactly ${usd(margin.equityE6)}, a maintenance margin of ` +
        `${usd(margin.mmE6)} and an initial margin of ${usd(margin.imE6)}: it met its initial margin.`,
    );
    expect(caveatsOf(checked)).toEqual([
      expect.stringMatching(/^INSECURE development key/),
      expect.stringMatching(/^it answers no challenge/),
    ]);
  });

  it('states no more than it has to, when private', async () => {
    const checked = await verifyReceipt(made.private, { ...expected, challenge: CHALLENGE });
    expect(sentenceOf(checked)).toMatch(
      /latest block\), an account of 0x\w{40} met its initial margin, and its equity was at least 10,000\.000000 USD\.$/,
    );
    expect(caveatsOf(checked)).toEqual([expect.stringMatching(/^INSECURE development key/)]);
    const file = formatReceipt(made.private);
    expect(Object.keys(made.private.signals).sort()).toEqual([
      'context',
      'equityAtLeastE6',
      'ledgerRoot',
      'owner',
      'parameterHash',
      'snapshotHash',
    ]);
    expect(file).not.toMatch(/accountIndex|settlementNonce|equityE6|[mM]arginE6|worst/);
  });

  it('says what nobody checked, without a node, a venue or a challenge', async () => {
    const checked = await verifyReceipt(made.private, { keys });
    expect(sentenceOf(checked)).toMatch(
      /^The proof holds; the chain was not asked\. At what the receipt calls margin tick 1 .* 31337, an/,
    );
    expect(caveatsOf(checked).slice(1)).toEqual([
      expect.stringMatching(/^not checked: whether the chain ever accepted tick 1/),
      expect.stringMatching(/^not checked: whether 0x\w+ on chain 31337 is the feed of the venue/),
      expect.stringMatching(/^not checked: whether it answers your challenge/),
    ]);
  });

  it('is called valid only when the chain was asked and the venue named', async () => {
    const unnamed = sentenceOf(await verifyReceipt(made.exact, { keys, rpc }));
    expect(unnamed).toMatch(
      /^The proof holds; the venue was not named\. At margin tick 1 .* from /,
    );
    const { marketFeed } = expected;
    const offline = sentenceOf(await verifyReceipt(made.exact, { keys, marketFeed }));
    expect(offline).toMatch(
      /^The proof holds; the chain was not asked\. At what the receipt calls/,
    );
    expect(sentenceOf(await verifyReceipt(made.exact, expected))).toMatch(/^Valid\. At margin/);
  });

  it('is said to be current no longer than the market was', async () => {
    const saved = await at.chain.save();
    await at.chain.setNextTime(BigInt(at.place.tickTime) + 601n);
    await at.chain.rpc('evm_mine', []);
    const old = await verifyReceipt(made.exact, expected);
    expect(old.tick).toMatchObject({ isAdmissible: false, isHalted: false });
    expect(sentenceOf(old)).toContain(
      "to now (2026-02-05 16:10:03 UTC, the node's latest block) only because no tick followed: " +
        'no contract takes it any more, account',
    );
    await send(as(at.venue.marketFeed, guardianOf(at.chain)), 'halt', []);
    const halted = await verifyReceipt(made.exact, expected);
    expect(halted.tick).toMatchObject({ isAdmissible: false, isHalted: true });
    expect(sentenceOf(halted)).toMatch(/latest block\) only because the market is halted, account/);
    await at.chain.restore(saved);
  });

  it('holds for a proof re-randomised by a stranger, which proves the same', async () => {
    const { a, b, c } = made.exact.proof;
    const swapped = [
      [b[0][1], b[0][0]],
      [b[1][1], b[1][0]],
    ] as [[bigint, bigint], [bigint, bigint]];
    const other = await rerandomised({ a, b: swapped, c });
    const proof = {
      a: other.a,
      b: other.b.map(([imaginary, real]) => [real, imaginary]),
      c: other.c,
    } as ExactReceipt['proof'];
    expect(proof).not.toEqual(made.exact.proof);
    expect((await verifyReceipt({ ...made.exact, proof }, expected)).receipt.kind).toBe('exact');
  });

  it('has the change word of no change', () => {
    expect(UNCHANGED).toBe(packChange(NO_CHANGE));
  });
});

describe('a receipt that does not hold', () => {
  it('is refused for any signal altered', async () => {
    const message = /does not hold for what the receipt says/;
    for (const name of [
      'equityE6',
      'initialMarginE6',
      'accountIndex',
      'worstScenarioBtc',
    ] as const) {
      const receipt = altered(made.exact, ({ signals }) => (open(signals)[name] += 1n));
      await expectRefused(receipt, 'PROOF_INVALID', message);
    }
    const more = altered(made.private, ({ signals }) => (open(signals).equityAtLeastE6 += 1n));
    await expectRefused(more, 'PROOF_INVALID', message);
    const taken = altered(made.private, (copy) => {
      open(copy.signals).owner = STRANGER.address;
      open(copy.authorization).signer = STRANGER.address;
    });
    await expectRefused(taken, 'PROOF_INVALID', message);
  });

  it('is refused for a key that is not trusted', async () => {
    const other = altered(made.exact, ({ key }) => (open(key).verificationKey = '0'.repeat(64)));
    await expectRefused(
      other,
      'KEY_UNKNOWN',
      /under a key that is not trusted here: account-margin/,
    );
    const relabelled = altered(made.exact, ({ key }) => (open(key).setup = 'ceremony'));
    await expectRefused(relabelled, 'KEY_UNKNOWN', /not trusted here/);
    await expectRefused(made.exact, 'KEY_UNKNOWN', /not trusted here/, {
      ...expected,
      keys: keys.filter(({ statement }) => statement === 'solvency-receipt'),
    });
  });

  it('is refused when it is made to speak of another chain or feed', async () => {
    const message = /made for another chain, market feed or challenge/;
    const chain = altered(made.exact, ({ place }) => (open(place).chainId = 1n));
    await expectRefused(chain, 'CONTEXT_MISMATCH', message);
    const feed = altered(made.exact, ({ place }) => {
      open(place).marketFeed = at.venue.addresses.liquidationEngine;
    });
    await expectRefused(feed, 'CONTEXT_MISMATCH', message);
  });

  it('is refused when it answers another challenge than was asked', async () => {
    const other = challengeOf('a loan of 23 November, for Bob', 'challenge');
    const asked = { ...expected, challenge: other };
    await expectRefused(
      made.private,
      'CHALLENGE_MISMATCH',
      /made for somebody else, or before/,
      asked,
    );
    await expectRefused(made.exact, 'CHALLENGE_MISMATCH', /answers no challenge/, asked);
    const claimed = altered(made.private, (copy) => (open(copy).challenge = other));
    await expectRefused(
      claimed,
      'CONTEXT_MISMATCH',
      /another chain, market feed or challenge/,
      asked,
    );
  });

  it('is refused without the owner’s signature over this very receipt', async () => {
    const { signature } = made.private.authorization;
    const last = signature.endsWith('b') ? 'c' : 'b';
    for (const forged of [
      `${signature.slice(0, -1)}${last}`,
      `${signature.slice(0, 20)}${signature[20] === '0' ? '1' : '0'}${signature.slice(21)}`,
      // The same parity as 27 and 28, by which some readers of signatures go.
      `${signature.slice(0, -2)}${signature.endsWith('1b') ? '00' : '01'}`,
      `0x${'0'.repeat(130)}`,
      await authorize(STRANGER, made.private),
      await authorize(
        OWNER,
        altered(made.private, ({ place }) => (open(place).tick = 2n)),
      ),
      await authorize(
        OWNER,
        altered(made.private, ({ signals }) => (open(signals).equityAtLeastE6 = 1n)),
      ),
      await authorize(
        OWNER,
        altered(made.private, (copy) => (open(copy).challenge = id('other'))),
      ),
    ]) {
      const receipt = altered(
        made.private,
        (copy) => (open(copy.authorization).signature = forged),
      );
      await expectRefused(receipt, 'SIGNATURE_INVALID', /is not one by 0x\w{40} over this receipt/);
    }
  });

  it('is refused when somebody else signs it', async () => {
    const signature = await authorize(STRANGER, made.private);
    const authorization = { signer: STRANGER.address, signature };
    const receipt = { ...made.private, authorization };
    await expectRefused(receipt, 'SIGNER_NOT_OWNER', new RegExp(`is owned by ${OWNER.address}`));
  });

  it('is refused at a venue that is not the one meant', async () => {
    const marketFeed = at.venue.addresses.riskParameters;
    await expectRefused(made.exact, 'VENUE_MISMATCH', /not of yours/, { ...expected, marketFeed });
  });
});

describe('a receipt that the chain contradicts', () => {
  it('is refused by a node of another chain', async () => {
    const elsewhere: JsonRpc = async (method, params) =>
      method === 'eth_chainId' ? '0x1' : rpc(method, params);
    await expectRefused(made.exact, 'CHAIN_MISMATCH', /of chain 31337, the node of chain 1$/, {
      ...expected,
      rpc: elsewhere,
    });
  });

  it('is refused for a tick that was never opened, or binds other roots', async () => {
    const later = altered(made.exact, ({ place }) => (open(place).tick = 7n));
    await expectRefused(later, 'TICK_UNKNOWN', /tick 7 was never opened; the latest is 1/);
    const saved = await at.chain.save();
    await postNextSnapshot(at.chain, at.venue, BigInt(at.place.tickTime) + 60n, {
      snapshotHash: 5n,
    });
    const next = altered(made.exact, ({ place }) => (open(place).tick = 2n));
    await expectRefused(next, 'TICK_MISMATCH', /binds another ledger, snapshot or parameter set/);
    const superseded = await verifyReceipt(made.exact, expected);
    expect(superseded.tick).toEqual({
      from: BigInt(at.place.tickTime),
      until: BigInt(at.place.tickTime) + 60n,
      latestTick: 2n,
      asOf: BigInt(at.place.tickTime) + 60n,
      isAdmissible: true,
      isHalted: false,
    });
    expect(sentenceOf(superseded)).toContain(
      'current from 2026-02-05 16:00:02 UTC to 2026-02-05 16:01:02 UTC,',
    );
    await at.chain.restore(saved);
  });

  it('is refused for what it says of the place beside the roots', async () => {
    const time = altered(made.exact, ({ place }) => (open(place).tickTime -= 3_600));
    await expectRefused(time, 'TICK_MISMATCH', /opened at another time/);
    const registry = altered(
      made.exact,
      ({ place }) => (open(place).ledgerRegistry = OWNER.address),
    );
    await expectRefused(registry, 'REGISTRY_MISMATCH', /takes its ledger roots from/);
    const gate = altered(made.exact, ({ place }) => (open(place).healthGate = OWNER.address));
    await expectRefused(gate, 'VERIFIER_MISMATCH', /has no verifier of account-margin/);
  });

  it('is refused by a feed whose next tick has an impossible time', async () => {
    const asked = FEED_VIEWS.encodeFunctionData('tickAt', [at.place.tick + 1n]);
    for (const time of [1n, 2n ** 32n, 2n ** 63n]) {
      const answer = FEED_VIEWS.encodeFunctionResult('tickAt', [[1n, 1n, 1n, time, time, 1n, 1n]]);
      const odd: JsonRpc = async (method, params) =>
        (params[0] as { data?: string } | undefined)?.data === asked ? answer : rpc(method, params);
      await expectRefused(made.exact, 'TICK_MISMATCH', /tick 2 at no time that a later block/, {
        ...expected,
        rpc: odd,
      });
    }
  });

  it('is refused where no feed stands', async () => {
    const { place } = at;
    const marketFeed = OWNER.address;
    const request = { ...made.exact, place: { ...place, marketFeed } };
    await expectRefused(request, 'CONTEXT_MISMATCH', /another chain/);
    const nowhere: JsonRpc = async (method, params) =>
      method === 'eth_call' ? '0x' : rpc(method, params);
    await expectRefused(made.exact, 'FEED_MISSING', /no market feed stands at/, {
      ...expected,
      rpc: nowhere,
    });
  });

  it('is refused where the venue’s verifier has another key', async () => {
    const wanted = trustedKeyOf(made.exact, keys);
    const other = { ...wanted, zkey: '1'.repeat(64) };
    const receipt = altered(made.exact, ({ key }) => (open(key).zkey = other.zkey));
    await expectRefused(receipt, 'VERIFIER_MISMATCH', /has another key than the proof/, {
      ...expected,
      keys: [other],
    });
  });

  it('is not called invalid by a node that fails, at once or half way', async () => {
    for (const answered of [0, 1, 4]) {
      let left = answered;
      const failing: JsonRpc = (method, params) =>
        left-- > 0 ? rpc(method, params) : Promise.reject(new Error('connection lost'));
      await expect(verifyReceipt(made.exact, { ...expected, rpc: failing })).rejects.toMatchObject({
        code: 'NODE_FAILED',
      });
    }
  });

  it('is not called invalid by a node that is too busy for one of the calls', async () => {
    let calls = 0;
    const counting: JsonRpc = (method, params) => {
      if (method === 'eth_call') calls++;
      return rpc(method, params);
    };
    await verifyReceipt(made.exact, { ...expected, rpc: counting });
    expect(calls).toBeGreaterThan(8);
    for (let refused = 1; refused <= calls; refused++) {
      let left = refused;
      const busy: JsonRpc = (method, params) =>
        method === 'eth_call' && --left === 0
          ? Promise.reject(new NodeError({ code: -32_005, message: 'limit exceeded' }))
          : rpc(method, params);
      await expect(verifyReceipt(made.exact, { ...expected, rpc: busy })).rejects.toMatchObject({
        code: 'NODE_FAILED',
      });
    }
  });

  it.each([
    [{ code: 3, message: 'execution failed', data: '0x' }, true],
    [{ code: -32_000, message: 'execution reverted' }, true],
    [{ code: -32_015, message: 'VM execution error.' }, true],
    [{ code: -32_000, message: 'invalid opcode: INVALID' }, true],
    [{ code: -32_005, message: 'limit exceeded' }, false],
    [{ code: 429, message: 'Too Many Requests' }, false],
    [{ code: -32_000, message: 'header not found' }, false],
    ['rate limited', false],
    [null, false],
  ])('tells from the answer %j whether a contract reverted', (answer, isRevert) => {
    expect(new NodeError(answer).isRevert).toBe(isRevert);
  });

  it('is read by the views that the contracts have', () => {
    for (const [views, contract] of [
      [FEED_VIEWS, 'MarketFeed'],
      [GATE_VIEWS, 'HealthGate'],
      [VERIFIER_VIEWS, 'IGroth16Verifier'],
    ] as const) {
      views.forEachFunction((wanted) => {
        const theirs = exportedAbi(contract).getFunction(wanted.selector)!;
        const typesOf = (list: readonly ParamType[]) => list.map((each) => each.format('sighash'));
        expect(typesOf(theirs.outputs)).toEqual(typesOf(wanted.outputs));
      });
    }
  });
});

describe('making a receipt', () => {
  it('refuses a private one without a challenge, for another signer, or that would not be true', async () => {
    const disclosure = { equityAtLeastE6: 0n, signer: OWNER };
    const prepare = (challenge: string, change: Partial<typeof disclosure>) =>
      preparePrivate(requestAt(at.place, challenge), { ...disclosure, ...change });
    await expect(prepare(ZeroHash, {})).rejects.toThrow('challenge: is required');
    await expect(prepare(CHALLENGE, { signer: STRANGER })).rejects.toThrow(/^signer: must be 0x/);
    await expect(prepare(CHALLENGE, { equityAtLeastE6: 10n ** 12n })).rejects.toMatchObject({
      code: 'EQUITY_BELOW_STATED',
    });
  });

  it('takes a challenge as a text or as 32 bytes', () => {
    expect(challengeOf('hello', 'challenge')).toBe(id('hello'));
    expect(challengeOf(' hello, Ada\n', 'challenge')).toBe(id('hello, Ada'));
    expect(challengeOf(id('hello').toUpperCase().replace('0X', '0x'), 'c')).toBe(id('hello'));
    for (const bad of ['0x12', `0x${'g'.repeat(64)}`, ZeroHash, '', '  ', 'x'.repeat(1_001)]) {
      expect(() => challengeOf(bad, '--challenge')).toThrow(InvalidInput);
    }
  });
});

/** On the twist, but outside the subgroup of order r. */
const strayPoint = (() => {
  const { Fp2 } = bn254.fields;
  const { BASE } = bn254.G2.Point;
  const cubed = (x: typeof BASE.x) => Fp2.mul(Fp2.sqr(x), x);
  const b = Fp2.sub(Fp2.sqr(BASE.y), cubed(BASE.x));
  for (let c0 = 1n; ; c0++) {
    const x = Fp2.fromBigTuple([c0, 1n]);
    try {
      const y = Fp2.sqrt(Fp2.add(cubed(x), b));
      const stray = bn254.G2.Point.fromAffine({ x, y });
      if (!stray.isTorsionFree()) {
        return { x: [x.c0, x.c1], y: [y.c0, y.c1] } as Record<'x' | 'y', [bigint, bigint]>;
      }
    } catch {
      // Half of all x have no y on the curve.
    }
  }
})();

describe('the pairing check', () => {
  const keyOf = (receipt: Receipt) => trustedKeyOf(receipt, keys).key;

  it('agrees with snarkjs', async () => {
    for (const receipt of [made.exact, made.private]) {
      const signals = publicSignalsOf(receipt);
      for (const claimed of [signals, signals.with(0, 1n), signals.with(signals.length - 1, 0n)]) {
        const theirs = await groth16.verify(
          keyOf(receipt),
          claimed.map(String),
          toSnarkjsProof(receipt.proof),
        );
        expect(verifyGroth16(keyOf(receipt), claimed, receipt.proof)).toBe(theirs);
      }
    }
  });

  it('refuses points off the curve, outside the subgroup and at infinity', () => {
    const { exact } = made;
    const signals = publicSignalsOf(exact);
    const { a, b, c } = exact.proof;
    const judged = (proof: ExactReceipt['proof']) => verifyGroth16(keyOf(exact), signals, proof);
    expect(judged({ a: [a[0], a[1] + 1n], b, c })).toBe(false);
    expect(judged({ a, b: [[b[0][0] + 1n, b[0][1]], b[1]], c })).toBe(false);
    expect(judged({ a, b: [strayPoint.x, strayPoint.y], c })).toBe(false);
    expect(judged({ a: [0n, 0n], b, c })).toBe(false);
    expect(
      judged({
        a,
        b: [
          [0n, 0n],
          [0n, 0n],
        ],
        c,
      }),
    ).toBe(false);
    expect(judged({ a, b, c: [0n, 0n] })).toBe(false);
    expect(judged({ a: c, b, c: a })).toBe(false);
    expect(verifyGroth16(keyOf(exact), signals.slice(1), exact.proof)).toBe(false);
    expect(verifyGroth16(keyOf(exact), [...signals, 0n], exact.proof)).toBe(false);
    expect(judged(exact.proof)).toBe(true);
  });
});

describe('a receipt file that was tampered with anywhere', () => {
  /** Every place in the document, as the path of a leaf. */
  function leaves(value: unknown, path: readonly string[] = []): (readonly string[])[] {
    if (typeof value !== 'object' || value === null) return [path];
    return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
  }

  const garbage = fc.oneof(
    fc.constantFrom<unknown>(null, true, '', '0', '-1', 0, 1, 2 ** 31, [], {}, '1e3', '0x'),
    fc.string({ maxLength: 12 }),
    fc.bigInt(0n, 2n ** 254n).map(String),
    fc.nat(),
  );

  /** A digit changed for another: what looks most like the real thing. */
  function nudged(text: string, at: number): string {
    const digits = [...text.matchAll(/[0-9]/g)];
    const digit = digits[at % Math.max(1, digits.length)];
    if (digit === undefined) return `${text}0`;
    const other = String((Number(digit[0]) + 1 + (at % 9)) % 10);
    return `${text.slice(0, digit.index)}${other}${text.slice(digit.index + 1)}`;
  }

  function replaced(document: unknown, path: readonly string[], value: unknown): unknown {
    const copy = structuredClone(document) as Record<string, unknown>;
    let holder = copy;
    for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
    holder[path.at(-1)!] = value;
    return copy;
  }

  async function refuses(source: string, original: Receipt): Promise<boolean> {
    let receipt: Receipt;
    try {
      receipt = parseReceipt(source);
    } catch (error) {
      if (error instanceof InvalidInput) return true;
      throw error;
    }
    // Another spelling of the same receipt is no other receipt.
    if (canonicalJson(receipt) === canonicalJson(original)) return true;
    return verifyReceipt(receipt, expected).then(
      () => false,
      (error: unknown) => error instanceof ReceiptRefused,
    );
  }

  it('never verifies with a value replaced', async () => {
    const chosen = fc.constantFrom<'exact' | 'private'>('exact', 'private');
    await fc.assert(
      fc.asyncProperty(
        chosen,
        fc.nat(),
        fc.option(garbage),
        fc.nat(),
        async (kind, where, by, nudge) => {
          const document: unknown = JSON.parse(formatReceipt(made[kind]));
          const paths = leaves(document);
          const path = paths[where % paths.length]!;
          const present = path.reduce<unknown>(
            (at, key) => (at as Record<string, unknown>)[key],
            document,
          );
          const value =
            by !== null
              ? by
              : typeof present === 'number'
                ? present + 1
                : nudged(String(present), nudge);
          const source = JSON.stringify(replaced(document, path, value));
          expect(await refuses(source, made[kind])).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('never verifies with a byte changed, a piece cut out or the end missing', async () => {
    const text: Record<'exact' | 'private', string> = {
      exact: formatReceipt(made.exact),
      private: formatReceipt(made.private),
    };
    const chosen = fc.constantFrom<'exact' | 'private'>('exact', 'private');
    await fc.assert(
      fc.asyncProperty(
        chosen,
        fc.nat(),
        fc.nat(40),
        fc.string({ maxLength: 2 }),
        async (kind, from, cut, put) => {
          const source = text[kind];
          // Without the line feed at its end the document is whole.
          const start = from % source.trimEnd().length;
          const broken = `${source.slice(0, start)}${put}${source.slice(start + cut)}`;
          expect(await refuses(broken, made[kind])).toBe(true);
          const truncated = source.slice(0, start);
          expect(() => parseReceipt(truncated)).toThrow(/is not complete, valid JSON/);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('never verifies with signals of one receipt and the proof of another', async () => {
    const elsewhere: PrivateReceipt = { ...made.private, proof: made.exact.proof };
    await expectRefused(elsewhere, 'PROOF_INVALID', /does not hold/);
    expect(made.private.signals.equityAtLeastE6).toBe(STATED_EQUITY_E6);
  });
});
