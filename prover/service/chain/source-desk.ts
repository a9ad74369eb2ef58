// SPDX-License-Identifier: GPL-3.0-or-later
import type { PriceReport } from '../../commitments/report-words.ts';
import type { NamedSource } from '../../documents/price-sources-schema.ts';
import { askReport } from '../../oracle/peers.ts';
import type { PublishedReport, ReportPlace } from '../../oracle/price-report.ts';

/** So long what was heard stands: whoever asks more often asks no source. */
const STANDS_MS = 5_000;

/** What is known of a source at a minute. */
export interface HeardSource {
  readonly source: NamedSource;
  /** Checked: by its key, of that minute, for the venue's gate. */
  readonly report: PriceReport | undefined;
}

export interface Heard {
  /** In the order of the set. */
  readonly sources: readonly HeardSource[];
  /** By address, why nothing that counts came from there. */
  readonly silent: readonly { readonly address: string; readonly reason: string }[];
}

/** What the sources of a venue's gate reported of a minute, asked for when somebody wants to see it. */
export class SourceDesk {
  readonly #sources: readonly NamedSource[];
  readonly #place: ReportPlace;
  readonly #addresses: readonly string[];
  readonly #ask: (address: string, time: bigint) => Promise<PublishedReport>;
  readonly #now: () => number;
  #kept: { readonly time: bigint; readonly at: number; readonly heard: Promise<Heard> } | undefined;

  /** @param addresses of sources, or of who passes their reports on */
  constructor(
    sources: readonly NamedSource[],
    place: ReportPlace,
    addresses: readonly string[],
    ask: (address: string, time: bigint) => Promise<PublishedReport> = askReport,
    now: () => number = Date.now,
  ) {
    this.#sources = sources;
    this.#place = place;
    this.#addresses = addresses;
    this.#ask = ask;
    this.#now = now;
  }

  async heard(time: bigint): Promise<Heard> {
    const kept = this.#kept;
    if (kept?.time !== time || this.#now() - kept.at > STANDS_MS) {
      this.#kept = { time, at: this.#now(), heard: this.#gather(time) };
    }
    return await this.#kept!.heard;
  }

  async #gather(time: bigint): Promise<Heard> {
    const reports = new Map<NamedSource, PriceReport>();
    const silent: { address: string; reason: string }[] = [];
    const answers = await Promise.allSettled(
      this.#addresses.map(async (address) => this.#ask(address, time)),
    );
    for (const [at, answer] of answers.entries()) {
      const reason =
        answer.status === 'rejected'
          ? answer.reason instanceof Error
            ? answer.reason.message
            : String(answer.reason)
          : this.#take(answer.value, time, reports);
      if (reason !== undefined) silent.push({ address: this.#addresses[at]!, reason });
    }
    return {
      sources: this.#sources.map((source) => ({ source, report: reports.get(source) })),
      silent,
    };
  }

  /** Why a report does not count; undefined where it does. */
  #take(
    { place, key, report }: PublishedReport,
    time: bigint,
    reports: Map<NamedSource, PriceReport>,
  ): string | undefined {
    const source = this.#sources.find(({ key: [x, y] }) => x === key[0] && y === key[1]);
    if (source === undefined) return 'its report is by nobody of the set';
    const { chainId, medianGate } = this.#place;
    if (place.chainId !== chainId || place.medianGate !== medianGate) {
      return `the report of ${source.name} is for another gate`;
    }
    if (report.time !== time) return `the report of ${source.name} is of ${report.time}`;
    // Of a source that signed two, the first that came.
    if (!reports.has(source)) reports.set(source, report);
    return undefined;
  }
}
