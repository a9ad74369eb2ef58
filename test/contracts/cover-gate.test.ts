// SPDX-License-Identifier: GPL-3.0-or-later
// Who may take on risk while sessions do not show the venue covered; every proof real.
// @lane full: it proves a whole session.
import { ZeroAddress, ZeroHash, type Contract } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { proofContext } from '../../prover/chain/context.ts';
import { contractChange } from '../../prover/chain/contract-change.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { healthProof, type CitedProof } from '../../prover/chain/submit.ts';
import { NO_CHANGE, type AccountChange } from '../../prover/commitments/account-change.ts';
import { decodePublicSignals } from '../../prover/statements/public-signals.ts';
import { as, deployContract, expectRefusal, startChain, type TestChain } from '../support/chain.ts';
import {
  accountMarginProof,
  claiming,
  closeProver,
  postNextSnapshot,
  type GatedProof,
} from '../support/proofs.ts';
import { REGISTER_CONFIG, SESSION_START, sessionVenue } from '../support/registers.ts';
import {
  BATCHES,
  provenSession,
  ROWS,
  SMALL_SESSION,
  type ProvenSession,
  type SessionProof,
} from '../support/solvency-session.ts';

const NOTHING_UNCONSUMED = { hashBefore: ZeroHash, messages: [] };
const UNPROVEN = 0n;
const SHORT = 2n;
const MINUTE = 60n;

/** Who has taken the other side of everything, with means for more. */
const TAKER = SMALL_SESSION.length - 1;
const [held] = SMALL_SESSION[TAKER]!.positions;
const lotsOf = (lots: bigint): AccountChange => ({
  ...NO_CHANGE,
  addedPosition: { instrument: held!.instrument, lots },
});
const MORE = lotsOf(held!.lots);
const LESS = lotsOf(-held!.lots);
const WITHDRAWAL: AccountChange = { ...NO_CHANGE, removedAmount: 5_000_000n };

let chain: TestChain;
let venue: LocalVenue;
let register: Contract;
let gate: Contract;
let session: ProvenSession;
let asItStands: GatedProof;
let more: GatedProof;
let less: GatedProof;
let withdrawing: GatedProof;
let untouched: unknown;

const struct = z.array(z.unknown());
const cited = (proof: GatedProof, tick = 1n) => healthProof({ tick, ...proof });
const change = (asked: AccountChange, proof: GatedProof, tick = 1n) =>
  read(gate, 'requireCoveredChange', [TAKER, contractChange(asked), cited(proof, tick)], struct);
const reduce = (
  asked: AccountChange,
  afterwards: GatedProof,
  before: Partial<CitedProof> = {},
  tick = 1n,
): Promise<readonly unknown[]> =>
  read(
    gate,
    'requireReducingChange',
    [
      TAKER,
      contractChange(asked),
      healthProof({ tick, ...asItStands, ...before }),
      cited(afterwards, tick),
    ],
    struct,
  );
const marginsOf = ({ publicSignals }: GatedProof): readonly bigint[] => {
  const proven = decodePublicSignals('account-margin', publicSignals);
  return [proven.equityE6, proven.initialMarginE6, proven.maintenanceMarginE6];
};
const MARGINS = 4;
const later = async (seconds: number): Promise<void> => {
  await chain.setNextTime((await chain.now()) + BigInt(seconds));
  await chain.rpc('evm_mine', []);
};

/** The session is closed at the newest tick, with so much in the fund. */
async function close(addedE6: bigint): Promise<void> {
  if (addedE6 > 0n) await send(venue.insuranceFund, 'raiseBuffer', [addedE6]);
  await send(register, 'pinTick', [NOTHING_UNCONSUMED, NOTHING_UNCONSUMED]);
  const pin = await read(register, 'latestPin', [], z.bigint());
  await send(register, 'closeSession', [pin, session.close.proof, session.close.publicSignals]);
}
const submit = (statement: string, profile: number, proofs: readonly SessionProof[]) =>
  send(register, 'submitProofs', [
    statement,
    profile,
    proofs.map(({ proof }) => proof),
    proofs.flatMap(({ publicSignals }) => publicSignals),
  ]);
const worstE6 = (): bigint => {
  const { shortfallsE6, pairShortfallsE6 } = session.totals;
  return [...shortfallsE6.values(), ...pairShortfallsE6].reduce((a, b) => (a > b ? a : b));
};

beforeAll(async () => {
  session = await provenSession(SMALL_SESSION);
  chain = await startChain({ startAt: SESSION_START });
  ({ venue, register } = await sessionVenue(chain, session, { quoteE6: 0n }));
  await submit(ROWS, 1, session.rows);
  await submit(BATCHES, 4, session.batches);
  const { '4': margin4, '16': margin16 } = venue.verifiers['account-margin'];
  gate = await deployContract(chain.accounts[0]!, 'CoverGate', [
    register.target,
    [margin4, margin16, ZeroAddress],
    [ZeroAddress, ZeroAddress, ZeroAddress],
  ]);
  const desk = chain.accounts[6]!;
  gate = as(gate, desk);
  const context = proofContext(
    chain.chainId,
    String(gate.target),
    'requireHealthy',
    await desk.getAddress(),
  );
  const claim = { ledger: session.ledger, account: TAKER, context };
  asItStands = await accountMarginProof(claim);
  more = await accountMarginProof({ ...claim, change: MORE });
  less = await accountMarginProof({ ...claim, change: LESS });
  withdrawing = await accountMarginProof({ ...claim, change: WITHDRAWAL });
  untouched = await chain.save();
}, 600_000);
beforeEach(async () => {
  untouched = await chain.restore(untouched);
});
afterAll(async () => {
  await chain.close();
  await closeProver();
});

describe('a change that adds a position', () => {
  it('passes only while sessions show the venue covered', async () => {
    await expectRefusal(change(MORE, more), 'NotCovered', [UNPROVEN]);
    await close(worstE6());
    expect((await change(MORE, more)).slice(MARGINS)).toEqual(marginsOf(more));
    await later(REGISTER_CONFIG.maxAge + 1);
    await expectRefusal(change(MORE, more), 'NotCovered', [UNPROVEN]);
  });

  it('is held up by whoever shows less only until somebody shows better (attack: the gate shut by overstating)', async () => {
    // With nothing in the fund, the shortfall is as overstated as can be.
    await close(0n);
    await change(MORE, more);
    await later(REGISTER_CONFIG.confirmSeconds);
    await expectRefusal(change(MORE, more), 'NotCovered', [SHORT]);
    await postNextSnapshot(chain, venue, (await chain.now()) + MINUTE);
    await close(worstE6());
    await change(MORE, more, 2n);
    // Nor does a worse session of the same tick shut it again.
    await close(0n);
    await later(REGISTER_CONFIG.confirmSeconds);
    await postNextSnapshot(chain, venue, (await chain.now()) + MINUTE);
    await change(MORE, more, 3n);
  });

  it('has to leave the account healthy besides', async () => {
    await close(worstE6());
    const [, initialMarginE6] = marginsOf(more) as readonly [bigint, bigint, bigint];
    const poor = { ...more, publicSignals: claiming(more, { equityE6: initialMarginE6 - 1n }) };
    await expectRefusal(change(MORE, poor), 'BelowInitialMargin');
    await expectRefusal(change(MORE, less), 'WrongChange');
    const another = { ...more, proof: less.proof };
    await expectRefusal(change(MORE, another), 'InvalidProof');
  });
});

describe('nobody is kept in for what others have not proven', () => {
  const standings = [
    ['that nobody has proven', async (): Promise<void> => undefined],
    [
      'that is shown to be short',
      async (): Promise<void> => {
        await close(0n);
        await later(REGISTER_CONFIG.confirmSeconds);
        await postNextSnapshot(chain, venue, (await chain.now()) + MINUTE);
      },
    ],
  ] as const;

  it.each(standings)(
    'in a venue %s a withdrawal passes, and so does a reduction',
    async (_, make) => {
      await make();
      const tick = await read(venue.marketFeed, 'latestTick', [], z.bigint());
      await expectRefusal(change(MORE, more, tick), 'NotCovered');
      expect((await change(WITHDRAWAL, withdrawing, tick)).slice(MARGINS)).toEqual(
        marginsOf(withdrawing),
      );
      // The same position added is a change that needs cover, whichever way it goes.
      await expectRefusal(change(LESS, less, tick), 'NotCovered');
      expect((await reduce(LESS, less, {}, tick)).slice(MARGINS)).toEqual(marginsOf(less));
    },
  );

  it('what raises a margin is no reduction, whatever is claimed of before (attack: more called less)', async () => {
    const [, initialE6, maintenanceE6] = marginsOf(asItStands) as readonly [bigint, bigint, bigint];
    const [, moreInitialE6, moreMaintenanceE6] = marginsOf(more) as readonly [
      bigint,
      bigint,
      bigint,
    ];
    expect(moreInitialE6).toBeGreaterThan(initialE6);
    await expectRefusal(reduce(MORE, more), 'RaisesMargin', [
      initialE6,
      moreInitialE6,
      maintenanceE6,
      moreMaintenanceE6,
    ]);
    const high = { initialMarginE6: moreInitialE6, maintenanceMarginE6: moreMaintenanceE6 };
    for (const raised of [
      { ...high, initialMarginE6: moreInitialE6 - 1n },
      { ...high, maintenanceMarginE6: moreMaintenanceE6 - 1n },
    ]) {
      const publicSignals = claiming(asItStands, raised);
      await expectRefusal(reduce(MORE, more, { publicSignals }), 'RaisesMargin');
    }
    const forged = { publicSignals: claiming(asItStands, high) };
    await expectRefusal(reduce(MORE, more, forged), 'InvalidProof');
    // Another state of the account, in which it has more to lower, is not what it is reduced from.
    await expectRefusal(reduce(LESS, less, more), 'WrongChange');
  });

  it('both proofs are of one tick, and of one account', async () => {
    await postNextSnapshot(chain, venue, (await chain.now()) + MINUTE);
    await expectRefusal(reduce(LESS, less, { tick: 2n }), 'DifferentTicks', [2n, 1n]);
    const other = { publicSignals: claiming(asItStands, { accountIndex: 0n }) };
    await expectRefusal(reduce(LESS, less, other), 'WrongAccount', [TAKER, 0n]);
  });

  it('who is below initial margin may be the one who reduces', async () => {
    const poor = claiming(asItStands, { equityE6: -1n });
    // What is asked of it is whether it holds, and not more: a forged one does not.
    await expectRefusal(reduce(LESS, less, { publicSignals: poor }), 'InvalidProof');
  });
});

it('stands at the feed of its register', async () => {
  expect(await read(gate, 'marketFeed', [], z.string())).toBe(venue.addresses.marketFeed);
  expect(await read(gate, 'solvencyRegister', [], z.string())).toBe(register.target);
});
