// SPDX-License-Identifier: GPL-3.0-or-later
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { InvalidInput } from '../../../prover/core/errors.ts';
import { Ledger } from '../../../prover/commitments/ledger.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import {
  findArtifact,
  loadArtifactManifest,
  readArtifactFile,
} from '../../../prover/proving/artifacts.ts';
import type { Artifact } from '../../../prover/proving/artifacts.ts';
import { formatProof, parseProof } from '../../../prover/proving/formats/proof-file.ts';
import type { ProofFile } from '../../../prover/proving/formats/proof-file.ts';
import { loadProof, saveProof } from '../../../prover/proving/formats/saved-proof.ts';
import { Prover } from '../../../prover/proving/prover.ts';
import type { Proven } from '../../../prover/proving/prover.ts';
import { toSnarkjsProof } from '../../../prover/proving/backends/backend.ts';
import type { BackendProof, ProvingBackend } from '../../../prover/proving/backends/backend.ts';
import {
  findRapidsnark,
  RapidsnarkBackend,
} from '../../../prover/proving/backends/rapidsnark-backend.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { UnsatisfiedCircuit } from '../../../prover/proving/witness.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import type { bankruptcyInstance } from '../../../prover/statements/bankruptcy.ts';
import { prepareStatement } from '../../../prover/statements/prepare.ts';
import { MarketTick } from '../../../prover/statements/market-tick.ts';

const STAND_IN = join(REPOSITORY_ROOT, 'test/support/rapidsnark-stand-in.mjs');
const run = promisify(execFile);

const sample = loadSample();
const ledger = new Ledger(sample.ledgers.crash);
const index = sample.labels.find(({ name }) => name === 'bankrupt-paid-in-full')!.index;
const instance = prepareStatement('bankruptcy', {
  opening: ledger.open(index),
  tick: new MarketTick(sample.snapshots.crash.snapshot, loadDefaultParameters()),
  context: 4_242n,
}) as ReturnType<typeof bankruptcyInstance>;

let prover: Prover;
let proven: Proven<'bankruptcy'>;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-test-'));
  prover = new Prover();
  proven = await prover.prove(instance);
});

afterAll(async () => {
  await prover.close();
  rmSync(folder, { recursive: true });
});

interface ProofDocument {
  format: unknown;
  statement: unknown;
  extra?: unknown;
  artifact: Record<string, unknown>;
  publicSignals: { name: unknown; unit: unknown; value: unknown }[];
  proof: { a: unknown[] };
}
/** The proof file as a plain document, changed, and as text again. */
function altered(change: (document: ProofDocument) => void): string {
  const document = JSON.parse(formatProof(proven.file)) as ProofDocument;
  change(document);
  return JSON.stringify(document);
}

describe('a proof', () => {
  test('carries the public signals the statement promised, and verifies', async () => {
    expect(proven.file.publicSignals).toEqual(instance.publicSignals);
    expect(await prover.verify(proven.file)).toBe(true);
    expect(proven.timings.proveMs).toBeGreaterThan(0);
    expect(proven.constraints).toBe(prover.artifact('bankruptcy', instance.profile).constraints);
  });

  test('does not verify for another deficit, another account or another use', async () => {
    for (const name of ['deficitE6', 'accountIndex', 'context'] as const) {
      const publicSignals = {
        ...proven.file.publicSignals,
        [name]: proven.file.publicSignals[name] + 1n,
      };
      expect(await prover.verify({ ...proven.file, publicSignals }), name).toBe(false);
    }
  });

  test('is not made from inputs that break a constraint', async () => {
    const inputs = { ...instance.inputs, quoteE6: 1n << 62n };
    await expect(prover.prove({ ...instance, inputs })).rejects.toThrow(UnsatisfiedCircuit);
  });
});

describe('a proof file', () => {
  test('survives saving and loading, and says what it needs to be checked', async () => {
    const path = join(folder, 'proof.json');
    saveProof(path, proven.file);
    expect(loadProof(path)).toEqual(proven.file);
    expect(readdirSync(folder)).toEqual(['proof.json']);
    expect(await prover.verify(loadProof(path))).toBe(true);
    const document = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    expect(document['publicSignals']).toContainEqual({
      name: 'deficitE6',
      unit: 'USD E6',
      value: String(proven.file.publicSignals.deficitE6),
    });
    expect(document['artifact']).toMatchObject({ key: 'insecure-development' });
  });

  test.each([
    ['a truncated file', () => formatProof(proven.file).slice(0, -40), /JSON/],
    ['another format', () => altered((d) => (d.format = 'other')), /^format/],
    ['a missing signal', () => altered((d) => d.publicSignals.pop()), /^publicSignals/],
    [
      'signals in another order',
      () => altered((d) => d.publicSignals.reverse()),
      /publicSignals\[0\]\.name/,
    ],
    [
      'another unit',
      () => altered((d) => (d.publicSignals[5]!.unit = 'EUR')),
      /publicSignals\[5\]\.unit/,
    ],
    [
      'a leading zero',
      () => altered((d) => (d.publicSignals[3]!.value = '007')),
      /publicSignals\[3\]\.value/,
    ],
    [
      'a number instead of a string',
      () => altered((d) => (d.publicSignals[3]!.value = 7)),
      /publicSignals\[3\]\.value/,
    ],
    [
      'a negative index',
      () => altered((d) => (d.publicSignals[3]!.value = '-7')),
      /publicSignals\[3\]\.value/,
    ],
    [
      'a coordinate above the field',
      () => altered((d) => (d.proof.a[0] = String(1n << 254n))),
      /proof\.a/,
    ],
    ['an unknown statement', () => altered((d) => (d.statement = 'other')), /statement/],
    ['an unknown field', () => altered((d) => (d.extra = 1)), /extra/],
    ['a hash that is none', () => altered((d) => (d.artifact.r1cs = 'beef')), /artifact\.r1cs/],
  ])('is refused for %s, naming the field', (_, text, message) => {
    expect(() => parseProof(text())).toThrow(InvalidInput);
    expect(() => parseProof(text())).toThrow(message);
  });

  test.each(['r1cs', 'verificationKey'] as const)('of another %s is refused', async (field) => {
    const artifact = { ...proven.file.artifact, [field]: 'ab'.repeat(32) };
    await expect(prover.verify({ ...proven.file, artifact })).rejects.toThrow(`artifact.${field}`);
  });

  test('of another profile is refused', async () => {
    const profile = instance.profile === '7' ? '16' : '7';
    await expect(prover.verify({ ...proven.file, profile } as ProofFile)).rejects.toThrow(
      InvalidInput,
    );
  });
});

describe('artifacts', () => {
  const manifest = loadArtifactManifest();
  const artifact = findArtifact(manifest, 'bankruptcy', instance.profile);
  const withHash = (file: keyof Artifact['files']): Prover => {
    const files = {
      ...artifact.files,
      [file]: { ...artifact.files[file], sha256: 'cd'.repeat(32) },
    };
    return new Prover({ artifacts: { ...manifest, artifacts: [{ ...artifact, files }] } });
  };

  test.each(['wasm', 'zkey', 'verificationKey'] as const)(
    'a %s whose hash is not the listed one is refused',
    async (file) => {
      await expect(withHash(file).prove(instance)).rejects.toMatchObject({ code: 'ARTIFACT_HASH' });
    },
  );

  test('a listed file that is missing is an error that names it', () => {
    const listed = { ...artifact.files.wasm, path: '.plimsoll/artifacts/absent.wasm' };
    expect(() => readArtifactFile(listed)).toThrow(/absent\.wasm/);
  });

  test('a profile that was not built is an error that says how to build it', () => {
    expect(() => findArtifact({ ...manifest, artifacts: [] }, 'bankruptcy', '64')).toThrow(
      /build-circuits\.ts bankruptcy-64/,
    );
  });
});

describe('a backend that verifies what it makes', () => {
  const honest = (): BackendProof => ({
    proof: proven.file.proof,
    publicSignals: proven.publicSignals,
  });
  const forged = (): BackendProof => ({
    ...honest(),
    proof: { ...proven.file.proof, c: proven.file.proof.a },
  });
  /** Proves with what it hands out, one after the other. */
  const after = async (
    made: readonly BackendProof[],
    { verifies, again }: { verifies: boolean; again?: 'each' | 'first' },
  ): Promise<void> => {
    const left = [...made];
    const close = async (): Promise<void> => undefined;
    const backend: ProvingBackend = {
      name: 'stand-in',
      version: '1',
      verifies,
      prove: async () => left.shift()!,
      close,
    };
    const options = again === undefined ? { backend } : { backend, verifiesAgain: again };
    const own = new Prover(options);
    while (left.length > 0) await own.prove(instance);
  };

  test('is believed only after a proof under the same key held, and only where that is asked for', async () => {
    const refused = { code: 'PROOF_INVALID' };
    await expect(after([forged()], { verifies: true, again: 'first' })).rejects.toMatchObject(
      refused,
    );
    await expect(after([honest(), forged()], { verifies: true })).rejects.toMatchObject(refused);
    const unlike = { verifies: false, again: 'first' } as const;
    await expect(after([honest(), forged()], unlike)).rejects.toMatchObject(refused);
    await after([honest(), forged()], { verifies: true, again: 'first' });
  });
});

describe('an external prover', () => {
  let scratch: string;
  let honestProof: string;
  beforeAll(() => {
    scratch = mkdtempSync(join(folder, 'scratch-'));
    honestProof = join(folder, 'honest.json');
    const proof = toSnarkjsProof(proven.file.proof);
    const publicSignals = proven.publicSignals.map(String);
    writeFileSync(honestProof, JSON.stringify({ proof, publicSignals }));
  });
  afterEach(() => {
    // The witness is private: nothing of it may stay behind, whatever the prover did.
    expect(readdirSync(scratch)).toEqual([]);
  });
  const prove = async (behaviour: string): Promise<Proven<'bankruptcy'>> => {
    const { TMPDIR } = process.env;
    Object.assign(process.env, { PLIMSOLL_STAND_IN: behaviour, TMPDIR: scratch });
    if (behaviour !== 'honest') process.env['PLIMSOLL_STAND_IN_FROM'] = honestProof;
    try {
      return await new Prover({ backend: new RapidsnarkBackend(STAND_IN) }).prove(instance);
    } finally {
      delete process.env['PLIMSOLL_STAND_IN'];
      delete process.env['PLIMSOLL_STAND_IN_FROM'];
      if (TMPDIR === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = TMPDIR;
    }
  };

  test('with the interface of rapidsnark makes a proof that verifies', async () => {
    const { file } = await prove('honest');
    expect(await prover.verify(file)).toBe(true);
    expect(file.versions['backend']).toMatch(/rapidsnark/);
  });

  test.each([
    ['false proof', 'PROOF_INVALID'],
    ['other signals', 'PROOF_INVALID'],
    ['not canonical', 'INVALID_INPUT'],
    ['nothing', 'BACKEND_FAILED'],
    ['failure', 'BACKEND_FAILED'],
  ])('that returns a %s is caught: %s', async (behaviour, code) => {
    await expect(prove(behaviour)).rejects.toMatchObject({ code });
  });

  test('is taken from the environment, or the PATH, or not at all', () => {
    expect(findRapidsnark({ PLIMSOLL_RAPIDSNARK: STAND_IN })).toBe(STAND_IN);
    expect(findRapidsnark({ PATH: folder })).toBeUndefined();
    const onPath = join(folder, 'rapidsnark');
    writeFileSync(onPath, '#!/bin/sh\n', { mode: 0o755 });
    expect(findRapidsnark({ PATH: folder })).toBe(onPath);
    rmSync(onPath);
  });

  test('that is configured but cannot be run is an error, not a fallback', () => {
    const missing = join(folder, 'missing');
    expect(() => findRapidsnark({ PLIMSOLL_RAPIDSNARK: missing, PATH: '' })).toThrow(
      /PLIMSOLL_RAPIDSNARK/,
    );
  });
});

test('a process that proves and closes ends by itself', async () => {
  const path = join(folder, 'verified.json');
  saveProof(path, proven.file);
  const script = `
    import { Prover } from './prover/proving/prover.ts';
    import { loadProof } from './prover/proving/formats/saved-proof.ts';
    await using prover = new Prover();
    process.stdout.write(String(await prover.verify(loadProof(${JSON.stringify(path)}))));`;
  const args = ['--input-type=module-typescript', '--eval', script];
  const { stdout } = await run(process.execPath, args, { cwd: REPOSITORY_ROOT, timeout: 60_000 });
  expect(stdout).toBe('true');
});
