#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later

// A prover behind the frames of scripts/peers/README.md, proving with snarkjs. It refuses a key under another hash
// than the one that is given, and a proof under one that was not loaded.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';

import { groth16 } from 'snarkjs';

const DIGEST_BYTES = 32;
/** @type {Map<string, string>} */
const keys = new Map();

/** @param {string} digest @param {string} text */
function load(digest, text) {
  const [path = '', system = ''] = text.split('\n');
  const zkey = readFileSync(path);
  const r1cs = readFileSync(system);
  if (createHash('sha256').update(zkey).digest('hex') !== digest) throw new Error('another key');
  if (r1cs.subarray(0, 4).toString() !== 'r1cs') throw new Error('no constraint system');
  keys.set(digest, path);
  return Buffer.alloc(0);
}

/** @param {string} digest @param {Buffer} wtns */
async function prove(digest, wtns) {
  const key = keys.get(digest);
  if (key === undefined) throw new Error('the key is not loaded');
  const { proof, publicSignals } = await groth16.prove(key, {
    type: 'mem',
    data: new Uint8Array(wtns),
  });
  const { pi_a: a, pi_b: b, pi_c: c } = proof;
  const points = [a.slice(0, 2), ...b.slice(0, 2), c.slice(0, 2)];
  const words = [...points.flat(), ...publicSignals].map((word) => BigInt(word).toString(16));
  return Buffer.from(words.map((word) => word.padStart(64, '0')).join(''), 'hex');
}

/** @param {Buffer} frame */
async function serve(frame) {
  const digest = frame.subarray(1, 1 + DIGEST_BYTES).toString('hex');
  const payload = frame.subarray(1 + DIGEST_BYTES);
  if (frame[0] === 1) return load(digest, payload.toString('utf8'));
  return await prove(digest, payload);
}

let received = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  received = Buffer.concat([received, chunk]);
  if (received.length < 4 || received.length < 4 + received.readUInt32LE(0)) continue;
  const frame = received.subarray(4);
  received = Buffer.alloc(0);
  let status = 0;
  const reply = await serve(frame).catch((error) => {
    status = 1;
    return Buffer.from(`BACKEND_FAILED\n${error.message}`);
  });
  const head = Buffer.alloc(5);
  head.writeUInt32LE(1 + reply.length);
  head.writeUInt8(status, 4);
  process.stdout.write(Buffer.concat([head, reply]));
}
process.exit(0);
