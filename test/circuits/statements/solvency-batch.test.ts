// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type {
  BatchClaim,
  HeavyClaim,
  StressClaim,
} from '../../../prover/commitments/session/batch-claim.ts';
import { PAIR_TOTALS } from '../../../prover/commitments/session/lanes.ts';
import {
  batchStateHash,
  FIRST_BATCH_STATE,
} from '../../../prover/commitments/session/batch-state.ts';
import { residue } from '../../../prover/core/field.ts';
import { BATCH_PROFILES } from '../../../prover/commitments/session/profiles.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { solvencyBatchInputs } from '../../../prover/statements/solvency-batch.ts';
import { acceptBatch } from '../../../prover/venue/session/accept-batch.ts';
import { openSession, prepareSession } from '../../../prover/venue/session/session.ts';
import type { CircuitUnderTest } from '../../support/circuit.ts';
import { sessionRequest } from '../../support/session-venue.ts';
import { openTinyBatch, orderedVenue, TINY, type OpenAccount } from '../../support/tiny-batch.ts';

const accounts = orderedVenue();
const request = { ...sessionRequest(accounts), profiles: [TINY, BATCH_PROFILES.at(-1)!] };
const opened = openSession(prepareSession(request));
const claim = opened.claims[0]!;
const after = acceptBatch(claim, opened, FIRST_BATCH_STATE);
const requestOf = (of: BatchClaim) => ({
  ...opened,
  claim: of,
  before: FIRST_BATCH_STATE,
  after,
});

let circuit: CircuitUnderTest;
beforeAll(async () => {
  circuit = await openTinyBatch();
}, 900_000);

const inputs = solvencyBatchInputs(requestOf(claim));
const published = (of: CircuitInputs): readonly bigint[] => circuit.witness(of).slice(1, 4);

describe('a batch agrees with TypeScript, bit for bit', () => {
  test('on accounts of every kind', () => {
    expect(claim.profile).toBe(TINY);
    expect(claim.accounts.map((account) => account!.isHeavy)).toEqual([false, false, true, true]);
    expect(claim.halves).toHaveLength(3);
    expect(claim.stress).toHaveLength(1);
    const { publicSignals } = prepareStatement('solvency-batch', requestOf(claim));
    expect(published(inputs)).toEqual(encodePublicSignals('solvency-batch', publicSignals));
  });

  test.each<[string, OpenAccount]>([
    ['ETH alone', { holds: [false, true], collateralE8: [0n, 0n, 0n] }],
    ['ETH alone, and coins of BTC', { holds: [false, true], collateralE8: [10n ** 8n, 0n, 0n] }],
    [
      'both, and coins of both',
      { holds: [true, true], collateralE8: [10n ** 8n, 10n ** 9n, 10n ** 9n] },
    ],
  ])('where who is not safe holds %s', (_, open) => {
    const other = openSession(
      prepareSession({ ...sessionRequest(orderedVenue(open)), profiles: request.profiles }),
    );
    const [first] = other.claims;
    const [slot] = first!.stress;
    expect(first!.profile).toBe(TINY);
    expect(first!.halves.filter(({ isSafe }) => !isSafe)).toHaveLength(
      open.holds.filter(Boolean).length,
    );
    const atStart = { ...other, claim: first!, before: FIRST_BATCH_STATE };
    const batch = { ...atStart, after: acceptBatch(first!, other, FIRST_BATCH_STATE) };
    const { inputs: own, publicSignals } = prepareStatement('solvency-batch', batch);
    expect(published(own)).toEqual(encodePublicSignals('solvency-batch', publicSignals));
    for (const change of [
      { btcTailLossesQ8: [slot!.btcTailLossesQ8[0] - 1n, slot!.btcTailLossesQ8[1]] as const },
      { regularEquityQ8: slot!.regularEquityQ8 + 1n },
    ]) {
      const stress = [{ ...slot!, ...change }];
      const forged = solvencyBatchInputs({ ...batch, claim: { ...first!, stress } });
      expect(circuit.forge({ inputs: forged }).violated.length).toBeGreaterThan(0);
    }
  });
});

type Forge = (claim: BatchClaim) => BatchClaim;
const heavyAt =
  (place: number, change: (one: HeavyClaim) => Partial<HeavyClaim>): Forge =>
  (of) => ({
    ...of,
    heavy: of.heavy.map((one, at) => (at === place ? { ...one, ...change(one) } : one)),
  });

const stressAt =
  (change: (one: StressClaim) => Partial<StressClaim>): Forge =>
  (of) => ({ ...of, stress: of.stress.map((one) => ({ ...one, ...change(one) })) });

describe('what is forged has no witness', () => {
  test.each<[string, Forge]>([
    ['an account left out', (of) => ({ ...of, accounts: of.accounts.with(1, undefined) })],
    ['a page left closed', (of) => ({ ...of, pages: of.pages.slice(1) })],
    [
      'a page at another place',
      (of) => ({
        ...of,
        pages: of.pages.with(0, { ...of.pages[0]!, page: 1 }),
      }),
    ],
    [
      'a page of a heavy account as of a light one',
      (of) => ({
        ...of,
        pages: of.pages.map((page) => ({ ...page, isHeavy: false })),
      }),
    ],
    [
      'other lots',
      (of) => {
        const [slot, ...rest] = of.pages[0]!.slots;
        const slots = [{ ...slot!, lots: slot!.lots + 1n }, ...rest];
        return { ...of, pages: of.pages.with(0, { ...of.pages[0]!, slots }) };
      },
    ],
    [
      'lots that wrap around',
      (of) => {
        const [slot, ...rest] = of.pages[0]!.slots;
        const slots = [{ ...slot!, lots: slot!.lots - (1n << 27n) }, ...rest];
        return { ...of, pages: of.pages.with(0, { ...of.pages[0]!, slots }) };
      },
    ],
    [
      'a balance invented',
      (of) => ({
        ...of,
        accounts: of.accounts.with(0, {
          ...of.accounts[0]!,
          quoteE6: of.accounts[0]!.quoteE6 + 1n,
        }),
      }),
    ],
    ['another quote in the heavy copy', heavyAt(0, ({ quoteE6 }) => ({ quoteE6: quoteE6 + 1n }))],
    [
      'coins worth more',
      heavyAt(0, ({ haircutUnits: [btc, eth] }) => ({
        haircutUnits: [btc + 1n, eth],
      })),
    ],
    ['an account called covered', heavyAt(1, () => ({ isCovered: true }))],
    [
      'an account called safe',
      (of) => {
        const changed = heavyAt(1, () => ({ isSafe: true }))(of);
        const halves = of.halves.map((half) =>
          half.account === 3 ? { ...half, isSafe: true } : half,
        );
        return { ...changed, halves, stress: [] };
      },
    ],
    [
      'an account called safe by whole losses of nothing',
      (of) => {
        const none = ({ wholeE6: [btc, eth] }: HeavyClaim): HeavyClaim['wholeE6'] => [
          btc === undefined ? undefined : 0n,
          eth === undefined ? undefined : 0n,
        ];
        const changed = heavyAt(1, (one) => ({ isSafe: true, wholeE6: none(one) }))(of);
        const halves = of.halves.map((half) =>
          half.account === 3 ? { ...half, isSafe: true, wholeE6: 0n } : half,
        );
        return { ...changed, halves, stress: [] };
      },
    ],
    [
      'a half-slot called safe',
      (of) => ({
        ...of,
        halves: of.halves.map((half) => ({ ...half, isSafe: true })),
      }),
    ],
    [
      'a whole loss in one place only',
      (of) => ({
        ...of,
        halves: of.halves.with(0, { ...of.halves[0]!, wholeE6: of.halves[0]!.wholeE6 + 1n }),
      }),
    ],
    ['a half-slot left out', (of) => ({ ...of, halves: of.halves.slice(1) })],
    [
      'a half-slot of another account',
      (of) => ({
        ...of,
        halves: of.halves.with(0, { ...of.halves[0]!, account: 1 }),
      }),
    ],
    [
      'a maximum in one place only',
      (of) => ({
        ...of,
        halves: of.halves.with(0, {
          ...of.halves[0]!,
          maximumE6: of.halves[0]!.maximumE6 + 1n,
        }),
      }),
    ],
    [
      'a loss carried into its neighbour',
      (of) => {
        const [half, ...rest] = of.halves;
        const lossesE6 = half!.lossesE6
          .with(2, half!.lossesE6[2]! + (1n << 80n))
          .with(3, half!.lossesE6[3]! - 1n);
        return { ...of, halves: [{ ...half!, lossesE6 }, ...rest] };
      },
    ],
    ['no stress slot', (of) => ({ ...of, stress: [] })],
    [
      'a higher equity under stress',
      (of) => {
        const [slot] = of.stress;
        const equitiesQ8 = slot!.equitiesQ8.with(4, slot!.equitiesQ8[4]! + 256n);
        return { ...of, stress: [{ ...slot!, equitiesQ8 }] };
      },
    ],
    [
      'a higher equity at the mark',
      (of) => {
        const [slot] = of.stress;
        return { ...of, stress: [{ ...slot!, markE6: slot!.markE6 + 1n }] };
      },
    ],
    [
      'a smaller loss in BTC alone after a fall',
      stressAt(({ btcTailLossesQ8: [fall, rise] }) => ({ btcTailLossesQ8: [fall - 1n, rise] })),
    ],
    [
      'a smaller loss in BTC alone after a rise, which makes a larger one in ETH',
      stressAt(({ btcTailLossesQ8: [fall, rise] }) => ({ btcTailLossesQ8: [fall, rise - 1n] })),
    ],
    [
      'a rise in the place of a fall',
      stressAt(({ btcTailLossesQ8: [fall, rise] }) => ({ btcTailLossesQ8: [rise, fall] })),
    ],
    [
      'a loss in BTC alone carried into its neighbour',
      stressAt(({ markE6, btcTailLossesQ8: [fall, rise] }) => ({
        markE6: markE6 + (1n << 66n),
        btcTailLossesQ8: [fall - 1n, rise],
      })),
    ],
    [
      'more left after a pair of no tails',
      stressAt(({ regularEquityQ8 }) => ({ regularEquityQ8: regularEquityQ8 + 1n })),
    ],
    [
      'a heavy account without its slot',
      (of) => ({
        ...of,
        heavy: of.heavy.slice(1),
        halves: of.halves.filter(({ account }) => account !== of.heavy[0]!.account),
      }),
    ],
  ])('with %s', (_, forge) => {
    const changed = solvencyBatchInputs(requestOf(forge(claim)));
    expect(circuit.forge({ inputs: changed }).violated.length).toBeGreaterThan(0);
  });

  test.each([
    ['a maximum', 'maximumE6', 0],
    ['a whole loss', 'wholeE6', 1],
  ] as const)('with %s below a loss, in both places', (_, ofAccount, place) => {
    const halves = inputs['halfMaxima'] as readonly (readonly bigint[])[];
    const largest = halves[0]![place]!;
    const maxima = inputs[ofAccount] as readonly (readonly bigint[])[];
    const less = (value: bigint): bigint => (value === largest ? value - 1n : value);
    const changed = {
      ...inputs,
      [ofAccount]: maxima.map((both) => both.map(less)),
      halfMaxima: halves.map((both) => both.with(place, less(both[place]!))),
    };
    expect(largest).toBeGreaterThan(0n);
    expect(circuit.forge({ inputs: changed }).violated.length).toBeGreaterThan(0);
  });

  test('with less short after a pair than its equity says, whatever the equity is', () => {
    for (let pair = 0; pair < PAIR_TOTALS; pair += 1) {
      const name = `slots.stress.slot[0].pairShortfallQ8[${pair}]`;
      const honest = circuit.signals(inputs, [name])[name]!;
      expect(honest).toBe(after.pairShortfallsQ8[pair]);
      const sign = `slots.stress.slot[0].pair[${pair}].out[63]`;
      for (const overrides of [
        { [name]: residue(honest - 1n) },
        { [sign]: 1n - circuit.signals(inputs, [sign])[sign]! },
      ]) {
        expect(circuit.forge({ inputs, overrides }).violated.length, name).toBeGreaterThan(0);
      }
    }
    expect(after.pairShortfallsQ8.filter((short) => short > 0n).length).toBeGreaterThan(1);
  });

  test('with a state before that is another in a total of pairs', () => {
    const before = inputs['before'] as readonly bigint[];
    for (const place of [52, 58]) {
      const said = published({ ...inputs, before: before.with(place, 5n) });
      expect(said[1]).not.toBe(published(inputs)[1]);
      expect(said[2]).toBe(
        batchStateHash({
          ...after,
          pairShortfallsQ8: after.pairShortfallsQ8.with(
            place - 52,
            after.pairShortfallsQ8[place - 52]! + 5n,
          ),
        }),
      );
    }
  });

  test('with a notional so large that a loss could reach the lane beside it', () => {
    const notionals = inputs['notionalE6'] as readonly bigint[];
    const of = (notional: bigint): CircuitInputs => ({
      ...inputs,
      notionalE6: notionals.with(0, notional),
    });
    expect(published(of((1n << 60n) - 1n))).toHaveLength(3);
    expect(circuit.forge({ inputs: of(1n << 60n) }).violated.length).toBeGreaterThan(0);
  });

  test('refuses another inverse at a pole', () => {
    const name = 'pages.small[0].inverse[0]';
    const honest = circuit.signals(inputs, [name])[name]!;
    const forgery = circuit.forge({ inputs, overrides: { [name]: honest + 1n } });
    expect(forgery.violated.length).toBeGreaterThan(0);
  });

  test('a batch that begins beside its subtree, or at the place of another', () => {
    const before = inputs['before'] as readonly bigint[];
    for (const first of [2n, 4n, 1n << 24n]) {
      const changed = { ...inputs, before: before.with(50, first) };
      expect(circuit.forge({ inputs: changed }).violated.length).toBeGreaterThan(0);
    }
  });
});

describe('what only the sums show', () => {
  test.each<[string, Forge]>([
    [
      'a surplus',
      (of) => ({
        ...of,
        accounts: of.accounts.with(0, {
          ...of.accounts[0]!,
          surplusE10: of.accounts[0]!.surplusE10 + 1n,
        }),
      }),
    ],
    ['a charge', heavyAt(0, ({ chargeE10 }) => ({ chargeE10: chargeE10 - 1n }))],
    [
      'a row',
      (of) => {
        const [slot, ...rest] = of.pages[0]!.slots;
        const slots = [{ ...slot!, row: slot!.row + 1 }, ...rest];
        return { ...of, pages: of.pages.with(0, { ...of.pages[0]!, slots }) };
      },
    ],
  ])('%s that is not its positions’ leads to another state', (_, forge) => {
    const forged = published(solvencyBatchInputs(requestOf(forge(claim))));
    expect(forged.slice(0, 2)).toEqual(published(inputs).slice(0, 2));
    expect(forged[2]).not.toBe(published(inputs)[2]);
  });
});
