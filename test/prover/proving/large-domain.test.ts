// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: an evaluation of 2^17 rows.
import { buildBn128 } from 'ffjavascript';
import { expect, test } from 'vitest';

import { sha256 } from '../../../prover/core/hash.ts';
import { readR1cs } from '../../../prover/proving/formats/r1cs.ts';
import { domainPower, evaluateQap } from '../../../prover/proving/keys/qap.ts';
import { developmentTrapdoor } from '../../../prover/proving/keys/trapdoor.ts';
import { curveCode, WasmCurve } from '../../../prover/proving/keys/wasm-curve.ts';
import { randomCircuit } from '../native/random-circuit.ts';

test('a development key of 2^17 rows has the scratch space that its inversions need', async () => {
  const rows = 2 ** 16;
  const { r1cs } = randomCircuit(1, 3, rows);
  const curve = await buildBn128(true);
  const trapdoor = developmentTrapdoor(sha256(r1cs));
  const system = readR1cs(r1cs);
  const { scalars } = evaluateQap(new WasmCurve(curveCode(curve)), system, trapdoor, curve.Fr.w);
  expect(domainPower(system)).toBe(17);
  expect(scalars.hDelta.byteLength).toBe(32 * 2 * rows);
  await curve.terminate();
});
