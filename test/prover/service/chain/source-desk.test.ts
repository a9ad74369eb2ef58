// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import type { NamedSource } from '../../../../prover/documents/price-sources-schema.ts';
import {
  formatReport,
  parseReport,
  signReport,
  type PublishedReport,
} from '../../../../prover/oracle/price-report.ts';
import { SourceDesk } from '../../../../prover/service/chain/source-desk.ts';
import { SECRETS, SOURCES } from '../../../support/reports.ts';
import { validSnapshot } from '../../../support/venue.ts';

const snapshot = validSnapshot();
const { time } = snapshot;
const place = { chainId: 31_337n, medianGate: '0x5FbDB2315678afecb367f032d93F642f64180aa3' };
const set: readonly NamedSource[] = SOURCES.slice(0, 3).map((source, at) => ({
  ...source,
  name: `source ${at}`,
}));
const reportOf = (secret: number, where = place, of = snapshot): PublishedReport =>
  parseReport(formatReport(signReport(of, where, SECRETS[secret]!)), 'a report');

describe('what sources are heard to say', () => {
  it('is at the place of who signed it, whoever passes it on', async () => {
    const answers: Record<string, PublishedReport> = { a: reportOf(2), b: reportOf(0) };
    const desk = new SourceDesk(set, place, ['a', 'b'], async (address) => answers[address]!);
    const { sources, silent } = await desk.heard(time);
    expect(silent).toEqual([]);
    expect(sources.map(({ report }) => report !== undefined)).toEqual([true, false, true]);
    expect(sources[0]!.report!.indexPricesE4[0]).toBe(snapshot.underlyings[0].indexE4);
  });

  it.each([
    ['is by nobody of the set', reportOf(4)],
    ['is for another gate', reportOf(1, { ...place, chainId: 1n })],
    ['is of', reportOf(1, place, { ...snapshot, time: time + 60n })],
  ])('leaves out what %s', async (why, published) => {
    const desk = new SourceDesk(set, place, ['a'], async () => published);
    const { sources, silent } = await desk.heard(time);
    expect(sources.every(({ report }) => report === undefined)).toBe(true);
    expect(silent).toEqual([{ address: 'a', reason: expect.stringContaining(why) as string }]);
  });

  it('asks again after five seconds or for another minute, and says why nobody answers', async () => {
    let [asked, now] = [0, 0];
    const ask = async (): Promise<PublishedReport> => {
      asked += 1;
      throw new Error('is down');
    };
    const desk = new SourceDesk(set, place, ['a'], ask, () => now);
    expect((await desk.heard(time)).silent).toEqual([{ address: 'a', reason: 'is down' }]);
    await desk.heard(time);
    expect(asked).toBe(1);
    now = 5_001;
    await desk.heard(time);
    expect(asked).toBe(2);
    await desk.heard(time + 60n);
    expect(asked).toBe(3);
  });
});
