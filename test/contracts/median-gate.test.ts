// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, type Contract as ContractType } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { SAMPLE_VENUE_CONFIG, type VenueConfig } from '../../prover/chain/config.ts';
import { reportVenue } from '../../prover/chain/context.ts';
import { deployVerifier, type LocalVenue } from '../../prover/chain/deploy.ts';
import { verifierArtifact } from '../../prover/chain/artifact.ts';
import { SLOT_SECONDS, feedSnapshotOf } from '../../prover/chain/market-snapshot.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import { signaturesOf, type FeedSnapshot } from '../../prover/chain/snapshot.ts';
import { sourcesHash } from '../../prover/commitments/report-words.ts';
import { snapshotDocument } from '../../prover/documents/snapshot-document.ts';
import type { MarketSnapshot } from '../../prover/model/types.ts';
import { toSolidity, type SolidityProof } from '../../prover/proving/formats/proof-file.ts';
import { Prover } from '../../prover/proving/prover.ts';
import { loadSample } from '../../prover/sample/sample.ts';
import { prepareStatement } from '../../prover/statements/prepare.ts';
import { verifierName } from '../../prover/toolchain/circuits/verifier.ts';
import {
  ARTIFACTS,
  ORACLES,
  as,
  deployContract,
  deployVenue,
  expectRefusal,
  guardianOf,
  postRoot,
  startChain,
  type TestChain,
} from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import { proofOf } from '../support/proof-cache.ts';
import { SOURCES, validRequest } from '../support/reports.ts';

const CONFIG: VenueConfig = { ...SAMPLE_VENUE_CONFIG, downtimeAfter: 600 };
const DELAY = BigInt(CONFIG.quorumDelay);
const { snapshot: crash } = loadSample().snapshots.crash;
const AT = crash.time;
/** A minute after the feed has been silent for longer than a downtime takes to be called one. */
const AFTER_SILENCE = AT + 11n * SLOT_SECONDS;

/** What was proven of a snapshot, and what its signers sign. */
interface Proven {
  readonly snapshot: MarketSnapshot;
  readonly document: Uint8Array;
  readonly message: FeedSnapshot;
  readonly proof: SolidityProof;
}

const at = (time: bigint): MarketSnapshot => ({
  ...crash,
  time,
  forwardTime: time,
  surfaceTime: time,
});

describe('MedianGate', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let gate: ContractType;
  let prover: Prover | undefined;
  let ofAll: Proven;
  let ofFour: Proven;
  let ofThreeLater: Proven;
  let ofAnotherVenue: Proven;
  let deployed: unknown;

  const prove = async (
    offsets: readonly (bigint | undefined)[] | undefined,
    time = AT,
    reportsFor?: bigint,
  ): Promise<Proven> => {
    const whom = reportsFor ?? reportVenue(chain.chainId, String(gate.target));
    const request = validRequest(offsets, at(time), whom);
    const instance = prepareStatement('oracle-median', request);
    const file = await proofOf(() => (prover ??= new Prover()), instance);
    const text = JSON.stringify(snapshotDocument(request.snapshot));
    return {
      snapshot: request.snapshot,
      document: new TextEncoder().encode(text),
      message: feedSnapshotOf(request.snapshot, text),
      proof: toSolidity(file),
    };
  };

  beforeAll(async () => {
    chain = await startChain({ startAt: crash.time - 5_000n });
    const [owner] = chain.accounts;
    const first = await deployVenue(chain, { config: CONFIG });
    const name = verifierName('oracle-median', 'any');
    const verifier = await deployVerifier(owner!, name, verifierArtifact(ARTIFACTS, name));
    gate = await deployContract(owner!, 'MedianGate', [
      verifier,
      sourcesHash(SOURCES),
      SOURCES.length,
      DELAY,
      await owner!.getAddress(),
      await guardianOf(chain).getAddress(),
    ]);
    // A registry of its own has no feed yet: the venue's roots serve this one too.
    const marketFeed = await deployContract(owner!, 'MarketFeed', [
      first.addresses.ledgerRegistry,
      first.addresses.riskParameters,
      gate.target,
      CONFIG,
      ORACLES.map(({ address }) => address),
      2,
      await owner!.getAddress(),
      await guardianOf(chain).getAddress(),
    ]);
    venue = {
      ...first,
      marketFeed,
      addresses: { ...first.addresses, marketFeed: await marketFeed.getAddress() },
    };
    await postRoot(chain, first, 11n, 200n, AT - 100n, crash.bookedThrough);
    ofAll = await prove(undefined);
    ofFour = await prove([0n, undefined, 51n, 200n, -300n]);
    ofThreeLater = await prove([undefined, 5n, undefined, 6n, 7n], AFTER_SILENCE);
    ofAnotherVenue = await prove(undefined, AT, 5n);
    deployed = await chain.save();
  }, 900_000);
  afterAll(async () => {
    await prover?.close();
    await chain.close();
  });
  beforeEach(async () => {
    deployed = await chain.restore(deployed);
  });

  const submit = async (
    { message, document, proof }: Proven,
    change: Partial<FeedSnapshot> = {},
    time = message.time + 5n,
  ) => {
    const signed = { ...message, ...change };
    const signatures = await signaturesOf(
      ORACLES.slice(0, 2),
      signed,
      chain.chainId,
      venue.addresses.marketFeed,
    );
    await chain.setNextTime(time);
    return send(venue.marketFeed, 'submitProvenSnapshot', [signed, document, signatures, proof]);
  };
  const latestTick = (): Promise<bigint> => read(venue.marketFeed, 'latestTick', [], z.bigint());
  const guarded = (method: string, args: readonly unknown[]): Promise<unknown> =>
    send(as(gate, guardianOf(chain)), method, args);

  it('opens a tick on numbers that all sources are proven to have reported the medians of', async () => {
    const receipt = await submit(ofAll);
    expect(await latestTick()).toBe(1n);
    await compareGas('submitProvenSnapshot, the first', receipt);
  });

  it('takes no snapshot without a proof, and a feed without a gate takes none with it', async () => {
    const { message, document, proof } = ofAll;
    expect(await read(venue.marketFeed, 'requiresMedianProof', [], z.boolean())).toBe(true);
    await expectRefusal(
      send(venue.marketFeed, 'submitSnapshot', [message, document, []]),
      'MedianProofMissing',
    );
    const ungated = await deployVenue(chain, { config: CONFIG });
    expect(await read(ungated.marketFeed, 'requiresMedianProof', [], z.boolean())).toBe(false);
    await expectRefusal(
      send(ungated.marketFeed, 'submitProvenSnapshot', [message, document, [], proof]),
      'NoMedianGate',
    );
  });

  describe('does not believe a whole quorum of signers', () => {
    const ten = (values: readonly bigint[]): bigint[] => values.map((value) => value * 10n);

    it.each(['indexPricesE4', 'perpetualMarksE4', 'redemptionRatesQ30'] as const)(
      'that says something else of %s',
      async (field) => {
        const values = [...ofAll.message[field]] as bigint[];
        for (const which of values.keys()) {
          const moved = values.with(which, values[which]! + 1n);
          await expectRefusal(submit(ofAll, { [field]: moved }), 'NotTheMedians');
        }
      },
    );

    it('that marks a perpetual tenfold with the index right', async () => {
      const perpetualMarksE4 = ten(ofAll.message.perpetualMarksE4) as [bigint, bigint];
      await expectRefusal(submit(ofAll, { perpetualMarksE4 }), 'NotTheMedians');
    });

    it.each(['indexTime', 'perpetualTime', 'collateralTime'] as const)(
      'that calls %s younger than the oldest report',
      async (field) => {
        const younger = ofAll.message[field] + 1n;
        await expectRefusal(submit(ofAll, { [field]: younger }), 'NotTheProvenTimes');
      },
    );

    it('that calls it the market of another minute', async () => {
      const time = ofAll.message.time + SLOT_SECONDS;
      await expectRefusal(submit(ofAll, { time }, time + 5n), 'NotTheProvenTimes');
    });

    it('that signs another snapshot beside the proof', async () => {
      const { snapshotHash } = ofAll.message;
      await expectRefusal(submit(ofAll, { snapshotHash: snapshotHash + 1n }), 'AnotherSnapshot', [
        snapshotHash + 1n,
        snapshotHash,
      ]);
    });
  });

  it('takes no report that was signed for another venue', async () => {
    await expectRefusal(submit({ ...ofAll, proof: ofAnotherVenue.proof }), 'WrongReportVenue', [
      reportVenue(chain.chainId, String(gate.target)),
      5n,
    ]);
  });

  it('takes no proof that another was made from', async () => {
    const forged = { ...ofAll.proof, proof: ofFour.proof.proof };
    await expectRefusal(submit({ ...ofAll, proof: forged }), 'InvalidMedianProof');
    const signals = ofAll.proof.publicSignals.with(2, ofAll.proof.publicSignals[2]! + 1n);
    const other = { ...ofAll.proof, publicSignals: signals };
    const indexPricesE4 = [...ofAll.message.indexPricesE4] as [bigint, bigint];
    indexPricesE4[0] += 1n;
    await expectRefusal(
      submit({ ...ofAll, proof: other }, { indexPricesE4 }),
      'InvalidMedianProof',
    );
  });

  describe('lets nobody choose whom to hear', () => {
    it('but takes a proof of all sources only', async () => {
      await expectRefusal(submit(ofFour), 'SourceNotHeard', [0b11101n, 0b11111n]);
      await submit(ofAll);
    });

    it('unless who is left out was suspended beforehand, and then without it only', async () => {
      await guarded('suspendSource', [1]);
      await expectRefusal(submit(ofAll), 'SuspendedSourceHeard', [0b11111n, 0b10n]);
      await submit(ofFour);
      expect(await latestTick()).toBe(1n);
    });

    it('or nothing came for so long that a source must be called gone', async () => {
      // Before there was a tick nothing was silent.
      await expectRefusal(submit(ofThreeLater), 'SourceNotHeard', [0b11010n, 0b11111n]);
      deployed = await chain.restore(deployed);
      await submit(ofAll);
      await compareGas('submitProvenSnapshot', await submit(ofThreeLater));
      expect(await latestTick()).toBe(2n);
      // And in what follows nobody is liquidated.
      await expectRefusal(
        read(venue.marketFeed, 'admissibleTick', [2, 0], z.unknown()),
        'DowntimeGrace',
      );
    });

    it('and not who is suspended even then', async () => {
      await submit(ofAll);
      await guarded('suspendSource', [3]);
      await expectRefusal(submit(ofThreeLater), 'SuspendedSourceHeard', [0b11010n, 0b1000n]);
    });
  });

  describe('its guardian', () => {
    it('cannot drop sources one by one', async () => {
      const start = AT + 1_000n;
      await chain.setNextTime(start);
      await guarded('suspendSource', [0]);
      await expectRefusal(guarded('suspendSource', [1]), 'SourceSuspensionTooSoon', [
        start + DELAY,
      ]);
      await chain.setNextTime(start + DELAY);
      await guarded('suspendSource', [1]);
      await chain.setNextTime(start + 2n * DELAY);
      await expectRefusal(guarded('suspendSource', [2]), 'TooFewSourcesWouldRemain', [2n, 3n]);
    });

    it.each([5, 255])('cannot suspend a source that is not there: %d', (source) =>
      expectRefusal(guarded('suspendSource', [source]), 'UnknownSource', [source]),
    );

    it('cannot suspend a source twice, and so spend its next suspension on nothing', async () => {
      const start = AT + 1_000n;
      await chain.setNextTime(start);
      await guarded('suspendSource', [0]);
      await chain.setNextTime(start + DELAY);
      await expectRefusal(guarded('suspendSource', [0]), 'SourceIsSuspended', [0n]);
      await chain.setNextTime(start + DELAY + 1n);
      await guarded('suspendSource', [1]);
      expect(await read(gate, 'suspendedSources', [], z.bigint())).toBe(0b11n);
    });

    it('is not the owner, and the owner is not the guardian', async () => {
      await expectRefusal(send(gate, 'suspendSource', [0]), 'NotTheGuardian');
      await guarded('suspendSource', [0]);
      await expectRefusal(guarded('reinstateSource', [0]), 'OwnableUnauthorizedAccount');
      await send(gate, 'reinstateSource', [0]);
      expect(await read(gate, 'suspendedSources', [], z.bigint())).toBe(0n);
      await expectRefusal(send(gate, 'reinstateSource', [0]), 'SourceNotSuspended', [0n]);
      // A sixth, of whom there is no bit.
      await expectRefusal(send(gate, 'reinstateSource', [5]), 'SourceNotSuspended', [5n]);
    });
  });

  describe('another set of sources', () => {
    const NEXT = sourcesHash(SOURCES.slice(0, 4));
    const propose = (hash = NEXT, count = 4): Promise<unknown> =>
      send(gate, 'proposeSources', [hash, count, '0x7b7d']);
    const activate = (): Promise<unknown> =>
      send(as(gate, chain.accounts[6]!), 'activateSources', []);

    it('takes the long delay, and reports of the old one are then worth nothing', async () => {
      const proposedAt = AT + 100n;
      await chain.setNextTime(proposedAt);
      await propose();
      await guarded('suspendSource', [4]);
      await chain.setNextTime(proposedAt + DELAY - 1n);
      await expectRefusal(activate(), 'TimelockNotElapsed', [proposedAt + DELAY]);
      await chain.setNextTime(proposedAt + DELAY);
      await activate();
      expect(await read(gate, 'sourcesHash', [], z.bigint())).toBe(NEXT);
      expect(await read(gate, 'suspendedSources', [], z.bigint())).toBe(0n);
      const requireMedians = new Contract(String(gate.target), gate.interface, chain.provider);
      await expectRefusal(
        read(requireMedians, 'requireMedians', [ofAll.message, ofAll.proof, false], z.unknown()),
        'WrongSources',
        [NEXT, sourcesHash(SOURCES)],
      );
    });

    it('lapses, and can be withdrawn', async () => {
      const proposedAt = AT + 100n;
      const life = 14n * 86_400n;
      const pending = (): Promise<readonly bigint[]> =>
        read(gate, 'pendingSources', [], z.array(z.bigint()));
      await chain.setNextTime(proposedAt);
      await propose();
      expect(await pending()).toEqual([NEXT, 4n, proposedAt + DELAY]);
      await chain.setNextTime(proposedAt + DELAY + life);
      await expectRefusal(activate(), 'ProposalExpired', [proposedAt + DELAY + life]);
      await send(gate, 'cancelSources', []);
      expect(await pending()).toEqual([0n, 0n, 0n]);
      await expectRefusal(activate(), 'NoProposal');
      await expectRefusal(send(gate, 'cancelSources', []), 'NoProposal');
    });

    it.each([
      [NEXT, 2, 'SourceCountOutOfRange'],
      [NEXT, 6, 'SourceCountOutOfRange'],
      [0n, 4, 'SourcesHashNotInField'],
      [2n ** 255n, 4, 'SourcesHashNotInField'],
    ])('is refused where it is none: %s, %d', (hash, count, error) =>
      expectRefusal(propose(hash, count), error),
    );

    it('is the owner’s to propose', () =>
      expectRefusal(
        send(as(gate, chain.accounts[5]!), 'proposeSources', [NEXT, 4, '0x']),
        'OwnableUnauthorizedAccount',
      ));
  });

  it('is not deployed with the verifier of another statement, or without a delay', async () => {
    const deploy = (verifier: string, delay: bigint) =>
      deployContract(chain.accounts[0]!, 'MedianGate', [
        verifier,
        sourcesHash(SOURCES),
        5,
        delay,
        chain.accounts[0],
        guardianOf(chain),
      ]);
    const other = venue.verifiers.takeover.any;
    await expectRefusal(deploy(other, DELAY), 'NotAMedianVerifier', [other]);
    const right = await read(gate, 'verifier', [], z.string());
    await expectRefusal(deploy(right, 0n), 'MedianDelayIsZero');
  });
});
