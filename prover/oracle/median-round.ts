// SPDX-License-Identifier: GPL-3.0-or-later
import { setTimeout as sleep } from 'node:timers/promises';

import { Contract, type Provider } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from '../chain/abi.ts';
import { asObject, read } from '../chain/refusal.ts';
import { sourcesHash, type ComponentAges } from '../commitments/report-words.ts';
import { PlimsollError, reasonOf } from '../core/errors.ts';
import type { NamedSource } from '../documents/price-sources-schema.ts';
import { LEAST_SOURCES } from '../model/price-sources.ts';
import type { SolidityProof } from '../proving/formats/proof-file.ts';
import type { OracleMedianRequest } from '../statements/oracle-median.ts';
import { feedContract } from './feed-state.ts';
import type { PublishedReport, ReportPlace } from './price-report.ts';

const POLL_MILLISECONDS = 500;
const uint = z.bigint().nonnegative();

/** What a gate asks of the next proof. */
export interface GateState {
  readonly sourcesHash: bigint;
  /** Bit i is 1 where source i is suspended. */
  readonly suspended: bigint;
  /** Whether the feed was silent for so long that any three sources suffice. */
  readonly isSilent: boolean;
}

/** Asks a feed and its gate; `blockTime` is that of the block to come. */
export async function readGateState(
  provider: Provider,
  marketFeed: string,
  medianGate: string,
  blockTime: bigint,
): Promise<GateState> {
  const gate = new Contract(medianGate, exportedAbi('MedianGate'), provider);
  const feed = feedContract(marketFeed, provider);
  const latest = await read(feed, 'latestTick', [], uint);
  const { time } = await read(feed, 'tickAt', [latest], asObject(z.object({ time: uint })));
  const config = asObject(z.object({ downtimeAfter: uint }));
  const { downtimeAfter } = await read(feed, 'config', [], config);
  return {
    sourcesHash: await read(gate, 'sourcesHash', [], uint),
    suspended: await read(gate, 'suspendedSources', [], uint),
    isSilent: latest !== 0n && blockTime > time + downtimeAfter,
  };
}

/** Where a report may come from; `ask` throws what is wrong where there is none. */
export interface ReportOrigin {
  readonly name: string;
  readonly ask: (time: bigint) => Promise<PublishedReport>;
}

/** What a signer of a gated feed has beside the others. */
export interface MedianDesk {
  readonly place: ReportPlace;
  /** In the order of the set. */
  readonly sources: readonly NamedSource[];
  readonly origins: readonly ReportOrigin[];
  /** How long a round waits for those who have not reported, in milliseconds. */
  readonly patience: number;
  readonly readGate: () => Promise<GateState>;
  readonly prove: (request: OracleMedianRequest) => Promise<SolidityProof>;
}

const isSuspended = ({ suspended }: GateState, place: number): boolean =>
  ((suspended >> BigInt(place)) & 1n) === 1n;

/** The place of a report in the set; throws why a proof cannot have it. */
function placeOf({ place, sources }: MedianDesk, time: bigint, published: PublishedReport): number {
  const refuse = (rule: string): never => {
    throw new PlimsollError('REPORT_REFUSED', rule);
  };
  const { key, report } = published;
  const at = sources.findIndex((source) => source.key[0] === key[0] && source.key[1] === key[1]);
  const source = sources[at] ?? refuse('is by nobody of the set');
  if (
    published.place.chainId !== place.chainId ||
    published.place.medianGate !== place.medianGate
  ) {
    refuse(`the report of ${source.name} is for another gate`);
  }
  if (report.time !== time) refuse(`the report of ${source.name} is of ${report.time}`);
  for (const component of Object.keys(source.maxAges) as (keyof ComponentAges)[]) {
    const [age, allowed] = [report.ages[component], source.maxAges[component]];
    if (age > allowed) {
      refuse(`the ${component} of ${source.name} is ${age} s old, its rule allows ${allowed}`);
    }
  }
  return at;
}

/**
 * The reports of a minute, each at the place of its source: of all that are not suspended, as the gate
 * asks; of at least three after a silence of the feed. Asks again until then, for as long as the desk is
 * patient. Throws `ANOTHER_SET`, `SOURCE_NOT_HEARD`.
 */
export async function gatherReports(
  desk: MedianDesk,
  time: bigint,
  note: (line: string) => void,
): Promise<readonly (PublishedReport | undefined)[]> {
  const { sources, patience } = desk;
  const set = sourcesHash(sources);
  const heard: (PublishedReport | undefined)[] = sources.map(() => undefined);
  const until = Date.now() + patience;
  let left = desk.origins;
  for (;;) {
    const reasons = new Map<ReportOrigin, string>();
    await Promise.all(
      left.map(async (origin) => {
        try {
          const published = await origin.ask(time);
          // Of a source that signed two, the first that came.
          heard[placeOf(desk, time, published)] ??= published;
        } catch (error) {
          reasons.set(origin, reasonOf(error));
        }
      }),
    );
    left = [...reasons.keys()];
    // Asked every time: whoever is suspended meanwhile is waited for no longer.
    const gate = await desk.readGate();
    if (gate.sourcesHash !== set) {
      throw new PlimsollError('ANOTHER_SET', 'the gate has another set of sources than was given');
    }
    const reports = heard.map((report, at) => (isSuspended(gate, at) ? undefined : report));
    const missing = sources.filter((_, at) => reports[at] === undefined && !isSuspended(gate, at));
    if (missing.length === 0) return reports;
    if (Date.now() < until) {
      await sleep(POLL_MILLISECONDS);
      continue;
    }
    for (const [{ name }, reason] of reasons) note(`no report of ${time} from ${name}: ${reason}`);
    const count = reports.filter((report) => report !== undefined).length;
    if (gate.isSilent && count >= LEAST_SOURCES) return reports;
    throw new PlimsollError(
      'SOURCE_NOT_HEARD',
      `${missing.map(({ name }) => name).join(', ')} of the set have not reported ${time}: the gate ` +
        'takes no snapshot without them, unless the guardian suspends them or the feed has been ' +
        'silent for long',
    );
  }
}
