// SPDX-License-Identifier: GPL-3.0-or-later
// Registers of solvency beside the venues of tests.
import { Contract, type Signer } from 'ethers';
import { z } from 'zod';

import { contractArtifact, verifierArtifact } from '../../prover/chain/artifact.ts';
import { deployVerifier, type LocalVenue } from '../../prover/chain/deploy.ts';
import { firstLedger, submitRoot, type MessageWords } from '../../prover/chain/ledger-update.ts';
import { asObject, read, send } from '../../prover/chain/refusal.ts';
import { parameterHash } from '../../prover/commitments/parameters-words.ts';
import { verifierName } from '../../prover/toolchain/circuits/verifier.ts';
import { coinVaultOf, deployCoins } from './coins.ts';
import { ARTIFACTS, NO_DATA, deployContract, deployVenue, type TestChain } from './chain.ts';
import { words, type Life } from './life.ts';
import { CRASH_AT, postNextSnapshot } from './proofs.ts';
import { committedSet, crashMarket } from './session-venue.ts';
import { SESSION_CIRCUITS, type ProvenSession } from './solvency-session.ts';

export const REGISTER_CONFIG = {
  pinSeconds: 3_600,
  maxAge: 7_200,
  confirmSeconds: 600,
  minCoverageBps: 10_000,
};

const struct = <Shape extends z.ZodRawShape>(shape: Shape) => asObject(z.object(shape));
const pinShape = struct({
  tick: z.bigint(),
  backingE6: z.bigint(),
  fundE6: z.bigint(),
  coinsE8: z.array(z.bigint()),
});
export const configShape = struct({
  pinSeconds: z.bigint(),
  maxAge: z.bigint(),
  confirmSeconds: z.bigint(),
  minCoverageBps: z.bigint(),
});
const coverageShape = struct({ tick: z.bigint(), shortSince: z.bigint(), coverageBps: z.bigint() });

/** What the latest pin read. */
export const latestPin = async (register: Contract) =>
  read(register, 'pinAt', [await read(register, 'latestPin', [], z.bigint())], pinShape);

export const coverageOf = (register: Contract) => read(register, 'coverage', [], coverageShape);

/** Messages of a lane that a ledger lacks, as a pin is given them. */
export interface Unconsumed {
  readonly hashBefore: string;
  readonly messages: readonly MessageWords[];
}

/** What the ledger of the current tick lacks of a lane. */
export async function unconsumedAt(life: Life, lane: 'engine' | 'user'): Promise<Unconsumed> {
  const registry = life.venue.ledgerRegistry;
  const cited: { readonly ledgerSequence: bigint } = await life.venue.marketFeed
    .getFunction('citedTick')
    .staticCall(life.tick);
  const ledger: { readonly engineCount: bigint; readonly userCount: bigint } = await registry
    .getFunction('ledger')
    .staticCall(cited.ledgerSequence);
  if (lane === 'engine') return life.engineRun(ledger.engineCount, 1_000);
  const messages = await life.sequencer.messages('user', ledger.userCount);
  const hashBefore: string = await registry.getFunction('laneHash').staticCall(1, ledger.userCount);
  return { hashBefore, messages: messages.map(words) };
}

/** The verifiers of the circuits that the tests prove sessions with. */
export function sessionVerifiers(deployer: Signer): Promise<readonly string[]> {
  return Promise.all(
    SESSION_CIRCUITS.map(([statement, profile]) => {
      const name = verifierName(statement, profile);
      return deployVerifier(deployer, name, verifierArtifact(ARTIFACTS, name));
    }),
  );
}

export function deployRegister(
  deployer: Signer,
  marketFeed: string,
  verifiers: readonly string[],
  config: Partial<typeof REGISTER_CONFIG> = {},
): Promise<Contract> {
  const args = [marketFeed, verifiers, { ...REGISTER_CONFIG, ...config }];
  return deployContract(deployer, 'SolvencyRegister', args);
}

/** What custody lacks of what a session owes. */
export interface Missing {
  readonly quoteE6: bigint;
  /** Of the quote that came in, what the ledger took off and nobody has claimed. */
  readonly releasedE6?: bigint;
  /** Of this coin one unit. */
  readonly coin?: number;
  /** Of this coin one unit that came in, which the ledger took off and nobody has claimed. */
  readonly releasedCoin?: number;
}

/** When a chain is to start for `sessionVenue`. */
export const SESSION_START = crashMarket.snapshot.time - 1_000n;

/** A venue whose vaults have what a session owes, its ledger and tick in place, and its register. */
export async function sessionVenue(
  chain: TestChain,
  { totals, ledger }: Pick<ProvenSession, 'ledger' | 'totals'>,
  missing: Missing,
): Promise<{ readonly venue: LocalVenue; readonly register: Contract }> {
  const { snapshot } = crashMarket;
  const deployer: Signer = chain.accounts[0]!;
  const coins = await deployCoins(deployer);
  const venue = await deployVenue(chain, {
    parameterHash: parameterHash(committedSet),
    coins: coins.map(({ terms }) => terms),
  });
  const { abi } = contractArtifact(ARTIFACTS, 'TestDollar');
  const dollar = new Contract(venue.addresses.asset, abi, deployer);
  await send(dollar, 'mint', [await deployer.getAddress(), 2n ** 80n]);
  await send(dollar, 'approve', [venue.addresses.vault, 2n ** 255n]);
  await send(dollar, 'approve', [venue.addresses.insuranceFund, 2n ** 255n]);
  const backedE6 = totals.quoteE6 - missing.quoteE6;
  let deposits = 0n;
  if (backedE6 > 0n) {
    await send(venue.vault, 'deposit', [0n, 0n, backedE6]);
    deposits += 1n;
  }
  for (const [place, owedE8] of totals.collateralE8.entries()) {
    const amountE8 = owedE8 - (missing.coin === place ? 1n : 0n);
    if (amountE8 === 0n) continue;
    const { token, give } = coins[place]!;
    await give(await deployer.getAddress(), amountE8);
    await send(token, 'approve', [venue.addresses.coinVault, 2n ** 255n]);
    await send(coinVaultOf(venue), 'deposit', [place, 0n, 0n, amountE8]);
    deposits += 1n;
  }
  await chain.setNextTime(snapshot.time - 10n);
  const first = firstLedger(ledger.root, ledger.accountCount);
  // It has booked the deposits.
  const { releasedE6 = 0n } = missing;
  const one = (place: number): bigint => (missing.releasedCoin === place ? 1n : 0n);
  const released = { releasedE6, releasedE8: [one(0), one(1), one(2)] as const };
  const booked =
    deposits === 0n
      ? {}
      : { userCount: deposits, outcomesRoot: `0x${'11'.repeat(32)}`, ...released };
  const { bookedThrough } = snapshot;
  await submitRoot(venue, { ...first, ...booked, bookedThrough }, NO_DATA);
  const register = await deployRegister(
    deployer,
    venue.addresses.marketFeed,
    await sessionVerifiers(deployer),
  );
  await postNextSnapshot(chain, venue, CRASH_AT);
  return { venue, register };
}
