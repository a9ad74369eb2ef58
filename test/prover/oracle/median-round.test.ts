// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { sourcesHash } from '../../../prover/commitments/report-words.ts';
import type { MarketSnapshot } from '../../../prover/model/types.ts';
import {
  gatherReports,
  type GateState,
  type MedianDesk,
  type ReportOrigin,
} from '../../../prover/oracle/median-round.ts';
import { askReport, listenForProposals } from '../../../prover/oracle/peers.ts';
import { signReport, type PublishedReport } from '../../../prover/oracle/price-report.ts';
import { ReportMemory } from '../../../prover/oracle/report-memory.ts';
import { addressOf } from '../../support/plans.ts';
import { SECRETS, SOURCES } from '../../support/reports.ts';
import { validSnapshot } from '../../support/venue.ts';

const PLACE = { chainId: 31_337n, medianGate: addressOf(9) };
const snapshot = validSnapshot();
const { time } = snapshot;
const report = (
  source: number,
  change: Partial<MarketSnapshot> = {},
  place = PLACE,
): PublishedReport => signReport({ ...snapshot, ...change }, place, SECRETS[source]!);
const origin = (name: string, answer: () => PublishedReport): ReportOrigin => ({
  name,
  ask: async () => Promise.resolve(answer()),
});
/** Signed once: a signature takes longer than all else here. */
const REPORTS = SECRETS.map((_, source) => report(source));
const of = (...places: number[]): ReportOrigin[] =>
  places.map((source) => origin(`url ${source}`, () => REPORTS[source]!));
const GATE: GateState = { sourcesHash: sourcesHash(SOURCES), suspended: 0n, isSilent: false };

async function gathered(
  origins: readonly ReportOrigin[],
  gate: Partial<GateState> = {},
): Promise<{ places: readonly number[]; notes: readonly string[]; error: string }> {
  const notes: string[] = [];
  const desk: MedianDesk = {
    place: PLACE,
    sources: SOURCES.map((source, place) => ({ ...source, name: `source ${place}` })),
    origins,
    patience: 0,
    readGate: () => Promise.resolve({ ...GATE, ...gate }),
    prove: () => Promise.reject(new Error('nobody asked for a proof')),
  };
  try {
    const reports = await gatherReports(desk, time, (line) => notes.push(line));
    const places = [...reports.keys()].filter((place) => reports[place] !== undefined);
    return { places, notes, error: '' };
  } catch (error) {
    return { places: [], notes, error: (error as Error).message };
  }
}

describe('the reports of a round', () => {
  it('are those of all sources, whatever their order and whoever passes them on', async () => {
    expect((await gathered(of(4, 2, 0, 3, 1))).places).toEqual([0, 1, 2, 3, 4]);
    expect((await gathered(of(1, 1, 0, 2, 3, 4))).places).toEqual([0, 1, 2, 3, 4]);
  });

  it('do not begin without one that is not suspended, which is named', async () => {
    const refused = await gathered(of(0, 1, 2, 4));
    expect(refused.error).toContain(`source 3 of the set have not reported ${time}`);
    expect((await gathered(of(0, 1, 2, 4), { suspended: 0b01000n })).places).toEqual([0, 1, 2, 4]);
  });

  it('leave out whoever is suspended, also one that reports', async () => {
    expect((await gathered(of(0, 1, 2, 3, 4), { suspended: 0b00100n })).places).toEqual([
      0, 1, 3, 4,
    ]);
  });

  it('are of any three after a silence of the feed, and of no two', async () => {
    const silent = { isSilent: true };
    expect((await gathered(of(1, 3, 4), silent)).places).toEqual([1, 3, 4]);
    expect((await gathered(of(1, 3), silent)).error).toContain('source 0, source 2, source 4');
  });

  it.each<[string, () => PublishedReport, string]>([
    ['of another minute', () => report(3, { time: time + 60n }), `is of ${time + 60n}`],
    [
      'for another gate',
      () => report(3, {}, { ...PLACE, medianGate: addressOf(8) }),
      'another gate',
    ],
    ['for another chain', () => report(3, {}, { ...PLACE, chainId: 1n }), 'another gate'],
    [
      'that its source’s own rule calls stale',
      () => report(3, { indexTime: time - 34n }),
      'the index of source 3 is 34 s old, its rule allows 33',
    ],
    [
      'of nobody of the set',
      () => signReport(snapshot, PLACE, new Uint8Array(32).fill(99)),
      'is by nobody of the set',
    ],
  ])('take no report %s, and say whose it is', async (_, answer, reason) => {
    const { error, notes } = await gathered([...of(0, 1, 2, 4), origin('http://liar', answer)]);
    expect(error).toContain('source 3');
    expect(notes.join()).toContain('from http://liar');
    expect(notes.join()).toContain(reason);
  });

  it('are asked for no longer where the gate has another set', async () => {
    const refused = await gathered(of(0, 1, 2, 3, 4), { sourcesHash: 5n });
    expect(refused.error).toBe('the gate has another set of sources than was given');
  });
});

describe('what a source remembers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-report-memory-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const never = (): Promise<PublishedReport> => Promise.reject(new Error('signed twice'));

  it('is one report a minute, also of two who ask at once, across restarts, and none of before', async () => {
    const file = join(folder, 'once.report');
    const memory = new ReportMemory(file);
    const one = REPORTS[1]!;
    const both = [memory.signOnce(time, () => Promise.resolve(one)), memory.signOnce(time, never)];
    expect(await Promise.all(both)).toEqual([one, one]);
    const again = new ReportMemory(file);
    expect(await again.signOnce(time, never)).toEqual(one);
    await expect(again.signOnce(time - 60n, never)).rejects.toMatchObject({
      code: 'ALREADY_REPORTED',
    });
  });

  it('is nothing of a minute whose report was not made', async () => {
    const memory = new ReportMemory(join(folder, 'failed.report'));
    await expect(memory.signOnce(time, never)).rejects.toThrow('signed twice');
    const one = REPORTS[1]!;
    expect(await memory.signOnce(time, () => Promise.resolve(one))).toBe(one);
  });
});

describe('reports over HTTP', () => {
  it('are given of a source, and refused with the reason; whoever is none has no such page', async () => {
    const nobody = (): Promise<never> => Promise.reject(new Error('signs nothing'));
    const source = await listenForProposals(
      '127.0.0.1',
      0,
      nobody,
      () => undefined,
      (at) =>
        at === time
          ? Promise.resolve(REPORTS[2]!)
          : new ReportMemory('/nowhere').signOnce(-1n, nobody),
    );
    const other = await listenForProposals('127.0.0.1', 0, nobody, () => undefined);
    try {
      expect(await askReport(source.url, time)).toEqual(REPORTS[2]);
      await expect(askReport(source.url, time + 60n)).rejects.toThrow('422');
      await expect(askReport(other.url, time)).rejects.toThrow('404');
    } finally {
      await source.close();
      await other.close();
    }
    await expect(askReport(source.url, time)).rejects.toThrow();
  });
});
