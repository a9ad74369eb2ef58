// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { noteUnlisted, openExpiries } from '../../../../prover/cli/options/unlisted.ts';
import type { Instrument } from '../../../../prover/model/types.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';

const { snapshot } = loadSample().snapshots.crash;
const listed = snapshot.underlyings[0].slices.at(-1)!.expiry;

const call = (expiry: bigint): Instrument => ({
  underlying: 0,
  kind: 'call',
  expiry,
  strikeE4: 700_000_000n,
});

function noted(...instruments: readonly Instrument[]) {
  const notes: string[] = [];
  const context = { note: (line: string) => notes.push(line) };
  const portfolio = { positions: instruments.map((instrument) => ({ instrument, lots: 100n })) };
  const names = noteUnlisted(context as never, snapshot, [portfolio, portfolio]);
  return { names, notes };
}

describe('what the snapshot does not list', () => {
  it('is said to be worth intrinsic while it lives', () => {
    const { names, notes } = noted(call(listed), call(snapshot.time + 1n));
    expect(names).toHaveLength(1);
    expect(notes[0]).toContain('does not list its expiry, worth intrinsic on the index');
  });

  it('is said to count as nothing from its expiry on, as the margin counts it', () => {
    const { notes } = noted(call(snapshot.time - 1n));
    expect(notes).toEqual([expect.stringContaining('which has passed: it counts as nothing')]);
  });

  it('is noted once, in whatever account it is held, and perpetuals never', () => {
    const perpetual: Instrument = { underlying: 1, kind: 'perpetual', expiry: 0n, strikeE4: 0n };
    expect(noted(perpetual).notes).toEqual([]);
    expect(noted(call(snapshot.time - 1n), perpetual).notes).toHaveLength(1);
    expect(openExpiries([{ positions: [{ instrument: perpetual, lots: 1n }] }])).toEqual([]);
  });
});
