// SPDX-License-Identifier: GPL-3.0-or-later
// A venue whose margin is to move by proven steps, as `venue deploy` makes one, on a node of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SAMPLE_VENUE_CONFIG, type Profile, type VenueConfig } from '../../prover/chain/config.ts';
import { canaryContext } from '../../prover/chain/context.ts';
import { firstLedger, submitRoot } from '../../prover/chain/ledger-update.ts';
import { feedSnapshotOf } from '../../prover/chain/market-snapshot.ts';
import { send } from '../../prover/chain/refusal.ts';
import { signaturesOf, submitSnapshot } from '../../prover/chain/snapshot.ts';
import { healthProof } from '../../prover/chain/submit.ts';
import { formatVenue, type VenueDocument } from '../../prover/chain/venue-document.ts';
import { connectVenue, type Venue } from '../../prover/chain/venue.ts';
import { Ledger } from '../../prover/commitments/ledger.ts';
import { parameterHash } from '../../prover/commitments/parameters-words.ts';
import { admitted } from '../../prover/demo/admission.ts';
import { later } from '../../prover/demo/ticks.ts';
import { formatLedger } from '../../prover/documents/ledger-document.ts';
import type { ParameterSet } from '../../prover/documents/parameters-document.ts';
import { snapshotDocument } from '../../prover/documents/snapshot-document.ts';
import type { DynamicInputs } from '../../prover/model/dynamic.ts';
import type { MarketSnapshot } from '../../prover/model/types.ts';
import { toSolidity } from '../../prover/proving/formats/proof-file.ts';
import { Prover } from '../../prover/proving/prover.ts';
import { loadSample } from '../../prover/sample/sample.ts';
import { MarketTick } from '../../prover/statements/market-tick.ts';
import { prepareStatement } from '../../prover/statements/prepare.ts';
import { NO_DATA, ORACLES } from './chain.ts';
import { DEPLOYER, deploymentOf, runDeployment } from './deployments.ts';
import { planWithParts } from './plans.ts';
import { proofOf } from './proof-cache.ts';
import { accountNamed } from './proofs.ts';
import { startRpcChain, type RpcChain } from './rpc-chain.ts';

/** Of accounts that the venue allows. */
const { sample } = admitted(loadSample(), 16);
const { crash } = sample.snapshots;
export const MOVING_LEDGER = new Ledger(sample.ledgers.crash);
/** The time of the crash, at which the first snapshot may come. */
export const MOVING_FROM = crash.snapshot.time;
/** A calm account of each underlying, which canaries are of. */
const CANARIES = ['wick-victim', 'concentration-eth-band-0'];

/** Minutes where a venue has days, so that all of it fits between two expiries of the sample. */
export const HASTY_CONFIG: VenueConfig = {
  ...SAMPLE_VENUE_CONFIG,
  fund: {
    ...SAMPLE_VENUE_CONFIG.fund,
    batchSeconds: 300,
    cooldown: 300,
    calmSeconds: 60,
    maxWait: 600,
  },
  parameterDelay: 700,
  parameterTighteningDelay: 600,
  parameterStepBps: 2_000,
};

export class MovingVenue {
  readonly chain: RpcChain;
  readonly document: VenueDocument;
  /** Bound to owner and deployer. */
  readonly venue: Venue;
  /** Has `venue.json` and `ledger.json`. */
  readonly folder: string;
  #prover: Prover | undefined;

  private constructor(chain: RpcChain, document: VenueDocument, folder: string) {
    this.chain = chain;
    this.document = document;
    this.folder = folder;
    this.venue = connectVenue(document.contracts, DEPLOYER.connect(chain.provider));
  }

  /** With its first root, an hour after its margin state was opened; no tick yet. */
  static async start(): Promise<MovingVenue> {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-moving-'));
    const chain = await startRpcChain({ startAt: MOVING_FROM - 600n });
    const { medianSources: _, ...plan } = planWithParts();
    const moving = plan.movingMargin!;
    const document = await runDeployment(
      deploymentOf(chain.provider, {
        ...plan,
        owner: DEPLOYER.address,
        guardian: await chain.accounts[5]!.getAddress(),
        oracles: { signers: ORACLES.map(({ address }) => address), threshold: 2 },
        config: HASTY_CONFIG,
        movingMargin: {
          ...moving,
          inputs: { ...moving.inputs, time: Number(MOVING_FROM - 3_600n) },
        },
      }),
      join(folder, 'journal'),
    );
    writeFileSync(join(folder, 'venue.json'), formatVenue(document));
    writeFileSync(join(folder, 'ledger.json'), formatLedger(sample.ledgers.crash));
    const moved = new MovingVenue(chain, document, folder);
    const { root, accountCount } = MOVING_LEDGER;
    const { bookedThrough } = crash.snapshot;
    const first = { ...firstLedger(root, accountCount), bookedThrough };
    await submitRoot(moved.venue, first, NO_DATA);
    return moved;
  }

  /** The crash's market at a minute, with inputs of the rule where some are given. */
  async tick(time: bigint, marginInputs?: DynamicInputs): Promise<MarketSnapshot> {
    const snapshot = { ...later(crash, time).snapshot, ...(marginInputs && { marginInputs }) };
    const text = JSON.stringify(snapshotDocument(snapshot));
    const message = feedSnapshotOf(snapshot, text);
    const feed = this.document.contracts.marketFeed;
    const signers = ORACLES.slice(0, 2);
    const signatures = await signaturesOf(signers, message, this.chain.chainId, feed);
    await this.chain.setNextTime(time + 5n);
    await submitSnapshot(this.venue, message, new TextEncoder().encode(text), signatures);
    return snapshot;
  }

  /** Has governance bring the margin state into force, on canaries at a tick under the set it came to. */
  async activate(tick: bigint, snapshot: MarketSnapshot, set: ParameterSet): Promise<void> {
    const { chainId, contracts } = this.document;
    const { riskParameters } = this.venue;
    await send(riskParameters, 'proposeMarginState', [contracts.marginState!]);
    for (const name of CANARIES) {
      const instance = prepareStatement('account-margin', {
        opening: MOVING_LEDGER.open(accountNamed(name)),
        tick: new MarketTick(snapshot, set),
        context: canaryContext(chainId, contracts.riskParameters, parameterHash(set)),
      });
      const proof = toSolidity(await proofOf(() => (this.#prover ??= new Prover()), instance));
      const cited = { tick, profile: instance.profile as Profile, ...proof };
      await send(riskParameters, 'proveMarginCanary', [healthProof(cited)]);
    }
    const delay = BigInt(HASTY_CONFIG.parameterDelay);
    await this.chain.setNextTime((await this.chain.now()) + delay);
    await send(riskParameters, 'activateMarginState', []);
  }

  async close(): Promise<void> {
    await this.#prover?.close();
    await this.chain.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
