// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * How long an audit takes of a day with many posted proofs: the demonstration's chain, to which as many cures
 * are added as asked for, each of another account or tick and with a proof of its own that holds. The proofs are
 * made with the development trapdoor, in a millisecond instead of a second; whoever checks one cannot tell.
 *
 *   npx plimsoll demo --export demo.json
 *   node scripts/audit-replay.ts demo.json --proofs 500                          the replay alone
 *   node scripts/audit-replay.ts demo.json --proofs 500 --cache .plimsoll/audit  all of an audit, twice
 *   node scripts/audit-replay.ts demo.json --accounts 100000 --roots 48          of a larger venue
 *
 * With --roots, as many roots and ticks are added before, so that the ledger has --accounts; each root after the
 * last that joined changes --changed of them (default 1,000).
 */
import { parseArgs } from 'node:util';

import { dataSlice, id, toBeHex, zeroPadValue } from 'ethers';

import { audit } from '../prover/audit/audit.ts';
import { verifyingKeyAt } from '../prover/audit/circuits.ts';
import { FolderCheckout, parseExport, replaying } from '../prover/audit/evidence.ts';
import { AuditMemory } from '../prover/audit/memory.ts';
import { readHistory } from '../prover/audit/replay/history.ts';
import { auditMarket } from '../prover/audit/replay/market.ts';
import { Verdicts, type CheckName } from '../prover/audit/verdict.ts';
import { machineLine } from '../prover/bench/measure.ts';
import { exportedAbi } from '../prover/chain/abi.ts';
import { proofContext } from '../prover/chain/context.ts';
import { parseVenue } from '../prover/chain/venue-document.ts';
import { readTextFile } from '../prover/core/files.ts';
import { REPOSITORY_ROOT } from '../prover/core/root.ts';
import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { loadArtifactManifest } from '../prover/proving/artifacts.ts';
import { terminateCurve } from '../prover/proving/backends/snarkjs-backend.ts';
import { prepareStatement } from '../prover/statements/prepare.ts';
import { encodePublicSignals } from '../prover/statements/public-signals.ts';
import { grown } from './replay/growth.ts';
import { Evidence } from './tampering/evidence.ts';
import { forged } from './tampering/forge.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    proofs: { type: 'string' },
    cache: { type: 'string' },
    accounts: { type: 'string' },
    roots: { type: 'string' },
    changed: { type: 'string' },
  },
});
const { fromBlock, toBlock, venue, answers } = parseExport(
  readTextFile(positionals[0] ?? '', '<export>'),
  'export',
);
const parameters = [loadDefaultParameters()];
const posted = new Evidence({
  checkout: new FolderCheckout(REPOSITORY_ROOT),
  answers,
  venue: parseVenue(venue),
  range: { fromBlock, toBlock },
  parameters,
});
const engine = posted.venue.contracts.liquidationEngine;
const abi = exportedAbi('LiquidationEngine');
const built = loadArtifactManifest().artifacts.filter(
  ({ statement }) => statement === 'account-margin',
);

interface Added {
  readonly hash: string;
  readonly log: object;
  readonly transaction: object;
}

/** The market of a chain as an audit follows it; its transitions are the rollup's. */
async function marketOf(evidence: Evidence) {
  const chain = { rpc: replaying(evidence.answers), venue: evidence.venue, fromBlock, toBlock };
  const memory = new AuditMemory();
  const verdicts = new Verdicts(['transition']);
  const context = { evidence: chain, verdicts, events: await readHistory(chain), memory };
  return { context, ...(await auditMarket(context, parameters)) };
}

/** The chain with the accounts and roots that were asked for. */
async function evidenceOf(): Promise<Evidence> {
  if (values.roots === undefined) return posted;
  const { context, ledgers } = await marketOf(posted);
  const ledger = ledgers.of([...ledgers.rootOf.values()].at(-1)!);
  const growth = {
    accounts: Number(values.accounts ?? ledger.accounts.length),
    roots: Number(values.roots),
    changed: Number(values.changed ?? 1_000),
  };
  return grown(posted, growth, { ledger, events: context.events }, context.memory.hasher);
}

/** Cures over all accounts and ticks of the chain that a circuit built here takes. */
async function cures(evidence: Evidence, count: number): Promise<readonly Added[]> {
  const { context, ledgers, ticks } = await marketOf(evidence);
  const { memory } = context;
  const opened = context.events.filter(({ name }) => name === 'TickOpened');
  const from = `0x${'11'.repeat(20)}`;
  const added: Added[] = [];
  for (let index = 0; added.length < count; index += 1) {
    const tick = ticks.of(opened[index % opened.length]!.args['number'] as bigint);
    const ledger = ledgers.of(tick.ledgerRoot);
    const opening = ledger.open(
      Math.floor(index / opened.length + index) % Number(ledger.accountCount),
    );
    const { account } = opening;
    const owner = zeroPadValue(toBeHex(account.owner), 20);
    const instance = prepareStatement('account-margin', {
      opening,
      tick: ticks.market(tick.snapshotHash, tick.parameterHash),
      context: proofContext(evidence.venue.chainId, engine, 'cureLiquidation', owner),
    });
    const artifact = built.find(({ profile }) => profile === instance.profile);
    if (artifact === undefined) continue;
    const { zkey, r1cs } = artifact.files;
    const { key } = await verifyingKeyAt(zkey.path, evidence.checkout, memory);
    const publicSignals = encodePublicSignals('account-margin', instance.publicSignals);
    const proof = forged(key, r1cs.sha256, publicSignals);
    const given = { tick: tick.number, profile: Number(instance.profile), proof, publicSignals };
    const hash = id(`cure ${index}`);
    const blockNumber = toBeHex(toBlock);
    const event = abi.encodeEventLog('LiquidationCured', [
      ...[instance.publicSignals.accountIndex, account.settlementNonce, owner],
      ...[tick.number, instance.publicSignals.equityE6, 0n, 0n, 0n],
    ]);
    added.push({
      hash,
      log: {
        ...event,
        address: engine,
        blockNumber,
        logIndex: toBeHex(1_000_000 + index),
        transactionHash: hash,
      },
      transaction: {
        from,
        to: engine,
        input: abi.encodeFunctionData('cure', [given]),
        blockNumber,
      },
    });
  }
  return added;
}

const count = Number(values.proofs ?? 500);
const evidence = await evidenceOf();
const added = await cures(evidence, count);
const busy = evidence.withMore(
  added.map(({ log }) => log),
  new Map(added.map(({ hash, transaction }) => [hash, transaction])),
);
const distinct = new Set(
  added.map(({ transaction }) => dataSlice((transaction as { input: string }).input, 4)),
);

/** What a cache of circuits and contracts would answer. */
const COMPILED = ['constraints', 'setup', 'runtime', 'creation', 'immutables'] as const;
const rounds: readonly { readonly round: string; readonly without?: readonly CheckName[] }[] =
  values.cache === undefined
    ? [{ round: 'without what is compiled', without: COMPILED }]
    : [{ round: 'as the cache is' }, { round: 'with all circuits and contracts cached' }];
for (const { round, without = [] } of rounds) {
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  const chain = { rpc: replaying(busy.answers), venue: busy.venue, fromBlock, toBlock };
  const { verdicts, proofs } = await audit(
    { checkout: busy.checkout, chain, parameters },
    { memory: new AuditMemory(values.cache), without },
  );
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const of = (outcome: string): number =>
    verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const failing = new Set(
    verdicts.filter(({ outcome }) => outcome === 'fails').map(({ check }) => check),
  );
  process.stdout.write(
    `${JSON.stringify({
      round,
      proofs,
      distinct: distinct.size,
      verdicts: verdicts.length,
      holds: of('holds'),
      fails: of('fails'),
      failing: [...failing],
      unchecked: of('unchecked'),
      cpuS: Math.round((user + system) / 1e5) / 10,
      wallS: Math.round(wallMs / 100) / 10,
    })}\n${machineLine()}\n`,
  );
}
await terminateCurve();
