// SPDX-License-Identifier: GPL-3.0-or-later
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Contract, encodeBytes32String, type Provider } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exportedAbi, type ExportedInterface } from '../../../../prover/chain/abi.ts';
import { confirmVenue } from '../../../../prover/chain/deployment/confirm-venue.ts';
import { deployContracts } from '../../../../prover/chain/deployment/deploy-contracts.ts';
import { requireDeployable } from '../../../../prover/chain/deployment/deploy-venue.ts';
import { openingHash } from '../../../../prover/chain/deployment/parts-rules.ts';
import type { VenuePlan } from '../../../../prover/chain/deployment/plan-document.ts';
import { signerTransactor } from '../../../../prover/chain/deployment/transactor.ts';
import {
  formatVenue,
  parseVenue,
  type VenueDocument,
} from '../../../../prover/chain/venue-document.ts';
import { send } from '../../../../prover/chain/refusal.ts';
import { connectVenue } from '../../../../prover/chain/venue.ts';
import { sourcesHash } from '../../../../prover/commitments/report-words.ts';
import { InvalidInput } from '../../../../prover/core/errors.ts';
import { readVenueStatus } from '../../../../prover/keeper/venue-status.ts';
import { parseProof } from '../../../../prover/proving/formats/proof-file.ts';
import { ARTIFACTS, deployContract } from '../../../support/chain.ts';
import { plimsoll } from '../../../support/cli.ts';
import { coinVaultOf, deployCoins } from '../../../support/coins.ts';
import { DEPLOYER, deploymentOf, runDeployment } from '../../../support/deployments.ts';
import { addressOf, planWith, planWithSessions, validPlan } from '../../../support/plans.ts';
import { startRpcChain, type RpcChain } from '../../../support/rpc-chain.ts';

/** With a median gate and a margin state, which a venue need not have. */
const ofEverything = (provider: Provider) => deploymentOf(provider, planWithSessions());

let chain: RpcChain;
let folder: string;
let venue: VenueDocument;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-deploy-'));
  chain = await startRpcChain();
  venue = await runDeployment(ofEverything(chain.provider), join(folder, 'first.journal'));
});

afterAll(async () => {
  await chain.close();
  rmSync(folder, { recursive: true, force: true });
});

async function refusal(plan: VenuePlan, overrides = {}, provider: Provider = chain.provider) {
  const outcome: unknown = await requireDeployable(
    { ...deploymentOf(provider, plan), ...overrides },
    DEPLOYER.address,
  ).then(
    () => 'accepted',
    (error: unknown) => error,
  );
  if (outcome instanceof InvalidInput) return outcome;
  throw new Error(`expected a refusal, got ${String(outcome)}`, { cause: outcome });
}

/** The process dies before its n-th transaction goes out; killed.test.ts kills after, and for good. */
class Killed extends Error {}
function mortal(provider: Provider, transactions: number): Provider {
  let left = transactions;
  return new Proxy(provider, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'broadcastTransaction') {
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      }
      return (raw: string) => {
        left -= 1;
        if (left === 0) throw new Killed();
        return target.broadcastTransaction(raw);
      };
    },
  });
}

describe('a deployed venue', () => {
  it('is described as it stands on chain, and its document is read back', async () => {
    expect(parseVenue(formatVenue(venue))).toEqual(venue);
    expect(venue.chainId).toBe(31_337n);
    expect(venue.deploymentBlock).toBe(0);
    const engine = new Contract(
      venue.contracts.liquidationEngine,
      exportedAbi('LiquidationEngine'),
      chain.provider,
    );
    const { horizonSeconds } = (await engine.getFunction('config').staticCall()) as {
      horizonSeconds: bigint;
    };
    expect(horizonSeconds).toBe(BigInt(venue.config.engine.horizonSeconds));
    const { artifacts } = deploymentOf(chain.provider).built;
    const key = artifacts.find((one) => one.statement === 'liquidation' && one.profile === '16')!;
    expect(venue.verifiers.liquidation['16']!.keyHash).toBe(`0x${key.files.zkey.sha256}`);
  });

  it('is handed over to its owner, who has to accept', async () => {
    for (const [at, name] of [
      ['marketFeed', 'MarketFeed'],
      ['riskParameters', 'RiskParameters'],
      ['medianGate', 'MedianGate'],
    ] as const) {
      const contract = new Contract(venue.contracts[at]!, exportedAbi(name), chain.provider);
      expect(await contract.getFunction('pendingOwner').staticCall()).toBe(venue.roles.owner);
    }
  });

  it('asks for medians of the planned sources, and opens the margin state that was planned', async () => {
    const ask = (at: 'medianGate' | 'marginState' | 'marketFeed', method: string) => {
      const name = {
        medianGate: 'MedianGate',
        marginState: 'MarginState',
        marketFeed: 'MarketFeed',
      };
      const abi = exportedAbi(name[at] as ExportedInterface);
      const contract = new Contract(venue.contracts[at]!, abi, chain.provider);
      return contract.getFunction(method).staticCall() as Promise<unknown>;
    };
    const { medianSources, movingMargin, config } = venue;
    expect(await ask('marketFeed', 'medianGate')).toBe(venue.contracts.medianGate);
    expect(await ask('medianGate', 'sourcesHash')).toBe(sourcesHash(medianSources!));
    expect(await ask('medianGate', 'sourceCount')).toBe(BigInt(medianSources!.length));
    expect(await ask('medianGate', 'guardian')).toBe(venue.roles.guardian);
    expect(await ask('medianGate', 'delay')).toBe(BigInt(config.quorumDelay));
    expect(await ask('marginState', 'stateHash')).toBe(openingHash(movingMargin!));
    expect(await ask('marginState', 'minStepSeconds')).toBe(600n);
  });

  it('has a register of the sessions that it can verify', async () => {
    const abi = exportedAbi('SolvencyRegister');
    const register = new Contract(venue.contracts.solvencyRegister!, abi, chain.provider);
    const ask = (method: string, ...args: readonly unknown[]) =>
      register.getFunction(method).staticCall(...args) as Promise<unknown>;
    expect(await ask('marketFeed')).toBe(venue.contracts.marketFeed);
    const { 'solvency-batch': batches } = venue.verifiers;
    expect(await ask('verifierOf', encodeBytes32String('solvency-batch'), 4)).toBe(
      batches['4']!.address,
    );
    expect(await ask('config')).toEqual([3_600n, 14_400n, 1_800n, 10_000n]);
    const gate = new Contract(venue.contracts.coverGate!, exportedAbi('CoverGate'), chain.provider);
    expect(await gate.getFunction('solvencyRegister').staticCall()).toBe(register.target);
  });

  it('tells how its gate and its margin state stand', async () => {
    const bound = connectVenue(venue.contracts, chain.provider);
    const status = await readVenueStatus(bound, chain.provider, venue);
    expect(status.medianGate).toEqual({
      sourcesHash: sourcesHash(venue.medianSources!),
      sources: 5,
      suspended: [],
      pendingHash: 0n,
      activatableAt: 0n,
    });
    expect(status.marginState).toEqual({
      stateHash: openingHash(venue.movingMargin!),
      effectiveHash: 0n,
      sequence: 0n,
      time: 0n,
      isInForce: false,
    });
    expect(status.solvency).toEqual({
      standing: 'unproven',
      tick: 0n,
      pinnedAt: 0n,
      coverageBps: 0n,
    });
  });

  it('is refused where its document says less, or another gate, than stands there', async () => {
    const { medianGate, marginState, ...others } = venue.contracts;
    for (const contracts of [others, { ...venue.contracts, medianGate: marginState! }]) {
      await expect(confirmVenue({ ...venue, contracts }, chain.provider)).rejects.toMatchObject({
        field: 'contracts.medianGate',
        rule: `must be ${medianGate}, which marketFeed names as its medianGate`,
      });
    }
  });

  it('is found again by a second run, which sends nothing', async () => {
    const sent = await chain.provider.getTransactionCount(DEPLOYER.address);
    const path = join(folder, 'first.journal');
    expect(await runDeployment(ofEverything(chain.provider), path)).toEqual(venue);
    expect(await chain.provider.getTransactionCount(DEPLOYER.address)).toBe(sent);
  });

  it('is not mixed with that of another plan', async () => {
    const other = deploymentOf(chain.provider, validPlan({ guardian: addressOf(99) }));
    await expect(runDeployment(other, join(folder, 'first.journal'))).rejects.toMatchObject({
      code: 'ANOTHER_DEPLOYMENT',
    });
  });

  it('is the same when the process dies just before it sends each of its transactions', async () => {
    const fresh = await startRpcChain();
    try {
      const path = join(folder, 'before.journal');
      let deaths = 0;
      let resumed: VenueDocument | undefined;
      while (resumed === undefined && deaths < 100) {
        // Dies before its second: before its first it would never come further.
        const provider = mortal(fresh.provider, deaths > 0 ? 2 : 1);
        try {
          resumed = await runDeployment(ofEverything(provider), path);
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          deaths += 1;
        }
      }
      const { transactions } = JSON.parse(readFileSync(path, 'utf8')) as {
        transactions: readonly unknown[];
      };
      const sent = await fresh.provider.getTransactionCount(DEPLOYER.address);
      expect(sent).toBe(transactions.length);
      expect(deaths).toBe(sent);
      expect(resumed).toEqual(venue);
    } finally {
      await fresh.close();
    }
  }, 120_000);

  it('comes about on a chain that mines by the clock, and tells when the key was used elsewhere', async () => {
    const fresh = await startRpcChain();
    try {
      await fresh.rpc('evm_setAutomine', [false]);
      await fresh.rpc('evm_setIntervalMining', [150]);
      const path = join(folder, 'interval.journal');
      await expect(runDeployment(deploymentOf(mortal(fresh.provider, 3)), path)).rejects.toThrow(
        Killed,
      );
      const slow = await runDeployment(deploymentOf(fresh.provider), path);
      expect(slow.contracts.medianGate).toBeUndefined();
      expect(parseVenue(formatVenue(slow))).toEqual(slow);

      await fresh.rpc('evm_setAutomine', [true]);
      const taken = join(folder, 'taken.journal');
      await expect(runDeployment(deploymentOf(mortal(fresh.provider, 1)), taken)).rejects.toThrow(
        Killed,
      );
      await DEPLOYER.connect(fresh.provider).sendTransaction({ to: addressOf(7), value: 1n });
      await expect(runDeployment(deploymentOf(fresh.provider), taken)).rejects.toMatchObject({
        code: 'NONCE_TAKEN',
      });
    } finally {
      await fresh.close();
    }
  }, 60_000);
});

describe('what does not deploy', () => {
  const at = (statement: 'liquidation' | 'account-margin', profile: string): string =>
    venue.verifiers[statement][profile]!.address;

  it('a venue of another chain than the node’s', async () => {
    const error = await refusal(validPlan({ chainId: 1n }));
    expect([error.field, error.rule]).toEqual(['chainId', "must be the node's chain, 31337"]);
  });

  it('a token of 12 decimals, one that is no token, and one that is not there', async () => {
    const plan = (asset: string) => validPlan({ asset });
    const wrong = await refusal(plan(venue.contracts.insuranceFund));
    expect([wrong.field, wrong.rule]).toEqual([
      'asset',
      expect.stringMatching(/must have 6 decimals.* has 12$/),
    ]);
    expect((await refusal(plan(venue.contracts.vault))).rule).toMatch(/has no decimals/);
    expect((await refusal(plan(addressOf(12)))).rule).toMatch(/there is none at/);
  });

  it('profiles that are swapped, statements that are swapped, and what is no verifier', async () => {
    const { liquidation } = validPlan().verifiers;
    const swapped = { ...liquidation, 7: at('liquidation', '16'), 16: at('liquidation', '7') };
    const profile = await refusal(planWith('verifiers.liquidation', swapped));
    expect(profile.field).toBe('verifiers.liquidation.7');
    expect(profile.rule).toMatch(/must hold 7 positions: .* holds 16/);
    const statement = await refusal(
      planWith('verifiers.account-margin.16', at('liquidation', '16')),
    );
    expect(statement.rule).toMatch(/must verify account-margin: .* verifies liquidation/);
    const none = await refusal(planWith('verifiers.liquidation.16', venue.contracts.vault));
    expect(none.rule).toMatch(/must be a verifier: .* has no statement/);
  });

  it('a verifier of another key, deployed or compiled', async () => {
    const other = await deployContract(chain.accounts[0]!, 'AcceptingVerifier', [
      encodeBytes32String('liquidation'),
      16n,
      8n,
    ]);
    const deployed = await refusal(planWith('verifiers.liquidation.16', String(other.target)));
    expect(deployed.field).toBe('verifiers.liquidation.16');

    const artifacts = join(folder, 'artifacts');
    cpSync(ARTIFACTS, artifacts, { recursive: true });
    const file = (name: string, root: string): string =>
      join(root, 'contracts', 'verifiers', `${name}.sol`, `${name}.json`);
    cpSync(file('Liquidation16Verifier', ARTIFACTS), file('Liquidation7Verifier', artifacts));
    const compiled = await refusal(validPlan(), { artifactsDirectory: artifacts });
    expect(compiled.field).toBe('verifiers.liquidation.7');
    expect(compiled.rule).toMatch(/its key was swapped, or it was not compiled since/);
  });

  it('what was not built', async () => {
    const error = await refusal(planWith('verifiers.liquidation.64', 'new'));
    expect(error.field).toBe('verifiers.liquidation.64');
    expect(error.rule).toMatch(/build-circuits\.ts liquidation-64/);
  });

  it('a guardian who deploys', async () => {
    expect((await refusal(validPlan({ guardian: DEPLOYER.address }))).field).toBe('guardian');
  });

  it('without anything to pay gas with', async () => {
    const poor = requireDeployable(deploymentOf(chain.provider), addressOf(77));
    await expect(poor).rejects.toMatchObject({ code: 'NO_FUNDS' });
  });

  it('stand-ins and development keys on a chain that is not local', async () => {
    const foreign = await startRpcChain({ chainId: 31_338 });
    try {
      const put = async (address: string): Promise<string> => {
        const code = await chain.provider.getCode(address);
        await foreign.rpc('hardhat_setCode', [address, code]);
        return address;
      };
      const local = validPlan({ chainId: 31_338n });
      const of = (plan: VenuePlan) => refusal(plan, {}, foreign.provider);
      expect((await of(local)).field).toBe('asset');
      const asset = await put(venue.contracts.asset);
      expect((await of({ ...local, asset })).field).toBe('transitionVerifier');
      const transitionVerifier = await put(venue.contracts.transitionVerifier);
      const real = { ...local, asset, transitionVerifier };
      const made = await of(real);
      expect([made.field, made.rule]).toEqual([
        'verifiers.liquidation.7',
        expect.stringMatching(/has a development key/),
      ]);
      const standing = await put(at('liquidation', '7'));
      const there = await of(planWith('verifiers.liquidation.7', standing, real));
      expect(there.rule).toMatch(/has a development key/);
    } finally {
      await foreign.close();
    }
  });
});

/** The verifiers of the deployed venue, in the places of a plan. */
const deployedVerifiers = (plan: VenuePlan) =>
  Object.fromEntries(
    Object.entries(plan.verifiers).map(([statement, places]) => [
      statement,
      Object.fromEntries(
        Object.keys(places).map((profile) => [
          profile,
          venue.verifiers[statement as 'liquidation'][profile]!.address,
        ]),
      ),
    ]),
  ) as unknown as Parameters<typeof deployContracts>[2]['verifiers'];

/** The contracts of a plan beside those of the deployed venue, with its verifiers and its dollar. */
const deployBeside = async (plan: VenuePlan) =>
  deployContracts(await signerTransactor(chain.accounts[0]!), ARTIFACTS, {
    ...plan,
    verifiers: deployedVerifiers(plan),
    transitionVerifier: venue.contracts.transitionVerifier,
    asset: venue.contracts.asset,
    parameterHash: venue.parametersHash,
  });

describe('a venue that holds coins', () => {
  it('has a vault of them that its registry names, and tells what is in it', async () => {
    const depositor = chain.accounts[1]!;
    const tokens = await deployCoins(depositor);
    const coins = tokens.map(({ terms }) => terms);
    const deployed = await deployBeside({ ...validPlan(), coins });
    const { transitionVerifier } = venue.contracts;
    const document = { ...venue, coins, contracts: { ...deployed, transitionVerifier } };
    expect(parseVenue(formatVenue(document)).coins).toEqual(coins);
    const bound = connectVenue(document.contracts, depositor);
    const { coinVault, ...others } = document.contracts;
    await expect(
      confirmVenue({ ...document, contracts: others }, chain.provider),
    ).rejects.toMatchObject({ field: 'contracts.coinVault' });

    const ether = tokens[1]!;
    await ether.give(await depositor.getAddress(), 70n);
    await send(ether.token, 'approve', [coinVault, 2n ** 255n]);
    await send(coinVaultOf(bound), 'deposit', [1, 0n, 0n, 70n]);
    await send(ether.token, 'burn', [coinVault, 10n ** 10n]);
    const status = await readVenueStatus(bound, chain.provider, document);
    const nothing = { heldE8: 0n, claimableE8: 0n, missingE8: 0n, unclaimedE8: 0n };
    expect(status.coins).toEqual([
      { asset: 'BTC', ...nothing },
      { asset: 'ETH', ...nothing, heldE8: 70n, missingE8: 1n },
      { asset: 'stETH', ...nothing },
    ]);

    // Whose claim a proof is for is the vault of the asset.
    const file = join(folder, 'coins.json');
    const out = join(folder, 'claim.json');
    writeFileSync(file, formatVenue(document));
    const prove = (action: string, ...more: string[]) =>
      plimsoll(
        'prove',
        ...['account-margin', '--account', '1', '--venue', file, '--out', out],
        ...['--beneficiary', addressOf(9), '--action', action, ...more],
      );
    const nothingTaken = await prove('bidForAccount', '--asset', 'BTC');
    expect(nothingTaken).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^--asset: says/),
    });
    for (const [asset, contract] of [
      ['stETH', coinVault],
      ['USDC', document.contracts.vault],
    ] as const) {
      expect(await prove('claimWithdrawal', '--asset', asset)).toMatchObject({ status: 0 });
      expect(parseProof(readFileSync(out, 'utf8')).use).toMatchObject({ contract });
    }
  });
});

describe('the constructors hold what the plan’s rules hold', () => {
  it.each([
    ['oracles.threshold', 1, 'ThresholdTooLow'],
    ['oracles.threshold', 4, 'ThresholdAboveSigners'],
    ['verifiers.liquidation.16', undefined, 'SizeNotCovered'],
    ['verifiers.account-margin.16', undefined, 'SizeNotCovered'],
    ['config.registry.deadline', 1_799, 'InvalidRegistryConfig'],
    ['config.registry.heartbeat', 1_799, 'InvalidRegistryConfig'],
    ['config.registry.deadAfter', 3_600, 'InvalidRegistryConfig'],
    ['config.registry.maxPositions', 65, 'InvalidRegistryConfig'],
    ['config.registry.forcedRound', 0, 'InvalidRegistryConfig'],
    ['config.engine.horizonSeconds', 6_059, 'InvalidEngineConfig'],
    ['config.engine.rampSeconds', 1_801, 'InvalidEngineConfig'],
    ['config.breaker.anchorBps', 10_000, 'InvalidConfig'],
    ['config.supersededFor', 60, 'InvalidConfig'],
    ['config.maxSnapshotAge', 119, 'InvalidConfig'],
    ['config.parameterTighteningDelay', 864_001, 'InvalidParameterDelays'],
    ['config.tighteningDelay', 0, 'InvalidQuorumDelays'],
    ['config.fund.cooldown', 0, 'InvalidFundConfig'],
    ['config.vault.exitWindow', 0, 'InvalidVaultConfig'],
  ] as const)('%s = %s: %s', async (path, value, error) => {
    const deployed = deployBeside(planWith(path, value));
    await expect(deployed).rejects.toMatchObject({ errorName: error });
  });
});
