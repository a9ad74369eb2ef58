// SPDX-License-Identifier: GPL-3.0-or-later
import {
  TypedDataEncoder,
  ZeroAddress,
  encodeBytes32String,
  getAddress,
  getCreateAddress,
  id,
  keccak256,
  toBeHex,
} from 'ethers';
import { z } from 'zod';

import { sha256 } from '../core/hash.ts';
import { parseValue } from '../core/schema.ts';
import { hasDevelopmentKey } from '../chain/development-verifier.ts';
import { proofContext } from '../chain/context.ts';
import { isLocalChain } from '../chain/local-chain.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import { verifierName } from '../toolchain/circuits/verifier.ts';
import type { StatementName } from '../statements/generated/public-signals.ts';
import { DEFAULT_TERMS, TERMS_BY_FILE } from '../toolchain/solidity-settings.ts';
import {
  collectSources,
  compileSolidity,
  solcVersion,
  type CompiledContract,
  type SolidityJob,
} from '../toolchain/solidity.ts';
import type { ChainEvidence, Checkout } from './evidence.ts';
import { cachedNote, type AuditMemory, type Kept } from './memory.ts';
import { demand, given, unchecked, type Verdicts } from './verdict.ts';

/** A contract of the venue: its name, its source and where it stands. */
export interface DeployedContract {
  readonly name: string;
  readonly file: string;
  readonly address: string;
}

const CORE = {
  ledgerRegistry: 'LedgerRegistry',
  riskParameters: 'RiskParameters',
  marketFeed: 'MarketFeed',
  vault: 'Vault',
  insuranceFund: 'InsuranceFund',
  backstop: 'Backstop',
  liquidationEngine: 'LiquidationEngine',
  marginGuarantee: 'MarginGuarantee',
  healthGate: 'HealthGate',
  medianGate: 'MedianGate',
  marginState: 'MarginState',
  coinVault: 'CoinVault',
  solvencyRegister: 'SolvencyRegister',
  coverGate: 'CoverGate',
} as const;

export function deployedContracts(venue: VenueDocument): readonly DeployedContract[] {
  const core = Object.entries(CORE).flatMap(([field, name]) => {
    const address = venue.contracts[field as keyof typeof CORE];
    return address === undefined ? [] : [{ name, file: `contracts/${name}.sol`, address }];
  });
  const verifiers = Object.entries(venue.verifiers).flatMap(([statement, profiles]) =>
    Object.entries(profiles).map(([profile, { address }]) => {
      const name = verifierName(statement, profile);
      return { name, file: `contracts/verifiers/${name}.sol`, address };
    }),
  );
  return [...core, ...verifiers];
}

/** Contracts that are compiled together; a verifier alone, so that one that changed costs a second. */
function jobOf(file: string, all: readonly DeployedContract[]): SolidityJob {
  const terms = TERMS_BY_FILE[file];
  if (terms !== undefined || file.startsWith('contracts/verifiers/')) {
    return { files: [file], terms: terms ?? DEFAULT_TERMS };
  }
  const together = all
    .map((contract) => contract.file)
    .filter(
      (other) => !other.startsWith('contracts/verifiers/') && TERMS_BY_FILE[other] === undefined,
    );
  return { files: together, terms: DEFAULT_TERMS };
}

export interface ContractAudit extends ChainEvidence {
  readonly checkout: Checkout;
  readonly memory: AuditMemory;
}

const compiledSchema = z.array(
  z.tuple([
    z.string(),
    z.strictObject({
      creation: z.string(),
      runtime: z.string(),
      immutables: z.array(
        z.strictObject({
          name: z.string(),
          places: z.array(z.strictObject({ start: z.int(), length: z.int() })),
        }),
      ),
    }),
  ]),
);

const decode = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: true }).decode(bytes);

async function compiled(
  contract: DeployedContract,
  all: readonly DeployedContract[],
  { checkout, memory }: ContractAudit,
): Promise<Kept<CompiledContract>> {
  const job = jobOf(contract.file, all);
  const seen: string[] = [];
  const reader = (path: string): string => {
    const text = decode(given(checkout.read(path), `${path} is missing`));
    seen.push(sha256(text));
    return text;
  };
  // By what it is made of: walking the imports costs nothing beside compiling.
  collectSources(job.files, reader);
  const { value, ...kept } = await memory.kept(
    'solidity',
    [job, seen, solcVersion()],
    compiledSchema,
    async () => [...compileSolidity(job, reader)],
  );
  const found = new Map(value).get(contract.name);
  return {
    ...kept,
    value: given(found, `${contract.file} has no contract ${contract.name}`),
  };
}

const hexBytes = z.string().regex(/^0x([0-9a-f]{2})*$/);

async function codeAt({ rpc }: ChainEvidence, address: string, block: number): Promise<string> {
  const answer = await rpc('eth_getCode', [address, `0x${block.toString(16)}`]);
  return parseValue(hexBytes, answer, 'eth_getCode').toLowerCase();
}

function masked(code: string, { immutables }: CompiledContract): string {
  const bytes = Buffer.from(code.slice(2), 'hex');
  for (const { places } of immutables) {
    for (const { start, length } of places) bytes.fill(0, start, start + length);
  }
  return `0x${bytes.toString('hex')}`;
}

/** What every immutable must hold, by contract and variable. */
function expectedImmutables(
  venue: VenueDocument,
): Readonly<Record<string, bigint | string | number>> {
  const { contracts, verifiers, config, roles, chainId, movingMargin, solvency } = venue;
  const { registry, engine, fund, vault, guarantee, breaker, heartbeats } = config;
  const verifier = (statement: StatementName, profile: string): string =>
    (verifiers[statement] as Readonly<Record<string, { address: string }>>)[profile]?.address ??
    '0x0';
  const feedDomain = {
    name: 'Plimsoll MarketFeed',
    version: '1',
    chainId,
    verifyingContract: contracts.marketFeed,
  };
  const prefixed = (
    prefix: string,
    values: object,
    suffix = '',
  ): Record<string, bigint | string | number> =>
    Object.fromEntries(
      Object.entries(values)
        .filter(([, value]) => typeof value !== 'object')
        .map(([name, value]) => [`${prefix}${name}${suffix}`, value as bigint]),
    );
  return {
    'LedgerRegistry.transitionVerifier': contracts.transitionVerifier,
    'LedgerRegistry.takeoverVerifier': verifier('takeover', 'any'),
    'LedgerRegistry.maxPositions': registry.maxPositions,
    'LedgerRegistry._deployer': roles.deployer,
    ...prefixed('LedgerRegistry._', registry),
    'LiquidationEngine.vault': contracts.vault,
    'LiquidationEngine.insuranceFund': contracts.insuranceFund,
    'LiquidationEngine.backstop': contracts.backstop,
    'LiquidationEngine._registry': contracts.ledgerRegistry,
    'LiquidationEngine._small': verifier('liquidation', '7'),
    'LiquidationEngine._sixteen': verifier('liquidation', '16'),
    'LiquidationEngine._sixtyFour': verifier('liquidation', '64'),
    ...prefixed('LiquidationEngine._', engine),
    'AccountMarginGate._small': verifier('account-margin', '4'),
    'AccountMarginGate._sixteen': verifier('account-margin', '16'),
    'AccountMarginGate._sixtyFour': verifier('account-margin', '64'),
    'HealthGate._receiptSmall': verifier('solvency-receipt', '4'),
    'HealthGate._receiptSixteen': verifier('solvency-receipt', '16'),
    'HealthGate._receiptSixtyFour': verifier('solvency-receipt', '64'),
    'ProofGate.marketFeed': contracts.marketFeed,
    'MarketFeed.ledgerRegistry': contracts.ledgerRegistry,
    'MarketFeed.riskParameters': contracts.riskParameters,
    'MarketFeed.medianGate': contracts.medianGate ?? ZeroAddress,
    ...prefixed('MarketFeed._', heartbeats, 'Heartbeat'),
    ...prefixed('MarketFeed._', breaker),
    ...prefixed('MarketFeed._', config),
    'MedianGate.verifier': verifier('oracle-median', 'any'),
    'MedianGate.delay': config.quorumDelay,
    ...(contracts.marginState !== undefined && {
      'MarginState.verifier': verifier('margin-step', 'any'),
      'MarginState.marketFeed': contracts.marketFeed,
      'MarginState.riskParameters': contracts.riskParameters,
      'MarginState.stepContext': proofContext(
        chainId,
        contracts.marginState,
        'stepMargin',
        ZeroAddress,
      ),
    }),
    ...prefixed('MarginState.', movingMargin ?? {}),
    'SolvencyRegister.marketFeed': contracts.marketFeed,
    'SolvencyRegister._registry': contracts.ledgerRegistry,
    ...prefixed('SolvencyRegister._', solvency ?? {}),
    ...(contracts.solvencyRegister !== undefined && {
      'CoverGate.solvencyRegister': contracts.solvencyRegister,
    }),
    'OracleQuorum.quorumDelay': config.quorumDelay,
    'OracleQuorum.tighteningDelay': config.tighteningDelay,
    'Guarded._guardianDelay': config.quorumDelay,
    'RiskParameters.delay': config.parameterDelay,
    'RiskParameters.tighteningDelay': config.parameterTighteningDelay,
    'RiskParameters.stepBps': config.parameterStepBps,
    'Vault.asset': contracts.asset,
    'Vault.ledgerRegistry': contracts.ledgerRegistry,
    ...prefixed('Vault._', vault),
    'InsuranceFund.vault': contracts.vault,
    'InsuranceFund._registry': contracts.ledgerRegistry,
    ...prefixed('InsuranceFund._', fund),
    'MarginGuarantee.engine': contracts.liquidationEngine,
    'MarginGuarantee.insuranceFund': contracts.insuranceFund,
    'MarginGuarantee._asset': contracts.asset,
    ...prefixed('MarginGuarantee._', guarantee),
    'Backstop.vault': contracts.vault,
    'Backstop.insuranceFund': contracts.insuranceFund,
    'ERC4626._asset': contracts.asset,
    'ERC4626._underlyingDecimals': 6,
    'EIP712._cachedDomainSeparator': TypedDataEncoder.hashDomain(feedDomain),
    'EIP712._cachedChainId': chainId,
    'EIP712._cachedThis': contracts.marketFeed,
    'EIP712._hashedName': id(feedDomain.name),
    'EIP712._hashedVersion': id(feedDomain.version),
    'EIP712._name': shortString(feedDomain.name),
    'EIP712._version': shortString(feedDomain.version),
  };
}

/** OpenZeppelin's ShortString: the text, and its length in the last byte. */
function shortString(text: string): string {
  return toBeHex(BigInt(encodeBytes32String(text)) + BigInt(text.length), 32);
}

const transactionSchema = z.object({
  from: z.string(),
  to: z.string().nullable(),
  nonce: z.string(),
  input: z.string(),
});
const blockSchema = z.object({ transactions: z.array(transactionSchema) });

/** How many blocks after the deployment's first are searched for creations. */
const CREATION_BLOCKS = 500;

async function creations(evidence: ChainEvidence): Promise<ReadonlyMap<string, string>> {
  const { rpc, venue, toBlock } = evidence;
  const found = new Map<string, string>();
  const last = Math.min(toBlock, venue.deploymentBlock + CREATION_BLOCKS);
  for (let number = venue.deploymentBlock; number <= last; number += 1) {
    const answer = await rpc('eth_getBlockByNumber', [`0x${number.toString(16)}`, true]);
    for (const { from, to, nonce, input } of parseValue(blockSchema, answer, 'block')
      .transactions) {
      if (to !== null) continue;
      found.set(getCreateAddress({ from, nonce: BigInt(nonce) }), input.toLowerCase());
    }
  }
  return found;
}

/** Runtime code, immutables and creation code of every contract of the venue. */
export async function auditContracts(audit: ContractAudit, verdicts: Verdicts): Promise<void> {
  const { venue, toBlock } = audit;
  const all = deployedContracts(venue);
  const created = await creations(audit);
  const expected = expectedImmutables(venue);
  for (const contract of all) {
    const subject = `${contract.name} at ${contract.address}`;
    const code = await codeAt(audit, contract.address, toBlock);
    await verdicts.judge('runtime', subject, async () => {
      const kept = await compiled(contract, all, audit);
      const made = kept.value;
      demand(code !== '0x', 'nothing stands there');
      demand(code.length === made.runtime.length, 'its code has another length');
      demand(masked(code, made) === made.runtime, 'its code is another');
      const hash = keccak256(made.runtime).slice(0, 18);
      return `keccak-256 ${hash}…, ${made.immutables.length} immutables${cachedNote(kept)}`;
    });
    await verdicts.judge('creation', subject, async () => {
      const { value: made } = await compiled(contract, all, audit);
      const input = given(created.get(getAddress(contract.address)), 'its creation was not found');
      demand(input.startsWith(made.creation), 'it was created by other code');
      return `${(input.length - made.creation.length) / 2} bytes of constructor arguments`;
    });
    await verdicts.judge('immutables', subject, async () => {
      const { value: made } = await compiled(contract, all, audit);
      if (code.length !== made.runtime.length) unchecked('its code has another length');
      const unknown: string[] = [];
      for (const { name, places } of made.immutables) {
        const value = expected[name];
        if (value === undefined) {
          unknown.push(name);
          continue;
        }
        for (const { start, length } of places) {
          const held = BigInt(`0x${code.slice(2 + 2 * start, 2 + 2 * (start + length))}`);
          demand(held === BigInt(value), `${name} is ${toBeHex(held)}, not ${String(value)}`);
        }
      }
      if (unknown.length > 0) unchecked(`nobody says what ${unknown.join(', ')} must be`);
      return `${made.immutables.length} checked`;
    });
    await verdicts.judge('chain-key', subject, () => {
      if (!contract.file.startsWith('contracts/verifiers/')) return 'no key in it';
      const isDevelopment = hasDevelopmentKey(code);
      demand(
        isLocalChain(venue.chainId) || !isDevelopment,
        `its key is a development key, and chain ${venue.chainId} is not local`,
      );
      return isDevelopment ? 'a development key, on a local chain' : 'no development key';
    });
  }
}
