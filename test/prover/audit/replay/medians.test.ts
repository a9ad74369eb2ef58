// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';

import type { ChainEvidence } from '../../../../prover/audit/evidence.ts';
import type { AuditedEvent } from '../../../../prover/audit/replay/history.ts';
import { medianSignals } from '../../../../prover/audit/replay/medians.ts';
import { SAMPLE_VENUE_CONFIG } from '../../../../prover/chain/config.ts';
import { oracleMedianInstance } from '../../../../prover/statements/oracle-median.ts';
import { addressOf, venueDocumentOf } from '../../../support/plans.ts';
import { SOURCES, validRequest } from '../../../support/reports.ts';
import { sourcesHash } from '../../../../prover/commitments/report-words.ts';
import { reportVenue } from '../../../../prover/chain/context.ts';

const GATE = addressOf(0x6a7e);
const DOWNTIME = 600n;
const venue = venueDocumentOf({ medianGate: GATE } as never, {
  config: { ...SAMPLE_VENUE_CONFIG, downtimeAfter: Number(DOWNTIME) },
});
const evidence = { venue } as unknown as ChainEvidence;
const { snapshot, ...request } = validRequest(undefined, undefined, reportVenue(31_337n, GATE));
const { publicSignals } = oracleMedianInstance({ ...request, snapshot });

const event = (name: string, args: object): AuditedEvent =>
  ({ name, args, contract: 'marketFeed', block: 1, transaction: '0x' }) as AuditedEvent;
const installed = event('SourcesInstalled', { sourcesHash: sourcesHash(SOURCES), count: 5n });
const accepted = event('SnapshotAccepted', {});

/** What an audit says of a proof that heard these, after what happened before. */
function heard(included: bigint, ...before: readonly AuditedEvent[]): string {
  const events = [installed, ...before, accepted];
  try {
    const stated = { ...publicSignals, included };
    expect(medianSignals(evidence, events, accepted, snapshot, stated)).toEqual(stated);
    return 'holds';
  } catch (error) {
    return (error as Error).message;
  }
}

const LEFT_OUT = /it leaves out a source that is not suspended, and the feed was not silent/;
const SUSPENDED = /it hears a source that is suspended/;
const suspended = event('SourceSuspended', { source: 1n });
const after = (silence: bigint): AuditedEvent =>
  event('SnapshotAccepted', { time: snapshot.time - silence });

it('hears every source that is not suspended, and any three after a silence', () => {
  expect(heard(0b11111n)).toBe('holds');
  expect(heard(0b11101n)).toMatch(LEFT_OUT);
  expect(heard(0b11101n, suspended)).toBe('holds');
  expect(heard(0b11111n, suspended)).toMatch(SUSPENDED);
  expect(heard(0b11111n, suspended, event('SourceReinstated', { source: 1n }))).toBe('holds');
  // Another set begins with nobody suspended.
  expect(heard(0b11111n, suspended, installed)).toBe('holds');
  expect(heard(0b00111n, after(DOWNTIME - 61n))).toMatch(LEFT_OUT);
  expect(heard(0b00111n, after(DOWNTIME))).toBe('holds');
  expect(heard(0b00011n, after(DOWNTIME))).toMatch(/fewer than three/);
  expect(heard(0b00111n, suspended, after(DOWNTIME))).toMatch(SUSPENDED);
});
