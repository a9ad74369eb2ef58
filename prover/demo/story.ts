// SPDX-License-Identifier: GPL-3.0-or-later
import { formatTable } from '../model/format.ts';
import type { EventValues } from '../chain/events.ts';
import { findArtifact, loadArtifactManifest } from '../proving/artifacts.ts';
import type { ProofFile } from '../proving/formats/proof-file.ts';
import type { Proven } from '../proving/prover.ts';
import type { MarketSnapshot } from '../model/types.ts';
import type { SampleLabel } from '../sample/labels.ts';
import type { DemoStatement } from './report.ts';
import type { Remargined } from './remargin.ts';
import { exactUsd, priceUsd, seconds } from './text.ts';

/** What happens, in words; every figure is handed in. */
export class Story {
  readonly #print: (line?: string) => void;
  readonly #labels: readonly SampleLabel[];

  constructor(print: (line?: string) => void, labels: readonly SampleLabel[]) {
    this.#print = print;
    this.#labels = labels;
  }

  nameOf(index: number): string {
    const name = this.#labels[index]?.name;
    return name === undefined ? `account ${index}` : `account ${index} (${name})`;
  }

  say(line: string): void {
    this.#print(line);
  }

  chapter(title: string): void {
    this.#print();
    this.#print(title);
    this.#print('─'.repeat(title.length));
  }

  tick(tick: EventValues<'TickOpened'>, snapshot: MarketSnapshot, margins: Remargined): void {
    const [btc, eth] = snapshot.underlyings;
    const at = new Date(Number(snapshot.time) * 1_000).toISOString().replace('.000Z', 'Z');
    this.#print(
      `Margin tick ${tick.number} at ${at}: BTC ${priceUsd(btc.indexE4)}, ETH ${priceUsd(eth.indexE4)}; ` +
        `ledger ${tick.ledgerSequence} of ${tick.accountCount} accounts.`,
    );
    this.#print(
      `Re-margined ${margins.margins.length} accounts in ${Math.round(margins.tookMs)} ms: ` +
        `${margins.breached.length} below maintenance margin, ${margins.bankrupt.length} of them bankrupt.`,
    );
  }

  accounts(indices: readonly number[], before: Remargined, after: Remargined): void {
    const rows = indices.map((index) => {
      const then = before.margins[index];
      const now = after.margins[index];
      const state =
        now?.bankrupt === true ? 'bankrupt' : now?.liquidatable === true ? 'BELOW MM' : 'healthy';
      return [
        this.nameOf(index),
        exactUsd(then?.equityE6 ?? 0n),
        exactUsd(now?.equityE6 ?? 0n),
        exactUsd(now?.mmE6 ?? 0n),
        state,
      ];
    });
    this.#print();
    const header = ['USD', 'equity before', 'equity now', 'maintenance', 'state'];
    for (const line of formatTable(header, rows)) this.#print(`  ${line}`);
    this.#print();
  }

  /** A proof that somebody else made. */
  verified({ statement, profile }: ProofFile, tookMs: number): void {
    const { constraints } = findArtifact(loadArtifactManifest(), statement, profile);
    this.#print(
      `  its proof of ${statement} (profile ${profile}, ${constraints} constraints), ` +
        `had from the service: verified in ${Math.round(tookMs)} ms`,
    );
  }

  proven({ file, constraints, timings }: Proven<DemoStatement>): void {
    this.#print(
      `  proof of ${file.statement} (profile ${file.profile}, ${constraints} constraints): ` +
        `witness ${seconds(timings.witnessMs)}, proof ${seconds(timings.proveMs)}, ` +
        `verified in ${timings.verifyMs} ms`,
    );
  }
}
