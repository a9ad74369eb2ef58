// SPDX-License-Identifier: GPL-3.0-or-later
import type { Interface } from 'ethers';

import type { AuditedRelease } from '../../prover/audit/circuits.ts';
import { audit, type AuditResult, type AuditSubject } from '../../prover/audit/audit.ts';
import { replaying, type Answers, type FolderCheckout } from '../../prover/audit/evidence.ts';
import type { AuditMemory } from '../../prover/audit/memory.ts';
import type { CheckName } from '../../prover/audit/verdict.ts';
import { exportedAbi, type ExportedInterface } from '../../prover/chain/abi.ts';
import type { VenueDocument } from '../../prover/chain/venue-document.ts';
import type { ParameterSet } from '../../prover/documents/parameters-document.ts';
import { ARTIFACT_MANIFEST_PATH } from '../../prover/proving/artifacts.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (source: string): Uint8Array => new TextEncoder().encode(source);

interface RawTransaction {
  readonly to: string | null;
  readonly input: string;
}

interface RawLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** All that an audit is given, as somebody who lies would hand it over. */
export class Evidence {
  readonly checkout: FolderCheckout;
  readonly answers: Answers;
  readonly venue: VenueDocument;
  readonly range: { readonly fromBlock: number; readonly toBlock: number };
  readonly parameters: readonly ParameterSet[];
  /** Of a ceremony whose keys the checkout has: then there is no chain, for its proofs are of other keys. */
  readonly release: AuditedRelease | undefined;

  constructor(
    own: Pick<Evidence, 'checkout' | 'answers' | 'venue' | 'range' | 'parameters'> &
      Partial<Pick<Evidence, 'release'>>,
  ) {
    this.checkout = own.checkout;
    this.answers = own.answers;
    this.venue = own.venue;
    this.range = own.range;
    this.parameters = own.parameters;
    this.release = own.release;
  }

  with(changes: Partial<Pick<Evidence, 'checkout' | 'answers' | 'venue' | 'release'>>): Evidence {
    return new Evidence({ ...this, ...changes });
  }

  // The checkout

  file(path: string): string {
    return text(this.checkout.read(path)!);
  }

  withFile(path: string, content: Uint8Array | string): Evidence {
    const data = typeof content === 'string' ? bytes(content) : content;
    return this.with({ checkout: this.checkout.changed(new Map([[path, data]])) });
  }

  get artifacts(): ManifestEntry[] {
    return (JSON.parse(this.file(ARTIFACT_MANIFEST_PATH)) as { artifacts: ManifestEntry[] })
      .artifacts;
  }

  artifact(statement: string, profile: string): ManifestEntry {
    return this.artifacts.find((one) => one.statement === statement && one.profile === profile)!;
  }

  /** With one circuit and no other. */
  withOnly(artifact: ManifestEntry): Evidence {
    const manifest = JSON.parse(this.file(ARTIFACT_MANIFEST_PATH)) as object;
    const only = JSON.stringify({ ...manifest, artifacts: [artifact] });
    return this.withFile(ARTIFACT_MANIFEST_PATH, only);
  }

  withArtifact(changed: ManifestEntry): Evidence {
    const manifest = JSON.parse(this.file(ARTIFACT_MANIFEST_PATH)) as {
      artifacts: ManifestEntry[];
    };
    const artifacts = manifest.artifacts.map((one) =>
      one.statement === changed.statement && one.profile === changed.profile ? changed : one,
    );
    return this.withFile(ARTIFACT_MANIFEST_PATH, JSON.stringify({ ...manifest, artifacts }));
  }

  // The chain

  /** Changes every answer to a method of which `change` gives another. */
  withAnswers(
    method: string,
    change: (params: readonly unknown[], result: unknown) => unknown,
  ): Evidence {
    const answers: Answers = new Map(
      [...this.answers].map(([question, result]) => {
        const [asked, params] = JSON.parse(question) as [string, unknown[]];
        return [question, asked === method ? change(params, structuredClone(result)) : result];
      }),
    );
    return this.with({ answers });
  }

  /** With more logs in the last block of the range, and their transactions by hash. */
  withMore(logs: readonly object[], transactions: ReadonlyMap<string, object>): Evidence {
    const more = this.withAnswers('eth_getLogs', ([filter], result) =>
      Number((filter as { toBlock: string }).toBlock) === this.range.toBlock
        ? [...(result as object[]), ...logs]
        : result,
    );
    for (const [hash, transaction] of transactions) {
      more.answers.set(JSON.stringify(['eth_getTransactionByHash', [hash]]), transaction);
    }
    return more;
  }

  withCode(address: string, change: (code: string) => string): Evidence {
    return this.withAnswers('eth_getCode', ([at], code) =>
      (at as string).toLowerCase() === address.toLowerCase() ? change(code as string) : code,
    );
  }

  /** Changes what creating transactions carried. */
  withCreations(change: (input: string) => string): Evidence {
    return this.withAnswers('eth_getBlockByNumber', (_params, result) => {
      const block = result as { transactions: { to: string | null; input: string }[] };
      for (const transaction of block.transactions) {
        if (transaction.to === null) transaction.input = change(transaction.input);
      }
      return block;
    });
  }

  /** Changes what a view returns, word by word. */
  withView(
    abi: ExportedInterface,
    address: string,
    view: string,
    change: (words: bigint[]) => void,
  ): Evidence {
    const selector = exportedAbi(abi).getFunction(view)!.selector;
    return this.withAnswers('eth_call', ([call], result) => {
      const { to, data } = call as { to: string; data: string };
      if (to.toLowerCase() !== address.toLowerCase() || !data.startsWith(selector)) return result;
      const words = (result as string)
        .slice(2)
        .match(/.{64}/g)!
        .map((word) => BigInt(`0x${word}`));
      change(words);
      return `0x${words.map((word) => word.toString(16).padStart(64, '0')).join('')}`;
    });
  }

  /** Changes the arguments of calls that the venue's contracts took. */
  withCalls(
    abi: ExportedInterface,
    method: string,
    change: (args: unknown[], place: number) => void,
  ): Evidence {
    const known: Interface = exportedAbi(abi);
    const fragment = known.getFunction(method)!;
    let place = 0;
    return this.withAnswers('eth_getTransactionByHash', (_params, result) => {
      const transaction = result as RawTransaction;
      if (!transaction.input.startsWith(fragment.selector)) return transaction;
      const args = plain(known.decodeFunctionData(fragment, transaction.input)) as unknown[];
      change(args, place);
      place += 1;
      return { ...transaction, input: known.encodeFunctionData(fragment, args) };
    });
  }

  countCalls(abi: ExportedInterface, method: string): number {
    let count = 0;
    this.withCalls(abi, method, () => (count += 1));
    return count;
  }

  /** Changes the data of events of a kind. */
  withEvents(
    abi: ExportedInterface,
    event: string,
    change: (words: bigint[], place: number) => void,
  ): Evidence {
    const topic = exportedAbi(abi).getEvent(event)!.topicHash;
    let place = 0;
    return this.withAnswers('eth_getLogs', (_params, result) =>
      (result as RawLog[]).map((log) => {
        if (log.topics[0] !== topic) return log;
        const words = log.data
          .slice(2)
          .match(/.{64}/g)!
          .map((word) => BigInt(`0x${word}`));
        change(words, place);
        place += 1;
        return {
          ...log,
          data: `0x${words.map((word) => word.toString(16).padStart(64, '0')).join('')}`,
        };
      }),
    );
  }

  /** The root of the ledger before the one of this root, as the registry's events tell them. */
  rootBefore(root: bigint): bigint {
    const abi = exportedAbi('LedgerRegistry');
    const told = ['RootAccepted', 'MessageForced'].map((event) => abi.getEvent(event)!.topicHash);
    const roots = new Map<bigint, bigint>();
    this.withAnswers('eth_getLogs', (_params, result) => {
      for (const { topics } of result as RawLog[]) {
        if (told.includes(topics[0]!)) roots.set(BigInt(topics[1]!), BigInt(topics[2]!));
      }
      return result;
    });
    const [sequence] = [...roots].find(([, known]) => known === root)!;
    return roots.get(sequence - 1n)!;
  }

  audit(memory: AuditMemory, without: readonly CheckName[] = []): Promise<AuditResult> {
    const { checkout, parameters, release } = this;
    const chain =
      release === undefined
        ? { rpc: replaying(this.answers), venue: this.venue, ...this.range }
        : undefined;
    const subject: AuditSubject = { checkout, chain, parameters, release };
    return audit(subject, { memory, without });
  }
}

export interface ManifestEntry {
  readonly statement: string;
  readonly profile: string;
  readonly key: string;
  readonly sources: Record<string, string>;
  readonly files: Record<
    string,
    { readonly path: string; readonly sha256: string; readonly bytes: number }
  >;
  readonly [other: string]: unknown;
}

/** What the library decodes is frozen: lists of lists, to be changed. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  return [...(value as Iterable<unknown>)].map(plain);
}
