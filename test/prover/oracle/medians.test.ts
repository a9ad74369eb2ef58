// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: the command makes a proof.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Wallet, id } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { formatVenue } from '../../../prover/chain/venue-document.ts';
import { venueAddressesSchema, type VenueAddresses } from '../../../prover/chain/venue.ts';
import { publicKey } from '../../../prover/commitments/eddsa.ts';
import { sourcesHash } from '../../../prover/commitments/report-words.ts';
import { snapshotHash } from '../../../prover/commitments/snapshot-words.ts';
import { parseSnapshot, snapshotDocument } from '../../../prover/documents/snapshot-document.ts';
import { reportSecret } from '../../../prover/oracle/price-report.ts';
import { parsePriceSources } from '../../../prover/documents/price-sources-document.ts';
import type { MarketSnapshot } from '../../../prover/model/types.ts';
import { loadProof } from '../../../prover/proving/formats/saved-proof.ts';
import { plimsoll } from '../../support/cli.ts';
import { addressOf, venueDocumentOf } from '../../support/plans.ts';
import { validSnapshot } from '../../support/venue.ts';

const GATE = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const KEYS = [1, 2, 3, 4].map((n) => new Wallet(id(`plimsoll test source ${n}`)).privateKey);
const PLACE = ['--chain', '31337', '--gate', GATE];

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-medians-'));
const path = (name: string): string => join(folder, name);
const write = (name: string, value: unknown): string => {
  writeFileSync(path(name), JSON.stringify(value));
  return path(name);
};
const readJson = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path(name), 'utf8')) as Record<string, unknown>;

function snapshotOfSource(offset: bigint, age: bigint): MarketSnapshot {
  const base = validSnapshot();
  const [btc, eth] = base.underlyings;
  return {
    ...base,
    indexTime: base.time - age,
    underlyings: [{ ...btc, indexE4: btc.indexE4 + offset }, eth],
  };
}

const entry = (place: number, maxAge = 30) => ({
  name: `source ${place}`,
  key: publicKey(reportSecret(KEYS[place]!)).map(String),
  maxAges: { index: maxAge, perpetual: 30, collateral: 3_600 },
});
const set = (sources: readonly unknown[]) => ({
  format: 'plimsoll.price-sources',
  version: 1,
  sources,
});

async function report(place: number, offset: bigint, age = 5n): Promise<string> {
  const source = write(`snapshot-${place}.json`, snapshotDocument(snapshotOfSource(offset, age)));
  const out = path(`report-${place}.json`);
  process.env['PLIMSOLL_SIGNER_KEY'] = KEYS[place]!;
  const result = await plimsoll('oracle report', source, ...PLACE, '--out', out);
  delete process.env['PLIMSOLL_SIGNER_KEY'];
  expect(result.stderr).toBe('');
  return out;
}

describe('medians of what sources reported', () => {
  let reports: string[];
  let sources: string;
  let snapshot: string;
  const medians = (given: readonly string[], set_ = sources, ...more: string[]) =>
    plimsoll(
      'oracle medians',
      snapshot,
      ...given,
      '--sources',
      set_,
      ...(more.length > 0 ? more : PLACE),
      '--snapshot-out',
      path('medians-snapshot.json'),
      '--out',
      path('medians.json'),
    );

  beforeAll(async () => {
    snapshot = write('combined.json', snapshotDocument(validSnapshot()));
    sources = write('sources.json', set([0, 1, 2, 3].map((place) => entry(place))));
    reports = [
      await report(0, 40n),
      await report(1, -10n, 9n),
      await report(2, 7n),
      await report(3, 2n),
    ];
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('go into the snapshot that is to be signed, and are proven of it', async () => {
    const result = await medians(reports, sources, ...PLACE, '--json');
    expect(result.stderr).toBe('');
    const written = parseSnapshot(readFileSync(path('medians-snapshot.json'), 'utf8'));
    const base = validSnapshot();
    // Of −10, 2, 7 and 40 the mean of the middle two, floored; as old as the oldest report.
    expect(written.underlyings[0].indexE4).toBe(base.underlyings[0].indexE4 + 4n);
    expect(written.indexTime).toBe(base.time - 9n);
    const proof = loadProof(path('medians.json'));
    const named = parsePriceSources(readFileSync(sources, 'utf8'), 'sources');
    expect(proof.publicSignals).toMatchObject({
      snapshotHash: snapshotHash(written),
      sourcesHash: sourcesHash(named),
      included: 0b1111n,
    });
    expect(JSON.parse(result.stdout)).toMatchObject({
      heard: ['source 0', 'source 1', 'source 2', 'source 3'],
      absent: [],
    });
  });

  it('are reported and taken for the gate and the sources of venue.json, where it lies', async () => {
    const named = parsePriceSources(readFileSync(sources, 'utf8'), 'sources');
    const contracts = Object.fromEntries(
      Object.keys(venueAddressesSchema.shape).map((name, at) => [name, addressOf(at + 1)]),
    );
    const { contracts: without, ...rest } = venueDocumentOf(contracts as VenueAddresses);
    const document = { ...rest, contracts: { ...without, medianGate: GATE }, medianSources: named };
    const home = process.cwd();
    process.chdir(folder);
    try {
      writeFileSync('venue.json', formatVenue({ ...rest, contracts: without }));
      const ungated = await plimsoll('oracle report', snapshot, '--out', path('of-venue.json'));
      expect(ungated.stderr).toContain(
        '--gate: is required: an address; the venue has no medianGate',
      );
      writeFileSync('venue.json', formatVenue(document));
      process.env['PLIMSOLL_SIGNER_KEY'] = KEYS[0]!;
      const reported = await plimsoll(
        'oracle report',
        path('snapshot-0.json'),
        ...['--out', path('of-venue.json')],
      );
      expect(reported.stderr).toBe('');
      expect(readJson('of-venue.json')).toEqual(readJson('report-0.json'));
      const out = ['--snapshot-out', path('s.json'), '--out', path('m.json')];
      const few = await plimsoll('oracle medians', snapshot, ...reports.slice(0, 2), ...out);
      expect(few.stderr).toBe('2 sources of the set have reported, at least 3 must');
      const elsewhere = await plimsoll(
        'oracle medians',
        snapshot,
        ...reports,
        '--chain',
        '1',
        ...out,
      );
      expect(elsewhere.stderr).toBe("--chain: must be 31337, the venue's, got 1");
    } finally {
      delete process.env['PLIMSOLL_SIGNER_KEY'];
      process.chdir(home);
    }
  });

  it('are refused of two sources, of one twice, and of a stranger', async () => {
    expect(await medians(reports.slice(0, 2))).toMatchObject({
      status: 1,
      stderr: '2 sources of the set have reported, at least 3 must',
    });
    const twice = await medians([reports[0]!, reports[1]!, reports[0]!]);
    expect(twice).toMatchObject({ status: 2 });
    expect(twice.stderr).toContain('is the second report of source 0');
    const others = write('others.json', set([1, 2, 3].map((place) => entry(place))));
    const strange = await medians(reports, others);
    expect(strange.stderr).toContain('report-0.json: key: must be that of a source of the set');
  });

  it('are refused where a report is stale by its source’s rule, or for another gate', async () => {
    const strict = write('strict.json', set([0, 1, 2, 3].map((place) => entry(place, 8))));
    expect(await medians(reports, strict)).toMatchObject({
      status: 1,
      stderr: 'the index of source 1 is 9 s old, its rule allows 8',
    });
    const elsewhere = await medians(reports, sources, '--chain', '1', '--gate', GATE);
    expect(elsewhere.stderr).toContain(`must be ${GATE} of chain 1`);
  });

  it('are refused of a report that was changed after it was signed', async () => {
    const changed = { ...readJson('report-2.json'), indexPricesE4: ['1', '2'] };
    const result = await medians([...reports.slice(0, 2), write('changed.json', changed)]);
    expect(result).toMatchObject({ status: 2 });
    expect(result.stderr).toContain('changed.json: signature: must be by the key');
  });

  it('name what is wrong with a set', async () => {
    for (const [sourcesOf, message] of [
      [[entry(0), entry(1)], 'must have at least 3 entries'],
      [[entry(0), entry(1), entry(0)], 'must be another than that of sources[0]'],
      [
        [entry(0), entry(1), { ...entry(2), key: ['1', '2'] }],
        'must be a point of the prime-order subgroup',
      ],
      [[entry(0), entry(1), entry(2, 70_000)], 'must be at most 65535'],
    ] as const) {
      const result = await medians(reports, write('wrong.json', set(sourcesOf)));
      expect(result).toMatchObject({ status: 2 });
      expect(result.stderr).toContain(message);
    }
  });
});
