// SPDX-License-Identifier: GPL-3.0-or-later
import { parentPort, workerData } from 'node:worker_threads';

import { affineBytes, FixedBase } from './fixed-base.ts';
import type { Group } from './fixed-base.ts';
import { SCALAR_BYTES, WasmCurve } from './wasm-curve.ts';
import type { CurveCode } from './wasm-curve.ts';

export interface MultiplyTask {
  readonly group: Group;
  readonly scalars: SharedArrayBuffer;
  readonly first: number;
  readonly count: number;
  readonly affine: SharedArrayBuffer;
  readonly hashed: SharedArrayBuffer | undefined;
}

const curve = new WasmCurve(workerData as CurveCode);
const bases = new Map<Group, FixedBase>();

parentPort!.on('message', (task: MultiplyTask) => {
  let base = bases.get(task.group);
  if (base === undefined) bases.set(task.group, (base = new FixedBase(curve, task.group)));
  const from = task.first * SCALAR_BYTES;
  const scalars = new Uint8Array(task.scalars).slice(from, from + task.count * SCALAR_BYTES);
  const points = base.points(scalars, task.hashed !== undefined);
  const offset = task.first * affineBytes(task.group);
  new Uint8Array(task.affine).set(points.affine, offset);
  if (task.hashed !== undefined) new Uint8Array(task.hashed).set(points.hashed!, offset);
  parentPort!.postMessage('done');
});
parentPort!.postMessage('ready');
