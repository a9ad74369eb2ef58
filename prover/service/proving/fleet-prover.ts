// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout as sleep } from 'node:timers/promises';

import type { PgBoss } from 'pg-boss';

import { PlimsollError } from '../../core/errors.ts';
import { findArtifact, loadArtifactManifest } from '../../proving/artifacts.ts';
import { formatProof, parseProof, type ProofUse } from '../../proving/formats/proof-file.ts';
import type { StatementInstance } from '../../statements/instance.ts';
import { jobId } from '../alerts/alert.ts';
import { AskedProcess } from '../asked-process.ts';
import type { CheckAnswer, CheckQuestion } from './checking-process.ts';
import type { MadeProof, OrderedProofMaker } from './proof-maker.ts';
import {
  ORDERS,
  ORDER_HEARTBEAT_SECONDS,
  ORDER_RETRIES,
  ORDER_SECONDS,
  orderOf,
  parseOrderAnswer,
  type OrderAnswer,
  type OrderedStatement,
} from './proof-order.ts';

const POLL_MS = 100;
/** How long an order and its answer stay: a service that was killed meanwhile finds them again. */
const KEPT_SECONDS = 3600;
/** Answers that do not hold before the service proves it itself. */
const MOST_REFUSED = 2;

export interface FleetLog {
  readonly warn: (about: object, what: string) => void;
}

/**
 * Proofs by workers on other machines, which take orders from the queue. Nothing of a worker is believed:
 * each proof is checked here before it is anybody's. An order that no worker brings to an end, or to
 * which they answer wrongly, is proven here.
 */
export class FleetProver implements OrderedProofMaker {
  readonly #boss: PgBoss;
  readonly #own: OrderedProofMaker;
  readonly #log: FleetLog;
  readonly #priority: number;
  readonly #artifacts = loadArtifactManifest();
  readonly #checker = new AskedProcess<CheckQuestion, CheckAnswer>(
    new URL('./checking-process.ts', import.meta.url),
    () => new PlimsollError('CHECKING_PROCESS', 'the checking process ended'),
  );
  #counts = { byWorkers: 0, refused: 0, byItself: 0 };
  #isClosed = false;

  private constructor(boss: PgBoss, own: OrderedProofMaker, log: FleetLog, priority: number) {
    this.#priority = priority;
    this.#boss = boss;
    this.#own = own;
    this.#log = log;
  }

  /** @param priority of its orders among those of others: the higher is taken first */
  static async start(
    boss: PgBoss,
    own: OrderedProofMaker,
    log: FleetLog,
    priority = 0,
  ): Promise<FleetProver> {
    await boss.createQueue(ORDERS, {
      retryLimit: ORDER_RETRIES,
      // So that one who lacks something does not use up the tries of those who have it.
      retryDelay: 1,
      heartbeatSeconds: ORDER_HEARTBEAT_SECONDS,
      expireInSeconds: ORDER_SECONDS,
      deleteAfterSeconds: KEPT_SECONDS,
    });
    return new FleetProver(boss, own, log, priority);
  }

  get counts(): Readonly<Record<'byWorkers' | 'refused' | 'byItself', number>> {
    return this.#counts;
  }

  async prove(
    instance: StatementInstance<OrderedStatement>,
    use: ProofUse | undefined,
  ): Promise<MadeProof> {
    const artifact = findArtifact(this.#artifacts, instance.statement, instance.profile);
    const order = orderOf(instance, artifact);
    for (let refused = 0; refused < MOST_REFUSED; refused += 1) {
      // The same question has the same name: a service that was killed meanwhile finds its order again.
      const id = jobId(ORDERS, JSON.stringify(order), String(refused));
      await this.#boss.insert(ORDERS, [{ id, data: order, priority: this.#priority }]);
      const answer = await this.#answerTo(id);
      if (answer === undefined) break;
      const file = await this.#accepted(answer, instance, use);
      if (file !== undefined) {
        this.#counts = { ...this.#counts, byWorkers: this.#counts.byWorkers + 1 };
        return { file };
      }
    }
    this.#counts = { ...this.#counts, byItself: this.#counts.byItself + 1 };
    return await this.#own.prove(instance, use);
  }

  close(): void {
    this.#isClosed = true;
    this.#checker.close();
    this.#own.close();
  }

  /** What a worker answers; undefined where none brings it to an end. */
  async #answerTo(id: string): Promise<OrderAnswer | undefined> {
    while (!this.#isClosed) {
      const job = await this.#boss.getJobById(ORDERS, id);
      if (job === null || job.state === 'failed' || job.state === 'cancelled') return undefined;
      if (job.state === 'completed') {
        return parseOrderAnswer(job.output) ?? { worker: 'unnamed', proof: '' };
      }
      await sleep(POLL_MS);
    }
    throw new PlimsollError('PROVING_STOPPED', 'the service is stopping');
  }

  /** The proof file with its use, where it holds and says what was asked; else it is refused by name. */
  async #accepted(
    { worker, proof }: OrderAnswer,
    { statement, profile, publicSignals }: StatementInstance<OrderedStatement>,
    use: ProofUse | undefined,
  ): Promise<string | undefined> {
    const reason = await this.#faultOf(proof, { statement, profile, publicSignals });
    if (reason === undefined) return formatProof({ ...parseProof(proof), use });
    this.#counts = { ...this.#counts, refused: this.#counts.refused + 1 };
    const about =
      'accountIndex' in publicSignals
        ? { account: publicSignals.accountIndex.toString() }
        : { profile };
    this.#log.warn({ worker, statement, ...about, reason }, 'the proof of a worker is refused');
    return undefined;
  }

  async #faultOf(
    proof: string,
    asked: Pick<StatementInstance<OrderedStatement>, 'statement' | 'profile' | 'publicSignals'>,
  ): Promise<string | undefined> {
    let file;
    try {
      file = parseProof(proof);
    } catch (error) {
      return `it is no proof file: ${(error as Error).message}`;
    }
    if (file.statement !== asked.statement || file.profile !== asked.profile) {
      return `it is of ${file.statement}, profile ${file.profile}`;
    }
    const said = file.publicSignals as unknown as Readonly<Record<string, bigint>>;
    const other = Object.entries(asked.publicSignals).find(([name, value]) => said[name] !== value);
    if (other !== undefined) return `it says another ${other[0]}`;
    const answer = await this.#checker.ask({ proof });
    if (!('holds' in answer)) return answer.message;
    return answer.holds ? undefined : 'it does not hold';
  }
}
