// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../../core/errors.ts';
import { makeFolder, requireWritable, writeFileAtomically } from '../../../core/files.ts';
import { decimal, real, shape, text, whole } from '../../../core/json-output.ts';
import { BATCH_PROFILES, type BatchProfile } from '../../../commitments/session/profiles.ts';
import { formatProof, parseProof, type ProofFile } from '../../../proving/formats/proof-file.ts';
import { saveProof } from '../../../proving/formats/saved-proof.ts';
import { Prover } from '../../../proving/prover.ts';
import { orderProofs } from '../../../service/proving/session-orders.ts';
import type { StatementInstance } from '../../../statements/instance.ts';
import { MarketTick } from '../../../statements/market-tick.ts';
import { encodePublicSignals } from '../../../statements/public-signals.ts';
import type { StatementSignals } from '../../../statements/generated/public-signals.ts';
import { sessionPass, type PassStatement, type PassStep } from '../../../venue/session/pass.ts';
import { formatSession } from '../../../venue/session/session-document.ts';
import { openSession, prepareSession, ROWS_PER_CHUNK } from '../../../venue/session/session.ts';
import { staleOutput } from '../../../analysis/figures/figures-schema.ts';
import type { Command, CommandContext } from '../../command.ts';
import { stringOption } from '../../command.ts';
import { databaseUrl } from '../../options/database-url.ts';
import { buildWhereMissing } from '../../options/circuit-build.ts';
import { readLedger } from '../../options/ledger-input.ts';
import { MARKET_OPTIONS, readParameters, readSnapshot } from '../../options/market-inputs.ts';
import { findProof, findSession, proofPath, sessionPath } from '../../options/session-folder.ts';
import {
  FUND_OPTION,
  printTotals,
  readFund,
  totalsJson,
  totalsOutput,
} from '../../options/session-totals.ts';
import { noteStale } from '../../options/staleness.ts';

/** While one proof keeps the worker busy, the next witness is made. */
const LANES = 2;
/** Orders that stand in the queue at a time: enough for some machines, and few enough to keep their inputs in memory. */
const ORDERED = 16;
/** One row a proof suits a venue of few instruments. */
const CHUNKS: readonly number[] = [1, ROWS_PER_CHUNK];

function profilesOf(context: CommandContext): readonly BatchProfile[] {
  const given = stringOption(context, 'profiles');
  if (given === undefined) return BATCH_PROFILES;
  const names = given.split(',');
  const known = BATCH_PROFILES.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new InvalidInput('--profiles', `must be of ${known.join(', ')}, got "${unknown}"`);
  }
  const chosen = BATCH_PROFILES.filter(({ name }) => names.includes(name));
  if (!names.includes('fallback')) {
    throw new InvalidInput('--profiles', 'must have fallback, which alone takes any account');
  }
  return chosen;
}

function chunkOf(context: CommandContext): number {
  const given = stringOption(context, 'rows');
  if (given === undefined) return ROWS_PER_CHUNK;
  const chunk = CHUNKS.find((one) => String(one) === given);
  if (chunk === undefined) throw new InvalidInput('--rows', `must be one of ${CHUNKS.join(', ')}`);
  return chunk;
}

/** The folder of `--out`, made where it is missing, and known to take files. */
function folderOf(context: CommandContext): string {
  const folder = stringOption(context, 'out');
  if (folder === undefined) {
    throw new InvalidInput('--out', 'is required: the folder for the session and its proofs');
  }
  makeFolder(folder, '--out');
  requireWritable(sessionPath(folder), '--out');
  return folder;
}

/** A proof that an earlier run made, where it says what the step must and holds. */
async function keptProof(
  folder: string,
  step: PassStep,
  prover: Prover,
): Promise<ProofFile | undefined> {
  const file = findProof(folder, step);
  if (file === undefined || file.profile !== step.profile) return undefined;
  const { publicSignals } = step.instance();
  const said = encodePublicSignals(file.statement, file.publicSignals);
  const expected = encodePublicSignals(step.statement, publicSignals);
  if (said.join() !== expected.join()) return undefined;
  try {
    return (await prover.verify(file)) ? file : undefined;
  } catch (error) {
    // Made with another build of the circuit.
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

/** Who makes the proofs, and how many are asked for at a time. */
interface StepMaker {
  readonly lanes: number;
  prove(instance: StatementInstance<PassStatement>): Promise<ProofFile>;
  close(): Promise<void>;
}

/** This process, or whoever takes orders from the queue of a service. */
async function makerOf(context: CommandContext, prover: Prover): Promise<StepMaker> {
  const prove = async (instance: StatementInstance): Promise<ProofFile> =>
    (await prover.prove(instance)).file;
  if (context.options['queue'] !== true) {
    return { lanes: LANES, prove, close: () => Promise.resolve() };
  }
  const orders = await orderProofs({
    databaseUrl: databaseUrl('where the service has its queue'),
    // What no worker brings to an end.
    prove: async (instance) => formatProof(await prove(instance)),
    told: (what) => context.note(what),
  });
  return {
    lanes: ORDERED,
    prove: async (instance) => parseProof(await orders.prove(instance)),
    close: () => orders.close(),
  };
}

export const command: Command = {
  name: 'solvency prove',
  description:
    'A session proves of a whole ledger, without showing an account: every account was margined,\n' +
    'every instrument nets to nothing, and what all accounts together would at most be short of after\n' +
    'each covered scenario (docs/solvency.md). Some dozen proofs, each written when it is made: after\n' +
    'an interruption the same command goes on where it was, and makes anew what does not hold.\n' +
    'With --queue each proof is an order for the workers of a service, behind its openings, and is\n' +
    'checked here before it is kept; this command then waits for workers.\n' +
    'Circuits that are not built yet are built first, which takes minutes each.',
  example: 'npx plimsoll solvency prove --tick crash --out session --fund 4000000',
  positionals: [],
  options: {
    out: { type: 'string', placeholder: 'folder', describe: 'where the session and its proofs go' },
    fund: FUND_OPTION,
    profiles: {
      type: 'string',
      placeholder: 'names',
      describe: `kinds of batches, with commas between (default: ${BATCH_PROFILES.map(({ name }) => name).join(',')})`,
    },
    queue: {
      type: 'boolean',
      describe: 'have workers prove it (plimsoll worker), by the queue of a service (DATABASE_URL)',
    },
    rows: {
      type: 'string',
      placeholder: CHUNKS.join('|'),
      describe: `instruments a proof (default: ${ROWS_PER_CHUNK})`,
    },
    ...MARKET_OPTIONS,
  },
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      folder: text,
      session: decimal,
      ledgerRoot: decimal,
      instruments: whole,
      proofs: whole,
      kept: whole,
      made: whole,
      seconds: real,
      totals: totalsOutput,
      stale: staleOutput,
    }),
  },
  run: async (context) => {
    const folder = folderOf(context);
    const fundE6 = readFund(context);
    const [profiles, chunkSize] = [profilesOf(context), chunkOf(context)];
    const [snapshot, parameters] = [readSnapshot(context), readParameters(context)];
    const stale = noteStale(context, snapshot, parameters);
    const ledger = await readLedger(context);
    const tick = new MarketTick(snapshot, parameters);
    const { market } = tick;
    const opened = openSession(prepareSession({ ledger, market, parameters, profiles, chunkSize }));
    const { session } = opened.challenges;
    const instruments = opened.table.instruments.length - 1;
    const { steps } = sessionPass(opened, tick);
    const earlier = findSession(folder);
    if (earlier !== undefined && earlier.session !== session) {
      throw new InvalidInput(
        '--out',
        `${folder}: holds another session, of another ledger or tick, or cut otherwise`,
      );
    }
    writeFileAtomically(
      sessionPath(folder),
      formatSession({
        session,
        ledgerRoot: ledger.root,
        snapshotHash: tick.snapshotHash,
        parameterHash: tick.parameterHash,
        accounts: ledger.accounts.length,
        instruments,
        steps: steps.map(({ name, statement, profile }) => ({ name, statement, profile })),
      }),
    );
    const circuits = new Map(steps.map((step) => [`${step.statement}-${step.profile}`, step]));
    for (const { statement, profile } of circuits.values()) {
      await buildWhereMissing(context, statement, profile);
    }

    await using prover = new Prover();
    const maker = await makerOf(context, prover);
    const started = performance.now();
    const queue = [...steps];
    const closes: ProofFile[] = [];
    let [kept, made] = [0, 0];
    const lane = async (): Promise<void> => {
      for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
        const found = await keptProof(folder, step, prover);
        const file = found ?? (await maker.prove(step.instance()));
        if (found === undefined) saveProof(proofPath(folder, step.name), file);
        if (found === undefined) made += 1;
        else kept += 1;
        if (step.statement === 'solvency-close') closes.push(file);
        const how = found === undefined ? 'proven' : 'kept';
        context.note(`${step.name} ${how} (${kept + made} of ${steps.length})`);
      }
    };
    try {
      await Promise.all(Array.from({ length: maker.lanes }, lane));
    } finally {
      await maker.close();
    }
    const seconds = Math.round(performance.now() - started) / 1000;

    const close = closes[0]!.publicSignals as StatementSignals['solvency-close'];
    context.print(
      `session of ${ledger.accounts.length} accounts and ${instruments} instruments: ${folder}`,
    );
    context.print(`proofs       ${steps.length}, ${made} made and ${kept} kept, in ${seconds} s`);
    printTotals(context, close, fundE6);
    context.printJson({
      folder,
      session,
      ledgerRoot: ledger.root,
      instruments,
      proofs: steps.length,
      kept,
      made,
      seconds,
      totals: totalsJson(close, fundE6),
      stale,
    });
  },
};
