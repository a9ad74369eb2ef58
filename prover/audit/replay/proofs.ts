// SPDX-License-Identifier: GPL-3.0-or-later
import type { SnarkjsVerificationKey } from 'snarkjs';

import { unpackMessage, type LeafMessage } from '../../commitments/inbox-message.ts';
import { PlimsollError } from '../../core/errors.ts';
import { sha256 } from '../../core/hash.ts';
import { canonicalJson } from '../../core/schema.ts';
import type { RiskParameters } from '../../model/types.ts';
import { marginPortfolio, requirementAt, type AccountMargin } from '../../risk/margin/margin.ts';
import { verifyGroth16 } from '../../receipt/groth16.ts';
import { unpackChange } from '../../statements/change.ts';
import type { StatementName, StatementSignals } from '../../statements/generated/public-signals.ts';
import { prepareStatement } from '../../statements/prepare.ts';
import { decodePublicSignals, encodePublicSignals } from '../../statements/public-signals.ts';
import type { CircuitManifest } from '../../statements/manifest.ts';
import { demand, given, unchecked } from '../verdict.ts';
import type { MarginSteps } from './margin-steps.ts';
import { medianSignals } from './medians.ts';
import { callOf, readTransaction, type AuditedEvent } from './history.ts';
import { isInRange, type Ledgers, type ReplayContext } from './ledgers.ts';
import { READERS, TAKEN, writtenPoints, type PostedProof } from './posted-proofs.ts';
import { readDocument, type AuditedTicks } from './ticks.ts';

/** What is needed to say what a proof must say. */
export interface ProofReplay {
  readonly ledgers: Ledgers;
  readonly ticks: AuditedTicks;
  readonly steps: MarginSteps;
  readonly manifest: CircuitManifest;
  /** The key of a circuit, from its proving key; throws where there is none here. */
  readonly key: (statement: StatementName, profile: string) => Promise<SnarkjsVerificationKey>;
}

/** The signals that the model gives for what the proof is about. */
function recomputed(
  posted: PostedProof,
  replay: ProofReplay,
  { evidence, events }: ReplayContext,
): StatementSignals[StatementName] {
  const stated = decodePublicSignals(posted.statement, posted.signals);
  if (posted.statement === 'margin-step') return replay.steps.of(posted.event!);
  if (posted.statement === 'oracle-median') {
    const medians = stated as StatementSignals['oracle-median'];
    const snapshot = given(readDocument(posted.document!), 'its snapshot cannot be read');
    return medianSignals(evidence, events, posted.event!, snapshot, medians);
  }
  const context = posted.context(stated);
  if (posted.statement === 'takeover') {
    const takeover = stated as StatementSignals['takeover'];
    const ledger = replay.ledgers.of(takeover.previousLedgerRoot);
    // That it is the lane's head follows from the root that the lane's own message makes.
    const message = unpackMessage(takeover.message, takeover.messageAddress) as LeafMessage;
    const request = { ledger, message, context };
    return prepareStatement('takeover', request, replay.manifest).publicSignals;
  }
  const tick = replay.ticks.of(posted.tick!);
  const { accountIndex, parameterHash } = stated as StatementSignals['account-margin'];
  const ledger = replay.ledgers.of(tick.ledgerRoot);
  demand(accountIndex < ledger.accountCount, `there is no account ${accountIndex}`);
  // A canary names the pending set, everything else the set of the tick.
  const request = {
    opening: ledger.open(Number(accountIndex)),
    tick: replay.ticks.market(tick.snapshotHash, parameterHash),
    context,
  };
  if (posted.statement === 'liquidation') {
    const margin = marginPortfolio(request.opening.account, request.tick.market);
    demand(margin.liquidatable, `account ${accountIndex} is healthy by the model`);
    return prepareStatement('liquidation', request, replay.manifest).publicSignals;
  }
  const change = unpackChange((stated as StatementSignals['account-margin']).change);
  return prepareStatement('account-margin', { ...request, change }, replay.manifest).publicSignals;
}

/** A liquidation may exhibit any scenarios that are bad enough, not only the worst. */
function isOfOtherScenarios(
  posted: PostedProof,
  stated: StatementSignals['liquidation'],
  replay: ProofReplay,
): boolean {
  const tick = replay.ticks.of(posted.tick!);
  const market = replay.ticks.market(tick.snapshotHash, stated.parameterHash);
  const { account } = replay.ledgers.of(tick.ledgerRoot).open(Number(stated.accountIndex));
  const margin = marginPortfolio(account, market.market);
  const { parameters } = market.parameters;
  const [btc, eth] = parameters.underlyings.map(({ scenarios }) => scenarios.map((_, id) => id));
  return (
    stated.equityE6 < stated.requirementE6 &&
    btc!.some((first) =>
      eth!.some(
        (second) => requirementOrNone(margin, parameters, first, second) === stated.requirementE6,
      ),
    )
  );
}

/** Two scenarios that are a gain together give no requirement. */
function requirementOrNone(
  margin: AccountMargin,
  parameters: RiskParameters,
  btc: number,
  eth: number,
): bigint | undefined {
  try {
    return requirementAt(margin, parameters, [btc, eth]);
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'NEGATIVE_SCAN') return undefined;
    throw error;
  }
}

async function requireSignals(
  posted: PostedProof,
  replay: ProofReplay,
  context: ReplayContext,
): Promise<string> {
  const { memory } = context;
  const { statement, signals, tick, event } = posted;
  const cited = event ?? (tick === undefined ? undefined : replay.ticks.of(tick));
  const about = posted.context(decodePublicSignals(statement, signals));
  const key = `signals ${canonicalJson([statement, signals, cited, about])}`;
  const expected = await memory.once(key, async () => recomputed(posted, replay, context));
  const stated = decodePublicSignals(posted.statement, posted.signals);
  const names = Object.keys(expected) as (keyof typeof expected)[];
  const wrong = names.filter((name) => expected[name] !== stated[name]);
  if (wrong.length === 1 && (wrong as string[])[0] === 'requirementE6') {
    const liquidation = stated as StatementSignals['liquidation'];
    demand(
      isOfOtherScenarios(posted, liquidation, replay),
      'requirementE6 is that of no scenarios',
    );
    return `${names.length} values, at scenarios that are not the worst`;
  }
  const [first] = wrong;
  demand(
    first === undefined,
    `${String(first)} is ${String(stated[first!])}, the model says ${String(expected[first!])}`,
  );
  // The words, too: a packed signal has one spelling.
  const words = encodePublicSignals(posted.statement, expected as never);
  demand(words.join() === posted.signals.join(), 'a signal has another spelling');
  return `${names.length} values`;
}

/** Every proof that a contract took, recomputed and verified; gives how many there were. */
export async function auditProofs(context: ReplayContext, replay: ProofReplay): Promise<number> {
  const { evidence, verdicts, events } = context;
  const byTransaction = new Map<string, AuditedEvent[]>();
  for (const event of events) {
    if (TAKEN[event.name] === undefined || !isInRange(event, evidence)) continue;
    // Without a gate nothing of a snapshot is proven: `snapshot` has judged it.
    if (event.contract === 'marketFeed' && evidence.venue.contracts.medianGate === undefined)
      continue;
    const known = byTransaction.get(event.transaction) ?? [];
    byTransaction.set(event.transaction, [...known, event]);
  }
  let count = 0;
  for (const [hash, taken] of byTransaction) {
    const contract = TAKEN[taken[0]!.name]!;
    const transaction = await readTransaction(evidence, hash);
    const call = callOf(transaction, contract, evidence);
    if (call === undefined) {
      await verdicts.judge('signals', `${taken[0]!.name} in ${hash.slice(0, 18)}…`, () =>
        unchecked('its proof is inside another call'),
      );
      continue;
    }
    const proofs = READERS[contract](call, transaction, context, taken);
    for (const posted of proofs) {
      count += 1;
      const subject = `${posted.statement} in ${call.name} ${hash.slice(0, 18)}…`;
      await verdicts.judge('signals', subject, () => requireSignals(posted, replay, context));
      await verdicts.judge('proof', subject, async () => {
        const key = await replay.key(posted.statement, posted.profile);
        const made = `proof ${sha256(canonicalJson([key.vk_delta_2, key.vk_alpha_1, key.IC, posted.signals, posted.proof]))}`;
        const holds = await context.memory.once(made, async () =>
          verifyGroth16(key, posted.signals, writtenPoints(posted.proof)),
        );
        demand(holds, 'it does not hold');
        return `profile ${posted.profile}`;
      });
    }
  }
  return count;
}
