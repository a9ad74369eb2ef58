// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeAll, describe, expect, test } from 'vitest';

import type { Account } from '../../../prover/commitments/account.ts';
import type { BatchClaim, HeavyClaim } from '../../../prover/commitments/session/batch-claim.ts';
import { FIRST_BATCH_STATE } from '../../../prover/commitments/session/batch-state.ts';
import { BATCH_PROFILES, type BatchProfile } from '../../../prover/commitments/session/profiles.ts';
import type { CircuitInputs } from '../../../prover/statements/circuit-input.ts';
import { encodePublicSignals } from '../../../prover/statements/public-signals.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import {
  profileParameters,
  solvencyBatchInputs,
} from '../../../prover/statements/solvency-batch.ts';
import { acceptBatch } from '../../../prover/venue/session/accept-batch.ts';
import { accountFigures } from '../../../prover/venue/session/claims.ts';
import { openSession, prepareSession } from '../../../prover/venue/session/session.ts';
import { compileHarness, type CircuitUnderTest } from '../../support/circuit.ts';
import { sessionRequest, smallVenue } from '../../support/session-venue.ts';

/** The shipped template with room for two light accounts, a covered one and one that is not. */
const TINY: BatchProfile = {
  name: 'tiny',
  subtrees: 1,
  subtreeAccounts: 4,
  fullPages: 1,
  smallPages: 3,
  heavy: 2,
  halves: 3,
  stress: 1,
};

/** A venue whose first four accounts fill that room. */
function orderedVenue(): readonly Account[] {
  const accounts = smallVenue(10);
  const { table, terms } = prepareSession(sessionRequest(accounts));
  const figures = accounts.map((account) => accountFigures(account, table, terms));
  const held = (index: number): number =>
    figures[index]!.heavy?.maximaE6.filter((maximum) => maximum !== undefined).length ?? 0;
  const indices = accounts.map((_, index) => index);
  const light = indices.filter((index) => figures[index]!.heavy === undefined);
  const covered = indices.find((index) => figures[index]!.heavy?.isCovered && held(index) === 2);
  const open = indices.find(
    (index) => figures[index]!.heavy?.isCovered === false && held(index) === 1,
  );
  const first = [light[0]!, light[1]!, covered!, open!];
  const rest = indices.filter((index) => !first.includes(index));
  return [...first, ...rest].map((index) => accounts[index]!);
}

const accounts = orderedVenue();
const request = { ...sessionRequest(accounts), profiles: [TINY, BATCH_PROFILES[2]!] };
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
  circuit = await compileHarness({
    name: `solvency-batch-${profileParameters(TINY).join('-')}`,
    file: 'circuits/statements/solvency-batch.circom',
    template: 'SolvencyBatch',
    parameters: [...profileParameters(TINY)],
  });
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
});

type Forge = (claim: BatchClaim) => BatchClaim;
const heavyAt =
  (place: number, change: (one: HeavyClaim) => Partial<HeavyClaim>): Forge =>
  (of) => ({
    ...of,
    heavy: of.heavy.map((one, at) => (at === place ? { ...one, ...change(one) } : one)),
  });

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
    [
      'an account called covered',
      (of) => {
        const changed = heavyAt(1, () => ({ isCovered: true }))(of);
        const halves = of.halves.map((half) =>
          half.account === 3 ? { ...half, isCovered: true } : half,
        );
        return { ...changed, halves, stress: [] };
      },
    ],
    [
      'a half-slot called covered',
      (of) => ({
        ...of,
        halves: of.halves.map((half) => ({ ...half, isCovered: true })),
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

  test.each([['a maximum below a loss, in both places', 'maximumE6', 'halfMaximumE6']] as const)(
    'with %s',
    (_, ofAccount, ofHalf) => {
      const [largest] = inputs[ofHalf] as readonly bigint[];
      const maxima = inputs[ofAccount] as readonly (readonly bigint[])[];
      const less = (value: bigint): bigint => (value === largest ? value - 1n : value);
      const changed = {
        ...inputs,
        [ofAccount]: maxima.map((both) => both.map(less)),
        [ofHalf]: (inputs[ofHalf] as readonly bigint[]).map(less),
      };
      expect(largest).toBeGreaterThan(0n);
      expect(circuit.forge({ inputs: changed }).violated.length).toBeGreaterThan(0);
    },
  );

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
