// SPDX-License-Identifier: GPL-3.0-or-later
// What owner and guardian pay, and who activates what they proposed: each call once, for that is how it comes.
// Canaries and what they activate are recorded where their proofs are made.
import { Wallet, id, type Contract } from 'ethers';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';

import { verifierArtifact } from '../../prover/chain/artifact.ts';
import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { deployVerifier, type LocalVenue } from '../../prover/chain/deploy.ts';
import { send } from '../../prover/chain/refusal.ts';
import {
  ARTIFACTS,
  as,
  deployContract,
  deployVenue,
  guardianOf,
  minuteFrom,
  postRoot,
  postSnapshot,
  snapshotAt,
  startChain,
  type TestChain,
} from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';

const DELAY = BigInt(DEFAULT_VENUE_CONFIG.quorumDelay);
const FIVE = [1, 2, 3, 4, 5]
  .map((n) => new Wallet(id(`plimsoll test signer ${n}`)).address)
  .sort((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1));

describe('gas of governance', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let heir: string;
  let deployed: unknown;

  beforeAll(async () => {
    chain = await startChain();
    venue = await deployVenue(chain);
    heir = await chain.accounts[4]!.getAddress();
    deployed = await chain.save();
  });
  afterAll(() => chain.close());
  beforeEach(async () => {
    deployed = await chain.restore(deployed);
  });

  const pass = async (seconds: bigint): Promise<void> =>
    chain.setNextTime((await chain.now()) + seconds);
  const recorded = async (
    name: string,
    contract: Contract,
    method: string,
    args: readonly unknown[] = [],
  ): Promise<void> => compareGas(name, await send(contract, method, args));
  const byGuardian = (contract: Contract): Contract => as(contract, guardianOf(chain));
  /** Guardian and owner are handed on alike wherever there are any. */
  const handOver = async (of: string, contract: Contract): Promise<void> => {
    await recorded(`${of}: name the next owner`, contract, 'transferOwnership', [heir]);
    await recorded(`${of}: accept ownership`, as(contract, chain.accounts[4]!), 'acceptOwnership');
  };

  it('of the feed: signers, guardian, owner', async () => {
    const feed = venue.marketFeed;
    const five = [FIVE, 3] as const;
    await recorded('feed: propose five signers', feed, 'proposeQuorum', five);
    await recorded('feed: withdraw proposed signers', feed, 'cancelQuorum');
    await send(feed, 'proposeQuorum', five);
    await pass(DELAY);
    await recorded('feed: install five signers', feed, 'activateQuorum', five);
    const [signer] = FIVE;
    await recorded('feed: suspend a signer', byGuardian(feed), 'suspendSigner', [signer]);
    await recorded('feed: reinstate a signer', feed, 'reinstateSigner', [signer]);
    const next = await chain.accounts[5]!.getAddress();
    await recorded('feed: propose a guardian', feed, 'proposeGuardian', [next]);
    await pass(DELAY);
    await recorded('feed: install a guardian', feed, 'activateGuardian');
    await handOver('feed', feed);
  });

  it('of the feed: a halt and its end', async () => {
    const feed = venue.marketFeed;
    const start = minuteFrom((await chain.now()) + 1_000n);
    await postRoot(chain, venue, 11n, 200n, start - 100n);
    const snapshot = snapshotAt(start);
    await postSnapshot(chain, venue, snapshot);
    await recorded('feed: halt', byGuardian(feed), 'halt');
    await recorded('feed: announce a resume', feed, 'announceResume', [
      snapshot.indexPricesE4,
      snapshot.redemptionRatesQ30,
    ]);
    const from = minuteFrom((await chain.now()) + BigInt(DEFAULT_VENUE_CONFIG.resumeDelay));
    await compareGas(
      'feed: a snapshot that ends a halt',
      await postSnapshot(chain, venue, snapshotAt(from)),
    );
    await recorded('feed: arm the guardian', feed, 'armGuardian');
  });

  it('of the median gate', async () => {
    const [owner] = chain.accounts;
    const name = 'OracleMedianAnyVerifier';
    const gate = await deployContract(owner!, 'MedianGate', [
      await deployVerifier(owner!, name, verifierArtifact(ARTIFACTS, name)),
      7n,
      5,
      DELAY,
      await owner!.getAddress(),
      await guardianOf(chain).getAddress(),
    ]);
    const four = [8n, 4, '0x7b7d'] as const;
    await recorded('median gate: propose sources', gate, 'proposeSources', four);
    await recorded('median gate: withdraw proposed sources', gate, 'cancelSources');
    await recorded('median gate: suspend a source', byGuardian(gate), 'suspendSource', [1]);
    await recorded('median gate: reinstate a source', gate, 'reinstateSource', [1]);
    await send(gate, 'proposeSources', four);
    await pass(DELAY);
    await recorded('median gate: install sources', gate, 'activateSources');
    const next = await chain.accounts[5]!.getAddress();
    await recorded('median gate: propose a guardian', gate, 'proposeGuardian', [next]);
    await pass(DELAY);
    await recorded('median gate: install a guardian', gate, 'activateGuardian');
    await handOver('median gate', gate);
  });

  it('of parameters and margin states', async () => {
    const parameters = venue.riskParameters;
    const set = [78n, '0x7b7d'] as const;
    await recorded('parameters: propose a set', parameters, 'propose', set);
    await recorded('parameters: withdraw a proposed set', parameters, 'cancel');
    await recorded('parameters: propose a tightening', parameters, 'proposeTightening', set);
    const [owner] = chain.accounts;
    const name = 'MarginStepAnyVerifier';
    const state = await deployContract(owner!, 'MarginState', [
      venue.addresses.marketFeed,
      await deployVerifier(owner!, name, verifierArtifact(ARTIFACTS, name)),
      7n,
      600n,
      1_800n,
    ]);
    const at = [state.target] as const;
    await recorded('parameters: propose a margin state', parameters, 'proposeMarginState', at);
    await recorded('parameters: withdraw a margin state', parameters, 'cancelMarginState');
    await handOver('parameters', parameters);
  });
});
