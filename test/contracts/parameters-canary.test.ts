// SPDX-License-Identifier: GPL-3.0-or-later
import type { ContractTransactionReceipt } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { SAMPLE_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { canaryContext } from '../../prover/chain/context.ts';
import type { LocalVenue } from '../../prover/chain/deploy.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { healthProof } from '../../prover/chain/submit.ts';
import { parameterHash } from '../../prover/commitments/parameters-words.ts';
import { readTextFile } from '../../prover/core/files.ts';
import { DEFAULT_PARAMETERS_PATH } from '../../prover/documents/default-parameters.ts';
import {
  loadDefaultParameters,
  parseParameters,
  type ParameterSet,
} from '../../prover/documents/parameters-document.ts';
import { loadSample } from '../../prover/sample/sample.ts';
import { as, expectRefusal, postRoot, type TestChain } from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import {
  CRASH_AT,
  CRASH_LEDGER,
  LATER_LEDGER,
  accountMarginProof,
  accountNamed,
  claiming,
  closeProver,
  crashVenue,
  postNextSnapshot,
  type GatedProof,
} from '../support/proofs.ts';

const OF_BTC = accountNamed('wick-victim');
const OF_ETH = accountNamed('concentration-eth-band-0');
const WITH_COINS = accountNamed('haircut-btc-tier-1');
const EMPTY = accountNamed('expiry-btc-settled-long');
const BOOKED = loadSample().snapshots.crash.snapshot.bookedThrough;
const DELAY = BigInt(SAMPLE_VENUE_CONFIG.parameterDelay);
const SHORT_DELAY = BigInt(SAMPLE_VENUE_CONFIG.parameterTighteningDelay);

/** The default set with other factors of the margins. */
function setWith(mmFactorBps: number, imFactorBps: number): ParameterSet {
  const text = readTextFile(DEFAULT_PARAMETERS_PATH, 'default parameters');
  return parseParameters(
    text
      .replace(/"mmFactorBps": \d+/, `"mmFactorBps": ${mmFactorBps}`)
      .replace(/"imFactorBps": \d+/, `"imFactorBps": ${imFactorBps}`),
  );
}
const TIGHTER = setWith(8_500, 10_000);
const LOOSER = setWith(7_900, 10_000);
const TOO_TIGHT = setWith(10_000, 12_000);
/** Bitcoin counts for more. */
const LESS_HAIRCUT = parseParameters(
  readTextFile(DEFAULT_PARAMETERS_PATH, 'default parameters').replace(
    '"haircutBps": 1050',
    '"haircutBps": 1000',
  ),
);

describe('the canary of a parameter set', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let ofBtc: GatedProof;
  let ofEth: GatedProof;
  let deployed: unknown;

  const contextOf = (set: ParameterSet): bigint =>
    canaryContext(chain.chainId, venue.addresses.riskParameters, parameterHash(set));
  const proofOf = (account: number, parameters: ParameterSet, pending = parameters) =>
    accountMarginProof({ ledger: CRASH_LEDGER, account, parameters, context: contextOf(pending) });

  beforeAll(async () => {
    ({ chain, venue } = await crashVenue());
    ofBtc = await proofOf(OF_BTC, TIGHTER);
    ofEth = await proofOf(OF_ETH, TIGHTER);
    deployed = await chain.save();
  });
  afterAll(async () => {
    await chain.close();
    await closeProver();
  });
  beforeEach(async () => {
    deployed = await chain.restore(deployed);
  });

  const propose = (set: ParameterSet, method = 'propose'): Promise<unknown> =>
    send(venue.riskParameters, method, [parameterHash(set), '0x7b7d']);
  const canary = (proof: GatedProof, change: object = {}): Promise<ContractTransactionReceipt> =>
    send(as(venue.riskParameters, chain.accounts[7]!), 'proveCanary', [
      healthProof({ tick: 1n, ...proof, ...change }),
    ]);
  const activate = (): Promise<unknown> => send(venue.riskParameters, 'activate', []);
  const pendingAt = async (): Promise<bigint> =>
    (await read(venue.riskParameters, 'pending', [], z.tuple([z.bigint(), z.bigint()])))[1];
  const refute = (under: GatedProof, pending: GatedProof): Promise<ContractTransactionReceipt> =>
    send(as(venue.riskParameters, chain.accounts[8]!), 'refuteTightening', [
      healthProof({ tick: 1n, ...under }),
      healthProof({ tick: 1n, ...pending }),
    ]);

  it('lets a set be activated that can cure accounts of both underlyings', async () => {
    await propose(TIGHTER);
    const at = await pendingAt();
    await canary(ofBtc);
    await chain.setNextTime(at);
    await expectRefusal(activate(), 'CanaryMissing', [parameterHash(TIGHTER)]);
    deployed = await chain.restore(deployed);

    await propose(TIGHTER);
    await compareGas('parameters: prove a canary', await canary(ofBtc));
    await canary(ofEth);
    expect(await read(venue.riskParameters, 'canaryProven', [], z.boolean())).toBe(true);
    await expectRefusal(activate(), 'TimelockNotElapsed');
    await chain.setNextTime(await pendingAt());
    await compareGas(
      'parameters: activate a set',
      await send(as(venue.riskParameters, chain.accounts[5]!), 'activate', []),
    );
    expect(await read(venue.riskParameters, 'activeHash', [], z.bigint())).toBe(
      parameterHash(TIGHTER),
    );
  });

  it('computes the same context as the contract', async () => {
    const hash = parameterHash(TIGHTER);
    expect(await read(venue.riskParameters, 'canaryContext', [hash], z.bigint())).toBe(
      contextOf(TIGHTER),
    );
  });

  it('is of the pending set, not of the active one nor of another', async () => {
    await propose(TIGHTER);
    const ofActive = await proofOf(OF_BTC, loadDefaultParameters(), TIGHTER);
    await expectRefusal(canary(ofActive), 'WrongParameters');
    await expectRefusal(
      canary({
        ...ofActive,
        publicSignals: claiming(ofActive, { parameterHash: parameterHash(TIGHTER) }),
      }),
      'InvalidProof',
    );
  });

  it('is forgotten with the proposal it was for', async () => {
    await propose(TIGHTER);
    await canary(ofBtc);
    await canary(ofEth);
    await send(venue.riskParameters, 'cancel', []);
    await propose(TIGHTER);
    await chain.setNextTime(await pendingAt());
    await expectRefusal(activate(), 'CanaryMissing');
  });

  it('is of an account that loses something, as it stands, made for this contract', async () => {
    await propose(TIGHTER);
    await expectRefusal(canary(await proofOf(EMPTY, TIGHTER)), 'CanaryHoldsNothing', [EMPTY]);
    const claim = (values: Parameters<typeof claiming>[1]): Promise<unknown> =>
      canary({ ...ofBtc, publicSignals: claiming(ofBtc, values) });
    await expectRefusal(claim({ context: 5n }), 'WrongContext', [contextOf(TIGHTER), 5n]);
    await expectRefusal(claim({ change: 5n }), 'NotAsItStands', [5n]);
    await expectRefusal(claim({ equityE6: 1n }), 'InvalidProof');
    await expectRefusal(canary(ofBtc, { profile: '64' }), 'UnknownProfile');
  });

  it('is of a real ledger and market: those of a tick of the last hour', async () => {
    await propose(TIGHTER);
    const claim = (values: Parameters<typeof claiming>[1]): Promise<unknown> =>
      canary({ ...ofBtc, publicSignals: claiming(ofBtc, values) });
    await expectRefusal(claim({ ledgerRoot: 5n }), 'WrongLedgerRoot');
    await expectRefusal(claim({ snapshotHash: 5n }), 'WrongSnapshot');
    await expectRefusal(claim({ accountIndex: CRASH_LEDGER.accountCount }), 'AccountNotInLedger');
    await expectRefusal(canary(ofBtc, { tick: 2n }), 'CanaryTooOld');
    await chain.setNextTime(CRASH_AT + 3_601n);
    await expectRefusal(canary(ofBtc), 'CanaryTooOld', [1n, 3_601n, 3_600n]);
    await chain.setNextTime(CRASH_AT + 3_602n);
    await expectRefusal(canary(ofBtc), 'CanaryTooOld');
  });

  describe('a set said to tighten only', () => {
    it('that loosens is refuted by anybody with two proofs, and waits the long time', async () => {
      await propose(LOOSER, 'proposeTightening');
      const proposedAt = await chain.now();
      expect(await pendingAt()).toBe(proposedAt + SHORT_DELAY);
      const under = await proofOf(OF_BTC, loadDefaultParameters(), LOOSER);
      await compareGas(
        'parameters: refute a tightening',
        await refute(under, await proofOf(OF_BTC, LOOSER)),
      );
      expect(await pendingAt()).toBe(proposedAt + DELAY);
      await expectRefusal(refute(under, await proofOf(OF_BTC, LOOSER)), 'NotProposedAsTightening');
    });

    it('that tightens by more than a step is refuted too', async () => {
      await propose(TOO_TIGHT, 'proposeTightening');
      const proposedAt = await chain.now();
      await refute(
        await proofOf(OF_BTC, loadDefaultParameters(), TOO_TIGHT),
        await proofOf(OF_BTC, TOO_TIGHT),
      );
      expect(await pendingAt()).toBe(proposedAt + DELAY);
    });

    it.each([
      ['a lower initial margin', setWith(8_100, 9_900)],
      ['more equity', LESS_HAIRCUT],
    ])('that loosens by %s is refuted as well', async (_, set) => {
      await propose(set, 'proposeTightening');
      const proposedAt = await chain.now();
      await refute(
        await proofOf(WITH_COINS, loadDefaultParameters(), set),
        await proofOf(WITH_COINS, set),
      );
      expect(await pendingAt()).toBe(proposedAt + DELAY);
    });

    it('is refuted by two proofs of one ledger and of one market alone', async () => {
      await propose(TIGHTER, 'proposeTightening');
      const under = await proofOf(OF_BTC, loadDefaultParameters(), TIGHTER);
      const refutedAt = async (tick: bigint, claim: object): Promise<void> => {
        const pending = await accountMarginProof({
          ledger: CRASH_LEDGER,
          account: OF_BTC,
          parameters: TIGHTER,
          context: contextOf(TIGHTER),
          ...claim,
        });
        const given = [healthProof({ tick: 1n, ...under }), healthProof({ tick, ...pending })];
        await expectRefusal(
          send(venue.riskParameters, 'refuteTightening', given),
          'NotTheSameAccount',
          [OF_BTC, OF_BTC],
        );
      };
      await postNextSnapshot(chain, venue, CRASH_AT + 58n, { bookedThrough: BOOKED }, 'rebound');
      await refutedAt(2n, { moment: 'rebound' });
      const { root, accountCount } = LATER_LEDGER;
      await postRoot(chain, venue, root, accountCount, CRASH_AT + 70n, BOOKED);
      await postNextSnapshot(chain, venue, CRASH_AT + 118n);
      await refutedAt(3n, { ledger: LATER_LEDGER });
    });

    it('that does what was said stands, and so does one of which two accounts are compared', async () => {
      await propose(TIGHTER, 'proposeTightening');
      const under = await proofOf(OF_BTC, loadDefaultParameters(), TIGHTER);
      await expectRefusal(refute(under, ofBtc), 'TighteningStands', [OF_BTC]);
      await expectRefusal(refute(under, ofEth), 'NotTheSameAccount', [OF_BTC, OF_ETH]);
      await expectRefusal(refute(ofBtc, ofBtc), 'WrongParameters');
      await expectRefusal(refute(under, under), 'WrongParameters');
    });

    it('is not refuted when it was not said', async () => {
      await propose(LOOSER);
      const under = await proofOf(OF_BTC, loadDefaultParameters(), LOOSER);
      await expectRefusal(refute(under, await proofOf(OF_BTC, LOOSER)), 'NotProposedAsTightening');
    });
  });
});
