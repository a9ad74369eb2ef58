// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { parsePeers, PeerBackend } from '../../../prover/bench/peer-backend.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { Prover } from '../../../prover/proving/prover.ts';
import { labelled } from '../../../prover/sample/labels.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';

const STAND_IN = join(REPOSITORY_ROOT, 'test/support/peer-stand-in.mjs');

test('a peer behind the frames makes proofs with a key that it was given once', async () => {
  const sample = loadSample();
  const instance = prepareStatement('bankruptcy', {
    opening: new Ledger(sample.ledgers.crash).open(
      labelled(sample.labels, 'bankrupt-paid-in-full').index,
    ),
    tick: new MarketTick(sample.snapshots.crash.snapshot, loadDefaultParameters()),
    context: 4_242n,
  });
  const backend = new PeerBackend({ name: 'other', program: STAND_IN });
  await using prover = new Prover({ backend });
  const { file } = await prover.prove(instance);
  expect(file.publicSignals).toEqual(instance.publicSignals);
  expect(file.versions['backend']).toMatch(/other/);
  expect(await prover.verify(file)).toBe(true);
  const { files } = prover.artifact('bankruptcy', instance.profile);
  const elsewhere = { ...files, zkey: { ...files.zkey, sha256: '00'.repeat(32) } };
  const artifact = { ...prover.artifact('bankruptcy', instance.profile), files: elsewhere };
  await expect(backend.prove(artifact, new Uint8Array(32))).rejects.toThrow(/other: another key/);
});

test('peers are named once, apart from ours, and are programs', () => {
  expect(parsePeers(`one=${STAND_IN},two=${STAND_IN}`, ['native'])).toEqual([
    { name: 'one', program: STAND_IN },
    { name: 'two', program: STAND_IN },
  ]);
  for (const [text, rule] of [
    ['gnark', /--peers: must be name=program, …; got gnark/],
    ['', /--peers: must be name=program/],
    [`native=${STAND_IN}`, /--peers: names native twice/],
    [`one=${STAND_IN},one=${STAND_IN}`, /--peers: names one twice/],
    ['gnark=/nowhere/gnark', /--peers: gnark must be an executable file, got \/nowhere\/gnark/],
  ] as const) {
    expect(() => parsePeers(text, ['native']), text).toThrow(rule);
  }
});
