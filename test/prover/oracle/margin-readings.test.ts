// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import type { DynamicInputs } from '../../../prover/model/dynamic.ts';
import { SnapshotRefused, requireCounting } from '../../../prover/oracle/admission.ts';
import { requireAgreement } from '../../../prover/oracle/agreement.ts';
import type { FeedState } from '../../../prover/oracle/feed-state.ts';
import { MarginReadings, type NamedInputs } from '../../../prover/oracle/margin-readings.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { inputsAt } from '../../support/margin-steps.ts';

const OPENED = 1_700_000_000n;
const STALE_AFTER = 120n;
const OPENING = inputsAt(OPENED, 77n);
const { snapshot } = loadSample().snapshots.calm;

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-margin-readings-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (): string => join(folder, `${(files += 1)}.json`);

/** What three sources say whose counters have nothing in common but what is added since. */
const say = (time: bigint, added: readonly bigint[]): readonly NamedInputs[] =>
  added.map((more, place) => ({
    source: `source ${place}`,
    inputs: inputsAt(time, 1_000n * BigInt(place) + more),
  }));

describe('readings of margin sources', () => {
  it('are measured from what each source said when the feed took inputs last', () => {
    const path = fresh();
    const first = OPENED + 600n;
    expect(() =>
      new MarginReadings(path).combine(first, OPENING, say(first, [0n, 0n, 0n]), STALE_AFTER),
    ).toThrow('BTC: margin inputs: expected 3 sources, got 0; source 0 is new');
    // A process later: of 60, 120 and 6000 a minute the middle one.
    const second = first + 60n;
    const readings = new MarginReadings(path);
    const said = say(second, [60n, 120n, 6_000n]);
    const combined = readings.combine(second, OPENING, said, STALE_AFTER);
    const [{ counterQ48 }] = combined.underlyings;
    expect(counterQ48).toBe(77n + (120n * 660n) / 60n);
    expect(combined.time).toBe(second);
    // Whatever is read meanwhile: whoever asks again in that minute gets the same.
    const other = say(second, [1n, 2n, 3n]);
    expect(readings.combine(second, OPENING, other, STALE_AFTER)).toEqual(combined);
    expect(new MarginReadings(path).combine(second, OPENING, other, STALE_AFTER)).toEqual(combined);

    // The feed took them: from then on what was said then is what counts.
    const third = second + 600n;
    const next = new MarginReadings(path).combine(
      third,
      combined,
      say(third, [660n, 720n, 6_600n]),
      STALE_AFTER,
    );
    expect(next.underlyings[0].counterQ48).toBe(counterQ48 + 600n);
  });

  it('say nothing where a source is stale or missing, and are refused where they were changed', () => {
    const path = fresh();
    const readings = new MarginReadings(path);
    const first = OPENED + 600n;
    expect(() => readings.combine(first, OPENING, say(first, [0n, 0n, 0n]), STALE_AFTER)).toThrow();
    const second = first + 600n;
    const stale = say(second, [1n, 1n, 1n]).with(1, say(first + 60n, [1n, 1n, 1n])[1]!);
    expect(() => readings.combine(second, OPENING, stale, STALE_AFTER)).toThrow(
      'got 2; source 1 is 540 s old',
    );
    writeFileSync(path, '{}');
    expect(() => new MarginReadings(path)).toThrow(/format: /);
  });
});

describe('a proposal that carries inputs of the margin rule', () => {
  const state = { marginInputs: inputsAt(snapshot.time - 600n, 1_000n) } as unknown as FeedState;
  const carrying = (counterQ48: bigint, change: Partial<DynamicInputs['underlyings'][0]> = {}) => {
    const { time, underlyings } = inputsAt(snapshot.time, counterQ48);
    const [btc, eth] = underlyings;
    return {
      ...snapshot,
      marginInputs: { time, underlyings: [{ ...btc, ...change }, eth] as const },
    };
  };
  const judge = (theirs: typeof snapshot, ours: typeof snapshot): string => {
    try {
      requireCounting(theirs, state);
      requireAgreement(theirs, ours, 50n, state.marginInputs);
    } catch (error) {
      if (!(error instanceof SnapshotRefused)) throw error;
      return `${error.code} ${error.message.split(':')[0]}`;
    }
    return 'agreed';
  };

  it('is signed where both counted the same variance, or where it carries none', () => {
    expect(judge(carrying(2_000n), carrying(2_000n))).toBe('agreed');
    // A tenth of what was counted since the last, not of where the counter stands.
    expect(judge(carrying(2_100n), carrying(2_000n))).toBe('agreed');
    expect(judge(carrying(2_101n), carrying(2_000n))).toBe('DISAGREEMENT variance of BTC');
    expect(judge(snapshot, carrying(2_000n))).toBe('agreed');
    expect(judge(carrying(2_000n, { fundingBps: 2n }), carrying(2_000n))).toBe('agreed');
  });

  it('is refused with a counter that falls, another rate, or where the signer reads none', () => {
    expect(judge(carrying(999n), carrying(999n))).toMatch(/^COUNTER_FELL margin inputs of BTC/);
    expect(judge(carrying(2_000n, { fundingBps: 3n }), carrying(2_000n))).toBe(
      'DISAGREEMENT funding of BTC',
    );
    // Of an implied variance that this signer does not see at all.
    expect(judge(carrying(2_000n, { impliedRateQ64: 9n }), carrying(2_000n))).toBe(
      'DISAGREEMENT implied variance of BTC',
    );
    expect(judge(carrying(2_000n), snapshot)).toBe('DISAGREEMENT margin inputs');
  });
});
