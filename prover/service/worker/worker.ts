// SPDX-License-Identifier: GPL-3.0-or-later
import { PgBoss } from 'pg-boss';

import type { Artifact } from '../../proving/artifacts.ts';
import { defaultBackend } from '../../proving/backends/backend-choice.ts';
import type { ProvingBackend } from '../../proving/backends/backend.ts';
import { formatProof } from '../../proving/formats/proof-file.ts';
import { Prover } from '../../proving/prover.ts';
import {
  ORDERS,
  parseOrder,
  readInputs,
  type OrderAnswer,
  type ProofOrder,
} from '../proving/proof-order.ts';
import { QUEUE_SCHEMA } from '../store/store.ts';
import type { ArtifactStore } from './artifact-store.ts';

/** Tries until the service has made its queues: about an hour. */
const START_ATTEMPTS = 64;
const POLL_SECONDS = 0.5;

export interface WorkerOptions {
  /** Of a role that sees the queues and nothing else. */
  readonly databaseUrl: string;
  /** Under which the service knows it. */
  readonly name: string;
  readonly artifacts: ArtifactStore;
  readonly log: (about: object, what: string) => void;
  readonly fault: (error: Error) => void;
}

export interface RunningWorker {
  /** Ends once the proof in hand is made and handed back. */
  stop(): Promise<void>;
}

/** Proves orders with the very keys that they name. */
class OrderProver {
  readonly #artifacts: ArtifactStore;
  readonly #provers = new Map<string, Prover>();
  #backend: ProvingBackend | undefined;

  constructor(artifacts: ArtifactStore) {
    this.#artifacts = artifacts;
  }

  /** The text of the proof file, verified. */
  async prove(order: ProofOrder): Promise<string> {
    const { statement, profile, inputs } = order;
    const prover = await this.#proverFor(order);
    const { file } = await prover.prove({ statement, profile, inputs: readInputs(inputs) });
    return formatProof(file);
  }

  async close(): Promise<void> {
    for (const prover of this.#provers.values()) await prover.close();
  }

  async #proverFor(order: ProofOrder): Promise<Prover> {
    const { files } = order;
    const name = [files.r1cs, files.wasm, files.zkey, files.verificationKey]
      .map(({ sha256 }) => sha256)
      .join();
    const known = this.#provers.get(name);
    if (known !== undefined) return known;
    const backend = (this.#backend ??= defaultBackend(order.tools['snarkjs'] ?? 'unknown'));
    const manifest = { format: 'plimsoll-artifacts', version: 1 } as const;
    const artifacts = { ...manifest, artifacts: [await this.#located(order)] };
    const prover = new Prover({ backend, artifacts });
    this.#provers.set(name, prover);
    return prover;
  }

  /** What proving reads is fetched; the constraint system is named alone. */
  async #located({ files, ...order }: ProofOrder): Promise<Artifact> {
    const unread = { path: '', ...files.r1cs };
    return {
      statement: order.statement,
      profile: order.profile,
      key: order.key,
      constraints: order.constraints,
      tools: order.tools,
      sourcesHash: '',
      sources: {},
      buildMs: { compile: 0, key: 0 },
      files: {
        r1cs: unread,
        sym: unread,
        wasm: await this.#artifacts.locate(files.wasm),
        zkey: await this.#artifacts.locate(files.zkey),
        verificationKey: await this.#artifacts.locate(files.verificationKey),
      },
    };
  }
}

/**
 * Takes orders of a service from its PostgreSQL, one after another, for as long as it runs. One that it
 * dies over is another's once its heartbeat has lapsed.
 */
export async function runWorker({
  databaseUrl,
  name,
  artifacts,
  log,
  fault,
}: WorkerOptions): Promise<RunningWorker> {
  const prover = new OrderProver(artifacts);
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: QUEUE_SCHEMA,
    application_name: `plimsoll worker ${name}`.slice(0, 63),
    // Tables and what lapses are the service's to look after.
    migrate: false,
    supervise: false,
    schedule: false,
  });
  boss.on('error', fault);
  await boss.start({ attempts: START_ATTEMPTS });
  const work = { id: '' };
  work.id = await boss.work<object, OrderAnswer>(
    ORDERS,
    { pollingIntervalSeconds: POLL_SECONDS },
    async ([job]) => {
      const started = performance.now();
      try {
        const proof = await prover.prove(parseOrder(job!.data));
        log({ order: job!.id, ms: Math.round(performance.now() - started) }, 'proven');
        return { worker: name, proof };
      } catch (error) {
        fault(error as Error);
        throw error;
      } finally {
        // A proof takes less than the queue waits between two looks: there may be another.
        boss.notifyWorker(work.id);
      }
    },
  );
  return {
    stop: async () => {
      await boss.stop({ graceful: true, timeout: 120_000 });
      await prover.close();
    },
  };
}
