// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress, ZeroHash, keccak256, type Interface } from 'ethers';

import { exportedAbi, type ExportedInterface } from '../chain/abi.ts';
import { isLocalChain } from '../chain/local-chain.ts';
import type { VenueAddresses } from '../chain/venue.ts';
import { sourcesHash } from '../commitments/report-words.ts';
import type { JsonRpc } from '../receipt/json-rpc.ts';
import type { ChainEvidence } from './evidence.ts';
import { demand, given, unchecked, type Verdicts } from './verdict.ts';

/** Asks views of a contract as of a block. */
export class Asked {
  readonly #abi: Interface;
  readonly #rpc: JsonRpc;
  readonly #address: string;
  readonly #block: string;

  constructor(abi: ExportedInterface, address: string, { rpc, toBlock }: ChainEvidence) {
    this.#abi = exportedAbi(abi);
    this.#rpc = rpc;
    this.#address = address;
    this.#block = `0x${toBlock.toString(16)}`;
  }

  /** Every value that the view returns, as the library decodes them. */
  async all(view: string, args: readonly unknown[] = []): Promise<readonly unknown[]> {
    const data = this.#abi.encodeFunctionData(view, [...args]);
    const answer = await this.#rpc('eth_call', [{ to: this.#address, data }, this.#block]);
    return this.#abi.decodeFunctionResult(view, answer as string);
  }

  async one(view: string, args: readonly unknown[] = []): Promise<unknown> {
    return (await this.all(view, args))[0];
  }
}

/** Holds a struct of a contract, by field, against the numbers of the venue. */
function requireConfig(contract: string, actual: unknown, expected: object): number {
  const named = (actual as { toObject(deep?: boolean): Record<string, unknown> }).toObject(true);
  let count = 0;
  const compare = (path: string, held: Record<string, unknown>, wanted: object): void => {
    for (const [field, value] of Object.entries(held)) {
      const want = (wanted as Record<string, unknown>)[field];
      const place = `${path}.${field}`;
      if (typeof value === 'object' && value !== null) {
        compare(place, value as Record<string, unknown>, want as object);
        continue;
      }
      demand(want !== undefined, `${place}: the venue does not say what it is`);
      demand(BigInt(value as bigint) === BigInt(want as bigint), `${place} is ${String(value)}`);
      count += 1;
    }
  };
  compare(contract, named, expected);
  return count;
}

/** Who may do what, how long everything waits, and by what roots are judged. */
export async function auditGovernance(audit: ChainEvidence, verdicts: Verdicts): Promise<void> {
  const { venue } = audit;
  const { roles, config, contracts } = venue;
  const ask = (abi: ExportedInterface, field: keyof VenueAddresses): Asked =>
    new Asked(abi, contracts[field], audit);
  const feed = ask('MarketFeed', 'marketFeed');
  const parameters = ask('RiskParameters', 'riskParameters');
  const registry = ask('LedgerRegistry', 'ledgerRegistry');

  await verdicts.judge('roles', 'MarketFeed', async () => {
    demand(
      (await feed.one('owner')) === roles.owner,
      `its owner is ${String(await feed.one('owner'))}`,
    );
    const guardian = await feed.one('guardian');
    demand(guardian === roles.guardian, `its guardian is ${String(guardian)}`);
    demand((await feed.one('pendingOwner')) === ZeroAddress, 'an owner is about to take over');
    demand((await feed.one('pendingGuardian')) === ZeroAddress, 'a guardian is proposed');
    demand((await feed.one('pendingQuorum')) === ZeroHash, 'a set of oracles is proposed');
    const { signers, threshold } = roles.oracles;
    demand((await feed.one('threshold')) === BigInt(threshold), 'its threshold is another');
    demand((await feed.one('signerCount')) === BigInt(signers.length), 'it has other oracles');
    for (const signer of signers) {
      demand((await feed.one('isSigner', [signer])) === true, `${signer} is no oracle of it`);
    }
    return `owner ${roles.owner}, ${threshold} of ${signers.length} oracles`;
  });
  await verdicts.judge('roles', 'RiskParameters', async () => {
    const owner = await parameters.one('owner');
    demand(owner === roles.owner, `its owner is ${String(owner)}`);
    demand(
      (await parameters.one('pendingOwner')) === ZeroAddress,
      'an owner is about to take over',
    );
    const gate = await parameters.one('gate');
    demand(gate === contracts.liquidationEngine, `canaries are checked by ${String(gate)}`);
    return `owner ${roles.owner}`;
  });
  if (contracts.medianGate !== undefined) {
    const gate = new Asked('MedianGate', contracts.medianGate, audit);
    await verdicts.judge('roles', 'MedianGate', async () => {
      const [owner, guardian] = [await gate.one('owner'), await gate.one('guardian')];
      demand(owner === roles.owner, `its owner is ${String(owner)}`);
      demand(guardian === roles.guardian, `its guardian is ${String(guardian)}`);
      demand((await gate.one('pendingOwner')) === ZeroAddress, 'an owner is about to take over');
      demand((await gate.one('pendingGuardian')) === ZeroAddress, 'a guardian is proposed');
      const [proposed] = await gate.all('pendingSources');
      demand(proposed === 0n, 'another set of sources is proposed');
      const sources = given(venue.medianSources, 'the venue names no sources');
      demand((await gate.one('sourcesHash')) === sourcesHash(sources), 'it has other sources');
      return `${sources.length} sources, owner ${roles.owner}`;
    });
  }
  await verdicts.judge('roles', 'LedgerRegistry', async () => {
    for (const [view, expected] of [
      ['marketFeed', contracts.marketFeed],
      ['engine', contracts.liquidationEngine],
      ['vault', contracts.vault],
    ] as const) {
      const named = await registry.one(view);
      demand(named === expected, `its ${view} is ${String(named)}`);
    }
    return 'engine, vault and feed are those of the venue; it has no owner';
  });
  await verdicts.judge('delays', 'MarketFeed', async () => {
    return `${requireConfig('config', await feed.one('config'), config)} numbers`;
  });
  await verdicts.judge('delays', 'RiskParameters', async () => {
    for (const [view, expected] of [
      ['delay', config.parameterDelay],
      ['tighteningDelay', config.parameterTighteningDelay],
      ['stepBps', config.parameterStepBps],
    ] as const) {
      const held = await parameters.one(view);
      demand(BigInt(held as bigint) === BigInt(expected), `${view} is ${String(held)}`);
    }
    return `${config.parameterDelay} s, ${config.parameterTighteningDelay} s`;
  });
  for (const [abi, field, numbers] of [
    ['LedgerRegistry', 'ledgerRegistry', config.registry],
    ['LiquidationEngine', 'liquidationEngine', config.engine],
    ['Vault', 'vault', config.vault],
    ['InsuranceFund', 'insuranceFund', config.fund],
  ] as const) {
    await verdicts.judge('delays', abi, async () => {
      return `${requireConfig('config', await ask(abi, field).one('config'), numbers)} numbers`;
    });
  }
  await verdicts.judge('transition-verifier', contracts.transitionVerifier, async () => {
    const named = await registry.one('transitionVerifier');
    demand(named === contracts.transitionVerifier, `the registry asks ${String(named)}`);
    const code = (await audit.rpc('eth_getCode', [
      contracts.transitionVerifier,
      `0x${audit.toBlock.toString(16)}`,
    ])) as string;
    demand(code !== '0x', 'nothing stands there');
    if (isLocalChain(venue.chainId)) {
      unchecked('a local chain: it may be a stand-in that accepts every root');
    }
    return `keccak-256 of its code ${keccak256(code).slice(0, 18)}…; what it proves is the rollup's to show`;
  });
}
