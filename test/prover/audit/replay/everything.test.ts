// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: deploys a venue with a median gate and a margin state, proves steps, medians and an opening.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Contract, ZeroAddress, type Signer } from 'ethers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { audit } from '../../../../prover/audit/audit.ts';
import { FolderCheckout } from '../../../../prover/audit/evidence.ts';
import { CHECK_NAMES, COMPILING_CHECKS, type Verdict } from '../../../../prover/audit/verdict.ts';
import { exportedAbi } from '../../../../prover/chain/abi.ts';
import type { Profile } from '../../../../prover/chain/config.ts';
import { canaryContext, proofContext, reportVenue } from '../../../../prover/chain/context.ts';
import { plannedRule } from '../../../../prover/chain/deployment/planned-rule.ts';
import { feedSnapshotOf } from '../../../../prover/chain/market-snapshot.ts';
import { send } from '../../../../prover/chain/refusal.ts';
import { signaturesOf } from '../../../../prover/chain/snapshot.ts';
import { healthProof, openLiquidation } from '../../../../prover/chain/submit.ts';
import { formatVenue, type VenueDocument } from '../../../../prover/chain/venue-document.ts';
import { connectVenue, type Venue } from '../../../../prover/chain/venue.ts';
import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { parameterHash } from '../../../../prover/commitments/parameters-words.ts';
import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import { admitted } from '../../../../prover/demo/admission.ts';
import { later } from '../../../../prover/demo/ticks.ts';
import { formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { marginInputsOf } from '../../../../prover/documents/margin-inputs-document.ts';
import {
  loadDefaultParameters,
  type ParameterSet,
} from '../../../../prover/documents/parameters-document.ts';
import { snapshotDocument } from '../../../../prover/documents/snapshot-document.ts';
import type { DynamicInputs, DynamicState } from '../../../../prover/model/dynamic.ts';
import type { MarketSnapshot } from '../../../../prover/model/types.ts';
import { toSolidity } from '../../../../prover/proving/formats/proof-file.ts';
import { Prover } from '../../../../prover/proving/prover.ts';
import type { JsonRpc } from '../../../../prover/receipt/json-rpc.ts';
import { jsonRpcOf } from '../../../../prover/receipt/provider-rpc.ts';
import { dynamicStep, initialState } from '../../../../prover/risk/dynamic/rule.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import type { StatementInstance } from '../../../../prover/statements/instance.ts';
import { effectiveSet } from '../../../../prover/statements/margin-step.ts';
import { MarketTick } from '../../../../prover/statements/market-tick.ts';
import { prepareStatement } from '../../../../prover/statements/prepare.ts';
import { ORACLES } from '../../../support/chain.ts';
import { plimsoll } from '../../../support/cli.ts';
import { DEPLOYER, deploymentOf, runDeployment } from '../../../support/deployments.ts';
import { inputsAt } from '../../../support/margin-steps.ts';
import { HASTY_CONFIG } from '../../../support/moving-venue.ts';
import { planWithParts } from '../../../support/plans.ts';
import { proofOf } from '../../../support/proof-cache.ts';
import { accountNamed } from '../../../support/proofs.ts';
import { validRequest } from '../../../support/reports.ts';
import { startRpcChain, type RpcChain } from '../../../support/rpc-chain.ts';
import { toldStatements } from '../../../support/statement-log.ts';

const BASE = loadDefaultParameters();
/** Of accounts that the venue allows. */
const { sample } = admitted(loadSample(), 16);
const { crash } = sample.snapshots;
const LEDGER = new Ledger(sample.ledgers.crash);
const BANKRUPT = accountNamed('bankrupt-paid-in-full');
const MINUTE = 60n;
const DELAY = BigInt(HASTY_CONFIG.parameterDelay);

describe('an audit of a venue with everything', () => {
  let folder: string;
  let chain: RpcChain;
  let document: VenueDocument;
  let venue: Venue;
  let owner: Signer;
  let prover: Prover | undefined;

  const proven = async (instance: StatementInstance) =>
    toSolidity(await proofOf(() => (prover ??= new Prover()), instance));
  const part = (field: 'medianGate' | 'marginState', by = owner): Contract => {
    const name = field === 'medianGate' ? 'MedianGate' : 'MarginState';
    return new Contract(document.contracts[field]!, exportedAbi(name), by);
  };

  /** A minute's market with the medians of its sources, proven, and inputs of the rule where some are given. */
  async function tick(
    time: bigint,
    offsets?: readonly (bigint | undefined)[],
    marginInputs?: DynamicInputs,
  ): Promise<MarketSnapshot> {
    const base = { ...later(crash, time).snapshot, ...(marginInputs && { marginInputs }) };
    const whom = reportVenue(chain.chainId, document.contracts.medianGate!);
    const request = validRequest(offsets, base, whom);
    const { proof, publicSignals } = await proven(prepareStatement('oracle-median', request));
    const text = JSON.stringify(snapshotDocument(request.snapshot));
    const message = feedSnapshotOf(request.snapshot, text);
    const feed = document.contracts.marketFeed;
    const signatures = await signaturesOf(ORACLES.slice(0, 2), message, chain.chainId, feed);
    await chain.setNextTime(time + 5n);
    await send(venue.marketFeed, 'submitProvenSnapshot', [
      message,
      new TextEncoder().encode(text),
      signatures,
      { proof, publicSignals },
    ]);
    return request.snapshot;
  }

  /** Takes the step, and gives the state and the set that it comes to. */
  async function step(
    state: DynamicState,
    inputs: DynamicInputs,
  ): Promise<{ readonly state: DynamicState; readonly set: ParameterSet }> {
    const { rule } = plannedRule(document.movingMargin!);
    const at = document.contracts.marginState!;
    const context = proofContext(chain.chainId, at, 'stepMargin', ZeroAddress);
    const request = { rule, base: BASE, state, inputs, context };
    const { proof, publicSignals } = await proven(prepareStatement('margin-step', request));
    await send(part('marginState'), 'step', [proof, publicSignals]);
    const taken = dynamicStep(rule, state, inputs);
    return { state: taken.state, set: { ...BASE, ...effectiveSet(BASE, taken) } };
  }

  async function canary(account: string, snapshot: MarketSnapshot, set: ParameterSet) {
    const { chainId, contracts } = document;
    const instance = prepareStatement('account-margin', {
      opening: LEDGER.open(accountNamed(account)),
      tick: new MarketTick(snapshot, set),
      context: canaryContext(chainId, contracts.riskParameters, parameterHash(set)),
    });
    const cited = { tick: 1n, profile: instance.profile as Profile, ...(await proven(instance)) };
    await send(venue.riskParameters, 'proveMarginCanary', [healthProof(cited)]);
  }

  const audited = async (
    changed: Partial<VenueDocument> = {},
    node: JsonRpc = jsonRpcOf(chain.provider),
  ): Promise<readonly Verdict[]> => {
    const evidence = {
      rpc: node,
      venue: { ...document, ...changed },
      fromBlock: 0,
      toBlock: await chain.provider.getBlockNumber(),
    };
    const checkout = new FolderCheckout(REPOSITORY_ROOT);
    const subject = { checkout, chain: evidence, parameters: [BASE] };
    return (await audit(subject, { without: COMPILING_CHECKS })).verdicts;
  };
  const failing = (verdicts: readonly Verdict[]): readonly string[] =>
    verdicts
      .filter(({ outcome }) => outcome !== 'holds')
      .map(({ check, subject, outcome, detail }) => `${check} ${outcome} ${subject}: ${detail}`);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-audit-'));
    const opened = crash.snapshot.time - 3_600n;
    chain = await startRpcChain({ startAt: crash.snapshot.time - 600n });
    owner = DEPLOYER.connect(chain.provider);
    const plan = planWithParts();
    const moving = plan.movingMargin!;
    document = await runDeployment(
      deploymentOf(chain.provider, {
        ...plan,
        owner: DEPLOYER.address,
        guardian: await chain.accounts[5]!.getAddress(),
        oracles: { signers: ORACLES.map(({ address }) => address), threshold: 2 },
        config: HASTY_CONFIG,
        movingMargin: { ...moving, inputs: { ...moving.inputs, time: Number(opened) } },
      }),
      join(folder, 'journal'),
    );
    venue = connectVenue(document.contracts, owner);
    writeFileSync(join(folder, 'venue.json'), formatVenue(document));
    writeFileSync(join(folder, 'ledger.json'), formatLedger(sample.ledgers.crash));
    vi.stubEnv('PLIMSOLL_SIGNER_KEY', DEPLOYER.privateKey);
    const root = await plimsoll(
      'venue root',
      ...[
        '--rpc',
        chain.url,
        '--venue',
        join(folder, 'venue.json'),
        '--ledger',
        join(folder, 'ledger.json'),
      ],
      ...['--booked-through', String(crash.snapshot.bookedThrough)],
    );
    expect(root.stderr).toBe('');

    const { rule, hash } = plannedRule(document.movingMargin!);
    const opening = initialState(rule, hash, marginInputsOf(document.movingMargin!.inputs));
    const first = inputsAt(crash.snapshot.time, 1n << 33n);
    const snapshot = await tick(first.time, undefined, first);
    const taken = await step(opening, first);
    await send(venue.riskParameters, 'proposeMarginState', [document.contracts.marginState!]);
    await canary('wick-victim', snapshot, taken.set);
    await canary('concentration-eth-band-0', snapshot, taken.set);
    // In the shadow until then: this tick still binds the base set.
    const guarded = part('medianGate', chain.accounts[5]!);
    await send(guarded, 'suspendSource', [1]);
    await tick(first.time + MINUTE, [0n, undefined, 51n, 200n, -300n]);
    await chain.setNextTime(first.time + DELAY + MINUTE);
    await send(venue.riskParameters, 'activateMarginState', []);

    const second = inputsAt(
      first.time + DELAY + 2n * MINUTE - ((first.time + DELAY) % MINUTE),
      1n << 37n,
    );
    await tick(second.time, [0n, undefined, 51n, 200n, -300n], second);
    const now = await step(taken.state, second);
    const last = await tick(second.time + MINUTE, [0n, undefined, 51n, 200n, -300n]);
    const instance = prepareStatement('liquidation', {
      opening: LEDGER.open(BANKRUPT),
      tick: new MarketTick(last, now.set),
      context: proofContext(
        chain.chainId,
        document.contracts.liquidationEngine,
        'openLiquidation',
        DEPLOYER.address,
      ),
    });
    await openLiquidation(venue, {
      tick: 4n,
      profile: instance.profile as Profile,
      ...(await proven(instance)),
      beneficiary: DEPLOYER.address,
    });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await prover?.close();
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('follows its steps and medians, and finds nothing wrong', async () => {
    const verdicts = await audited();
    // What judges its roots is a stand-in on a local chain, and is told as such.
    expect(failing(verdicts).filter((line) => !line.startsWith('transition-verifier'))).toEqual([]);
    const proofs = verdicts.filter(({ check }) => check === 'proof').map(({ subject }) => subject);
    const of = (statement: string): number =>
      proofs.filter((subject) => subject.startsWith(statement)).length;
    expect([of('margin-step'), of('oracle-median')]).toEqual([2, 4]);
    expect([of('account-margin'), of('liquidation')]).toEqual([2, 1]);
    expect(verdicts.filter(({ check }) => check === 'tick')).toHaveLength(4);
    expect(COMPILING_CHECKS.every((name) => CHECK_NAMES.includes(name))).toBe(true);
  });

  it('is told by a service too: every step, median and canary, with a proof that holds', async () => {
    const told = await toldStatements(jsonRpcOf(chain.provider), document);
    expect(told.map(({ statement, event }) => [statement, event])).toEqual([
      ['oracle-median', 'SnapshotAccepted'],
      ['margin-step', 'MarginStepped'],
      ['account-margin', 'MarginCanaryProven'],
      ['account-margin', 'MarginCanaryProven'],
      ['oracle-median', 'SnapshotAccepted'],
      ['oracle-median', 'SnapshotAccepted'],
      ['margin-step', 'MarginStepped'],
      ['oracle-median', 'SnapshotAccepted'],
      ['liquidation', 'LiquidationOpened'],
    ]);
    for (const { event, held, others } of told) {
      expect([event, held, others]).toEqual([event, 1, []]);
    }
  });

  it('sees a margin state that opened elsewhere, and what was proven under its sets', async () => {
    const moving = document.movingMargin!;
    const [btc, eth] = moving.inputs.underlyings;
    const inputs = {
      ...moving.inputs,
      underlyings: [{ ...btc, counterQ48: 6n }, eth] as [typeof btc, typeof eth],
    };
    const lines = failing(await audited({ movingMargin: { ...moving, inputs } }));
    expect(lines.some((line) => line.startsWith('signals fails margin-step'))).toBe(true);
  });

  it('sees other sources than the venue names', async () => {
    const other = document.medianSources!.toReversed();
    const lines = failing(await audited({ medianSources: other }));
    expect(lines).toContainEqual(
      expect.stringContaining('roles fails MedianGate: it has other sources'),
    );
  });

  it('says of a root whose data no calldata has, and of what was proven under it, that nobody checked', async () => {
    const abi = exportedAbi('LedgerRegistry');
    const { selector } = abi.getFunction('submitRoot')!;
    const inner = jsonRpcOf(chain.provider);
    // As a transaction with blobs looks once they are gone.
    const withoutBlobs: JsonRpc = async (method, params) => {
      const answer = await inner(method, params);
      const { input = '' } = (answer ?? {}) as { input?: string };
      if (method !== 'eth_getTransactionByHash' || !input.startsWith(selector)) return answer;
      const [state, , ...others] = abi.decodeFunctionData('submitRoot', input).toArray(true);
      return {
        ...(answer as object),
        input: abi.encodeFunctionData('submitRoot', [state, '0x', ...others]),
      };
    };
    const verdicts = await audited({}, withoutBlobs);
    const unchecked = failing(verdicts).filter((line) => !line.startsWith('transition-verifier'));
    expect(verdicts.filter(({ outcome }) => outcome === 'fails')).toEqual([]);
    expect(unchecked).toContainEqual(
      expect.stringMatching(/^ledger unchecked root 1 .*its data is in blobs/),
    );
    for (const statement of ['account-margin', 'liquidation']) {
      expect(unchecked).toContainEqual(
        expect.stringMatching(new RegExp(`^signals unchecked ${statement}`)),
      );
    }
    expect(unchecked.some((line) => /^(signals|proof) unchecked margin-step/.test(line))).toBe(
      false,
    );
  });
});
