// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from 'ethers';

import { sourcesHash } from '../../commitments/report-words.ts';
import { PROFILES, type StatementName } from '../../statements/generated/public-signals.ts';
import { contractArtifact, type ContractName } from '../artifact.ts';
import type { VenueConfig } from '../config.ts';
import type { OptionalAddresses, VenueAddresses } from '../venue.ts';
import { SESSION_STATEMENTS, type OptionalParts } from './optional-parts.ts';
import { openingHash } from './parts-rules.ts';
import type { Transactor } from './transactor.ts';

/** What stands before a venue's own contracts are deployed, and what they are told. */
export interface Wiring extends OptionalParts {
  /** Of every statement the addresses of its verifiers, by profile. */
  readonly verifiers: Readonly<Record<StatementName, Readonly<Record<string, string>>>>;
  readonly transitionVerifier: string;
  readonly asset: string;
  readonly parameterHash: bigint;
  readonly owner: string;
  readonly guardian: string;
  readonly oracles: { readonly signers: readonly string[]; readonly threshold: number };
  readonly config: VenueConfig;
}

/** By profile in the order of the contracts; a zero address stands for one that is not deployed. */
function inOrder({ verifiers }: Wiring, statement: StatementName): readonly string[] {
  return PROFILES[statement].map((profile) => verifiers[statement][profile] ?? ZeroAddress);
}

/** In the order in which the feed takes them. */
const ascending = (addresses: readonly string[]): readonly string[] =>
  [...addresses].sort((left, right) => (BigInt(left) < BigInt(right) ? -1 : 1));

/**
 * Deploys a venue's own contracts, wires and binds them. Every step depends on nothing but what is
 * given, so that a run that was broken off is resumed by the same run.
 */
export async function deployContracts(
  transactor: Transactor,
  artifactsDirectory: string,
  wiring: Wiring,
): Promise<VenueAddresses & OptionalAddresses> {
  const { config, asset, owner } = wiring;
  const sender = transactor.address;
  const artifactOf = (name: ContractName) => contractArtifact(artifactsDirectory, name);
  const make = (name: ContractName, args: readonly unknown[]): Promise<string> =>
    transactor.create(name, artifactOf(name), args);

  const ledgerRegistry = await make('LedgerRegistry', [
    wiring.transitionVerifier,
    wiring.verifiers.takeover['any'],
    config.registry,
  ]);
  const riskParameters = await make('RiskParameters', [
    wiring.parameterHash,
    config.parameterDelay,
    config.parameterTighteningDelay,
    config.parameterStepBps,
    sender,
  ]);
  const { medianSources, movingMargin } = wiring;
  const medianGate =
    medianSources &&
    (await make('MedianGate', [
      wiring.verifiers['oracle-median']['any'],
      sourcesHash(medianSources),
      medianSources.length,
      config.quorumDelay,
      sender,
      wiring.guardian,
    ]));
  const marketFeed = await make('MarketFeed', [
    ledgerRegistry,
    riskParameters,
    medianGate ?? ZeroAddress,
    config,
    ascending(wiring.oracles.signers),
    wiring.oracles.threshold,
    sender,
    wiring.guardian,
  ]);
  const margins = inOrder(wiring, 'account-margin');
  const vault = await make('Vault', [asset, marketFeed, margins, config.vault]);
  const { coins } = wiring;
  const coinVault = coins && (await make('CoinVault', [coins, marketFeed, margins]));
  const insuranceFund = await make('InsuranceFund', [asset, vault, config.fund]);
  const backstop = await make('Backstop', [insuranceFund]);
  const liquidationEngine = await make('LiquidationEngine', [
    marketFeed,
    vault,
    insuranceFund,
    backstop,
    inOrder(wiring, 'liquidation'),
    margins,
    config.engine,
  ]);
  const marginGuarantee = await make('MarginGuarantee', [
    liquidationEngine,
    margins,
    config.guarantee,
  ]);
  const receipts = inOrder(wiring, 'solvency-receipt');
  const healthGate = await make('HealthGate', [marketFeed, margins, receipts]);
  // It stands there and moves nothing: governance brings it into force, by the long timelock.
  const marginState =
    movingMargin &&
    (await make('MarginState', [
      marketFeed,
      wiring.verifiers['margin-step']['any'],
      openingHash(movingMargin),
      movingMargin.minStepSeconds,
      movingMargin.keepAliveSeconds,
    ]));

  const { solvency } = wiring;
  const solvencyRegister =
    solvency &&
    (await make('SolvencyRegister', [
      marketFeed,
      SESSION_STATEMENTS.flatMap((statement) => inOrder(wiring, statement)).filter(
        (address) => address !== ZeroAddress,
      ),
      solvency,
    ]));
  const coverGate =
    solvencyRegister && (await make('CoverGate', [solvencyRegister, margins, receipts]));

  const call = (name: ContractName, address: string, method: string, args: readonly unknown[]) =>
    transactor.call(`${name}.${method}`, { address, abi: artifactOf(name).abi }, method, args);
  await call('LedgerRegistry', ledgerRegistry, 'bind', [
    marketFeed,
    liquidationEngine,
    vault,
    marginGuarantee,
    coinVault ?? ZeroAddress,
  ]);
  await call('RiskParameters', riskParameters, 'bindGate', [liquidationEngine]);
  if (owner.toLowerCase() !== sender.toLowerCase()) {
    // Two steps: the new owner has to accept, so that it cannot be an address that nobody can use.
    await call('RiskParameters', riskParameters, 'transferOwnership', [owner]);
    await call('MarketFeed', marketFeed, 'transferOwnership', [owner]);
    if (medianGate !== undefined)
      await call('MedianGate', medianGate, 'transferOwnership', [owner]);
  }
  return {
    asset,
    vault,
    ledgerRegistry,
    riskParameters,
    marketFeed,
    liquidationEngine,
    insuranceFund,
    backstop,
    marginGuarantee,
    healthGate,
    ...(medianGate && { medianGate }),
    ...(marginState && { marginState }),
    ...(coinVault && { coinVault }),
    ...(solvencyRegister && { solvencyRegister }),
    ...(coverGate && { coverGate }),
  };
}
