// SPDX-License-Identifier: GPL-3.0-or-later
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PlimsollError } from '../../core/errors.ts';
import { readSections } from '../formats/binfile.ts';
import { bigintToLittleEndian } from '../formats/r1cs.ts';
import type { R1csHeader } from '../formats/r1cs.ts';
import { affineBytes } from './fixed-base.ts';
import type { KeyPoints } from './key-points.ts';
import { domainPower, hashedPowerCount } from './qap.ts';
import type { Trapdoor } from './trapdoor.ts';

/** As in `prover/native/internal/devkey/setup.go`. */
const ARGUMENT = 'development-key';
const MAGIC = 'pkpt';
const SECTION = {
  coefficients: 1,
  a: 2,
  b1: 3,
  b2: 4,
  k: 5,
  kDelta: 6,
  hDelta: 7,
  hashedA: 8,
  hashedB1: 9,
  hashedB2: 10,
  hashedK: 11,
  hashedPowersOfTau: 12,
} as const;
const TIMEOUT_MS = 600_000;
const COMPLAINT_CHARACTERS = 400;

const failed = (reason: string): PlimsollError =>
  new PlimsollError('NATIVE_SETUP', `native set-up: ${reason}`);

function request(r1cs: Uint8Array, { tau, alpha, beta, delta }: Trapdoor): Uint8Array[] {
  const scalars = new Uint8Array(4 * 32);
  [tau, alpha, beta, delta].forEach((scalar, index) =>
    bigintToLittleEndian(scalar, scalars, 32 * index),
  );
  return [scalars, r1cs];
}

/** Runs the program with its output in a file: through a pipe 100 MB take a second. */
async function run(
  binary: string,
  input: readonly Uint8Array[],
  outputPath: string,
  report: (fraction: number) => void,
): Promise<void> {
  const output = openSync(outputPath, 'wx', 0o600);
  try {
    const child = spawn(binary, [ARGUMENT], {
      stdio: ['pipe', output, 'pipe'],
      env: { GOTRACEBACK: 'none' },
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let complaint = '';
    const ended = new Promise<void>((resolve, reject) => {
      child.on('error', (error) => reject(failed(error.message)));
      child.on('close', (code, signal) => {
        if (code === 0) return resolve();
        const reason = complaint.trim().split('\n').at(-1) || (signal ?? `exit code ${code}`);
        reject(failed(reason));
      });
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      const lines = text.split('\n').filter((line) => line !== '');
      const fraction = lines.findLast((line) => /^[01]\.\d\d$/.test(line));
      if (fraction !== undefined) report(Number(fraction));
      complaint = (complaint + text).slice(-COMPLAINT_CHARACTERS);
    });
    // A program that ends before it has read everything is reported by its end.
    child.stdin!.on('error', () => undefined);
    for (const part of input) child.stdin!.write(part);
    child.stdin!.end();
    await ended;
  } finally {
    closeSync(output);
  }
}

/**
 * The points of a key by the program of `prover/native`, the same as `computeKeyPoints` makes.
 * Throws `NATIVE_SETUP` for a file that is no constraint system and for whatever else goes wrong.
 */
export async function nativeKeyPoints(
  binary: string,
  r1cs: Uint8Array,
  header: R1csHeader,
  trapdoor: Trapdoor,
  report: (fraction: number) => void,
): Promise<KeyPoints> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-key-'));
  try {
    const path = join(folder, 'points');
    await run(binary, request(r1cs, trapdoor), path, report);
    return readKeyPoints(readFileSync(path), header);
  } catch (error) {
    if (!(error instanceof PlimsollError) || error.code === 'NATIVE_SETUP') throw error;
    throw failed(error.message);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readKeyPoints(file: Uint8Array, header: R1csHeader): KeyPoints {
  const sections = readSections(file, MAGIC);
  const section = (name: keyof typeof SECTION): Uint8Array => {
    const found = sections.get(SECTION[name]);
    if (found === undefined) throw failed(`wrote no section ${name}`);
    return found;
  };
  const points = (name: keyof typeof SECTION, count: number, group: 'g1' | 'g2'): Uint8Array => {
    const found = section(name);
    const expected = count * affineBytes(group);
    if (found.length !== expected) {
      throw failed(`section ${name} must be ${expected} bytes, got ${found.length}`);
    }
    return found;
  };
  const { wires } = header;
  const power = domainPower(header);
  const privateWires = wires - header.publicOutputs - header.publicInputs - 1;
  return {
    coefficients: section('coefficients'),
    a: { affine: points('a', wires, 'g1'), hashed: points('hashedA', wires, 'g1') },
    b1: { affine: points('b1', wires, 'g1'), hashed: points('hashedB1', wires, 'g1') },
    b2: { affine: points('b2', wires, 'g2'), hashed: points('hashedB2', wires, 'g2') },
    k: { affine: points('k', wires, 'g1'), hashed: points('hashedK', wires, 'g1') },
    kDelta: { affine: points('kDelta', privateWires, 'g1'), hashed: undefined },
    hDelta: { affine: points('hDelta', 2 ** power, 'g1'), hashed: undefined },
    powersOfTau: { hashed: points('hashedPowersOfTau', hashedPowerCount(power), 'g1') },
  };
}
