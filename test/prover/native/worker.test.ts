// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { groth16 } from 'snarkjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { PlimsollError } from '../../../prover/core/errors.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { loadArtifactManifest, readArtifactFile } from '../../../prover/proving/artifacts.ts';
import type { Artifact } from '../../../prover/proving/artifacts.ts';
import type { StatementName } from '../../../prover/statements/generated/public-signals.ts';
import { toSnarkjsProof } from '../../../prover/proving/backends/backend.ts';
import { readSections } from '../../../prover/proving/formats/binfile.ts';
import { loadManifest } from '../../../prover/statements/manifest.ts';
import { NativeBackend } from '../../../prover/proving/backends/native-backend.ts';
import { Prover } from '../../../prover/proving/prover.ts';
import { SCALAR_FIELD } from '../../../prover/proving/formats/r1cs.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { createDevelopmentKey } from '../../../prover/proving/keys/development-key.ts';
import {
  SnarkjsBackend,
  terminateCurve,
} from '../../../prover/proving/backends/snarkjs-backend.ts';
import { writeWitness } from '../../../prover/proving/formats/witness-file.ts';
import { WitnessCalculator } from '../../../prover/proving/witness.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import type { StatementInstance } from '../../../prover/statements/instance.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { randomCircuit } from './random-circuit.ts';
import { KeyFolder, NATIVE_BINARY, NEEDS_WORKER, verificationKey } from './support.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';
import { validStep } from '../../circuits/dynamic/steps.ts';
import { validRequest } from '../../support/reports.ts';
import { SMALL_SESSION, openedSession } from '../../support/solvency-session.ts';

const run = promisify(execFile);
const TESTDATA = join(REPOSITORY_ROOT, 'prover/native/internal/fixture/testdata');

describe.skipIf(NATIVE_BINARY === undefined)(`the native worker${NEEDS_WORKER}`, () => {
  let backend: NativeBackend;
  // In the library's arithmetic on every processor.
  let plain: NativeBackend;
  let folder: KeyFolder;

  beforeAll(() => {
    backend = new NativeBackend(NATIVE_BINARY!);
    plain = new NativeBackend(NATIVE_BINARY!, { PLIMSOLL_NATIVE_ARITHMETIC: 'library' });
    folder = new KeyFolder();
  });

  afterAll(async () => {
    await backend?.close();
    await plain?.close();
    folder?.remove();
    await terminateCurve();
  });

  describe('on statements', () => {
    const sample = loadSample();
    const ledger = new Ledger(sample.ledgers.crash);
    const { artifacts } = loadArtifactManifest();
    const manifest = loadManifest(REPOSITORY_ROOT);

    /** Of the first account of the sample that the statement is about, in the profile asked for. */
    const requestFor = (name: StatementName, profile: string): StatementInstance<StatementName> => {
      const statements = manifest.statements.map((statement) => {
        return { ...statement, profiles: { [profile]: statement.profiles[profile]! } };
      });
      if (name === 'takeover') {
        const { settlementNonce } = ledger.account(0);
        const message = {
          kind: 'freeze',
          accountIndex: 0n,
          settlementNonce,
          amountE6: 0n,
          address: 1n,
        } as const;
        const circuits = { ...manifest, statements };
        return prepareStatement(name, { ledger, message, context: 77n }, circuits);
      }
      if (name === 'oracle-median') {
        return prepareStatement(name, validRequest(), { ...manifest, statements });
      }
      if (name === 'margin-step') {
        return prepareStatement(name, validStep(), { ...manifest, statements });
      }
      const step = openedSession(SMALL_SESSION).steps.find(({ statement }) => statement === name);
      if (step !== undefined) return step.instance();
      for (const { index } of sample.labels) {
        const opening = ledger.open(index);
        const tick = new MarketTick(sample.snapshots.crash.snapshot, loadDefaultParameters());
        try {
          const request = { opening, tick, context: 77n };
          return prepareStatement(name, request, { ...manifest, statements });
        } catch (error) {
          if (!(error instanceof PlimsollError)) throw error;
        }
      }
      throw new Error(`no account of the sample gives a ${name}`);
    };

    // snarkjs takes a dozen seconds for a larger one, and has nothing else to say.
    const compared = artifacts.filter(({ constraints }) => constraints < 2 ** 16);

    test.each(
      compared.map((artifact) => [artifact.statement, artifact.profile, artifact] as const),
    )(
      '%s %s: makes the proof of the same claim that snarkjs makes',
      async (statement, profile, artifact) => {
        const name = statement as StatementName;
        const request = requestFor(name, profile);
        const witness = new WitnessCalculator(readArtifactFile(artifact.files.wasm)).calculateBytes(
          request.inputs,
        );
        const vkey = await verificationKey(readArtifactFile(artifact.files.zkey));
        const native = await backend.prove(artifact, witness);
        const reference = await new SnarkjsBackend('test').prove(artifact, witness);
        expect(native.publicSignals).toEqual(reference.publicSignals);
        const signals = native.publicSignals.map(String);
        expect(await groth16.verify(vkey, signals, toSnarkjsProof(native.proof))).toBe(true);
        const again = await backend.prove(artifact, witness);
        expect(again.proof.a, 'blinded anew').not.toEqual(native.proof.a);
      },
    );
  });

  describe('on random circuits', () => {
    test('says how many multiplications the proof made last took, in which arithmetic', async () => {
      const worker = new NativeBackend(NATIVE_BINARY!, { PLIMSOLL_NATIVE_ARITHMETIC: 'library' });
      await expect(worker.effort()).rejects.toThrow(/no proof has been made yet/);
      const efforts = [];
      for (const size of [6, 250]) {
        const circuit = randomCircuit(9, size, 1);
        const key = await createDevelopmentKey(circuit.r1cs);
        await worker.prove(folder.artifact(`effort-${size}.zkey`, key), circuit.witness);
        efforts.push(await worker.effort());
      }
      await worker.close();
      const [small, large] = efforts;
      expect(small!.arithmetic).toBe('library');
      expect(large!.vectorMultiplications).toBeGreaterThan(small!.vectorMultiplications);
      expect(large!.scalarMultiplications).toBeGreaterThan(small!.scalarMultiplications);
    });

    test.each([
      [1, 1, 0],
      [2, 3, 1],
      [3, 6, 4],
      [4, 60, 2],
      [5, 250, 7],
    ])('seed %i, %i constraints, %i public', async (seed, size, publicCount) => {
      const circuit = randomCircuit(seed, size, publicCount);
      const zkey = await createDevelopmentKey(circuit.r1cs);
      const artifact = folder.artifact(`random-${seed}.zkey`, zkey);
      const vkey = await verificationKey(zkey);
      for (const worker of [backend, plain]) {
        const { proof, publicSignals } = await worker.prove(artifact, circuit.witness);
        expect(publicSignals).toEqual(circuit.publicSignals);
        const accepts = async (signals: readonly bigint[]): Promise<boolean> =>
          await groth16.verify(vkey, signals.map(String), toSnarkjsProof(proof));
        expect(await accepts(publicSignals)).toBe(true);
        if (publicCount > 0) {
          const other = publicSignals.with(0, (publicSignals[0]! + 1n) % SCALAR_FIELD);
          // A signal that no constraint reads is still bound by snarkjs's extra rows.
          expect(await accepts(other)).toBe(false);
        }
      }
    });
  });

  describe('refuses', () => {
    const circuit = randomCircuit(9, 5, 1);
    let zkey: Uint8Array;
    let honest: Artifact;

    beforeAll(async () => {
      zkey = await createDevelopmentKey(circuit.r1cs);
      honest = folder.artifact('honest.zkey', zkey);
    });

    /** Whatever was asked of it, the same process goes on serving. */
    const stillServes = async (): Promise<void> => {
      const { pid } = backend;
      await backend.prove(honest, circuit.witness);
      expect(backend.pid).toBe(pid ?? backend.pid);
    };

    const spoilt = (section: number, offset: number, bytes: readonly number[]): Uint8Array => {
      const copy = zkey.slice();
      readSections(copy, 'zkey').get(section)!.set(bytes, offset);
      return copy;
    };

    test('an arithmetic that it does not have, by name', async () => {
      const asked = new NativeBackend(NATIVE_BINARY!, { PLIMSOLL_NATIVE_ARITHMETIC: 'ifma' });
      await expect(asked.prove(honest, circuit.witness)).rejects.toThrow(
        'PLIMSOLL_NATIVE_ARITHMETIC: must be library, or not set; got ifma',
      );
    });

    test('its fixture for Go is this circuit, this key and this witness', () => {
      const fixture = (name: string): Buffer => readFileSync(join(TESTDATA, name));
      expect(Buffer.compare(fixture('tiny.r1cs'), circuit.r1cs)).toBe(0);
      expect(Buffer.compare(fixture('tiny.zkey'), zkey)).toBe(0);
      expect(Buffer.compare(fixture('tiny.wtns'), writeWitness(circuit.witness))).toBe(0);
    });

    test.each([
      ['another magic', () => Uint8Array.from([0x78, ...zkey.subarray(1)]), /not in the zkey/],
      ['another version', () => zkey.slice().fill(2, 4, 5), /version must be 1/],
      ['another protocol', () => spoilt(1, 0, [2]), /not Groth16/],
      ['another base field', () => spoilt(2, 4, [1]), /base field/],
      ['another scalar field', () => spoilt(2, 40, [2]), /scalar field/],
      ['a domain that is no power of two', () => spoilt(2, 80, [7]), /power of two/],
      ['more public signals than wires', () => spoilt(2, 76, [200]), /public signals/],
      ['more wires than points', () => spoilt(2, 72, [0, 0, 1]), /section must be/],
      ['a coefficient of no matrix', () => spoilt(4, 4, [2]), /out of range/],
      ['a coefficient above the field', () => spoilt(4, 47, [0xff]), /modulus/],
      ['a point off the curve', () => spoilt(9, 3, [0x55]), /H: point 0 is not on/],
      ['a coordinate above the field', () => spoilt(9, 31, [0xff]), /H: a coordinate of point 0/],
      ['no beginning', () => zkey.slice(1), /zkey/],
      ['nothing in it', () => new Uint8Array(), /zkey/],
    ])('a key with %s', async (name, make, message) => {
      const artifact = folder.artifact(`${name.replaceAll(' ', '-')}.zkey`, make());
      const attempt = backend.prove(artifact, circuit.witness);
      await expect(attempt).rejects.toMatchObject({ code: 'KEY_FORMAT' });
      await expect(attempt).rejects.toThrow(message);
      await stillServes();
    });

    test('a key cut off anywhere', async () => {
      for (const length of [4, 11, 12, 23, 60, 800, zkey.length - 1]) {
        const artifact = folder.artifact(`cut-${length}.zkey`, zkey.slice(0, length));
        const attempt = backend.prove(artifact, circuit.witness);
        await expect(attempt, String(length)).rejects.toMatchObject({ code: 'KEY_FORMAT' });
      }
      await stillServes();
    });

    test('a key that is not the listed one, or not there', async () => {
      const listed = { ...honest.files.zkey, sha256: 'cd'.repeat(32) };
      const other = { files: { ...honest.files, zkey: listed } } as Artifact;
      await expect(backend.prove(other, circuit.witness)).rejects.toMatchObject({
        code: 'ARTIFACT_HASH',
      });
      const absent = { ...listed, path: `${listed.path}.absent` };
      await expect(
        backend.prove({ files: { zkey: absent } } as Artifact, circuit.witness),
      ).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
      await stillServes();
    });

    test.each([
      ['without its constant', () => circuit.witness.slice().fill(0, 0, 32), 'WITNESS_FORMAT'],
      ['one value short', () => circuit.witness.slice(0, -32), 'WITNESS_FORMAT'],
      ['above the field', () => circuit.witness.slice().fill(0xff, 32, 64), 'WITNESS_FORMAT'],
      ['false', () => circuit.witness.slice().fill(3, -32, -31), 'PROOF_INVALID'],
      ['empty', () => new Uint8Array(), 'WITNESS_FORMAT'],
    ])('a witness that is %s', async (_, make, code) => {
      await expect(backend.prove(honest, make())).rejects.toMatchObject({ code });
      await stillServes();
    });

    test('to stay dead: one that is killed under a request is started anew', async () => {
      await stillServes();
      const first = backend.pid!;
      const running = backend.prove(honest, circuit.witness);
      process.kill(first, 'SIGKILL');
      expect((await running).publicSignals).toEqual(circuit.publicSignals);
      expect(backend.pid).not.toBe(first);
    });

    test('to try for ever: a worker that always dies is an error that says so', async () => {
      const dying = new NativeBackend('/bin/false');
      await expect(dying.prove(honest, circuit.witness)).rejects.toThrow(/the worker ended/);
      const missing = new NativeBackend(join(folder.path, 'no-such-program'));
      await expect(missing.prove(honest, circuit.witness)).rejects.toThrow(/ENOENT/);
    });

    test('work once it is closed', async () => {
      const other = new NativeBackend(NATIVE_BINARY!);
      await other.prove(honest, circuit.witness);
      await other.close();
      await expect(other.prove(honest, circuit.witness)).rejects.toMatchObject({
        code: 'BACKEND_CLOSED',
      });
    });

    test('to outlive the process that started it, or to hold it up', async () => {
      const script = `
        import { NativeBackend } from './prover/proving/backends/native-backend.ts';
        const backend = new NativeBackend(${JSON.stringify(NATIVE_BINARY)});
        const artifact = ${JSON.stringify(honest)};
        await backend.prove(artifact, Buffer.from('${Buffer.from(circuit.witness).toString('hex')}', 'hex'));
        process.stdout.write(String(backend.pid));`;
      const args = ['--input-type=module-typescript', '--eval', script];
      const { stdout } = await run(process.execPath, args, {
        cwd: REPOSITORY_ROOT,
        timeout: 60_000,
      });
      const ended = async (): Promise<boolean> => {
        try {
          process.kill(Number(stdout), 0);
          return false;
        } catch {
          return true;
        }
      };
      await expect.poll(ended, { timeout: 10_000 }).toBe(true);
    });
  });

  test('serves the prover, which verifies with snarkjs and names it in the file', async () => {
    const sample = loadSample();
    const ledger = new Ledger(sample.ledgers.crash);
    const index = sample.labels.find(({ name }) => name === 'bankrupt-paid-in-full')!.index;
    const instance = prepareStatement('bankruptcy', {
      opening: ledger.open(index),
      tick: new MarketTick(sample.snapshots.crash.snapshot, loadDefaultParameters()),
      context: 4_242n,
    });
    await using prover = new Prover({ backend: new NativeBackend(NATIVE_BINARY!) });
    const { file } = await prover.prove(instance);
    expect(await prover.verify(file)).toBe(true);
    expect(file.versions['backend']).toMatch(/^native [0-9a-f]{16}$/);
  });
});
